"""Shows messages on a terminal, where there is no Slack: the terminal is a channel like any other."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.text import Text

from alerts.models import CannotLook, LookResult, Lookup, Outgoing, SendResult, Sent, Via
from crawler.text import one_line


class ConsoleTransport:
    """Prints messages to a stream; colours only where the stream is a terminal that shows them."""

    via = Via.TERMINAL

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`, usually stdout."""
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def post(self, outgoing: Outgoing) -> SendResult:
        """Print one message, without control characters; what has no form for a terminal counts as shown.

        Raises:
            OSError: when the stream cannot be written to; nobody saw the message then.
        """
        lines = [line[: len(line) - len(line.lstrip())] + one_line(line) for line in _lines(outgoing)]
        if lines:
            mark = "  ↳ " if outgoing.thread_ts or outgoing.follows else ""
            self._console.print(Text.assemble((f"{outgoing.channel}  ", "dim"), mark, (lines[0], "bold")))
            for line in lines[1:]:
                self._console.print(Text(line))
            self._console.print()
        return Sent(Via.TERMINAL)

    def look(self, lookup: Lookup) -> LookResult:  # noqa: ARG002 - every transport can be asked
        """Say that nobody knows what a terminal has shown."""
        return CannotLook("a terminal cannot be read back")


def _lines(outgoing: Outgoing) -> list[str]:
    return [line for line in outgoing.rendered.terminal.split("\n") if line.strip()]
