"""Runs the real program as a user would: its own process, feeds and Slack on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from scheduler.demo.feed_server import Feed, FeedServer, Item, Style

TOKEN = "xoxb-fake"
T = TypeVar("T")

CONFIG = """\
version: 1
watchlists:
  - name: Abroad
    home: [CN]
    markets: any
    certainty: all
    send_to: "#abroad"
sources:
{sources}
slack: {{token: "${{SLACK_BOT_TOKEN}}", ops_channel: "#ops", settle: 1s, api_url: "{slack}"}}
storage: {{url: "{storage}"}}
service: {{allow_private_networks: true, health: off}}
"""

SOURCE = """\
  - id: {id}
    url: "{url}"
    spider: feed
    every: {every}
    first_poll: {first_poll}
"""


def wait_for(what: str, look: Callable[[], T], seconds: float = 60.0) -> T:
    """Return what `look` returns as soon as it is true; fail with what was awaited."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


def entry(title: str, number: int, body: str = "", *, site: str = "news.example", minutes: float = 0) -> Item:
    """Return an item of today, in the shape of WordPress feeds."""
    published = datetime.now(UTC) - timedelta(minutes=minutes)
    link = f"https://{site}/2026/05/01/entry-{number}/"
    return Item(title, link, f"<p>{body or title}</p>", published, guid=f"https://{site}/?p={number}")


def feed(*items: Item, title: str = "News", style: Style = Style.WORDPRESS) -> Feed:
    """Return a feed that can be appended to while it is served."""
    return Feed(title, "https://news.example/", list(items), style)


def source(id: str, url: str, *, every: str = "2s", first_poll: str = "quiet") -> str:
    """Return one source of config.yaml."""
    return SOURCE.format(id=id, url=url, every=every, first_poll=first_poll)


def write_config(folder: Path, sources: list[str], slack: str, storage: str = "sqlite:///data/chuhai.db") -> Path:
    """Write a config.yaml and return its path."""
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(sources="".join(sources), slack=slack, storage=storage))
    return path


@dataclass
class Program:
    """One run of the command line in a process of its own; use it in a `with` block."""

    folder: Path
    arguments: tuple[str, ...] = ("run",)
    environ: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] = field(init=False)

    def __enter__(self) -> Self:
        """Start it."""
        self.process = start(self.folder, self.arguments, self.environ)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, however it stands; what fails meanwhile is shown with what it said."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if error is not None:
            error.add_note(f"{' '.join(self.arguments)} ended with {self.process.returncode}; its log:\n{self.log}")

    @property
    def log(self) -> str:
        """What it said on standard error so far, of all runs in this folder."""
        return (self.folder / "stderr.txt").read_text(errors="replace")

    @property
    def output(self) -> str:
        """What it printed so far."""
        return (self.folder / "stdout.txt").read_text(errors="replace")

    def wait_for_log(self, text: str, seconds: float = 60.0) -> None:
        """Wait until it has said something."""
        wait_for(f"'{text}' in the log", lambda: text in self.log or self._ended(text), seconds)

    def _ended(self, text: str) -> bool:
        if self.process.poll() is not None and text not in self.log:
            raise AssertionError(f"ended with {self.process.returncode} before it said '{text}':\n{self.log}")
        return False

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def terminate(self, seconds: float = 10.0) -> tuple[int, float]:
        """Ask it to stop; return its exit code and how long it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=seconds)
        return code, time.monotonic() - begun


def start(folder: Path, arguments: tuple[str, ...], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start the program in a folder, its output appended to files there."""
    with (folder / "stdout.txt").open("ab") as out, (folder / "stderr.txt").open("ab") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "scheduler", *arguments],
            cwd=folder,
            env=environment(environ),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )


def chuhai(folder: Path, *arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "scheduler", *arguments],
        cwd=folder,
        env=environment(environ),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without a token of its own, and with Slack's unless `more` says otherwise."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "CHUHAI_"))}
    return kept | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"} | dict(more)


def polls(server: FeedServer, path: str) -> int:
    """Return how often a feed was asked for."""
    return len(server.asked(path))
