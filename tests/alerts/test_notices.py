from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from alerts.notices import notices
from crawler.models import Stage
from tests.alerts.newsroom import Newsroom

FAILING = {"outcome": "error", "failures": 3, "reason": "the host does not answer"}
WELL = {"outcome": "ok", "failures": 0, "failing_since": None, "reason": None}


def told(newsroom: Newsroom, ops: str | None = "#ops") -> list[str]:
    return notices(newsroom.engine, ops, newsroom.knowledge, newsroom.now)


def test_a_healthy_source_is_no_news(newsroom: Newsroom) -> None:
    newsroom.source("herald", **WELL)
    assert told(newsroom) == []


@pytest.mark.parametrize("failures", [1, 2])
def test_one_or_two_failures_are_no_news(failures: int, newsroom: Newsroom) -> None:
    newsroom.source("herald", **FAILING | {"failures": failures})
    assert told(newsroom) == []


def test_three_failures_are_told_once_and_the_recovery_once(newsroom: Newsroom) -> None:
    newsroom.source("herald", failing_since=newsroom.now - timedelta(hours=3), **FAILING)
    assert told(newsroom) == ["Source herald fails for 3 h, 3 times in a row: the host does not answer"]
    newsroom.source("herald", failures=9)
    assert told(newsroom) == []
    newsroom.source("herald", **WELL)
    assert told(newsroom) == ["Source herald answers again."]
    assert told(newsroom) == []
    assert newsroom.owed() == [("ops", "pending"), ("ops", "pending")]


def test_a_second_trouble_is_told_again(newsroom: Newsroom) -> None:
    for state in (FAILING, WELL, FAILING):
        newsroom.source("herald", **state)
        assert len(told(newsroom)) == 1


def test_a_source_that_is_gone_is_told_at_once(newsroom: Newsroom) -> None:
    newsroom.source("herald", outcome="gone", failures=1, reason="410 Gone")
    assert told(newsroom) == [
        "Source herald is gone: 410 Gone. Nothing is read from it until config.yaml gives another address."
    ]


def test_a_reason_with_line_breaks_stays_on_its_line(newsroom: Newsroom) -> None:
    newsroom.source("herald", **FAILING | {"reason": "bad\nsecond\x1b[0m"})
    assert "bad second" in told(newsroom)[0]


def test_without_an_ops_channel_the_log_is_told_once(newsroom: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    newsroom.source("herald", **FAILING)
    told(newsroom, None)
    told(newsroom, None)
    assert caplog.text.count("Source herald fails") == 1
    assert newsroom.owed() == []


def baseline(newsroom: Newsroom, **values: Any) -> None:
    newsroom.source("herald", baseline_at=newsroom.now, baseline_articles=30, **{"baseline_quiet": True} | values)


def test_a_silent_first_poll_is_summed_up_once(newsroom: Newsroom) -> None:
    newsroom.event(newsroom.article("Old", quiet=True), quiet=True, stage=Stage.PLANNED)
    newsroom.event(newsroom.article("Elsewhere", "courier", quiet=True), quiet=True)
    baseline(newsroom)
    assert told(newsroom) == [
        "herald: first poll, 30 articles known, 1 move among them not alerted:\n"
        "• XPENG → market entry, Norway · planned"
    ]
    assert told(newsroom) == []
    assert newsroom.owed() == [("summary", "pending")]


def test_a_silent_first_poll_without_moves_says_so(newsroom: Newsroom) -> None:
    baseline(newsroom)
    assert told(newsroom) == ["herald: first poll, 30 articles known, no moves among them."]


def test_many_moves_of_a_first_poll_are_cut_to_ten(newsroom: Newsroom) -> None:
    article = newsroom.article("Old", quiet=True)
    for _ in range(12):
        newsroom.event(article, quiet=True)
    baseline(newsroom)
    assert told(newsroom)[0].endswith("and 2 more, see `chuhai events`")


def test_a_first_poll_that_was_told_needs_no_summary(newsroom: Newsroom) -> None:
    baseline(newsroom, baseline_quiet=False)
    assert told(newsroom) == []


CUT = {**WELL, "degraded": "the answer was cut"}
ORDERLY = {**WELL, "degraded": None}


def test_a_degraded_source_is_told_once_and_its_end_once(newsroom: Newsroom) -> None:
    newsroom.source("herald", **CUT)
    assert told(newsroom) == ["Source herald answers, but not as it should: the answer was cut"]
    newsroom.source("herald", degraded="the feed has none for 3 polls")
    assert told(newsroom) == []
    newsroom.source("herald", **ORDERLY)
    assert told(newsroom) == ["Source herald is in order again."]
    assert told(newsroom) == []


def test_a_trouble_that_comes_and_goes_is_told_once_a_day(newsroom: Newsroom) -> None:
    counts = []
    for _ in range(30):
        newsroom.source("herald", **CUT)
        counts.append(len(told(newsroom)))
        newsroom.source("herald", **ORDERLY)
        counts.append(len(told(newsroom)))
        newsroom.wait(3_600)
    assert sum(counts) == 4


def test_a_degraded_source_that_fails_is_not_in_order(newsroom: Newsroom) -> None:
    newsroom.source("herald", **CUT)
    told(newsroom)
    newsroom.source("herald", **FAILING | {"failures": 1, "degraded": None})
    assert told(newsroom) == []


def test_a_gap_is_told_and_further_ones_not_before_a_day_is_over(newsroom: Newsroom) -> None:
    newsroom.source("herald", gap_at=newsroom.now, **WELL)
    assert [text.split(":")[0] for text in told(newsroom)] == [
        "Source herald had more news between two polls than its feed holds"
    ]
    for hours, expected in ((5, 0), (10, 0), (10, 1), (1, 0)):
        newsroom.wait(3_600 * hours)
        newsroom.source("herald", gap_at=newsroom.now)
        assert len(told(newsroom)) == expected
    newsroom.wait(3_600 * 48)
    assert told(newsroom) == []


def test_a_feed_that_moved_is_told_once_per_address(newsroom: Newsroom) -> None:
    newsroom.source("herald", moved_to="https://herald.example/new", **WELL)
    assert told(newsroom) == [
        "Source herald has moved for good: change its url in config.yaml to https://herald.example/new"
    ]
    newsroom.source("herald", moved_to=None)
    assert told(newsroom) == []
    newsroom.source("herald", moved_to="https://herald.example/new")
    assert told(newsroom) == []
    newsroom.source("herald", moved_to="https://herald.example/newer")
    assert len(told(newsroom)) == 1


def test_sources_whose_trouble_was_told_cost_two_queries_however_many(newsroom: Newsroom) -> None:
    asked: list[str] = []
    for number in range(50):
        newsroom.source(f"s{number}", **FAILING)
    assert len(told(newsroom)) == 50

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.extend([statement] if statement.startswith("SELECT") else [])

    event.listen(newsroom.engine, "before_cursor_execute", note)
    assert told(newsroom) == []
    event.remove(newsroom.engine, "before_cursor_execute", note)
    assert len(asked) == 2
