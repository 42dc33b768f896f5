"""The two documents made from the code: the JSON schema for editors, and the page that explains every key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from crawler.section import Section
from crawler.units import format_duration
from scheduler.config.check import section_in
from scheduler.config.sections import Config

_WORDS_FOR_NONE = {"quiet_hours": "off", "digest": "off", "max_per_hour": "off", "expect": "nothing"}
"""What stands for None in the file, where a word does."""

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true`, `false`",
    "object": "keys, see below",
}
_EXACTLY_ONE = {"SourceConfig": {"oneOf": [{"required": ["every"]}, {"required": ["schedule"]}]}}
_NOT_BOTH = {"WatchlistConfig": {"not": {"required": ["certainty", "min_confidence"]}}}
_FIRST_LINES = """\
# config.yaml: every key

This page is made from the code by `tools/generate_reference.py`. Start from the commented `config.yaml` that
`chuhai init` writes; `chuhai check` tells what is wrong in yours, with line and column.

- All keys but `version`, `sources` and `watchlists` may be absent; then the default holds.
- Durations are a number and a unit: `30s`, `5m`, `2h`, `14d`. Times of day are written `"22:30"`.
- `${NAME}` in a value is taken from the environment; `$$` is a dollar sign. A variable that is not set is an error;
  only that of `slack.token` may be unset.
- Where a list is wanted, a single text will do. A text that begins with `#`, `*`, `&`, `!` or `@` stands in quotes.
- An unknown key is refused. Tags, anchors and aliases of YAML are not read.
"""


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles pydantic makes of the names: those that remain are ours."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - the library's signature
        return False


def json_schema() -> str:
    """Return config.schema.json: JSON Schema 2020-12, for completion and help in editors."""
    schema = Config.model_json_schema(mode="validation", schema_generator=_Untitled)
    sections = schema["$defs"] | {"Config": schema}
    for name, section in sections.items():
        section.pop("title", None)
        section.update(_EXACTLY_ONE.get(name, {}) | _NOT_BOTH.get(name, {}))
        for key, field in section.get("properties", {}).items():
            _in_words_of_the_file(key, field)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "chuhai's config.yaml"}
    return json.dumps(head | {k: v for k, v in schema.items() if k not in head}, indent=2, ensure_ascii=False) + "\n"


def _in_words_of_the_file(key: str, field: dict[str, Any]) -> None:
    """Turn null into the word that stands for it, or take it out; take out defaults no file can hold."""
    word = _WORDS_FOR_NONE.get(key)
    if "anyOf" in field:
        kept = [option for option in field["anyOf"] if option.get("type") != "null"]
        field["anyOf"] = kept + ([{"const": word}] if word else [])
        if len(field["anyOf"]) == 1:
            field.update(field.pop("anyOf")[0])
    if "duration" in field.get("title", "") or isinstance(field.get("default", ""), list | dict):
        field.pop("default", None)
    if "description" in field:
        field["description"] = _one_line(field["description"])
    for nested in ("format", "writeOnly"):
        field.pop(nested, None)


def reference() -> str:
    """Return docs/reference/config.md: every key with type, default and meaning."""
    schema = json.loads(json_schema())
    pages = [_FIRST_LINES, _table(Config, schema, schema)]
    pages += [page for name, info in Config.model_fields.items() for page in _section(name, info, schema)]
    return "\n".join(pages)


def _section(path: str, info: FieldInfo, schema: Mapping[str, Any]) -> Iterator[str]:
    section = section_in(info.annotation)
    if section is None:
        return
    own = schema["$defs"][section.__name__]
    yield f"## {path}\n\n{_one_line(section.__doc__)}\n"
    yield _table(section, own, schema)
    for name, field in section.model_fields.items():
        yield from _section(f"{path}.{field.alias or name}", field, schema)


def _table(section: type[Section], own: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for name, info in section.model_fields.items():
        key = info.alias or name
        kind = _type(own["properties"][key], schema)
        cells = [f"`{key}`", kind, _default(name, info), _one_line(info.description)]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _type(field: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    words = field.get("title") or _type_of_choice(field, schema)
    return str(words or _TYPES[field["type"]])


def _type_of_choice(field: Mapping[str, Any], schema: Mapping[str, Any]) -> str | None:
    if "$ref" in field:
        return _type(schema["$defs"][field["$ref"].rpartition("/")[2]], schema)
    if "enum" in field or "const" in field:
        return ", ".join(f"`{word}`" for word in field.get("enum", [field.get("const")]))
    if "anyOf" in field:
        words_first = sorted(field["anyOf"], key=lambda option: "const" not in option)
        return " or ".join(_type(option, schema) for option in words_first)
    return f"list of {_type(field['items'], schema)}" if field.get("type") == "array" else None


def _default(name: str, info: FieldInfo) -> str:
    if info.is_required():
        return "**needed**"
    default = info.default
    if info.default_factory is not None:
        return "by the address"
    if isinstance(default, Section):
        return "see below"
    if default is None and name in _WORDS_FOR_NONE:
        return f"`{_WORDS_FOR_NONE[name]}`"
    return _value(name, default)


def _value(name: str, value: object) -> str:
    if value is None or value in ((), ""):
        return "–"
    if isinstance(value, tuple):
        return "`mon-fri`" if name == "days" else "all"
    return f"`{_written(value)}`"


def _written(value: object) -> str:
    """Return a value as the file would hold it."""
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
