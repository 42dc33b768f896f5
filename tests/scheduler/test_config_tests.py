from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from crawler.models import Move, MoveType, Reading, Stage, Text, WhyNot
from scheduler.config import LoadedConfig, parse
from scheduler.config.expectations import TestResult, run_tests

NORWAY = Move("XPENG", MoveType.MARKET_ENTRY, ("NO", "SE"), Stage.LAUNCHED, 0.9, "opens in Oslo")
PLANT = Move("BYD", MoveType.OVERSEAS_PRODUCTION, ("HU",), Stage.PLANNED, 0.7, "a plant")


def understood(expect: str) -> LoadedConfig:
    return parse(
        f"""\
version: 1
watchlists: [{{name: Entries}}, {{name: Plants}}]
sources: [{{id: news, url: https://news.example/feed, every: 10m}}]
tests:
  - {{title: A title, expect: {expect}}}
""",
        Path("config.yaml"),
        {},
    )


def tried(expect: str, *moves: Move) -> TestResult:
    def read(text: Text) -> Reading:
        assert text == Text("A title")
        return Reading("fake", "1", moves, 0.9 if moves else 0.1, None if moves else WhyNot.NO_MOVE)

    def alerted(_text: Text, reading: Reading) -> Mapping[str, Collection[Move]]:
        return {"Entries": [move for move in reading.moves if move is NORWAY], "Plants": []}

    (result,) = run_tests(understood(expect), read, alerted)
    return result


@pytest.mark.parametrize(
    "expect",
    [
        "{event: market_entry}",
        "{company: XPENG}",
        "{watchlist: Entries}",
        "{destinations: [SE, 'NO']}",
        "{stage: launched}",
        "{event: market_entry, company: XPENG, watchlist: Entries, destinations: [NO, SE], stage: launched}",
        "{event: overseas_production}",
    ],
)
def test_a_test_passes_when_one_move_is_all_that_is_expected(expect: str) -> None:
    result = tried(expect, PLANT, NORWAY)
    assert (result.passed, result.problem) == (True, None)


@pytest.mark.parametrize(
    "expect",
    [
        pytest.param("{event: export}", id="other-event"),
        pytest.param("{company: NIO}", id="other-company"),
        pytest.param("{destinations: [NO]}", id="only-one-of-the-places"),
        pytest.param("{stage: planned, company: XPENG}", id="stage-of-another-move"),
        pytest.param("{event: market_entry, company: BYD}", id="company-of-another-move"),
        pytest.param("{watchlist: Plants}", id="watchlist-that-stays-silent"),
        pytest.param("{watchlist: Entries, company: BYD}", id="watchlist-of-another-move"),
        pytest.param("nothing", id="nothing"),
    ],
)
def test_a_test_fails_when_no_single_move_is_all_that_is_expected(expect: str) -> None:
    assert not tried(expect, PLANT, NORWAY).passed


def test_nothing_is_expected_where_a_move_is_read_but_no_watchlist_alerts() -> None:
    assert tried("nothing", PLANT).passed
    assert tried("nothing").passed


def test_a_failed_test_says_where_it_stands_and_what_came_out() -> None:
    problem = tried("{event: export, company: NIO, watchlist: Plants, destinations: [TH]}", NORWAY, PLANT).problem
    assert problem is not None
    assert problem.headline == (
        "config.yaml:5:5: tests[A title]: expected NIO export to TH on the watchlist 'Plants'; "
        "found XPENG market_entry launched to NO, SE at 0.90, on 'Entries'; "
        "BYD overseas_production planned to HU at 0.70, on no watchlist"
    )


def test_a_text_without_a_move_says_why() -> None:
    result = tried("{event: export}")
    assert (result.expected, result.found) == ("export", "nothing (no_move)")
