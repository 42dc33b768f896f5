"""`chuhai explain`: titles, texts, stored articles and fetched pages, in words and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.ingest import ingest
from crawler.models import Entry, FeedAnswer, Outcome
from crawler.storage.engine import open_engine
from crawler.urls import article_keys
from scheduler.cli import app
from scheduler.config import load
from scheduler.demo.feed_server import FeedServer, Reply
from scheduler.jobs import set_up
from scheduler.migrations import upgrade
from tests.acceptance.harness import chuhai as program

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
TITLE, BODY = "Zeekr enters Canada with two electric cars", "Zeekr has opened its first store in Toronto."
CONFIG = """\
version: 1
watchlists:
  - {name: Abroad, home: [CN], markets: any, certainty: all, send_to: "#abroad"}
  - {name: Plants, events: [overseas_production], send_to: "#plants"}
sources: [{id: en, url: "https://news.example/feed", every: 1h}]
service: {health: off, allow_private_networks: true}
"""


def chuhai(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "CHUHAI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def folder(empty: Path) -> Path:
    (empty / "config.yaml").write_text(CONFIG)
    return empty


def store(folder: Path, url: str, *, quiet: bool) -> None:
    engine = open_engine(f"sqlite:///{folder}/data/chuhai.db")
    upgrade(engine)
    setup = set_up(load(folder / "config.yaml", {}), engine)
    entry = Entry(article_keys("en", url, None, TITLE, NOW), url, TITLE, BODY, "en", NOW)
    ingest(FeedAnswer("en", Outcome.OK, NOW, url, entries=(entry,)), setup.desk, quiet_baseline=quiet)
    engine.dispose()


def test_it_shows_names_triggers_signals_and_who_would_be_told(folder: Path) -> None:
    result = chuhai("explain", TITLE)
    assert result.exit_code == 0, result.stderr
    for words in ("“Zeekr”  the company Zeekr", "“Canada”  the market CA", "“enters Canada", "in all: confidence"):
        assert words in result.stdout
    assert "Abroad: ALERTS – home CN" in result.stdout
    assert "Plants: no alert – type market_entry is not asked for" in result.stdout


def test_it_quotes_the_details_of_a_move(folder: Path) -> None:
    said = chuhai("explain", "Zeekr to build 40,000 cars a year in Canada from 2028").stdout
    assert "    units: “40,000 cars a year”\n    when: “from 2028”\n" in said


def test_a_denial_is_named_with_the_words_that_deny(folder: Path) -> None:
    said = chuhai("explain", "NIO denies it will leave Norway").stdout
    assert "Reports no move: denial" in said
    assert "vetoed by denial (“denies”)" in said
    assert "nobody: there is no move to tell" in said


def test_an_ambiguous_name_that_is_not_borne_out_is_said_not_to_count(folder: Path) -> None:
    said = chuhai("explain", "大众的选择").stdout
    assert "perhaps the company Volkswagen – does not count" in said


def test_every_sort_of_name_is_said_in_words(folder: Path) -> None:
    said = chuhai("explain", "哪吒夺票房冠军；特斯拉Cybertruck登陆智利；雷军谈卡车").stdout
    for words in ("speaks against Neta beside it", "a model of Tesla", "the market CL", "a person, for Xiaomi"):
        assert words in said


@pytest.mark.parametrize(
    "stdin",
    [
        pytest.param(f"{TITLE}\n{BODY}", id="lines"),
        pytest.param(f"<h1>{TITLE}</h1><p>{BODY}</p>", id="HTML"),
        pytest.param(json.dumps({"title": TITLE, "body": BODY}), id="a line as for classify"),
    ],
)
def test_a_text_may_come_on_standard_input(folder: Path, stdin: str) -> None:
    data = json.loads(chuhai("explain", "-", "--json", stdin=stdin).stdout)
    assert (data["title"], data["body"]) == (TITLE, BODY)


def test_bytes_that_are_no_text_are_explained_as_far_as_they_go(folder: Path) -> None:
    assert chuhai("explain", "-", stdin=b"\xff\xfe BYD enters Kenya").exit_code == 0


def test_json_holds_all_that_is_shown(folder: Path) -> None:
    data = json.loads(chuhai("explain", TITLE, "--json").stdout)
    assert data["reading"]["moves"][0]["company"] == "Zeekr"
    (weighed, *_) = data["proposals"]
    assert weighed["score"] == pytest.approx(sum(signal["weight"] for signal in weighed["signals"]))
    (event,) = data["events"]
    assert (event["id"], event["type"], event["places"]) == (None, "market_entry", ["CA"])
    assert {name: verdict["alerts"] for name, verdict in event["watchlists"].items()} == {
        "Abroad": True,
        "Plants": False,
    }


def test_without_a_configuration_there_are_no_watchlists_to_ask(empty: Path) -> None:
    result = chuhai("explain", TITLE)
    assert result.exit_code == 0
    assert "Zeekr → market entry, CA" in result.stdout
    assert "no watchlists to ask" in result.stderr
    assert not (empty / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "words"),
    [
        pytest.param(["explain", "-"], "  \n", 2, "no text to explain", id="nothing"),
        pytest.param(["explain", "-"], '{"title": 5}', 1, "title must be a text", id="JSON of another kind"),
        pytest.param(["explain", "x", "--config", "no.yaml"], None, 1, "no.yaml", id="a configuration that is missing"),
    ],
)
def test_what_cannot_be_explained_is_said(
    folder: Path, arguments: list[str], stdin: str | None, code: int, words: str
) -> None:
    result = chuhai(*arguments, stdin=stdin)
    assert result.exit_code == code
    assert words in result.stderr


def test_a_stored_article_is_found_by_its_address_in_any_form(folder: Path) -> None:
    store(folder, "https://www.news.example/p/1?utm_source=feed", quiet=False)
    result = chuhai("explain", "https://news.example/p/1/#top")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"{TITLE}\n{BODY}\n")
    assert "event 1: Zeekr → market entry, CA" in result.stdout
    assert "Abroad: ALERTS" in result.stdout


def test_what_was_known_before_the_first_poll_is_said_to_be_no_news(folder: Path) -> None:
    store(folder, "https://news.example/p/1", quiet=True)
    said = chuhai("explain", "https://news.example/p/1").stdout
    assert "Abroad: no alert – known before the first poll of its source, so no news" in said


def test_another_page_is_fetched_politely_and_read(folder: Path) -> None:
    sentence = (
        f"{BODY} The brand comes to Canada from its home in China for the first time, with cars built for its winters."
    )
    page = f"<html><head><title>{TITLE}</title></head><body><article><p>{sentence}</p></article></body></html>"
    with FeedServer() as server:
        server.faults["/p/9"] = lambda _: Reply(headers={"Content-Type": "text/html"}, body=page.encode())
        (folder / "config.yaml").write_text(CONFIG.replace("https://news.example/feed", server.url("/feed")))
        result = program(folder, "explain", server.url("/p/9"), "--json")
        asked = [request.path for request in server.requests]
    assert result.returncode == 0, result.stderr
    assert asked == ["/robots.txt", "/p/9"]
    assert "its page is fetched" in result.stderr
    assert json.loads(result.stdout)["body"] == sentence


def test_a_page_that_may_not_be_fetched_is_not(folder: Path) -> None:
    with FeedServer() as server:
        server.robots = "User-agent: *\nDisallow: /p/\n"
        (folder / "config.yaml").write_text(CONFIG.replace("https://news.example/feed", server.url("/feed")))
        result = program(folder, "explain", server.url("/p/9"))
        assert not server.asked("/p/9")
    assert result.returncode == 1
    assert "robots.txt" in result.stderr
    assert "chuhai explain -" in result.stderr


@pytest.mark.parametrize("command", ["demo", "explain", "companies", "markets"])
def test_the_command_and_its_options_are_documented(command: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    section = page.partition(f"### `chuhai {command}")[2].partition("\n### ")[0]
    options = {word.strip(",") for word in chuhai(command, "--help").stdout.split() if word.startswith("--")}
    assert section
    assert [option for option in options - {"--help"} if f"`{option}`" not in section] == []
