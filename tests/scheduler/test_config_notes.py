from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.config import LoadedConfig, difference, parse

BASE = """\
version: 1
watchlists:
  - {name: Xiaomi, companies: [Xiaomi]}
  - {name: XPENG, companies: [XPENG]}
  - {name: All, exclude: [recall]}
companies: [{name: Example Motors, home: CN}]
tests: [{title: x, expect: nothing}]
sources:
  - {id: news, url: https://news.example/feed, every: 10m}
  - {id: flash, url: https://flash.example/feed, every: 30m}
slack: {token: "${TOKEN}", default_channel: "#ev", settle: 45s}
service: {timezone: UTC}
"""
MORE = "{id: electrek, url: https://electrek.example/feed, every: 5m}"
QUIET = "{quiet_hours: {from: 22:00, to: 7:00}}"
DATABASE = "postgresql://me:secret@db.example/chuhai"


def understood(text: str, environ: str = "a-secret-token") -> LoadedConfig:
    return parse(text, Path("config.yaml"), {"TOKEN": environ})


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        pytest.param("", "", [], id="nothing"),
        pytest.param("version: 1", "version: 1  # the first", [], id="a-comment"),
        pytest.param(
            "  - {name: XPENG, companies: [XPENG]}\n", "", ["watchlists 3 -> 2, − XPENG"], id="watchlist-gone"
        ),
        pytest.param("name: XPENG", "name: Xpeng", ["watchlists: − XPENG, + Xpeng"], id="watchlist-renamed"),
        pytest.param("sources:\n", f"sources:\n  - {MORE}\n", ["sources 2 -> 3, + electrek"], id="source-new"),
        pytest.param("every: 10m", "every: 5m", ["news: every: 10m -> 5m"], id="interval"),
        pytest.param("10m", "10m, first_poll: tell", ["news: first_poll: quiet -> tell"], id="word"),
        pytest.param("[recall]", "[recall, 召回]", ["All: exclude: + 召回"], id="word-more"),
        pytest.param("[Xiaomi]", "any", ["Xiaomi: companies: [Xiaomi] -> none"], id="any-company"),
        pytest.param("home: CN", "home: DE", ["Example Motors: home: CN -> DE"], id="company"),
        pytest.param("tests: [{title: x, expect: nothing}]", "", ["tests 1 -> 0"], id="tests-gone"),
        pytest.param("title: x", "title: y", ["tests: changed"], id="test-changed"),
        pytest.param("settle: 45s", "settle: 60s", ["slack.settle: 45s -> 1m"], id="slack"),
        pytest.param("UTC}", "Asia/Shanghai}", ["service.timezone: UTC -> Asia/Shanghai"], id="service"),
        pytest.param("UTC}", f"UTC}}\nalerts: {QUIET}", ["alerts.quiet_hours: none -> on"], id="section-new"),
        pytest.param("UTC}", "UTC}\nalerts: {digest: {at: 9:00}}", ["alerts.digest.at: 08:30 -> 09:00"], id="deep"),
        pytest.param("UTC}", f"UTC}}\nstorage: {{url: '{DATABASE}'}}", ["storage.url: changed"], id="database"),
    ],
)
def test_a_change_is_told_in_words(before: str, after: str, words: list[str]) -> None:
    changed = BASE.replace(before, after) if before else BASE
    assert list(difference(understood(BASE).config, understood(changed).config)) == words


def test_another_token_is_told_without_it() -> None:
    old, new = understood(BASE, "a-secret-token").config, understood(BASE, "b-secret-token").config
    assert difference(old, new) == ("slack.token: changed",)


def test_a_timetable_instead_of_an_interval_is_told() -> None:
    changed = understood(BASE.replace("every: 10m", 'schedule: "0 7 * * *"')).config
    assert difference(understood(BASE).config, changed) == (
        "news: every: 10m -> none",
        "news: schedule: none -> 0 7 * * *",
    )


def test_another_order_of_watchlists_is_told() -> None:
    lines = BASE.splitlines(keepends=True)
    lines[2], lines[3] = lines[3], lines[2]
    assert difference(understood(BASE).config, understood("".join(lines)).config) == ("watchlists: another order",)


@pytest.mark.parametrize(
    ("before", "after", "place", "words"),
    [
        pytest.param('"${TOKEN}"', "xoxb-1234-abcd", (11, 16), "stands in the file", id="token"),
        pytest.param(
            "version: 1", "version: 1 # xoxb-1234-abcd", (1, 14), "stands in the file", id="token-in-a-comment"
        ),
        pytest.param("settle: 45s", "settle: 39s", (11, 60), "less than 40s", id="hasty"),
        pytest.param('token: "${TOKEN}"', "webhook_url: https://h.example/x", (11, 22), "may repeat", id="webhook"),
    ],
)
def test_what_works_but_is_doubtful_is_a_warning(before: str, after: str, place: tuple[int, int], words: str) -> None:
    (warning,) = understood(BASE.replace(before, after)).warnings
    assert (warning.line, warning.col) == place
    assert words in warning.message
    assert "abcd" not in str(warning)


def test_a_channel_that_a_webhook_will_not_heed_is_a_warning() -> None:
    text = BASE.replace('token: "${TOKEN}"', "webhook_url: https://h.example/x").replace(
        "name: All", 'name: All, send_to: "#a"'
    )
    assert [w.key for w in understood(text).warnings] == ["watchlists[All].send_to", "slack.webhook_url"]


def test_nothing_is_named_as_not_in_force_where_nothing_of_it_is_set() -> None:
    text = BASE + "alerts: {quiet_hours: off, digest: off, max_per_hour: off}\nstorage: {keep: off}\n"
    assert understood(text).not_yet_in_force == ()


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        pytest.param("UTC}", f"UTC}}\nalerts: {QUIET}", "alerts.quiet_hours", id="quiet-hours"),
        pytest.param("UTC}", "UTC}\nalerts: {digest: {at: 9:00}}", "alerts.digest", id="digest"),
        pytest.param("UTC}", "UTC}\nalerts: {max_per_hour: 5}", "alerts.max_per_hour", id="limit"),
        pytest.param("name: All", "name: All, urgency: digest", "watchlists: urgency: digest", id="urgency"),
        pytest.param("UTC}", "UTC}\nstorage: {keep: 30d}", "storage.keep", id="keep"),
        pytest.param("UTC}", "UTC, health: 127.0.0.1:9999}", "service.health", id="health"),
    ],
)
def test_a_key_that_does_nothing_yet_is_named_when_it_is_set(before: str, after: str, named: str) -> None:
    assert understood(BASE.replace(before, after)).not_yet_in_force == (named,)
    assert understood(BASE).not_yet_in_force == ()
