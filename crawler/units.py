"""Durations and instants: `30s 5m 2h 14d`, aware UTC datetimes, and nothing local."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the present as an aware UTC datetime; injected everywhere, so that tests and the demo own the time."""

_DURATION = re.compile(r"(\d{1,9})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def now() -> datetime:
    """Return the present, aware, in UTC."""
    return datetime.now(UTC)


def parse_duration(text: str) -> timedelta:
    """Return the length of `30s`, `5m`, `2h` or `14d`.

    Raises:
        ValueError: when the text is of another form, or zero.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"'{text}' is no duration; write a number and s, m, h or d, such as 30s, 15m, 2h or 14d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def format_duration(length: timedelta) -> str:
    """Return the shortest exact text in one unit (`90s`, `2h`); fractions of a second are dropped."""
    seconds = int(length.total_seconds())
    for letter, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def describe_age(length: timedelta) -> str:
    """Return a rough length for a reader: `40 s`, `12 min`, `5 h`, `3 days`."""
    seconds = max(0, int(length.total_seconds()))
    for limit, size, unit in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400} days"


def as_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; a naive one is taken to be UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
