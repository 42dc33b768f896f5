"""Runs the sample month through the real program: spiders, database, matching, outbox, Slack's client; own clock."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.matching import match
from alerts.models import Miss
from crawler.ingest import Stored
from crawler.models import Entry, FeedAnswer, Text, WhyNot
from crawler.runner import Runner
from crawler.storage.engine import Engine, open_engine, reading
from crawler.storage.views import event_ids, views
from scheduler import jobs
from scheduler.config import LoadedConfig, parse
from scheduler.delivery import Delivery
from scheduler.demo.fake_slack import Channel, FakeSlack, Message
from scheduler.demo.feed_server import FeedServer
from scheduler.demo.news import SOURCES, Piece, feed_at, pieces, sample
from scheduler.migrations import upgrade

FIRST_POLL = datetime(2026, 6, 1, 8, tzinfo=UTC)
"""When the demo's service is started for the first time."""

_TOKEN = "xoxb-demo"  # noqa: S105 - opens only the Slack that the demo itself is
_LINK = re.compile(r"<([^|>]+)\|([^>]+)>")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message, and the block it stood in: header, section, context or link."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An article that was new, and what came of it."""

    at: datetime
    source: str
    title: str
    moves: int
    why_not: WhyNot | None
    quiet: bool
    """True where it was there at the first poll."""
    untold: str
    """Why its move is told to nobody; empty where it is told, or there is none."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as Slack got it: new, or edited."""

    at: datetime
    channel: str
    ts: str
    thread: str | None
    broadcast: bool
    edits: int
    lines: tuple[Line, ...]


Step = Seen | Posted


class DemoClock:
    """A clock that goes only when it is told to."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        """Return the present."""
        return self._now

    def at(self, moment: datetime) -> None:
        """Go on to a moment, never back."""
        self._now = max(self._now, moment)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)


@dataclass(slots=True)
class _Stage:
    """Everything that one run of the month works with."""

    month: Sequence[Piece]
    clock: DemoClock
    feeds: FeedServer
    setup: jobs.Setup
    delivery: Delivery
    show: Callable[[Step], None]
    posted: list[Posted]
    known: set[tuple[str, ...]] = field(default_factory=set)
    answers: list[FeedAnswer] = field(default_factory=list)

    def keep(self, answer: FeedAnswer, _stored: Stored) -> None:
        """Keep an answer with its entries, which a poll does not."""
        self.answers.append(answer)


async def run_month(folder: Path, show: Callable[[Step], None]) -> None:
    """Run the month in a folder of its own; when cancelled, or when `show` raises, everything is shut down in order.

    Args:
        folder: where the database goes.
        show: called with every article and every message, in order of the demo's time.
    """
    clock, posted = DemoClock(FIRST_POLL), list[Posted]()
    with ExitStack() as stack:
        feeds, slack = stack.enter_context(FeedServer()), stack.enter_context(FakeSlack(_TOKEN))
        slack.on_message = lambda channel, message: posted.append(_posted(clock(), channel, message))
        loaded = _config(folder, feeds, slack)
        engine = _database(loaded)
        stack.callback(engine.dispose)
        setup = jobs.set_up(loaded, engine)
        stage = _Stage(pieces(), clock, feeds, setup, Delivery(setup, clock), show, posted)
        runner = jobs.make_runner(setup, jobs.Options(loaded.path, {}, clock))
        try:
            await _run(stage, runner)
        finally:
            await runner.stop()


async def _run(stage: _Stage, runner: Runner) -> None:
    await asyncio.to_thread(stage.delivery.begin)
    for moment, source in _polls(stage):
        stage.clock.at(moment)
        stage.feeds.feeds[f"/{source}"] = feed_at(source, moment, stage.month)
        await jobs.poll(stage.setup, [source], runner, stage.keep)
        await asyncio.to_thread(_deliver, stage)
        for seen in (seen for answer in stage.answers for seen in _new(stage, answer)):
            stage.show(seen)
        stage.answers.clear()
        for posted in stage.posted:
            stage.show(posted)
        stage.posted.clear()


def _polls(stage: _Stage) -> Iterator[tuple[datetime, str]]:
    """Give the polls that bring something, by each source's own timetable: the others would be answered with 304."""
    found = {(FIRST_POLL, source) for source in SOURCES}
    for piece in stage.month:
        every = stage.setup.sources[piece.source].every or timedelta(hours=1)
        past = (piece.item.published - FIRST_POLL) // -every
        if piece.item.published > FIRST_POLL:
            found.add((FIRST_POLL - past * every, piece.source))
    yield from sorted(found)


def _deliver(stage: _Stage) -> None:
    """Match and send until nothing is owed; where the service would wait, the clock goes on instead."""
    stage.delivery.match()
    while (wait := stage.delivery.step()) is not None:
        stage.clock.wait(wait)


def _new(stage: _Stage, answer: FeedAnswer) -> list[Seen]:
    new = [entry for entry in answer.entries if entry.keys not in stage.known]
    stage.known.update(entry.keys for entry in new)
    return [_seen(stage, answer, entry) for entry in sorted(new, key=lambda entry: entry.published or answer.at)]


def _seen(stage: _Stage, answer: FeedAnswer, entry: Entry) -> Seen:
    found = stage.setup.desk.reader.read(Text(entry.title, entry.text, entry.published))
    untold = "" if stage.posted or not found.moves else _why_untold(stage, entry)
    quiet = answer.at < FIRST_POLL + timedelta(minutes=1)
    return Seen(answer.at, answer.source, entry.title, len(found.moves), found.why_not, quiet, untold)


def _why_untold(stage: _Stage, entry: Entry) -> str:
    """Return what kept the watchlist that comes closest from telling the article's event."""
    with reading(stage.setup.desk.engine) as connection:
        events = views(connection, event_ids(connection), stage.setup.knowledge)
    mine = [event for event in events if any(mention.title == entry.title for mention in event.mentions)]
    watchlists = stage.setup.config.watchlists
    results = [match(event, watchlist, stage.setup.knowledge) for event in mine for watchlist in watchlists]
    misses = [result.reason.removeprefix("no match: ") for result in results if isinstance(result, Miss)]
    return min(misses, key=lambda reason: (reason.count(";"), len(reason)), default="already told")


def _posted(at: datetime, channel: Channel, message: Message) -> Posted:
    lines = tuple(line for block in message.blocks for line in _lines(block))
    return Posted(at, channel.name, message.ts, message.thread_ts, message.broadcast, message.edits, lines)


def _lines(block: dict[str, object]) -> Iterator[Line]:
    parts = [block["text"]] if "text" in block else block.get("elements", [])
    for part in parts if isinstance(parts, list) else []:
        link = part["type"] == "mrkdwn"
        for text in part["text"].split("\n"):
            yield Line("link" if link else str(block["type"]), _LINK.sub(r"\2", text) if link else text)


def _config(folder: Path, feeds: FeedServer, slack: FakeSlack) -> LoadedConfig:
    environ = {f"DEMO_{source.upper().replace('-', '_')}": feeds.url(f"/{source}") for source in SOURCES}
    environ |= {"DEMO_TOKEN": _TOKEN, "DEMO_SLACK": slack.url}
    return parse(sample("config.yaml"), folder / "config.yaml", environ)


def _database(loaded: LoadedConfig) -> Engine:
    engine = open_engine(loaded.config.storage.url.get_secret_value())
    upgrade(engine)
    return engine
