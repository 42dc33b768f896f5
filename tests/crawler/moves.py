"""Moves, and events as they are known, as the tests of resolution need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.knowledge import load
from crawler.models import Decision, Known, KnownEvent, KnownStory, Move, MoveType, Stage, StageStep
from crawler.resolve import resolve

KNOWLEDGE = load()
PLACES = KNOWLEDGE.gazetteer
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def move(
    type: str,
    places: str,
    stage: str = "announced",
    company: str = "BYD",
    **details: str,
) -> Move:
    quoted = {key: (value,) for key, value in details.items()}
    return Move(company, MoveType(type), tuple(places.split()), Stage(stage), 0.9, "evidence", quoted)


def event(
    id: int, type: str, places: str, stage: str = "announced", days: int = 3, story: int = 1, **more: object
) -> KnownEvent:
    """Return a stored event; of several stages the last was reached half as long ago as the first."""
    stages = [Stage(each) for each in stage.split()]
    history = tuple(StageStep(each, NOW - timedelta(days=days / 2**n), n) for n, each in enumerate(stages))
    values: dict[str, object] = {"company": "BYD"} | more
    return KnownEvent(
        id=id,
        story_id=story,
        type=MoveType(type),
        places=frozenset(places.split()),
        history=history,
        **values,  # type: ignore[arg-type]  # the table's free form
    )


def known(*events: KnownEvent) -> Known:
    last: dict[int, datetime] = {}
    for each in events:
        last[each.story_id] = max(each.opened, last.get(each.story_id, each.opened))
    return Known(events, tuple(KnownStory(id, "BYD", at) for id, at in last.items()))


def decide(reported: Move, *events: KnownEvent, siblings: tuple[int, ...] = ()) -> Decision:
    return resolve(reported, NOW, known(*events), siblings, PLACES)
