"""When each source is polled: one job per source, interval or cron; a job only says that its source is due."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
"""Intervals are counted from here, plus an offset of each source's own: a restart or reload does not shift them."""

_JITTER = timedelta(seconds=30)
"""Polls are spread by up to this much, or a tenth of a short interval, so that feeds are not all asked at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When a source is polled: either an interval or a crontab line."""

    every: timedelta | None
    schedule: str | None
    timezone: str = "UTC"


class Timetable:
    """The jobs of all sources; each calls `due` with its source's id, on the event loop."""

    def __init__(self, due: Callable[[str], None]) -> None:
        """Take the function to call; nothing runs before `start`."""
        self._due = due
        self._plans: dict[str, Plan] = {}
        # Catch up once after a sleep however long (the default drops what is a second late), never twice at a time.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._aps = AsyncIOScheduler(executors={"default": AsyncIOExecutor()}, job_defaults=defaults, timezone=UTC)

    def apply(self, plans: Mapping[str, Plan]) -> None:
        """Take over these plans; a job whose plan is unchanged is not touched."""
        for source in self._plans.keys() - plans.keys():
            self._aps.remove_job(source)
        for source, plan in plans.items():
            if self._plans.get(source) != plan:
                self._aps.add_job(
                    _tell, trigger(source, plan), args=[self._due, source], id=source, replace_existing=True
                )
        self._plans = dict(plans)

    def next_times(self) -> dict[str, datetime]:
        """Return when each source is due next (UTC); one that never will be is left out."""
        times = {job.id: getattr(job, "next_run_time", None) for job in self._aps.get_jobs()}
        return {source: at.astimezone(UTC) for source, at in times.items() if at is not None}

    def start(self) -> None:
        """Begin; must be called on the running event loop."""
        self._aps.start()

    def stop(self) -> None:
        """Let no further job begin."""
        if self._aps.running:
            self._aps.shutdown(wait=False)


async def _tell(due: Callable[[str], None], source: str) -> None:
    due(source)


def trigger(source: str, plan: Plan) -> BaseTrigger:
    """Return the trigger of a plan; an interval is anchored, shifted by an offset of the source's own.

    Raises:
        ValueError: when the crontab line is none.
    """
    if plan.schedule is not None:
        minute, hour, day, month, weekday = plan.schedule.split()
        return CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, timezone=plan.timezone)
    if plan.every is None:
        raise ValueError(f"source {source} has neither an interval nor a crontab line")
    spread = min(_JITTER, plan.every / 10)
    offset = timedelta(seconds=zlib.crc32(source.encode()) % max(1, int(plan.every.total_seconds())))
    return IntervalTrigger(
        seconds=int(plan.every.total_seconds()),
        start_date=_EPOCH + offset,
        jitter=int(spread.total_seconds()) or None,
        timezone=UTC,
    )


def overdue(source: str, plan: Plan, polled: datetime | None, now: datetime) -> bool:
    """Say whether a poll was missed while the service did not run; a source never polled is always due."""
    if polled is None:
        return True
    following = trigger(source, plan).get_next_fire_time(polled, polled)
    return following is not None and following <= now
