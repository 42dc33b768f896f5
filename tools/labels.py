"""Labelled articles: the files, the rows, which names mean the same company (docs/reference/evaluation.md)."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from crawler.models import MoveType, Stage, Text
from crawler.text import ITEM_END

T = TypeVar("T")

_LIVE = re.compile(r"^(?:ex|ey|zx)")


@dataclass(frozen=True, slots=True)
class Label:
    """One event of a labelled article."""

    company: str
    type: MoveType
    destinations: frozenset[str]
    stage: Stage


@dataclass(frozen=True, slots=True)
class Row:
    """One article, labelled or not."""

    id: str
    language: str
    text: Text
    relevant: bool
    clear: bool
    labels: tuple[Label, ...]

    @property
    def live(self) -> bool:
        """True for rows drawn from whole stretches of feeds, in which moves are as rare as in life."""
        return _LIVE.match(self.id) is not None

    @property
    def digest(self) -> bool:
        """True where the title holds several items."""
        return ITEM_END.search(self.text.title) is not None


@dataclass(frozen=True)
class Names:
    """Which names of companies mean the same, and who belongs to whom."""

    same: Mapping[str, str] = field(default_factory=dict)
    parent: Mapping[str, str] = field(default_factory=dict)

    def right(self, reported: str, labelled: str) -> bool:
        """Say whether a reported company is the labelled one or its declared parent."""
        reported, labelled = self.same.get(reported, reported), self.same.get(labelled, labelled)
        return reported in (labelled, self.parent.get(labelled))


def load_names(data: Path) -> Names:
    """Return the names of `companies.json` beside a file of labels; without it, every name is its own."""
    file = data.with_name("companies.json")
    if not file.exists():
        return Names()
    content = json.loads(file.read_text(encoding="utf-8"))
    return Names(content["same"], content["parent"])


def load_rows(data: Path) -> tuple[Row, ...]:
    """Return the rows of a `.jsonl` or `.jsonl.gz` file.

    Raises:
        ValueError: with file and line, when a line is no row.
    """
    return tuple(rows_of(data, _row))


def rows_of(data: Path, make: Callable[[Mapping[str, Any], int], T]) -> Iterator[T]:
    """Yield what is made of each line of a `.jsonl` or `.jsonl.gz` file and its number.

    Raises:
        ValueError: with file and line, when a line is no row.
    """
    for number, line in enumerate(_lines(data), 1):
        try:
            yield make(json.loads(line), number)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{data}:{number}: {error!r}; fields are described in docs/reference/evaluation.md"
            ) from None


def _lines(data: Path) -> Iterable[str]:
    raw = data.read_bytes()
    text = (gzip.decompress(raw) if data.suffix == ".gz" else raw).decode("utf-8")
    return (line for line in text.split("\n") if line.strip())


def is_labelled(data: Path) -> bool:
    """Say whether the rows of a file say which are relevant."""
    first = next(iter(_lines(data)), "{}")
    return "relevant" in json.loads(first)


def _row(data: Mapping[str, Any], number: int) -> Row:
    date = data.get("date")
    published = datetime.fromisoformat(f"{date}-01"[:10]).replace(tzinfo=UTC) if date else None
    # a month without a day stands for its first
    return Row(
        data.get("id") or f"line-{number}",
        data.get("lang", "en"),
        Text(data["title"], data.get("body") or "", published, data.get("domain")),
        bool(data.get("relevant", False)),
        not data.get("borderline", False),
        tuple(label_of(event) for event in data.get("events", ())),
    )


def label_of(event: Mapping[str, Any]) -> Label:
    """Return one of a row's `events`.

    Raises:
        KeyError: when a field is missing.
        ValueError: when type or stage is no such.
    """
    places = frozenset(event["destinations"])
    return Label(event["company"], MoveType(event["type"]), places, Stage(event["stage"]))
