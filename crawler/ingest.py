"""From a feed's answer to stored events: the stages in a row, one transaction for everything one answer holds."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.classify import Reader
from crawler.knowledge import Knowledge
from crawler.models import Entry, FeedAnswer, Move, Outcome, Reading, Text
from crawler.resolve import first_time, resolve
from crawler.storage import articles, events, sources
from crawler.storage.engine import Connection, Engine, reading, writing
from crawler.text import one_line, shorten

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading needs: where to store, who reads, what is known."""

    engine: Engine
    reader: Reader
    knowledge: Knowledge


@dataclass(frozen=True, slots=True)
class Stored:
    """What one answer changed."""

    new: int = 0
    changed: int = 0
    moves: int = 0
    """Mentions of moves stored, new or renewed."""
    quarantined: int = 0
    baseline: bool = False
    """True where this was a source's first successful poll."""
    quiet: bool = False
    """True where nothing of it is told as news."""


@dataclass(frozen=True, slots=True)
class _Read:
    """An entry that is to be stored, with what was made of it before the transaction."""

    entry: Entry
    known: articles.KnownArticle | None
    reading: Reading | None
    quarantined: str | None


def ingest(answer: FeedAnswer, desk: Desk, *, quiet_baseline: bool = True) -> Stored:
    """Store one answer whole: its entries, their readings and events, and the source's validators and health.

    Reading happens before the transaction opens, so that no other writer waits for it.
    """
    entries = _distinct(answer.entries, answer.at)
    with reading(desk.engine) as connection:
        known = articles.known(connection, [key for entry in entries for key in entry.keys])
    read = [_read(entry, found, desk) for entry, found in _news(entries, known, answer.source)]
    with writing(desk.engine) as connection:
        state = sources.ensure(connection, answer.source)
        sources.record_poll(connection, answer, state)
        if not answer.outcome.healthy:
            return Stored()
        baseline = answer.outcome is Outcome.OK and state.baseline_at is None
        _learn_keys(connection, entries, known)
        stored = _store(connection, read, answer, desk, quiet=baseline and quiet_baseline)
        _finish(connection, answer, entries, state, stored, baseline=baseline, quiet=quiet_baseline)
    return Stored(stored.new, stored.changed, stored.moves, stored.quarantined, baseline, baseline and quiet_baseline)


def _distinct(entries: Iterable[Entry], now: datetime) -> list[Entry]:
    """Leave out entries that share an identity with an earlier one; oldest first, as events should open in time."""
    seen: set[str] = set()
    kept: list[Entry] = []
    for entry in entries:
        if seen.isdisjoint(entry.keys):
            kept.append(entry)
        seen.update(entry.keys)
    return sorted(kept, key=lambda entry: (entry.published is None, entry.published or now))


def _news(
    entries: Iterable[Entry], known: Mapping[str, articles.KnownArticle], source: str
) -> list[tuple[Entry, articles.KnownArticle | None]]:
    """Return the entries that are new or were edited by the outlet that first brought them."""
    found = []
    for entry in entries:
        article = _article(entry, known)
        if article is None or (
            article.source == source and article.entry_hash != articles.digest(entry.title, entry.text)
        ):
            found.append((entry, article))
    return found


def _article(entry: Entry, known: Mapping[str, articles.KnownArticle]) -> articles.KnownArticle | None:
    return next((known[key] for key in entry.keys if key in known), None)


def _read(entry: Entry, known: articles.KnownArticle | None, desk: Desk) -> _Read:
    """Read one entry; one that the reader cannot bear is quarantined and holds up nobody."""
    try:
        return _Read(entry, known, desk.reader.read(Text(entry.title, entry.text, entry.published)), None)
    except Exception as error:
        log.exception("reading failed, article quarantined: %s (%s)", one_line(entry.title), entry.url)
        return _Read(entry, known, None, shorten(one_line(f"{type(error).__name__}: {error}"), 300))


def _learn_keys(connection: Connection, entries: Iterable[Entry], known: Mapping[str, articles.KnownArticle]) -> None:
    """Know an article by its further identities too: a feed that renews all its GUIDs brings nothing new."""
    for entry in entries:
        article = _article(entry, known)
        if article is not None:
            articles.add_keys(connection, article.id, [key for key in entry.keys if key not in known])


def _store(connection: Connection, read: Sequence[_Read], answer: FeedAnswer, desk: Desk, *, quiet: bool) -> Stored:
    # Asked again under the writer's lock: another source may have stored the same article since.
    known = articles.known(connection, [key for item in read for key in item.entry.keys])
    new = changed = moves = quarantined = 0
    for item in read:
        if item.known is None and _article(item.entry, known) is not None:
            continue
        article = _store_article(connection, item, answer, quiet=quiet)
        new += item.known is None
        changed += item.known is not None
        quarantined += item.quarantined is not None
        if item.reading is not None:
            silent = quiet or _was_told_quietly(connection, item)
            moves += _store_reading(connection, article, item, item.reading, answer.at, desk, quiet=silent)
    return Stored(new, changed, moves, quarantined)


def _was_told_quietly(connection: Connection, item: _Read) -> bool:
    """Keep an edit of a baseline's article silent, unless it is the edit that made it report a move."""
    if item.known is None or not item.known.quiet:
        return False
    return bool(events.mentioned_in(connection, item.known.id))


def _store_article(connection: Connection, item: _Read, answer: FeedAnswer, *, quiet: bool) -> int:
    if item.known is None:
        return articles.add(connection, answer.source, item.entry, answer.at, quiet=quiet, quarantined=item.quarantined)
    articles.change(connection, item.known.id, item.entry, answer.at, quarantined=item.quarantined)
    return item.known.id


def _store_reading(
    connection: Connection, article: int, item: _Read, reading: Reading, now: datetime, desk: Desk, *, quiet: bool
) -> int:
    """Store a reading and let each of its moves join or open an event; return how many there were."""
    text_hash = articles.digest(item.entry.title, item.entry.text)
    id = articles.save_reading(connection, article, text_hash, reading, now)
    at = min(item.entry.published or now, now)
    kept: list[int] = []
    siblings: list[tuple[str, int]] = []
    for move in reading.moves:
        report = events.Report(move, article, id, at, quiet)
        event, story = _store_move(connection, report, [s for company, s in siblings if company == move.company], desk)
        kept.append(event)
        siblings.append((move.company, story))
    if item.known is not None:
        events.withdraw_mentions(connection, article, kept, at)
    return len(reading.moves)


def _store_move(connection: Connection, report: events.Report, siblings: Sequence[int], desk: Desk) -> tuple[int, int]:
    move: Move = report.move
    known = events.known_of(connection, move.company)
    gazetteer = desk.knowledge.gazetteer
    decision = resolve(move, report.at, known, siblings, gazetteer)
    return events.apply(connection, report, decision, first_time(move, known, desk.knowledge.presence))


def _finish(
    connection: Connection,
    answer: FeedAnswer,
    entries: Sequence[Entry],
    state: sources.SourceState,
    stored: Stored,
    *,
    baseline: bool,
    quiet: bool,
) -> None:
    """Note the baseline and the newest entry, by which a gap between two polls shows."""
    dates = [entry.published for entry in entries if entry.published is not None]
    newest = max([*dates, *([state.newest_at] if state.newest_at else [])], default=None)
    sources.record_newest(connection, answer.source, newest)
    if baseline:
        sources.record_baseline(
            connection, answer.source, answer.at, quiet=quiet, known=len(entries), events=stored.moves
        )
