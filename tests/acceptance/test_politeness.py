"""The real program and a site that asks for patience: before and after a restart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.demo.feed_server import FeedServer, Reply
from tests.acceptance.harness import Program, chuhai, entry, feed, polls, source, wait_for, write_config

NOWHERE = "http://127.0.0.1:9/api/"


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.feeds["/en"] = feed(entry("Ten tips for charging at home this winter", 1))
        running.feeds["/zh"] = feed(entry("周末去哪儿：五条自驾路线", 9, site="kr.example"))
        yield running


def quiet_for(server: FeedServer, path: str, seconds: float) -> bool:
    """Say whether a path is left alone for so long."""
    before, end = polls(server, path), time.monotonic() + seconds
    while time.monotonic() < end:
        if polls(server, path) > before:
            return False
        time.sleep(0.05)
    return True


def test_a_server_that_asks_for_an_hour_is_left_alone_for_it_also_after_a_restart(
    tmp_path: Path, server: FeedServer
) -> None:
    server.faults["/en"] = lambda _: Reply(429, {"Retry-After": "3600"})
    write_config(tmp_path, [source("en", server.url("/en"), every="1s")], NOWHERE)
    with Program(tmp_path) as program:
        program.wait_for_log("source en: error - HTTP 429")
        assert "asked again in 60 min" in program.log
        assert quiet_for(server, "/en", 3)
        assert program.terminate()[0] == 0
    (tmp_path / "config.yaml").write_text((tmp_path / "config.yaml").read_text() + "# read anew\n")
    with Program(tmp_path) as program:
        wait_for("the second start", lambda: program.log.count("1 sources, 1 watchlists") == 2)
        assert quiet_for(server, "/en", 3)
    once = chuhai(tmp_path, "run", "--once")
    assert "source en: not polled: it failed, and is left alone until" in once.stderr
    assert polls(server, "/en") == 1


def test_a_crawl_delay_holds_between_two_feeds_of_a_host_and_over_a_restart(tmp_path: Path, server: FeedServer) -> None:
    server.robots = "User-agent: *\nCrawl-delay: 600\n"
    both = [source(id, server.url(f"/{id}"), every="1s") for id in ("en", "zh")]
    write_config(tmp_path, both, NOWHERE)
    with Program(tmp_path) as program:
        program.wait_for_log("first poll")
        assert quiet_for(server, "/en", 2)
        assert program.terminate()[0] == 0
    with Program(tmp_path) as program:
        wait_for("the second start", lambda: program.log.count("2 sources, 1 watchlists") == 2)
        assert quiet_for(server, "/zh", 2)
    assert len([asked for asked in server.requests if asked.path in {"/en", "/zh"}]) == 1
    assert len(server.asked("/robots.txt")) == 1
    assert "error" not in chuhai(tmp_path, "status").stdout


def test_a_feed_that_is_gone_is_not_asked_for_until_its_address_changes(tmp_path: Path, server: FeedServer) -> None:
    server.faults["/old"] = lambda _: Reply(410)
    path = write_config(tmp_path, [source("en", server.url("/old"), every="1s")], NOWHERE)
    with Program(tmp_path) as program:
        program.wait_for_log("gone for good")
        assert quiet_for(server, "/old", 3)
        path.write_text(path.read_text().replace("/old", "/en"))
        program.wait_for_log("source en: first poll")
    assert polls(server, "/old") == 1


def test_a_source_that_fails_is_asked_less_and_less_often_and_is_well_again_by_itself(
    tmp_path: Path, server: FeedServer
) -> None:
    server.faults["/en"] = lambda _: Reply(500)
    write_config(tmp_path, [source("en", server.url("/en"), every="1s")], NOWHERE)
    with Program(tmp_path) as program:
        wait_for("four failures", lambda: program.log.count("source en: error") >= 4, 40)
        at = [asked.at for asked in server.asked("/en")]
        assert at[-1] - at[0] > 5
        del server.faults["/en"]
        program.wait_for_log("source en: first poll", 40)


def test_the_placeholder_contact_is_warned_of_at_start(tmp_path: Path, server: FeedServer) -> None:
    write_config(tmp_path, [source("en", server.url("/en"))], NOWHERE)
    assert "service.contact is still the placeholder" in chuhai(tmp_path, "run", "--once").stderr
    assert server.asked("/en")[0].headers["user-agent"].endswith("(+https://example.org/bot)")
