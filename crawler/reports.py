"""From a reading to stored events: each move of an article joins or opens one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crawler.knowledge import Knowledge
from crawler.models import Reading
from crawler.resolve import first_time, resolve
from crawler.storage import articles, events
from crawler.storage.engine import Connection


def store_reading(
    connection: Connection,
    article: int,
    text_hash: str,
    reading: Reading,
    knowledge: Knowledge,
    *,
    published: datetime | None,
    now: datetime,
    quiet: bool,
    again: bool,
) -> int:
    """Store a reading and let each of its moves join or open an event; return how many there were.

    Args:
        connection: with the writer's lock.
        article: the stored article that was read.
        text_hash: of the title and text that were read.
        reading: what was read in them.
        knowledge: of places and of who is where.
        published: when the article appeared, if that is known.
        now: the present.
        quiet: True where nothing of it is told as news.
        again: True where the article was read before: what it no longer reports is taken back.
    """
    id = articles.save_reading(connection, article, text_hash, reading, now)
    at = min(published or now, now)
    kept: list[int] = []
    siblings: list[tuple[str, int]] = []
    for move in reading.moves:
        report = events.Report(move, article, id, at, quiet)
        event, story = _store_move(
            connection, report, [s for company, s in siblings if company == move.company], knowledge
        )
        kept.append(event)
        siblings.append((move.company, story))
    if again:
        events.withdraw_mentions(connection, article, kept, at)
    return len(reading.moves)


def _store_move(
    connection: Connection, report: events.Report, siblings: Sequence[int], knowledge: Knowledge
) -> tuple[int, int]:
    known = events.known_of(connection, report.move.company)
    decision = resolve(report.move, report.at, known, siblings, knowledge.gazetteer)
    return events.apply(connection, report, decision, first_time(report.move, known, knowledge.presence))
