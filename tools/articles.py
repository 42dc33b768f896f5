"""Reads the articles of a folder of feeds whole and compares them with verdicts; docs/reference/evaluation.md.

    make articles DIR=path/to/feeds [OPTIONS="--errors --golden verdicts.jsonl"]

Every feed is parsed and tidied as the service does it. An article without a verdict counts as irrelevant.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.feeds import NotAFeed, parse_feed
from crawler.knowledge import load as load_knowledge
from crawler.models import Entry, Move, Text
from crawler.sites import site_of, tidy
from tools.evaluate import as_text, read
from tools.labels import Label, Names, Row, label_of, load_names
from tools.measure import Read, matching, near, score
from tools.poll_samples import feeds_of

GOLDEN = Path(__file__).parent.parent / "tests" / "corpus" / "samples-golden.jsonl"


@dataclass(frozen=True, slots=True)
class Events:
    """Events of all articles: labelled, reported, and how many of the reported are a label's company and type."""

    labelled: int
    reported: int
    right: int
    place: int
    """Of those right: the places are the label's."""
    place_near: int
    """Some place is the label's, contains it or lies in it."""
    stage: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, compare and print; return the exit code: 1 where there is nothing to read."""
    options = _options(arguments)
    feeds = feeds_of(options.folder)
    entries = distinct(entry for name, body in feeds.items() for entry in entries_of(name, body))
    if not entries:
        print(f"no articles in {options.folder}: feeds end in .xml, .rss or .atom", file=sys.stderr)
        return 1
    verdicts, names, knowledge = load_verdicts(options.golden), load_names(options.golden), load_knowledge()
    reads = read([row_of(entry, verdicts) for entry in entries], knowledge)
    known = {key for entry in entries for key in entry.keys}
    print(f"{len(reads)} articles of {len(feeds)} feeds, {sum(bool(r.row.text.body) for r in reads)} with a text")
    print(f"{sum(id in known for id in verdicts)} of {len(verdicts)} verdicts are on them, the rest irrelevant\n")
    print(as_text({"relevant": _relevant(reads)}))
    for group, chosen in (("clear", [r for r in reads if r.row.clear]), ("all", reads)):
        print(f"events, {group}: {_told(events(chosen, names, knowledge.gazetteer.contains))}")
    if options.errors:
        print("\n".join(("", *errors(reads, names))))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="feeds: files that end in .xml, .rss or .atom")
    parser.add_argument("--golden", type=Path, default=GOLDEN, help="verdicts: JSON lines")
    parser.add_argument("--errors", action="store_true", help="list what was read otherwise than judged")
    return parser.parse_args(arguments)


def entries_of(name: str, body: bytes) -> Iterator[Entry]:
    """Yield a feed's entries by the rules of the site that any of them belongs to; say so where it is no feed."""
    try:
        parsed = parse_feed(
            body, source=name, url=f"https://{name}.invalid/", content_type=None, language=None, now=datetime.now(UTC)
        )
    except NotAFeed as error:
        print(f"{name}: no feed: {error}", file=sys.stderr)
        return
    site = next(filter(None, (site_of(entry.url or "") for entry in parsed.entries)), None)
    yield from (tidy(entry, site) for entry in parsed.entries)


def distinct(entries: Iterable[Entry]) -> list[Entry]:
    """Leave out entries that share an identity with an earlier one."""
    seen: set[str] = set()
    kept = []
    for entry in entries:
        if seen.isdisjoint(entry.keys):
            kept.append(entry)
        seen.update(entry.keys)
    return kept


def load_verdicts(golden: Path) -> dict[str, Mapping[str, Any]]:
    """Return the verdicts by the key of their article.

    Raises:
        ValueError: when a line is not JSON.
        KeyError: when one has no `id`.
    """
    rows = [json.loads(line) for line in golden.read_text(encoding="utf-8").split("\n") if line.strip()]
    return {row["id"]: row for row in rows}


def row_of(entry: Entry, verdicts: Mapping[str, Mapping[str, Any]]) -> Row:
    """Return the article with the verdict on it: that for any of its keys, else that it is irrelevant."""
    verdict = next((verdicts[key] for key in entry.keys if key in verdicts), {})
    return Row(
        verdict.get("id", entry.keys[0]),
        verdict.get("language") or entry.language or "en",
        Text(entry.title, entry.text, entry.published),
        bool(verdict.get("relevant", False)),
        not verdict.get("borderline", False),
        tuple(label_of(event) for event in verdict.get("events", ())),
    )


def events(reads: Iterable[Read], names: Names, contains: Callable[[str, str], bool]) -> Events:
    """Return how many of all events were reported, and how many of the reported are right."""
    reads = list(reads)
    pairs = [(move, label) for r in reads for move, label in _paired(r, names) if label is not None]
    return Events(
        sum(len(r.row.labels) for r in reads),
        sum(len(r.verdict.moves) for r in reads),
        len(pairs),
        sum(frozenset(move.destinations) == label.destinations for move, label in pairs),
        sum(near(move, label, contains) for move, label in pairs),
        sum(move.stage is label.stage for move, label in pairs),
    )


def errors(reads: Iterable[Read], names: Names) -> Iterator[str]:
    """Yield some lines for every article that was read otherwise than judged."""
    for r in reads:
        if r.row.relevant == r.reported and _exact(r, names):
            continue
        kind = "events" if r.row.relevant == r.reported else "missed" if r.row.relevant else "false alarm"
        unclear = "" if r.row.clear else " (unclear)"
        yield f"{kind}{unclear} {r.row.id} {r.verdict.confidence:.2f} {r.verdict.why_not or ''} {r.row.text.title}"
        yield from (f"    judged {x.company} {x.type} {_places(x.destinations)} {x.stage}" for x in r.row.labels)
        for m in r.verdict.moves:
            yield f"    read   {m.company} {m.type} {_places(m.destinations)} {m.stage} {m.confidence:.2f}"
            yield f"           {m.evidence}"


def _paired(r: Read, names: Names) -> list[tuple[Move, Label | None]]:
    return [(move, matching(move, r.row, names)) for move in r.verdict.moves]


def _exact(r: Read, names: Names) -> bool:
    return len(r.verdict.moves) == len(r.row.labels) and all(
        label is not None and frozenset(move.destinations) == label.destinations and move.stage is label.stage
        for move, label in _paired(r, names)
    )


def _places(places: Iterable[str]) -> str:
    return ",".join(sorted(places))


def _relevant(reads: Sequence[Read]) -> dict[str, dict[str, Any]]:
    groups = {
        f"{language} {name}": [r for r in reads if r.row.language == language and (name == "all" or r.row.clear)]
        for name in ("clear", "all")
        for language in sorted({r.row.language for r in reads})
    }
    return {name: dataclasses.asdict(score(group)) for name, group in groups.items() if group}


def _told(found: Events) -> str:
    return (
        f"{found.labelled} judged, {found.reported} reported, of these company and type right {found.right};"
        f" of these places {found.place} (near {found.place_near}), stage {found.stage}"
    )


if __name__ == "__main__":
    sys.exit(main())
