from __future__ import annotations

import io
import re

import pytest

from alerts.console import ConsoleTransport
from alerts.messages import render
from alerts.models import CannotLook, Card, DeliveryKind, Later, Lookup, Outgoing, Sent, TokenWorks, Via
from tests.alerts.views import NOW, card, report


def shown(made: Card, kind: DeliveryKind = DeliveryKind.HEAD, *, follows: bool = False) -> str:
    stream = io.StringIO()
    result = ConsoleTransport(stream).post(Outgoing("u", "#abroad", render(kind, made), follows=follows))
    assert result == Sent(Via.TERMINAL)
    return stream.getvalue()


def test_a_head_is_printed_with_its_channel_evidence_and_link() -> None:
    lines = shown(card()).split("\n")
    assert lines[0] == "#abroad  XPENG → market entry, Norway · announced · 1 source · first time there"
    assert lines[2] == "  “The company will hand over its first cars in Norway in June.”"
    assert lines[4] == "  https://www.herald.example/news/1"


def test_a_reply_is_marked_as_one() -> None:
    assert shown(card(), DeliveryKind.REPLY, follows=True).startswith("#abroad  ↳ Also reported by herald.example")


def test_what_has_no_form_for_a_terminal_prints_nothing() -> None:
    assert shown(card(), DeliveryKind.EDIT) == ""


def test_control_characters_and_markup_are_printed_as_text() -> None:
    hostile = "a\x1b[31mred\x07 [bold]b[/bold] :smile: \u202egnp.exe\nINFO forged line"
    printed = shown(card(report=report(title=hostile, evidence=hostile)))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", printed)
    assert "[bold]b[/bold] :smile:" in printed
    assert not any(line.startswith("INFO") for line in printed.split("\n"))


def test_a_terminal_that_is_gone_means_later() -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    result = ConsoleTransport(Gone()).post(Outgoing("u", "#abroad", render(DeliveryKind.HEAD, card())))
    assert isinstance(result, Later)


@pytest.mark.parametrize("expected", [CannotLook("a terminal cannot be read back")])
def test_a_terminal_cannot_be_read_back(expected: CannotLook) -> None:
    terminal = ConsoleTransport(io.StringIO())
    assert terminal.look(Lookup("u", "#abroad", None, None, NOW)) == expected
    assert terminal.auth_check() == TokenWorks()
