"""Crawls on Twisted's asyncio reactor: one for all the sources that are due, each ending in one answer."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.reactor import install_reactor as _install

from crawler import network
from crawler.gate import Gate, HostTimes
from crawler.models import FeedAnswer, Outcome, PollRequest
from crawler.pipelines import Bench, Handler, Round
from crawler.robots import Robots, RobotsTxt
from crawler.text import one_line, shorten
from crawler.units import Clock, now

log = logging.getLogger(__name__)

_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
_LEAVING = "the service is stopping"
_GRACE = 5.0
"""Seconds for a crawl to end when the service stops; what is not stored by then is asked for again."""
_STORING = 120.0
"""Seconds for what has arrived to be stored after a poll's deadline, which is one for the servers."""
_LAST_START = 5.0
"""Seconds before a poll's deadline, or a tenth of a short one, from which on no request begins."""


@dataclass(frozen=True, slots=True, eq=False)
class _Crawl:
    crawler: Crawler
    round: Round
    task: asyncio.Task[None]


class Runner:
    """Runs polls; make one per process, inside the running reactor.

    Args:
        settings: Scrapy's.
        allow_private: whether the configured feeds may lie on private networks.
        clock: the present.
        times: what an earlier run kept of the hosts' waiting times.
        texts: what it kept of their robots.txt.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        allow_private: bool,
        clock: Clock = now,
        times: Iterable[HostTimes] = (),
        texts: Iterable[RobotsTxt] = (),
    ) -> None:
        self._scrapy = AsyncCrawlerRunner(dict(settings))
        self.gate = Gate(clock, times)
        self.robots = Robots(clock, texts)
        self._guard = network.install(_reactor())
        self._bench = Bench()
        self._allow_private = allow_private
        self._clock = clock
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="answers")
        self._crawls: set[_Crawl] = set()
        self._stopping = asyncio.Event()

    async def poll(
        self, requests: Sequence[PollRequest], handle: Handler, *, spider: str = "feed", deadline: float
    ) -> Mapping[str, FeedAnswer]:
        """Poll these sources in one crawl and return the answer of each, without the entries it brought.

        Args:
            requests: the sources, each at most once; several polls may run at a time.
            handle: called with every answer, in a thread of its own, one call at a time over all polls: with one that
                brought entries alone, with several others together. An error in it makes their answers failures.
                While the service stops it gets healthy answers only.
            spider: the name of the spider class.
            deadline: seconds after which no server is waited for; who has no answer then has failed. Storing what
                came before may take longer.
        """
        round_ = Round(frozenset(request.source for request in requests), handle, self._writer, self._bench)
        with self._guard.allowing(self._origins(requests)):
            why = await self._crawl(requests, round_, spider, deadline)
        if self._stopping.is_set():
            round_.stop(leaving=True)
        for request in requests:
            if request.source in round_.missing:
                answer = FeedAnswer(request.source, Outcome.ERROR, self._clock(), request.urls[-1], reason=why)
                await round_.deliver(answer)
        return round_.answers

    def _origins(self, requests: Sequence[PollRequest]) -> set[network.Origin]:
        found = set(_proxies())
        for url in (url for request in requests for url in request.trusted_urls if self._allow_private):
            with suppress(network.RefusedUrl):
                network.check_url(url)
                found.add(network.origin(url))
        return found

    async def _crawl(self, requests: Sequence[PollRequest], round_: Round, spider: str, deadline: float) -> str:
        """Run one crawl to its end or its deadline; return why a source without an answer has none."""
        if self._stopping.is_set() or not requests:
            return _LEAVING
        try:
            crawler = self._scrapy.create_crawler(spider)
        except KeyError:
            return f"there is no spider named '{spider}'"
        manners = {"gate": self.gate, "robots": self.robots, "until": _last_start(deadline)}
        told = {"polls": tuple(requests), "round_": round_, "bench": self._bench, "guard": self._guard}
        task = self._scrapy.crawl(crawler, **told, **manners, clock=self._clock)
        crawl = _Crawl(crawler, round_, task)
        self._crawls.add(crawl)
        task.add_done_callback(lambda _: self._crawls.discard(crawl))
        try:
            # asyncio.timeout() would be swallowed by Scrapy, and the crawl run on
            done, _ = await asyncio.wait({task}, timeout=deadline)
        finally:
            round_.stop()
        if not done:
            log.warning("poll ended after %.0f s without an answer of: %s", deadline, ", ".join(sorted(round_.missing)))
            await _end(crawl, _STORING)
        return _LEAVING if self._stopping.is_set() else _why(task)

    def learnt(self) -> tuple[list[HostTimes], list[RobotsTxt]]:
        """Return what is to be kept over a restart and was not returned before; see `keep_again`."""
        return self.gate.changes(), self.robots.changes()

    def keep_again(self, times: Iterable[HostTimes], texts: Iterable[RobotsTxt]) -> None:
        """Return these once more with the next `learnt`: they could not be kept."""
        self.gate.keep_again(times)
        self.robots.keep_again(texts)

    async def stop(self) -> None:
        """End every crawl, within about six seconds, whatever the servers do."""
        self._stopping.set()
        for crawl in self._crawls:
            crawl.round.stop(leaving=True)
        await asyncio.gather(*(_end(crawl, _GRACE) for crawl in list(self._crawls)))


async def _end(crawl: _Crawl, seconds: float) -> None:
    """Give a crawl whose downloads were cancelled a little time to store what arrived."""
    waiting: set[asyncio.Future[None]] = {crawl.task}
    if _runs(crawl.crawler):
        waiting.add(stop := asyncio.ensure_future(crawl.crawler.stop_async()))
        stop.add_done_callback(_tell)
    await asyncio.wait(waiting, timeout=seconds)


def _last_start(deadline: float) -> float:
    return time.monotonic() + deadline - min(_LAST_START, deadline / 10)


def _runs(crawler: Crawler) -> bool:
    """Say whether a crawl has begun: Scrapy never ends one that was told to stop before, which here ends by itself."""
    try:
        return crawler.engine.running
    except RuntimeError:
        return False


def _tell(stop: asyncio.Future[None]) -> None:
    if not stop.cancelled() and (error := stop.exception()) is not None:
        log.warning("a crawl could not be stopped in order: %s", error)


def _why(task: asyncio.Task[None]) -> str:
    """Return why a crawl that has ended, or was given up, left a source without an answer."""
    if not task.done():
        return "the crawl did not end in time"
    error = None if task.cancelled() else task.exception()
    if error is None:
        return "the crawl ended without an answer"
    log.error("a crawl failed: %s", error, exc_info=error)
    return f"the crawl failed: {type(error).__name__}: {shorten(one_line(str(error)), 160)}"


def _proxies() -> set[network.Origin]:
    """Return where the environment's proxies live; for https they are looked up without a port."""
    urls = (url if "://" in url else f"http://{url}" for url in getproxies().values())
    parts = [urlsplit(url) for url in urls]
    return {(part.scheme, part.hostname, port) for part in parts if part.hostname for port in (0, part.port or 80)}


def _reactor() -> Any:  # noqa: ANN401 - Twisted declares a module, which it replaces by an object
    """Return the installed reactor; an import at the top of this file would install the wrong one."""
    return import_module("twisted.internet.reactor")


def install_reactor() -> None:
    """Install Twisted's asyncio reactor; call it before anything imports `twisted.internet.reactor`."""
    _install(_REACTOR)


def run_main(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run the reactor until `main` is done, and return its exit code; signals are for `main` to handle.

    Raises:
        BaseException: what `main` raised.
    """
    install_reactor()
    reactor = _reactor()
    # what was made so far (knowledge, configuration, modules) stays: looking through it for garbage, again and again,
    # would hold up the loop for a tenth of a second each time
    gc.collect()
    gc.freeze()
    # every look at a socket gives the other threads their turn; the loop gets its own back after this many seconds at
    # the latest, and with the default of five milliseconds ten sockets at once would cost fifty; with one, all threads
    # together take longer
    sys.setswitchinterval(0.002)
    # asyncio.run() with the reactor inside hangs at exit after the first host-name look-up
    loop = asyncio.get_event_loop_policy().get_event_loop()
    task = loop.create_task(main())
    task.add_done_callback(lambda _: reactor.callLater(0, reactor.stop))
    with _on_one_core():
        reactor.run(installSignalHandlers=False)
    return task.result()


@contextmanager
def _on_one_core() -> Iterator[None]:
    """Keep this thread, and those it starts, on one core, where the system can (Linux).

    Only one of them runs at a time anyway, and a turn that passes to a thread on another core costs far more than one
    that stays (`make bench`). Which core goes by the process id, so that several processes do not meet on one.
    """
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set[int]()
    if len(allowed) < 2:
        yield
        return
    with suppress(OSError):  # a sandbox may forbid it, and nothing is lost
        os.sched_setaffinity(0, {sorted(allowed)[os.getpid() % len(allowed)]})
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, allowed)
