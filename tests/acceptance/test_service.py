"""The service from feed to Slack, as a user runs it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scheduler.demo.fake_slack import FakeSlack
from scheduler.demo.feed_server import FeedServer, Reply
from tests.acceptance.harness import TOKEN, Program, chuhai, entry, feed, polls, source, wait_for, write_config

NOISE = entry("Ten tips for charging at home this winter", 1)
MOVE = entry(
    "Leapmotor enters Bolivia with two electric models",
    2,
    "Chinese carmaker Leapmotor has entered Bolivia. Orders for two electric cars open in La Paz in June.",
)
SECOND = entry(
    "零跑汽车正式进入玻利维亚市场",
    3,
    "零跑汽车宣布进入玻利维亚市场，两款电动车6月在拉巴斯开启预订。",
    site="kr.example",
)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(TOKEN) as fake:
        yield fake


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.feeds["/en"] = feed(NOISE)
        running.feeds["/zh"] = feed(entry("周末去哪儿：五条自驾路线", 9, site="kr.example"))
        yield running


@pytest.fixture
def folder(tmp_path: Path, server: FeedServer, slack: FakeSlack) -> Path:
    write_config(tmp_path, [source("en", server.url("/en")), source("zh", server.url("/zh"))], slack.url)
    return tmp_path


def after_baseline(program: Program, server: FeedServer) -> None:
    for path, id in (("/en", "en"), ("/zh", "zh")):
        program.wait_for_log(f"source {id}: first poll")
        seen = polls(server, path)
        wait_for("a further poll", lambda seen=seen, path=path: polls(server, path) > seen)  # type: ignore[misc]  # bound now


def test_a_move_is_told_within_five_seconds_its_second_report_threaded_and_nothing_again_after_a_restart(
    folder: Path, server: FeedServer, slack: FakeSlack
) -> None:
    with Program(folder, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
        after_baseline(program, server)
        assert slack.messages("#abroad") == []
        published = time.monotonic()
        server.feeds["/en"].items.insert(0, MOVE)
        server.feeds["/en"].items.insert(0, entry("How to wash an electric car", 5))
        (head,) = wait_for("the alert", lambda: slack.messages("#abroad"))
        assert time.monotonic() - published < 5
        assert "Leapmotor" in head.text
        assert "Bolivia" in head.text

        server.feeds["/zh"].items.insert(0, SECOND)
        wait_for("the reply", lambda: len(slack.messages("#abroad")) == 2)
        assert slack.messages("#abroad")[1].thread_ts == head.ts
        assert program.terminate()[0] == 0

    requests_before = len(server.requests)
    with Program(folder, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
        wait_for("polls after the restart", lambda: len(server.requests) >= requests_before + 4)
        answers = [r.status for r in server.requests[requests_before:] if r.path in ("/en", "/zh")]
        assert set(answers) == {304}
        assert program.terminate()[0] == 0
    assert len(slack.messages("#abroad")) == 2
    assert "Ten tips" not in slack.transcript("#abroad")
    assert "wash" not in slack.transcript("#abroad")


def test_an_unchanged_feed_is_answered_with_304_from_the_second_poll_on(folder: Path, server: FeedServer) -> None:
    with Program(folder) as program:
        after_baseline(program, server)
    assert [request.status for request in server.asked("/en")][:2] == [200, 304]


def test_the_baseline_is_one_summary_to_ops_and_no_alert(folder: Path, server: FeedServer, slack: FakeSlack) -> None:
    server.feeds["/en"].items.insert(0, MOVE)
    with Program(folder, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
        after_baseline(program, server)
        wait_for("two summaries", lambda: len(slack.messages("#ops")) == 2)
    assert slack.messages("#abroad") == []
    assert "first poll" in slack.transcript("#ops")


def test_matching_that_failed_is_tried_again_soon_and_waits_for_no_further_poll(
    tmp_path: Path, server: FeedServer, slack: FakeSlack
) -> None:
    write_config(tmp_path, [source("en", server.url("/en"), every="1h", first_poll="tell")], slack.url)
    assert chuhai(tmp_path, "status").returncode == 0
    fault = "CREATE TRIGGER fault BEFORE INSERT ON alerts BEGIN SELECT RAISE(ABORT, 'not now'); END"
    server.feeds["/en"].items.insert(0, MOVE)
    with closing(sqlite3.connect(tmp_path / "data" / "chuhai.db", timeout=20)) as database:
        database.execute(fault)
        with Program(tmp_path, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
            program.wait_for_log("matching failed")
            time.sleep(2)  # until the poll has ended, which asks for a match once more
            database.execute("DROP TRIGGER fault")
            wait_for("the alert", lambda: slack.messages("#abroad"), 20)
    assert polls(server, "/en") == 1


def test_what_was_matched_is_sent_though_telling_ops_fails(
    tmp_path: Path, server: FeedServer, slack: FakeSlack
) -> None:
    write_config(tmp_path, [source("en", server.url("/en"))], slack.url)
    assert chuhai(tmp_path, "status").returncode == 0
    with closing(sqlite3.connect(tmp_path / "data" / "chuhai.db", timeout=20)) as database:
        database.execute("CREATE TRIGGER fault BEFORE INSERT ON notices BEGIN SELECT RAISE(ABORT, 'not now'); END")
    with Program(tmp_path, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
        program.wait_for_log("matching failed")
        server.feeds["/en"].items.insert(0, MOVE)
        wait_for("the alert", lambda: slack.messages("#abroad"), 30)
    assert slack.messages("#ops") == []


def test_a_source_that_hangs_delays_no_poll_of_another_and_no_stop(folder: Path, server: FeedServer) -> None:
    server.faults["/zh"] = lambda _headers: Reply(delay=60)
    with Program(folder) as program:
        program.wait_for_log("source en: first poll")
        begun = polls(server, "/en")
        wait_for("three more polls", lambda: polls(server, "/en") >= begun + 3)
        code, seconds = program.terminate()
    assert code == 0
    assert seconds < 10


def test_a_source_that_cannot_be_reached_is_one_clear_line(tmp_path: Path, slack: FakeSlack) -> None:
    write_config(tmp_path, [source("gone", "http://127.0.0.1:9/feed", every="1h")], slack.url)
    with Program(tmp_path) as program:
        program.wait_for_log("source gone: error")
        time.sleep(0.5)
        lines = [line for line in program.log.splitlines() if "source gone" in line]
    assert len(lines) == 1
    assert "connection refused" in lines[0]


def test_a_second_instance_exits_with_3_and_names_the_first(folder: Path, server: FeedServer) -> None:
    with Program(folder) as program:
        program.wait_for_log("source en: first poll")
        second = chuhai(folder, "run")
        assert second.returncode == 3
        assert f"pid {program.process.pid}" in second.stderr
    assert chuhai(folder, "run", "--once").returncode == 0
    assert polls(server, "/en") > 0


def test_a_second_signal_ends_at_once(folder: Path, server: FeedServer) -> None:
    server.faults["/en"] = lambda _headers: Reply(delay=60)
    with Program(folder) as program:
        wait_for("a poll under way", lambda: "chuhai" in program.log and len(server.requests) > 0)
        program.process.terminate()
        program.wait_for_log("stopping")
        program.process.terminate()
        assert program.process.wait(timeout=2) in (0, 1)


def test_without_a_token_alerts_go_to_the_terminal_and_are_not_posted_later(
    folder: Path, server: FeedServer, slack: FakeSlack
) -> None:
    with Program(folder) as program:
        after_baseline(program, server)
        server.feeds["/en"].items.insert(0, MOVE)
        wait_for("the alert on the terminal", lambda: "Leapmotor" in program.output)
        assert "SLACK_BOT_TOKEN" in program.log
        program.terminate()
    with Program(folder, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
        after = len(server.requests)
        wait_for("polls", lambda: len(server.requests) >= after + 4)
        assert slack.messages("#abroad") == []
        server.feeds["/zh"].items.insert(0, SECOND)
        wait_for("the further report, in Slack", lambda: slack.messages("#abroad"))


def test_a_valid_edit_is_taken_over_and_an_invalid_one_is_refused_with_its_place(
    folder: Path, server: FeedServer, slack: FakeSlack
) -> None:
    path = folder / "config.yaml"
    good = path.read_text()
    with Program(folder, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
        after_baseline(program, server)
        path.write_text(good.replace("every: 2s", "every: soon"))
        program.wait_for_log("config.yaml is refused")
        assert "config.yaml:12:12: sources[en].every" in program.log
        wait_for("ops is told", lambda: "refused" in slack.transcript("#ops"))
        path.write_text(good.replace('"#abroad"', '"#elsewhere"'))
        program.wait_for_log("config.yaml is taken over")
        server.feeds["/en"].items.insert(0, MOVE)
        wait_for("the alert in the new channel", lambda: slack.messages("#elsewhere"))
    assert slack.messages("#abroad") == []


def test_a_broken_file_at_start_runs_the_last_good_one_loudly(folder: Path, server: FeedServer) -> None:
    with Program(folder) as program:
        program.wait_for_log("source en: first poll")
        program.terminate()
    (folder / "config.yaml").write_text("version: 1\nwatchlist: []\n")
    with Program(folder) as program:
        program.wait_for_log("LAST GOOD")
        begun = polls(server, "/en")
        wait_for("it polls", lambda: polls(server, "/en") > begun)
    (folder / ".chuhai-last-good.yaml").unlink()
    broken = chuhai(folder, "run")
    assert broken.returncode == 1
    assert "config.yaml:2:1: watchlist" in broken.stderr
    assert "did you mean 'watchlists'?" in broken.stderr


def test_a_dry_run_prints_and_changes_nothing(folder: Path, server: FeedServer, slack: FakeSlack) -> None:
    assert chuhai(folder, "run", "--once", SLACK_BOT_TOKEN=TOKEN).returncode == 0
    server.feeds["/en"].items.insert(0, MOVE)
    dry = chuhai(folder, "run", "--once", "--dry-run", SLACK_BOT_TOKEN=TOKEN)
    assert dry.returncode == 0, dry.stderr
    assert "Leapmotor" in dry.stdout
    assert slack.messages("#abroad") == []
    real = chuhai(folder, "run", "--once", SLACK_BOT_TOKEN=TOKEN)
    assert real.returncode == 0, real.stderr
    assert len(slack.messages("#abroad")) == 1


def test_one_round_succeeds_although_a_source_fails_and_says_that_the_first_poll_is_silent(
    tmp_path: Path, server: FeedServer, slack: FakeSlack
) -> None:
    sources = [source("en", server.url("/en")), source("bad", server.url("/nowhere"))]
    write_config(tmp_path, sources, slack.url)
    once = chuhai(tmp_path, "run", "--once", SLACK_BOT_TOKEN=TOKEN)
    assert once.returncode == 0
    assert "source en: first poll, 1 articles known from now on, nothing is alerted" in once.stderr
    assert "source bad: error - HTTP 404" in once.stderr
    status = chuhai(tmp_path, "status")
    assert "HTTP 404" in status.stdout
