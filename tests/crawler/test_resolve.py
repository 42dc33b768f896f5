"""Which event and story a report belongs to: the rules as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.knowledge import load
from crawler.models import Decision, FirstTime, Known, KnownEvent, KnownStory, Move, MoveType, Stage
from crawler.resolve import first_time, narrow, resolve

KNOWLEDGE = load()
PLACES = KNOWLEDGE.gazetteer
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def move(
    type: str,
    places: str,
    stage: str = "announced",
    company: str = "BYD",
    **details: str,
) -> Move:
    quoted = {key: (value,) for key, value in details.items()}
    return Move(company, MoveType(type), tuple(places.split()), Stage(stage), 0.9, "evidence", quoted)


def event(
    id: int, type: str, places: str, stage: str = "announced", days: int = 3, story: int = 1, **more: object
) -> KnownEvent:
    opened = NOW - timedelta(days=days)
    values: dict[str, object] = {"units": frozenset(), "quiet": False, "company": "BYD"} | more
    return KnownEvent(
        id=id,
        story_id=story,
        type=MoveType(type),
        places=frozenset(places.split()),
        stage=Stage(stage),
        opened=opened,
        **values,  # type: ignore[arg-type]  # the table's free form
    )


def known(*events: KnownEvent) -> Known:
    last: dict[int, datetime] = {}
    for each in events:
        last[each.story_id] = max(each.opened, last.get(each.story_id, each.opened))
    return Known(events, tuple(KnownStory(id, "BYD", at) for id, at in last.items()))


def decide(reported: Move, *events: KnownEvent, siblings: tuple[int, ...] = ()) -> Decision:
    return resolve(reported, NOW, known(*events), siblings, PLACES)


JOINS = [
    pytest.param(move("market_entry", "TH"), event(1, "market_entry", "TH"), "TH", id="equal place"),
    pytest.param(move("market_entry", "DE"), event(1, "market_entry", "EU"), "DE", id="a country narrows its region"),
    pytest.param(move("market_entry", "EU"), event(1, "market_entry", "DE"), "DE", id="a wider report changes nothing"),
    pytest.param(move("export", "OVERSEAS"), event(1, "export", "BR"), "BR", id="overseas joins the only one"),
    pytest.param(move("export", "BR"), event(1, "export", "OVERSEAS"), "BR", id="overseas is narrowed to a country"),
    pytest.param(move("export", "EU"), event(1, "export", "OVERSEAS"), "EU", id="overseas is narrowed to a region"),
    pytest.param(move("market_entry", "IE"), event(1, "market_entry", "IE FI"), "FI IE", id="part of a pair"),
    pytest.param(move("market_entry", "FI IE"), event(1, "market_entry", "EU"), "FI IE", id="a pair in a region"),
    pytest.param(move("market_entry", "TH"), event(1, "market_entry", "TH", days=300), "TH", id="entry is told once"),
    pytest.param(
        move("overseas_production", "HU"), event(1, "overseas_production", "HU", days=900), "HU", id="plant once"
    ),
    pytest.param(
        move("export", "MX", units="10,000"), event(1, "export", "MX", days=10), "MX", id="new figure within a month"
    ),
    pytest.param(
        move("export", "MX", units="10,000"),
        event(1, "export", "MX", days=200, units=frozenset({"10,000"})),
        "MX",
        id="same figure after months",
    ),
    pytest.param(move("new_entrant", "CN"), event(1, "new_entrant", "CN", days=400), "CN", id="entrant is told once"),
    pytest.param(move("market_entry", "GB"), event(1, "market_entry", "EU"), "GB", id="Britain lies in Europe"),
    pytest.param(
        move("market_entry", "TH VN"), event(1, "market_entry", "SEA BR"), "BR TH VN", id="one of two narrows"
    ),
    pytest.param(
        move("overseas_organisation", "DE"),
        event(1, "overseas_organisation", "OVERSEAS"),
        "DE",
        id="the team has a seat",
    ),
    pytest.param(
        move("withdrawal", "MX", "cancelled"),
        event(1, "withdrawal", "MX", "planned"),
        "MX",
        id="a delay becomes an end",
    ),
]


@pytest.mark.parametrize(("reported", "there", "places"), JOINS)
def test_a_report_joins(reported: Move, there: KnownEvent, places: str) -> None:
    decision = decide(reported, there)
    assert decision.event == 1
    assert sorted(decision.places) == places.split()


OPENS = [
    pytest.param(move("market_entry", "TH"), (event(1, "market_entry", "BR"),), id="another country"),
    pytest.param(move("export", "TH"), (event(1, "market_entry", "TH"),), id="another type"),
    pytest.param(
        move("market_entry", "TH", company="Denza"), (event(1, "market_entry", "TH"),), id="a brand is not its group"
    ),
    pytest.param(
        move("export", "OVERSEAS"), (event(1, "export", "BR"), event(2, "export", "MX")), id="two it could be: neither"
    ),
    pytest.param(move("market_entry", "DE IT"), (event(1, "market_entry", "DE FR"),), id="places that only overlap"),
    pytest.param(move("overseas_production", "TR"), (event(1, "overseas_production", "HU"),), id="a second plant"),
    pytest.param(
        move("market_entry", "AE"), (event(1, "market_entry", "AFRICA"),), id="a region that does not hold it"
    ),
    pytest.param(
        move("overseas_organisation", "DE"), (event(1, "overseas_production", "DE"),), id="an office is no plant"
    ),
    pytest.param(
        move("export", "MX", units="50,000"),
        (event(1, "export", "MX", days=90, units=frozenset({"10,000"})),),
        id="a new figure after months",
    ),
]


@pytest.mark.parametrize(("reported", "there"), OPENS)
def test_a_report_opens_an_event(reported: Move, there: tuple[KnownEvent, ...]) -> None:
    decision = decide(reported, *there)
    assert decision.event is None
    assert decision.step is reported.stage


def test_an_equal_place_wins_over_one_that_contains_it() -> None:
    assert decide(move("export", "BR"), event(1, "export", "OVERSEAS"), event(2, "export", "BR")).event == 2


STAGES = [
    ("rumoured", "planned", "planned"),
    ("planned", "launched", "launched"),
    ("announced", "rumoured", None),
    ("launched", "launched", None),
    ("cancelled", "launched", None),
    ("under_way", "cancelled", "cancelled"),
]


@pytest.mark.parametrize(("was", "reported", "step"), STAGES, ids=[f"{a}-{b}" for a, b, _ in STAGES])
def test_stages_only_climb(was: str, reported: str, step: str | None) -> None:
    assert decide(move("market_entry", "TH", reported), event(1, "market_entry", "TH", was)).step == step


STORIES = [
    pytest.param(move("export", "TH"), (event(1, "market_entry", "TH"),), (), 1, id="same place within 60 days"),
    pytest.param(move("export", "TH"), (event(1, "market_entry", "SEA"),), (), 1, id="containing place within 60 days"),
    pytest.param(move("export", "TH"), (event(1, "market_entry", "TH", days=61),), (), None, id="after 61 days"),
    pytest.param(move("export", "TH"), (event(1, "market_entry", "BR"),), (), None, id="elsewhere"),
    pytest.param(move("export", "TH"), (event(1, "market_entry", "BR"),), (1,), 1, id="one article reports both"),
    pytest.param(
        move("overseas_production", "BR"), (event(1, "overseas_production", "HU"),), (1,), None, id="two plants"
    ),
    pytest.param(
        move("overseas_production", "HU"), (event(1, "market_entry", "HU"),), (), 1, id="plant where it begins to sell"
    ),
    pytest.param(
        move("overseas_production", "BR"),
        (event(1, "overseas_production", "HU"), event(2, "market_entry", "BR", story=2)),
        (),
        2,
        id="each plant with its own story",
    ),
]


@pytest.mark.parametrize(("reported", "there", "siblings", "story"), STORIES)
def test_a_new_event_finds_its_story(
    reported: Move, there: tuple[KnownEvent, ...], siblings: tuple[int, ...], story: int | None
) -> None:
    decision = decide(reported, *there, siblings=siblings)
    assert (decision.event, decision.story) == (None, story)


def test_a_withdrawal_is_its_own_event_in_the_story_of_what_it_ends() -> None:
    plant = event(7, "overseas_production", "MX", days=400, story=4)
    decision = decide(move("withdrawal", "MX", "cancelled"), plant)
    assert (decision.event, decision.story, decision.cancels) == (None, 4, 7)


def test_a_withdrawal_ends_the_newest_of_several() -> None:
    decision = decide(
        move("withdrawal", "MX", "cancelled"),
        event(1, "market_entry", "MX", days=90),
        event(2, "overseas_production", "MX", days=5, story=2),
    )
    assert (decision.story, decision.cancels) == (2, 2)


def test_a_delay_ends_nothing() -> None:
    decision = decide(move("withdrawal", "MX", "planned"), event(1, "overseas_production", "MX"))
    assert decision.cancels is None


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


def test_narrowing_keeps_what_is_not_narrowed() -> None:
    assert narrow(frozenset({"EU", "BR"}), frozenset({"DE"}), PLACES) == {"DE", "BR"}


def test_what_was_launched_there_before_is_known() -> None:
    there = known(event(1, "market_entry", "FJ", "launched", company="Nobody"))
    report = move("export", "FJ", company="Nobody")
    assert first_time(report, there, KNOWLEDGE.presence) is FirstTime.KNOWN
    assert first_time(report, Known(), KNOWLEDGE.presence) is FirstTime.UNKNOWN


def test_leaving_a_market_is_no_first_time() -> None:
    report = move("withdrawal", "FJ", "cancelled")
    assert first_time(report, known(event(1, "export", "FJ", "launched")), KNOWLEDGE.presence) is FirstTime.UNKNOWN


REPORTS = st.builds(
    lambda type, places, stage: move(type, " ".join(sorted(places)), stage),
    st.sampled_from([str(type) for type in MoveType]),
    st.sets(st.sampled_from(["OVERSEAS", "EU", "DE", "HU", "BR", "MX", "LATAM"]), min_size=1, max_size=3),
    st.sampled_from([str(stage) for stage in Stage]),
)


@given(st.lists(REPORTS, max_size=8))
def test_a_report_that_is_repeated_at_once_opens_nothing(reports: list[Move]) -> None:
    events: list[KnownEvent] = []
    for report in reports:
        there = Known(tuple(events), ())
        decision = resolve(report, NOW, there, (), PLACES)
        if decision.event is None:
            opened = event(len(events) + 1, report.type, " ".join(decision.places), report.stage, story=len(events) + 1)
            events.append(opened)
        else:
            index = next(i for i, each in enumerate(events) if each.id == decision.event)
            events[index] = replace(events[index], places=decision.places, stage=decision.step or events[index].stage)
        if decision.event is None:
            again = resolve(report, NOW, Known(tuple(events), ()), (), PLACES)
            assert again.event == events[-1].id


@given(st.sets(st.sampled_from(["OVERSEAS", "EU", "DE", "BR", "LATAM"]), min_size=1), REPORTS)
def test_narrowing_never_leaves_what_was_known(places: set[str], report: Move) -> None:
    narrowed = narrow(frozenset(places), frozenset(report.destinations), PLACES)
    assert narrowed
    assert all(any(PLACES.contains(outer, place) for outer in places) for place in narrowed)
