from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

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
