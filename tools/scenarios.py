"""Measures, on stories told by many outlets, whether reports of one event come to one; docs/reference/evaluation.md.

`python -m tools.scenarios tests/corpus/scenarios.jsonl`: every report goes through the real pipeline in order of time,
once with the moves it is labelled with (resolution alone), once as the reader reads it (end to end).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from crawler.classify import Reader
from crawler.ingest import Desk, ingest
from crawler.knowledge import Knowledge
from crawler.knowledge import load as load_knowledge
from crawler.models import Entry, EventView, FeedAnswer, Move, MoveType, Outcome, Reading, Stage, Text, WhyNot
from crawler.sites import site_of, tidy
from crawler.storage.engine import open_engine, reading
from crawler.storage.schema import metadata
from crawler.storage.views import event_ids, views
from crawler.urls import article_keys
from tools.labels import rows_of

Item = tuple[str, str, str]
"""What is counted: report, company, type. A report tells of a company's moves of one type once."""


@dataclass(frozen=True, slots=True)
class Told:
    """One move of a report, as labelled."""

    move: Move
    event: str
    story: str
    told: str
    """`new` opens the event, `step` brings it to another stage, `repeat` does neither."""
    denied: bool


@dataclass(frozen=True, slots=True)
class Report:
    """One article of a story."""

    id: str
    language: str
    outlet: str
    """Where it stands: a host, and perhaps a path."""
    at: datetime
    text: Text
    moves: tuple[Told, ...]
    quoted: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one move of a report."""

    event: int
    story: int
    told: str
    quoted: str | None


@dataclass(frozen=True, slots=True)
class Score:
    """B-cubed shares, 0 to 1 (Bagga and Baldwin 1998)."""

    precision: float
    recall: float
    f1: float


def load(data: Path) -> tuple[Report, ...]:
    """Return the reports of a file, oldest first; two of one day in the order of the file.

    Raises:
        ValueError: with file and line, when a line is no report.
    """
    reports = rows_of(data, _report)
    return tuple(sorted(reports, key=lambda report: report.at))


def _report(row: Mapping[str, Any], number: int) -> Report:
    at = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC) + timedelta(seconds=number)
    text = Text(row["title"], row["body"], at)
    moves = tuple(_told(move, text) for move in row["moves"])
    return Report(row["id"], row["lang"], row["outlet"], at, text, moves, row["quoted"])


def _told(row: Mapping[str, Any], text: Text) -> Told:
    details = {key: (row[key],) for key in ("units", "site") if key in row}
    places = tuple(sorted(row["destinations"]))
    move = Move(row["company"], MoveType(row["type"]), places, Stage(row["stage"]), 0.9, text.title, details)
    return Told(move, row["event"], row["story"], row["told"], row.get("denied", False))


class Labelled:
    """Reads in every report what it is labelled with."""

    name, version = "labels", "1"

    def __init__(self, reports: Iterable[Report]) -> None:
        self._moves = {report.text.title: report.moves for report in reports}

    def read(self, text: Text) -> Reading:
        """Return the labels of the report with this title."""
        moves = tuple(told.move for told in self._moves[text.title] if not told.denied)
        denied = tuple(told.move for told in self._moves[text.title] if told.denied)
        return Reading(self.name, self.version, moves, 0.9, None if moves else WhyNot.NO_MOVE, denied)

    def is_candidate(self, _text: Text) -> bool:
        """Ask for no page."""
        return False


def run(reports: Sequence[Report], reader: Reader, knowledge: Knowledge) -> dict[Item, Found]:
    """Let the reports pass the pipeline one by one, and return what became of each of their moves."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/scenarios.db")
        metadata.create_all(engine)
        desk = Desk(engine, reader, knowledge)
        for report in reports:
            url = f"https://{report.outlet}/{report.id}"
            entry = Entry(
                article_keys(report.outlet, url, None, report.text.title, report.at),
                url,
                report.text.title,
                report.text.body,
                report.language,
                report.at,
            )
            entry = tidy(entry, site_of(url))
            answer = FeedAnswer(report.outlet, Outcome.OK, report.at + timedelta(minutes=5), url, 200, entries=(entry,))
            ingest(answer, desk, quiet_baseline=False)
        with reading(engine) as connection:
            found = views(connection, event_ids(connection), knowledge)
        engine.dispose()
    return dict(_items(found))


def _items(events: Iterable[EventView]) -> Iterable[tuple[Item, Found]]:
    for event in events:
        steps = {step.article_id: step for step in event.history}
        for mention in event.mentions:
            told = "new" if event.history[0].article_id == mention.article_id else "repeat"
            if told == "repeat" and mention.article_id in steps:
                told = "step"
            report = (mention.url or "").rpartition("/")[2]
            key = (report, event.company.name, str(event.type))
            yield key, Found(event.id, event.story_id, told, mention.quoted_source)


def bcubed(labelled: Mapping[Item, str], found: Mapping[Item, int]) -> Score:
    """Return how well the groups that were found agree with the labelled ones.

    For each item the share of its found group that belongs with it (precision), and the share of its labelled group
    that was found with it (recall), averaged. What was found and is not labelled is wrong, what is labelled and was
    not found is missed: both count as 0.
    """
    right = [_share(item, labelled, found, {i for i in found if found[i] == found[item]}) for item in found]
    kept = [_share(item, labelled, found, {i for i in labelled if labelled[i] == labelled[item]}) for item in labelled]
    precision, recall = sum(right) / max(1, len(right)), sum(kept) / max(1, len(kept))
    return Score(precision, recall, 2 * precision * recall / max(1e-9, precision + recall))


def _share(item: Item, labelled: Mapping[Item, str], found: Mapping[Item, int], group: set[Item]) -> float:
    """Return the share of a group that is with the item both as labelled and as found."""
    if item not in labelled or item not in found:
        return 0.0
    both = [i for i in group if i in labelled and i in found]
    return sum(labelled[i] == labelled[item] and found[i] == found[item] for i in both) / len(group)


def figures(reports: Sequence[Report], reader: Reader, knowledge: Knowledge) -> dict[str, dict[str, float]]:
    """Return the B-cubed shares of events and stories, and how often told, quoted and alarms are right."""
    found = run(reports, reader, knowledge)
    told = labels(reports)
    shared = [item for item in told if item in found]
    again = [item for item, (label, _) in told.items() if label.told == "repeat"]
    alarms = sum(item in found and found[item].told != "repeat" for item in again)
    return {
        "events": asdict(bcubed({i: t.event for i, (t, _) in told.items()}, {i: f.event for i, f in found.items()})),
        "stories": asdict(bcubed({i: t.story for i, (t, _) in told.items()}, {i: f.story for i, f in found.items()})),
        "reports": {
            "found": len(shared) / len(told),
            "told": sum(found[i].told == told[i][0].told for i in shared) / max(1, len(shared)),
            "repeats_not_told": 1 - alarms / max(1, len(again)),
            "quoted": sum(found[i].quoted == told[i][1] for i in shared) / max(1, len(shared)),
        },
    }


def labels(reports: Iterable[Report]) -> dict[Item, tuple[Told, str | None]]:
    """Return the labelled moves, each with whom its report quotes."""
    return {
        (report.id, told.move.company, str(told.move.type)): (told, report.quoted)
        for report in reports
        for told in report.moves
    }


def errors(reports: Sequence[Report], found: Mapping[Item, Found]) -> Iterable[str]:
    """Yield a line per move that is in the wrong group, told wrongly, missed, or not labelled."""
    told = labels(reports)
    first: dict[str, int] = {}
    for item, (label, quoted) in told.items():
        got = found.get(item)
        if got is None:
            yield f"missed       {item}"
            continue
        if first.setdefault(label.event, got.event) != got.event:
            yield f"split        {item}: {label.event} is {first[label.event]}, this {got.event}"
        if got.told != label.told:
            yield f"told         {item}: {got.told}, labelled {label.told}"
        if got.quoted != quoted:
            yield f"quoted       {item}: {got.quoted}, labelled {quoted}"
    owner: dict[int, str] = {}
    for item, got in found.items():
        if item not in told:
            yield f"not labelled {item}"
        elif owner.setdefault(got.event, told[item][0].event) != told[item][0].event:
            yield f"merged       {item}: {told[item][0].event} into {owner[got.event]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--errors", action="store_true", help="list what is wrong, report by report")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    reports, knowledge = load(options.data), load_knowledge()
    readers = {"labelled": labelled_reader(reports), "read": Reader(knowledge)}
    result = {name: figures(reports, reader, knowledge) for name, reader in readers.items()}
    sys.stdout.write(json.dumps(result, indent=1) + "\n" if options.json else _as_text(reports, result))
    if options.errors:
        for name, reader in readers.items():
            sys.stdout.writelines(f"{name}: {line}\n" for line in errors(reports, run(reports, reader, knowledge)))
    return 0


def labelled_reader(reports: Iterable[Report]) -> Reader:
    """Return a reader that reads the labels."""
    return cast("Reader", Labelled(reports))


def _as_text(reports: Sequence[Report], result: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    moves = [told for report in reports for told in report.moves]
    counts = {
        "reports": len(reports),
        "events": len({m.event for m in moves}),
        "stories": len({m.story for m in moves}),
    }
    lines = [", ".join(f"{count} {name}" for name, count in counts.items())]
    for name, groups in result.items():
        lines += [
            f"{name:9} {group:8} " + "  ".join(f"{k} {v:.3f}" for k, v in f.items()) for group, f in groups.items()
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
