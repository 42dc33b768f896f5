"""What is remembered of hosts, so that a restart forgets no manners: waiting times and robots.txt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Insert, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from crawler.gate import HostTimes
from crawler.robots import RobotsTxt
from crawler.storage.schema import hosts

REMEMBERED = timedelta(days=30)
"""A host is forgotten when its robots.txt has not been asked for since so long."""


def load(connection: Connection) -> tuple[list[HostTimes], list[RobotsTxt]]:
    """Return what is kept of all hosts."""
    times, texts = [], []
    for row in connection.execute(select(hosts)).mappings():
        if row["next_at"] or row["penalty_until"]:
            times.append(HostTimes(row["host"], row["next_at"], row["penalty_until"]))
        if row["robots_until"]:
            texts.append(RobotsTxt(row["host"], row["robots"], row["robots_status"], row["robots_until"]))
    return times, texts


def _keeping(*columns: str) -> dict[str, Insert]:
    """Return, by dialect, the statement that stores these columns of a host, whether it is known or not."""
    index, post, lite = [hosts.c.host], postgresql.insert(hosts), sqlite.insert(hosts)
    return {
        "postgresql": post.on_conflict_do_update(
            index_elements=index, set_={name: post.excluded[name] for name in columns}
        ),
        "sqlite": lite.on_conflict_do_update(
            index_elements=index, set_={name: lite.excluded[name] for name in columns}
        ),
    }


_KEEP_TIMES = _keeping("next_at", "penalty_until")
_KEEP_ROBOTS = _keeping("robots", "robots_status", "robots_until")


def save(connection: Connection, times: Sequence[HostTimes], texts: Sequence[RobotsTxt], now: datetime) -> None:
    """Keep these, each beside what else is known of its host, and forget hosts that nobody asks any more."""
    dialect = connection.dialect.name
    if times:
        rows = [{"host": one.host, "next_at": one.next_at, "penalty_until": one.penalty_until} for one in times]
        connection.execute(_KEEP_TIMES[dialect], rows)
    if texts:
        kept = [
            {"host": one.host, "robots": one.text, "robots_status": one.status, "robots_until": one.until}
            for one in texts
        ]
        connection.execute(_KEEP_ROBOTS[dialect], kept)
        idle = or_(hosts.c.penalty_until.is_(None), hosts.c.penalty_until < now)
        connection.execute(delete(hosts).where(hosts.c.robots_until < now - REMEMBERED, idle))
