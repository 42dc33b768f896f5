"""Tells the ops channel, once each: a source in trouble, its recovery, a gap, and what a silent first poll found."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, RowMapping, or_, select

from alerts import outbox
from alerts.cards import move_of
from alerts.messages import describe
from alerts.models import DeliveryKind
from alerts.schema import notices as told
from crawler.knowledge import Knowledge
from crawler.models import Outcome
from crawler.storage.engine import reading, writing
from crawler.storage.schema import articles, events, mentions, sources
from crawler.storage.views import views
from crawler.text import one_line
from crawler.units import describe_age

log = logging.getLogger(__name__)

FAILURES = 3
"""A source is in trouble after so many failures in a row: one or two are the weather of the web (a choice)."""

DAILY = timedelta(days=1)
"""A gap, and a trouble that comes and goes, are told so often at most (a choice)."""

_MOST_LISTED = 10
_GOOD = ("well", "in order", "told")
_GAP = "Poll it more often if this goes on (`every:` in config.yaml)."


@dataclass(frozen=True, slots=True)
class _Told:
    """What ops was told of a subject last."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Notice:
    """What is to be told."""

    subject: str
    state: str
    """At most 20 characters; the same state is not told twice in a row."""
    row: RowMapping
    kind: DeliveryKind = DeliveryKind.OPS


def notices(engine: Engine, ops_channel: str | None, knowledge: Knowledge, now: datetime) -> list[str]:
    """Tell what became of the sources since it was told last; return the texts, each once in the database's life.

    Without an ops channel they go to the log only, and count as told.
    """
    with reading(engine) as connection:
        if not _all_due(connection, now):
            return []
    texts: list[tuple[str, str]] = []
    with writing(engine) as connection:
        for notice in _all_due(connection, now):
            text = _text(connection, notice, knowledge, now)
            subject, state = notice.subject, notice.state
            if outbox.tell_ops(connection, subject, state, text, now, ops_channel, notice.kind):
                texts.append((state, text))
    for state, text in texts:
        log.log(logging.INFO if state in _GOOD else logging.WARNING, "%s", one_line(text))
    return [text for _, text in texts]


def _all_due(connection: Connection, now: datetime) -> list[_Notice]:
    """Return what is to be told of all sources: two queries, however many there are."""
    query = select(told.c.subject, told.c.state, told.c.told_at)
    mine = or_(*(told.c.subject.startswith(f"{subject}:") for subject in _SUBJECTS))
    known = {subject: _Told(state, at) for subject, state, at in connection.execute(query.where(mine))}
    rows = connection.execute(select(sources).order_by(sources.c.id)).mappings()
    return [notice for row in rows for notice in _due(row, known, now)]


def _due(row: RowMapping, known: Mapping[str, _Told], now: datetime) -> Iterator[_Notice]:
    """Yield what is to be told of one source."""
    for subject, find in _SUBJECTS.items():
        name = f"{subject}:{row['id']}"
        before = known.get(name)
        state = find(row, before, now)
        if state is not None and (before is None or before.state != state):
            kind = DeliveryKind.SUMMARY if subject == "baseline" else DeliveryKind.OPS
            yield _Notice(name, state, row, kind)


def _health(row: RowMapping, before: _Told | None, _now: datetime) -> str | None:
    if row["outcome"] == Outcome.GONE:
        return "gone"
    if row["failures"] >= FAILURES:
        return "failing"
    return "well" if before is not None and row["failures"] == 0 else None


def _degraded(row: RowMapping, before: _Told | None, now: datetime) -> str | None:
    """Return the state of a source that answers, but not as it should; trouble that comes and goes is told daily."""
    if row["degraded"] is None:
        return "in order" if before is not None and row["failures"] == 0 else None
    return "degraded" if before is None or now - before.at >= DAILY else None


def _gap(row: RowMapping, before: _Told | None, _now: datetime) -> str | None:
    """Return the moment of the last gap, unless one was told in the day before it."""
    gap = row["gap_at"]
    return None if gap is None or (before is not None and gap - before.at < DAILY) else f"{gap:%Y-%m-%d %H:%M:%S}"


def _moved(row: RowMapping, _before: _Told | None, _now: datetime) -> str | None:
    return hashlib.sha256(row["moved_to"].encode()).hexdigest()[:16] if row["moved_to"] else None


def _baseline(row: RowMapping, _before: _Told | None, _now: datetime) -> str | None:
    return "told" if row["baseline_at"] is not None and row["baseline_quiet"] else None


_SUBJECTS: Mapping[str, Callable[[RowMapping, _Told | None, datetime], str | None]] = {
    "source": _health,
    "degraded": _degraded,
    "gap": _gap,
    "moved": _moved,
    "baseline": _baseline,
}
"""What is told of a source, and how its state is found; each becomes a subject `word:source`."""


def _text(connection: Connection, notice: _Notice, knowledge: Knowledge, now: datetime) -> str:
    row, state = notice.row, notice.state
    subject, id = notice.subject.partition(":")[0], row["id"]
    reason = one_line(row["reason"] or "no reason given")
    since = describe_age(now - row["failing_since"]) if row["failing_since"] else "some time"
    texts = {
        "gone": f"Source {id} is gone: {reason}. Nothing is read from it until config.yaml gives another address.",
        "failing": f"Source {id} fails for {since}, {row['failures']} times in a row: {reason}",
        "well": f"Source {id} answers again.",
        "degraded": f"Source {id} answers, but not as it should: {one_line(row['degraded'] or '')}",
        "in order": f"Source {id} is in order again.",
    }
    if subject == "gap":
        return f"Source {id} had more news between two polls than its feed holds: some may have been missed. {_GAP}"
    if subject == "moved":
        return f"Source {id} has moved for good: change its url in config.yaml to {one_line(row['moved_to'])}"
    return texts.get(state) or _summary(connection, row, knowledge)


def _summary(connection: Connection, row: RowMapping, knowledge: Knowledge) -> str:
    count, found = row["baseline_articles"] or 0, _baseline_moves(connection, row["id"], knowledge)
    known = f"{row['id']}: first poll, {count} {'article' if count == 1 else 'articles'} known"
    if not found:
        return f"{known}, no moves among them."
    listed = [f"• {line}" for line in found[:_MOST_LISTED]]
    if len(found) > _MOST_LISTED:
        listed.append(f"and {len(found) - _MOST_LISTED} more, see `chuhai events`")
    moves = "move" if len(found) == 1 else "moves"
    return "\n".join([f"{known}, {len(found)} {moves} among them not alerted:", *listed])


def _baseline_moves(connection: Connection, source: str, knowledge: Knowledge) -> list[str]:
    query = (
        select(events.c.id)
        .join(mentions, mentions.c.event_id == events.c.id)
        .join(articles, articles.c.id == mentions.c.article_id)
        .where(articles.c.source_id == source, mentions.c.quiet, events.c.quiet)
        .distinct()
        .order_by(events.c.id)
    )
    found = views(connection, connection.execute(query).scalars(), knowledge)
    return [describe(move_of(event, knowledge)) for event in found]
