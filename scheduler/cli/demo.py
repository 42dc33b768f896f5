"""`chuhai demo`: a month of sample news as Slack would tell it, and at the end the channels as one scrolls them."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from crawler.runner import run_main
from scheduler.demo.month import Line, Posted, Seen, Step, run_month

_STYLES = {"header": "bold", "section": "", "context": "dim", "link": "cyan"}
_NAMES = {"cleantechnica": "CleanTechnica", "36kr-articles": "36Kr", "36kr-newsflash": "36Kr"}
_OPS = "#chuhai-ops"
_WIDTH = 120
_INTERRUPTED = 130
"""The exit code of shells for a program that Ctrl-C has ended."""
_HELLO = (
    "A month of news passes before chuhai. All of it is invented: no company named here did any of this. The feeds are "
    "served on this machine, in the shapes of CleanTechnica's and 36Kr's, and so is the Slack that is posted to. What "
    "is between them is the program itself; only its clock runs faster. Times are UTC."
)


def demo() -> None:
    """Run a month of sample news through the program, offline, and show what Slack would show.

    Needs no configuration, keeps nothing, and sends nothing out of this machine.
    """
    logging.getLogger().setLevel(logging.WARNING)
    for name in [name for name in os.environ if name.casefold().endswith("_proxy")]:
        # a proxy would be asked for the servers on this machine, too
        del os.environ[name]
    screen = Screen(_Console(highlight=False, markup=False, emoji=False, soft_wrap=True))
    screen.hello()
    with tempfile.TemporaryDirectory(prefix="chuhai-demo-") as folder:
        code = run_main(lambda: _whole_month(Path(folder), screen))
    if code == 0:
        screen.channels()
        screen.sum_up()
    raise typer.Exit(code)


async def _whole_month(folder: Path, screen: Screen) -> int:
    """Run the month, unless someone has seen enough; return the exit code."""
    month = asyncio.ensure_future(run_month(folder, screen.show))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, month.cancel)
    try:
        await month
    except asyncio.CancelledError:
        return _INTERRUPTED
    return 0


class _Console(Console):
    """A console that tells of a reader who has gone, rather than to end the program from within the event loop."""

    def on_broken_pipe(self) -> None:
        """Let the error go its way: the command line ends quietly on it."""
        raise BrokenPipeError


class Screen:
    """Shows the month as it goes, and keeps what it needs for the end."""

    def __init__(self, console: Console) -> None:
        """Write to a console; where it is no terminal, its lines are 120 wide, so that every run gives the same."""
        self._console = console
        self._width = min(console.width, 140) if console.is_terminal else _WIDTH
        self._day = self._title = ""
        self._steps: list[Step] = []

    def hello(self) -> None:
        """Say what is to be seen."""
        self._print(Text(_HELLO))

    def show(self, step: Step) -> None:
        """Show an article, or a message as it pops up: no small print, no title twice, no mere edit."""
        self._steps.append(step)
        if isinstance(step, Seen):
            if not step.quiet:
                self._new_day(step.at)
                self._article(step)
                self._title = step.title
        elif not step.edits:
            self._new_day(step.at)
            self._message(step)

    def channels(self) -> None:
        """Show every channel as one scrolls it: heads as they are now, their threads below them."""
        posted = [step for step in self._steps if isinstance(step, Posted)]
        latest = {step.ts: step for step in posted}
        first = {step.ts: step for step in reversed(posted)}
        in_order = sorted(first.values(), key=lambda step: (step.at, step.ts))
        for channel in sorted({step.channel for step in posted}):
            self._rule(channel)
            for head in in_order:
                if head.channel == channel and head.thread is None:
                    self._thread(head.at, latest[head.ts], [step for step in in_order if step.thread == head.ts])

    def sum_up(self) -> None:
        """Say how much came, and how little of it had to be read."""
        seen = [step for step in self._steps if isinstance(step, Seen)]
        news = [s for s in self._steps if isinstance(s, Posted) and not s.edits and s.channel != _OPS]
        moves = sum(step.moves > 0 for step in seen)
        heads = sum(step.thread is None for step in news)
        self._rule("")
        told = f"{heads} alerts in three channels, and {len(news) - heads} replies in their threads"
        total = f"{len(seen)} articles in two languages, {moves} of them about a move: {told}."
        self._print(Text(f"{total} {len(seen) - moves} articles nobody had to read."))

    def _new_day(self, at: datetime) -> None:
        if (day := f"{at:%A}, {at.day} {at:%B}") != self._day:
            self._day = day
            self._print(Text(f"\n{day}", "bold green"))

    def _article(self, seen: Seen) -> None:
        line = Text.assemble((f"{seen.at:%H:%M}", "dim"), f"  {_NAMES[seen.source]}: {seen.title}")
        why = (
            str(seen.why_not).replace("_", " ") if seen.why_not else seen.untold and f"a move, not told: {seen.untold}"
        )
        line.append(f"  – {why}" if why else "", "dim")
        self._print(line, Text("  "), Text(" " * 9))

    def _message(self, posted: Posted) -> None:
        where = (
            f", {'in the thread and in the channel' if posted.broadcast else 'in the thread'}" if posted.thread else ""
        )
        bar = Text.assemble(" " * 9, ("┃ ", "magenta"))
        self._print(Text(f"{posted.channel}{where}", "magenta"), bar)
        for line in posted.lines:
            if line.kind in ("header", "section") and line.text.strip("“”") != self._title:
                self._print(Text(line.text, _STYLES[line.kind]), bar)

    def _thread(self, at: datetime, head: Posted, replies: Iterable[Posted]) -> None:
        edited = " (edited)" if head.edits else ""
        self._print(Text(f"\nchuhai  {_moment(at)}{edited}", "green"))
        self._lines(head.lines, 2)
        for reply in replies:
            shown = ", also sent to the channel" if reply.broadcast else ""
            self._print(Text(f"↳ {_moment(reply.at)}{shown}", "green"), Text(" " * 6))
            self._lines(reply.lines, 8)

    def _lines(self, lines: Iterable[Line], indent: int) -> None:
        for line in lines:
            self._print(Text(line.text, _STYLES[line.kind]), Text(" " * indent))

    def _rule(self, title: str) -> None:
        line = f"{title} " if title else ""
        self._print(Text(f"\n{line}{'─' * (self._width - len(line))}", "bold"))

    def _print(self, text: Text, before: Text | None = None, later: Text | None = None) -> None:
        """Print a text, wrapped, with the same beginning on every line, or another on the later ones."""
        before = before or Text()
        for number, line in enumerate(text.wrap(self._console, self._width - len(before))):
            line.rstrip()
            self._console.print((later if number and later else before) + line)


def _moment(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b} {at:%H:%M}"
