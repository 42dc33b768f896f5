"""One round of everything: poll each source, match, send what is owed, end."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from crawler.models import FeedAnswer
from crawler.runner import Runner
from crawler.storage.sources import SourceState
from scheduler import jobs, pages
from scheduler.delivery import Delivery
from scheduler.jobs import Options, Setup

log = logging.getLogger(__name__)

SOON = 60.0
"""Seconds that a source waits within a round for its host, which another source asks before it."""

MOST_PAGES = 10
"""Pages of each host that a round fetches."""

PATIENCE = 120.0
"""Seconds that a round waits for messages that Slack wants later; what is owed then goes out with the next run."""


async def one_round(setup: Setup, options: Options) -> int:
    """Poll, match and send once; return the exit code, 0 also when a source failed."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    delivery = Delivery(setup, options.clock, dry_run=options.dry_run)
    log.info("%s", delivery.destination)
    await asyncio.to_thread(delivery.begin)
    await _poll(setup, options, stopping)
    await asyncio.to_thread(delivery.match)
    await _deliver(delivery, stopping)
    for problem in await asyncio.to_thread(delivery.health):
        log.error("%s", problem)
    return 0


async def _poll(setup: Setup, options: Options, stopping: asyncio.Event) -> None:
    engine, now = setup.desk.engine, options.clock()
    for line in jobs.start_warnings(setup):
        log.warning("%s", line)
    runner = jobs.make_runner(setup, options, *await asyncio.to_thread(jobs.manners, engine))
    states = await asyncio.to_thread(jobs.known, engine, list(setup.sources))
    ids = jobs.allowed(setup, states, runner.gate, now, soon=SOON)
    for id in sorted(setup.sources.keys() - set(ids)):
        log.warning("source %s: not polled: %s (see chuhai status)", id, _why_not(setup, states[id], now))
    crawl = asyncio.create_task(_crawl(setup, ids, runner, options))
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({crawl, stop}, return_when=asyncio.FIRST_COMPLETED)
    await runner.stop()
    stop.cancel()
    postponed = {id for id, answer in (await crawl).items() if answer.postponed}
    for id in sorted(postponed):
        log.warning("source %s: not polled: its host was not free in time; the next run asks again", id)
    await asyncio.to_thread(jobs.keep, engine, set(), set(ids) - postponed, runner.learnt(), options.clock())


async def _crawl(setup: Setup, ids: list[str], runner: Runner, options: Options) -> Mapping[str, FeedAnswer]:
    """Poll the sources, then fetch pages of hosts that allow it soon; the rest is left to the next run."""
    answers = await jobs.poll(setup, ids, runner, lambda _answer, _stored: None)
    for _ in range(MOST_PAGES):
        if not await pages.fetch(setup, runner, options.clock, soon=SOON):
            break
    return answers


def _why_not(setup: Setup, state: SourceState, now: datetime) -> str:
    if not jobs.resting(setup.sources[state.id], state, now):
        return "its host is not to be asked yet"
    if state.stopped_at is not None:
        return "it is gone for good, until its address in config.yaml changes"
    return f"it failed, and is left alone until {state.not_before:%Y-%m-%d %H:%M} UTC"


async def _deliver(delivery: Delivery, stopping: asyncio.Event) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE
    while not stopping.is_set():
        wait = await asyncio.to_thread(delivery.step)
        if wait is None:
            return
        if asyncio.get_running_loop().time() + wait > end:
            log.warning("some messages have to wait for %.0f s; they are kept, and go out with the next run", wait)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), wait)
