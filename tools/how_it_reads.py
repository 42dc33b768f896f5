"""Writes what docs/how-it-reads.md shows: two texts as `chuhai explain` has them, and what each of its lines changes.

`python -m tools.how_it_reads` writes; a test compares. A recipe of the page is a diff of one line, applied to a copy of
the reader, which `tools.evaluate` measures on the texts of tests/corpus/one_line.jsonl.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.readme_samples import with_parts

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "how-it-reads.md"
ROWS = ROOT / "tests" / "corpus" / "one_line.jsonl"
COMMAND = "make how-it-reads"

EXAMPLES = {
    "English": (
        "Xiaomi Launches In Germany\n"
        "Xiaomi began sales in Germany on Monday, in a showroom between a bakery and a bicycle dealer, "
        "and people queued around the corner. Most came to look, some came to sign. The cheapest version costs about "
        "as much as a well equipped estate of a local brand. The first cars are to be handed over before Christmas, "
        "its manager said.\nXiaomi will also set up a design studio in Munich, where eighty people are to work."
    ),
    "Chinese": "36氪晚报丨岚图汽车登陆秘鲁，明年起在当地组装；蔚来否认退出挪威市场",
}
"""Texts of our own."""

_RECIPE = re.compile(
    r"^### (?P<name>.+)\n(?:(?!#).*\n)*?```diff\n\+\+\+ (?P<file>\S+)\n(?P<diff>(?:[ +-].*\n)+)```", re.MULTILINE
)
_REST = "…"
"""Ends a line of a diff of which no more is shown: the rest stays as it is."""
_VERSION = re.compile(r"; reader rules \S+\)")
_REPEATED = "the same move stands elsewhere in the text"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One line of a data file, as the page shows it."""

    name: str
    file: str
    old: str
    """What stands in the file, once."""
    new: str


@dataclass(frozen=True, slots=True)
class Measured:
    """An evaluation of the page's texts."""

    f1: float
    wrong: Mapping[str, str]
    """Texts by id that are read otherwise than labelled, and how."""


def main() -> None:
    """Write the page's parts anew."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def written(page: str) -> str:
    """Return the page with every part as it ought to be.

    Raises:
        ValueError: when a part's place is not marked, or a recipe's line has no place in its file.
    """
    parts = {name: explained(text) for name, text in EXAMPLES.items()}
    before = measured(ROOT)
    for recipe in recipes(page):
        parts[recipe.name] = "\n".join(_effect(recipe, before, with_line(recipe)))
    return with_parts(page, parts, COMMAND)


def explained(text: str) -> str:
    """Return what `chuhai explain` says of a text, the signals of repeated proposals left out."""
    command = [sys.executable, "-m", "scheduler", "explain", "-", "--config", str(ROOT / "config.yaml")]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=ROOT)
    lines = _VERSION.sub(")", done.stdout).rstrip().split("\n")
    return "\n".join(("```", *_without_repeated(lines), "```"))


def _without_repeated(lines: Sequence[str]) -> Iterator[str]:
    repeated = False
    for line in lines:
        if not line.startswith("   "):
            repeated = _REPEATED in line
            yield line
        elif not repeated:
            yield line


def recipes(page: str) -> list[Recipe]:
    """Return the page's recipes, in order."""
    return [_recipe(match["name"], match["file"], match["diff"].splitlines()) for match in _RECIPE.finditer(page)]


def _recipe(name: str, file: str, lines: Sequence[str]) -> Recipe:
    def side(sign: str) -> str:
        text = "".join(f"{line[1:]}\n" for line in lines if line[0] in (" ", sign))
        return text.removesuffix(f"{_REST}\n")

    return Recipe(name, file, side("-"), side("+"))


def applied(recipe: Recipe, text: str) -> str:
    """Return a file's text with the recipe's line.

    Raises:
        ValueError: when what the recipe shows does not stand there, or more than once.
    """
    if text.count(recipe.old) != 1:
        raise ValueError(f"docs/how-it-reads.md: {recipe.name}: {recipe.file} has no such place: {recipe.old!r}")
    return text.replace(recipe.old, recipe.new)


def with_line(recipe: Recipe) -> Measured:
    """Return the evaluation of a copy of the reader that has the recipe's line."""
    with tempfile.TemporaryDirectory() as scratch:
        for package in ("crawler", "tools"):
            shutil.copytree(ROOT / package, Path(scratch) / package)
        file = Path(scratch) / recipe.file
        file.write_text(applied(recipe, file.read_text(encoding="utf-8")), encoding="utf-8")
        if file.suffix == ".yaml":
            subprocess.run(
                [sys.executable, "-m", "tools.build_knowledge"], cwd=scratch, check=True, capture_output=True
            )
        return measured(Path(scratch))


def measured(folder: Path) -> Measured:
    """Return the evaluation of the reader in a folder on the page's texts, both languages together."""
    command = [sys.executable, "-m", "tools.evaluate", str(ROWS), "--errors", "--json"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    scores = [score for group, score in result["relevant"].items() if group.endswith(" clear") and "," not in group]
    right, false, missed = (sum(s[key] for s in scores) for key in ("right", "false_alarms", "missed"))
    wrong = {error["id"]: _wrong(error) for error in result["errors"]}
    return Measured(2 * right / (2 * right + false + missed), wrong)


def _wrong(error: Mapping[str, Any]) -> str:
    """Return in words how a text is read otherwise than labelled."""
    if error["read"]:
        company, type, places, *_ = error["read"][0].rsplit(" ", 4)
        return f"false alarm: {company} {type.replace('_', ' ')}, {places}"
    return f"missed: {error['why_not'].replace('_', ' ')}"


def rows_of(recipe: Recipe) -> list[Mapping[str, Any]]:
    """Return the labelled texts that show what a recipe does."""
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row.get("recipe") == recipe.name]


def _effect(recipe: Recipe, before: Measured, after: Measured) -> Iterator[str]:
    yield "| text | before | with the line |"
    yield "|---|---|---|"
    for row in rows_of(recipe):
        seen = [measurement.wrong.get(row["id"], "right") for measurement in (before, after)]
        yield f"| {row['title']} | {seen[0]} | {seen[1]} |"
    yield ""
    yield f"F1 of the texts of this page: {before.f1:.2f} without, {after.f1:.2f} with the line."


if __name__ == "__main__":
    main()
