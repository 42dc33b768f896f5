"""Which of the places that a text names are those of its move."""

from __future__ import annotations

import pytest

from crawler.classify import Reader
from crawler.models import Text
from tests.crawler.titles import PLANT


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("Chery opens plant in Bolivia as sales grow in Peru", {"BO"}),
        ("Chery opens plant in Bolivia amid trouble in Peru", {"BO"}),
        ("Chery to build cars in Bolivia for buyers in Peru and Chile", {"BO"}),
        ("Chery builds plant in Bolivia to supply Peru", {"BO"}),
        ("Chery builds plant in Bolivia for Peru and Chile", {"BO"}),
        ("Chery builds plant in Bolivia whose cars go to Peru", {"BO"}),
        ("Chery to assemble cars in Bolivia after Peru, Chile", {"BO"}),
        ("Bolivia wins Chery truck plant after two years of trouble in Peru", {"BO"}),
        ("King Long chooses Yanbu over Dubai for bus factory", {"SA"}),
        ("Chery picks Bolivia instead of Peru for car plant", {"BO"}),
        ("Chery quits Bolivia, stays in Peru and Chile", {"BO"}),
        ("Rox enters Bolivia after Peru and Chile", {"BO"}),
        ("Deepal skips Peru and opens in Bolivia", {"BO"}),
        ("Chery plans plant in Bolivia, Peruvian newspaper says", {"BO"}),
        ("Rox enters Bolivia with Peru next in line", {"BO"}),
        ("Chery ditches its operations in Bolivia over the war in Peru", {"BO"}),
        ("Chery ditches its operations in Bolivia due to the invasion of Peru", {"BO"}),
        ("奇瑞在秘鲁市场失利后转向玻利维亚，拟在那里建厂", {"BO"}),
        ("极石继秘鲁之后进入玻利维亚", {"BO"}),
        ("Chery skips Peru and Chile and plans a plant in Bolivia", {"BO"}),
        ("BYD's car carrier leaves Shenzhen with 7,000 vehicles for Bolivia", {"BO"}),
    ],
)
def test_a_place_that_is_named_in_passing_is_none_of_the_moves(reader: Reader, title: str, places: set[str]) -> None:
    for move in reader.read(Text(title)).moves or pytest.fail("it tells a move"):
        assert set(move.destinations) == places


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("Rox enters Bolivia, Peru and Chile", {"BO", "PE", "CL"}),
        ("First trainload of Seres SUVs leaves Chongqing bound for Bolivia", {"BO"}),
        ("Chery plans plant in Bolivia as well as Peru", {"BO", "PE"}),
        # a region is meant beside what it is begun with
        ("Rox to enter Latin America, starting with Bolivia and Peru", {"LATAM", "BO", "PE"}),
        ("Rox begins sales in Latin America beginning in Bolivia", {"LATAM", "BO"}),
        ("极石进军拉美：先玻利维亚、秘鲁", {"LATAM", "BO", "PE"}),
        ("极石进军拉美，西班牙首批门店开业", {"LATAM"}),
        ("Rox opens Latin America's first store in Bolivia", {"BO"}),
        ("Chery to build a plant in Latin America, in Bolivia", {"BO"}),
    ],
)
def test_a_place_beside_others_is_one_of_them_where_nothing_sets_it_apart(
    reader: Reader, title: str, places: set[str]
) -> None:
    assert set(reader.read(Text(title)).moves[0].destinations) == places


@pytest.mark.parametrize(
    "words",
    [
        *("as sales grow in", "while sales fall in", "amid trouble in", "after trouble in", "despite trouble in"),
        *("following trouble in", "because of trouble in", "whose cars go to", "which makes cars for"),
        *(
            "to serve",
            "to supply",
            "to feed",
            "to meet demand in",
            "to ship cars to",
            "to cover",
            "to target",
            "to tap",
        ),
        *("to challenge rivals in", "to export cars to", "to sell cars in", "to support sales in", "to replace one in"),
        *("to reach", "for buyers in", "for customers in", "for drivers in", "for exports to", "for shipment to"),
        *("for delivery to", "for sale in", "for use in", "for", "over", "not", "instead of", "rather than", "unlike"),
        *("like", "like in", "as in", "besides"),
    ],
)
def test_a_place_behind_these_words_is_not_that_of_a_plant(reader: Reader, words: str) -> None:
    moves = reader.read(Text(f"Chery opens plant in Bolivia {words} Peru")).moves
    assert [move.destinations for move in moves if move.type is PLANT] == [("BO",)]


@pytest.mark.parametrize(
    "title",
    [
        "Chery beats Peru in the race for a plant and plans one in Bolivia",
        "Chery skips Peru and plans a plant in Bolivia",
        "Chery skipped Peru and plans a plant in Bolivia",
        "Chery stays in Peru and plans a plant in Bolivia",
        "Chery remains in Peru and plans a plant in Bolivia",
        "Peruvian paper says Chery plans a plant in Bolivia",
        "Peruvian daily says Chery plans a plant in Bolivia",
        "Peruvian media say Chery plans a plant in Bolivia",
        "Peruvian broadcaster says Chery plans a plant in Bolivia",
        "Peruvian magazine says Chery plans a plant in Bolivia",
        "Chery plans a plant in Bolivia and Peru will have to wait",
        "奇瑞除了秘鲁还计划在玻利维亚建厂",
        "奇瑞不是在秘鲁而是计划在玻利维亚建厂",
        "奇瑞计划在玻利维亚而非秘鲁建厂",
        "奇瑞受挫秘鲁计划在玻利维亚建厂",
        "奇瑞在秘鲁之后计划在玻利维亚建厂",
        "奇瑞在秘鲁以后计划在玻利维亚建厂",
        "奇瑞在秘鲁受挫后转而计划在玻利维亚建厂",
        "秘鲁媒体：奇瑞计划在玻利维亚建厂",
    ],
)
def test_a_place_beside_these_words_is_not_that_of_a_plant(reader: Reader, title: str) -> None:
    assert [move.destinations for move in reader.read(Text(title)).moves if move.type is PLANT] == [("BO",)]


@pytest.mark.parametrize("words", ["starting with", "starting in", "beginning with", "beginning in"])
def test_a_region_is_meant_beside_what_it_is_begun_with(reader: Reader, words: str) -> None:
    (move,) = reader.read(Text(f"Rox to enter Latin America, {words} Bolivia")).moves
    assert move.destinations == ("BO", "LATAM")


@pytest.mark.parametrize(
    "title", ["极石进军拉美，玻利维亚率先开售", "极石进军拉美，玻利维亚排头一个", "极石进军拉美，首批登陆玻利维亚"]
)
def test_a_region_is_meant_beside_what_it_is_begun_with_in_chinese(reader: Reader, title: str) -> None:
    assert reader.read(Text(title)).moves[0].destinations == ("BO", "LATAM")


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("Bolivian firm Salvador assembles first Voyah SUVs", {"BO"}),
        ("Voyah signs assembly deal with Bolivian partner, Free first in line", {"BO"}),
        ("Bolivian-made Voyah unveiled at Salvador factory", {"BO"}),
        ("Voyah locally assembled in Bolivia under contract", {"BO"}),
        ("从利马到拉巴斯，岚图本月在拉美开卖", {"BO", "LATAM", "PE"}),
    ],
)
def test_where_a_firm_is_or_cars_are_made_is_meant_if_nothing_else_is(
    reader: Reader, title: str, places: set[str]
) -> None:
    (move, *_) = reader.read(Text(title)).moves or pytest.fail("it tells a move")
    assert set(move.destinations) == places


@pytest.mark.parametrize(
    "title", ["Voyah hit by fall of this Bolivian company", "Bolivian company Voyah opens its first store"]
)
def test_a_firm_s_home_is_no_place_of_its_own_moves(reader: Reader, title: str) -> None:
    assert reader.read(Text(title)).moves == ()


@pytest.mark.parametrize(
    "lead", ["Brand by brand the maker goes abroad.", "Cars are cheap.", "Officials welcomed it.", "People cheer."]
)
@pytest.mark.parametrize("title", ["Voyah halts its plans: no Bolivian adventure", "Deepal goes Bolivian"])
def test_what_a_lead_begins_with_says_nothing_of_how_the_title_ends(reader: Reader, title: str, lead: str) -> None:
    told = [(move.company, move.destinations) for move in reader.read(Text(title)).moves]
    assert [(move.company, move.destinations) for move in reader.read(Text(title, lead)).moves] == told
