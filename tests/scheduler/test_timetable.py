"""When sources are polled."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.timetable import Plan, Timetable, overdue, trigger

NOW = datetime(2026, 5, 1, 8, 3, tzinfo=UTC)
HOURLY = Plan(timedelta(hours=1), None)


def fires(plan: Plan, count: int, start: datetime = NOW) -> list[datetime]:
    found: list[datetime] = []
    previous, now = None, start
    for _ in range(count):
        moment = trigger("s", plan).get_next_fire_time(previous, now)
        assert moment is not None
        found.append(moment.astimezone(UTC))
        previous, now = moment, moment + timedelta(microseconds=1)
    return found


def test_an_interval_keeps_its_beat_over_restarts_within_its_jitter() -> None:
    early, late = fires(HOURLY, 1)[0], fires(HOURLY, 1, NOW + timedelta(days=7))[0]
    assert abs((late - early) % timedelta(hours=1)) <= timedelta(minutes=1) or (
        timedelta(hours=1) - (late - early) % timedelta(hours=1) <= timedelta(minutes=1)
    )


def test_sources_of_one_rhythm_are_spread() -> None:
    moments = {trigger(f"source-{i}", HOURLY).get_next_fire_time(None, NOW).minute for i in range(40)}
    assert len(moments) > 15


def test_a_crontab_line_is_meant_in_its_time_zone_and_by_name_of_weekday() -> None:
    plan = Plan(None, "30 8 * * mon-fri", "Europe/Berlin")
    assert fires(plan, 2) == [datetime(2026, 5, 4, 6, 30, tzinfo=UTC), datetime(2026, 5, 5, 6, 30, tzinfo=UTC)]


def test_a_plan_without_rhythm_is_refused() -> None:
    with pytest.raises(ValueError, match="neither an interval nor a crontab line"):
        trigger("s", Plan(None, None))


@pytest.mark.parametrize(
    ("plan", "polled", "late"),
    [
        pytest.param(HOURLY, None, True, id="never polled"),
        pytest.param(HOURLY, NOW - timedelta(hours=3), True, id="three hours ago"),
        pytest.param(HOURLY, NOW - timedelta(minutes=5), False, id="just now"),
        pytest.param(Plan(None, "0 6 * * *"), NOW - timedelta(hours=5), True, id="a missed morning"),
        pytest.param(Plan(None, "0 6 * * *"), NOW - timedelta(hours=1), False, id="this morning"),
    ],
)
def test_a_poll_that_was_missed_is_overdue(plan: Plan, polled: datetime | None, late: bool) -> None:
    assert overdue("s", plan, polled, NOW) is late


def test_jobs_only_say_that_their_source_is_due_and_unchanged_ones_are_not_touched() -> None:
    told: list[str] = []

    async def scenario() -> tuple[dict[str, datetime], dict[str, datetime]]:
        table = Timetable(told.append)
        table.apply({"often": Plan(timedelta(seconds=1), None), "rarely": HOURLY})
        table.start()
        before = table.next_times()
        table.apply({"often": Plan(timedelta(seconds=1), None), "rarely": HOURLY, "new": HOURLY})
        after = table.next_times()
        for _ in range(300):
            if len(told) >= 2:
                break
            await asyncio.sleep(0.01)
        table.apply({"new": HOURLY})
        assert set(table.next_times()) == {"new"}
        table.stop()
        return before, after

    before, after = asyncio.run(scenario())
    assert set(told) == {"often"}
    assert after.keys() == {"often", "rarely", "new"}
    assert after["rarely"] == before["rarely"]
