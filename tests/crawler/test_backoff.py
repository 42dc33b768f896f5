"""How long a source that failed is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.backoff import BLOCKED, LONGEST, pause
from crawler.models import Outcome
from crawler.units import parse_duration

FAILURES = [outcome for outcome in Outcome if not outcome.healthy]


@pytest.mark.parametrize(
    ("every", "failures", "outcome", "expected"),
    [
        pytest.param("15m", 1, Outcome.ERROR, "15m", id="one interval first"),
        pytest.param("15m", 2, Outcome.NOT_A_FEED, "30m", id="then double"),
        pytest.param("15m", 5, Outcome.ERROR, "4h", id="and so on"),
        pytest.param("15m", 6, Outcome.ERROR, "6h", id="up to six hours"),
        pytest.param("15m", 5_000, Outcome.ERROR, "6h", id="however often"),
        pytest.param("10m", 1, Outcome.BLOCKED, "30m", id="blocked: half an hour first"),
        pytest.param("10m", 3, Outcome.BLOCKED, "2h", id="blocked: then double"),
        pytest.param("2h", 1, Outcome.BLOCKED, "2h", id="blocked: never less than the interval"),
        pytest.param("1d", 3, Outcome.ERROR, "1d", id="an interval of more than six hours stays"),
        pytest.param("2s", 1, Outcome.ERROR, "2s", id="seconds"),
        pytest.param("2s", 1, Outcome.BLOCKED, "2s", id="seconds, blocked"),
        pytest.param("2s", 9, Outcome.ERROR, "48s", id="seconds, in proportion"),
        pytest.param(None, 1, Outcome.ERROR, "15m", id="a crontab line"),
    ],
)
def test_pauses_grow_from_the_interval(every: str | None, failures: int, outcome: Outcome, expected: str) -> None:
    interval = None if every is None else parse_duration(every)
    assert pause(interval, failures, outcome, lambda: 0.5) == parse_duration(expected)


@given(
    every=st.timedeltas(timedelta(seconds=1), timedelta(days=30)),
    failures=st.integers(1, 10**6),
    outcome=st.sampled_from(FAILURES),
    chance=st.floats(0, 1),
)
def test_a_pause_is_never_endless_nor_much_shorter_than_the_interval(
    every: timedelta, failures: int, outcome: Outcome, chance: float
) -> None:
    found = pause(every, failures, outcome, lambda: chance)
    assert every * 0.89 <= found <= max(LONGEST, BLOCKED, every) * 1.11


@given(every=st.timedeltas(timedelta(seconds=1), timedelta(hours=1)), chance=st.floats(0, 1))
def test_a_pause_varies_by_a_tenth_so_that_sources_do_not_come_in_step(every: timedelta, chance: float) -> None:
    steady = pause(every, 1, Outcome.ERROR, lambda: 0.5)
    varied = pause(every, 1, Outcome.ERROR, lambda: chance)
    assert abs(varied - steady) <= steady / 10 + timedelta(microseconds=1)
