"""Article pages through the whole program: no alert waits for one, and what it brings completes the message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.demo.fake_slack import FakeSlack
from scheduler.demo.feed_server import FeedServer, Item, Reply
from tests.acceptance.harness import TOKEN, Program, chuhai, entry, feed, polls, source, wait_for, write_config

LEAD = "Chinese carmaker Leapmotor has entered a new overseas market."
MORE = (
    "Leapmotor has entered Chile, the company says. Orders for two electric cars open in Santiago in June, and "
    "Leapmotor enters Chile with its own importer."
)
PAGE = (
    "<html><head><title>News</title></head><body><nav><a href='/'>Home</a></nav><div><h1>Leapmotor abroad</h1>"
    f"<p>{LEAD}</p><p>{MORE}</p></div><footer>All rights reserved.</footer></body></html>"
).encode()


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(TOKEN) as fake:
        yield fake


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.feeds["/en"] = feed(entry("Ten tips for charging at home this winter", 1))
        running.faults["/page"] = lambda _: Reply(200, {"Content-Type": "text/html"}, PAGE)
        yield running


@pytest.fixture
def folder(tmp_path: Path, server: FeedServer, slack: FakeSlack) -> Path:
    pages = source("en", server.url("/en")) + "    article_pages: on_match\n"
    write_config(tmp_path, [pages], slack.url)
    return tmp_path


def move(server: FeedServer) -> Item:
    made = entry("Leapmotor enters a new overseas market with two electric models", 2, LEAD)
    return replace(made, link=server.url("/page"))


def test_an_alert_goes_out_before_its_page_has_come_and_is_completed_by_it(
    folder: Path, server: FeedServer, slack: FakeSlack
) -> None:
    server.faults["/page"] = lambda _: Reply(200, {"Content-Type": "text/html"}, PAGE, delay=4)
    with Program(folder, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
        program.wait_for_log("source en: first poll")
        server.feeds["/en"].items.insert(0, move(server))
        (head,) = wait_for("the alert", lambda: slack.messages("#abroad"))
        assert "Chile" not in head.shown
        wait_for("the page's place in the message", lambda: "Chile" in slack.messages("#abroad")[0].shown)
        assert program.terminate()[0] == 0
    assert polls(server, "/page") == 1
    assert slack.messages("#abroad")[0].ts == head.ts
    assert [message for message in slack.messages("#abroad") if message.thread_ts is None] == [
        slack.messages("#abroad")[0]
    ]


def test_a_single_round_fetches_pages_too(folder: Path, server: FeedServer, slack: FakeSlack) -> None:
    assert chuhai(folder, "run", "--once", SLACK_BOT_TOKEN=TOKEN).returncode == 0
    server.feeds["/en"].items.insert(0, move(server))
    assert chuhai(folder, "run", "--once", SLACK_BOT_TOKEN=TOKEN).returncode == 0
    (head,) = slack.messages("#abroad")
    assert "Chile" in head.shown
