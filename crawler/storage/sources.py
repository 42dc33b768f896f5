"""What is remembered of each source: its validators, its health, its baseline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawler.models import FeedAnswer, Outcome
from crawler.storage.schema import articles, sources

WHOLE_EVERY = timedelta(days=1)
"""After so long of "not modified" the feed is asked for without validators: some servers never change theirs."""
FASTER = timedelta(days=1)
"""How long a source is polled more often after a gap between two polls (config.yaml, a choice)."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as the database knows it; all empty before its first poll."""

    id: str
    url: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    http_status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    validators_of: str | None = None
    body_hash: str | None = None
    moved_to: str | None = None
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    not_before: datetime | None = None
    baseline_at: datetime | None = None
    baseline_quiet: bool | None = None
    baseline_articles: int | None = None
    baseline_events: int | None = None
    polls: int = 0
    newest_at: datetime | None = None
    whole_at: datetime | None = None
    """When the whole feed last came: not as a 304."""
    empty_polls: int = 0
    """Successful polls in a row that brought no item at all."""
    gap_at: datetime | None = None
    """When it was last noticed that items may have been missed between two polls."""
    faster_until: datetime | None = None
    degraded: str | None = None
    """What is wrong with a source that still answers; one line."""
    stopped_at: datetime | None = None
    """When its server said that it is gone for good: it is polled no more until its address changes."""


_FIELDS = tuple(field.name for field in fields(SourceState))
_STATES = select(*(sources.c[name] for name in _FIELDS)).order_by(sources.c.id)
_SOME = _STATES.where(sources.c.id.in_(bindparam("ids", expanding=True)))
_ADD_MISSING = {
    "postgresql": postgresql.insert(sources).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(sources).on_conflict_do_nothing(),
}
_SAVE = (
    update(sources)
    .where(sources.c.id == bindparam("this"))
    .values({name: bindparam(name) for name in _FIELDS if name != "id"})
)


def states(connection: Connection, ids: Sequence[str] | None = None) -> dict[str, SourceState]:
    """Return the states of the given sources (all known ones without `ids`); one never polled has an empty state."""
    rows = connection.execute(_STATES) if ids is None else connection.execute(_SOME, {"ids": list(ids)})
    found = {row[0]: _state(row) for row in rows}
    return found if ids is None else {id: found.get(id) or SourceState(id) for id in ids}


def _state(row: Row[Any]) -> SourceState:
    state = SourceState(*row)
    return replace(state, outcome=Outcome(state.outcome)) if state.outcome else state


def ensure(connection: Connection, ids: Sequence[str]) -> dict[str, SourceState]:
    """Return the states of the given sources, having made the rows of those that had none."""
    found = states(connection, ids)
    fresh = [{"id": id} for id, state in found.items() if state.polls == 0]
    if fresh:
        connection.execute(_ADD_MISSING[connection.dialect.name], fresh)
    return found


def save(connection: Connection, states: Iterable[SourceState]) -> None:
    """Store the states of sources whose rows exist, in the transaction that stores what they brought."""
    connection.execute(_SAVE, [_parameters(state) for state in states])


def _parameters(state: SourceState) -> dict[str, object]:
    return {"this" if name == "id" else name: getattr(state, name) for name in _FIELDS}


def polled(state: SourceState, answer: FeedAnswer) -> SourceState:
    """Return a source's state after a poll; validators only from a complete answer."""
    after = replace(
        state,
        outcome=answer.outcome,
        reason=answer.reason,
        http_status=answer.status,
        polled_at=answer.at,
        polls=state.polls + 1,
        url=answer.url,
        moved_to=answer.moved_to,
        not_before=None if answer.retry_after is None else answer.at + timedelta(seconds=answer.retry_after),
        stopped_at=answer.at if answer.outcome is Outcome.GONE else None,
    )
    if answer.outcome.healthy:
        return _validated(replace(after, succeeded_at=answer.at, failures=0, failing_since=None), answer)
    since = state.failing_since or answer.at
    return replace(after, failures=state.failures + 1, failing_since=since, degraded=None)


def _validated(state: SourceState, answer: FeedAnswer) -> SourceState:
    nothing = replace(state, etag=None, last_modified=None, validators_of=None)
    if not answer.complete:
        return replace(nothing, body_hash=None)
    if answer.status != 304:
        state = replace(state, whole_at=answer.at)
    elif answer.at - (state.whole_at or answer.at) >= WHOLE_EVERY:
        return nothing
    if answer.outcome is Outcome.OK or answer.etag or answer.last_modified:
        state = replace(state, etag=answer.etag, last_modified=answer.last_modified, validators_of=answer.url)
    return replace(state, body_hash=answer.body_hash) if answer.body_hash else state


def doubted(
    state: SourceState, *, degraded: str | None, empty_polls: int, gap_at: datetime | None, newest: datetime | None
) -> SourceState:
    """Return the state of a source that answers with what is odd about it.

    Args:
        state: the source as it is so far.
        degraded: what is wrong with it, in one line.
        empty_polls: successful polls in a row that brought no item.
        gap_at: when a gap was noticed just now, if one was.
        newest: the date of the newest entry it has shown.
    """
    after = replace(state, degraded=degraded, empty_polls=empty_polls, newest_at=newest)
    return after if gap_at is None else replace(after, gap_at=gap_at, faster_until=gap_at + FASTER)


def begun(state: SourceState, at: datetime, *, quiet: bool, known: int, events: int) -> SourceState:
    """Return the state of a source after its first successful poll, with how many articles and events it brought."""
    return replace(state, baseline_at=at, baseline_quiet=quiet, baseline_articles=known, baseline_events=events)


def article_counts(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return for each source how many articles it brought first, and how many of them are quarantined."""
    query = select(articles.c.source_id, func.count(articles.c.id), func.count(articles.c.quarantined)).group_by(
        articles.c.source_id
    )
    return {source: (total, quarantined) for source, total, quarantined in connection.execute(query)}
