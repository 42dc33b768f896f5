"""Which of the due sources are polled now, and how a failure is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crawler.gate import Gate, HostTimes, Turn
from crawler.models import FeedAnswer, Outcome
from crawler.robots import RobotsTxt
from crawler.storage.engine import open_engine, writing
from crawler.storage.schema import sources
from crawler.storage.sources import SourceState
from scheduler import jobs
from scheduler.config import load
from scheduler.jobs import Setup
from scheduler.schema import WHOLE

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
CONFIG = """\
version: 1
watchlists: [{name: Abroad, markets: any, send_to: "#abroad"}]
sources:
  - {id: a, url: "https://one.example/a", every: 15m}
  - {id: b, url: "https://one.example/b", every: 15m}
  - {id: c, url: ["https://two.example/c", "https://three.example/c"], every: 15m}
  - {id: d, url: "https://four.example/d", schedule: "5 * * * *"}
  - {id: e, url: "https://five.example/e", every: 3m}
"""
FAILED = SourceState("a", url="https://one.example/a", outcome=Outcome.ERROR, failures=1)


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    engine = open_engine(f"sqlite:///{tmp_path}/chuhai.db")
    WHOLE.create_all(engine)
    yield jobs.set_up(load(path, {}), engine)
    engine.dispose()


@pytest.fixture
def gate() -> Gate:
    return Gate(lambda: NOW, monotonic=lambda: 1_000.0)


def allowed(setup: Setup, gate: Gate, *states: SourceState, under_way: tuple[str, ...] = ()) -> list[str]:
    return jobs.allowed(setup, {state.id: state for state in states}, gate, NOW, under_way=under_way)


def every(*ids: str) -> list[SourceState]:
    return [SourceState(id) for id in ids]


def test_what_is_due_and_free_is_polled_in_the_order_of_waiting(setup: Setup, gate: Gate) -> None:
    assert allowed(setup, gate, *every("c", "a", "b")) == ["c", "a", "b"]


def test_a_source_under_way_or_no_longer_configured_is_passed_over(setup: Setup, gate: Gate) -> None:
    assert allowed(setup, gate, *every("a", "gone", "c"), under_way=("a", "forgotten")) == ["c"]


def test_a_host_with_a_long_gap_gets_one_source_at_a_time(setup: Setup, gate: Gate) -> None:
    gate.slow_down("https://one.example/", 600)
    assert allowed(setup, gate, *every("b", "a", "c")) == ["b", "c"]
    assert allowed(setup, gate, *every("a"), under_way=("b",)) == []


def test_a_source_waits_while_its_host_has_a_penalty_but_not_if_another_address_of_it_is_free(
    setup: Setup, gate: Gate
) -> None:
    for host in ("one", "two"):
        gate.penalise(f"https://{host}.example/", 3_600)
    assert allowed(setup, gate, *every("a", "b", "c", "d")) == ["c", "d"]


def test_the_host_of_a_source_that_waits_is_kept_from_pages(setup: Setup, gate: Gate) -> None:
    async def page() -> None:
        async with free.turn("https://one.example/article", Turn.PAGE, latest=1_000.0):
            pass

    free = Gate(lambda: NOW, gap=20.0, monotonic=lambda: 1_000.0)
    assert allowed(setup, free, *every("b"), under_way=("a",)) == []
    with pytest.raises(Exception, match="not to be asked"):
        asyncio.run(page())
    assert allowed(setup, free, *every("b")) == ["b"]
    asyncio.run(page())


@pytest.mark.parametrize(
    ("state", "free"),
    [
        pytest.param(replace(FAILED, not_before=NOW + timedelta(minutes=5)), False, id="failed lately"),
        pytest.param(replace(FAILED, not_before=NOW - timedelta(seconds=1)), True, id="its pause is over"),
        pytest.param(replace(FAILED, outcome=Outcome.GONE, stopped_at=NOW), False, id="gone"),
        pytest.param(
            replace(FAILED, outcome=Outcome.GONE, stopped_at=NOW, url="https://one.example/old"),
            True,
            id="gone, but it has another address now",
        ),
        pytest.param(
            replace(FAILED, not_before=NOW + timedelta(hours=5), url="https://one.example/old"),
            True,
            id="failed, but it has another address now",
        ),
        pytest.param(replace(FAILED, not_before=NOW + timedelta(days=300)), True, id="kept by a clock that was wrong"),
        pytest.param(
            replace(FAILED, outcome=Outcome.OK, failures=0, url="https://cdn.example/elsewhere"), True, id="well"
        ),
    ],
)
def test_a_source_rests_after_a_failure(setup: Setup, gate: Gate, state: SourceState, free: bool) -> None:
    assert allowed(setup, gate, state) == (["a"] if free else [])


@pytest.mark.parametrize(
    ("id", "polled", "faster", "expected"),
    [
        pytest.param("a", 8, 60, True, id="half its interval"),
        pytest.param("a", 7, 60, False, id="not yet"),
        pytest.param("a", 14, -1, False, id="no longer"),
        pytest.param("a", 14, None, False, id="no gap showed"),
        pytest.param("e", 2, 60, True, id="two minutes at the least"),
        pytest.param("e", 1.9, 60, False, id="no sooner"),
        pytest.param("d", 50, 60, False, id="a crontab line is kept"),
    ],
)
def test_a_source_that_missed_items_is_polled_twice_as_often(
    setup: Setup, id: str, polled: float, faster: float | None, expected: bool
) -> None:
    until = None if faster is None else NOW + timedelta(minutes=faster)
    with writing(setup.desk.engine) as connection:
        row = {"id": id, "polled_at": NOW - timedelta(minutes=polled), "faster_until": until}
        connection.execute(sources.insert().values(**row))
    assert jobs.hurried(setup, NOW) == ({id} if expected else set())


def answer(outcome: Outcome, retry_after: float | None = None) -> FeedAnswer:
    return FeedAnswer("a", outcome, NOW, "https://cdn.example/x", reason="why", retry_after=retry_after)


@pytest.mark.parametrize(
    ("given", "failures", "seconds"),
    [
        pytest.param(answer(Outcome.ERROR), 0, 900, id="one interval"),
        pytest.param(answer(Outcome.ERROR), 2, 3_600, id="longer with every failure"),
        pytest.param(answer(Outcome.BLOCKED), 0, 1_800, id="blocked"),
        pytest.param(answer(Outcome.ERROR, 7_200), 0, 7_200, id="as long as the server asks for"),
        pytest.param(answer(Outcome.ERROR, 60), 0, 900, id="not shorter because the server asks for less"),
    ],
)
def test_a_failure_is_stored_with_its_pause_and_the_configured_address(
    setup: Setup, given: FeedAnswer, failures: int, seconds: float
) -> None:
    state = SourceState("a", failures=failures)
    settled = jobs.settled(given, setup.sources["a"], state, chance=lambda: 0.5)
    assert settled.retry_after == pytest.approx(seconds)
    assert settled.url == "https://one.example/a"


def test_a_healthy_answer_is_stored_as_it_came(setup: Setup) -> None:
    given = answer(Outcome.OK)
    assert jobs.settled(given, setup.sources["a"], SourceState("a")) is given


def test_what_was_learnt_of_hosts_is_kept_with_what_is_due(setup: Setup) -> None:
    engine: Engine = setup.desk.engine
    times = [HostTimes("one.example:443", NOW + timedelta(minutes=9), None)]
    texts = [RobotsTxt("one.example:443", "", 404, NOW + timedelta(hours=24))]
    jobs.keep(engine, {"a", "b"}, set(), (times, texts), NOW)
    jobs.keep(engine, set(), {"a"}, ([], []), NOW)
    assert jobs.manners(engine) == (times, texts)
    assert list(jobs.waiting(engine, NOW)) == ["b"]


def test_the_placeholder_contact_is_warned_of(setup: Setup) -> None:
    (warning,) = jobs.start_warnings(setup)
    assert warning.startswith("service.contact is still the placeholder")
