"""Politeness of real polls over loopback: robots.txt, Crawl-delay, Retry-After, over all crawls of a runner."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawler.models import FeedAnswer, Outcome
from crawler.runner import Runner
from crawler.settings import scrapy_settings
from scheduler.demo.feed_server import FeedServer, Reply
from tests.crawler.polling import Poller, request

SLOW = "User-agent: chuhai\nCrawl-delay: 600\nDisallow: /secret\n"


def polls(poller: Poller, *urls: str, again: Runner | None = None) -> list[FeedAnswer]:
    """Poll these one after the other, each in a crawl of its own, by one runner."""

    async def in_turn() -> list[FeedAnswer]:
        runner = again or await poller.runner()
        answers = [await runner.poll([request(url)], poller.handled.extend, deadline=20) for url in urls]
        return [answer["news"] for answer in answers]

    return poller.reactor.run(in_turn())


def test_robots_txt_is_asked_for_once_for_all_crawls(poller: Poller, server: FeedServer) -> None:
    answers = polls(poller, *[server.url("/feed")] * 3)
    assert [answer.outcome for answer in answers] == [Outcome.OK] * 3
    assert len(server.asked("/robots.txt")) == 1


def test_a_restart_asks_for_no_robots_txt_it_has(poller: Poller, server: FeedServer) -> None:
    async def restarted() -> Runner:
        first = await poller.runner()
        await first.poll([request(server.url("/feed"))], poller.handled.extend, deadline=20)
        times, texts = first.learnt()
        settings = scrapy_settings(contact="https://bot.example", version="9.9")
        return Runner(settings, allow_private=True, times=times, texts=texts)

    server.robots = SLOW
    runner = poller.reactor.run(restarted())
    (answer,) = polls(poller, server.url("/feed"), again=runner)
    assert answer.postponed
    assert [asked.path for asked in server.requests] == ["/robots.txt", "/feed"]


@pytest.mark.parametrize("status", [500, 503])
def test_a_robots_txt_that_the_server_fails_to_give_denies_the_feed(
    poller: Poller, server: FeedServer, status: int
) -> None:
    server.faults["/robots.txt"] = lambda _: Reply(status)
    answer = poller.ask(server.url("/feed"))
    assert answer.outcome is Outcome.BLOCKED
    assert f"HTTP {status}" in (answer.reason or "")
    assert "asked again at" in (answer.reason or "")
    assert server.asked("/feed") == []


def test_a_host_that_hangs_up_on_robots_txt_is_asked_nothing_else(poller: Poller, server: FeedServer) -> None:
    server.faults["/robots.txt"] = lambda _: Reply(drop=True)
    answer = poller.ask(server.url("/feed"))
    assert answer.outcome is Outcome.ERROR
    assert (answer.reason or "").startswith("connection failed")
    assert (answer.reason or "").endswith("when asked for its robots.txt")
    assert server.asked("/feed") == []


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(404), id="none"),
        pytest.param(Reply(403, {}, b"Disallow: /"), id="forbidden"),
        pytest.param(Reply(302, {"Location": "/robots.txt"}), id="a circle"),
        pytest.param(Reply(200, {}, b"\x00\xff<html>"), id="no robots.txt"),
    ],
)
def test_without_a_robots_txt_the_feed_is_asked_for(poller: Poller, server: FeedServer, reply: Reply) -> None:
    server.faults["/robots.txt"] = lambda _: reply
    assert poller.ask(server.url("/feed")).outcome is Outcome.OK


def test_a_redirect_does_not_lead_round_robots_txt(poller: Poller, server: FeedServer) -> None:
    server.robots = SLOW
    server.faults["/open"] = lambda _: Reply(302, {"Location": "/secret"})
    answer = poller.ask(server.url("/open"))
    assert answer.outcome is Outcome.BLOCKED
    assert server.asked("/secret") == []


def test_a_crawl_delay_postpones_the_next_poll_of_the_host(poller: Poller, server: FeedServer) -> None:
    server.robots = SLOW
    server.feeds["/other"] = server.feeds["/feed"]
    first, second = polls(poller, server.url("/feed"), server.url("/other"))
    assert (first.outcome, first.postponed) == (Outcome.OK, False)
    assert second.postponed
    assert second.retry_after == pytest.approx(600, abs=10)
    assert server.asked("/other") == []


def test_a_redirect_within_the_host_is_no_second_visit(poller: Poller, server: FeedServer) -> None:
    server.robots = SLOW
    server.faults["/short"] = lambda _: Reply(302, {"Location": "/feed"})
    assert poller.ask(server.url("/short")).outcome is Outcome.OK


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_retry_after_postpones_every_poll_of_the_host(
    poller: Poller, server: FeedServer, status: int, form: str
) -> None:
    date = (datetime.now(UTC) + timedelta(seconds=300)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    server.faults["/feed"] = lambda _: Reply(status, {"Retry-After": "300" if form == "seconds" else date})
    server.feeds["/other"] = server.feeds["/feed"]
    first, second = polls(poller, server.url("/feed"), server.url("/other"))
    assert (first.status, first.postponed) == (status, False)
    assert second.postponed
    assert second.retry_after == pytest.approx(300, abs=10)
    assert server.asked("/other") == []


def test_where_one_address_has_to_wait_the_next_is_asked(poller: Poller, server: FeedServer) -> None:
    async def fall_over() -> FeedAnswer:
        runner = await poller.runner()
        runner.gate.penalise(server.url("/feed"), 3_600)
        urls = server.url("/feed"), mirror.url("/feed")
        return (await runner.poll([request(*urls)], poller.handled.extend, deadline=20))["news"]

    with FeedServer() as mirror:
        mirror.feeds["/feed"] = server.feeds["/feed"]
        answer = poller.reactor.run(fall_over())
        assert (answer.outcome, answer.url) == (Outcome.OK, mirror.url("/feed"))


def test_where_one_address_has_to_wait_and_the_next_fails_that_is_a_failure(poller: Poller, server: FeedServer) -> None:
    async def fall_over() -> FeedAnswer:
        runner = await poller.runner()
        runner.gate.penalise(server.url("/feed"), 3_600)
        urls = server.url("/feed"), mirror.url("/nothing")
        return (await runner.poll([request(*urls)], poller.handled.extend, deadline=20))["news"]

    with FeedServer() as mirror:
        answer = poller.reactor.run(fall_over())
    assert (answer.outcome, answer.postponed, answer.retry_after) == (Outcome.ERROR, False, None)


def test_two_polls_of_one_host_never_overlap_though_they_are_in_crawls_of_their_own(
    poller: Poller, server: FeedServer
) -> None:
    async def side_by_side() -> None:
        runner = await poller.runner()
        crawls = [[request(server.url("/slow"), source=f"{n}{m}") for n in "ab"] for m in "12"]
        await asyncio.gather(*(runner.poll(crawl, poller.handled.extend, deadline=20) for crawl in crawls))

    server.faults["/slow"] = lambda _: Reply(delay=0.1)
    poller.reactor.run(side_by_side())
    times = [asked.at for asked in server.asked("/slow")]
    assert len(times) == 4
    assert all(later - earlier >= 0.1 for earlier, later in pairwise(times))


def test_a_host_that_hangs_delays_no_poll_of_another_in_the_same_crawl(poller: Poller, server: FeedServer) -> None:
    poller.timeout = 3.0
    with FeedServer() as hanging:
        hanging.faults["/feed"] = lambda _: Reply(delay=30)
        slow = [request(hanging.url("/feed"), source=f"slow{n}") for n in range(12)]
        poller.poll(*slow, request(server.url("/feed"), source="well"), deadline=6.0)
    assert poller.handled[0].source == "well"
    assert poller.handled[0].outcome is Outcome.OK
