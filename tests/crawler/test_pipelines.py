"""Bodies are read and answers stored in threads, one at a time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest

from crawler import pipelines
from crawler.models import FeedAnswer, Outcome
from crawler.pipelines import Bench, Round


def test_one_body_is_read_at_a_time() -> None:
    busy: list[int] = []
    most: list[int] = []

    def work(number: int) -> int:
        busy.append(number)
        most.append(len(busy))
        time.sleep(0.01)
        busy.remove(number)
        return number

    async def all_of_them() -> list[int]:
        bench = Bench()
        return list(await asyncio.gather(*(bench.run(partial(work, number), 5) for number in range(8))))

    assert asyncio.run(all_of_them()) == list(range(8))
    assert most == [1] * 8


def test_a_body_that_takes_long_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipelines, "PATIENCE", 0.05)
    go_on = threading.Event()

    async def both() -> tuple[bool, str]:
        bench = Bench()
        slow = asyncio.create_task(bench.run(partial(go_on.wait, 10), 20))
        await asyncio.sleep(0)
        quick = await asyncio.wait_for(bench.run(lambda: "read", 5), 5)
        go_on.set()
        return await slow, quick

    assert asyncio.run(both()) == (True, "read")


def test_the_time_a_body_waits_for_its_turn_is_not_counted() -> None:
    async def in_a_row() -> list[None]:
        bench = Bench()
        return list(await asyncio.gather(*(bench.run(partial(time.sleep, 0.2), 0.5) for _ in range(5))))

    assert asyncio.run(in_a_row()) == [None] * 5


def test_a_body_that_takes_too_long_is_given_up_and_the_next_has_its_turn() -> None:
    go_on = threading.Event()

    async def both() -> str:
        bench = Bench()
        with pytest.raises(TimeoutError):
            await bench.run(partial(go_on.wait, 10), 0.05)
        read = await bench.run(lambda: "read", 5)
        go_on.set()
        return read

    assert asyncio.run(both()) == "read"


def test_a_body_that_cannot_be_read_leaves_its_turn_to_the_next() -> None:
    async def both() -> str:
        bench = Bench()
        with pytest.raises(ZeroDivisionError):
            await bench.run(lambda: str(1 // 0), 5)
        return await bench.run(lambda: "read", 5)

    assert asyncio.run(both()) == "read"


@pytest.mark.parametrize(("patience", "first"), [(10.0, "read"), (0.05, "stored")])
def test_an_answer_is_stored_when_no_body_is_being_read_or_one_takes_long(
    monkeypatch: pytest.MonkeyPatch, patience: float, first: str
) -> None:
    monkeypatch.setattr(pipelines, "PATIENCE", patience)
    done: list[str] = []

    def handle(answers: Sequence[FeedAnswer]) -> None:
        done.append("stored")

    def body() -> None:
        time.sleep(0.5)
        done.append("read")

    async def both() -> None:
        bench = Bench()
        with ThreadPoolExecutor(1) as executor:
            round_ = Round(frozenset({"a"}), handle, executor, bench)
            reading = asyncio.create_task(bench.run(body, 20))
            await asyncio.sleep(0)
            answer = FeedAnswer("a", Outcome.OK, datetime(2026, 5, 1, tzinfo=UTC), "https://news.example/feed")
            await round_.deliver(answer)
            await reading

    asyncio.run(both())
    assert done[0] == first
    assert sorted(done) == ["read", "stored"]


def _stored(sources: Sequence[str], monkeypatch: pytest.MonkeyPatch, gathering: float) -> list[list[str]]:
    """Deliver unchanged answers of these sources, one shortly after the other; return what was stored together."""
    monkeypatch.setattr(pipelines, "GATHERING", gathering)
    together: list[list[str]] = []

    def handle(answers: Sequence[FeedAnswer]) -> None:
        together.append([answer.source for answer in answers])

    async def all_of_them() -> None:
        with ThreadPoolExecutor(1) as executor:
            round_ = Round(frozenset(sources), handle, executor, Bench())
            delivered = []
            for source in sources:
                answer = FeedAnswer(
                    source, Outcome.NOT_MODIFIED, datetime(2026, 5, 1, tzinfo=UTC), "https://a.example/"
                )
                delivered.append(asyncio.create_task(round_.deliver(answer)))
                await asyncio.sleep(0.01)
            await asyncio.wait_for(asyncio.gather(*delivered), 5)

    asyncio.run(all_of_them())
    return together


def test_answers_that_brought_nothing_wait_a_moment_for_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _stored(["a", "b", "c"], monkeypatch, gathering=0.5) == [["a", "b", "c"]]


def test_the_last_answer_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _stored(["a"], monkeypatch, gathering=60) == [["a"]]
