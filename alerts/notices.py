"""Tells the ops channel, once each: a source in trouble, its recovery, and what a silent first poll found."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, select

from alerts import outbox
from alerts.cards import move_of
from alerts.messages import describe
from alerts.models import DeliveryKind
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

_MOST_LISTED = 10


def notices(engine: Engine, ops_channel: str | None, knowledge: Knowledge, now: datetime) -> list[str]:
    """Tell what became of the sources since it was told last; return the texts, each once in the database's life.

    Without an ops channel they go to the log only, and count as told.
    """
    with reading(engine) as connection:
        if not [row for row in _rows(connection) if _due(connection, row)]:
            return []
    texts: list[tuple[str, str]] = []
    with writing(engine) as connection:
        for row in _rows(connection):
            for subject, state, kind in _due(connection, row):
                text = _text(connection, row, state, knowledge, now)
                if outbox.tell_ops(connection, subject, state, text, now, ops_channel, kind):
                    texts.append((state, text))
    for state, text in texts:
        log.log(logging.WARNING if state in ("failing", "gone") else logging.INFO, "%s", one_line(text))
    return [text for _, text in texts]


def _rows(connection: Connection) -> list[RowMapping]:
    return list(connection.execute(select(sources).order_by(sources.c.id)).mappings())


def _due(connection: Connection, row: RowMapping) -> list[tuple[str, str, DeliveryKind]]:
    """Return what is to be told of a source: subject, new state, kind of message."""
    found: list[tuple[str, str, DeliveryKind]] = []
    health, baseline = f"source:{row['id']}", f"baseline:{row['id']}"
    told = outbox.notice_state(connection, health)
    if row["outcome"] == Outcome.GONE or row["failures"] >= FAILURES:
        state = "gone" if row["outcome"] == Outcome.GONE else "failing"
        if told != state:
            found.append((health, state, DeliveryKind.OPS))
    elif told in ("gone", "failing") and row["failures"] == 0:
        found.append((health, "well", DeliveryKind.OPS))
    quiet = row["baseline_at"] is not None and row["baseline_quiet"]
    if quiet and outbox.notice_state(connection, baseline) is None:
        found.append((baseline, "told", DeliveryKind.SUMMARY))
    return found


def _text(connection: Connection, row: RowMapping, state: str, knowledge: Knowledge, now: datetime) -> str:
    reason = one_line(row["reason"] or "no reason given")
    since = describe_age(now - row["failing_since"]) if row["failing_since"] else "some time"
    if state == "gone":
        return f"Source {row['id']} is gone: {reason}. Nothing is read from it until config.yaml gives another address."
    if state == "failing":
        return f"Source {row['id']} fails for {since}, {row['failures']} times in a row: {reason}"
    if state == "well":
        return f"Source {row['id']} answers again."
    return _summary(connection, row, knowledge)


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
