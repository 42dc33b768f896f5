"""Words that tell of a move only where nothing else does: what a maker does where the data does not know it."""

from __future__ import annotations

import pytest

from crawler.classify import Reader
from crawler.models import Text
from tests.crawler.titles import ANNOUNCED, ENTRY, LAUNCHED, OFFICE, PLANT, RUMOURED, UNDER_WAY, Row, assert_told, each

MOVES = [
    ("Voyah pitches up in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah parks itself in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("岚图玻利维亚展厅亮灯", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah halls in Bolivia are filling with machines", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Walls go up at Voyah works in Bolivia", "Voyah", PLANT, "BO", UNDER_WAY),
    ("Bolivian-made Voyah SUVs reach their first owners", "Voyah", PLANT, "BO", LAUNCHED),
    ("岚图玻利维亚产线设备安装过半", "Voyah", PLANT, "BO", UNDER_WAY),
    ("Voyah's nerve centre for the Andes is in Bolivia", "Voyah", OFFICE, "BO", ANNOUNCED),
    ("Voyah makes Bolivia the home of its test centre, says Nikkei", "Voyah", OFFICE, "BO", RUMOURED),
]


@each(MOVES)
def test_what_a_maker_does_where_it_is_not_known_is_a_move(reader: Reader, row: Row) -> None:
    assert_told(reader, row)


@pytest.mark.parametrize(
    "title",
    [
        "Toyota pitches up in Germany",
        "Toyota halls in Georgia are filling with machines",
        "丰田德国展厅亮灯",
        "Kia halls in Europe are filling with machines",
        "Nissan halls in South Africa are filling with machines",
        "Citroen halls in India are filling with machines",
    ],
)
def test_the_same_of_a_maker_that_is_known_there_is_none(reader: Reader, title: str) -> None:
    assert reader.read(Text(title)).moves == ()


@pytest.mark.parametrize(
    "title",
    [
        "Voyah fans in Bolivia hold a meeting",
        "Voyah tests a robot in Bolivia",
        "Voyah wins a prize in Bolivia",
        "Voyah SUVs used in Bolivian convoy were stolen",
        "岚图玻利维亚工厂工人罢工",
        "Voyah plants in Bolivia turned out and produced 9,000 cars in 2025",
    ],
)
def test_what_others_do_there_or_what_moves_nothing_is_none(reader: Reader, title: str) -> None:
    assert reader.read(Text(title)).moves == ()


def test_a_fallback_is_not_heard_beside_another_word_for_a_move(reader: Reader) -> None:
    (move,) = reader.read(Text("Voyah plans works in Bolivia, the halls of which stand")).moves
    assert (move.type, move.stage.value) == (PLANT, "planned")


def test_nor_beside_one_that_tells_of_the_brand_s_group(reader: Reader) -> None:
    (move,) = reader.read(Text("Dongfeng to export 300 Voyah cars from its halls to Bolivia")).moves
    assert move.type.value == "export"


def test_what_a_lead_tells_too_weakly_to_count_does_not_silence_it(reader: Reader) -> None:
    title = "Voyah pitches up in Bolivia"
    assert reader.read(Text(title, "Voyah opened its first dealership on Tuesday.")).relevant
    assert not reader.read(Text(title, "Voyah has no plans to sell cars in Bolivia.")).relevant


def test_a_fallback_is_not_heard_in_a_lead(reader: Reader) -> None:
    assert reader.read(Text("A good year", "Voyah pitches up in Bolivia. The weather was good.")).moves == ()


def test_a_fallback_of_the_body_adds_nothing(reader: Reader) -> None:
    body = "It is the first. " * 60 + "\n\nVoyah halls in Bolivia are filling with machines."
    (move,) = reader.read(Text("Voyah enters Bolivia", "Voyah has entered Bolivia. " + body)).moves
    assert move.type is ENTRY


def test_what_a_lead_tells_of_the_home_market_does_not_silence_it(reader: Reader) -> None:
    text = Text("Bolivian firm Salvador puts first Foton trucks together", "The kits come from Beijing, it said.")
    (move,) = reader.read(text).moves
    assert (move.type, move.destinations) == (PLANT, ("BO",))
