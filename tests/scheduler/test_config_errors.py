from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.config import ConfigError, parse
from scheduler.config.errors import Problem

SECRET = "xoxb-4242-verysecret"

WRONG = """\
version: 1
watchlist: []
watchlists:
  - name: A
    kinds: [car, lorry]
    certainty: likly
    send_to: #ev
    token: here
  - name: a
    send_to: ev-exports
sources:
  - id: news
    url: ftp://news.example/
    every: 15 minutes
  - id: news
    url: https://${NOT_SET}/
    schedule: "*/20 7-23 * * 1-5"
  - just a word
alerts: [20]
"""


def problems(text: str, **environ: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        parse(text, Path("config.yaml"), environ)
    return caught.value.problems


def with_sources(rest: str) -> str:
    return f"version: 1\nwatchlists: [{{name: A}}]\nsources: [{{id: n, url: 'https://n.example', every: 5m}}]\n{rest}"


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    found = [(p.line, p.col, p.key, p.suggestion) for p in problems(WRONG)]
    assert found == [
        (2, 1, "watchlist", "watchlists"),
        (5, 18, "watchlists[A].kinds[2]", None),
        (6, 16, "watchlists[A].certainty", "likely"),
        (7, 5, "watchlists[A].send_to", None),
        (8, 5, "watchlists[A].token", None),
        (9, 11, "watchlists[a].name", None),
        (10, 14, "watchlists[a].send_to", "#ev-exports"),
        (13, 10, "sources[news].url", None),
        (14, 12, "sources[news].every", None),
        (15, 9, "sources[news].id", None),
        (16, 10, "sources[news].url", None),
        (17, 15, "sources[news].schedule", None),
        (18, 5, "sources[3]", None),
        (19, 9, "alerts", None),
    ]


def test_a_mistake_is_shown_with_its_line_and_a_caret() -> None:
    shown = str(problems(WRONG)[2])
    assert shown.splitlines() == [
        "config.yaml:6:16: watchlists[A].certainty: 'likly' is not known here; write sure, likely or all"
        " – did you mean 'likely'?",
        "        certainty: likly",
        "                   ^",
    ]


def test_the_caret_stands_right_behind_chinese_characters_too() -> None:
    shown = str(problems(with_sources("tests: [{title: 小米, expect: none}]\n"))[0])
    assert shown.splitlines()[2] == "    " + " " * 16 + "\u3000\u3000" + " " * 10 + "^"


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        pytest.param("", (1, 1), "the file is empty", id="empty"),
        pytest.param("# only a comment\n", (1, 1), "the file is empty", id="comment"),
        pytest.param("- a\n- b\n", (1, 1), "must hold keys", id="a-list"),
        pytest.param("hello\n", (1, 1), "must hold keys", id="a-word"),
        pytest.param("version: 1\nwatchlists: a: b\n", (2, 14), "a colon too many", id="two-colons"),
        pytest.param("version: 1\n\twatchlists: []\n", (2, 1), "a tab", id="tab"),
        pytest.param("version: 'x\nwatchlists: []\n", (1, 10), "never closed", id="open-quote"),
        pytest.param("kinds: [car, bus\nsources: []\n", (2, 8), "bracket", id="open-bracket"),
        pytest.param("schedule: */20 * * * *\n", (1, 11), "stands in quotes", id="star"),
        pytest.param("send_to: @me\n", (1, 10), "stands in quotes", id="at-sign"),
        pytest.param('name: "a\\qb"\n', (1, 10), "backslash", id="backslash"),
        pytest.param('name: "\\UFFFFFFFF"\n', (1, 1), "no valid YAML", id="parser-gives-up"),
        pytest.param("a: !!python/object:os.system x\n", (1, 4), "tags are not allowed", id="tag"),
        pytest.param("a: !include x\n", (1, 4), "tags are not allowed", id="own-tag"),
        pytest.param("a: &x [1]\nb: 2\n", (1, 4), "anchors are not allowed", id="anchor"),
        pytest.param("a: *x\n", (1, 4), "aliases are not allowed", id="alias"),
        pytest.param("%YAML 1.1\n---\na: NO\n", (2, 1), "directives", id="other-yaml"),
        pytest.param("a: 1\n---\nb: 2\n", (2, 1), "second document", id="two-documents"),
        pytest.param("a: \x07\n", (1, 4), "U+0007", id="control-character"),
        pytest.param("[a]: 1\n", (1, 1), "a key is a single word", id="list-as-key"),
        pytest.param("a: " + "[" * 50_000, (1, 15), "nested too deeply", id="deep"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_in_plain_words(text: str, place: tuple[int, int], part: str) -> None:
    (problem,) = [p for p in problems(text) if part in p.message]
    assert (problem.line, problem.col) == place


def test_a_laughing_bomb_of_aliases_is_refused_at_its_first_line() -> None:
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert problems(bomb)[0].line == 1


def test_a_file_of_far_too_many_items_is_refused() -> None:
    assert "holds too much" in problems("a: [" + "x," * 40_000 + "]")[0].message


def test_a_key_that_stands_twice_is_shown_with_the_line_of_the_first() -> None:
    found = problems(with_sources("alerts: {}\nversion: 1\n"))
    assert [(p.line, p.key, p.message) for p in found] == [(5, "version", "this key stands twice, first in line 1")]


def test_missing_keys_are_named() -> None:
    assert [(p.line, p.key) for p in problems("version: 1\n")] == [(1, "sources"), (1, "watchlists")]
    assert [(p.line, p.col, p.key) for p in problems("version: 1\nsources:\nwatchlists: [{name: A}]\n")] == [
        (2, 1, "sources")
    ]


@pytest.mark.parametrize(
    ("rest", "key", "words"),
    [
        pytest.param("service: {helth: off}\n", "service.helth", "did you mean 'health'?", id="misspelt"),
        pytest.param("alerts: {token: x}\n", "alerts.token", "it belongs under slack:", id="misplaced"),
        pytest.param("storage: {zzz: x}\n", "storage.zzz", "there are url, keep", id="unknown"),
        pytest.param(
            "alerts: {quiet_hours: {form: '1:00', to: '2:00'}}\n", "alerts.quiet_hours.form", "'from'", id="deep"
        ),
    ],
)
def test_an_unknown_key_is_refused_with_what_may_be_meant(rest: str, key: str, words: str) -> None:
    assert [words in str(p) for p in problems(with_sources(rest)) if p.key == key] == [True]


@pytest.mark.parametrize(
    ("rest", "key", "words"),
    [
        pytest.param("alerts: {max_per_hour: many}\n", "alerts.max_per_hour", "a whole number", id="number"),
        pytest.param("alerts: {max_per_hour: 0}\n", "alerts.max_per_hour", "at least 1", id="too-small"),
        pytest.param("service: {timezone: Europe/Berln}\n", "service.timezone", "'Europe/Berlin'", id="time-zone"),
        pytest.param("service: {health: 9108}\n", "service.health", "127.0.0.1:9108", id="port-alone"),
        pytest.param("service: {contact: nobody}\n", "service.contact", "web address", id="contact"),
        pytest.param("tests: {title: x}\n", "tests", "a list is expected", id="no-list"),
        pytest.param("tests: [{title: [x], expect: nothing}]\n", "tests[1].title", "one text is expected", id="text"),
        pytest.param("companies: [~]\n", "companies", "an item of the list is empty", id="empty-item"),
        pytest.param(f"companies: [{{name: {81 * 'x'}}}]\n", f"companies[{81 * 'x'}].name", "at most 80 ch", id="long"),
        pytest.param("storage: {url: 'mysql://x'}\n", "storage.url", "sqlite:/// or postgresql://", id="database"),
        pytest.param("service: {contact: '${UNSET}'}\n", "service.contact", "variable UNSET is not set", id="unset"),
        pytest.param("service: {contact: '${A B}'}\n", "service.contact", "names no variable", id="no-variable"),
        pytest.param("service: {contact: '${A'}\n", "service.contact", "names no variable", id="open-variable"),
        pytest.param("tests: [{title: x, expect: {event: B}}]\n", "tests[x].expect.event", "or withdrawal", id="event"),
        pytest.param("slack: {token_file: x}\n", "watchlists[A]", "there is no channel", id="nowhere-to-send"),
    ],
)
def test_a_wrong_value_is_told_in_a_plain_sentence(rest: str, key: str, words: str) -> None:
    assert [words in str(p) for p in problems(with_sources(rest)) if p.key == key] == [True]


def test_neither_yes_nor_no_is_refused() -> None:
    (problem,) = problems(with_sources("service: {allow_private_networks: maybe}\n"))
    assert problem.headline == "config.yaml:4:35: service.allow_private_networks: write true or false"


def test_a_test_of_a_watchlist_that_does_not_exist_is_refused() -> None:
    (problem,) = problems(
        with_sources("tests: [{title: x, expect: {watchlist: Al}}]\n").replace("name: A", "name: All")
    )
    assert (problem.key, problem.suggestion) == ("tests[x].expect.watchlist", "All")


def test_a_digest_that_is_off_leaves_no_watchlist_waiting_for_it() -> None:
    text = with_sources("alerts: {digest: off}\n").replace("name: A", "name: A, urgency: digest")
    assert [p.key for p in problems(text)] == ["watchlists[A].urgency"]


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param("service: {timezone: '${S}'}\n", id="a-word"),
        pytest.param("service: {timezone: '${S}x'}\n", id="part-of-a-word"),
        pytest.param("alerts: {digest: {days: '${S}'}}\n", id="lower-case"),
        pytest.param("companies: [{name: A, home: '${S}'}]\n", id="upper-case"),
        pytest.param("companies: [{name: '${S}', home: China}]\n", id="in-a-label"),
        pytest.param("slack: {token: '${S}', webhook_url: '${S}', default_channel: '${S}'}\n", id="in-its-place"),
        pytest.param("slack: {token: '${S}', default_channel: a} # xoxb-4242-verysecret\n", id="in-a-comment"),
        pytest.param("slack: {token: xoxb-4242-verysecret, tokn: xoxb-4242-verysecret}\n", id="literal"),
        pytest.param("storage: {url: 'postgresql://me:xoxb-4242-verysecret@db/x', keep: 1}\n", id="password"),
        pytest.param("slack: {webhook_url: 'https://hooks.slack.com/services/verysecret', settle: 1}\n", id="webhook"),
        pytest.param("slack: {token: verysecret, settle: 1}\n", id="token-of-another-form"),
        pytest.param("slack: {token: verysecret\n", id="broken-line"),
        pytest.param("slack: {token: verysecret, token: verysecret}\n", id="twice"),
    ],
)
def test_no_error_shows_a_secret(rest: str) -> None:
    found = problems(with_sources(rest), S=SECRET)
    assert found
    for problem in found:
        assert "verysecret" not in (str(problem) + repr(problem)).casefold()
