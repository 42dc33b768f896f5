"""What one article says: the reader's moves, where it has them from, and what it denies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crawler.classify import Reader
from crawler.knowledge import Knowledge
from crawler.models import Move, MoveType, Reading, Stage, Text, WhyNot
from crawler.quoting import quoted_source


def understand(text: Text, outlet: str, author: str | None, reader: Reader, knowledge: Knowledge) -> Reading:
    """Return the reading of an article, each move with the outlet it is quoted from, and the moves that it denies.

    Args:
        text: title and body.
        outlet: who published it (`crawler.quoting.outlet_of`).
        author: who is named as its author.
        reader: who reads.
        knowledge: what companies are called.
    """
    reading = reader.read(text)
    denied = reading.denied
    if reading.why_not is WhyNot.DENIAL and not denied:
        denied = tuple(_denied(text, reader))

    def attributed(move: Move) -> Move:
        company = knowledge.roster.company(move.company)
        names = (move.company, *(company.aliases if company else ()))
        return replace(move, quoted_source=quoted_source(text, move, names, outlet, author))

    return replace(reading, moves=tuple(map(attributed, reading.moves)), denied=tuple(map(attributed, denied)))


def _denied(text: Text, reader: Reader) -> Iterator[Move]:
    """Yield what the title denies; that a company goes abroad with its cars is no word on its making any."""
    found = [p for p in reader.judge(text).chosen if p.why_not is WhyNot.DENIAL]
    several = any(p.type is not MoveType.NEW_ENTRANT for p in found)
    for p in found:
        if not (several and p.type is MoveType.NEW_ENTRANT):
            yield Move(p.company, p.type, tuple(sorted(p.places)), Stage.CANCELLED, round(p.confidence, 3), text.title)
