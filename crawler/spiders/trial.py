"""The spider for a first look at a feed: the answer any poll would give, with what a person wants to know besides."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser
from twisted.python.failure import Failure

from crawler.models import FeedAnswer
from crawler.sites import CLEANTECHNICA, KR36
from crawler.spiders.feed import Attempt, FeedSpider

MOST_DELAY = 86_400.0
"""Seconds; a robots.txt that asks for more than a day between requests is taken to ask for one."""


@dataclass(frozen=True, slots=True)
class TrialAnswer(FeedAnswer):
    """A poll's answer and how it came."""

    body: bytes = b""
    """As received, decompressed; empty where nothing came."""
    content_type: str | None = None
    transferred: int = 0
    """Bytes of the body as they went over the network, compressed or not."""
    crawl_delay: float | None = None
    """Seconds between two requests that the site's robots.txt asks for."""


class TrialSpider(FeedSpider):
    """Polls as `FeedSpider` does, and keeps what came."""

    name = "trial"

    def __init__(self, **rest: Any) -> None:  # noqa: ANN401 - Scrapy's own
        super().__init__(**rest)
        self._transferred: Counter[str] = Counter()
        self._crawl_delay: float | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **rest: Any) -> TrialSpider:  # noqa: ANN401 - Scrapy's own
        """Return the spider of one crawl, listening to what arrives."""
        spider = super().from_crawler(crawler, *args, **rest)
        crawler.signals.connect(spider.note_bytes, signals.bytes_received)
        crawler.signals.connect(spider.note_response, signals.response_received)
        return spider

    def note_bytes(self, data: bytes, request: scrapy.Request) -> None:
        """Count what a request brings."""
        self._transferred[request.url] += len(data)

    def note_response(self, response: Response, request: scrapy.Request) -> None:
        """Keep the delay that a robots.txt asks for."""
        if response.status == 200 and request.url.endswith("/robots.txt") and "attempt" not in request.cb_kwargs:
            delay = ProtegoRobotParser(response.body, self).crawl_delay("chuhai")
            self._crawl_delay = None if delay is None else min(max(float(delay), 0.0), MOST_DELAY)

    async def parse_answer(self, response: Response, attempt: Attempt) -> AsyncIterator[scrapy.Request | FeedAnswer]:
        """Yield what `FeedSpider` yields, an answer with what came."""
        async for step in super().parse_answer(response, attempt):
            yield self._witnessed(step, response) if isinstance(step, FeedAnswer) else step

    async def fail(self, failure: Failure) -> AsyncIterator[scrapy.Request | FeedAnswer]:
        """Yield what `FeedSpider` yields."""
        async for step in super().fail(failure):
            yield self._witnessed(step, None) if isinstance(step, FeedAnswer) else step

    def _witnessed(self, answer: FeedAnswer, response: Response | None) -> TrialAnswer:
        told = {field.name: getattr(answer, field.name) for field in fields(FeedAnswer)}
        if response is None:
            return TrialAnswer(**told, crawl_delay=self._crawl_delay)
        content_type = response.headers.get("Content-Type")
        return TrialAnswer(
            **told,
            body=response.body,
            content_type=content_type.decode("latin-1") if content_type else None,
            transferred=self._transferred[response.url] or len(response.body),
            crawl_delay=self._crawl_delay,
        )


class CleanTechnicaTrial(TrialSpider):
    """The same for CleanTechnica's feeds, by the site's rules."""

    name = "trial-cleantechnica"
    site = CLEANTECHNICA


class Kr36Trial(TrialSpider):
    """The same for 36Kr's feeds, by the site's rules."""

    name = "trial-36kr"
    site = KR36
