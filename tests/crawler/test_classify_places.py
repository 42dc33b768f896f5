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
        ("比亚迪受挫印度市场后转战玻利维亚，拟建首家电动汽车工厂", {"BO"}),
        ("极石继秘鲁之后进入玻利维亚", {"BO"}),
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
    ],
)
def test_a_place_beside_others_is_one_of_them_where_nothing_sets_it_apart(
    reader: Reader, title: str, places: set[str]
) -> None:
    assert set(reader.read(Text(title)).moves[0].destinations) == places
