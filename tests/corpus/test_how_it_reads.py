"""docs/how-it-reads.md: what it shows is what the program says, and each of its lines makes the reader better."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.classify import Reader
from crawler.knowledge import load
from crawler.models import CompanyPatch, FirstTime, Known, MoveType, Stage, Text, WhyNot
from crawler.resolve import first_time
from tools import how_it_reads
from tools.how_it_reads import COMMAND, EXAMPLES, PAGE, Measured, Recipe, applied, measured, recipes, rows_of, with_line

TEXT = PAGE.read_text(encoding="utf-8")
RECIPES = recipes(TEXT)
TITLE, _, BODY = EXAMPLES["English"].partition("\n")


@pytest.fixture(scope="module")
def before() -> Measured:
    return measured(how_it_reads.ROOT)


@pytest.fixture(scope="module")
def after() -> dict[str, Measured]:
    return {recipe.name: with_line(recipe) for recipe in RECIPES}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_one_line_makes_its_texts_right_and_the_evaluation_better(
    recipe: Recipe, before: Measured, after: dict[str, Measured]
) -> None:
    texts = {row["id"] for row in rows_of(recipe)}
    assert len(texts) >= 2
    assert texts <= before.wrong.keys()
    assert before.wrong.keys() - after[recipe.name].wrong.keys() == texts
    assert after[recipe.name].f1 > before.f1


def test_the_page_has_a_line_for_each_kind_of_data() -> None:
    assert {recipe.file.rpartition("/")[2] for recipe in RECIPES} == {
        "roster.yaml",
        "places.yaml",
        "presence.yaml",
        "triggers.en.toml",
        "triggers.zh.toml",
    }
    assert len(RECIPES) == 6


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_is_one_line(recipe: Recipe) -> None:
    text = (how_it_reads.ROOT / recipe.file).read_text(encoding="utf-8")
    old, new = text.splitlines(), applied(recipe, text).splitlines()
    added = [line for line in new if line not in set(old)]
    assert len(added) == 1
    assert len(new) - len(old) in (0, 1)


def test_a_recipe_without_a_place_in_its_file_is_named() -> None:
    with pytest.raises(ValueError, match=r"A maker: roster\.yaml has no such place"):
        applied(Recipe("A maker", "roster.yaml", "cars:\n", "cars:\n  - a\n"), "companies:\n")


def test_the_page_shows_what_the_program_says(
    before: Measured, after: dict[str, Measured], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(how_it_reads, "measured", lambda _: before)
    monkeypatch.setattr(how_it_reads, "with_line", lambda recipe: after[recipe.name])
    assert how_it_reads.written(TEXT) == TEXT, f"run {COMMAND}, and read the difference"


def test_the_page_names_every_reason_type_and_stage() -> None:
    for word in (*WhyNot, *MoveType, *Stage):
        assert f"`{word}`" in TEXT, word


def test_the_same_article_of_a_brand_that_is_there_is_no_arrival_as_the_page_says() -> None:
    known = Reader(load([CompanyPatch("Xiaomi", sells_in=("DE",))]))
    assert known.read(Text(TITLE, BODY)).why_not is WhyNot.MODEL_LAUNCH


def test_the_first_text_is_of_a_first_time_as_the_page_says() -> None:
    knowledge = load()
    moves = Reader(knowledge).read(Text(TITLE, BODY, datetime(2026, 10, 1, tzinfo=UTC))).moves
    assert {move.type for move in moves} == {MoveType.MARKET_ENTRY, MoveType.OVERSEAS_ORGANISATION}
    assert {first_time(move, Known(), knowledge.presence) for move in moves} == {FirstTime.FIRST}
