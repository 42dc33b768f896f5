"""The `tests:` section of config.yaml: whether each text is read, and told, as its author expects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from alerts.config import Expectation, TestConfig
from crawler.models import Move, Reading, Text
from scheduler.config import LoadedConfig
from scheduler.config.errors import Problem

Alerted = Callable[[Text, Reading], Mapping[str, Collection[Move]]]
"""For a text and its reading: the watchlists that would alert, each with the moves it would alert for."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of one test."""

    __test__ = False

    title: str
    passed: bool
    expected: str
    found: str
    problem: Problem | None
    """Where the failed test stands, and both in words; None when it passed."""


def run_tests(loaded: LoadedConfig, read: Callable[[Text], Reading], alerted: Alerted) -> tuple[TestResult, ...]:
    """Return the result of every test, in the order of the file.

    `expect: nothing` holds when no watchlist would alert. Otherwise one and the same move must be all that is expected,
    and where a watchlist is named, be one that it would alert for.
    """
    return tuple(_run(loaded, index, test, read, alerted) for index, test in enumerate(loaded.config.tests))


def _run(
    loaded: LoadedConfig, index: int, test: TestConfig, read: Callable[[Text], Reading], alerted: Alerted
) -> TestResult:
    text = Text(test.title, test.body)
    reading = read(text)
    alerts = {name: tuple(moves) for name, moves in alerted(text, reading).items() if moves}
    expected, found = _expected(test.expect), _found(reading, alerts)
    if _holds(test.expect, reading, alerts):
        return TestResult(test.title, True, expected, found, None)
    message = f"expected {expected}; found {found}"
    return TestResult(test.title, False, expected, found, loaded.document.problem(("tests", index), message))


def _holds(expect: Expectation | None, reading: Reading, alerts: Mapping[str, Collection[Move]]) -> bool:
    if expect is None:
        return not alerts
    moves = reading.moves if expect.watchlist is None else alerts.get(expect.watchlist, ())
    return any(_is(move, expect) for move in moves)


def _is(move: Move, expect: Expectation) -> bool:
    return (
        expect.event in {None, move.type}
        and expect.company in {None, move.company}
        and expect.stage in {None, move.stage}
        and (expect.destinations is None or set(expect.destinations) == set(move.destinations))
    )


def _expected(expect: Expectation | None) -> str:
    if expect is None:
        return "nothing"
    words = [str(word) for word in (expect.company, expect.event, expect.stage) if word]
    if expect.destinations is not None:
        words.append(f"to {', '.join(sorted(expect.destinations))}")
    if expect.watchlist:
        words.append(f"on the watchlist '{expect.watchlist}'")
    return " ".join(words)


def _found(reading: Reading, alerts: Mapping[str, Collection[Move]]) -> str:
    if not reading.moves:
        return f"nothing ({reading.why_not})" if reading.why_not else "nothing"
    return "; ".join(_move(move, [name for name, moves in alerts.items() if move in moves]) for move in reading.moves)


def _move(move: Move, watchlists: Collection[str]) -> str:
    places = ", ".join(move.destinations)
    told = "on " + ", ".join(f"'{name}'" for name in watchlists) if watchlists else "on no watchlist"
    return f"{move.company} {move.type} {move.stage} to {places} at {move.confidence:.2f}, {told}"
