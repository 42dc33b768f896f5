"""Details of a move: what is quoted of a text, and what only looks like it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from crawler.classify import Reader
from crawler.classify.quotations import Words
from crawler.knowledge import load
from crawler.models import DETAIL_KEYS, MoveType, Text

READER = Reader(load())
NOW = datetime(2026, 10, 1, tzinfo=UTC)


def details(title: str, body: str = "", at: datetime | None = NOW) -> Mapping[str, tuple[str, ...]]:
    return READER.read(Text(title, body, at)).moves[0].details


@pytest.mark.parametrize(
    ("title", "quoted"),
    [
        pytest.param(
            "Voyah to build the Courage in Chile with Geely",
            {"partners": ("Geely",)},
            id="another maker, joined by with",
        ),
        pytest.param(
            "Voyah brand enters Chile with importer Andes Motors", {"partners": ("Andes Motors",)}, id="an importer"
        ),
        pytest.param("Voyah brand enters Chile to compete with Geely", {}, id="a competitor"),
        pytest.param("岚图汽车进军智利，由宁德时代供应电池", {}, id="a supplier"),
        pytest.param("Voyah Signs For A Car Plant In Chile With Two Halls", {}, id="a headline in capitals"),
        pytest.param("Voyah plans plant in Chile, names Jane Miller to head it", {}, id="a person"),
        pytest.param("岚图汽车与吉利汽车相继进军智利", {}, id="two that act each for itself"),
        pytest.param("Voyah signs deal with Ministry of Industry for plant in Chile", {}, id="a ministry"),
        pytest.param("岚图汽车与智利政府签约，将在智利建厂", {}, id="a government, in Chinese"),
        pytest.param("岚图汽车携手Andes Motors进军智利", {"partners": ("Andes Motors",)}, id="an importer, in Chinese"),
        pytest.param("Voyah to build 40,000 cars a year in Chile", {"units": ("40,000 cars a year",)}, id="a capacity"),
        pytest.param("Voyah to build cars in Chile, sold 90,000 vehicles last year", {}, id="past sales"),
        pytest.param("岚图汽车智利工厂投产，年产4万辆", {"units": ("年产4万辆",)}, id="a capacity, in Chinese"),
        pytest.param("嵐圖汽車智利工廠投產，年產4萬輛", {"units": ("年產4萬輛",)}, id="traditional characters stay"),
        pytest.param("岚图汽车智利工厂投产，配83度电池", {}, id="a battery"),
        pytest.param(
            "Voyah to enter Chile in the second half of 2027", {"when": ("in the second half of 2027",)}, id="a date"
        ),
        pytest.param("Voyah, founded in 2018, enters Chile", {}, id="the year it was founded"),
        pytest.param("岚图汽车10月12日宣布进军智利", {}, id="the day of the announcement"),
        pytest.param("岚图汽车宣布2027年进军智利", {"when": ("2027年",)}, id="the day of the move"),
        pytest.param(
            "Voyah to invest $250 million in plant in Chile", {"investment": ("$250 million",)}, id="an investment"
        ),
        pytest.param("Voyah to build plant in Chile after raising $250 million", {}, id="money that was raised"),
        pytest.param("岚图汽车进军智利，此前完成10亿元融资", {}, id="money that was raised, in Chinese"),
        pytest.param("Voyah to build plant in Antofagasta, Chile", {"site": ("Antofagasta",)}, id="a city"),
        pytest.param("Voyah to build plant in Mejillones, Chile", {"site": ("Mejillones",)}, id="a town no list holds"),
        pytest.param("Voyah to build plant in Chile, it told the Santiago Motor Show", {}, id="a show"),
        pytest.param("Voyah brand enters Chile with dealer in Antofagasta", {}, id="a city where nothing is built"),
    ],
)
def test_a_detail_is_quoted_and_a_look_alike_is_not(title: str, quoted: Mapping[str, tuple[str, ...]]) -> None:
    kinds = set(quoted) or set(DETAIL_KEYS) - {"models"}
    assert {key: value for key, value in details(title).items() if key in kinds} == quoted


def test_models_are_those_of_the_company_with_the_brand_right_before_them() -> None:
    assert details("Voyah brand enters Chile", "Voyah enters Chile with Voyah Free and H97.")["models"] == (
        "Voyah Free",
        "H97",
    )
    assert "models" not in details("Voyah brand enters Chile, rivalling the Tesla Model Y")


def test_of_the_sentence_of_another_company_nothing_is_quoted() -> None:
    body = "Voyah will build cars in Chile. Geely invests $3 billion in a plant for 90,000 cars a year by 2029."
    assert details("Voyah plans plant in Chile", body) == {}


def test_of_another_company_within_the_sentence_nothing_is_quoted() -> None:
    assert details("Voyah plans plant in Chile, while Geely builds 90,000 cars a year in Peru by 2029") == {}


def test_the_next_sentence_of_the_lead_goes_on_with_the_move() -> None:
    body = "Voyah will build cars in Chile. The plant will make 40,000 cars a year from 2028."
    assert details("Voyah plans plant in Chile", body) == {"units": ("40,000 cars a year",), "when": ("from 2028",)}


def test_a_sentence_that_turns_to_something_else_does_not() -> None:
    body = "Voyah will build cars in Chile. Separately, it will sell 40,000 cars a year at home from 2028."
    assert details("Voyah plans plant in Chile", body) == {}


def test_of_another_market_of_the_company_nothing_is_quoted() -> None:
    body = "Voyah will build cars in Chile. Its plant in Peru will make 40,000 cars a year."
    assert details("Voyah plans plant in Chile", body) == {}


def test_of_a_digest_only_the_own_item_is_quoted() -> None:
    title = "氪星晚报｜某公司投资5亿美元建年产9万辆的工厂；岚图汽车智利工厂投产，年产4万辆；某手机2027年上市"
    assert details(title) == {"units": ("年产4万辆",)}


def test_years_back_count_only_where_the_day_of_the_text_is_known() -> None:
    assert details("Voyah plans plant in Chile by 2024") == {}
    assert details("Voyah plans plant in Chile by 2024", at=None) == {"when": ("by 2024",)}


def test_what_another_quotation_says_more_exactly_is_left_out() -> None:
    body = "Voyah will open a plant in Chile in late 2027."
    assert details("Voyah to open plant in Chile in 2027", body)["when"] == ("in late 2027",)


def test_the_same_said_twice_is_quoted_once() -> None:
    body = "Voyah will open a plant in Chile from 2027."
    assert details("Voyah to open plant in Chile in 2027", body)["when"] == ("in 2027",)


def test_an_office_has_no_models_and_no_date_of_sale() -> None:
    reading = READER.read(Text("Voyah sets up R&D centre in Munich", "Voyah will sell the H97 there from 2027.", NOW))
    (office,) = [m for m in reading.moves if m.type is MoveType.OVERSEAS_ORGANISATION]
    assert office.details == {"site": ("Munich",)}


def test_the_data_file_holds_patterns_for_every_kind() -> None:
    words = Words.load()
    assert set(DETAIL_KEYS) < set(words.sources)
    for kind, parts in words.sources.items():
        for part, rows in parts.items():
            assert set(rows) <= {"en", "zh", "any"}, (kind, part)
            for source in rows.values():
                assert re.compile(source).search("") is None, (kind, part)


def test_endless_digits_cost_no_time_and_are_no_detail() -> None:
    assert details("Voyah plans plant in Chile", "Voyah will build cars in Chile with 1" + ",1" * 9_000) == {}
