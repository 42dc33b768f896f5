"""From the spider to whoever stores its answers: one at a time, each source once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any, Protocol

from scrapy.crawler import Crawler

from crawler.models import FeedAnswer, Outcome
from crawler.storage.engine import StorageError
from crawler.text import one_line, shorten

log = logging.getLogger(__name__)

Handler = Callable[[FeedAnswer], object]
"""Stores one answer; what it raises makes the source's poll a failure."""


class Round:
    """One crawl's answers: each source has one, the first it gets; it lives in the loop's thread."""

    def __init__(self, sources: frozenset[str], handle: Handler, executor: Executor) -> None:
        self._missing = set(sources)
        self._handle = handle
        self._executor = executor
        self._in_hand: dict[str, FeedAnswer] = {}
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
        """The answers as they stand: stored, or failures; one that is still being stored counts as failed."""
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
        self._answers[answer.source] = await self._stored(answer)
        del self._in_hand[answer.source]

    async def _stored(self, answer: FeedAnswer) -> FeedAnswer:
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._handle, answer)
        except StorageError as error:
            log.error("source %s: its answer could not be stored, and is asked for again: %s", answer.source, error)
            return unstored(answer, str(error))
        except Exception as error:
            log.exception("source %s: its answer could not be stored", answer.source)
            return unstored(answer, f"{type(error).__name__}: {error}")
        return answer


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
