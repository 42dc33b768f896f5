"""What stands between our spiders and the network: the guard, the conditional GET, the stop."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response

from crawler.network import Guard, RefusedUrl, check_url, is_public, literal, origin, refusal
from crawler.pipelines import Round
from crawler.settings import ROBOTS_TIMEOUT


class Stopped(Exception):  # noqa: N818 - it says what was done
    """The crawl ended before this download did."""


class _Spider(Protocol):
    guard: Guard
    round: Round


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
        _set_validators(request)
        _, host, port = origin(request.url)
        request.meta["download_slot"] = f"{host}:{port}"

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


class StoppableHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler, whose downloads end when the crawl is to end, not when the server pleases."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._owner = crawler

    async def download_request(self, request: Request) -> Response:
        """Return the response.

        Raises:
            Stopped: when the crawl ends first.
        """
        spider: _Spider = self._owner.spider  # type: ignore[assignment]  # every spider of ours has a round
        if spider.round.stopping:
            raise Stopped
        download: asyncio.Task[Any] = asyncio.ensure_future(super().download_request(request))
        spider.round.follow(download)
        await asyncio.wait({download})
        if download.cancelled():
            raise Stopped
        return download.result()  # type: ignore[no-any-return]  # a response, as above
