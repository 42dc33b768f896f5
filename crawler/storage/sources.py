"""What is remembered of each source: its validators, its health, its baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, func, insert, select, update

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


def states(connection: Connection, ids: Sequence[str] | None = None) -> dict[str, SourceState]:
    """Return the states of the given sources (all known ones without `ids`); one never polled has an empty state."""
    query = select(sources).order_by(sources.c.id)
    if ids is not None:
        query = query.where(sources.c.id.in_(ids))
    found = {row["id"]: _state(row) for row in connection.execute(query).mappings()}
    return found if ids is None else {id: found.get(id, SourceState(id)) for id in ids}


def _state(row: RowMapping) -> SourceState:
    return SourceState(**{**row, "outcome": Outcome(row["outcome"]) if row["outcome"] else None})


def ensure(connection: Connection, id: str) -> SourceState:
    """Return a source's state, having made its row where there was none."""
    row = connection.execute(select(sources).where(sources.c.id == id)).mappings().first()
    if row is not None:
        return _state(row)
    connection.execute(insert(sources).values(id=id))
    return SourceState(id)


def record_poll(connection: Connection, answer: FeedAnswer, state: SourceState) -> None:
    """Store how a poll went, in the transaction that stores its entries; validators only from a complete answer."""
    changes: dict[str, object] = {
        "outcome": answer.outcome,
        "reason": answer.reason,
        "http_status": answer.status,
        "polled_at": answer.at,
        "polls": state.polls + 1,
        "url": answer.url,
        "moved_to": answer.moved_to,
        "not_before": _not_before(answer),
    }
    changes["stopped_at"] = answer.at if answer.outcome is Outcome.GONE else None
    changes |= _success(answer, state) if answer.outcome.healthy else _failure(answer, state)
    connection.execute(update(sources).where(sources.c.id == answer.source).values(**changes))


def _not_before(answer: FeedAnswer) -> datetime | None:
    return None if answer.retry_after is None else answer.at + timedelta(seconds=answer.retry_after)


def _success(answer: FeedAnswer, state: SourceState) -> dict[str, object]:
    changes: dict[str, object] = {"succeeded_at": answer.at, "failures": 0, "failing_since": None}
    nothing = {"etag": None, "last_modified": None, "validators_of": None}
    if not answer.complete:
        return changes | nothing | {"body_hash": None}
    if answer.status != 304:
        changes["whole_at"] = answer.at
    elif answer.at - (state.whole_at or answer.at) >= WHOLE_EVERY:
        return changes | nothing
    if answer.outcome is Outcome.OK or answer.etag or answer.last_modified:
        changes |= {"etag": answer.etag, "last_modified": answer.last_modified, "validators_of": answer.url}
    if answer.body_hash:
        changes["body_hash"] = answer.body_hash
    return changes


def _failure(answer: FeedAnswer, state: SourceState) -> dict[str, object]:
    return {"failures": state.failures + 1, "failing_since": state.failing_since or answer.at, "degraded": None}


def record_doubts(
    connection: Connection, id: str, *, degraded: str | None, empty_polls: int, gap_at: datetime | None
) -> None:
    """Store what is odd about a source that answers; `gap_at` is when a gap was noticed just now, if one was."""
    changes: dict[str, object] = {"degraded": degraded, "empty_polls": empty_polls}
    if gap_at is not None:
        changes |= {"gap_at": gap_at, "faster_until": gap_at + FASTER}
    connection.execute(update(sources).where(sources.c.id == id).values(**changes))


def record_newest(connection: Connection, id: str, newest: datetime | None) -> None:
    """Store the date of the newest entry a source has shown."""
    connection.execute(update(sources).where(sources.c.id == id).values(newest_at=newest))


def record_baseline(connection: Connection, id: str, at: datetime, *, quiet: bool, known: int, events: int) -> None:
    """Store that a source had its first successful poll, with how many articles and events it brought."""
    connection.execute(
        update(sources)
        .where(sources.c.id == id)
        .values(baseline_at=at, baseline_quiet=quiet, baseline_articles=known, baseline_events=events)
    )


def article_counts(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return for each source how many articles it brought first, and how many of them are quarantined."""
    query = select(articles.c.source_id, func.count(articles.c.id), func.count(articles.c.quarantined)).group_by(
        articles.c.source_id
    )
    return {source: (total, quarantined) for source, total, quarantined in connection.execute(query)}
