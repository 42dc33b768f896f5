"""`make eval` on texts without labels: how many would be told, and how many of those a person found right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools import evaluate

VERDICTS = Path(__file__).with_name("stream-verdicts.jsonl")
TITLES = (
    "Zeekr enters Peru with two electric cars",
    "Ten tips for charging at home this winter",
    "Voyah To Build A Car Plant In Egypt",
    "A Walk Along The River",
)


def lines(*rows: Mapping[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    file = tmp_path / "stream.jsonl"
    file.write_text(lines(*({"title": title, "lang": "en"} for title in TITLES)), encoding="utf-8")
    return file


def test_alerts_are_counted_and_each_is_shown_by_its_line(stream: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main([str(stream), "--show"]) == 0
    told = capsys.readouterr().out
    assert "en: rows 4, 0.5 per 1,000 500.0, likely per 1,000 500.0" in told
    assert [line.split()[1] for line in told.splitlines() if "line-" in line] == ["line-1", "line-3"]


def test_verdicts_say_how_many_alerts_are_right_and_how_many_nobody_judged(
    stream: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts = tmp_path / "verdicts.jsonl"
    verdicts.write_text(lines({"id": "line-1", "right": False}, {"id": "line-2", "right": True}), encoding="utf-8")
    assert evaluate.main([str(stream), "--verdicts", str(verdicts)]) == 0
    assert "likely right 0 of 1, likely not judged 1" in capsys.readouterr().out


def test_a_verdict_that_is_none_is_named_with_its_line(stream: Path, tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.jsonl"
    verdicts.write_text(lines({"id": "line-1", "right": True}, {"id": "line-3"}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"verdicts\.jsonl:2: "):
        evaluate.main([str(stream), "--verdicts", str(verdicts)])


def test_the_verdicts_of_the_project_hold_no_text() -> None:
    rows = [json.loads(line) for line in VERDICTS.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) > 50
    assert all(row.keys() == {"id", "right"} and row["id"].startswith("line-") for row in rows)
