"""kill -9 at every point between a feed and Slack: nothing lost, nothing twice, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL

import pytest
from sqlalchemy import Engine, func, select

from crawler.storage.engine import open_engine, reading
from crawler.storage.schema import events
from scheduler.demo.fake_slack import FakeSlack
from scheduler.demo.feed_server import FeedServer
from scheduler.demo.slack_faults import Answer, Call, delayed
from tests.acceptance.harness import TOKEN, Program, entry, feed, source, wait_for, write_config

COUNTRIES = ["Bolivia", "Peru", "Kenya", "Panama", "Ecuador", "Paraguay", "Guatemala", "Mongolia", "Ghana", "Sri Lanka"]
POINTS = ["after the store", "before acceptance", "before acceptance", "during acceptance", "after acceptance"]
CHANNEL = "#abroad"


@dataclass
class Killer:
    """Ends the program at one point of the way of a message."""

    slack: FakeSlack
    program: Program | None = None
    armed: str = ""
    fired: list[str] = field(default_factory=list)

    def before(self, call: Call) -> Answer | None:
        """Kill before Slack has taken the message."""
        return self._fire(call, "before acceptance")

    def after(self, call: Call) -> Answer | None:
        """Kill when Slack has it: before its answer is sent, or just after."""
        if self._is_at("after acceptance", call):
            # The answer goes out at once; the kill follows while the program works on it.
            self.fired.append(self.armed)
            self.armed = ""
            assert self.program is not None
            self.program.process.kill()
            return None
        return self._fire(call, "during acceptance")

    def _fire(self, call: Call, point: str) -> Answer | None:
        if not self._is_at(point, call):
            return None
        self.armed = ""
        self.fired.append(point)
        assert self.program is not None
        self.program.kill()
        return Answer(drop=True) if point == "before acceptance" else delayed(0.05)

    def _is_at(self, point: str, call: Call) -> bool:
        names = (CHANNEL, self.slack.channels[CHANNEL].id)
        return self.armed == point and call.method == "chat.postMessage" and call.params["channel"] in names


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.feeds["/en"] = feed(entry("Nothing of note today", 1))
        yield running


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(TOKEN) as fake:
        # as in Slack, the channels are there before the first message: without them nothing can be looked up
        fake.open_channel(CHANNEL)
        fake.open_channel("#ops")
        yield fake


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def stored_events(database: Engine) -> int:
    with suppress(Exception), reading(database) as connection:
        return connection.execute(select(func.count()).select_from(events)).scalar_one()
    return 0


@pytest.mark.timeout(300)
def test_ten_kills_lose_nothing_and_repeat_nothing(
    tmp_path: Path, server: FeedServer, slack: FakeSlack, database_url: str, database: Engine
) -> None:
    storage = database_url.replace("postgresql+psycopg://", "postgresql://")
    write_config(tmp_path, [source("en", server.url("/en"), every="1s")], slack.url, storage)
    killer = Killer(slack)
    slack.before, slack.after = killer.before, killer.after
    with Program(tmp_path, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
        program.wait_for_log("source en: first poll")
        program.kill()
    for round_, country in enumerate(COUNTRIES):
        point = POINTS[round_ % len(POINTS)]
        known = stored_events(database)
        killer.armed = point
        title = f"Leapmotor enters {country} with two electric cars"
        server.feeds["/en"].items.insert(0, entry(title, 10 + round_))
        with Program(tmp_path, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
            killer.program = program
            if point == "after the store":
                wait_for("the event is stored", lambda known=known: stored_events(database) > known)  # type: ignore[misc]  # bound now
                program.kill()
            wait_for("the kill", lambda program=program: program.process.poll() is not None)  # type: ignore[misc]  # bound now
            assert program.process.returncode == -SIGKILL, "it ended by itself"
        killer.armed = ""
    with Program(tmp_path, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
        wait_for("every move is told", lambda: len(slack.messages(CHANNEL)) >= len(COUNTRIES), 60)
        program.terminate()
    with Program(tmp_path, environ={"SLACK_BOT_TOKEN": TOKEN}) as program:
        begun = len(server.requests)
        wait_for("two more polls", lambda: len(server.requests) >= begun + 4)
        program.terminate()
    told = [message.text for message in slack.messages(CHANNEL)]
    assert len(told) == len(COUNTRIES), slack.transcript(CHANNEL)
    assert all(sum(country in text for text in told) == 1 for country in COUNTRIES)
    assert killer.fired == [point for point in POINTS * 2 if point != "after the store"]
