"""The fit of the weights: it finds what made the data, and keeps to the priors elsewhere."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from crawler.classify.scoring import load, probability
from tools import fit
from tools.labels import load_rows
from tools.measure import Read, score

TRUE = {"bias": -0.5, "for": 1.5, "against": -2.0}


def _examples(count: int) -> list[fit.Example]:
    draw = random.Random(7)
    examples = []
    for _ in range(count):
        signals = ("bias", *(name for name in ("for", "against") if draw.random() < 0.5))
        examples.append(fit.Example(signals, draw.random() < probability(sum(TRUE[name] for name in signals))))
    return examples


def test_many_examples_bring_back_the_weights_that_made_them() -> None:
    weights = fit.solve(_examples(6_000), dict.fromkeys(TRUE, 0.0), 0.5)
    assert weights == pytest.approx(TRUE, abs=0.2)


def test_what_the_data_never_shows_keeps_its_prior() -> None:
    weights = fit.solve(_examples(200), {**TRUE, "unseen": -1.25}, 4.0)
    assert weights["unseen"] == pytest.approx(-1.25)


def test_a_strong_shrinkage_leaves_every_weight_near_its_prior() -> None:
    weights = fit.solve(_examples(200), dict.fromkeys(TRUE, 0.25), 1e6)
    assert weights == pytest.approx(dict.fromkeys(TRUE, 0.25), abs=0.01)


def test_the_shipped_weights_are_of_the_shipped_signals_and_say_whence_they_come() -> None:
    written = json.loads(fit.TARGET.read_text(encoding="utf-8"))
    assert set(written["weights"]) == set(load({}).kinds)
    assert {"command", "date", "data", "candidates", "right", "shrink"} <= set(written)
    assert written["right"] < written["candidates"]


def test_a_row_stays_in_its_fold_whatever_else_is_read(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"r{n}", "lang": "en", "title": "x", "date": "2026-01"}) for n in range(200)]
    (tmp_path / "all.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "half.jsonl").write_text("\n".join(lines[100:]), encoding="utf-8")
    every = {row.id: fit.fold_of(row) for row in load_rows(tmp_path / "all.jsonl")}
    assert {row.id: fit.fold_of(row) for row in load_rows(tmp_path / "half.jsonl")}.items() <= every.items()
    assert set(every.values()) == set(range(fit.FOLDS))


def test_a_line_that_is_no_row_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"title": "x"}\n{"title": 5', encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.jsonl:2"):
        load_rows(tmp_path / "bad.jsonl")


def test_a_score_of_nothing_is_zero() -> None:
    nothing: list[Read] = []
    assert (score(nothing).f1, score(nothing).low) == (0.0, 0.0)


def test_the_signals_are_few_and_every_one_has_a_fitted_weight() -> None:
    scoring = load()
    fitted = json.loads(fit.TARGET.read_text(encoding="utf-8"))["weights"]
    assert len(scoring.kinds) < 45
    assert set(scoring.kinds) == set(fitted)
