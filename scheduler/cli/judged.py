"""What each watchlist would do about a reading: the same for `check` and for `explain`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alerts.matching import match
from alerts.models import Match, Miss
from crawler.knowledge import Knowledge
from crawler.models import EventView, FirstTime, MentionView, Move, Reading, Text
from crawler.text import language_of
from crawler.units import now
from scheduler.config import Config


def alerted(text: Text, reading: Reading, config: Config, knowledge: Knowledge) -> Mapping[str, tuple[Move, ...]]:
    """Return for each watchlist the moves it would alert for, were this reading of an article that just came."""
    events = [(move, event_of(text, move, knowledge)) for move in reading.moves]
    return {
        watchlist.name: tuple(move for move, event in events if isinstance(match(event, watchlist, knowledge), Match))
        for watchlist in config.watchlists
    }


def verdicts(event: EventView, config: Config, knowledge: Knowledge) -> Mapping[str, Match | Miss]:
    """Return for each watchlist whether it would alert for the event, and why or why not."""
    return {watchlist.name: match(event, watchlist, knowledge) for watchlist in config.watchlists}


def event_of(text: Text, move: Move, knowledge: Knowledge) -> EventView:
    """Return the event that a single new report of the move would open.

    Raises:
        LookupError: when the move's company is not in the roster, which a reader with this knowledge never names.
    """
    company = knowledge.roster.company(move.company)
    if company is None:
        raise LookupError(f"the reader named {move.company}, which is not in the roster")
    moment = now()
    return EventView(
        id=0,
        story_id=0,
        company=company,
        type=move.type,
        places=move.destinations,
        stage=move.stage,
        confidence=move.confidence,
        first_time=FirstTime.UNKNOWN,
        revision=1,
        quiet=False,
        first_seen=moment,
        details=move.details,
        history=(),
        mentions=(_mention(text, move, moment),),
    )


def _mention(text: Text, move: Move, moment: datetime) -> MentionView:
    return MentionView(
        id=0,
        article_id=0,
        source="test",
        title=text.title,
        url=None,
        language=language_of(text.title + text.body),
        published=moment,
        seen=moment,
        stage=move.stage,
        confidence=move.confidence,
        evidence=move.evidence,
        quiet=False,
        lead=text.body,
    )
