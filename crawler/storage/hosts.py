"""What is remembered of hosts, so that a restart forgets no manners: waiting times and robots.txt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

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


def save(connection: Connection, times: Sequence[HostTimes], texts: Sequence[RobotsTxt], now: datetime) -> None:
    """Keep these, each beside what else is known of its host, and forget hosts that nobody asks any more."""
    for one in times:
        _put(connection, one.host, {"next_at": one.next_at, "penalty_until": one.penalty_until})
    for text in texts:
        changes = {"robots": text.text, "robots_status": text.status, "robots_until": text.until}
        _put(connection, text.host, changes)
    if texts:
        idle = or_(hosts.c.penalty_until.is_(None), hosts.c.penalty_until < now)
        connection.execute(delete(hosts).where(hosts.c.robots_until < now - REMEMBERED, idle))


def _put(connection: Connection, host: str, changes: Mapping[str, object]) -> None:
    if connection.execute(update(hosts).where(hosts.c.host == host).values(**changes)).rowcount == 0:
        connection.execute(insert(hosts).values(host=host, **changes))
