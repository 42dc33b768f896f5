"""The spider for any feed: conditional GET, fall-over, and one answer for every source."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import scrapy
from scrapy import signals
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure
from w3lib.url import safe_url_string

from crawler.decoding import Unreadable, decode
from crawler.feeds import NotAFeed, ParsedFeed, challenge, page_title, parse_feed
from crawler.gate import Postponed, retry_after
from crawler.models import FeedAnswer, Outcome, PollRequest
from crawler.network import Guard, RefusedUrl, check_url, origin
from crawler.pipelines import Bench, Round
from crawler.sites import Site, tidy
from crawler.spiders.reasons import cookies_set, failure_reason, status_reason
from crawler.text import one_line, shorten
from crawler.units import Clock

log = logging.getLogger(__name__)

PARSE_TIMEOUT = 20.0
"""Seconds for a body of 5 MiB of the worst kind is more than this; an honest one takes less than one."""
_SHORTEST = 8.0
"""Seconds that each of several URLs is given at least."""
_FOR_GOOD = (301, 308)
_ADVICE = "; the site wants no robots here: try another feed of it, another network, or an RSSHub of your own"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one URL of one source, after others that failed."""

    poll: PollRequest
    index: int = 0
    failed: tuple[FeedAnswer, ...] = ()
    refused: FeedAnswer | None = None
    """The check for robots that this URL answered with, when it is asked again with the cookie that came with it."""
    cookie: str | None = None

    @property
    def url(self) -> str:
        """The URL to try."""
        return self.refused.url if self.refused else self.poll.urls[self.index]


class FeedSpider(scrapy.Spider):
    """Polls sources, each once, and yields a `FeedAnswer` for each."""

    name = "feed"
    site: Site | None = None
    """The rules of the one site this spider is for."""
    handle_httpstatus_list = (304, *range(400, 600))

    def __init__(
        self,
        *,
        polls: Sequence[PollRequest],
        round_: Round,
        bench: Bench,
        guard: Guard,
        clock: Clock,
        **rest: Any,  # noqa: ANN401 - Scrapy's own
    ) -> None:
        super().__init__(**rest)
        self.bench = bench
        self.round = round_
        self.guard = guard
        self._polls = polls
        self._clock = clock

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Yield the first request of every source; answer at once where there is nothing to ask."""
        for poll in self._polls:
            # a request is made when there is room for it: all at once they would hold up the loop
            if self.crawler.engine.needs_backout():
                await self.crawler.signals.wait_for(signals.scheduler_empty)
            for step in self._try(Attempt(poll)):
                if isinstance(step, FeedAnswer):
                    # yielded as an item, it would keep a crawl without requests open for another five seconds
                    await self.round.deliver(step)
                else:
                    yield step

    async def parse_answer(self, response: Response, attempt: Attempt) -> AsyncIterator[scrapy.Request | FeedAnswer]:
        """Yield what a response means for its source: the answer, or the next URL to try."""
        try:
            answer = await self._read(response, attempt.poll)
        except Exception as error:  # the source's answer says so, and the others go on
            log.exception("source %s: its answer could not be read", attempt.poll.source)
            answer = self._answer(attempt.poll, Outcome.ERROR, response.url, reason=_internal(error))
        for step in self._once_more(answer, response, attempt) or self._conclude(answer, attempt):
            yield step

    async def fail(self, failure: Failure) -> AsyncIterator[scrapy.Request | FeedAnswer]:
        """Yield what a download that failed means for its source."""
        request: scrapy.Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        attempt: Attempt = request.cb_kwargs["attempt"]
        error = failure.value
        if isinstance(error, HttpError):
            answer = self._refusal(error.response, attempt.poll)
        elif isinstance(error, Postponed):
            answer = self._answer(attempt.poll, Outcome.ERROR, request.url, reason=str(error))
            answer = replace(answer, postponed=True, retry_after=error.seconds)
        else:
            reason = failure_reason(error, request.url, self._seconds(attempt.poll))
            outcome = Outcome.BLOCKED if "(robots.txt)" in reason else Outcome.ERROR
            answer = self._answer(attempt.poll, outcome, request.url, reason=reason)
        for step in self._conclude(answer, attempt):
            yield step

    def _try(self, attempt: Attempt) -> Iterator[scrapy.Request | FeedAnswer]:
        try:
            check_url(attempt.url)
            yield self._request(attempt)
        except (RefusedUrl, ValueError) as error:
            reason = one_line(str(error))
            answer = self._answer(attempt.poll, Outcome.ERROR, attempt.url, reason=reason)
            yield from self._conclude(answer, attempt)

    def _once_more(self, answer: FeedAnswer, response: Response, attempt: Attempt) -> list[scrapy.Request]:
        """Return one polite second request with the cookie that a check set: 36Kr's then sometimes gives the feed.

        Nothing of the check is solved.
        """
        cookie = cookies_set(header.decode("latin-1") for header in response.headers.getlist("Set-Cookie"))
        if answer.outcome is not Outcome.BLOCKED or response.status != 200 or not cookie:
            return []
        if attempt.refused is not None or self.round.stopping:
            return []
        return [self._request(replace(attempt, refused=answer, cookie=cookie))]

    def _request(self, attempt: Attempt) -> scrapy.Request:
        poll = attempt.poll
        of = _safe(poll.validators_of) if poll.validators_of else None
        return scrapy.Request(
            attempt.url,
            headers={"Cookie": attempt.cookie} if attempt.cookie else None,
            callback=self.parse_answer,
            errback=self.fail,
            cb_kwargs={"attempt": attempt},
            dont_filter=True,
            meta={
                "own": frozenset(origin(url) for url in poll.trusted_urls),
                "validators": (of, poll.etag, poll.last_modified),
                "download_timeout": self._seconds(poll),
                # the gate lets a second try follow at once, and nobody repeats it once more
                **({"retry_times": 1} if attempt.refused else {}),
            },
        )

    def _seconds(self, poll: PollRequest) -> float:
        """Return how long one URL may take: they share the time of one request, but none gets less than it needs."""
        whole: float = self.settings.getfloat("DOWNLOAD_TIMEOUT")
        return max(min(_SHORTEST, whole), whole / len(poll.urls))

    def _conclude(self, answer: FeedAnswer, attempt: Attempt) -> Iterator[scrapy.Request | FeedAnswer]:
        """Yield the answer if it is a healthy one or there is no further URL; else the next request."""
        if answer.outcome.healthy:
            yield answer
            return
        failed = (*attempt.failed, attempt.refused or answer)
        if attempt.index + 1 < len(attempt.poll.urls) and not self.round.stopping:
            yield from self._try(Attempt(attempt.poll, attempt.index + 1, failed))
        else:
            yield _summed_up(failed)

    async def _read(self, response: Response, poll: PollRequest) -> FeedAnswer:
        if response.status == 304 and _was_conditional(response):
            return self._not_modified(response, poll)
        if response.status != 200:
            return self._refusal(response, poll)
        digest = hashlib.sha256(response.body).hexdigest()
        cut = "dataloss" in response.flags
        if digest == poll.body_hash and not cut:
            return replace(self._not_modified(response, poll), body_hash=digest)
        return await self._parsed(response, poll, digest, cut=cut)

    async def _parsed(self, response: Response, poll: PollRequest, digest: str, *, cut: bool) -> FeedAnswer:
        work = partial(
            _parse,
            response.body,
            self.site,
            source=poll.source,
            url=response.url,
            content_type=_header(response, "Content-Type"),
            language=poll.language,
            now=self._clock(),
        )
        try:
            feed = await self.bench.run(work, PARSE_TIMEOUT)
        except NotAFeed as error:
            outcome = Outcome.BLOCKED if error.blocked else Outcome.NOT_A_FEED
            packed = _header(response, "Content-Encoding")
            reason = f"the answer is packed as '{packed[:30]}', which nobody asked for" if packed else str(error)
            reason += _ADVICE if error.blocked else ""
            return self._answer(poll, outcome, response.url, status=200, reason=reason)
        except TimeoutError:
            reason = f"the feed could not be parsed within {PARSE_TIMEOUT:.0f} s"
            return self._answer(poll, Outcome.ERROR, response.url, status=200, reason=reason)
        whole = feed.complete and not cut
        return replace(
            self._healthy(Outcome.OK, response, poll, whole=whole),
            body_hash=digest if whole else None,
            entries=feed.entries,
            complete=whole,
            degraded=feed.lacks or (None if whole else "the connection ended before the answer did"),
        )

    def _not_modified(self, response: Response, poll: PollRequest) -> FeedAnswer:
        answer = self._healthy(Outcome.NOT_MODIFIED, response, poll, whole=True)
        if response.status != 304:
            return answer
        # a 304 may repeat the validators, and mostly does not
        return replace(
            answer,
            etag=answer.etag or poll.etag,
            last_modified=answer.last_modified or poll.last_modified,
            body_hash=poll.body_hash,
        )

    def _healthy(self, outcome: Outcome, response: Response, poll: PollRequest, *, whole: bool) -> FeedAnswer:
        return replace(
            self._answer(poll, outcome, response.url, status=response.status),
            etag=_header(response, "ETag") if whole else None,
            last_modified=_header(response, "Last-Modified") if whole else None,
            moved_to=_moved_to(response),
        )

    def _refusal(self, response: Response, poll: PollRequest) -> FeedAnswer:
        wait = retry_after(_header(response, "Retry-After"), self._clock())
        page = _page(response)
        titled = f', "{title}"' if (title := page_title(page)) else ""
        outcome, reason = Outcome.ERROR, f"{status_reason(response.status)}{titled}"
        if _header(response, "cf-mitigated") or challenge(page) is not None:
            outcome, reason = Outcome.BLOCKED, f"{reason}, a check for robots{_ADVICE}"
        elif response.status == 410:
            outcome, reason = Outcome.GONE, f"{reason}: the site says that this feed is gone for good"
        answer = self._answer(poll, outcome, response.url, status=response.status, reason=reason)
        return replace(answer, retry_after=wait)

    def _answer(
        self, poll: PollRequest, outcome: Outcome, url: str, *, status: int | None = None, reason: str | None = None
    ) -> FeedAnswer:
        return FeedAnswer(poll.source, outcome, self._clock(), url, status=status, reason=reason)


def _parse(body: bytes, site: Site | None, **how: Any) -> ParsedFeed:  # noqa: ANN401 - the arguments of `parse_feed`
    feed = parse_feed(body, **how)
    return replace(feed, entries=tuple(tidy(entry, site) for entry in feed.entries))


def _summed_up(failed: Sequence[FeedAnswer]) -> FeedAnswer:
    """Return the failure that stands for all: the last, and gone only if every URL is."""
    worst = next((answer for answer in reversed(failed) if answer.outcome is not Outcome.GONE), failed[-1])
    if len(failed) == 1:
        return worst
    # each host keeps its own wait (crawler.gate): the source may be asked when the first of them is over
    waits = [answer.retry_after or 0.0 for answer in failed]
    reasons = "; ".join(f"{shorten(answer.url, 100)}: {answer.reason}" for answer in failed)
    postponed = all(answer.postponed for answer in failed)
    return replace(worst, reason=reasons, retry_after=min(waits) or None, postponed=postponed)


# Scrapy does the same to every address, and both are then compared.
_safe = lru_cache(2_000)(safe_url_string)


def _was_conditional(response: Response) -> bool:
    headers = response.request.headers if response.request else {}
    return "If-None-Match" in headers or "If-Modified-Since" in headers


def _moved_to(response: Response) -> str | None:
    """Return where a run of permanent redirects from the first URL on has led."""
    meta = response.request.meta if response.request else {}
    places = [*meta.get("redirect_urls", ()), response.url]
    steps = 0
    for reason in meta.get("redirect_reasons", ()):
        if reason not in _FOR_GOOD:
            break
        steps += 1
    return places[steps] if steps else None


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return one_line(value.decode("latin-1"))[:1_000] or None if value else None


def _page(response: Response) -> str:
    """Return the text of a page, as much as it takes to tell what it is; empty where it is none."""
    try:
        return decode(response.body[:200_000], _header(response, "Content-Type"))
    except Unreadable:
        return ""


def _internal(error: Exception) -> str:
    return f"internal error: {type(error).__name__}: {shorten(one_line(str(error)), 160)}"
