from __future__ import annotations

from typing import Any

import pytest

from alerts.matching import admitted, match
from alerts.models import Match, Miss
from crawler.knowledge import Knowledge
from crawler.models import Company, Kind, MoveType
from tests.alerts.views import MG, XIAOMI, event, mention, watchlist

ENTRANT = {"company": XIAOMI, "type": MoveType.NEW_ENTRANT, "places": ("CN",)}
GIVEN_UP = {"company": XIAOMI, "type": MoveType.WITHDRAWAL, "places": ("CN",)}
CUT = mention(1, title="XPENG announces price cut for Norway")
RECALLED = mention(2, title="小鹏汽车在挪威召回部分车辆", language="zh")


def case(name: str, changes: dict[str, Any], keys: dict[str, Any]) -> Any:
    return pytest.param(changes, keys, id=name)


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        case("an empty watchlist asks for everything", {}, {}),
        case("the home is one of the list", {}, {"home": ["DE", "CN"]}),
        case("the kind is one of the list", {}, {"kinds": ["car", "bus"]}),
        case("the company is on the list", {}, {"companies": ["BYD", "XPENG"]}),
        case("the case of a company's name does not matter", {}, {"companies": ["xpeng"]}),
        case("companies: any", {}, {"companies": "any"}),
        case("the brand belongs to a group on the list", {"company": MG}, {"companies": ["group:SAIC"]}),
        case("the type is one of the list", {}, {"events": ["export", "market_entry"]}),
        case("markets: any is every place abroad", {}, {"markets": "any"}),
        case("markets: any, no place named", {"places": ("OVERSEAS",)}, {"markets": "any"}),
        case("markets: any, a place abroad beside the home", {"places": ("CN", "HK")}, {"markets": "any"}),
        case("a country on the list", {}, {"markets": ["TH", "NO"]}),
        case("a country of a region on the list", {"places": ("GB",)}, {"markets": ["EU"]}),
        case("the region itself is on the list", {"places": ("EU",)}, {"markets": ["EU"]}),
        case("one of several places is on the list", {"places": ("BR", "NO")}, {"markets": ["NO"]}),
        case("OVERSEAS on the list, a country abroad", {}, {"markets": ["OVERSEAS"]}),
        case("OVERSEAS on the list, no place named", {"places": ("OVERSEAS",)}, {"markets": ["OVERSEAS"]}),
        case("an entrant's car at home, markets: any", ENTRANT, {"markets": "any", "kinds": ["entrant"]}),
        case("an entrant gives up at home, markets: any", GIVEN_UP, {"markets": "any"}),
        case("markets absent, a move at home", {"places": ("CN",)}, {}),
        case("exactly as sure as asked for", {"confidence": 0.6}, {"certainty": "likely"}),
        case("a confidence of its own", {"confidence": 0.41}, {"min_confidence": 0.41}),
        case("the excluded word is in one report only", {"mentions": (CUT, mention(2))}, {"exclude": ["price cut"]}),
        case("the excluded word is part of another", {}, {"exclude": ["show"]}),
        case(
            "the excluded word comes after the lead",
            {"mentions": (mention(lead="word " * 80 + "price cut"),)},
            {"exclude": ["price cut"]},
        ),
        case("one report is known from before, one is news", {"mentions": (mention(quiet=True), mention(2))}, {}),
    ],
)
def test_a_watchlist_matches_what_it_asks_for(
    changes: dict[str, Any], keys: dict[str, Any], knowledge: Knowledge
) -> None:
    result = match(event(**changes), watchlist(**keys), knowledge)
    assert isinstance(result, Match), result.reason


@pytest.mark.parametrize(
    ("changes", "keys", "said"),
    [
        pytest.param({}, {"home": ["DE"]}, "home CN is not DE", id="another home"),
        pytest.param(
            {"company": Company("Gone", "", Kind.CAR)}, {"home": ["CN"]}, "home unknown", id="no longer in the roster"
        ),
        pytest.param({}, {"kinds": ["truck", "bus"]}, "kind car is not truck or bus", id="another kind"),
        pytest.param({}, {"companies": ["BYD"]}, "XPENG is not on the list", id="another company"),
        pytest.param({"company": MG}, {"companies": ["SAIC"]}, "MG is not on the list", id="a group without group:"),
        pytest.param({}, {"events": ["export"]}, "type market_entry is not asked for", id="another type"),
        pytest.param({"places": ("CN",)}, {"markets": "any"}, "CN is its home", id="at home"),
        pytest.param({}, {"markets": ["TH"]}, "NO is not in TH", id="another country"),
        pytest.param({"places": ("EU",)}, {"markets": ["NO"]}, "EU is not in NO", id="a country is not its region"),
        pytest.param({"places": ("TH",)}, {"markets": ["EU"]}, "TH is not in EU", id="outside the region"),
        pytest.param({"places": ("OVERSEAS",)}, {"markets": ["EU"]}, "OVERSEAS is not in EU", id="no place named"),
        pytest.param(ENTRANT, {"markets": ["OVERSEAS"]}, "CN is not in OVERSEAS", id="home is not overseas"),
        pytest.param({"places": ()}, {"markets": "any"}, "no place", id="no place at all"),
        pytest.param({"confidence": 0.59}, {}, "confidence 0.59 < 0.6", id="not sure enough"),
        pytest.param({"mentions": (CUT,)}, {"exclude": ["PRICE CUT"]}, "the word PRICE CUT", id="an excluded word"),
        pytest.param(
            {"mentions": (mention(title="XPENG: price cuts"),)},
            {"exclude": ["price cut"]},
            "price cut",
            id="its plural",
        ),
        pytest.param(
            {"mentions": (mention(lead="A Price Cut comes."),)},
            {"exclude": ["price cut"]},
            "price cut",
            id="in the lead",
        ),
        pytest.param({"mentions": (RECALLED,)}, {"exclude": ["召回"]}, "the word 召回", id="an excluded Chinese word"),
        pytest.param({"quiet": True}, {}, "no news", id="only known from before"),
        pytest.param({"mentions": (mention(quiet=True),)}, {}, "no news", id="no report that is news"),
        pytest.param({"mentions": ()}, {}, "no article supports it", id="its reports were taken back"),
    ],
)
def test_a_watchlist_misses_what_it_does_not_ask_for(
    changes: dict[str, Any], keys: dict[str, Any], said: str, knowledge: Knowledge
) -> None:
    result = match(event(**changes), watchlist(**keys), knowledge)
    assert isinstance(result, Miss)
    assert said in result.reason


def test_the_reason_names_what_was_asked_for_and_holds(knowledge: Knowledge) -> None:
    result = match(event(), watchlist(home=["CN"], companies="any", markets=["EU"]), knowledge)
    expected = "matches: home CN, type market_entry, market NO (in EU); confidence 0.82 >= 0.6"
    assert result == Match(expected)


def test_a_miss_names_every_condition_that_fails(knowledge: Knowledge) -> None:
    result = match(event(confidence=0.5), watchlist(home=["DE"], markets=["TH"]), knowledge)
    assert result == Miss("no match: home CN is not DE; NO is not in TH; confidence 0.50 < 0.6")


def test_only_news_without_an_excluded_word_is_admitted() -> None:
    reports = (mention(1, quiet=True), CUT, mention(3))
    assert [m.id for m in admitted(event(mentions=reports), watchlist(exclude=["price cut"]))] == [3]
