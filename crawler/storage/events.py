"""Events and stories as the decider is shown them, and what it decided, stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, update

from crawler.models import Decision, FirstTime, Known, KnownEvent, KnownStory, Move, MoveType, Stage, StageStep
from crawler.storage.schema import event_places, event_stages, events, mentions, stories


@dataclass(frozen=True, slots=True)
class Report:
    """One move of one stored article."""

    move: Move
    article: int
    reading: int
    at: datetime
    """When it was reported."""
    quiet: bool
    """True where the article came with a silent baseline."""


_TOLD_APART = ("units", "site")
"""Details by which a later report is told from others: all that were ever quoted are kept, up to `_MOST_QUOTES`."""
_MOST_QUOTES = 12


# Made once: building a statement costs as much as executing it.
_OF_COMPANY = events.c.company == bindparam("company")
_EVENTS = (
    select(
        events.c.id,
        events.c.story_id,
        events.c.company,
        events.c.type,
        events.c.confidence,
        events.c.details,
        events.c.quiet,
    )
    .where(_OF_COMPANY)
    .order_by(events.c.id)
)
_STORIES = (
    select(stories.c.id, stories.c.company, stories.c.last_event_at)
    .where(stories.c.company == bindparam("company"))
    .order_by(stories.c.id)
)
_STEPS = (
    select(event_stages.c.event_id, event_stages.c.stage, event_stages.c.at, event_stages.c.article_id)
    .join(events, events.c.id == event_stages.c.event_id)
    .where(_OF_COMPANY)
    .order_by(event_stages.c.position)
)
_PLACES = (
    select(event_places.c.event_id, event_places.c.place)
    .join(events, events.c.id == event_places.c.event_id)
    .where(_OF_COMPANY)
    .order_by(event_places.c.place)
)
_THIS = events.c.id == bindparam("this")
_CHANGE = update(events).where(_THIS)
_DETAILS = select(events.c.details).where(_THIS)
_SEEN = events.c.evaluated_revision
_TOUCH = _CHANGE.values(revision=events.c.revision + 1, updated_at=bindparam("at"))
_TOLD = case((events.c.revision == _SEEN, _SEEN + 1), else_=_SEEN)
_SUREST = (
    select(func.coalesce(func.max(mentions.c.confidence), 0.0))
    .where(mentions.c.event_id == events.c.id)
    .scalar_subquery()
)
_RECOMPUTE = _TOUCH.values(confidence=_SUREST)
_RECOMPUTE_TOLD = _RECOMPUTE.values(evaluated_revision=_TOLD)
_OPEN = insert(events).returning(events.c.id)
_OPEN_STORY = insert(stories).returning(stories.c.id)
_GO_ON = (
    update(stories)
    .where(stories.c.id == bindparam("this"), stories.c.last_event_at < bindparam("at"))
    .values(last_event_at=bindparam("at"))
)
_PLACES_OF = select(event_places.c.place).where(event_places.c.event_id == bindparam("this"))
_NO_PLACES = delete(event_places).where(event_places.c.event_id == bindparam("this"))
_ADD_PLACES = insert(event_places)
_COUNT_STEPS = select(func.count()).select_from(event_stages).where(event_stages.c.event_id == bindparam("this"))
_ADD_STEP = insert(event_stages)
_SAME = (mentions.c.event_id == bindparam("this"), mentions.c.article_id == bindparam("by"))
_MENTION_OF = select(mentions.c.id).where(*_SAME)
_RENEW_MENTION = update(mentions).where(*_SAME)
_ADD_MENTION = insert(mentions)


def known_of(connection: Connection, company: str) -> Known:
    """Return every event and story of a company."""
    this = {"company": company}
    places: dict[int, list[str]] = {}
    for event, place in connection.execute(_PLACES, this):
        places.setdefault(event, []).append(place)
    steps: dict[int, list[StageStep]] = {}
    for event, stage, at, article in connection.execute(_STEPS, this):
        steps.setdefault(event, []).append(StageStep(Stage(stage), at, article))
    found = tuple(_known(row, places[row[0]], steps[row[0]]) for row in connection.execute(_EVENTS, this))
    return Known(found, tuple(KnownStory(*row) for row in connection.execute(_STORIES, this)))


def _known(row: Sequence[Any], places: Iterable[str], steps: Iterable[StageStep]) -> KnownEvent:
    id, story, company, type, confidence, details, quiet = row
    return KnownEvent(
        id=id,
        story_id=story,
        company=company,
        type=MoveType(type),
        places=frozenset(places),
        history=tuple(steps),
        confidence=confidence,
        units=frozenset(details.get("units", ())),
        sites=frozenset(details.get("site", ())),
        quiet=quiet,
    )


def mentioned_in(connection: Connection, article: int) -> dict[int, MoveType]:
    """Return the events that an article is a mention of, with their types."""
    query = select(events.c.id, events.c.type).join(mentions).where(mentions.c.article_id == article)
    return {id: MoveType(type) for id, type in connection.execute(query)}


def apply(connection: Connection, report: Report, decision: Decision, first_time: FirstTime) -> tuple[int, int]:
    """Store a decision; return the ids of the event and of its story."""
    if decision.late:
        report = replace(report, quiet=True)
    story = decision.story if decision.story is not None else _open_story(connection, report)
    event = decision.event
    if event is None:
        event = _open(connection, report, decision, story, first_time)
    else:
        _join(connection, report, decision, event, first_time)
    if decision.cancels is not None:
        _step(connection, decision.cancels, Stage.CANCELLED, report)
        connection.execute(_TOUCH, {"this": decision.cancels, "at": report.at})
    return event, story


def _open(connection: Connection, report: Report, decision: Decision, story: int, first_time: FirstTime) -> int:
    connection.execute(_GO_ON, {"this": story, "at": report.at})
    values = {
        "story_id": story,
        "company": report.move.company,
        "type": report.move.type,
        "stage": report.move.stage,
        "confidence": report.move.confidence,
        "first_time": first_time,
        "details": {key: list(quotes) for key, quotes in sorted(report.move.details.items())},
        "quiet": report.quiet,
        "revision": 1,
        "evaluated_revision": 0,
        "opened_at": report.at,
        "updated_at": report.at,
    }
    event: int = connection.execute(_OPEN, values).scalar_one()
    _add_places(connection, event, decision.places)
    _add_step(connection, event, report.move.stage, report, position=0)
    connection.execute(_ADD_MENTION, _new_mention(event, report))
    return event


def _open_story(connection: Connection, report: Report) -> int:
    values = {"company": report.move.company, "opened_at": report.at, "last_event_at": report.at}
    story: int = connection.execute(_OPEN_STORY, values).scalar_one()
    return story


def _join(connection: Connection, report: Report, decision: Decision, event: int, first_time: FirstTime) -> None:
    narrowed = decision.places != set(connection.execute(_PLACES_OF, {"this": event}).scalars())
    _mention(connection, event, report)
    if decision.step is not None:
        _step(connection, event, decision.step, report)
    stored = connection.execute(_DETAILS, {"this": event}).scalar_one()
    changes: dict[str, object] = {}
    if (merged := _merged(stored, report.move.details)) != stored:
        changes["details"] = merged
    if narrowed:
        connection.execute(_NO_PLACES, {"this": event})
        _add_places(connection, event, decision.places)
        changes["first_time"] = first_time
    if decision.awakens and not report.quiet:
        changes["quiet"] = False
    recompute(connection, event, report.at, told=decision.late, **changes)


def _merged(stored: Mapping[str, Sequence[str]], reported: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return an event's details: of each kind what was quoted first, of what tells events apart every quotation."""
    merged = {key: list(stored.get(key) or reported[key]) for key in sorted({*stored, *reported})}
    for key in _TOLD_APART:
        if key in stored and key in reported:
            merged[key] = list(dict.fromkeys([*stored[key], *reported[key]]))[:_MOST_QUOTES]
    return merged


def _add_places(connection: Connection, event: int, places: Iterable[str]) -> None:
    connection.execute(_ADD_PLACES, [{"event_id": event, "place": place} for place in sorted(places)])


def _step(connection: Connection, event: int, stage: Stage, report: Report) -> None:
    connection.execute(_CHANGE, {"this": event, "stage": stage})
    position: int = connection.execute(_COUNT_STEPS, {"this": event}).scalar_one()
    _add_step(connection, event, stage, report, position=position)


def _add_step(connection: Connection, event: int, stage: Stage, report: Report, *, position: int) -> None:
    values = {"event_id": event, "position": position, "stage": stage, "at": report.at, "article_id": report.article}
    connection.execute(_ADD_STEP, values)


def _mention(connection: Connection, event: int, report: Report) -> None:
    same = {"this": event, "by": report.article}
    if connection.execute(_MENTION_OF, same).scalar() is None:
        connection.execute(_ADD_MENTION, _new_mention(event, report))
    else:
        connection.execute(_RENEW_MENTION, {**same, **_told(report)})


def _new_mention(event: int, report: Report) -> dict[str, object]:
    identity = {"event_id": event, "article_id": report.article, "quiet": report.quiet, "mentioned_at": report.at}
    return identity | _told(report)


def _told(report: Report) -> dict[str, object]:
    return {
        "reading_id": report.reading,
        "stage": report.move.stage,
        "places": list(report.move.destinations),
        "confidence": report.move.confidence,
        "evidence": report.move.evidence,
        "quoted_source": report.move.quoted_source,
    }


def withdraw_mentions(connection: Connection, article: int, keep: Iterable[int], at: datetime) -> None:
    """Take back the mentions that a new reading of an article no longer supports, and weigh their events anew."""
    lost = set(mentioned_in(connection, article)) - set(keep)
    for event in sorted(lost):
        same = (mentions.c.event_id == event, mentions.c.article_id == article)
        connection.execute(delete(mentions).where(*same))
        recompute(connection, event, at)


def recompute(connection: Connection, event: int, at: datetime, *, told: bool = False, **changes: object) -> None:
    """Give an event the confidence of its surest mention (0 where none is left) and a new revision.

    Args:
        connection: with the writer's lock.
        event: its id.
        at: when it changed.
        told: True where matching need not look at the event for this change alone.
        changes: what else of the event changes, by column.
    """
    connection.execute(_RECOMPUTE_TOLD if told else _RECOMPUTE, {"this": event, "at": at, **changes})


def unevaluated(connection: Connection) -> list[int]:
    """Return the ids of events that changed since matching last saw them, oldest first."""
    query = select(events.c.id).where(events.c.revision > events.c.evaluated_revision).order_by(events.c.id)
    return list(connection.execute(query).scalars())


def mark_evaluated(connection: Connection, revisions: Mapping[int, int]) -> None:
    """Store that matching has seen these revisions of these events."""
    for event, revision in revisions.items():
        connection.execute(update(events).where(events.c.id == event).values(evaluated_revision=revision))


def story_events(connection: Connection, story_ids: Iterable[int]) -> list[int]:
    """Return the ids of all events of these stories, oldest first."""
    query = select(events.c.id).where(events.c.story_id.in_(list(story_ids))).order_by(events.c.id)
    return list(connection.execute(query).scalars())
