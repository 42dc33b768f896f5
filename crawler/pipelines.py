"""From the spider to whoever stores its answers: one at a time, each source once."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from scrapy.crawler import Crawler

from crawler.models import FeedAnswer, Outcome
from crawler.storage.engine import StorageError
from crawler.text import one_line, shorten

log = logging.getLogger(__name__)

Handler = Callable[[Sequence[FeedAnswer]], object]
"""Stores what waits: one answer that brought entries, or several that brought none, all of them or none.

What it raises makes the poll of their sources a failure.
"""

PATIENCE = 1.0
"""Seconds after which what is still being read or stored holds up nothing else; what is honest takes less."""

MOST_AT_ONCE = 100
"""Answers without entries that are stored together: no transaction should last for seconds."""

GATHERING = 0.05
"""Seconds for which an answer without entries waits for others while more are to come: each transaction costs."""


_Result = TypeVar("_Result")


class Bench:
    """Where bodies are read and answers stored, in threads, one at a time; it lives in the loop's thread.

    Several threads at once take longer than one after the other, and each of them makes the loop wait for its turn. One
    that takes long no longer keeps the others waiting.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(1)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it to the end of the block, but no longer than `PATIENCE`."""
        await self._free.acquire()
        going_on = asyncio.get_running_loop().call_later(PATIENCE, self._free.release)
        try:
            yield
        finally:
            if going_on.when() > asyncio.get_running_loop().time():
                going_on.cancel()
                self._free.release()

    async def run(self, work: Callable[[], _Result], seconds: float) -> _Result:
        """Return what the work returns; it may take so many seconds, waiting for its turn not counted.

        Raises:
            TimeoutError: when it takes longer; its thread then goes on in vain.
        """
        async with self.turn():
            return await asyncio.wait_for(asyncio.to_thread(work), seconds)


class Round:
    """One crawl's answers: each source has one, the first it gets; it lives in the loop's thread."""

    def __init__(self, sources: frozenset[str], handle: Handler, executor: Executor, bench: Bench) -> None:
        self._missing = set(sources)
        self._handle = handle
        self._executor = executor
        self._bench = bench
        self._in_hand: dict[str, FeedAnswer] = {}
        self._waiting: deque[FeedAnswer] = deque()
        self._stored: dict[str, asyncio.Event] = {}
        self._storing: asyncio.Task[None] | None = None
        self._answers: dict[str, FeedAnswer] = {}
        self._downloads: set[asyncio.Task[object]] = set()
        self._leaving = False
        self.stopping = False
        """True once the crawl is to end: no further request is made."""

    @property
    def missing(self) -> frozenset[str]:
        """The sources that have no answer yet."""
        return frozenset(self._missing)

    @property
    def answers(self) -> Mapping[str, FeedAnswer]:
        """The answers as they stand: stored, or failures; one that is still being stored counts as failed.

        Without their entries, which the handler was given: those of a thousand feeds fill the memory.
        """
        slow = {source: unstored(answer, "it takes too long") for source, answer in self._in_hand.items()}
        return {**slow, **self._answers}

    def follow(self, download: asyncio.Task[Any]) -> None:
        """Have a download cancelled when the crawl is to end."""
        self._downloads.add(download)
        download.add_done_callback(self._downloads.discard)

    def stop(self, *, leaving: bool = False) -> None:
        """Cancel what is under way and let nothing new begin.

        When we are `leaving`, failures that come of it are none of the source's, and are not handed on.
        """
        self.stopping = True
        self._leaving = leaving or self._leaving
        for download in list(self._downloads):
            download.cancel()

    async def deliver(self, answer: FeedAnswer) -> None:
        """Hand an answer to the handler, in its thread; a source that has one already is passed over."""
        if answer.source not in self._missing:
            log.warning("source %s: a second answer is dropped (%s)", answer.source, answer.outcome)
            return
        self._missing.discard(answer.source)
        if self._leaving and not answer.outcome.healthy:
            self._answers[answer.source] = answer
            return
        self._in_hand[answer.source] = answer
        self._waiting.append(answer)
        stored = self._stored[answer.source] = asyncio.Event()
        if self._storing is None:
            self._storing = asyncio.ensure_future(self._store_all())
        await stored.wait()

    async def _store_all(self) -> None:
        while self._waiting:
            if self._missing and not self._waiting[0].entries:
                await asyncio.sleep(GATHERING)
            await self._store(self._next())
        self._storing = None

    def _next(self) -> list[FeedAnswer]:
        """Take what is stored together from those that wait: an answer with entries, or all those without any."""
        if self._waiting[0].entries:
            return [self._waiting.popleft()]
        together = [answer for answer in self._waiting if not answer.entries][:MOST_AT_ONCE]
        taken = {answer.source for answer in together}
        self._waiting = deque(answer for answer in self._waiting if answer.source not in taken)
        return together

    async def _store(self, answers: Sequence[FeedAnswer]) -> None:
        try:
            async with self._bench.turn():
                await asyncio.get_running_loop().run_in_executor(self._executor, self._handle, answers)
        except StorageError as error:
            told = ", ".join(answer.source for answer in answers)
            log.error("source %s: the answer could not be stored, and is asked for again: %s", told, error)
            self._done(*(unstored(answer, str(error)) for answer in answers))
        except Exception as error:
            if len(answers) > 1:
                # whichever of them it is, the others are none the worse for it
                for answer in answers:
                    await self._store([answer])
                return
            log.exception("source %s: its answer could not be stored", answers[0].source)
            self._done(unstored(answers[0], f"{type(error).__name__}: {error}"))
        else:
            self._done(*answers)

    def _done(self, *answers: FeedAnswer) -> None:
        for answer in answers:
            self._answers[answer.source] = replace(answer, entries=())
            del self._in_hand[answer.source]
            self._stored.pop(answer.source).set()


def unstored(answer: FeedAnswer, why: str) -> FeedAnswer:
    """Return the answer as the failure it is when what it brought could not be stored."""
    reason = f"the answer came, but could not be stored: {shorten(one_line(why), 200)}"
    return replace(answer, outcome=Outcome.ERROR, reason=reason, entries=(), etag=None, last_modified=None)


class _Spider(Protocol):
    round: Round


class AnswerPipeline:
    """Scrapy's item pipeline: every item is a `FeedAnswer`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AnswerPipeline:
        """Return the pipeline of one crawl, as Scrapy asks for it."""
        return cls(crawler)

    async def process_item(self, item: FeedAnswer) -> FeedAnswer:
        """Deliver one answer."""
        spider: _Spider = self._crawler.spider  # type: ignore[assignment]  # every spider of ours has a round
        await spider.round.deliver(item)
        return item
