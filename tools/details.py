"""Measures what the reader quotes of a move (`Move.details`) on labelled texts; docs/reference/evaluation.md.

`python -m tools.details DATA`: precision and recall of every kind of detail, over quotations, letter for letter.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.classify import Reader
from crawler.knowledge import Knowledge
from crawler.knowledge import load as load_knowledge
from crawler.knowledge.presence import Footprint
from crawler.models import DETAIL_KEYS, MoveType, Text
from tools.labels import rows_of

_Key = tuple[str, MoveType]


@dataclass(frozen=True, slots=True)
class Row:
    """A text and what is to be quoted of each of its moves."""

    id: str
    text: Text
    moves: Mapping[_Key, frozenset[tuple[str, str]]]
    """Company and type -> pairs of kind and quotation."""


@dataclass(frozen=True, slots=True)
class Read:
    """A move of a row that the reader found, with what it quoted."""

    row: Row
    move: _Key
    quoted: frozenset[tuple[str, str]]

    @property
    def labelled(self) -> frozenset[tuple[str, str]]:
        """What is to be quoted."""
        return self.row.moves[self.move]


def load_rows(data: Path) -> tuple[Row, ...]:
    """Return the rows of a file.

    Raises:
        ValueError: with file and line, when a line is no row.
    """
    return tuple(rows_of(data, _row))


def _row(data: Mapping[str, Any], _number: int) -> Row:
    published = datetime.fromisoformat(f"{data['date']}-01").replace(tzinfo=UTC)
    moves = {
        (move["company"], MoveType(move["type"])): frozenset(
            (key, quote) for key in move["details"] for quote in move["details"][key]
        )
        for move in data["moves"]
    }
    return Row(data["id"], Text(data["title"], data.get("body", ""), published), moves)


def newcomers(knowledge: Knowledge) -> Knowledge:
    """Return the knowledge with every company new everywhere: no text is passed over because a brand is known there."""
    footprints = {name: Footprint(frozenset(), complete=True) for name in knowledge.roster.by_name}
    return replace(knowledge, presence=replace(knowledge.presence, footprints=footprints))


def read(rows: Iterable[Row], knowledge: Knowledge) -> list[Read]:
    """Return the labelled moves that the reader finds, with what it quotes of each."""
    reader = Reader(newcomers(knowledge))
    return [
        Read(row, key, frozenset((kind, quote) for kind in move.details for quote in move.details[kind]))
        for row in rows
        for move in reader.read(row.text).moves
        if (key := (move.company, move.type)) in row.moves
    ]


def figures(rows: Sequence[Row], reads: Sequence[Read]) -> dict[str, dict[str, float]]:
    """Return precision, recall and number of labels for every kind and for all together; and the moves found."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in reads:
        for kind, quotes in (("labelled", one.labelled), ("quoted", one.quoted), ("right", one.labelled & one.quoted)):
            for key, _ in quotes:
                counts.update([(key, kind), ("all", kind)])
    shares = {
        key: _shares({k: counts[key, k] for k in ("labelled", "quoted", "right")}) for key in (*DETAIL_KEYS, "all")
    }
    moves = sum(len(row.moves) for row in rows)
    return shares | {"moves": {"found": len(reads) / max(1, moves), "labelled": moves}}


def _shares(count: Mapping[str, int]) -> dict[str, float]:
    precision, recall = count["right"] / max(1, count["quoted"]), count["right"] / max(1, count["labelled"])
    return {"precision": precision, "recall": recall, "labelled": count["labelled"]}


def errors(reads: Iterable[Read]) -> Iterator[str]:
    """Yield what was quoted and should not have been, and what was missed."""
    for one in reads:
        wrong = [f"wrong {key} “{quote}”" for key, quote in sorted(one.quoted - one.labelled)]
        missed = [f"missed {key} “{quote}”" for key, quote in sorted(one.labelled - one.quoted)]
        if wrong or missed:
            yield f"{one.row.id} {one.row.text.title} | {one.row.text.body}\n    " + "; ".join([*wrong, *missed])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="JSON lines")
    parser.add_argument("--errors", action="store_true", help="list what was quoted wrongly and what was missed")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    rows = load_rows(options.data)
    reads = read(rows, load_knowledge())
    measured = figures(rows, reads)
    lines = [json.dumps(measured, indent=1)] if options.json else [_line(key, row) for key, row in measured.items()]
    sys.stdout.write("\n".join([*lines, *(errors(reads) if options.errors else ())]) + "\n")
    return 0


def _line(key: str, row: Mapping[str, float]) -> str:
    shares = " ".join(f"{name} {share:.3f}" for name, share in row.items() if name != "labelled")
    return f"{key:<11}{shares} of {row['labelled']:.0f}"


if __name__ == "__main__":
    sys.exit(main())
