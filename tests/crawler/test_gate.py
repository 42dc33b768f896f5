"""Manners towards hosts, without a network: turns, gaps, penalties, and what a restart remembers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawler.gate import LONGEST_GAP, LONGEST_WAIT, PATIENCE, Gate, HostTimes, Postponed, Turn, key

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
GAP = 0.05
SITE, OTHER, HERE = "https://news.example/feed", "https://other.example/feed", "http://127.0.0.1:8080/feed"


@dataclass
class Times:
    """A monotonic clock and a wall clock that go as told, and together but for a jump of the latter."""

    seconds: float = 1_000.0
    jumped: float = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1_000 + self.jumped)


def quick() -> Gate:
    return Gate(lambda: datetime.now(UTC), gap=GAP)


def frozen(times: Times, known: Sequence[HostTimes] = ()) -> Gate:
    return Gate(times.clock, known, monotonic=times.monotonic)


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


async def visit(gate: Gate, url: str, turn: Turn = Turn.FEED, lasts: float = 0.01) -> tuple[float, float]:
    async with gate.turn(url, turn, latest=soon()):
        began = time.monotonic()
        await asyncio.sleep(lasts)
        return began, time.monotonic()


def test_a_host_gets_one_request_at_a_time_with_the_gap_between_end_and_start() -> None:
    async def crowd() -> list[tuple[float, float]]:
        gate = quick()
        return await asyncio.gather(*(visit(gate, SITE) for _ in range(6)))

    visits = sorted(asyncio.run(crowd()))
    assert all(start - end >= GAP * 0.99 for (_, end), (start, _) in pairwise(visits))


def test_hosts_do_not_wait_for_one_another() -> None:
    async def crowd() -> list[tuple[float, float]]:
        gate = quick()
        return await asyncio.gather(*(visit(gate, f"https://n{n}.example/", lasts=0.2) for n in range(20)))

    visits = asyncio.run(crowd())
    assert max(start for start, _ in visits) < min(end for _, end in visits)


def test_this_machine_needs_no_gap() -> None:
    async def crowd() -> float:
        gate, began = Gate(lambda: NOW, gap=10.0), time.monotonic()
        await asyncio.gather(*(visit(gate, url) for url in (HERE, HERE, "http://localhost/", "http://localhost/")))
        return time.monotonic() - began

    assert asyncio.run(crowd()) < 1


def test_a_request_that_hangs_on_this_machine_holds_up_the_next_only_for_a_moment() -> None:
    async def crowd() -> float:
        gate = quick()
        hanging = asyncio.create_task(visit(gate, HERE, lasts=60))
        await asyncio.sleep(0.01)
        began = time.monotonic()
        await visit(gate, HERE)
        await visit(gate, HERE)
        hanging.cancel()
        return time.monotonic() - began

    assert asyncio.run(crowd()) < PATIENCE + 0.5


def test_robots_and_redirects_go_before_feeds_and_feeds_before_pages() -> None:
    async def crowd() -> list[Turn]:
        gate, order = quick(), list[Turn]()

        async def ask(turn: Turn) -> None:
            async with gate.turn(SITE, turn, latest=soon()):
                order.append(turn)

        first = asyncio.create_task(visit(gate, SITE))
        await asyncio.sleep(0)
        waiting = (Turn.PAGE, Turn.FEED, Turn.FOLLOWING, Turn.PAGE, Turn.FEED, Turn.ROBOTS)
        await asyncio.gather(first, *(ask(turn) for turn in waiting))
        return order

    order = asyncio.run(crowd())
    assert order == sorted(order)


def test_a_page_leaves_its_hosts_turn_to_a_feed_that_waits_elsewhere() -> None:
    async def crowd() -> list[str]:
        gate, order = quick(), list[str]()
        gate.claim([SITE])

        async def page() -> None:
            async with gate.turn(SITE, Turn.PAGE, latest=soon()):
                order.append("page")

        waiting = asyncio.create_task(page())
        await asyncio.sleep(3 * GAP)
        await visit(gate, SITE)
        order.append("feed")
        gate.claim([])
        await waiting
        return order

    assert asyncio.run(crowd()) == ["feed", "page"]


def test_a_crawl_delay_is_kept_between_visits_but_not_within_one() -> None:
    async def crowd() -> float:
        gate = quick()
        gate.slow_down(SITE, 600)
        await visit(gate, SITE, Turn.ROBOTS)
        await visit(gate, SITE, Turn.FEED)
        await visit(gate, SITE, Turn.FOLLOWING)
        with pytest.raises(Postponed) as postponed:
            await visit(gate, SITE, Turn.FEED)
        return postponed.value.seconds

    assert asyncio.run(crowd()) == pytest.approx(600, abs=2)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        pytest.param(None, 1.0, id="none"),
        pytest.param(0.2, 1.0, id="shorter than ours"),
        pytest.param(600.0, 600.0, id="ten minutes"),
        pytest.param(1e9, LONGEST_GAP, id="years"),
        pytest.param(-5.0, 1.0, id="negative"),
    ],
)
def test_the_gap_is_what_robots_txt_asks_for_within_bounds(asked: float | None, kept: float) -> None:
    gate = frozen(Times())
    gate.slow_down(SITE, asked)
    assert gate.pause(SITE) == kept


def test_who_cannot_go_in_time_is_postponed_at_once_when_that_is_known() -> None:
    async def crowd() -> float:
        gate, began = quick(), time.monotonic()
        gate.penalise(SITE, 3_600)
        with pytest.raises(Postponed):
            await visit(gate, SITE)
        return time.monotonic() - began

    assert asyncio.run(crowd()) < 0.5


def test_who_waits_for_a_request_that_hangs_is_postponed_when_it_gets_too_late() -> None:
    async def crowd() -> None:
        gate = quick()
        hanging = asyncio.create_task(visit(gate, SITE, lasts=60))
        await asyncio.sleep(0)
        with pytest.raises(Postponed):
            async with gate.turn(SITE, Turn.FEED, latest=soon(0.1)):
                pass
        hanging.cancel()

    asyncio.run(crowd())


def test_who_gives_up_waiting_leaves_the_turn_to_the_next() -> None:
    async def crowd() -> None:
        gate = quick()
        first, second = (asyncio.create_task(visit(gate, SITE)) for _ in range(2))
        await asyncio.sleep(0)
        second.cancel()
        await first
        await asyncio.wait_for(visit(gate, SITE), 1)

    asyncio.run(crowd())


def test_a_request_that_fails_frees_the_host() -> None:
    async def crowd() -> None:
        gate = quick()
        with pytest.raises(OSError, match="reset"):
            async with gate.turn(SITE, Turn.FEED, latest=soon()):
                raise OSError("reset")
        await asyncio.wait_for(visit(gate, SITE), 1)

    asyncio.run(crowd())


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param("Fri, 01 May 2026 08:05:00 GMT", 300, id="date"),
        pytest.param("Fri, 01 May 2026 07:00:00 GMT", 0, id="past"),
        pytest.param("9999999", LONGEST_WAIT, id="months are a day"),
        pytest.param("soon", 0, id="a word"),
        pytest.param(None, 0, id="none"),
    ],
)
def test_a_retry_after_keeps_us_from_the_whole_host(header: str | None, seconds: float) -> None:
    gate = frozen(Times())
    gate.heed(SITE, header)
    assert gate.wait("https://news.example/another") == pytest.approx(seconds)
    assert gate.wait(OTHER) == 0


def test_a_shorter_retry_after_does_not_end_a_longer_one() -> None:
    gate = frozen(Times())
    gate.penalise(SITE, 600)
    gate.penalise(SITE, 5)
    assert gate.wait(SITE) == 600


def test_a_jump_of_the_clock_changes_no_waiting_time() -> None:
    times = Times()
    gate = frozen(times)
    gate.penalise(SITE, 600)
    times.jumped = -7_200
    times.seconds += 100
    assert gate.wait(SITE) == 500


def test_a_restart_forgets_no_penalty_and_no_crawl_delay() -> None:
    async def crowd() -> list[HostTimes]:
        times = Times()
        gate = frozen(times)
        gate.slow_down(SITE, 600)
        async with gate.turn(SITE, Turn.FEED, latest=times.seconds + 5):
            times.seconds += 3
        gate.penalise(OTHER, 3_600)
        return gate.changes()

    later = Times(seconds=1_000 + 103)
    gate = frozen(later, asyncio.run(crowd()))
    assert gate.wait(SITE) == pytest.approx(500)
    assert gate.wait(OTHER) == pytest.approx(3_500)


def test_what_is_over_before_a_restart_is_not_kept() -> None:
    async def crowd() -> list[HostTimes]:
        gate = quick()
        await visit(gate, SITE)
        return gate.changes()

    assert asyncio.run(crowd()) == []


def test_changes_are_told_once_and_again_when_they_could_not_be_kept() -> None:
    gate = frozen(Times())
    gate.penalise(SITE, 600)
    told = gate.changes()
    assert [one.host for one in told] == ["news.example:443"]
    assert gate.changes() == []
    gate.keep_again(told)
    assert gate.changes() == told


def test_what_a_wrong_clock_has_kept_is_cut_to_what_rules_allow() -> None:
    far = NOW + timedelta(days=900)
    gate = frozen(Times(), [HostTimes("news.example:443", far, None), HostTimes("other.example:443", None, far)])
    assert (gate.wait(SITE), gate.wait(OTHER)) == (LONGEST_GAP, LONGEST_WAIT)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        pytest.param("https://News.Example/feed", "news.example:443", id="https"),
        pytest.param("http://news.example./", "news.example:80", id="http"),
        pytest.param("http://[::1]:8080/", "::1:8080", id="IPv6"),
    ],
)
def test_manners_are_kept_by_host_and_port(url: str, place: str) -> None:
    assert key(url) == place
