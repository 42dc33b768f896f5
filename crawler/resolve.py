"""Decides, without touching the database, which event and which story a report belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import product

from crawler.knowledge.gazetteer import Gazetteer
from crawler.knowledge.presence import Presence
from crawler.models import OVERSEAS, Decision, FirstTime, Known, KnownEvent, Move, MoveType, Stage
from crawler.text import fold

STORY_OPEN = timedelta(days=60)
"""So long after its last event a story takes in a new event at a compatible place; and so long a region where a move
was launched stands for the country in it that a report names: later that is a further market."""

FRESH = timedelta(days=14)
"""So long a stage is news. A report of it after that is a round-up (seen to repeat moves after three weeks and more),
unless it tells of something else: of another figure exported, of a plant in another city, of a plan taken up again.
An event first met in a silent baseline is still news when it is reported again within this time."""

ALIKE = 0.05
"""Figures that differ by no more are one, told more or less roundly."""

SURER = 0.2
"""A report is news, however late, where it is by so much surer than all before: nobody may have been told of those."""

_FIGURE = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s?[余多几]?\s?(million|thousand|[千万亿])?", re.IGNORECASE)
_SCALES = {"million": 1e6, "thousand": 1e3, "千": 1e3, "万": 1e4, "亿": 1e8}
_PLANT = re.compile(r"\b(?:plants?|factor(?:y|ies)|assembly|production)\b|厂|基地|生产|投产", re.IGNORECASE)
_SITED = (MoveType.OVERSEAS_PRODUCTION, MoveType.OVERSEAS_ORGANISATION)
_SALES = (MoveType.MARKET_ENTRY, MoveType.EXPORT)


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
    left = _left(move, event, places, known.events, gazetteer)
    ended = left if move.stage is Stage.CANCELLED else None
    if event is not None:
        return _joined(move, at, event, ended, gazetteer)
    story = left.story_id if left else _story(move, at, places, known, siblings, gazetteer)
    return Decision(None, story, places, move.stage, ended.id if ended else None)


def deny(move: Move, at: datetime, known: Known, gazetteer: Gazetteer) -> Decision | None:
    """Decide what a denial of a move closes: the event that was rumoured, planned or announced; None where none was.

    A retreat that is denied closes nothing: of a retreat, `cancelled` says that it came about.
    """
    if move.type is MoveType.WITHDRAWAL:
        return None
    places = frozenset(move.destinations)
    alike = [event for event in known.events if (event.company, event.type) == (move.company, move.type)]
    event = _at_places(alike, places, gazetteer)
    if event is None or event.stage in (Stage.UNDER_WAY, Stage.LAUNCHED):
        return None
    step = _step(event, Stage.CANCELLED, at)
    late = step is None and at - event.stepped > FRESH
    return Decision(event.id, event.story_id, event.places, step, None, late=late)


def compatible(ours: Iterable[str], theirs: Iterable[str], gazetteer: Gazetteer) -> bool:
    """Say whether two sets of places are equal, or one contains or lies within the other."""
    a, b = set(ours), set(theirs)
    return a == b or _covers(a, b, gazetteer) or _covers(b, a, gazetteer)


def _covers(outer: Iterable[str], inner: Iterable[str], gazetteer: Gazetteer) -> bool:
    return all(any(gazetteer.contains(o, i) for o in outer) for i in inner)


def narrow(known: frozenset[str], reported: frozenset[str], gazetteer: Gazetteer) -> frozenset[str]:
    """Return the known places, each region replaced by the reported places within it; a wider report does nothing."""
    result: set[str] = set()
    for place in known:
        inside = {r for r in reported if r != place and gazetteer.contains(place, r)}
        result |= inside - known or {place}
    return frozenset(result)


def _joined(move: Move, at: datetime, event: KnownEvent, ended: KnownEvent | None, gazetteer: Gazetteer) -> Decision:
    step = _step(event, move.stage, at)
    awakens = event.quiet and (step is not None or at - event.opened <= FRESH)
    places = frozenset(move.destinations)
    narrowed = places if _is_chosen(event, places, step) else narrow(event.places, places, gazetteer)
    changed = step is not None or ended is not None or narrowed != event.places
    late = not changed and at - event.stepped > FRESH and move.confidence - event.confidence < SURER
    return Decision(event.id, event.story_id, narrowed, step, ended.id if ended else None, awakens, late)


def _is_chosen(event: KnownEvent, places: frozenset[str], step: Stage | None) -> bool:
    """Say whether a report chooses among the places that were only weighed for a plant so far."""
    weighed = event.type is MoveType.OVERSEAS_PRODUCTION and event.stage in (Stage.RUMOURED, Stage.PLANNED)
    decided = step in (Stage.ANNOUNCED, Stage.UNDER_WAY, Stage.LAUNCHED)
    return weighed and decided and places < event.places


def _step(event: KnownEvent, reported: Stage, at: datetime) -> Stage | None:
    """Return the stage that a report brings an event to, if it is a step.

    What was cancelled is taken up again by a report that goes further than the event ever was, or one that comes
    later than the last words on the old plan do.
    """
    if event.stage is not Stage.CANCELLED or event.type is MoveType.WITHDRAWAL:
        return reported if reported.rank > event.stage.rank else None
    again = reported is not Stage.CANCELLED and (
        reported.rank > event.reached.rank or (reported is not Stage.RUMOURED and at - event.stepped > FRESH)
    )
    return reported if again else None


def _same_event(
    move: Move, at: datetime, places: frozenset[str], events: Iterable[KnownEvent], gazetteer: Gazetteer
) -> KnownEvent | None:
    """Return the event that this reports again, if any."""
    alike = [
        event
        for event in events
        if (event.company, event.type) == (move.company, move.type)
        and not _told_anew(move, at, event)
        and not _another_market(places, at, event, gazetteer)
    ]
    told_apart = [event for event in alike if _same_figure(move, event) or _same_site(move, event)]
    return _at_places(told_apart, places, gazetteer) or _at_places(alike, places, gazetteer)


def _at_places(events: Sequence[KnownEvent], places: frozenset[str], gazetteer: Gazetteer) -> KnownEvent | None:
    """Return the newest event at equal places, else the only one at compatible places."""
    equal = [event for event in events if event.places == places]
    if equal:
        return max(equal, key=lambda event: event.opened)
    near = [event for event in events if compatible(event.places, places, gazetteer)]
    return near[0] if len(near) == 1 else None


def _told_anew(move: Move, at: datetime, event: KnownEvent) -> bool:
    """Say whether a report that comes later is of something else: exports by their figure, plants by their city."""
    if at - event.opened <= FRESH:
        return False
    if move.type is MoveType.EXPORT:
        return bool(move.details.get("units")) and not _same_figure(move, event)
    return move.type in _SITED and _elsewhere(frozenset(move.details.get("site", ())), event.sites)


def _same_figure(move: Move, event: KnownEvent) -> bool:
    ours, theirs = _figures(move.details.get("units", ())), _figures(event.units)
    return any(abs(a - b) <= ALIKE * max(a, b) for a, b in product(ours, theirs))


def _same_site(move: Move, event: KnownEvent) -> bool:
    return not event.sites.isdisjoint(move.details.get("site", ()))


def _figures(quotes: Iterable[str]) -> list[float]:
    """Return the numbers in quotations of either language: 12,000 and 1.2万 are one."""
    matches = (match for quote in quotes for match in _FIGURE.finditer(quote))
    return [float(m[1].replace(",", "")) * _SCALES.get((m[2] or "").lower(), 1) for m in matches]


def _elsewhere(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Say whether no city is shared; those of another script may be the same ones, and decide nothing."""
    a, b = {fold(site).text for site in ours}, {fold(site).text for site in theirs}  # Komárom and Komarom are one
    return not a & b and any(one.isascii() == other.isascii() for one, other in product(a, b))


def _another_market(places: frozenset[str], at: datetime, event: KnownEvent, gazetteer: Gazetteer) -> bool:
    """Say whether a country now named comes on top of what was done long ago in its region; an office always does."""
    done = event.stage is Stage.LAUNCHED or event.type is MoveType.OVERSEAS_ORGANISATION
    return (
        done
        and at - event.stepped > STORY_OPEN
        and not places <= event.places
        and not _covers(places, event.places, gazetteer)
    )


def _left(
    move: Move,
    joined: KnownEvent | None,
    places: frozenset[str],
    events: Iterable[KnownEvent],
    gazetteer: Gazetteer,
) -> KnownEvent | None:
    """Return the live event that this withdrawal is about: to be ended where it is `cancelled`, else put off.

    Of several the one it speaks of (a plant or not), else the newest. A retreat that was told before ends nothing
    more, but for what was taken up again since.
    """
    if move.type is not MoveType.WITHDRAWAL:
        return None
    told = joined is not None and joined.stage is Stage.CANCELLED
    live = [
        event
        for event in events
        if event.company == move.company
        and event.type is not MoveType.WITHDRAWAL
        and event.stage is not Stage.CANCELLED
        and (event.taken_up or not told)
        and _may_end(places, event, gazetteer)
    ]
    if OVERSEAS in places and len(live) > 1:
        return None
    plant = _PLANT.search(move.evidence) is not None
    return max(live, key=lambda e: ((e.type is MoveType.OVERSEAS_PRODUCTION) is plant, e.opened), default=None)


def _may_end(places: frozenset[str], event: KnownEvent, gazetteer: Gazetteer) -> bool:
    """Say whether a retreat from these places may end an event; who leaves one country still sells in its region."""
    if _covers(places, event.places, gazetteer):
        return True
    return event.stage is not Stage.LAUNCHED and compatible(event.places, places, gazetteer)


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
    sites = frozenset(move.details.get("site", ()))
    return all(compatible(p.places, places, gazetteer) and not _elsewhere(sites, p.sites) for p in plants)


def first_time(move: Move, known: Known, presence: Presence) -> FirstTime:
    """Say whether the company is new at these places, by the presence data and by all that was ever reported.

    `first` where it is new in any of them, `known` where it is in all, whatever has ended since. A withdrawal and a
    new entrant are about no new market: unknown.
    """
    if move.type in (MoveType.WITHDRAWAL, MoveType.NEW_ENTRANT):
        return FirstTime.UNKNOWN
    kinds = (move.type,) if move.type is MoveType.OVERSEAS_PRODUCTION else _SALES
    there = [e for e in known.events if e.company == move.company and e.type in kinds and e.reached is Stage.LAUNCHED]
    seen = {place for event in there for place in event.places}
    answers = {_first_at(place, move, seen, presence) for place in move.destinations}
    if FirstTime.FIRST in answers:
        return FirstTime.FIRST
    return FirstTime.KNOWN if answers == {FirstTime.KNOWN} else FirstTime.UNKNOWN


def _first_at(place: str, move: Move, seen: set[str], presence: Presence) -> FirstTime:
    contains = presence.gazetteer.contains
    inside = any(contains(place, other) for other in seen)
    if place in seen or (inside and place == OVERSEAS):
        return FirstTime.KNOWN
    said = presence.first_time(move.company, move.type, (place,))
    near = inside or any(contains(other, place) for other in seen)
    return FirstTime.UNKNOWN if near and said is FirstTime.FIRST else said
