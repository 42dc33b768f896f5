"""What a channel is told of an event that many report: from articles to deliveries, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

import pytest

from crawler.classify import Reader
from crawler.ingest import Desk, ingest
from crawler.models import Entry, FeedAnswer, Move, MoveType, Outcome, Reading, Stage, Text
from crawler.urls import article_keys
from tests.alerts.newsroom import Newsroom
from tests.alerts.views import NOW, watchlist


class Norway:
    """Reads in every text that XPENG is in Norway, as far as the title's last word says."""

    name, version = "norway", "1"

    def read(self, text: Text) -> Reading:
        stage = Stage(text.title.rsplit(" ", 1)[1])
        move = Move("XPENG", MoveType.MARKET_ENTRY, ("NO",), stage, 0.9, text.title)
        return Reading(self.name, self.version, (move,), 0.9, None)


def report(newsroom: Newsroom, url: str, stage: str = "announced", *, body: str = "", at: datetime = NOW) -> None:
    """Let an outlet publish, and evaluate."""
    desk = Desk(newsroom.engine, cast("Reader", Norway()), newsroom.knowledge)
    title = f"XPENG in Norway: {stage}"
    item = Entry(article_keys("feed", url, None, title, at), url, title, body, "en", at)
    ingest(FeedAnswer("feed", Outcome.OK, at, url, 200, entries=(item,)), desk, quiet_baseline=False)
    newsroom.now = at
    newsroom.evaluate()


def test_who_quotes_the_first_report_is_a_repeat_of_one_source(newsroom: Newsroom) -> None:
    report(newsroom, "https://36kr.com/p/1")
    report(newsroom, "https://36kr.com/newsflashes/2")
    report(newsroom, "https://36kr.com/p/3")
    report(newsroom, "https://cleantechnica.com/4", body="XPENG is coming to Norway, 36Kr writes.")
    (head,) = newsroom.cards("head")
    assert (head.moves[0].sources, head.moves[0].articles) == (("36Kr",), 4)
    report(newsroom, "https://www.reuters.com/5")
    assert newsroom.cards("head")[0].moves[0].sources == ("36Kr", "Reuters")


@pytest.mark.parametrize("days", [21, 120])
def test_a_round_up_is_told_to_nobody(newsroom: Newsroom, days: int) -> None:
    report(newsroom, "https://36kr.com/p/1")
    owed = newsroom.owed()
    newsroom.watchlists = (*newsroom.watchlists, watchlist(name="New", send_to="#new"))
    report(newsroom, "https://cleantechnica.com/2", at=NOW + timedelta(days=days))
    assert newsroom.owed() == owed
    assert len(newsroom.alerts()) == 1


def test_a_step_after_months_is_told_and_the_round_up_before_it_still_not(newsroom: Newsroom) -> None:
    report(newsroom, "https://36kr.com/p/1")
    report(newsroom, "https://cleantechnica.com/2", at=NOW + timedelta(days=60))
    report(newsroom, "https://www.reuters.com/3", "launched", at=NOW + timedelta(days=90))
    told = [card.report.url for card in newsroom.cards("reply") if card.report]
    assert "https://cleantechnica.com/2" not in told
    (head,) = newsroom.cards("head")
    assert (head.moves[0].stage, len(head.moves[0].sources)) == ("launched", 3)
