"""`chuhai sources`: a first look at a feed, by the real program against a server on loopback; presets; the advice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from crawler.config import SpiderName
from crawler.models import Entry, FeedAnswer, Outcome
from crawler.spiders.feed import FeedSpider
from crawler.spiders.sites import CleanTechnicaSpider, Kr36Spider
from crawler.spiders.trial import TrialAnswer, TrialSpider
from crawler.urls import article_keys, is_web_url
from scheduler.cli import app
from scheduler.cli.presets import presets
from scheduler.cli.trial import feeds_named, interval, report, source_yaml, suggested_id
from scheduler.config import load, parse
from scheduler.demo.feed_server import Feed, FeedServer, Item, Reply
from tests.acceptance.harness import chuhai

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
CONFIG = """\
version: 1
watchlists: [{name: all, certainty: all}]
sources:
SOURCES
service: {allow_private_networks: true, health: off, contact: "https://bot.example"}
"""
OTHER = '  - {id: other, url: "https://other.example/feed", every: 1h}'


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG.replace("SOURCES", OTHER))
    return tmp_path


def news(number: int, *, words: int = 300, minutes: int = 60) -> Feed:
    begun = datetime.now(UTC) - timedelta(minutes=5)
    items = [
        Item(
            f"Maker {n} opens a <b>showroom</b> in Oslo",
            f"https://news.example/{n}",
            "<p>" + "Cars are shown. " * words + "</p>",
            begun - timedelta(minutes=minutes * n),
        )
        for n in range(number)
    ]
    return Feed("Car News", "https://news.example/", items)


def test_a_feed_is_described_and_its_lines_work_when_pasted(server: FeedServer, folder: Path) -> None:
    server.feeds["/feed"] = news(20)
    done = chuhai(folder, "sources", "try", server.url("/feed"))
    assert done.returncode == 0, done.stderr
    for said in (
        "a feed, RSS 2.0",
        "title      Car News",
        "20 over 19 h",
        "Maker 0 opens a showroom in Oslo",
        "full text",
        "works (ETag and Last-Modified)",
        "asks for no delay",
        "every      30m is sensible",
        "48 requests",
    ):
        assert said in done.stdout
    assert "Maker 3" not in done.stdout
    pasted = done.stdout.split("config.yaml:\n\n")[1]
    (folder / "config.yaml").write_text(CONFIG.replace("SOURCES", OTHER + "\n" + pasted))
    source = load(folder / "config.yaml", os.environ).config.sources[1]
    assert (source.id, source.url, source.every, source.language) == (
        "car-news",
        (server.url("/feed"),),
        timedelta(minutes=30),
        "en",
    )
    assert not (folder / "data").exists()


def test_a_script_gets_the_same_as_json(server: FeedServer, folder: Path) -> None:
    server.feeds["/feed"] = news(4, words=3)
    done = chuhai(folder, "sources", "try", server.url("/feed"), "--json")
    data = json.loads(done.stdout)
    assert (data["feed"], data["outcome"], data["format"], data["entries"]) == (True, "ok", "RSS 2.0", 4)
    assert [entry["text"] for entry in data["newest"]] == ["excerpt"] * 3
    assert data["conditional_get"] is True
    assert data["per_day"]["bytes"] < data["per_day"]["bytes_without_conditional"]
    assert data["transferred"] == data["bytes"] > 0
    assert any("no entry has a full text" in note for note in data["notes"])


def test_the_second_request_is_conditional(server: FeedServer, folder: Path) -> None:
    server.feeds["/feed"] = news(2)
    chuhai(folder, "sources", "try", server.url("/feed"))
    first, second = server.asked("/feed")
    assert (first.status, second.status) == (200, 304)
    assert "if-none-match" not in first.headers
    assert "+https://bot.example" in first.headers["user-agent"]


def test_a_long_crawl_delay_is_told_and_kept(server: FeedServer, folder: Path) -> None:
    server.feeds["/feed"] = news(20)
    server.robots = "User-agent: *\nCrawl-delay: 3600\n"
    done = chuhai(folder, "sources", "try", server.url("/feed"))
    assert done.returncode == 0
    assert "asks for 3600 s" in done.stdout
    assert "every      1h" in done.stdout
    assert len(server.asked("/feed")) == 1


def test_a_feed_that_has_moved_for_good_is_suggested_at_its_new_address(server: FeedServer, folder: Path) -> None:
    server.feeds["/new"] = news(2)
    server.faults["/old"] = lambda _: Reply(301, {"Location": "/new"})
    data = json.loads(chuhai(folder, "sources", "try", server.url("/old"), "--json").stdout)
    assert data["moved_to"] == data["url"] == server.url("/new")
    assert server.url("/new") in data["yaml"]


def test_a_page_is_no_feed_and_the_feeds_it_names_are_offered(server: FeedServer, folder: Path) -> None:
    page = b'<html><title>Cars</title><link rel=alternate type="application/rss+xml" href="/rss.xml"></html>'
    server.faults["/"] = lambda _: Reply(200, {"Content-Type": "text/html"}, page)
    done = chuhai(folder, "sources", "try", server.url("/"))
    assert done.returncode == 1
    assert "not a feed" in done.stdout
    assert f"chuhai sources try {server.url('/rss.xml')}" in done.stdout
    assert "sources:" not in done.stdout


@pytest.mark.parametrize(
    ("path", "reply", "said"),
    [
        pytest.param("/feed", Reply(403, {"cf-mitigated": "challenge"}, b"x"), "blocked", id="challenge"),
        pytest.param("/feed", Reply(404), "HTTP 404 (not found)", id="not found"),
        pytest.param("/feed", Reply(410), "gone for good", id="gone"),
        pytest.param("/robots.txt", Reply(200, {}, b"User-agent: *\nDisallow: /"), "robots.txt", id="robots"),
    ],
)
def test_what_keeps_us_out_is_said(server: FeedServer, folder: Path, path: str, reply: Reply, said: str) -> None:
    server.feeds["/feed"] = news(1)
    server.faults[path] = lambda _: reply
    done = chuhai(folder, "sources", "try", server.url("/feed"))
    assert done.returncode == 1
    assert said in done.stdout
    assert "Traceback" not in done.stderr


def test_without_a_configuration_private_addresses_are_refused_with_what_to_do(
    server: FeedServer, tmp_path: Path
) -> None:
    server.feeds["/feed"] = news(1)
    done = chuhai(tmp_path, "sources", "try", server.url("/feed"))
    assert done.returncode == 1
    assert "service.allow_private_networks" in done.stdout
    assert server.requests == []


def test_a_wrong_configuration_or_address_ends_before_any_request(folder: Path) -> None:
    assert chuhai(folder, "sources", "try", "ftp://news.example/feed").returncode == 2
    assert chuhai(folder, "sources", "try", "https://x.example/", "--config", "none.yaml").returncode == 1
    (folder / "config.yaml").write_text("version: 1\n")
    done = chuhai(folder, "sources", "try", "https://x.example/")
    assert (done.returncode, done.stdout) == (1, "")
    assert "config.yaml:" in done.stderr


def test_an_address_that_is_configured_already_is_named(server: FeedServer, folder: Path) -> None:
    server.feeds["/feed"] = news(1)
    (folder / "config.yaml").write_text(
        CONFIG.replace("SOURCES", f'  - {{id: cars, url: "{server.url("/feed")}", every: 1h}}')
    )
    assert "already, as cars" in chuhai(folder, "sources", "try", server.url("/feed")).stderr


def test_presets_are_listed_and_printed_as_lines_that_work(tmp_path: Path) -> None:
    listed = json.loads(CliRunner().invoke(app, ["sources", "presets", "--json"]).stdout)
    assert len(listed) == len({row["name"] for row in listed}) == 20
    assert all(is_web_url(row["url"]) and row["polled"] is False for row in listed)
    assert {row["seen"] for row in listed} == {"public code, not verified live"}
    lines = [CliRunner().invoke(app, ["sources", "presets", row["name"]]).stdout for row in listed]
    config = parse(CONFIG.replace("SOURCES", "".join(lines)), tmp_path / "config.yaml", {}).config
    assert [(s.id, s.url[0], s.language) for s in config.sources] == [(p.name, p.url, p.language) for p in presets()]


def test_a_preset_that_does_not_exist_is_answered_with_the_nearest() -> None:
    done = CliRunner().invoke(app, ["sources", "presets", "ithom"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "did you mean ithome?" in done.stderr


def entry(age: timedelta | None, number: int = 0, *, text: str = "", language: str = "en") -> Entry:
    keys = article_keys("s", f"https://x.example/{number}", None, "t", None)
    return Entry(keys, None, f"Title {number}", text, language, NOW - age if age is not None else None)


def every(*minutes: float) -> list[Entry]:
    return [entry(timedelta(minutes=m), n) for n, m in enumerate(minutes)]


@pytest.mark.parametrize(
    ("entries", "delay", "expected"),
    [
        pytest.param(every(*range(0, 200, 10)), None, 5, id="a newsflash every ten minutes"),
        pytest.param(every(*range(0, 2000, 100)), None, 30, id="an article every hundred minutes"),
        pytest.param(every(*range(10)), None, 2, id="never under two minutes"),
        pytest.param(every(*range(0, 100_000, 5_000)), None, 60, id="a rare article, hourly"),
        pytest.param([*every(*range(0, 200, 10)), entry(timedelta(days=900), 99)], None, 5, id="an old one is pinned"),
        pytest.param(every(*range(0, 200, 10)), 600, 10, id="the site wants ten minutes"),
        pytest.param(every(*range(0, 200, 10)), 7_201, 121, id="the site wants two hours"),
        pytest.param([entry(None)], None, 30, id="no dates"),
        pytest.param([], None, 30, id="no entries"),
        pytest.param(every(5, 5, 5, 5), None, 30, id="all at once"),
    ],
)
def test_the_interval_follows_the_feed_and_the_site(entries: list[Entry], delay: float | None, expected: int) -> None:
    assert interval(entries, delay) == timedelta(minutes=expected)


def answer(*entries: Entry, etag: str | None = None, last_modified: str | None = None) -> FeedAnswer:
    url = "https://x.example/feed"
    return FeedAnswer("trial", Outcome.OK, NOW, url, 200, None, etag, last_modified, entries=entries)


def again(status: int, outcome: Outcome, reason: str | None = None) -> FeedAnswer:
    return FeedAnswer("trial", outcome, NOW, "https://x.example/feed", status=status, reason=reason)


@pytest.mark.parametrize(
    ("first", "second", "works"),
    [
        pytest.param(answer(), None, False, id="no validators"),
        pytest.param(answer(etag="x"), again(304, Outcome.NOT_MODIFIED), True, id="304"),
        pytest.param(answer(etag="x"), again(200, Outcome.OK), False, id="the whole feed again"),
        pytest.param(answer(etag="x"), again(503, Outcome.ERROR, "HTTP 503"), None, id="an error"),
        pytest.param(answer(last_modified="x"), None, None, id="not tried"),
    ],
)
def test_conditional_get_is_judged_by_the_second_answer(
    first: FeedAnswer, second: FeedAnswer | None, works: bool | None
) -> None:
    found = report("https://x.example/feed", first, second, now=NOW).conditional
    assert found is not None
    assert found.works is works


def test_polls_without_a_304_cost_a_body_each() -> None:
    body = TrialAnswer(
        "trial",
        Outcome.OK,
        NOW,
        "https://x.example/feed",
        etag="x",
        entries=tuple(every(0, 60, 120)),
        transferred=10**5,
    )
    with_it = report(body.url, body, again(304, Outcome.NOT_MODIFIED), now=NOW).cost
    without = report(body.url, body, again(200, Outcome.OK), now=NOW).cost
    assert with_it is not None
    assert without is not None
    assert without.bytes == without.bytes_without_conditional == with_it.bytes_without_conditional
    assert with_it.bytes < without.bytes / 2


def test_a_feed_without_news_for_long_is_doubted() -> None:
    notes = report("https://x.example/feed", answer(entry(timedelta(days=40))), None, now=NOW).notes
    assert any("40 days old" in note for note in notes)


@pytest.mark.parametrize(
    ("url", "title", "taken", "id"),
    [
        pytest.param("https://www.car-news.com/feed/", None, (), "car-news", id="the site's name"),
        pytest.param("https://rss.huxiu.com/", None, (), "huxiu", id="not its feed host"),
        pytest.param("https://carexpert.com.au/feed/", None, (), "carexpert", id="nor its country"),
        pytest.param("https://www.car-news.com/feed/", None, ("car-news", "car-news-2"), "car-news-3", id="taken"),
        pytest.param("http://10.0.0.1/feed", "Our Cars!", (), "our-cars", id="a number: the title"),
        pytest.param("http://10.0.0.1/feed", "汽车", (), "my-feed", id="nothing to go by"),
        pytest.param("http://10.0.0.1/feed", "2026", (), "feed-2026", id="a number is no text in YAML"),
    ],
)
def test_an_id_is_suggested(url: str, title: str | None, taken: tuple[str, ...], id: str) -> None:
    assert suggested_id(url, title, taken) == id


@given(st.text(st.characters(codec="utf-8", exclude_characters="\\"), max_size=30), st.text(max_size=30))
def test_the_lines_hold_the_very_address(path: str, title: str) -> None:
    url = "https://x.example/" + "".join(c for c in path if c.isprintable() and c > " ")
    lines = source_yaml(suggested_id("http://10.0.0.1/", title, ()), url, "1h", "en")
    (source,) = parse(CONFIG.replace("SOURCES", lines), Path("config.yaml"), {}).config.sources
    assert source.url == (url,)


@given(st.binary(max_size=300))
def test_any_bytes_may_stand_for_a_page(body: bytes) -> None:
    assert all(
        is_web_url(link) for link in feeds_named(b"<link type=application/rss+xml href='" + body, "https://x.example/")
    )


def test_each_site_s_spider_has_a_trial_by_the_same_rules() -> None:
    made: list[type[FeedSpider]] = [TrialSpider, *TrialSpider.__subclasses__()]
    polling: list[type[FeedSpider]] = [FeedSpider, CleanTechnicaSpider, Kr36Spider]
    trials = {spider.name: spider.site for spider in made}
    spiders = {spider.name: spider.site for spider in polling}
    assert trials == {"trial" if name == "feed" else f"trial-{name}": site for name, site in spiders.items()}
    assert set(spiders) == set(get_args(SpiderName))


@pytest.mark.parametrize("command", ["try", "presets"])
def test_the_command_and_its_options_are_documented(command: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text()
    assert f"`chuhai sources {command}" in page
    help_text = CliRunner().invoke(app, ["sources", command, "--help"]).stdout
    assert all(f"`{word}" in page for word in help_text.split() if word.startswith("--") and word != "--help")
