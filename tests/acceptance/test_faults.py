"""Every fault of the fault site: said plainly while it lasts, made up for when it is over, nobody else's trouble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from alerts.config import SlackConfig, WatchlistConfig
from alerts.evaluate import evaluate
from alerts.notices import notices
from alerts.schema import alerts
from crawler.classify import Reader
from crawler.ingest import Desk, ingest
from crawler.knowledge import load
from crawler.models import FeedAnswer, PollRequest
from crawler.storage import schema, sources
from crawler.storage.engine import open_engine, reading
from crawler.storage.sources import SourceState
from scheduler.cli.lists import notes, state_word
from scheduler.schema import WHOLE
from tests.acceptance.fault_site import FAULTS, START, Fault, Site, ordinary
from tests.crawler.polling import Poller

KNOWLEDGE = load()
WATCHLIST = WatchlistConfig.model_validate({"name": "Abroad", "send_to": "#abroad"})
COUNTRIES = ("Chile", "Kenya", "Egypt")


@dataclass
class Bureau:
    """Two sites, one of which is going to break, polled into a real database; time is ours."""

    poller: Poller
    desk: Desk
    now: datetime = START
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.poller.clock = self.clock
        self.sites = {"broken": Site(self.clock, "Chery"), "well": Site(self.clock, "BYD")}

    def clock(self) -> datetime:
        return self.now

    def close(self) -> None:
        for site in self.sites.values():
            site.__exit__()

    def state(self, source: str = "broken") -> SourceState:
        with reading(self.desk.engine) as connection:
            return sources.states(connection, [source])[source]

    def poll(self) -> None:
        """Wait until every source may be asked, and poll, match and tell ops as the service does."""
        waits = [self.state(source).not_before or self.now for source in self.sites]
        self.now = max(self.now + timedelta(minutes=15), *waits)
        requests = [self._request(source) for source in self.sites]

        async def once() -> None:
            runner = await self.poller.runner()
            await runner.poll(requests, self._store, deadline=30)

        self.poller.reactor.run(once())
        evaluate(self.desk.engine, [WATCHLIST], SlackConfig(), KNOWLEDGE, self.now)
        self.told += notices(self.desk.engine, "#ops", KNOWLEDGE, self.now)

    def _request(self, source: str) -> PollRequest:
        state = self.state(source)
        return PollRequest(
            source,
            (self.sites[source].url,),
            etag=state.etag,
            last_modified=state.last_modified,
            validators_of=state.validators_of,
            body_hash=state.body_hash,
        )

    def _store(self, answers: Sequence[FeedAnswer]) -> None:
        for answer in answers:
            ingest(answer, self.desk)

    def titles(self, source: str) -> list[str]:
        query = select(schema.articles.c.title).where(schema.articles.c.source_id == source)
        with reading(self.desk.engine) as connection:
            return sorted(connection.execute(query).scalars())

    def alerted(self) -> int:
        with reading(self.desk.engine) as connection:
            return connection.execute(select(func.count()).select_from(alerts)).scalar_one()


@pytest.fixture
def bureau(poller: Poller, tmp_path: Path) -> Iterator[Bureau]:
    engine = open_engine(f"sqlite:///{tmp_path}/chuhai.db")
    WHOLE.create_all(engine)
    opened = Bureau(poller, Desk(engine, Reader(KNOWLEDGE), KNOWLEDGE))
    yield opened
    opened.close()
    engine.dispose()


def published(bureau: Bureau, nth: int) -> dict[str, str]:
    return {source: site.publish(COUNTRIES[nth]) for source, site in bureau.sites.items()}


def states_of(fault: Fault) -> tuple[str, ...]:
    return (fault.state,) * 3 if isinstance(fault.state, str) else tuple(fault.state)


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.id) for fault in FAULTS])
def test_a_fault_is_told_as_what_it_is_and_made_up_for(fault: Fault, bureau: Bureau) -> None:
    broken, polls = bureau.sites["broken"], states_of(fault)
    bureau.poller.timeout = 1.0 if fault.slow else 10.0
    bureau.poll()
    assert (state_word(bureau.state()), bureau.alerted()) == ("ok", 0)

    broken.answer = fault.answer
    if fault.down:
        broken.go_down()
    for nth, expected in enumerate(polls):
        fresh = published(bureau, nth)
        bureau.poll()
        state = bureau.state()
        assert state_word(state) == expected, state
        assert (state.not_before or bureau.now) - bureau.now >= timedelta(seconds=fault.wait)
        assert fresh["well"] in bureau.titles("well")
        assert (fresh["broken"] in bureau.titles("broken")) == fault.stores
    assert fault.words in "; ".join(notes(bureau.state(), bureau.now, late=False))
    assert bureau.alerted() == (6 if fault.stores else 3)

    broken.answer = ordinary
    broken.come_up()
    bureau.poller.timeout = 10.0
    bureau.poll()
    bureau.poll()
    state = bureau.state()
    assert (state.failures, state.degraded, state_word(state)) == (0, None, "not_modified")
    stored = bureau.titles("broken")
    for item in broken.feed.items:
        assert stored.count(item.title) == 1, item.title
    assert bureau.alerted() == 6
    assert (bureau.state("well").polls, bureau.state("well").failures) == (6, 0)
    assert_told_once(bureau, fault)


def assert_told_once(bureau: Bureau, fault: Fault) -> None:
    """Ops heard of the trouble once, of its end once, and of nothing else but the first polls."""
    told = [text for text in bureau.told if not text.startswith(("broken: first poll", "well: first poll"))]
    expected = [f"Source broken {fault.told}"] if fault.told else []
    if fault.told.startswith(("fails", "is gone")):
        expected.append("Source broken answers again")
    if fault.told.startswith("answers, but"):
        expected.append("Source broken is in order again")
    assert len(told) == len(expected), told
    for text, beginning in zip(told, expected, strict=True):
        assert text.startswith(beginning)
