"""What `chuhai status` says of a source, word for word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.models import Outcome
from crawler.storage.sources import SourceState
from scheduler.cli.lists import notes, state_word

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


def said(*, late: bool = False, **values: Any) -> list[str]:
    return list(notes(SourceState("s", **values), NOW, late=late))


@pytest.mark.parametrize(
    ("values", "word"),
    [
        pytest.param({}, "never polled", id="never"),
        pytest.param({"outcome": Outcome.OK}, "ok", id="ok"),
        pytest.param({"outcome": Outcome.NOT_MODIFIED, "degraded": "x"}, "degraded", id="half an answer"),
        pytest.param({"outcome": Outcome.BLOCKED, "degraded": "x"}, "blocked", id="no answer"),
    ],
)
def test_one_word_says_how_a_source_fares(values: dict[str, Any], word: str) -> None:
    assert state_word(SourceState("s", **values)) == word


@pytest.mark.parametrize(
    ("values", "line"),
    [
        pytest.param({"reason": "HTTP 500"}, "HTTP 500", id="reason"),
        pytest.param({"degraded": "the answer was cut"}, "the answer was cut", id="degraded"),
        pytest.param(
            {"failing_since": NOW - timedelta(hours=3), "failures": 7}, "failing for 3 h, 7 times in a row", id="since"
        ),
        pytest.param(
            {"not_before": NOW + timedelta(hours=1)}, "not asked again before 2026-05-01 09:00:00Z", id="waiting"
        ),
        pytest.param(
            {"gap_at": NOW - timedelta(days=1)},
            "at 2026-04-30 08:00:00Z there was more news than the feed holds: some may have been missed",
            id="gap",
        ),
        pytest.param({"stopped_at": NOW}, "polled no more until config.yaml gives another address", id="stopped"),
        pytest.param(
            {"moved_to": "https://b.example/"}, "has moved for good: change its url to https://b.example/", id="moved"
        ),
    ],
)
def test_a_note_says_what_is_the_matter(values: dict[str, Any], line: str) -> None:
    assert said(**values) == [line]


def test_what_is_over_is_no_longer_said() -> None:
    assert said(not_before=NOW - timedelta(hours=1), gap_at=NOW - timedelta(days=8)) == []


def test_a_late_poll_is_said_but_not_of_a_source_that_is_polled_no_more() -> None:
    assert said(late=True) == ["a poll is overdue: is the service running?"]
    assert len(said(late=True, stopped_at=NOW)) == 1
