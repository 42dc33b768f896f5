"""Tables of titles that tell a move: their words, their rows, and how a row is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crawler.classify import Reader
from crawler.models import MoveType, Stage, Text

ENTRY, EXPORT, PLANT = MoveType.MARKET_ENTRY, MoveType.EXPORT, MoveType.OVERSEAS_PRODUCTION
OFFICE, RETREAT, ENTRANT = MoveType.OVERSEAS_ORGANISATION, MoveType.WITHDRAWAL, MoveType.NEW_ENTRANT
RUMOURED, PLANNED, ANNOUNCED = Stage.RUMOURED, Stage.PLANNED, Stage.ANNOUNCED
UNDER_WAY, LAUNCHED, CANCELLED = Stage.UNDER_WAY, Stage.LAUNCHED, Stage.CANCELLED

Row = tuple[str, str, MoveType, str, Stage]
"""A title, and the company, type, place and stage of a move that it tells."""


def each(rows: Sequence[Row]) -> pytest.MarkDecorator:
    """Run a test for every `row`, under the name of its title."""
    return pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in rows])


def assert_told(reader: Reader, row: Row) -> None:
    """Check that the title tells this move; others may stand beside it."""
    title, company, type_, place, stage = row
    reading = reader.read(Text(title))
    assert reading.why_not is None
    found = {(m.company, m.type): (m.destinations, m.stage) for m in reading.moves}
    assert found[company, type_] == ((place,), stage)
