"""The texts that say a move each in other words: which are read, by name, so that no word is lost unseen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.knowledge import load
from tools.evaluate import read
from tools.labels import load_rows

HERE = Path(__file__).parent
MISSED: dict[str, list[str]] = json.loads((HERE / "missed.json").read_text(encoding="utf-8"))
"""The ids of what is not read, or false; written by hand: what a change brings to light is taken out."""


@pytest.mark.parametrize("corpus", ["en-words", "zh-words"])
def test_a_word_that_was_read_is_read_again(corpus: str) -> None:
    knowledge = load()
    wrong = set()
    for found in read(load_rows(HERE / f"{corpus}.jsonl"), knowledge):
        told = {(move.company, move.type) for move in found.verdict.moves}
        wanted = {(label.company, label.type) for label in found.row.labels}
        if not told & wanted if wanted else told:
            wrong.add(found.row.id)
    known = set(MISSED[corpus])
    assert sorted(wrong - known) == [], "a change loses these; if their labels are wrong, mend them"
    assert sorted(known - wrong) == [], "well done: take these out of missed.json"
