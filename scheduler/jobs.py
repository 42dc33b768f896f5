"""One round's work: what is due, polling it, matching what changed. Called by the service and by `run --once`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.classify import Reader
from crawler.config import SourceConfig
from crawler.ingest import Desk, Stored, ingest
from crawler.knowledge import Knowledge
from crawler.models import FeedAnswer, Outcome, PollRequest
from crawler.runner import Runner
from crawler.settings import scrapy_settings
from crawler.storage import sources
from crawler.storage.engine import Engine, reading
from crawler.text import one_line
from crawler.units import Clock
from scheduler.config import Config, ConfigError, LoadedConfig
from scheduler.config.words import knowledge_for
from scheduler.version import VERSION

log = logging.getLogger(__name__)

DEADLINE = 75.0
"""Seconds a crawl may take: name look-up, robots.txt and two addresses of 25 s each, and parsing."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything made from one configuration; a reload makes another and the old one is dropped."""

    loaded: LoadedConfig
    desk: Desk

    @property
    def config(self) -> Config:
        """The configuration itself."""
        return self.loaded.config

    @property
    def knowledge(self) -> Knowledge:
        """The shipped knowledge with the user's companies."""
        return self.desk.knowledge

    @property
    def sources(self) -> Mapping[str, SourceConfig]:
        """The sources by id."""
        return {source.id: source for source in self.config.sources}


@dataclass(frozen=True, slots=True)
class Options:
    """How the service was started."""

    path: Path
    environ: Mapping[str, str]
    clock: Clock
    dry_run: bool = False
    refused: ConfigError | None = None
    """Why the file itself is not what runs, when it is the last good one."""


def make_runner(setup: Setup, options: Options) -> Runner:
    """Return what runs crawls by this configuration; one per process, made on the running loop."""
    service = setup.config.service
    return Runner(
        scrapy_settings(contact=service.contact, version=VERSION),
        allow_private=service.allow_private_networks,
        clock=options.clock,
    )


def set_up(loaded: LoadedConfig, engine: Engine) -> Setup:
    """Return what runs by this configuration.

    Raises:
        ConfigError: when it names a company or place that does not exist.
    """
    knowledge = knowledge_for(loaded)
    return Setup(loaded, Desk(engine, Reader(knowledge), knowledge))


def allowed(engine: Engine, ids: Sequence[str], now: datetime) -> list[str]:
    """Return those of the sources whose server did not ask us to stay away for now."""
    with reading(engine) as connection:
        known = sources.states(connection, ids)
    return [source for source in ids if (known[source].not_before or now) <= now]


async def poll(
    setup: Setup, ids: Sequence[str], runner: Runner, stored: Callable[[FeedAnswer, Stored], None]
) -> Mapping[str, FeedAnswer]:
    """Poll these sources in one crawl per spider and return the answer of each.

    Args:
        setup: the configuration they are polled by.
        ids: the sources.
        runner: runs the crawl.
        stored: called in a worker thread after each answer is stored, so that no alert waits for a slow source.
    """

    def handle(answer: FeedAnswer) -> None:
        source = setup.sources[answer.source]
        quiet = source.first_poll == "quiet"
        outcome = ingest(answer, setup.desk, quiet_baseline=quiet, article_pages=source.article_pages)
        _log(answer, outcome)
        stored(answer, outcome)

    groups: dict[str, list[PollRequest]] = {}
    for request in await asyncio.to_thread(_requests, setup, ids):
        groups.setdefault(setup.sources[request.source].spider, []).append(request)
    crawls = (runner.poll(group, handle, spider=spider, deadline=DEADLINE) for spider, group in groups.items())
    return {source: answer for answers in await asyncio.gather(*crawls) for source, answer in answers.items()}


def _requests(setup: Setup, ids: Sequence[str]) -> list[PollRequest]:
    with reading(setup.desk.engine) as connection:
        known = sources.states(connection, ids)
    return [_request(setup.sources[source], known[source]) for source in ids]


def _request(source: SourceConfig, state: sources.SourceState) -> PollRequest:
    return PollRequest(
        source=source.id,
        urls=source.url,
        language=source.language,
        etag=state.etag,
        last_modified=state.last_modified,
        validators_of=state.validators_of,
        body_hash=state.body_hash,
    )


def _log(answer: FeedAnswer, stored: Stored) -> None:
    """Say in one line what a poll brought; nothing new is said only to who asked for every detail."""
    if not answer.outcome.healthy:
        log.warning("source %s: %s - %s (%s)", answer.source, answer.outcome, answer.reason, one_line(answer.url))
        return
    said = [f"{stored.new} new", f"{stored.changed} edited", f"{stored.moves} moves", f"{stored.quarantined} failed"]
    told = ", ".join(word for word in said if not word.startswith("0 ")) or "nothing new"
    if stored.baseline:
        how = "known from now on, nothing is alerted" if stored.quiet else "alerted, as first_poll: tell asks"
        log.info("source %s: first poll, %d articles %s (%d moves)", answer.source, stored.new, how, stored.moves)
    else:
        level = logging.INFO if told != "nothing new" else logging.DEBUG
        told = "not modified" if answer.outcome is Outcome.NOT_MODIFIED else told
        log.log(level, "source %s: %s", answer.source, told)
    if not answer.complete:
        log.warning("source %s: the answer was cut; what came was kept, the rest is asked for again", answer.source)
    if answer.moved_to:
        log.warning("source %s has moved for good; change its url to %s", answer.source, one_line(answer.moved_to))
