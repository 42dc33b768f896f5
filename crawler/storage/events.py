"""Events and stories as the decider is shown them, and what it decided, stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, case, delete, func, insert, select, update

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


def known_of(connection: Connection, company: str) -> Known:
    """Return every event and story of a company."""
    places, steps = _places(connection, company), _steps(connection, company)
    rows = connection.execute(select(events).where(events.c.company == company).order_by(events.c.id)).mappings()
    found = tuple(
        KnownEvent(
            id=row["id"],
            story_id=row["story_id"],
            company=company,
            type=MoveType(row["type"]),
            places=frozenset(places[row["id"]]),
            history=tuple(steps[row["id"]]),
            confidence=row["confidence"],
            units=frozenset(row["details"].get("units", ())),
            sites=frozenset(row["details"].get("site", ())),
            quiet=row["quiet"],
        )
        for row in rows
    )
    query = select(stories.c.id, stories.c.last_event_at).where(stories.c.company == company).order_by(stories.c.id)
    return Known(found, tuple(KnownStory(id, company, last) for id, last in connection.execute(query)))


def _steps(connection: Connection, company: str) -> dict[int, list[StageStep]]:
    columns = (event_stages.c.event_id, event_stages.c.stage, event_stages.c.at, event_stages.c.article_id)
    query = select(*columns).join(events, events.c.id == event_stages.c.event_id).where(events.c.company == company)
    found: dict[int, list[StageStep]] = {}
    for event, stage, at, article in connection.execute(query.order_by(event_stages.c.position)):
        found.setdefault(event, []).append(StageStep(Stage(stage), at, article))
    return found


def _places(connection: Connection, company: str) -> dict[int, list[str]]:
    query = (
        select(event_places.c.event_id, event_places.c.place)
        .join(events, events.c.id == event_places.c.event_id)
        .where(events.c.company == company)
        .order_by(event_places.c.place)
    )
    found: dict[int, list[str]] = {}
    for event, place in connection.execute(query):
        found.setdefault(event, []).append(place)
    return found


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
        _touch(connection, decision.cancels, report.at)
    return event, story


def _open(connection: Connection, report: Report, decision: Decision, story: int, first_time: FirstTime) -> int:
    connection.execute(
        update(stories)
        .where(stories.c.id == story, stories.c.last_event_at < report.at)
        .values(last_event_at=report.at)
    )
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
    event: int = connection.execute(insert(events).values(**values).returning(events.c.id)).scalar_one()
    _set_places(connection, event, decision.places)
    _add_step(connection, event, report.move.stage, report)
    _mention(connection, event, report)
    return event


def _open_story(connection: Connection, report: Report) -> int:
    values = {"company": report.move.company, "opened_at": report.at, "last_event_at": report.at}
    story: int = connection.execute(insert(stories).values(**values).returning(stories.c.id)).scalar_one()
    return story


def _join(connection: Connection, report: Report, decision: Decision, event: int, first_time: FirstTime) -> None:
    narrowed = decision.places != set(
        connection.execute(select(event_places.c.place).where(event_places.c.event_id == event)).scalars()
    )
    _mention(connection, event, report)
    if decision.step is not None:
        _step(connection, event, decision.step, report)
    stored = connection.execute(select(events.c.details).where(events.c.id == event)).scalar_one()
    changes: dict[str, object] = {"details": _merged(stored, report.move.details)}
    if narrowed:
        _set_places(connection, event, decision.places)
        changes["first_time"] = first_time
    if decision.awakens and not report.quiet:
        changes["quiet"] = False
    connection.execute(update(events).where(events.c.id == event).values(**changes))
    recompute(connection, event, report.at, told=decision.late)


def _merged(stored: Mapping[str, Sequence[str]], reported: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return an event's details: of each kind what was quoted first, of what tells events apart every quotation."""
    merged = {key: list(stored.get(key) or reported[key]) for key in sorted({*stored, *reported})}
    for key in _TOLD_APART:
        if key in stored and key in reported:
            merged[key] = list(dict.fromkeys([*stored[key], *reported[key]]))[:_MOST_QUOTES]
    return merged


def _set_places(connection: Connection, event: int, places: Iterable[str]) -> None:
    connection.execute(delete(event_places).where(event_places.c.event_id == event))
    connection.execute(insert(event_places), [{"event_id": event, "place": place} for place in sorted(places)])


def _step(connection: Connection, event: int, stage: Stage, report: Report) -> None:
    connection.execute(update(events).where(events.c.id == event).values(stage=stage))
    _add_step(connection, event, stage, report)


def _add_step(connection: Connection, event: int, stage: Stage, report: Report) -> None:
    count = select(func.count()).select_from(event_stages).where(event_stages.c.event_id == event)
    position = connection.execute(count).scalar_one()
    values = {"position": position, "stage": stage, "at": report.at, "article_id": report.article}
    connection.execute(insert(event_stages).values(event_id=event, **values))


def _mention(connection: Connection, event: int, report: Report) -> None:
    values = {
        "reading_id": report.reading,
        "stage": report.move.stage,
        "places": list(report.move.destinations),
        "confidence": report.move.confidence,
        "evidence": report.move.evidence,
        "quoted_source": report.move.quoted_source,
    }
    same = (mentions.c.event_id == event, mentions.c.article_id == report.article)
    if connection.execute(select(mentions.c.id).where(*same)).scalar() is not None:
        connection.execute(update(mentions).where(*same).values(**values))
        return
    identity = {"event_id": event, "article_id": report.article, "quiet": report.quiet, "mentioned_at": report.at}
    connection.execute(insert(mentions).values(**identity, **values))


def withdraw_mentions(connection: Connection, article: int, keep: Iterable[int], at: datetime) -> None:
    """Take back the mentions that a new reading of an article no longer supports, and weigh their events anew."""
    lost = set(mentioned_in(connection, article)) - set(keep)
    for event in sorted(lost):
        same = (mentions.c.event_id == event, mentions.c.article_id == article)
        connection.execute(delete(mentions).where(*same))
        recompute(connection, event, at)


def recompute(connection: Connection, event: int, at: datetime, *, told: bool = False) -> None:
    """Give an event the confidence of its surest mention (0 where none is left) and a new revision.

    Args:
        connection: with the writer's lock.
        event: its id.
        at: when it changed.
        told: True where matching need not look at the event for this change alone.
    """
    surest = select(func.max(mentions.c.confidence)).where(mentions.c.event_id == event)
    confidence = connection.execute(surest).scalar() or 0.0
    connection.execute(update(events).where(events.c.id == event).values(confidence=confidence))
    _touch(connection, event, at, told=told)


def _touch(connection: Connection, event: int, at: datetime, *, told: bool = False) -> None:
    seen = events.c.evaluated_revision
    raised = {"revision": events.c.revision + 1, "updated_at": at}
    if told:
        raised["evaluated_revision"] = case((seen == events.c.revision, seen + 1), else_=seen)
    connection.execute(update(events).where(events.c.id == event).values(**raised))


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
