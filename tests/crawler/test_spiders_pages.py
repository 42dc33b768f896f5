"""Pages over HTTP: fetched politely, to public addresses only, and completing or vetoing what a feed said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crawler.knowledge import load
from crawler.models import EventView, FeedAnswer, Outcome, PollRequest
from crawler.runner import Runner
from crawler.storage import pages
from crawler.storage.engine import reading
from crawler.storage.views import event_ids, views
from scheduler import jobs
from scheduler.config import parse
from scheduler.demo.feed_server import Feed, FeedServer, Item, Reply
from scheduler.jobs import Setup, set_up
from scheduler.pages import fetch
from tests.crawler import articlepages as made
from tests.crawler.polling import Poller

NOW = datetime(2026, 6, 13, 9, tzinfo=UTC)
HTML = {"Content-Type": "text/html; charset=utf-8"}


def serve(server: FeedServer, path: str, body: bytes, status: int = 200, **headers: str) -> None:
    server.faults[path] = lambda _: Reply(status, {**HTML, **headers}, body)


def ask(poller: Poller, url: str, *trusted: str) -> FeedAnswer:
    """Fetch one page of a source whose configured addresses are `trusted`."""

    async def once() -> FeedAnswer:
        runner = await poller.runner()
        request = PollRequest("page:1", (url,), trusted=trusted)
        await runner.poll([request], poller.handled.extend, spider="pages", deadline=20)
        return poller.handled[-1]

    return poller.reactor.run(once())


def test_a_page_gives_an_answer_with_its_text(poller: Poller, server: FeedServer) -> None:
    serve(server, "/a", made.plain_site())
    answer = ask(poller, server.url("/a"), server.url("/feed"))
    assert (answer.outcome, answer.source, poller.handled) == (Outcome.OK, "page:1", [answer])
    assert answer.entries[0].text.endswith("\n".join(made.ENGLISH))
    [asked] = server.asked("/a")
    assert asked.headers["accept"].startswith("text/html")
    assert not {"if-none-match", "cookie", "referer"} & asked.headers.keys()


@pytest.mark.parametrize(
    ("reply", "outcome", "reason"),
    [
        pytest.param(Reply(200, HTML, b"<p>Watch the video.</p>"), Outcome.NOT_A_FEED, "no text", id="no-article"),
        pytest.param(Reply(200, HTML, b"<title>Just a moment...</title>"), Outcome.BLOCKED, "robots", id="challenge"),
        pytest.param(Reply(403, {"cf-mitigated": "challenge"}), Outcome.BLOCKED, "robots", id="cloudflare"),
        pytest.param(Reply(404, HTML, b"gone"), Outcome.ERROR, "404", id="not-there"),
        pytest.param(Reply(410, HTML), Outcome.GONE, "gone", id="gone"),
        pytest.param(Reply(503, {"Retry-After": "60"}), Outcome.ERROR, "503", id="busy"),
    ],
)
def test_a_page_that_gives_no_article_says_why(
    poller: Poller, server: FeedServer, reply: Reply, outcome: Outcome, reason: str
) -> None:
    server.faults["/a"] = lambda _: reply
    answer = ask(poller, server.url("/a"), server.url("/feed"))
    assert (answer.outcome, answer.entries) == (outcome, ())
    assert reason in (answer.reason or "")


def test_robots_txt_is_obeyed_for_pages_too(poller: Poller, server: FeedServer) -> None:
    server.robots = "User-agent: *\nDisallow: /a\n"
    serve(server, "/a", made.plain_site())
    assert "(robots.txt)" in (ask(poller, server.url("/a"), server.url("/feed")).reason or "")
    assert server.asked("/a") == []


def test_a_link_to_a_private_address_is_followed_only_at_the_feeds_own_origin(
    poller: Poller, server: FeedServer
) -> None:
    with FeedServer() as other:
        serve(other, "/a", made.plain_site())
        answer = ask(poller, other.url("/a"), server.url("/feed"))
        assert (answer.outcome, other.requests) == (Outcome.ERROR, [])
        assert (answer.reason or "").startswith("refused: ")


def test_a_redirect_from_a_page_to_another_private_origin_is_refused(poller: Poller, server: FeedServer) -> None:
    with FeedServer() as other:
        serve(server, "/a", b"", 302, Location=other.url("/b"))
        serve(other, "/b", made.plain_site())
        answer = ask(poller, server.url("/a"), server.url("/feed"))
        assert (answer.outcome, other.requests) == (Outcome.ERROR, [])


def test_without_private_networks_no_page_on_one_is_fetched(poller: Poller, server: FeedServer) -> None:
    poller.allow_private = False
    serve(server, "/a", made.plain_site())
    assert ask(poller, server.url("/a"), server.url("/feed")).outcome is Outcome.ERROR
    assert server.requests == []


@pytest.fixture
def setup(engine: Engine, server: FeedServer, tmp_path: Path) -> Setup:
    text = (
        "version: 1\nwatchlists: [{name: All, events: [market_entry]}]\nservice: {allow_private_networks: true}\n"
        f"sources: [{{id: s, url: '{server.url('/feed')}', every: 10m, spider: cleantechnica, "
        "article_pages: on_match, first_poll: tell}]\n"
    )
    return set_up(parse(text, tmp_path / "config.yaml", {}), engine)


def item(server: FeedServer, title: str, html: str, number: int = 1) -> Item:
    return Item(
        title, server.url(f"/2026/{number}"), html, NOW - timedelta(hours=1), f"https://cleantechnica.com/?p={number}"
    )


def the_events(setup: Setup) -> list[EventView]:
    with reading(setup.desk.engine) as connection:
        return list(views(connection, event_ids(connection), load()))


def waiting(setup: Setup) -> dict[str, int]:
    with reading(setup.desk.engine) as connection:
        return pages.waiting(connection)


TITLE = "XPENG Opens Its First Store In Norway"
LEAD = "<p>XPENG has opened its first store in Norway, in Oslo ... [continued]</p>"


def in_the_loop(poller: Poller, setup: Setup, work: Callable[[Runner], object]) -> None:
    async def once() -> None:
        runner = await poller.runner()
        await jobs.poll(setup, ["s"], runner, lambda _answer, _stored: None)
        await work(runner)  # type: ignore[misc]  # a coroutine

    poller.reactor.run(once())


def test_a_page_is_fetched_after_its_feed_and_read(poller: Poller, server: FeedServer, setup: Setup) -> None:
    server.feeds["/feed"] = Feed("CleanTechnica", server.url(), [item(server, TITLE, LEAD)])
    more = "The store sells the G6 and the G9, and XPENG plans 15 more in the country by the end of 2027."
    serve(server, "/2026/1", made.wordpress((LEAD[3:60], more, *made.ENGLISH[:1])))
    found: list[int] = []

    async def work(runner: Runner) -> None:
        found.append(await fetch(setup, runner, poller.clock))
        found.append(await fetch(setup, runner, poller.clock))

    in_the_loop(poller, setup, work)
    assert found == [1, 0]
    assert waiting(setup) == {}
    [event] = the_events(setup)
    assert (event.company.name, event.places) == ("XPENG", ("NO",))


def test_a_page_that_does_not_come_leaves_what_the_feed_said(poller: Poller, server: FeedServer, setup: Setup) -> None:
    server.feeds["/feed"] = Feed("CleanTechnica", server.url(), [item(server, TITLE, LEAD)])
    serve(server, "/2026/1", b"", 500)
    in_the_loop(poller, setup, lambda runner: fetch(setup, runner, poller.clock))
    assert [event.places for event in the_events(setup)] == [("NO",)]
    with reading(setup.desk.engine) as connection:
        assert pages.due(connection, poller.clock()) == []
        [wish] = pages.due(connection, poller.clock() + timedelta(hours=1))
    assert (wish.tries, waiting(setup)) == (1, {"s": 1})


def test_a_wish_of_a_source_that_wants_no_pages_any_more_is_forgotten(
    poller: Poller, server: FeedServer, setup: Setup, tmp_path: Path
) -> None:
    server.feeds["/feed"] = Feed("CleanTechnica", server.url(), [item(server, TITLE, LEAD)])
    text = (
        "version: 1\nwatchlists: [{name: All, events: [market_entry]}]\n"
        "sources: [{id: s, url: 'https://news.example/feed', every: 10m}]\n"
    )
    changed = set_up(parse(text, tmp_path / "config.yaml", {}), setup.desk.engine)
    in_the_loop(poller, setup, lambda runner: fetch(changed, runner, poller.clock))
    assert (waiting(setup), server.asked("/2026/1")) == ({}, [])


def test_the_sites_spider_knows_an_article_by_its_number(poller: Poller, server: FeedServer, setup: Setup) -> None:
    server.feeds["/feed"] = Feed("CleanTechnica", server.url(), [item(server, TITLE, LEAD)])
    in_the_loop(poller, setup, lambda runner: fetch(setup, runner, poller.clock))
    moved = item(server, TITLE, LEAD, 1)
    again = Item(moved.title, server.url("/elsewhere"), LEAD, moved.published, moved.guid)
    server.feeds["/feed"] = Feed("CleanTechnica", server.url(), [again])
    in_the_loop(poller, setup, lambda runner: fetch(setup, runner, poller.clock))
    assert [len(event.mentions) for event in the_events(setup)] == [1]
