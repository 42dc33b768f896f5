"""What stands between our spiders and the network: the guard, the manners, the conditional GET, the stop."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.gate import Gate, Postponed, Turn, key
from crawler.network import Guard, RefusedUrl, check_url, is_public, literal, origin, refusal
from crawler.pipelines import Round
from crawler.robots import Robots, Unreachable
from crawler.settings import ROBOTS_TIMEOUT

PAGES = "pages"
"""The spider whose requests come after those of all others."""


class Stopped(Exception):  # noqa: N818 - it says what was done
    """The crawl ended before this download did."""


class Forbidden(IgnoreRequest):
    """A robots.txt keeps us out; the message is one line for a human."""


class RobotsUnreachable(IgnoreRequest):
    """Nothing was asked, because the robots.txt could not be had; the cause tells why."""


class _Spider(Protocol):
    """What every spider of ours is given by the runner."""

    name: str
    guard: Guard
    round: Round
    gate: Gate
    robots: Robots
    until: float
    """Moment of the monotonic clock after which no request begins."""


class GuardMiddleware:
    """Checks every request, redirected ones and robots.txt too, before anything else does.

    A request for a source carries `meta["own"]`, the configured origins of that source, and
    `meta["validators"]`, the URL they are for with its ETag and Last-Modified.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Return the middleware of one crawl, as Scrapy asks for it."""
        return cls(crawler)

    @property
    def _guard(self) -> Guard:
        spider: _Spider = self._crawler.spider  # type: ignore[assignment]  # every spider of ours has a guard
        return spider.guard

    def process_request(self, request: Request) -> None:
        """Let a request pass, with the headers and limits that belong to its URL.

        Raises:
            RefusedUrl: when it leads where we do not go.
        """
        check_url(request.url)
        self._check_private(request)
        if "own" not in request.meta:
            request.meta.setdefault("download_timeout", ROBOTS_TIMEOUT)
        else:
            # nobody comes back for minutes, and a thousand open connections are a thousand open files
            request.headers["Connection"] = "close"
        _set_validators(request)
        # one for all hosts: crawler.gate keeps them apart
        request.meta["download_slot"] = "all"

    def _check_private(self, request: Request) -> None:
        """Refuse a number that is no public address, and a way from one source to another's private origin."""
        host = origin(request.url)[1]
        if self._guard.opened(request.url):
            if not self._may_enter(request):
                raise RefusedUrl(f"refused: a redirect leads to {host}, the private address of another source")
            return
        address = literal(host)
        if address is not None and not is_public(address):
            raise RefusedUrl(refusal(host, address))

    def _may_enter(self, request: Request) -> bool:
        """Say whether a request for an opened host is for its own origin, or follows from one that was."""
        own = request.meta.get("own")
        if own is not None:
            return origin(request.url) in own
        # a robots.txt belongs to no source: it is asked for where a request that passed here leads
        return "redirect_times" not in request.meta

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Tell a name that we refused from one that does not exist.

        Raises:
            RefusedUrl: where the guard dropped its addresses.
        """
        if isinstance(exception, CannotResolveHostError):
            address = self._guard.refused(request.url)
            if address is not None:
                raise RefusedUrl(refusal(origin(request.url)[1], address)) from exception


def _set_validators(request: Request) -> None:
    """Make the request conditional exactly where its URL is the one that gave the validators."""
    of, etag, last_modified = request.meta.get("validators") or (None, None, None)
    matches = of is not None and request.url == of
    for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)):
        request.headers.pop(name, None)
        if matches and value:
            request.headers[name] = value


class RobotsMiddleware:
    """Obeys robots.txt by the cache of the whole process; asking for one goes through every other check."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Return the middleware of one crawl, as Scrapy asks for it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass that its host's robots.txt allows, and have the host's gap kept.

        Raises:
            Forbidden: when it does not.
            RobotsUnreachable: when the host does not say.
        """
        if request.meta.get("robots"):
            return
        spider: _Spider = self._crawler.spider  # type: ignore[assignment]  # every spider of ours has a robots
        try:
            rules = await spider.robots.rules(request.url, self._fetch)
        except Unreachable as error:
            raise RobotsUnreachable from error.__cause__
        spider.gate.slow_down(request.url, rules.crawl_delay)
        denial = rules.denial(request.url)
        if denial is not None:
            raise Forbidden(denial)

    async def _fetch(self, url: str) -> tuple[int, bytes]:
        engine = self._crawler.engine
        if engine is None:
            raise Stopped
        request = Request(url, meta={"robots": True}, callback=NO_CALLBACK, dont_filter=True)
        try:
            response = await engine.download_async(request)
        except (Stopped, Postponed):
            raise
        except DownloadCancelledError:
            return _UNREADABLE, b""
        except (RefusedUrl, IgnoreRequest):
            # a redirect that leads round in circles or where we do not go: there is none (RFC 9309, 2.3.1.2);
            # where the host itself is refused, the guard says so of the request too
            return _NONE, b""
        except Exception as error:
            raise Unreachable from error
        return response.status, response.body


_NONE = 404
_UNREADABLE = 500
"""Taken for the status of a robots.txt that is larger than any honest one."""


class StoppableHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler, whose downloads wait for their host's turn and end when the crawl is to end."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._owner = crawler

    async def download_request(self, request: Request) -> Response:
        """Return the response.

        Raises:
            Stopped: when the crawl ends first.
            Postponed: when the host's turn does not come before.
        """
        spider: _Spider = self._owner.spider  # type: ignore[assignment]  # every spider of ours has a round
        if spider.round.stopping:
            raise Stopped
        download: asyncio.Task[Any] = asyncio.ensure_future(self._in_turn(request, spider))
        spider.round.follow(download)
        await asyncio.wait({download})
        if download.cancelled():
            raise Stopped
        return download.result()  # type: ignore[no-any-return]  # a response, as above

    async def _in_turn(self, request: Request, spider: _Spider) -> Response:
        begun = False
        try:
            async with spider.gate.turn(request.url, _turn(request, spider.name), latest=spider.until):
                begun = True
                response = await super().download_request(request)
        except asyncio.CancelledError:
            if begun:
                raise
            raise Postponed(key(request.url), spider.gate.wait(request.url)) from None
        if response.status >= 400:
            header = response.headers.get("Retry-After")
            spider.gate.heed(request.url, header.decode("latin-1") if header else None)
        return response


def _turn(request: Request, spider: str) -> Turn:
    """Return what a request is for; that for a robots.txt carries `meta["robots"]`."""
    if request.meta.get("robots"):
        return Turn.ROBOTS
    before = request.meta.get("redirect_urls") or ()
    if request.meta.get("retry_times") or (before and key(before[-1]) == key(request.url)):
        return Turn.FOLLOWING
    return Turn.PAGE if spider == PAGES else Turn.FEED
