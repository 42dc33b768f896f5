"""The spider for article pages: a page is a source with one entry, whose text is the article."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import scrapy
from scrapy.http import Response

from crawler.extract import NoArticle, extract
from crawler.feeds import challenge
from crawler.models import Entry, FeedAnswer, Outcome, PollRequest
from crawler.sites import site_of
from crawler.spiders.feed import Attempt, FeedSpider
from crawler.text import language_of

EXTRACT_TIMEOUT = 10.0
"""Seconds; a page of the largest size allowed takes one or two."""

_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.1"


class PageSpider(FeedSpider):
    """Fetches pages, each once, and yields a `FeedAnswer` for each; politeness and guard are those of feeds."""

    name = "pages"

    def _request(self, attempt: Attempt) -> scrapy.Request:
        request = super()._request(attempt)
        request.headers["Accept"] = _ACCEPT
        return request

    async def _parsed(self, response: Response, poll: PollRequest, digest: str, *, cut: bool) -> FeedAnswer:  # noqa: ARG002 - a page has no validators, and half of one is better than none
        title = challenge(response.body[:200_000].decode("utf-8", "replace"))
        if title is not None:
            reason = f'the site answers with a check for robots titled "{title}"'
            return self._answer(poll, Outcome.BLOCKED, response.url, status=200, reason=reason)
        content_type = response.headers.get("Content-Type")
        work = partial(
            extract,
            response.body,
            content_type=content_type.decode("latin-1") if content_type else None,
            site=site_of(response.url),
        )
        try:
            text = await self.bench.run(work, EXTRACT_TIMEOUT)
        except NoArticle as error:
            return self._answer(poll, Outcome.NOT_A_FEED, response.url, status=200, reason=str(error))
        except TimeoutError:
            reason = f"no article could be found within {EXTRACT_TIMEOUT:.0f} s"
            return self._answer(poll, Outcome.NOT_A_FEED, response.url, status=200, reason=reason)
        entry = Entry((), response.url, "", text, language_of(text), None)
        return replace(self._healthy(Outcome.OK, response, poll, whole=False), entries=(entry,))
