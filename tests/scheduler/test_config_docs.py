from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.section import Section
from scheduler.config.check import keys_of, section_in
from scheduler.config.docs import json_schema, reference
from scheduler.config.sections import Config

ROOT = Path(__file__).parents[2]


def sections(section: type[Section] = Config, path: str = "") -> Iterator[tuple[str, type[Section]]]:
    yield path, section
    for name, info in section.model_fields.items():
        inner = section_in(info.annotation)
        if inner:
            yield from sections(inner, f"{path}.{name}".lstrip("."))


ALL = [pytest.param(path, section, id=path or "config") for path, section in sections()]


@pytest.mark.parametrize(
    ("file", "made"),
    [("config.schema.json", json_schema), ("docs/reference/config.md", reference)],
    ids=["schema", "page"],
)
def test_what_is_made_from_the_code_is_current(file: str, made: object) -> None:
    assert callable(made)
    assert (ROOT / file).read_text(encoding="utf-8") == made(), "run python tools/generate_reference.py"


@pytest.mark.parametrize(("path", "section"), ALL)
def test_every_key_is_explained(path: str, section: type[Section]) -> None:
    page = (
        reference().partition(f"\n## {path}\n")[2].partition("\n## ")[0] if path else reference().partition("\n## ")[0]
    )
    rows = {row.split("|")[1].strip(): row.split("|")[4].strip() for row in page.splitlines() if row.startswith("| `")}
    assert list(rows) == [f"`{key}`" for key in keys_of(section)]
    assert all(len(meaning) > 10 for meaning in rows.values())


@pytest.mark.parametrize(("path", "section"), ALL)
def test_every_key_is_in_the_schema_with_its_meaning(path: str, section: type[Section]) -> None:
    schema = json.loads(json_schema())
    own = schema if section is Config else schema["$defs"][section.__name__]
    assert list(own["properties"]) == keys_of(section)
    assert not own["additionalProperties"]
    assert all(field.get("description") or "$ref" in field for field in own["properties"].values()), path


@pytest.mark.parametrize(("path", "section"), ALL)
def test_the_shipped_configuration_shows_every_key(path: str, section: type[Section]) -> None:
    shipped = (ROOT / "config.yaml").read_text(encoding="utf-8")
    missing = [key for key in keys_of(section) if f"{key}:" not in shipped]
    assert missing in ([], ["spider"], ["group"], ["body", "expect"], ["stage"], ["body"]), path
