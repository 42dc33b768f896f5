"""What a report does to an event that is known: steps, ends, denials, returns, round-ups; and the first time there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.models import FirstTime, Known, Move, Stage
from crawler.resolve import deny, first_time
from tests.crawler.moves import KNOWLEDGE, NOW, PLACES, decide, event, known, move

STAGES = [
    ("rumoured", "planned", "planned"),
    ("planned", "launched", "launched"),
    ("announced", "rumoured", None),
    ("launched", "launched", None),
    ("under_way", "cancelled", "cancelled"),
    ("launched", "cancelled", "cancelled"),
    ("planned cancelled", "cancelled", None),
    ("planned cancelled", "planned", None),
    ("planned cancelled", "launched", "launched"),
]


@pytest.mark.parametrize(("was", "reported", "step"), STAGES, ids=[f"{a}-{b}" for a, b, _ in STAGES])
def test_stages_climb_and_what_was_cancelled_goes_on_only_further(was: str, reported: str, step: str | None) -> None:
    assert decide(move("market_entry", "TH", reported), event(1, "market_entry", "TH", was)).step == step


def test_a_withdrawal_is_its_own_event_in_the_story_of_what_it_ends() -> None:
    plant = event(7, "overseas_production", "MX", days=400, story=4)
    decision = decide(move("withdrawal", "MX", "cancelled"), plant)
    assert (decision.event, decision.story, decision.cancels) == (None, 4, 7)


@pytest.mark.parametrize(
    ("evidence", "ended"),
    [("BYD leaves Mexico", 3), ("BYD drops its plant in Mexico", 2), ("比亚迪叫停墨西哥建厂计划", 2)],
    ids=["sales", "plant", "plant in Chinese"],
)
def test_a_withdrawal_ends_what_it_speaks_of_and_of_several_the_newest(evidence: str, ended: int) -> None:
    decision = decide(
        replace(move("withdrawal", "MX", "cancelled"), evidence=evidence),
        event(1, "market_entry", "MX", days=90),
        event(2, "overseas_production", "MX", days=20, story=2),
        event(3, "export", "MX", days=30, story=3),
    )
    assert (decision.story, decision.cancels) == (ended, ended)


def test_a_withdrawal_told_again_ends_nothing_more() -> None:
    there = (
        event(1, "overseas_production", "MX", "planned cancelled", days=60),
        event(2, "withdrawal", "MX", "cancelled", days=30),
        event(3, "market_entry", "MX", "launched", days=20),
    )
    assert decide(move("withdrawal", "MX", "cancelled"), *there).cancels is None


def test_a_second_retreat_ends_what_was_taken_up_again() -> None:
    there = (
        event(1, "market_entry", "MX", "launched cancelled planned launched", days=900),
        event(2, "withdrawal", "MX", "cancelled", days=450),
    )
    decision = decide(move("withdrawal", "MX", "cancelled"), *there)
    assert (decision.event, decision.cancels, decision.late) == (2, 1, False)


def test_who_leaves_one_country_still_sells_in_its_region() -> None:
    decision = decide(move("withdrawal", "DE", "cancelled"), event(1, "market_entry", "EU", "launched"))
    assert decision.cancels is None


def test_a_retreat_from_abroad_ends_the_only_thing_there_is() -> None:
    one, two = event(1, "export", "MX"), event(2, "market_entry", "TH")
    assert decide(move("withdrawal", "OVERSEAS", "cancelled"), one).cancels == 1
    assert decide(move("withdrawal", "OVERSEAS", "cancelled"), one, two).cancels is None


DENIALS = [
    ("market_entry", "US", "rumoured", "market_entry", "US", 1, Stage.CANCELLED),
    ("market_entry", "NORTHAM", "planned", "market_entry", "US", 1, Stage.CANCELLED),
    ("market_entry", "US", "launched", "market_entry", "US", None, None),
    ("market_entry", "MX", "rumoured", "market_entry", "US", None, None),
    ("overseas_production", "US", "rumoured", "market_entry", "US", None, None),
    ("market_entry", "US", "rumoured cancelled", "market_entry", "US", 1, None),
    ("withdrawal", "US", "rumoured", "withdrawal", "US", None, None),
]


@pytest.mark.parametrize(
    ("type", "places", "stage", "denied", "where", "closed", "step"),
    DENIALS,
    ids=["a rumour", "a region", "what is there", "elsewhere", "another type", "denied twice", "a retreat"],
)
def test_a_denial_closes(
    type: str, places: str, stage: str, denied: str, where: str, closed: int | None, step: Stage | None
) -> None:
    decision = deny(move(denied, where, "cancelled"), NOW, known(event(1, type, places, stage)), PLACES)
    assert (decision and decision.event, decision and decision.step) == (closed, step)


LATE = [
    pytest.param(move("market_entry", "TH"), 21, "announced", True, id="a round-up after three weeks"),
    pytest.param(move("market_entry", "TH"), 120, "announced", True, id="a round-up after four months"),
    pytest.param(move("market_entry", "TH"), 13, "announced", False, id="a second report within two weeks"),
    pytest.param(move("market_entry", "TH"), 20, "rumoured announced", False, id="a second report of a new stage"),
    pytest.param(move("market_entry", "TH", "launched"), 120, "announced", False, id="a step"),
    pytest.param(move("market_entry", "TH", "planned"), 120, "announced", True, id="a step that was passed"),
    pytest.param(move("market_entry", "TH"), 120, "launched cancelled", False, id="a return"),
]


@pytest.mark.parametrize(("reported", "days", "stage", "late"), LATE)
def test_a_repetition_after_two_weeks_is_a_round_up(reported: Move, days: int, stage: str, late: bool) -> None:
    assert decide(reported, event(1, "market_entry", "TH", stage, days=days)).late is late


def test_a_late_report_is_news_where_it_narrows_or_is_much_surer() -> None:
    assert not decide(move("market_entry", "DE"), event(1, "market_entry", "EU", days=30)).late
    assert not decide(move("market_entry", "TH"), event(1, "market_entry", "TH", days=30, confidence=0.5)).late
    assert decide(move("market_entry", "TH"), event(1, "market_entry", "TH", days=30, confidence=0.8)).late


def test_a_withdrawal_ends_the_newest_of_several() -> None:
    decision = decide(
        move("withdrawal", "MX", "cancelled"),
        event(1, "market_entry", "MX", days=90),
        event(2, "export", "MX", days=5, story=2),
    )
    assert (decision.story, decision.cancels) == (2, 2)


def test_a_delay_ends_nothing_and_stands_in_the_story_of_what_it_delays() -> None:
    decision = decide(move("withdrawal", "MX", "planned"), event(1, "overseas_production", "MX", days=400, story=5))
    assert (decision.event, decision.story, decision.cancels) == (None, 5, None)


def test_a_withdrawal_elsewhere_ends_nothing() -> None:
    decision = decide(move("withdrawal", "BR", "cancelled"), event(1, "overseas_production", "MX"))
    assert (decision.cancels, decision.story) == (None, None)


@pytest.mark.parametrize(
    ("days", "stage", "awakens"),
    [(3, "announced", True), (30, "announced", False), (30, "launched", True)],
    ids=["retold soon", "retold late", "a step late"],
)
def test_an_event_of_a_silent_baseline_becomes_news(days: int, stage: str, awakens: bool) -> None:
    quiet = event(1, "market_entry", "TH", days=days, quiet=True)
    assert decide(move("market_entry", "TH", stage), quiet).awakens is awakens


def test_what_was_launched_there_before_is_known() -> None:
    there = known(event(1, "market_entry", "FJ", "launched", company="Nobody"))
    report = move("export", "FJ", company="Nobody")
    assert first_time(report, there, KNOWLEDGE.presence) is FirstTime.KNOWN
    assert first_time(report, Known(), KNOWLEDGE.presence) is FirstTime.UNKNOWN


@pytest.mark.parametrize(
    ("type", "there", "type_there", "stage", "expected"),
    [
        ("market_entry", "FJ", "export", "launched", "known"),
        ("market_entry", "FJ", "market_entry", "launched cancelled", "known"),
        ("market_entry", "FJ", "market_entry", "announced", "first"),
        ("market_entry", "FJ", "overseas_organisation", "launched", "first"),
        ("market_entry", "BR", "market_entry", "launched", "first"),
        ("market_entry", "OVERSEAS", "market_entry", "launched", "unknown"),
        ("overseas_production", "FJ", "market_entry", "launched", "unknown"),
        ("overseas_production", "FJ", "overseas_production", "launched", "known"),
    ],
    ids=["sold", "never forgotten", "only announced", "an office", "elsewhere", "abroad", "sold, not built", "built"],
)
def test_first_time_is_what_neither_the_data_nor_any_report_knows(
    type: str, there: str, type_there: str, stage: str, expected: str
) -> None:
    reports = known(event(1, type_there, there, stage, company="Xiaomi"))
    report = move(type, "FJ", company="Xiaomi")
    assert first_time(report, reports, KNOWLEDGE.presence) is FirstTime(expected)


def test_abroad_is_known_once_the_company_is_anywhere() -> None:
    reports = known(event(1, "export", "FJ", "launched", company="Xiaomi"))
    assert first_time(move("export", "OVERSEAS", company="Xiaomi"), reports, KNOWLEDGE.presence) is FirstTime.KNOWN
    assert first_time(move("export", "OVERSEAS", company="Xiaomi"), Known(), KNOWLEDGE.presence) is FirstTime.FIRST


def test_whether_a_region_is_new_is_unknown_once_the_company_is_in_one_of_its_countries() -> None:
    reports = known(event(1, "market_entry", "HU", "launched", company="Xiaomi"))
    assert first_time(move("market_entry", "EU", company="Xiaomi"), reports, KNOWLEDGE.presence) is FirstTime.UNKNOWN
    assert first_time(move("market_entry", "EU", company="Xiaomi"), Known(), KNOWLEDGE.presence) is FirstTime.FIRST


def test_leaving_a_market_is_no_first_time() -> None:
    report = move("withdrawal", "FJ", "cancelled")
    assert first_time(report, known(event(1, "export", "FJ", "launched")), KNOWLEDGE.presence) is FirstTime.UNKNOWN
