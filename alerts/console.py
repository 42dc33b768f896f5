"""Shows messages on a terminal, where there is no Slack: the terminal is a channel like any other."""

from __future__ import annotations

import io
from typing import TextIO

from rich.console import Console
from rich.text import Text

from alerts.models import CannotLook, Later, LookResult, Lookup, Outgoing, SendResult, Sent, TokenWorks, Via
from crawler.text import one_line


class ConsoleTransport:
    """Prints messages to a stream; colours only where the stream is a terminal that shows them."""

    via = Via.TERMINAL

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`, usually stdout."""
        self._stream = stream
        self._console = Console(
            force_terminal=stream.isatty(), highlight=False, markup=False, emoji=False, soft_wrap=True
        )

    def post(self, outgoing: Outgoing) -> SendResult:
        """Print one message, without control characters; what has no form for a terminal counts as shown."""
        lines = [line[: len(line) - len(line.lstrip())] + one_line(line) for line in _lines(outgoing)]
        # rich writes into a buffer of ours: where a pipe is broken it would end the whole program
        self._console.file = shown = io.StringIO()
        for number, line in enumerate(lines):
            self._console.print(Text(line) if number else _first(outgoing, line))
        try:
            self._stream.write(f"{shown.getvalue()}\n" if lines else "")
            self._stream.flush()
        except OSError as error:
            return Later(None, f"the terminal cannot be written to: {error.strerror}")
        return Sent(Via.TERMINAL)

    def look(self, lookup: Lookup) -> LookResult:  # noqa: ARG002 - every transport can be asked
        """Say that nobody knows what a terminal has shown."""
        return CannotLook("a terminal cannot be read back")

    def auth_check(self) -> TokenWorks:
        """Say that a terminal needs no token."""
        return TokenWorks()


def _first(outgoing: Outgoing, line: str) -> Text:
    mark = "↳ " if outgoing.follows else ""
    return Text.assemble((f"{one_line(outgoing.channel)}  ", "dim"), mark, (line, "bold"))


def _lines(outgoing: Outgoing) -> list[str]:
    return [line for line in outgoing.rendered.terminal.split("\n") if line.strip()]
