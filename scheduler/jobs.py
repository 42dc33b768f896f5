"""One round's work: what is due, polling it, matching what changed. Called by the service and by `run --once`."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from crawler import backoff
from crawler.classify import Reader
from crawler.config import SourceConfig
from crawler.gate import LONGEST_WAIT, Gate, HostTimes, key
from crawler.ingest import Desk, Stored, ingest, note
from crawler.knowledge import Knowledge
from crawler.models import FeedAnswer, Outcome, PollRequest
from crawler.robots import RobotsTxt
from crawler.runner import Runner
from crawler.settings import scrapy_settings
from crawler.storage import hosts, sources
from crawler.storage.engine import Engine, reading, writing
from crawler.text import one_line
from crawler.units import Clock, describe_age
from scheduler.config import Config, ConfigError, LoadedConfig
from scheduler.config.sections import ServiceConfig
from scheduler.config.words import knowledge_for
from scheduler.schema import due_sources, mark_due
from scheduler.version import VERSION

log = logging.getLogger(__name__)

DEADLINE = 75.0
"""Seconds a crawl may take: name look-up, robots.txt and two addresses of 25 s each, and parsing."""

SOON = 15.0
"""Seconds; a source whose host is free only later waits to be polled, not within a crawl."""

FASTEST = timedelta(minutes=2)
"""No source is polled more often than this because a gap showed (config.yaml)."""

States = Mapping[str, sources.SourceState]


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


def make_runner(
    setup: Setup, options: Options, times: Iterable[HostTimes] = (), texts: Iterable[RobotsTxt] = ()
) -> Runner:
    """Return what runs crawls by this configuration, with the manners kept so far (see `manners`).

    One per process, made on the running loop.
    """
    service = setup.config.service
    return Runner(
        scrapy_settings(contact=service.contact, version=VERSION),
        allow_private=service.allow_private_networks,
        clock=options.clock,
        times=times,
        texts=texts,
    )


def manners(engine: Engine) -> tuple[list[HostTimes], list[RobotsTxt]]:
    """Return what an earlier run learnt of the hosts it polled."""
    with reading(engine) as connection:
        return hosts.load(connection)


def keep(
    engine: Engine,
    due_now: set[str],
    done: set[str],
    learnt: tuple[Sequence[HostTimes], Sequence[RobotsTxt]],
    now: datetime,
) -> None:
    """Store which sources are to be polled, which were, and what was learnt of hosts, in one transaction if any."""
    if due_now or done or any(learnt):
        with writing(engine) as connection:
            mark_due(connection, due_now, done, now)
            hosts.save(connection, *learnt, now)


def start_warnings(setup: Setup) -> list[str]:
    """Return what the one who runs this should see to, one line each."""
    if setup.config.service.contact != ServiceConfig().contact:
        return []
    return [
        "service.contact is still the placeholder: write a page or mail address of yours there, so that the owner of a "
        "polled site can reach you before he locks you out"
    ]


def set_up(loaded: LoadedConfig, engine: Engine) -> Setup:
    """Return what runs by this configuration.

    Raises:
        ConfigError: when it names a company or place that does not exist.
    """
    knowledge = knowledge_for(loaded)
    return Setup(loaded, Desk(engine, Reader(knowledge), knowledge))


def waiting(engine: Engine, now: datetime) -> States:
    """Return the sources that are due, the longest waiting first."""
    due = due_sources(engine, now)
    return known(engine, due) if due else {}


def known(engine: Engine, ids: Sequence[str]) -> States:
    """Return what is stored of these sources."""
    with reading(engine) as connection:
        return sources.states(connection, ids)


def allowed(
    setup: Setup,
    states: States,
    gate: Gate,
    now: datetime,
    *,
    under_way: Collection[str] = (),
    soon: float = SOON,
) -> list[str]:
    """Return those of the sources that may be polled now; the hosts of those that wait for them are kept from pages.

    Args:
        setup: the configuration; sources that are not in it are passed over.
        states: the sources in question.
        gate: knows the hosts.
        now: the present.
        under_way: sources in a crawl already, which take their hosts' next turns.
        soon: seconds within which a host must be free.
    """
    configured = setup.sources
    taken = Counter(key(configured[id].url[0]) for id in under_way if id in configured)
    ready, claimed = [], []
    for id, state in states.items():
        source = configured.get(id)
        if source is None or id in under_way or resting(source, state, now):
            continue
        if min(gate.wait(url) + gate.pause(url) * taken[key(url)] for url in source.url) <= soon:
            ready.append(id)
            taken[key(source.url[0])] += 1
        else:
            claimed.append(source.url[0])
    gate.claim(claimed)
    return ready


def resting(source: SourceConfig, state: sources.SourceState, now: datetime) -> bool:
    """Say whether a source is left alone for now: it is gone, failed lately or its server asked for it.

    With another address in the configuration it begins afresh. A moment more than a day away comes from a clock that
    was wrong.
    """
    if readdressed(source, state):
        return False
    until = state.not_before or now
    return state.stopped_at is not None or now < until <= now + timedelta(seconds=LONGEST_WAIT)


def readdressed(source: SourceConfig, state: sources.SourceState) -> bool:
    """Say whether a source that failed last has another address since."""
    failed = state.outcome is not None and not state.outcome.healthy
    return failed and state.url != _addresses(source)


def _addresses(source: SourceConfig) -> str:
    return " ".join(source.url)


def hurried(setup: Setup, now: datetime) -> set[str]:
    """Return the sources that are to be polled before their time, because items were missed between two polls."""
    states = known(setup.desk.engine, list(setup.sources))
    return {id for id, source in setup.sources.items() if _hurried(source, states[id], now)}


def _hurried(source: SourceConfig, state: sources.SourceState, now: datetime) -> bool:
    if source.every is None or state.polled_at is None or state.faster_until is None or state.faster_until <= now:
        return False
    interval = max(source.every / 2, FASTEST)
    return interval < source.every and state.polled_at + interval <= now


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
    states, configured = await asyncio.to_thread(known, setup.desk.engine, ids), setup.sources

    def handle(answers: Sequence[FeedAnswer]) -> None:
        asked = [answer for answer in answers if not answer.postponed]
        done = [settled(answer, configured[answer.source], states[answer.source]) for answer in asked]
        for answer, outcome in zip(done, _store(done, setup.desk, configured), strict=True):
            _log(answer, outcome)
            stored(answer, outcome)
        for answer in answers:
            if answer.postponed:
                log.debug("source %s: %s; polled when its turn comes", answer.source, answer.reason)
                stored(answer, Stored())

    groups: dict[str, list[PollRequest]] = {}
    for id in ids:
        source = configured[id]
        groups.setdefault(source.spider, []).append(_request(source, states[id]))
    crawls = (runner.poll(group, handle, spider=spider, deadline=DEADLINE) for spider, group in groups.items())
    return {source: answer for answers in await asyncio.gather(*crawls) for source, answer in answers.items()}


def _store(answers: Sequence[FeedAnswer], desk: Desk, configured: Mapping[str, SourceConfig]) -> Sequence[Stored]:
    """Store one answer with entries, or all of several without, in one transaction."""
    quiet = {answer.source for answer in answers if configured[answer.source].first_poll == "quiet"}
    if not any(answer.entries for answer in answers):
        return note(answers, desk, quiet=quiet) if answers else []
    return [
        ingest(
            answer, desk, quiet_baseline=answer.source in quiet, article_pages=configured[answer.source].article_pages
        )
        for answer in answers
    ]


def settled(
    answer: FeedAnswer,
    source: SourceConfig,
    state: sources.SourceState,
    chance: Callable[[], float] = random.random,
) -> FeedAnswer:
    """Return an answer as it is stored: a failure with how long the source is left alone, and its configured address.

    The latter shows later whether the configuration has another one since.
    """
    if answer.outcome.healthy:
        return answer
    own = backoff.pause(source.every, state.failures + 1, answer.outcome, chance)
    wait = max(answer.retry_after or 0.0, own.total_seconds())
    return replace(answer, url=_addresses(source), retry_after=min(wait, LONGEST_WAIT))


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
        told = f"{answer.outcome} - {answer.reason} ({one_line(answer.url)})"
        gone = answer.outcome is Outcome.GONE
        log.warning("source %s: %s; %s", answer.source, told, "not asked again" if gone else _next_try(answer))
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


def _next_try(answer: FeedAnswer) -> str:
    return f"asked again in {describe_age(timedelta(seconds=answer.retry_after or 0.0))}"
