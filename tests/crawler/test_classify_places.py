"""Which of the places that a text names are those of its move."""

from __future__ import annotations

import pytest

from crawler.classify import Reader
from crawler.models import Text


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
