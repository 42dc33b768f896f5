"""The timetable's own table: which sources are due, kept so that a restart forgets nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Engine, String, Table, delete, insert, select

import alerts.schema  # noqa: F401 - adds its tables to the metadata
from crawler.storage.engine import Connection, Instant, reading, writing
from crawler.storage.schema import metadata

due_times = Table(
    "due_times",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("due_at", Instant, nullable=False),
)

WHOLE = metadata
"""The metadata with the tables of all three packages."""


def keep_due(engine: Engine, due_now: Iterable[str], done: Iterable[str], now: datetime) -> None:
    """Store which sources are to be polled and which were, in one transaction; one marked already keeps its time."""
    wanted, over = set(due_now), set(done)
    if wanted or over:
        with writing(engine) as connection:
            mark_due(connection, wanted, over, now)


def mark_due(connection: Connection, due_now: set[str], done: set[str], now: datetime) -> None:
    """Store within a transaction which sources are to be polled and which were."""
    if done:
        connection.execute(delete(due_times).where(due_times.c.source.in_(done)))
    if due_now:
        marked = set(connection.execute(select(due_times.c.source)).scalars())
        rows = [{"source": source, "due_at": now} for source in sorted(due_now - marked)]
        if rows:
            connection.execute(insert(due_times), rows)


def due_sources(engine: Engine, now: datetime) -> list[str]:
    """Return the sources that are due, the longest waiting first."""
    with reading(engine) as connection:
        query = select(due_times.c.source).where(due_times.c.due_at <= now).order_by(due_times.c.due_at)
        return list(connection.execute(query).scalars())
