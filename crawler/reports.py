"""From a reading to stored events: each move of an article joins or opens one, each denial closes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crawler.knowledge import Knowledge
from crawler.models import Decision, FirstTime, Known, Move, Reading
from crawler.resolve import deny, first_time, resolve
from crawler.storage import events
from crawler.storage.engine import Connection


def store_moves(
    connection: Connection,
    article: int,
    id: int,
    reading: Reading,
    knowledge: Knowledge,
    *,
    published: datetime | None,
    now: datetime,
    quiet: bool,
    again: bool,
) -> int:
    """Let each move of a stored reading join or open an event; return how many there were.

    Args:
        connection: with the writer's lock.
        article: the stored article that was read.
        id: of the reading.
        reading: what was read in the article.
        knowledge: of places and of who is where.
        published: when the article appeared, if that is known.
        now: the present.
        quiet: True where nothing of it is told as news.
        again: True where the article was read before: what it no longer reports is taken back.
    """
    at = min(published or now, now)
    kept: list[int] = []
    siblings: list[tuple[str, int]] = []
    for move in reading.moves:
        report = events.Report(move, article, id, at, quiet)
        beside = [story for company, story in siblings if company == move.company]
        event, story = _store_move(connection, report, beside, knowledge)
        kept.append(event)
        siblings.append((move.company, story))
    for move in reading.denied:
        kept += _close(connection, events.Report(move, article, id, at, quiet), knowledge)
    if again:
        events.withdraw_mentions(connection, article, kept, at)
    return len(reading.moves)


def _store_move(
    connection: Connection, report: events.Report, siblings: Sequence[int], knowledge: Knowledge
) -> tuple[int, int]:
    known = events.known_of(connection, report.move.company)
    decision = resolve(report.move, report.at, known, siblings, knowledge.gazetteer)
    return events.apply(connection, report, decision, _first_time(report.move, decision, known, knowledge))


def _first_time(move: Move, decision: Decision, known: Known, knowledge: Knowledge) -> FirstTime:
    """Say of the places the event has from now on whether the company is new there; the event itself says nothing."""
    others = Known(tuple(event for event in known.events if event.id != decision.event), known.stories)
    return first_time(replace(move, destinations=tuple(sorted(decision.places))), others, knowledge.presence)


def _close(connection: Connection, report: events.Report, knowledge: Knowledge) -> list[int]:
    """Let a denial close the event that it denies; return it, or nothing where none was known."""
    known = events.known_of(connection, report.move.company)
    decision = deny(report.move, report.at, known, knowledge.gazetteer)
    if decision is None:
        return []
    event, _ = events.apply(connection, report, decision, _first_time(report.move, decision, known, knowledge))
    return [event]
