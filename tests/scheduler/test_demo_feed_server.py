"""The feed server of the demo and the tests."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import feedparser
import pytest

from scheduler.demo.feed_server import Feed, FeedServer, Item, Reply, Style

ITEM = Item(
    "Alpha & Beta ]]> ship",
    "https://news.example/1?a=1&b=2",
    "<p>To Chile ]]> and on.</p>",
    datetime(2026, 3, 26, 10, tzinfo=timezone(timedelta(hours=8))),
    guid="g1",
    author="A. Writer",
    categories=("Alpha",),
)
OPENER = build_opener(ProxyHandler({}))


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.feeds["/feed"] = Feed("News", "https://news.example/", [ITEM])
        yield running


def status(server: FeedServer, path: str, **headers: str) -> int:
    request = Request(server.url(path), headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with OPENER.open(request, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("style", list(Style))
def test_a_feed_holds_what_its_items_say(style: Style) -> None:
    parsed = feedparser.parse(Feed("News", "https://news.example/", [ITEM], style).rss())
    (entry,) = parsed.entries
    assert not parsed.bozo
    assert (entry.title, entry.link, entry.author) == (ITEM.title, ITEM.link, ITEM.author)
    assert entry.published_parsed[:4] == (2026, 3, 26, 2)
    assert ("id" in entry) is (style is Style.WORDPRESS)


def test_a_36kr_feed_writes_its_dates_as_36kr_does() -> None:
    assert b"<pubDate>2026-03-26 10:00:00  +0800</pubDate>" in Feed("N", "x", [ITEM], Style.KR36).rss()


def test_an_unchanged_feed_is_a_304_and_a_changed_one_is_not(server: FeedServer) -> None:
    with OPENER.open(server.url("/feed"), timeout=10) as answer:
        etag = answer.headers["ETag"]
    assert status(server, "/feed", If_None_Match=etag) == 304
    server.feeds["/feed"].items.insert(0, replace(ITEM, title="Gamma ships", guid="g2"))
    assert status(server, "/feed", If_None_Match=etag) == 200


def test_what_was_asked_is_kept(server: FeedServer) -> None:
    assert [status(server, path, X_Test="yes") for path in ("/feed", "/missing", "/robots.txt")] == [200, 404, 200]
    assert [(request.path, request.status) for request in server.requests] == [
        ("/feed", 200),
        ("/missing", 404),
        ("/robots.txt", 200),
    ]
    assert server.asked("/feed")[0].headers["x-test"] == "yes"


def test_a_fault_answers_first_and_may_leave_it_to_the_feed(server: FeedServer) -> None:
    answers = iter([Reply(503, {"Retry-After": "9"}), None])
    server.faults["/feed"] = lambda _: next(answers)
    assert [status(server, "/feed") for _ in range(2)] == [503, 200]


def test_a_body_can_be_cut_and_a_connection_dropped(server: FeedServer) -> None:
    server.faults["/cut"] = lambda _: Reply(200, {}, b"0123456789", send=4)
    server.faults["/drop"] = lambda _: Reply(drop=True)
    with pytest.raises(http.client.IncompleteRead), OPENER.open(server.url("/cut"), timeout=10) as answer:
        answer.read()
    with pytest.raises(http.client.RemoteDisconnected):
        status(server, "/drop")
    assert server.asked("/drop")[0].status == 0


def test_the_server_ends_in_the_middle_of_a_delay() -> None:
    with FeedServer() as server:
        server.faults["/slow"] = lambda _: Reply(delay=60)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/slow")
        began = time.monotonic()
    assert time.monotonic() - began < 5
    connection.close()


def test_the_newest_item_dates_a_feed() -> None:
    older = replace(ITEM, published=datetime(2026, 1, 1, tzinfo=UTC))
    assert Feed("N", "x", [older, ITEM]).changed() == ITEM.published
