"""How long a source that failed is left alone: ever longer, never for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from crawler.models import Outcome

LONGEST = timedelta(hours=6)
BLOCKED = timedelta(minutes=30)
"""A site that checks for robots is left alone for so long at first."""
USUAL = timedelta(minutes=15)
"""Taken for the interval of a source that goes by a crontab line."""
_BRISK = timedelta(minutes=1)
"""A shorter interval is one on one's own machine: there all goes in proportion to it."""
_STEPS = 24
"""15 min are to 6 h as 1 to 24."""


def pause(every: timedelta | None, failures: int, outcome: Outcome, chance: Callable[[], float]) -> timedelta:
    """Return how long to wait after the n-th failure in a row: one interval, then double, up to six hours.

    Args:
        every: the source's interval; None for one with a crontab line.
        failures: in a row, this one included; at least 1.
        outcome: of this poll; one that is blocked starts with half an hour.
        chance: returns 0 to 1; the pause is varied by a tenth either way, so that sources do not come in step.
    """
    interval = every or USUAL
    brisk = interval < _BRISK
    first = max(interval, BLOCKED) if outcome is Outcome.BLOCKED and not brisk else interval
    longest = interval * _STEPS if brisk else max(LONGEST, interval)
    # beyond 2**20 only the bound counts, and a timedelta ends at 2**30 days
    doubled = first * 2 ** min(failures - 1, 20) if failures < 20 else longest
    return min(doubled, longest) * (0.9 + 0.2 * chance())
