"""Polls over loopback through the real runner, reactor and spider."""

from __future__ import annotations

import gzip
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import scrapy

from crawler.models import FeedAnswer, Outcome, PollRequest
from crawler.spiders.feed import Attempt, FeedSpider
from crawler.units import Clock
from scheduler.demo.feed_server import Fault, FeedServer, Reply
from tests.crawler.polling import Poller, feed_of, request


def always(reply: Reply) -> Fault:
    return lambda _: reply


def test_a_feed_is_read_and_its_validators_are_told(poller: Poller, server: FeedServer) -> None:
    answer = poller.ask(server.url("/feed"))
    assert (answer.outcome, answer.status, answer.reason) == (Outcome.OK, 200, None)
    assert [entry.title for entry in answer.entries] == ["Alpha builds a plant", "Beta ships abroad"]
    assert answer.etag
    assert answer.last_modified
    assert answer.body_hash
    assert answer.complete
    assert answer.url == server.url("/feed")


def test_we_say_who_we_are_and_ask_for_robots_txt_first(poller: Poller, server: FeedServer) -> None:
    poller.ask(server.url("/feed"))
    assert [asked.path for asked in server.requests] == ["/robots.txt", "/feed"]
    assert server.requests[1].headers["user-agent"] == "chuhai/9.9 (+https://bot.example)"
    assert "cookie" not in server.requests[1].headers


def again(answer: FeedAnswer, *urls: str, source: str = "news") -> PollRequest:
    return PollRequest(
        source,
        urls,
        etag=answer.etag,
        last_modified=answer.last_modified,
        validators_of=answer.url,
        body_hash=answer.body_hash,
    )


def test_an_unchanged_feed_is_not_sent_again(poller: Poller, server: FeedServer) -> None:
    first = poller.ask(server.url("/feed"))
    second = poller.poll(again(first, first.url))["news"]
    assert (second.outcome, second.status) == (Outcome.NOT_MODIFIED, 304)
    assert (second.etag, second.body_hash) == (first.etag, first.body_hash)
    assert server.asked("/feed")[1].status == 304


def test_validators_go_only_to_the_url_that_gave_them(poller: Poller, server: FeedServer) -> None:
    server.feeds["/mirror"] = server.feeds["/feed"]
    first = poller.ask(server.url("/feed"))
    poller.poll(again(first, server.url("/mirror")))
    assert "if-none-match" not in server.asked("/mirror")[0].headers


def test_validators_reach_the_url_behind_a_redirect(poller: Poller, server: FeedServer) -> None:
    server.faults["/short"] = always(Reply(302, {"Location": "/feed"}))
    first = poller.ask(server.url("/short"))
    second = poller.poll(again(first, server.url("/short")))["news"]
    assert second.outcome is Outcome.NOT_MODIFIED
    assert "if-none-match" not in server.asked("/short")[1].headers


def test_the_same_body_again_is_not_parsed_and_its_new_validators_are_kept(poller: Poller, server: FeedServer) -> None:
    body = server.feeds["/feed"].rss()
    server.faults["/feed"] = always(Reply(200, {"ETag": '"one"'}, body))
    first = poller.ask(server.url("/feed"))
    server.faults["/feed"] = always(Reply(200, {"ETag": '"two"'}, body))
    second = poller.poll(again(first, first.url))["news"]
    assert (second.outcome, second.status, second.etag) == (Outcome.NOT_MODIFIED, 200, '"two"')


def test_a_304_nobody_asked_for_is_an_error(poller: Poller, server: FeedServer) -> None:
    server.faults["/feed"] = always(Reply(304))
    assert poller.ask(server.url("/feed")).outcome is Outcome.ERROR


def test_the_next_url_is_tried_when_one_fails(poller: Poller, server: FeedServer) -> None:
    answer = poller.ask(server.url("/missing"), server.url("/feed"))
    assert (answer.outcome, answer.url) == (Outcome.OK, server.url("/feed"))


def test_when_every_url_fails_the_reason_tells_of_each(poller: Poller, server: FeedServer) -> None:
    server.faults["/gone"] = always(Reply(410))
    answer = poller.ask(server.url("/missing"), server.url("/gone"))
    assert answer.outcome is Outcome.ERROR
    assert answer.reason is not None
    assert "HTTP 404 (not found)" in answer.reason
    assert "HTTP 410 (gone)" in answer.reason


@pytest.mark.parametrize(
    ("reply", "outcome", "words"),
    [
        pytest.param(Reply(410), Outcome.GONE, "gone for good", id="410"),
        pytest.param(Reply(404), Outcome.ERROR, "HTTP 404 (not found)", id="404"),
        pytest.param(Reply(503), Outcome.ERROR, "HTTP 503 (service unavailable)", id="503"),
        pytest.param(Reply(999), Outcome.ERROR, "HTTP 999", id="a status nobody knows"),
        pytest.param(Reply(302), Outcome.ERROR, "HTTP 302", id="a redirect to nowhere"),
        pytest.param(Reply(302, {"Location": "/faulty"}), Outcome.ERROR, "too many redirects", id="a circle"),
        pytest.param(Reply(403, {"cf-mitigated": "challenge"}), Outcome.BLOCKED, "check for robots", id="cloudflare"),
        pytest.param(
            Reply(503, {}, b"<html><title>Just a moment...</title>"), Outcome.BLOCKED, "HTTP 503", id="just a moment"
        ),
        pytest.param(
            Reply(200, {"Content-Type": "text/html"}, "<html><title>正在进行安全检测...</title>".encode()),
            Outcome.BLOCKED,
            "正在进行安全检测",
            id="a challenge with status 200",
        ),
        pytest.param(
            Reply(200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Welcome</title>"),
            Outcome.NOT_A_FEED,
            '"Welcome"',
            id="a page",
        ),
        pytest.param(Reply(200), Outcome.NOT_A_FEED, "empty", id="nothing"),
        pytest.param(Reply(drop=True), Outcome.ERROR, "connection failed", id="the connection is dropped"),
        pytest.param(
            Reply(200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08"), Outcome.ERROR, "cut or damaged", id="no gzip"
        ),
        pytest.param(Reply(200, {}, b"x" * 5_300_000), Outcome.ERROR, "larger than 5 MiB", id="too large"),
        pytest.param(
            Reply(200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 50_000_000)),
            Outcome.ERROR,
            "larger than 5 MiB",
            id="a gzip bomb",
        ),
    ],
)
def test_what_is_no_feed_is_told_in_one_plain_line(
    poller: Poller, server: FeedServer, reply: Reply, outcome: Outcome, words: str
) -> None:
    server.faults["/faulty"] = always(reply)
    answer = poller.ask(server.url("/faulty"))
    assert answer.outcome is outcome
    assert answer.reason is not None
    assert words in answer.reason
    assert "\n" not in answer.reason
    assert answer.etag is None
    assert answer.entries == ()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param(lambda: "120", (120, 120), id="seconds"),
        pytest.param(lambda: "9999999999", (86_400, 86_400), id="years are a day"),
        pytest.param(
            lambda: format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True), (280, 300), id="date"
        ),
    ],
)
def test_a_429_tells_how_long_to_stay_away(
    poller: Poller, server: FeedServer, header: Callable[[], str], seconds: tuple[float, float]
) -> None:
    server.faults["/feed"] = always(Reply(429, {"Retry-After": header()}))
    answer = poller.ask(server.url("/feed"))
    assert answer.outcome is Outcome.ERROR
    assert answer.retry_after is not None
    assert seconds[0] <= answer.retry_after <= seconds[1]
    assert len(server.asked("/feed")) == 1


def test_a_cut_body_gives_what_is_whole_and_no_validators(poller: Poller, server: FeedServer) -> None:
    body = server.feeds["/feed"].rss()
    server.faults["/feed"] = always(Reply(200, {"ETag": '"x"'}, body, send=body.rindex(b"<item>") + 40))
    answer = poller.ask(server.url("/feed"))
    assert (answer.outcome, answer.complete, answer.etag, answer.body_hash) == (Outcome.OK, False, None, None)
    assert [entry.title for entry in answer.entries] == ["Alpha builds a plant"]


def test_a_gzip_stream_cut_in_the_middle_gives_what_is_whole_and_no_validators(
    poller: Poller, server: FeedServer
) -> None:
    whole = gzip.compress(feed_of([f"Maker {n} moves to country {n * n}" for n in range(300)]).rss())
    headers = {"Content-Encoding": "gzip", "ETag": '"x"'}
    server.faults["/feed"] = always(Reply(200, headers, whole[: len(whole) // 2]))
    answer = poller.ask(server.url("/feed"))
    assert (answer.outcome, answer.complete, answer.etag) == (Outcome.OK, False, None)
    assert 10 < len(answer.entries) < 290


def test_a_feed_that_moved_for_good_tells_where(poller: Poller, server: FeedServer) -> None:
    server.faults["/old"] = always(Reply(301, {"Location": "/feed"}))
    answer = poller.ask(server.url("/old"))
    assert (answer.outcome, answer.moved_to) == (Outcome.OK, server.url("/feed"))


def test_a_redirect_for_now_is_no_move(poller: Poller, server: FeedServer) -> None:
    server.faults["/old"] = always(Reply(302, {"Location": "/feed"}))
    assert poller.ask(server.url("/old")).moved_to is None


def test_a_site_that_forbids_robots_is_left_alone(poller: Poller, server: FeedServer) -> None:
    server.robots = "User-agent: chuhai\nDisallow: /feed\n"
    answer = poller.ask(server.url("/feed"))
    assert answer.outcome is Outcome.BLOCKED
    assert "robots.txt" in (answer.reason or "")
    assert server.asked("/feed") == []


def test_a_refused_connection_and_an_unknown_host_are_told_apart(poller: Poller) -> None:
    with FeedServer() as closed:
        url = closed.url("/feed")
    answers = poller.poll(request(url, source="closed"), request("http://nowhere.invalid/feed", source="unknown"))
    assert answers["closed"].reason == "connection refused by 127.0.0.1"
    assert answers["unknown"].reason == "cannot find the host nowhere.invalid (DNS)"


def test_a_server_that_hangs_costs_its_source_the_timeout_and_others_nothing(
    poller: Poller, server: FeedServer
) -> None:
    poller.timeout = 1.0
    with FeedServer() as hanging:
        hanging.faults["/feed"] = always(Reply(delay=30))
        answers = poller.poll(
            request(hanging.url("/feed"), source="hanging"), request(server.url("/feed"), source="well")
        )
    assert answers["hanging"].reason == "no answer within 1 s"
    assert [answer.source for answer in poller.handled] == ["well", "hanging"]


def test_the_deadline_ends_a_poll_and_every_source_has_its_answer(poller: Poller, server: FeedServer) -> None:
    server.faults["/hangs"] = always(Reply(delay=30))
    began = time.monotonic()
    requests = [request(server.url("/hangs"), source=f"s{n}") for n in range(3)]
    answers = poller.poll(*requests, request("http://[broken/", source="broken"), deadline=1.0)
    assert time.monotonic() - began < 5
    assert {source: answer.outcome for source, answer in answers.items()} == dict.fromkeys(
        ("s0", "s1", "s2", "broken"), Outcome.ERROR
    )
    assert sorted(answer.source for answer in poller.handled) == ["broken", "s0", "s1", "s2"]


def test_two_sources_with_one_url_are_both_answered(poller: Poller, server: FeedServer) -> None:
    answers = poller.poll(*(request(server.url("/feed"), source=name) for name in ("one", "two")))
    assert {answer.outcome for answer in answers.values()} == {Outcome.OK}


def test_an_answer_that_cannot_be_stored_is_a_failure_of_its_source_alone(
    poller: Poller, server: FeedServer, caplog: pytest.LogCaptureFixture
) -> None:
    def handle(answers: Sequence[FeedAnswer]) -> None:
        if answers[0].source == "bad":
            raise OSError("the disk is full")

    async def once() -> dict[str, FeedAnswer]:
        requests = [request(server.url("/feed"), source=name) for name in ("bad", "good")]
        return dict(await (await poller.runner()).poll(requests, handle, deadline=10))

    answers = poller.reactor.run(once())
    assert answers["good"].outcome is Outcome.OK
    assert answers["bad"].outcome is Outcome.ERROR
    assert answers["bad"].reason == "the answer came, but could not be stored: OSError: the disk is full"
    assert "source bad" in caplog.text


def test_answers_that_brought_nothing_are_stored_together_and_one_that_brought_something_alone(
    poller: Poller, server: FeedServer
) -> None:
    calls: list[list[str]] = []

    def handle(answers: Sequence[FeedAnswer]) -> None:
        time.sleep(0.1)
        calls.append([answer.source for answer in answers])

    async def once(*requests: PollRequest) -> Mapping[str, FeedAnswer]:
        return await (await poller.runner()).poll(requests, handle, deadline=10)

    first = poller.ask(server.url("/feed"))
    known = [again(first, first.url, source=f"known{n}") for n in range(6)]
    answers = poller.reactor.run(once(*known, request(server.url("/feed"), source="new")))
    assert {answer.outcome for answer in answers.values()} == {Outcome.OK, Outcome.NOT_MODIFIED}
    assert sorted(itertools.chain(*calls)) == [*(f"known{n}" for n in range(6)), "new"]
    assert ["new"] in calls
    assert len(calls) < 6


def test_an_answer_that_cannot_be_stored_with_others_is_a_failure_alone(
    poller: Poller, server: FeedServer, caplog: pytest.LogCaptureFixture
) -> None:
    together: list[int] = []

    def handle(answers: Sequence[FeedAnswer]) -> None:
        time.sleep(0.1)
        together.append(len(answers))
        if any(answer.source == "bad" for answer in answers):
            raise ValueError("odd")

    async def once(*requests: PollRequest) -> Mapping[str, FeedAnswer]:
        return await (await poller.runner()).poll(requests, handle, deadline=10)

    server.faults["/none"] = always(Reply(404))
    requests = [request(server.url("/none"), source=source) for source in ("one", "two", "bad", "three")]
    answers = poller.reactor.run(once(*requests))
    assert max(together) > 1
    assert {source for source, answer in answers.items() if "could not be stored" in (answer.reason or "")} == {"bad"}
    assert "source bad" in caplog.text


def test_the_answers_of_a_poll_hold_no_entries_they_were_the_handlers(poller: Poller, server: FeedServer) -> None:
    async def once() -> Mapping[str, FeedAnswer]:
        runner = await poller.runner()
        return await runner.poll([request(server.url("/feed"))], poller.handled.extend, deadline=10)

    answers = poller.reactor.run(once())
    assert poller.handled[0].entries
    assert answers["news"] == replace(poller.handled[0], entries=())


def test_a_crawl_of_many_sources_makes_a_request_only_when_there_is_room_for_it(
    poller: Poller, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    make = FeedSpider._request

    def counted(spider: FeedSpider, attempt: Attempt) -> scrapy.Request:
        made.append(len(server.requests))
        return make(spider, attempt)

    monkeypatch.setattr(FeedSpider, "_request", counted)
    answers = poller.poll(*(request(server.url("/feed"), source=f"s{n}") for n in range(130)))
    assert {answer.outcome for answer in answers.values()} == {Outcome.OK}
    assert [asked == 0 for asked in made].index(False) <= 101
    assert made[-1] > 20


def test_a_server_is_told_that_nobody_comes_back_soon(poller: Poller, server: FeedServer) -> None:
    poller.ask(server.url("/feed"))
    assert [asked.headers.get("connection") for asked in server.requests] == [None, "close"]


def failing_at(*calls: int) -> Clock:
    """Fails at these calls; the first one is for the age of robots.txt."""
    numbers = itertools.count(1)

    def clock() -> datetime:
        if next(numbers) in calls:
            raise RuntimeError("no time to tell")
        return datetime.now(UTC)

    return clock


def test_an_error_of_our_own_in_reading_an_answer_is_the_answer(poller: Poller, server: FeedServer) -> None:
    poller.clock = failing_at(2)
    answer = poller.ask(server.url("/feed"))
    assert (answer.outcome, answer.reason) == (Outcome.ERROR, "internal error: RuntimeError: no time to tell")


def test_a_crawl_that_ends_without_an_answer_is_a_failure(poller: Poller, server: FeedServer) -> None:
    poller.clock = failing_at(2, 3)
    answer = poller.ask(server.url("/feed"))
    assert (answer.outcome, answer.reason) == (Outcome.ERROR, "the crawl ended without an answer")


def test_an_unknown_spider_fails_the_poll_of_its_sources(poller: Poller, server: FeedServer) -> None:
    async def once() -> dict[str, FeedAnswer]:
        runner = await poller.runner()
        return dict(await runner.poll([request(server.url("/feed"))], print, spider="tarantula", deadline=5))

    assert poller.reactor.run(once())["news"].reason == "there is no spider named 'tarantula'"
