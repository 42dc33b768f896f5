"""Which event and story a report belongs to: the rules as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models import Known, KnownEvent, Move, MoveType, Stage, StageStep
from crawler.resolve import narrow, resolve
from tests.crawler.moves import NOW, PLACES, decide, event, move

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
        move("overseas_production", "HU"),
        event(1, "overseas_production", "ES HU PL", "planned"),
        "HU",
        id="of several sites that were weighed one is chosen",
    ),
    pytest.param(
        move("overseas_production", "HU", "planned"),
        event(1, "overseas_production", "ES HU PL", "rumoured"),
        "ES HU PL",
        id="one of several is only weighed further",
    ),
    pytest.param(
        move("overseas_production", "HU", "launched"),
        event(1, "overseas_production", "HU ID"),
        "HU ID",
        id="of several plants that were announced one opens",
    ),
    pytest.param(
        move("market_entry", "PL", "launched"),
        event(1, "market_entry", "ES HU PL", "planned"),
        "ES HU PL",
        id="the first of several markets is entered",
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
    pytest.param(
        move("export", "MX", units="1.2万辆"),
        event(1, "export", "MX", days=120, units=frozenset({"12,000 cars"})),
        "MX",
        id="the same figure in the other language",
    ),
    pytest.param(
        move("export", "OVERSEAS", units="over 1 million cars"),
        event(1, "export", "OVERSEAS", days=120, units=frozenset({"102万辆"})),
        "OVERSEAS",
        id="the same figure, rounded",
    ),
    pytest.param(move("export", "MX"), event(1, "export", "MX", days=120), "MX", id="exports without a figure"),
    pytest.param(
        move("overseas_production", "HU", site="Szeged"),
        event(1, "overseas_production", "HU", days=120, sites=frozenset({"Budapest", "Szeged"})),
        "HU",
        id="the same plant's city",
    ),
    pytest.param(
        move("overseas_production", "HU", site="塞格德"),
        event(1, "overseas_production", "HU", days=120, sites=frozenset({"Szeged"})),
        "HU",
        id="a city in another script",
    ),
    pytest.param(
        move("overseas_production", "HU", site="Budapest"),
        event(1, "overseas_production", "HU", days=2, sites=frozenset({"Szeged"})),
        "HU",
        id="another city in the same days",
    ),
    pytest.param(
        move("market_entry", "DE"), event(1, "market_entry", "EU", "planned", days=200), "DE", id="a plan takes shape"
    ),
    pytest.param(
        move("market_entry", "EU"),
        event(1, "market_entry", "DE", "launched", days=200),
        "DE",
        id="a wide word on what was launched",
    ),
    pytest.param(
        move("market_entry", "IE"),
        event(1, "market_entry", "IE FI", "launched", days=200),
        "FI IE",
        id="one of two markets, late",
    ),
    pytest.param(
        move("overseas_production", "EU", "rumoured"),
        event(1, "overseas_production", "OVERSEAS", "planned"),
        "EU",
        id="a rumour names the region",
    ),
    pytest.param(
        move("market_entry", "TH", "launched"), event(1, "market_entry", "TH", "rumoured"), "TH", id="it came"
    ),
    pytest.param(
        move("market_entry", "TH", "planned"),
        event(1, "market_entry", "TH", "launched cancelled", days=300),
        "TH",
        id="a return",
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
    pytest.param(
        move("export", "OVERSEAS", units="20万辆"),
        (event(1, "export", "OVERSEAS", days=20, units=frozenset({"100,000 cars"})),),
        id="the next milestone after three weeks",
    ),
    pytest.param(
        move("export", "OVERSEAS", "planned", units="800,000 cars"),
        (event(1, "export", "OVERSEAS", "planned", days=90, units=frozenset({"500,000 cars"})),),
        id="a new target",
    ),
    pytest.param(
        move("overseas_production", "HU", site="Komárom"),
        (event(1, "overseas_production", "HU", days=120, sites=frozenset({"Szeged"})),),
        id="a plant in another city",
    ),
    pytest.param(
        move("market_entry", "IS", "announced"),
        (event(1, "market_entry", "EU", "launched", days=200),),
        id="a country of a region entered long ago",
    ),
    pytest.param(
        move("overseas_organisation", "DE"),
        (event(1, "overseas_organisation", "OVERSEAS", "under_way", days=160),),
        id="an office, long after the team abroad",
    ),
    pytest.param(move("market_entry", "KR"), (event(1, "market_entry", "JP"),), id="the neighbour"),
    pytest.param(move("withdrawal", "DE"), (event(1, "withdrawal", "NL"),), id="another retreat"),
    pytest.param(move("new_entrant", "CN", company="Xiaomi"), (event(1, "new_entrant", "CN"),), id="another entrant"),
    pytest.param(move("export", "EU"), (event(1, "export", "DE"), event(2, "export", "NO")), id="a region holding two"),
]


@pytest.mark.parametrize(("reported", "there"), OPENS)
def test_a_report_opens_an_event(reported: Move, there: tuple[KnownEvent, ...]) -> None:
    decision = decide(reported, *there)
    assert decision.event is None
    assert decision.step is reported.stage


def test_of_two_milestones_a_report_joins_that_of_its_figure() -> None:
    first = event(1, "export", "OVERSEAS", days=40, units=frozenset({"100,000 cars"}))
    second = event(2, "export", "OVERSEAS", days=10, units=frozenset({"200,000 cars"}))
    assert decide(move("export", "OVERSEAS", units="10万辆"), first, second).event == 1
    assert decide(move("export", "OVERSEAS", units="20万辆"), first, second).event == 2
    assert decide(move("export", "OVERSEAS"), first, second).event == 2


def test_an_equal_place_wins_over_one_that_contains_it() -> None:
    assert decide(move("export", "BR"), event(1, "export", "OVERSEAS"), event(2, "export", "BR")).event == 2


def test_of_two_plants_a_report_joins_that_of_its_city() -> None:
    szeged = event(1, "overseas_production", "HU", days=700, sites=frozenset({"Szeged", "塞格德"}))
    komarom = event(2, "overseas_production", "HU", days=300, sites=frozenset({"Komárom"}))
    assert decide(move("overseas_production", "HU", "launched", site="塞格德"), szeged, komarom).event == 1
    assert decide(move("overseas_production", "HU", "launched", site="Komarom"), szeged, komarom).event == 2
    assert decide(move("overseas_production", "HU", "launched"), szeged, komarom).event == 2


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


def test_narrowing_keeps_what_is_not_narrowed() -> None:
    assert narrow(frozenset({"EU", "BR"}), frozenset({"DE"}), PLACES) == {"DE", "BR"}


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
            steps = (StageStep(decision.step, NOW, 1),) if decision.step else ()
            joined = events[index]
            events[index] = replace(joined, places=decision.places, history=(*joined.history, *steps))
        if decision.event is None:
            again = resolve(report, NOW, Known(tuple(events), ()), (), PLACES)
            assert again.event == events[-1].id


@given(st.sets(st.sampled_from(["OVERSEAS", "EU", "DE", "BR", "LATAM"]), min_size=1), REPORTS)
def test_narrowing_never_leaves_what_was_known(places: set[str], report: Move) -> None:
    narrowed = narrow(frozenset(places), frozenset(report.destinations), PLACES)
    assert narrowed
    assert all(any(PLACES.contains(outer, place) for outer in places) for place in narrowed)
