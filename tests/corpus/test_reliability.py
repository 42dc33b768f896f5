"""The reliability table of `make eval`: how often a confidence is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import evaluate

MOVE = {"company": "Zeekr", "type": "market_entry", "destinations": ["PE"], "stage": "launched"}


def test_a_bin_tells_its_mean_confidence_and_the_share_that_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "labels.jsonl"
    labels = [("Zeekr enters Peru", [MOVE]), ("Zeekr enters Peru with two cars", []), ("A Walk Along The River", [])]
    rows = (
        {
            "id": f"own-{n}",
            "lang": "en",
            "date": "2026-10-01",
            "title": title,
            "relevant": bool(events),
            "events": events,
        }
        for n, (title, events) in enumerate(labels)
    )
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert evaluate.main([str(file), "--json"]) == 0
    bins = json.loads(capsys.readouterr().out)["reliability"]["all clear"]
    (told,) = [b for b in bins if b["candidates"]]
    assert (told["candidates"], told["right"]) == (2, 0.5)
    assert told["low"] <= told["mean"] < told["high"]
