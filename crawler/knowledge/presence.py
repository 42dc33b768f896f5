"""Which brand already sells and builds where: tells a first arrival from the next model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.knowledge.gazetteer import Gazetteer
from crawler.models import OVERSEAS, Company, FirstTime, MoveType


@dataclass(frozen=True, slots=True)
class Footprint:
    """Where one company is: countries, after regions were resolved."""

    sells: frozenset[str]
    builds: frozenset[str] = frozenset()
    complete: bool = False
    """True where a country that is missing is one in which the brand does not sell."""
    regions: frozenset[str] = frozenset()
    """Regions named as a whole: the brand is known in them, though perhaps not in each of their countries."""


@dataclass(frozen=True)
class Presence:
    """The footprints known; a company without one is unknown everywhere but at home."""

    footprints: Mapping[str, Footprint]
    homes: Mapping[str, str]
    gazetteer: Gazetteer

    @classmethod
    def from_data(
        cls, rows: Iterable[Mapping[str, Any]], companies: Iterable[Company], gazetteer: Gazetteer
    ) -> Presence:
        """Return the presence of the built JSON's rows, with what the user declared in `sells_in` added."""
        footprints = {row["company"]: _footprint(row, gazetteer) for row in rows}
        companies = tuple(companies)
        for company in companies:
            if company.sells_in:
                old = footprints.get(company.name, Footprint(frozenset()))
                footprints[company.name] = _widened(old, company.sells_in, gazetteer)
        return cls(footprints, {c.name: c.home for c in companies}, gazetteer)

    def sells_in(self, company: str, place: str) -> bool | None:
        """Say whether the brand sells in a country, or anywhere in a region; None where that is not known."""
        if not self.gazetteer.is_place(place):
            return None
        footprint = self.footprints.get(company, Footprint(frozenset()))
        home = self.homes.get(company)
        if place == home or place in footprint.regions:
            return True
        countries = self.gazetteer.members(place) - {home}
        if countries & footprint.sells:
            return True
        return False if footprint.complete else None

    def builds_in(self, company: str, place: str) -> bool | None:
        """Say whether the brand's vehicles are known to be assembled there; None where that is not known."""
        footprint = self.footprints.get(company)
        if footprint is None or not self.gazetteer.is_place(place):
            return None
        return True if self.gazetteer.members(place) & footprint.builds else None

    def first_time(self, company: str, type: MoveType, places: Iterable[str]) -> FirstTime:  # noqa: A002 - the field's word
        """Say from the data alone whether a move is the company's first there: `first` if it is in any of the places.

        OVERSEAS is `known` only for a company known to be somewhere abroad.
        """
        ask = self.builds_in if type is MoveType.OVERSEAS_PRODUCTION else self.sells_in
        answers = [ask(company, place) for place in places]
        if False in answers:
            return FirstTime.FIRST
        return FirstTime.KNOWN if answers and all(answers) else FirstTime.UNKNOWN


def _footprint(row: Mapping[str, Any], gazetteer: Gazetteer) -> Footprint:
    blank = Footprint(frozenset(), frozenset(row.get("builds_in", ())), bool(row.get("complete", False)))
    return _widened(blank, row["places"], gazetteer)


def _widened(old: Footprint, places: Iterable[str], gazetteer: Gazetteer) -> Footprint:
    regions = {p for p in places if p in gazetteer.regions_ and p != OVERSEAS}
    countries = {p for p in places if p not in gazetteer.regions_}
    for region in regions:
        countries |= gazetteer.members(region)
    return Footprint(old.sells | countries, old.builds, old.complete, old.regions | regions)
