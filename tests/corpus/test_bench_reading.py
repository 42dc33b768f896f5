"""What `make bench-reading` reads: texts in the shares that its page says, and names that stand in none of them."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from crawler.classify import Reader
from crawler.knowledge import load
from crawler.models import Text

BENCH = Path(__file__).parents[2] / "bench" / "reading.py"


@pytest.fixture(scope="module")
def bench() -> dict[str, Any]:
    return runpy.run_path(str(BENCH))


@pytest.fixture(scope="module")
def texts(bench: dict[str, Any]) -> list[Text]:
    writer = bench["Writer"](7)
    return [writer.headline(n) for n in range(400)] + [writer.article(n) for n in range(20)]


def test_a_move_is_rare_and_found_in_both_languages(texts: list[Text]) -> None:
    reader = Reader(load())
    for first in (0, 1):
        found = [reader.read(text).relevant for text in texts[first::2]]
        assert 0.05 <= sum(found) / len(found) <= 0.2


def test_articles_are_as_long_as_they_are_said_to_be(bench: dict[str, Any], texts: list[Text]) -> None:
    assert {len(text.body) for text in texts} == {0, bench["ARTICLE"]}


def test_so_many_names_are_invented_and_change_no_reading(bench: dict[str, Any], texts: list[Text]) -> None:
    patches = bench["invented"](500)
    assert len({name for patch in patches for name in (patch.name, *patch.aliases)}) == 500
    shipped, more = Reader(load()), Reader(load(patches))
    assert [shipped.read(text).moves for text in texts] == [more.read(text).moves for text in texts]
