"""What one article says: the reader's moves, where it has them from, and what it denies."""

from __future__ import annotations

from dataclasses import replace

from crawler.classify import Reader
from crawler.knowledge import Knowledge
from crawler.models import Move, Reading, Text
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

    def attributed(move: Move) -> Move:
        company = knowledge.roster.company(move.company)
        names = (move.company, *(company.aliases if company else ()))
        return replace(move, quoted_source=quoted_source(text, move, names, outlet, author))

    return replace(reading, moves=tuple(map(attributed, reading.moves)), denied=tuple(map(attributed, reading.denied)))
