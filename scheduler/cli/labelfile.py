"""A file of labels of the user's own: its rows, and how a verdict on a reported event changes one.

The form is that of `make eval` and `make fit` (docs/reference/evaluation.md), and a field `judged` they pass over:
each verdict as it was given.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from crawler.models import Move, Text
from crawler.text import language_of

Row = Mapping[str, Any]

LABELS = "labels.jsonl"
"""The file's name, beside config.yaml, where no other is given."""


class Verdict(StrEnum):
    """What a user says of a reported event."""

    RIGHT = "right"
    WRONG = "wrong"
    WRONG_COMPANY = "wrong-company"
    WRONG_PLACE = "wrong-place"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on an event, with what it should have been."""

    verdict: Verdict
    at: datetime
    company: str | None = None
    """The right one; None where the reported one is right."""
    places: tuple[str, ...] | None = None
    """The right ones, sorted; None where the reported ones are right."""
    note: str = ""


def row_of(id: str, text: Text, seen: datetime, moves: Sequence[Move], move: Move, judged: Judgement, old: Row) -> Row:
    """Return an article's row with a verdict on one of its moves.

    What was judged of the article before holds on; its other moves are taken as right until they are judged.

    Args:
        id: the article's identity.
        text: its words.
        seen: when it came, for an article without a date.
        moves: what it was read to report.
        move: the one of them that is judged.
        judged: the verdict.
        old: the article's row so far; empty where there is none.
    """
    earlier = [one for one in old.get("judged", ()) if _key(one) != (move.company, move.type)]
    verdicts = [*earlier, _judged(move, judged)]
    known = {_key(one) for one in verdicts}
    told = [one["event"] for one in verdicts if one["event"]]
    told += [_event(other) for other in moves if (other.company, other.type) not in known]
    events = list({_key(event): event for event in reversed(told)}.values())[::-1]
    return {
        "id": id,
        "lang": "zh" if language_of(text.title + text.body[:200]) == "zh" else "en",
        "date": f"{text.published or seen:%Y-%m-%d}",
        "title": text.title,
        "body": text.body,
        "relevant": bool(events),
        "events": events,
        "why": "; ".join(one["note"] for one in verdicts if one["note"]),
        "judged": verdicts,
    }


def unjudged(row: Row) -> list[Mapping[str, Any]]:
    """Return the events of a row that nobody has judged."""
    return [event for event in row["events"] if event not in [one["event"] for one in row["judged"]]]


def _judged(move: Move, judged: Judgement) -> dict[str, Any]:
    right = {
        "company": judged.company or move.company,
        "destinations": list(judged.places if judged.places is not None else move.destinations),
    }
    return {
        "company": move.company,
        "type": str(move.type),
        "verdict": str(judged.verdict),
        "event": None if judged.verdict is Verdict.WRONG else _event(move) | right,
        "note": judged.note,
        "at": f"{judged.at:%Y-%m-%d}",
    }


def _event(move: Move) -> dict[str, Any]:
    return {
        "company": move.company,
        "type": str(move.type),
        "destinations": list(move.destinations),
        "stage": str(move.stage),
    }


def _key(event: Mapping[str, Any]) -> tuple[str, str]:
    return event["company"], event["type"]


def load(path: Path) -> dict[str, Row]:
    """Return the rows of a file by their ids, in its order; none where there is no file.

    Raises:
        ValueError: with file and line, when a line is no row with an id of its own.
        OSError: when the file cannot be read.
    """
    rows: dict[str, Row] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n") if path.exists() else (), 1):
        if line.strip():
            id, row = _row(line, f"{path}:{number}")
            if id in rows:
                raise ValueError(f"{path}:{number}: there is a row '{id}' already; leave one of them")
            rows[id] = row
    return rows


def _row(line: bytes, place: str) -> tuple[str, Row]:
    try:
        row = json.loads(line)
        return str(row["id"]), row
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{place}: this is no row of labels: a JSON object with an id") from None


def save(path: Path, rows: Iterable[Row]) -> None:
    """Write the file anew as a whole, so that a crash leaves the old one or the new one; for its owner only.

    Raises:
        OSError: when the folder cannot be written to.
    """
    handle, temporary = tempfile.mkstemp(prefix=path.name, dir=path.absolute().parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
