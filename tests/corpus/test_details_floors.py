"""What the reader quotes of a move, on texts of our own: what it reaches may rise, never fall."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from crawler.knowledge import load as load_knowledge
from crawler.models import DETAIL_KEYS, MoveType
from crawler.text import language_of
from tools.details import Row, figures, load_rows, main, read

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "details_floors.toml").read_text(encoding="utf-8"))
SLACK = 0.05
"""How far a figure may rise above its floor before the floor has to follow."""
ROWS: tuple[Row, ...] = load_rows(HERE / "details.jsonl")
FIGURES = [(kind, figure) for kind, floors in FLOORS.items() for figure in floors]


@pytest.fixture(scope="module")
def measured() -> Mapping[str, Mapping[str, float]]:
    return figures(ROWS, read(ROWS, load_knowledge()))


@pytest.mark.parametrize(("kind", "figure"), FIGURES, ids=["-".join(names) for names in FIGURES])
def test_quoting_keeps_what_it_has_reached(measured: Mapping[str, Mapping[str, float]], kind: str, figure: str) -> None:
    floor, reached = FLOORS[kind][figure], measured[kind][figure]
    assert reached >= floor, f"{kind} {figure} fell to {reached:.3f}; see `make details OPTIONS=--errors`"
    assert reached - floor <= SLACK, f"well done: raise {kind}.{figure} in details_floors.toml to {reached - 0.005:.2f}"


def test_of_a_hundred_quotations_of_any_kind_at_most_five_may_be_wrong() -> None:
    assert set(FLOORS) == {*DETAIL_KEYS, "all", "moves"}
    assert min(FLOORS[kind]["precision"] for kind in DETAIL_KEYS) >= 0.95


def test_the_set_is_large_and_shows_every_kind_and_type_in_both_languages() -> None:
    for language in ("en", "zh"):
        rows = [row for row in ROWS if language_of(row.text.title) == language]
        assert len(rows) >= 100
        counts = Counter(key for row in rows for quotes in row.moves.values() for key, _ in quotes)
        assert min(counts[key] for key in DETAIL_KEYS) >= 10, counts
        assert {type_ for row in rows for _, type_ in row.moves} == set(MoveType)
        assert sum(not quotes for row in rows for quotes in row.moves.values()) >= 20
        assert sum(not row.moves for row in rows) >= 5


def test_every_quotation_of_the_set_stands_in_its_text() -> None:
    for row in ROWS:
        for quotes in row.moves.values():
            for key, quote in quotes:
                assert key in DETAIL_KEYS, row.id
                assert quote in row.text.title or quote in row.text.body, (row.id, quote)


def test_every_text_of_the_set_stands_in_it_once() -> None:
    for counted in (Counter(row.id for row in ROWS), Counter(row.text.title for row in ROWS)):
        assert [key for key, times in counted.items() if times > 1] == []


def test_the_command_names_what_was_quoted_wrongly_and_what_was_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(
        '{"id": "one", "date": "2026-10", "title": "Voyah to build 40,000 cars a year in Chile", "moves": '
        '[{"company": "Voyah", "type": "overseas_production", "details": {"when": ["by 2030"]}}]}\n',
        encoding="utf-8",
    )
    assert main([str(file), "--errors"]) == 0
    shown = capsys.readouterr().out
    assert "wrong units “40,000 cars a year”; missed when “by 2030”" in shown
    assert main([str(file), "--json"]) == 0
    assert '"precision": 0.0' in capsys.readouterr().out
