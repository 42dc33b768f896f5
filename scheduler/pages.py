"""Article pages: those that are wished for, fetched one at a time from each host, after its feeds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from crawler.gate import key
from crawler.models import FeedAnswer
from crawler.pages import GIVEN_UP, request_for, take, wait_after
from crawler.runner import Runner
from crawler.storage import pages
from crawler.storage.engine import reading, writing
from crawler.storage.pages import Wish
from crawler.text import one_line
from crawler.units import Clock
from crawler.urls import is_web_url
from scheduler.jobs import DEADLINE, Setup

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks at what is wished for, and at least between two pages of a host."""


async def fetch(setup: Setup, runner: Runner, clock: Clock, *, soon: float = 0.0) -> int:
    """Fetch the pages that are due, one of each host; return how many were asked for.

    Feeds go first: the gate lets a page pass only where none of them waits for the host.

    Args:
        setup: the configuration: only sources whose `article_pages` is on, in it, have pages.
        runner: runs the crawl.
        clock: tells the present.
        soon: seconds within which a host must be free.
    """
    due = await asyncio.to_thread(_due, setup, clock())
    free = (wish for wish in due if is_web_url(wish.url) and runner.gate.wait(wish.url) <= soon)
    chosen = list(_one_a_host(free))
    if chosen:
        await asyncio.to_thread(_note, setup, chosen, clock())
        requests = [request_for(wish, setup.sources[wish.source].url) for wish in chosen]
        await runner.poll(requests, partial(_take, setup), spider="pages", deadline=DEADLINE)
    return len(chosen)


def _take(setup: Setup, answers: Sequence[FeedAnswer]) -> None:
    for answer in answers:
        take(answer, setup.desk)


def _due(setup: Setup, now: datetime) -> list[Wish]:
    """Return the pages that are due, the longest waiting first, and forget the wishes that have become pointless."""
    with reading(setup.desk.engine) as connection:
        expired = pages.expired(connection, now - GIVEN_UP)
        due = pages.due(connection, now)
    gone = {item.article for item in expired}
    for item in expired:
        log.info("source %s: given up after a day: %s (%s)", item.source, item.reason or "no time", one_line(item.url))
    unwanted = {wish.article for wish in due if not _wanted(wish, setup)}
    if gone or unwanted:
        with writing(setup.desk.engine) as connection:
            for article in sorted(gone | unwanted):
                pages.done(connection, article)
    return [wish for wish in due if wish.article not in gone | unwanted]


def _note(setup: Setup, wishes: Sequence[Wish], now: datetime) -> None:
    """Note the try before it is made: whatever becomes of it, a kill included, no page is asked for in a row."""
    with writing(setup.desk.engine) as connection:
        for wish in wishes:
            pages.asked(connection, wish.article, now + wait_after(wish.tries + 1))


def _wanted(wish: Wish, setup: Setup) -> bool:
    return wish.source in setup.sources and setup.sources[wish.source].article_pages != "never"


def _one_a_host(wishes: Iterator[Wish]) -> Iterator[Wish]:
    taken: set[str] = set()
    for wish in wishes:
        host = key(wish.url)
        if host not in taken:
            taken.add(host)
            yield wish
