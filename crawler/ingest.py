"""From a feed's answer to stored events: the stages in a row, one transaction for everything one answer holds."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.classify import Reader
from crawler.config import ArticlePages
from crawler.doubts import FEW_RENAMED, Doubts, doubts, renamed
from crawler.knowledge import Knowledge
from crawler.models import Entry, FeedAnswer, Outcome, Reading, Text
from crawler.quoting import outlet_of
from crawler.reports import store_moves
from crawler.sites import site_of
from crawler.storage import articles, events, pages, sources
from crawler.storage.engine import Connection, Engine, reading, writing
from crawler.text import one_line, shorten
from crawler.understanding import understand

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
    page_text: str | None = None
    """That of the article's page, where it was fetched: an edit of the entry does not make it less true."""
    wants_page: bool = False

    @property
    def text(self) -> str:
        """What was read under the title."""
        return self.entry.text if self.page_text is None else self.page_text


@dataclass(frozen=True, slots=True)
class _Brought:
    """What an answer's entries are, seen before the transaction."""

    entries: Sequence[Entry] = ()
    """Each once, oldest first."""
    found: Mapping[str, articles.KnownArticle] = field(default_factory=dict)
    """The stored articles by the keys known so far."""
    again: Mapping[str, articles.KnownArticle] = field(default_factory=dict)
    """Those that came again under other keys, by these."""
    read: Sequence[_Read] = ()
    """The new and the edited ones."""


def ingest(
    answer: FeedAnswer, desk: Desk, *, quiet_baseline: bool = True, article_pages: ArticlePages = "never"
) -> Stored:
    """Store one answer whole: its entries, their readings and events, and the source's validators and health.

    Reading happens before the transaction opens, so that no other writer waits for it.
    """
    if not answer.entries:
        return note([answer], desk, quiet={answer.source} if quiet_baseline else set())[0]
    brought = _brought(answer, desk, article_pages)
    with writing(desk.engine) as connection:
        state = sources.ensure(connection, [answer.source])[answer.source]
        stored, after = _keep(connection, answer, brought, state, desk, quiet_baseline=quiet_baseline)
        sources.save(connection, [after])
    return stored


def note(answers: Sequence[FeedAnswer], desk: Desk, *, quiet: Collection[str]) -> list[Stored]:
    """Store answers that brought no entries, each of another source, in one transaction.

    `quiet` are the sources whose first successful poll is a silent baseline.
    """
    made = []
    with writing(desk.engine) as connection:
        states = sources.ensure(connection, [answer.source for answer in answers])
        for answer in answers:
            state = states[answer.source]
            made.append(_keep(connection, answer, _Brought(), state, desk, quiet_baseline=answer.source in quiet))
        sources.save(connection, [after for _, after in made])
    return [stored for stored, _ in made]


def _brought(answer: FeedAnswer, desk: Desk, mode: ArticlePages) -> _Brought:
    entries = _distinct(answer.entries, answer.at)
    with reading(desk.engine) as connection:
        found = articles.known(connection, [key for entry in entries for key in entry.keys])
        again = _renamed(connection, answer.source, entries, found)
        news = _news(entries, {**found, **again}, answer.source)
        texts = pages.texts(connection, [article.id for _, article in news if article is not None])
    read = [_read(entry, article, desk, mode, texts.get(article.id if article else 0)) for entry, article in news]
    return _Brought(entries, found, again, read)


def _keep(
    connection: Connection,
    answer: FeedAnswer,
    brought: _Brought,
    state: sources.SourceState,
    desk: Desk,
    *,
    quiet_baseline: bool,
) -> tuple[Stored, sources.SourceState]:
    """Store what an answer brought; return what that changed, and the source's state after it, still to be saved."""
    after = sources.polled(state, answer)
    if not answer.outcome.healthy:
        return Stored(), after
    entries, known = brought.entries, {**brought.found, **brought.again}
    flooded = len({article.id for article in brought.again.values()})
    doubted = doubts(answer, entries, known, state, flooded=flooded)
    baseline = answer.outcome is Outcome.OK and state.baseline_at is None
    quiet = frozenset(entries) if baseline and quiet_baseline else doubted.hushed
    _learn_keys(connection, brought)
    stored = _store(connection, brought.read, answer, desk, quiet=quiet) if brought.read else Stored()
    after = _noted(connection, answer, entries, after, doubted)
    # of a first answer that was cut, the rest is yet to come, and no news either
    if baseline and (answer.complete or state.succeeded_at is not None):
        after = sources.begun(after, answer.at, quiet=quiet_baseline, known=len(entries), events=stored.moves)
    return replace(stored, baseline=baseline, quiet=baseline and quiet_baseline), after


def _renamed(
    connection: Connection, source: str, entries: Sequence[Entry], known: Mapping[str, articles.KnownArticle]
) -> dict[str, articles.KnownArticle]:
    """Return the articles of this source that come again under other keys, by those keys."""
    fresh = [entry for entry in entries if _article(entry, known) is None]
    if len(fresh) < FEW_RENAMED:
        return {}
    return renamed(fresh, articles.titled(connection, source, {entry.title for entry in fresh}))


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


def _read(
    entry: Entry, known: articles.KnownArticle | None, desk: Desk, mode: ArticlePages, page_text: str | None
) -> _Read:
    """Read one entry; one that the reader cannot bear is quarantined and holds up nobody."""
    text = Text(entry.title, entry.text if page_text is None else page_text, entry.published)
    try:
        found = understand(text, outlet_of(entry.url, ""), entry.author, desk.reader, desk.knowledge)
        wanted = _wants_page(entry, text, mode, desk.reader)
    except Exception as error:
        log.exception("reading failed, article quarantined: %s (%s)", one_line(entry.title), entry.url)
        return _Read(entry, known, None, shorten(one_line(f"{type(error).__name__}: {error}"), 300), page_text)
    return _Read(entry, known, found, None, page_text, wanted)


def _wants_page(entry: Entry, text: Text, mode: ArticlePages, reader: Reader) -> bool:
    """Say whether the article's own page is worth fetching: it may tell more, and it may make a difference."""
    if mode == "never" or entry.url is None:
        return False
    site = site_of(entry.url)
    if site is not None and site.whole.match(entry.url):
        return False
    return mode == "always" or reader.is_candidate(text)


def _learn_keys(connection: Connection, brought: _Brought) -> None:
    """Know an article by its further identities too: a feed that renews all its GUIDs brings nothing new."""
    keys = []
    for entry in brought.entries:
        article = _article(entry, brought.found) or _article(entry, brought.again)
        if article is not None:
            keys += [(article.id, key) for key in entry.keys if key not in brought.found]
    articles.add_keys(connection, keys)


def _store(
    connection: Connection, read: Sequence[_Read], answer: FeedAnswer, desk: Desk, *, quiet: frozenset[Entry]
) -> Stored:
    # Asked again under the writer's lock: another source may have stored the same article since.
    known = articles.known(connection, [key for item in read for key in item.entry.keys])
    kept = [item for item in read if item.known is not None or _article(item.entry, known) is None]
    moves = 0
    for item, article, id in _stored(connection, kept, answer, quiet):
        hushed = item.entry in quiet
        if item.reading is not None and id is not None:
            silent = hushed or _was_told_quietly(connection, item)
            moves += _store_moves(connection, article, id, item, item.reading, answer.at, desk, quiet=silent)
        if item.wants_page and item.entry.url and not hushed:
            pages.wish(connection, article, item.entry.url, answer.at)
    changed = sum(item.known is not None for item in kept)
    return Stored(len(kept) - changed, changed, moves, sum(item.quarantined is not None for item in kept))


def _stored(
    connection: Connection, kept: Sequence[_Read], answer: FeedAnswer, quiet: frozenset[Entry]
) -> list[tuple[_Read, int, int | None]]:
    """Store articles and readings, all new ones together; return the ids of both beside each, in the given order."""
    fresh = [item for item in kept if item.known is None]
    new = [articles.NewArticle(item.entry, item.entry in quiet, item.quarantined) for item in fresh]
    ids = articles.add(connection, answer.source, new, answer.at)
    found = [
        (id, articles.digest(item.entry.title, item.text), item.reading)
        for id, item in zip(ids, fresh, strict=True)
        if item.reading is not None
    ]
    readings = iter(articles.add_readings(connection, found, answer.at))
    numbers = iter(ids)
    return [
        (item, next(numbers), next(readings) if item.reading is not None else None)
        if item.known is None
        else _changed(connection, item, item.known, answer.at)
        for item in kept
    ]


def _was_told_quietly(connection: Connection, item: _Read) -> bool:
    """Keep an edit of a baseline's article silent, unless it is the edit that made it report a move."""
    if item.known is None or not item.known.quiet:
        return False
    return bool(events.mentioned_in(connection, item.known.id))


def _changed(
    connection: Connection, item: _Read, known: articles.KnownArticle, now: datetime
) -> tuple[_Read, int, int | None]:
    id, title = known.id, item.entry.title
    articles.change(connection, id, item.entry, now, quarantined=item.quarantined)
    if item.page_text is not None:
        pages.keep_text(connection, id, title, item.page_text, now, quarantined=item.quarantined)
    if item.reading is None:
        return item, id, None
    return item, id, articles.save_reading(connection, id, articles.digest(title, item.text), item.reading, now)


def _store_moves(
    connection: Connection,
    article: int,
    id: int,
    item: _Read,
    reading: Reading,
    now: datetime,
    desk: Desk,
    *,
    quiet: bool,
) -> int:
    """Let each move of a stored reading join or open an event; return how many there were."""
    return store_moves(
        connection,
        article,
        id,
        reading,
        desk.knowledge,
        published=item.entry.published,
        now=now,
        quiet=quiet,
        again=item.known is not None,
    )


def _noted(
    connection: Connection,
    answer: FeedAnswer,
    entries: Sequence[Entry],
    state: sources.SourceState,
    doubted: Doubts,
) -> sources.SourceState:
    """Return the state with the newest entry, by which a gap between two polls shows, and with what is odd."""
    id, at = answer.source, answer.at
    dates = [min(entry.published, at) for entry in entries if entry.published is not None]
    newest = max([*dates, *([state.newest_at] if state.newest_at else [])], default=None)
    had_items = doubted.empty_polls == 0 or articles.of_source(connection, id)
    degraded = doubted.degraded if had_items else None
    if degraded and degraded != state.degraded:
        log.warning("source %s: %s", id, degraded)
    if doubted.gap:
        log.warning("source %s: a gap: even the oldest entry is newer than all known, some may have been missed", id)
    return sources.doubted(
        state,
        degraded=degraded,
        empty_polls=doubted.empty_polls if had_items else 0,
        gap_at=at if doubted.gap else None,
        newest=newest,
    )
