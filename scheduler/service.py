"""The service: one event loop over timetable, poll worker, matching, delivery and the watched configuration."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from crawler.ingest import Stored
from crawler.models import FeedAnswer
from crawler.runner import Runner
from crawler.storage.engine import Engine, StorageError
from crawler.units import describe_age, format_duration
from scheduler import jobs, logs, pages
from scheduler.config import ConfigError, LoadedConfig, difference, load, remember
from scheduler.config.watch import ConfigWatch, refused_words
from scheduler.delivery import Delivery
from scheduler.jobs import Options, Setup
from scheduler.timetable import Plan, Timetable, overdue
from scheduler.version import VERSION

log = logging.getLogger(__name__)

TICK = 1.0
"""Seconds between two looks at what is due and at the configuration."""

GAPS_EVERY = 10.0
"""Seconds between two looks for sources that missed items and are polled more often for a while."""

MATCH_ANYWAY = 60.0
"""Seconds after which matching looks even if nobody said that something changed."""

SLOWEST = 60.0
"""Seconds between two tries of what keeps failing."""

LAST_RESORT = 9.0
"""Seconds after which a stop no longer waits: the outbox sorts out what was under way at the next start."""


class Service:
    """Runs until a signal says stop; everything it knows lies in the database."""

    def __init__(self, setup: Setup, options: Options) -> None:
        """Take what to run by; nothing happens before `run`."""
        self._setup = setup
        self._options = options
        self._engine: Engine = setup.desk.engine
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        # What a kill left unmatched is matched first.
        self._changed.set()
        self._owed = asyncio.Event()
        self._newly_due: set[str] = set()
        self._in_flight: set[str] = set()
        self._answered: set[str] = set()
        self._later: dict[str, float] = {}
        self._polls: set[asyncio.Task[None]] = set()
        self._timetable = Timetable(self._newly_due.add)
        self._delivery = Delivery(setup, options.clock, dry_run=options.dry_run)
        self._runner: Runner | None = None
        self._looked_for_gaps = -GAPS_EVERY

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT; a second signal ends the process at once. Return the exit code."""
        self._handle_signals()
        self._runner = jobs.make_runner(
            self._setup, self._options, *await asyncio.to_thread(jobs.manners, self._engine)
        )
        await asyncio.to_thread(self._delivery.begin)
        self._timetable.apply(plans(self._setup))
        self._timetable.start()
        await self._announce()
        loops = [
            asyncio.create_task(self._forever("polling", self._poll_due)),
            asyncio.create_task(self._forever("pages", self._fetch_pages)),
            asyncio.create_task(self._forever("matching", self._match)),
            asyncio.create_task(self._forever("delivery", self._deliver)),
            asyncio.create_task(self._forever("configuration", self._look_at_config)),
        ]
        await self._stopping.wait()
        await self._wind_down(loops)
        return 0

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, signal.Signals(number).name)

    def _stop(self, name: str) -> None:
        if self._stopping.is_set():
            log.warning("%s again: ending at once", name)
            os._exit(1)
        log.info("%s: stopping; a second signal ends at once", name)
        self._stopping.set()
        self._changed.set()
        self._owed.set()

    async def _wind_down(self, loops: list[asyncio.Task[None]]) -> None:
        self._timetable.stop()
        self._delivery.stop()
        async with asyncio.timeout(LAST_RESORT):
            with suppress(TimeoutError):
                if self._runner is not None:
                    await self._runner.stop()
                await asyncio.wait([*loops, *self._polls])
                await self._keep_last()
        log.info("stopped")

    async def _keep_last(self) -> None:
        try:
            await self._keep(self._options.clock())
        except StorageError as error:
            log.error("what was polled last could not be noted, and is asked for again: %s", error)

    async def _forever(self, name: str, step: Callable[[], Awaitable[float]]) -> None:
        """Repeat a step, waiting as long as it says; after an error it is tried again, ever more slowly."""
        trouble, pause = "", TICK
        while not self._stopping.is_set():
            try:
                wait = await step()
                if trouble:
                    log.info("%s works again", name)
                trouble, pause = "", TICK
            except StorageError as error:
                if str(error) != trouble:
                    log.error("%s waits, and is tried again: %s", name, error)
                trouble, wait, pause = str(error), pause, min(pause * 2, SLOWEST)
            except Exception as error:
                words = f"{type(error).__name__}: {error}"
                if words != trouble:
                    log.exception("%s failed; it is tried again, everything else goes on", name)
                trouble, wait, pause = words, pause, min(pause * 2, SLOWEST)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    async def _announce(self) -> None:
        setup, next_times = self._setup, self._timetable.next_times()
        log.info(
            "chuhai %s, pid %d: %d sources, %d watchlists, database %s",
            VERSION,
            os.getpid(),
            len(setup.sources),
            len(setup.config.watchlists),
            self._engine.url.render_as_string(hide_password=True),
        )
        if self._options.refused is not None:
            log.error(
                "config.yaml is broken, so the LAST GOOD configuration runs:\n%s",
                self._options.refused,
                extra=logs.LINES,
            )
        for problem in setup.loaded.warnings:
            log.warning("%s", problem.headline)
        for line in jobs.start_warnings(setup):
            log.warning("%s", line)
        for line in setup.loaded.not_yet_in_force:
            log.warning("not yet in force: %s", line)
        log.info("%s", self._delivery.destination)
        now = self._options.clock()
        self._newly_due |= await asyncio.to_thread(_missed, setup, now)
        for id, source in setup.sources.items():
            when = "now" if id in self._newly_due else _when(next_times.get(id), now)
            log.info("polls %s %s, %s: %s", id, _rhythm(source.every, source.schedule), when, source.url[0])

    async def _poll_due(self) -> float:
        """Take what is due, not under way and not to be left alone for now, and poll it in a crawl of its own."""
        if self._runner is None:
            return TICK
        now = self._options.clock()
        await self._keep(now)
        due = await asyncio.to_thread(jobs.waiting, self._engine, now)
        await self._look_for_gaps(due.keys(), now)
        moment = time.monotonic()
        self._later = {source: until for source, until in self._later.items() if until > moment}
        states = {source: state for source, state in due.items() if source not in self._later}
        ready = jobs.allowed(self._setup, states, self._runner.gate, now, under_way=self._in_flight)
        if ready:
            self._in_flight.update(ready)
            task = asyncio.create_task(self._poll(ready, self._runner))
            self._polls.add(task)
            task.add_done_callback(self._polls.discard)
        return TICK

    async def _keep(self, now: datetime) -> None:
        """Note what is due, what was polled and what was learnt of hosts; all of it again when that fails."""
        fresh, done = set(self._newly_due), set(self._answered)
        learnt = self._runner.learnt() if self._runner is not None else ([], [])
        try:
            await asyncio.to_thread(jobs.keep, self._engine, fresh & self._setup.sources.keys(), done, learnt, now)
        except BaseException:
            if self._runner is not None:
                self._runner.keep_again(*learnt)
            raise
        self._newly_due -= fresh
        self._answered -= done
        self._in_flight -= done

    async def _look_for_gaps(self, due: Collection[str], now: datetime) -> None:
        if time.monotonic() - self._looked_for_gaps >= GAPS_EVERY:
            self._looked_for_gaps = time.monotonic()
            hurried = await asyncio.to_thread(jobs.hurried, self._setup, now)
            self._newly_due |= hurried - set(due) - self._in_flight

    async def _poll(self, ids: list[str], runner: Runner) -> None:
        """Run one crawl. A source is free again with its own answer: it does not wait for a slow one beside it."""
        loop = asyncio.get_running_loop()
        left = set(ids)

        def stored(answer: FeedAnswer, _stored: Stored) -> None:
            loop.call_soon_threadsafe(self._after_answer, answer, left)

        try:
            await jobs.poll(self._setup, ids, runner, stored)
        except Exception:
            log.exception("a poll of %s failed; they are polled again at their next time", ", ".join(ids))
        finally:
            if not self._stopping.is_set():
                self._answered.update(left)
                self._changed.set()

    def _after_answer(self, answer: FeedAnswer, left: set[str]) -> None:
        left.discard(answer.source)
        if answer.postponed:
            # it stays due; until its host is free there is no use in trying
            self._later[answer.source] = time.monotonic() + (answer.retry_after or TICK)
            self._in_flight.discard(answer.source)
            return
        self._answered.add(answer.source)
        self._changed.set()

    async def _fetch_pages(self) -> float:
        """Fetch article pages that are wished for, after the feeds of their hosts; no alert waits for one."""
        if self._runner is not None and await pages.fetch(self._setup, self._runner, self._options.clock):
            self._changed.set()
        return pages.EVERY

    async def _match(self) -> float:
        """Match what changed; asked for by polls, and once a minute in case something was missed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), MATCH_ANYWAY)
        self._changed.clear()
        if self._stopping.is_set():
            return 0
        try:
            if await asyncio.to_thread(self._delivery.match):
                self._owed.set()
        except Exception:
            # what was matched before it failed is owed, and the rest is tried again without waiting for a poll
            self._owed.set()
            self._changed.set()
            raise
        return 0

    async def _deliver(self) -> float:
        """Send what is owed; sleep until the next is due or something new is owed."""
        wait = await asyncio.to_thread(self._delivery.step)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._owed.wait(), wait)
        self._owed.clear()
        return 0

    async def _look_at_config(self) -> float:
        watch = ConfigWatch(
            self._options.path,
            self._setup.loaded.digest if self._options.refused is None else "",
            lambda: load(self._options.path, self._options.environ),
        )
        while not self._stopping.is_set():
            found = await asyncio.to_thread(watch.check)
            if found is not None:
                await self._take_over(found)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), TICK)
        return 0

    async def _take_over(self, found: LoadedConfig | ConfigError) -> None:
        """Run by a new configuration from now on, or say why it is refused and go on as before."""
        try:
            if isinstance(found, ConfigError):
                raise found
            setup = await asyncio.to_thread(jobs.set_up, found, self._engine)
        except ConfigError as error:
            log.error("config.yaml is refused, the running configuration stays:\n%s", error, extra=logs.LINES)
            await self._tell_ops(f"refused:{_digest_of(found)}", f"config.yaml is refused: {refused_words(error)}")
            return
        changes = difference(self._setup.config, setup.config)
        for key in _needs_restart(self._setup.loaded, setup.loaded):
            log.warning("%s has changed: that takes effect at the next start", key)
        self._setup = setup
        self._timetable.apply(plans(setup))
        self._newly_due |= await asyncio.to_thread(_missed, setup, self._options.clock())
        await asyncio.to_thread(self._delivery.change, setup)
        _remember(self._options.path, setup.loaded)
        told = "; ".join(changes) or "no difference"
        log.info("config.yaml is taken over: %s", told)
        await self._tell_ops(f"applied:{setup.loaded.digest}", f"config.yaml is taken over: {told}")
        self._changed.set()

    async def _tell_ops(self, key: str, text: str) -> None:
        moment = self._options.clock().isoformat(timespec="seconds")
        if await asyncio.to_thread(self._delivery.tell_ops, f"config:{key}:{moment}", text):
            self._owed.set()


def plans(setup: Setup) -> dict[str, Plan]:
    """Return when each source is polled."""
    zone = setup.config.service.timezone
    return {id: Plan(source.every, source.schedule, zone) for id, source in setup.sources.items()}


def _missed(setup: Setup, now: datetime) -> set[str]:
    """Return the sources whose poll was missed while the service did not run, that were never polled or moved."""
    known = jobs.known(setup.desk.engine, list(setup.sources))
    late = {id for id, plan in plans(setup).items() if overdue(id, plan, known[id].polled_at, now)}
    return late | {id for id, source in setup.sources.items() if jobs.readdressed(source, known[id])}


def _remember(path: Path, loaded: LoadedConfig) -> None:
    try:
        remember(path, loaded)
    except OSError as error:
        log.warning("the last good configuration could not be kept beside %s: %s", path, error.strerror)


def _digest_of(found: LoadedConfig | ConfigError) -> str:
    return found.digest if isinstance(found, LoadedConfig) else "unreadable"


def _needs_restart(old: LoadedConfig, new: LoadedConfig) -> tuple[str, ...]:
    """Return the keys whose change is taken over only by a restart, because the process was built on them."""
    a, b = old.config, new.config
    values = {
        "storage.url": (a.storage.url, b.storage.url),
        "service.contact": (a.service.contact, b.service.contact),
        "service.allow_private_networks": (a.service.allow_private_networks, b.service.allow_private_networks),
    }
    return tuple(key for key, (before, after) in values.items() if before != after)


def _rhythm(every: timedelta | None, schedule: str | None) -> str:
    return f"every {format_duration(every)}" if every is not None else f"at {schedule}"


def _when(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never again by its schedule"
    return f"next in {describe_age(moment - now)} ({moment:%H:%M:%SZ})"
