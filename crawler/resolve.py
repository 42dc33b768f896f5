"""Decides, without touching the database, which event and which story a report belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from crawler.knowledge.gazetteer import Gazetteer
from crawler.knowledge.presence import Presence
from crawler.models import Decision, FirstTime, Known, KnownEvent, Move, MoveType, Stage

STORY_OPEN = timedelta(days=60)
"""So long after its last event a story takes in a new event at a compatible place."""

EXPORT_AGAIN = timedelta(days=30)
"""So long after an export was told, a report with another figure is a new export, not the same one retold."""

FRESH = timedelta(days=14)
"""An event first met in a silent baseline is still news when it is reported again within this time; later, a
report of it is a round-up (seen to repeat moves after three weeks and more)."""


def resolve(move: Move, at: datetime, known: Known, siblings: Sequence[int], gazetteer: Gazetteer) -> Decision:
    """Decide where a report belongs.

    Args:
        move: what the article reports.
        at: when it was reported (aware, UTC).
        known: the stored events and stories of the company.
        siblings: the stories of this article's other events of the same company, first the strongest.
        gazetteer: which place contains which.
    """
    places = frozenset(move.destinations)
    event = _same_event(move, at, places, known.events, gazetteer)
    ended = _ended_by(move, places, known.events, gazetteer)
    if event is not None:
        step = _step(event.stage, move.stage)
        awakens = event.quiet and (step is not None or at - event.opened <= FRESH)
        narrowed = narrow(event.places, places, gazetteer)
        return Decision(event.id, event.story_id, narrowed, step, ended.id if ended else None, awakens)
    story = ended.story_id if ended else _story(move, at, places, known, siblings, gazetteer)
    return Decision(None, story, places, move.stage, ended.id if ended else None)


def compatible(ours: Iterable[str], theirs: Iterable[str], gazetteer: Gazetteer) -> bool:
    """Say whether two sets of places are equal, or one contains or lies within the other."""
    a, b = set(ours), set(theirs)
    return a == b or _covers(a, b, gazetteer) or _covers(b, a, gazetteer)


def _covers(outer: set[str], inner: set[str], gazetteer: Gazetteer) -> bool:
    return all(any(gazetteer.contains(o, i) for o in outer) for i in inner)


def narrow(known: frozenset[str], reported: frozenset[str], gazetteer: Gazetteer) -> frozenset[str]:
    """Return the known places, each region replaced by the reported places within it; a wider report does nothing."""
    result: set[str] = set()
    for place in known:
        inside = {r for r in reported if r != place and gazetteer.contains(place, r)}
        result |= inside - known or {place}
    return frozenset(result)


def _same_event(
    move: Move, at: datetime, places: frozenset[str], events: Iterable[KnownEvent], gazetteer: Gazetteer
) -> KnownEvent | None:
    """Return the event that this reports again: at equal places, else the only one at compatible places."""
    alike = [e for e in events if (e.company, e.type) == (move.company, move.type) and not _told_anew(move, at, e)]
    equal = [event for event in alike if event.places == places]
    if equal:
        return max(equal, key=lambda event: event.opened)
    near = [event for event in alike if compatible(event.places, places, gazetteer)]
    return near[0] if len(near) == 1 else None


def _told_anew(move: Move, at: datetime, event: KnownEvent) -> bool:
    if move.type is not MoveType.EXPORT:
        return False
    units = frozenset(move.details.get("units", ()))
    return bool(units) and not units & event.units and at - event.opened > EXPORT_AGAIN


def _step(known: Stage, reported: Stage) -> Stage | None:
    return reported if reported.rank > known.rank else None


def _ended_by(
    move: Move, places: frozenset[str], events: Iterable[KnownEvent], gazetteer: Gazetteer
) -> KnownEvent | None:
    """Return the newest live event that this withdrawal ends; a mere delay (stage planned) ends none."""
    if move.type is not MoveType.WITHDRAWAL or move.stage is not Stage.CANCELLED:
        return None
    ended = [
        event
        for event in events
        if event.company == move.company
        and event.type is not MoveType.WITHDRAWAL
        and event.stage is not Stage.CANCELLED
        and compatible(event.places, places, gazetteer)
    ]
    return max(ended, key=lambda event: event.opened, default=None)


def _story(
    move: Move,
    at: datetime,
    places: frozenset[str],
    known: Known,
    siblings: Sequence[int],
    gazetteer: Gazetteer,
) -> int | None:
    for story in siblings:
        if _may_join(move, places, story, known.events, gazetteer):
            return story
    stories = [s for s in known.stories if s.company == move.company and abs(at - s.last_event) <= STORY_OPEN]
    for candidate in sorted(stories, key=lambda story: story.last_event, reverse=True):
        at_place = any(
            compatible(event.places, places, gazetteer) for event in known.events if event.story_id == candidate.id
        )
        if at_place and _may_join(move, places, candidate.id, known.events, gazetteer):
            return candidate.id
    return None


def _may_join(
    move: Move, places: frozenset[str], story: int, events: Iterable[KnownEvent], gazetteer: Gazetteer
) -> bool:
    """Keep production at different places in different stories: a plant in Hungary and one in Brazil are two."""
    if move.type is not MoveType.OVERSEAS_PRODUCTION:
        return True
    plants = [e for e in events if e.story_id == story and e.type is MoveType.OVERSEAS_PRODUCTION]
    return all(compatible(plant.places, places, gazetteer) for plant in plants)


def first_time(move: Move, known: Known, presence: Presence) -> FirstTime:
    """Say whether the company is new at these places, by the presence data and by what was reported before.

    A withdrawal and a new entrant are about no new market: unknown.
    """
    if move.type in (MoveType.WITHDRAWAL, MoveType.NEW_ENTRANT):
        return FirstTime.UNKNOWN
    said = presence.first_time(move.company, move.type, move.destinations)
    if said is not FirstTime.UNKNOWN:
        return said
    there = any(
        event.stage is Stage.LAUNCHED and event.type is not MoveType.NEW_ENTRANT and event.places & {*move.destinations}
        for event in known.events
    )
    return FirstTime.KNOWN if there else FirstTime.UNKNOWN
