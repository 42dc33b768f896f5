"""Log lines: one line an event, nothing from outside takes part in their form, no secrets."""

from __future__ import annotations

import logging
import sys

import pytest

from scheduler.logs import LINES, LineFormatter


def line(message: str, *arguments: object, secrets: tuple[str, ...] = (), **more: object) -> str:
    record = logging.LogRecord("crawler.x", logging.INFO, "f.py", 1, message, arguments, None)
    for key, value in more.items():
        setattr(record, key, value)
    return LineFormatter(secrets).format(record)


@pytest.mark.parametrize(
    "hostile",
    ["a\nb", "a\r\nb", "a\x1b[31mb", "a\x00b", "a\u202eb", "a\u2066b", "a\x9bb", "a\ud800b"],
    ids=["newline", "carriage return", "escape", "nul", "override", "isolate", "C1", "surrogate"],
)
def test_what_comes_from_outside_stays_on_its_line(hostile: str) -> None:
    shown = line("source %s: %s", "s", hostile)
    assert "\n" not in shown
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\ud800" for c in shown)
    shown.encode()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("token xoxb-123456-abcDEF refused", "xoxb-123456-abcDEF"),
        ("posting to https://hooks.slack.com/services/T0/B0/abcdef", "T0/B0/abcdef"),
        ("connect postgresql://user:geheim@db/x", "geheim"),
        ("proxy http://me:pa55word@proxy:3128", "pa55word"),
        ("the value is correct-horse", "correct-horse"),
    ],
    ids=["bot token", "webhook", "database", "proxy", "named"],
)
def test_secrets_are_blotted_out(text: str, secret: str) -> None:
    shown = line("%s", text, secrets=("correct-horse",))
    assert secret not in shown
    assert "***" in shown


def test_a_traceback_follows_indented_and_without_secrets() -> None:
    try:
        raise ValueError("xoxb-123456-abcDEF")
    except ValueError:
        shown = line("it failed", exc_info=sys.exc_info())
    first, *rest = shown.splitlines()
    assert first.endswith("crawler.x: it failed")
    assert all(row.startswith("    ") for row in rest)
    assert "xoxb-123456" not in shown


def test_a_message_of_our_own_may_have_several_lines() -> None:
    assert (
        line("refused:\n%s", "config.yaml:1:1: x", keeps_lines=LINES["keeps_lines"]).splitlines()[1]
        == "    config.yaml:1:1: x"
    )
