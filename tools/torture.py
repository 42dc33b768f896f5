"""Read every feed of a folder, hostile and broken ones included, and say what the reader could not bear.

    make torture DIR=path/to/feeds

Each file is parsed twice and stored twice, and parsed cut at a third and at two thirds. Exits with 1 when parsing
raises anything but `NotAFeed`, takes two seconds or more, gives a date that is not UTC or other identities the second
time, or when an entry cannot be read or stored, or the second pass stores anything new.
"""

from __future__ import annotations

import logging
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.classify import Reader
from crawler.feeds import NotAFeed, ParsedFeed, parse_feed
from crawler.ingest import Desk, ingest
from crawler.knowledge import load
from crawler.models import FeedAnswer, Outcome
from crawler.storage.engine import open_engine
from crawler.text import one_line, shorten
from scheduler.migrations import upgrade

SLOWEST = 2.0
"""Seconds that one file may take to parse."""
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@dataclass
class Tally:
    """What was found so far."""

    files: int = 0
    entries: int = 0
    stored: int = 0
    incomplete: int = 0
    undated: int = 0
    without_text: int = 0
    quarantined: int = 0
    slowest: tuple[float, str] = (0.0, "")
    seconds: float = 0.0
    refused: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


def main(folder: Path) -> int:
    """Read the feeds of a folder and all below it; return the exit code."""
    files = sorted(file for file in folder.rglob("*") if file.suffix in (".xml", ".rss", ".atom", ".json"))
    if not files:
        print(f"no feeds in {folder}: files that end in .xml, .rss, .atom or .json are read", file=sys.stderr)
        return 1
    tally = Tally()
    with tempfile.TemporaryDirectory() as scratch:
        engine = open_engine(f"sqlite:///{scratch}/torture.db")
        upgrade(engine)
        knowledge = load()
        desk = Desk(engine, Reader(knowledge), knowledge)
        for number, file in enumerate(files):
            _try(file, file.relative_to(folder).as_posix(), f"source-{number}", desk, tally)
            if sys.stderr.isatty() and number % 50 == 0:
                print(f"\r{number} of {len(files)}", end="", file=sys.stderr)
        engine.dispose()
    for line in _table(tally):
        print(line)
    return 1 if tally.violations else 0


def _try(file: Path, name: str, source: str, desk: Desk, tally: Tally) -> None:
    tally.files += 1
    body = file.read_bytes()
    begun = time.perf_counter()
    try:
        first = _parsed(body, source, NOW)
    except NotAFeed as error:
        tally.refused[_kind(str(error))] += 1
        first = None
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what this tool looks for
        tally.violations.append(f"{name}: raises {type(error).__name__}: {shorten(one_line(str(error)), 120)}")
        return
    took = time.perf_counter() - begun
    tally.seconds += took
    tally.slowest = max(tally.slowest, (took, name))
    if took >= SLOWEST:
        tally.violations.append(f"{name}: takes {took:.1f} s")
    tally.violations.extend(f"{name}, cut: {problem}" for problem in _cut(body, source))
    if first is None:
        return
    _count(first, tally)
    again = _parsed(body, source, LATER)
    tally.violations.extend(f"{name}: {problem}" for problem in _unstable(first, again))
    tally.violations.extend(f"{name}: {problem}" for problem in _stored_twice(first, again, source, desk, tally))


def _parsed(body: bytes, source: str, now: datetime) -> ParsedFeed:
    url = "https://news.example/feed/"
    return parse_feed(body, source=source, url=url, content_type=None, language=None, now=now)


def _cut(body: bytes, source: str) -> Iterator[str]:
    """Parse what is left when a connection ends early; say what that raises."""
    for part in (1 / 3, 2 / 3):
        try:
            _parsed(body[: int(len(body) * part)], source, NOW)
        except NotAFeed:
            continue
        except Exception as error:  # noqa: BLE001 - as below
            yield f"raises {type(error).__name__}: {shorten(one_line(str(error)), 120)}"


def _kind(reason: str) -> str:
    return re.split(r'[("]', reason, maxsplit=1)[0].strip()


def _count(feed: ParsedFeed, tally: Tally) -> None:
    tally.formats[feed.version] += 1
    tally.entries += len(feed.entries)
    tally.incomplete += not feed.complete
    tally.undated += sum(entry.published is None for entry in feed.entries)
    tally.without_text += sum(not entry.text for entry in feed.entries)


def _unstable(first: ParsedFeed, again: ParsedFeed) -> Iterator[str]:
    if [entry.keys for entry in first.entries] != [entry.keys for entry in again.entries]:
        yield "an hour later its entries have other identities"
    for entry in first.entries:
        if entry.published is not None and entry.published.utcoffset() != timedelta(0):
            yield f"a date that is not UTC: {entry.published!r}"
        if not entry.keys:
            yield f"an entry without an identity: {shorten(entry.title, 60)}"


def _stored_twice(first: ParsedFeed, again: ParsedFeed, source: str, desk: Desk, tally: Tally) -> Iterator[str]:
    """Store both, the second by itself; say what it brought that the first did not."""
    try:
        stored = ingest(_answer(first, source, NOW), desk)
        later = ingest(_answer(again, source, LATER), desk)
    except Exception as error:  # noqa: BLE001 - as above
        yield f"cannot be stored: {type(error).__name__}: {shorten(one_line(str(error)), 160)}"
        return
    tally.stored += stored.new
    tally.quarantined += stored.quarantined
    if stored.quarantined:
        yield f"{stored.quarantined} entries cannot be read and are quarantined"
    if later.new or later.changed or later.moves:
        yield f"the second pass brings {later.new} new and {later.changed} edited entries, {later.moves} moves"


def _answer(feed: ParsedFeed, source: str, at: datetime) -> FeedAnswer:
    url = "https://news.example/feed/"
    return FeedAnswer(source, Outcome.OK, at, url, 200, entries=feed.entries, complete=feed.complete)


def _table(tally: Tally) -> Iterator[str]:
    rows: Sequence[tuple[str, object]] = (
        ("files", tally.files),
        ("no feed, and said so", tally.refused.total()),
        *((f"  {kind}", number) for kind, number in tally.refused.most_common(12)),
        ("feeds", tally.formats.total()),
        *((f"  {version or 'of no format'}", number) for version, number in tally.formats.most_common()),
        ("  of them cut or partly unreadable", tally.incomplete),
        ("entries", tally.entries),
        ("  without a date", tally.undated),
        ("  without a text", tally.without_text),
        ("  stored (the rest were known)", tally.stored),
        ("  quarantined", tally.quarantined),
        ("seconds of parsing", f"{tally.seconds:.1f}"),
        ("slowest file, seconds", f"{tally.slowest[0]:.2f}  {tally.slowest[1]}"),
        ("violations", len(tally.violations)),
    )
    yield from (f"{what:45} {value}" for what, value in rows)
    yield from (f"  {violation}" for violation in tally.violations)


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(main(Path(sys.argv[1])))
