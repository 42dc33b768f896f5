from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from crawler.crontab import WEEKDAYS, crontab, weekdays

NUMBERS = st.integers(0, 60).map(str)
PIECES = st.one_of(
    st.just("*"),
    NUMBERS,
    st.builds("{}-{}".format, NUMBERS, NUMBERS),
    st.builds("*/{}".format, NUMBERS),
    st.builds("{}-{}/{}".format, NUMBERS, NUMBERS, NUMBERS),
    st.builds("{}/{}".format, NUMBERS, NUMBERS),
    st.sampled_from(["jan", "feb-apr", "dec", "jan-mar/2"]),
)
DAYS = st.one_of(st.just("*"), st.sampled_from(WEEKDAYS), st.sampled_from(["mon-fri", "fri-mon", "1", "1-5", "*/2"]))
FIELDS = st.lists(PIECES, min_size=1, max_size=2).map(",".join)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@given(st.tuples(FIELDS, FIELDS, FIELDS, FIELDS, DAYS).map(" ".join))
def test_every_line_that_passes_is_one_the_scheduler_takes_and_that_comes(line: str) -> None:
    try:
        passed = crontab(line)
    except ValueError:
        return
    assert CronTrigger.from_crontab(passed, timezone=UTC).get_next_fire_time(None, NOON) is not None


@pytest.mark.parametrize(
    ("line", "tidy"),
    [
        pytest.param("*/20 7-23 * * mon-fri", "*/20 7-23 * * mon-fri", id="working-days"),
        pytest.param(" 0  7 1 JAN,jul * ", "0 7 1 jan,jul *", id="names-of-months"),
        pytest.param("5/10 * * * sat,sun", "5/10 * * * sat,sun", id="step-from-a-number"),
        pytest.param("0 0 29 2 *", "0 0 29 2 *", id="leap-day"),
    ],
)
def test_a_crontab_line_passes_in_a_tidy_form(line: str, tidy: str) -> None:
    assert crontab(line) == tidy


@pytest.mark.parametrize(
    ("line", "part"),
    [
        pytest.param("0 7 * * 1-5", "Tuesday", id="weekdays-as-numbers"),
        pytest.param("0 7 * * mon-5", "Tuesday", id="weekdays-half-as-numbers"),
        pytest.param("0 7 * * sun-thu", "runs backwards", id="week-from-sunday"),
        pytest.param("0 7 * * mon-fri/2", "write the days out", id="step-over-weekdays"),
        pytest.param("0 7 * * monday", "no weekday", id="long-name"),
        pytest.param("0 7 * *", "4 fields instead of five", id="four-fields"),
        pytest.param("@hourly", "1 fields instead of five", id="nickname"),
        pytest.param("60 * * * *", "goes from 0 to 59", id="minute-60"),
        pytest.param("*/0 * * * *", "does not fit", id="step-zero"),
        pytest.param("*/60 * * * *", "does not fit", id="step-too-wide"),
        pytest.param("0 0 31 2,4 *", "never comes", id="no-such-day"),
        pytest.param("0 0 1 jan-mar/2 *", "not names", id="step-over-months"),
        pytest.param("٣ * * * *", "no minute", id="other-digits"),
    ],
)
def test_a_line_that_is_wrong_or_misleading_is_refused(line: str, part: str) -> None:
    with pytest.raises(ValueError, match=re.escape(part)):
        crontab(line)


def test_weekdays_are_read_by_name_in_any_order() -> None:
    assert weekdays("sun, mon-tue") == (0, 1, 6)
    with pytest.raises(ValueError, match="by name"):
        weekdays("1-5")
