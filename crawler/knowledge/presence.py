"""Which brand already sells and builds where: tells a first arrival from the next model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crawler.knowledge.gazetteer import Gazetteer
from crawler.models import OVERSEAS, Company, FirstTime, MoveType

_GOOD_PART = 1 / 3
"""Of a region's countries: from this share on a brand counts as known in the region."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Where one company is: countries, after regions were resolved."""

    sells: frozenset[str]
    builds: frozenset[str] = frozenset()
    complete: bool = False
    """True where a country that is missing is one in which the brand does not sell."""
    regions: frozenset[str] = frozenset()
    """Regions named as a whole: the brand is known in them, though perhaps not in each of their countries."""
    entered: Mapping[str, str] = field(default_factory=dict)
    """Place -> year, or year and month (`2025-01`), of the first sale there."""
    opened: Mapping[str, str] = field(default_factory=dict)
    """Country -> year, or year and month, of the first vehicle built there."""
    since: str = ""
    """Year, or year and month, from which on the places without a date of their own hold."""

    def holds(self, at: datetime | None) -> bool:
        """Say whether what is not dated holds for a text of that day."""
        return at is None or f"{at:%Y-%m}" >= self.since


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

    def sells_in(self, company: str, place: str, at: datetime | None = None) -> bool | None:
        """Say whether the brand sells in a country, or in a good part of a region; None where that is not known.

        Args:
            company: canonical name.
            place: a country code, a region word, or OVERSEAS: anywhere abroad.
            at: the day of a text; None for the day the data was written.
        """
        if not self.gazetteer.is_place(place):
            return None
        footprint = self.footprints.get(company, Footprint(frozenset()))
        home = self.homes.get(company)
        if place == home:
            return True
        if at is not None and (entered := self._entered(footprint, place)):
            return f"{at:%Y-%m}" >= entered
        return self._sells_undated(footprint, place, home) if footprint.holds(at) else None

    def _sells_undated(self, footprint: Footprint, place: str, home: str | None) -> bool | None:
        if place in footprint.regions:
            return True
        countries = self.gazetteer.members(place) - {home}
        share = len(countries & footprint.sells) / max(1, len(countries))
        if share >= _GOOD_PART or (share > 0 and place == OVERSEAS):
            return True
        return False if footprint.complete and not share else None

    def _entered(self, footprint: Footprint, place: str) -> str | None:
        """Return when the brand came to a place: to a country not before it came to the whole region."""
        own = footprint.entered.get(place)
        wider = (date for region, date in footprint.entered.items() if self.gazetteer.contains(region, place))
        return own or max(wider, default=None)

    def builds_in(self, company: str, place: str, at: datetime | None = None) -> bool | None:
        """Say whether the brand's vehicles are known to be assembled there (see `sells_in`); None if not known."""
        footprint = self.footprints.get(company)
        if footprint is None or not self.gazetteer.is_place(place):
            return None
        built = self.gazetteer.members(place) & footprint.builds
        if at is not None:
            built = {country for country in built if f"{at:%Y-%m}" >= footprint.opened.get(country, footprint.since)}
        return True if built else None

    def first_time(self, company: str, type: MoveType, places: Iterable[str]) -> FirstTime:
        """Say from the data alone whether a move is the company's first there: `first` if it is in any of the places.

        OVERSEAS is `known` only for a company known to be somewhere abroad.
        """
        ask = self.builds_in if type is MoveType.OVERSEAS_PRODUCTION else self.sells_in
        answers = [ask(company, place) for place in places]
        if False in answers:
            return FirstTime.FIRST
        return FirstTime.KNOWN if answers and all(answers) else FirstTime.UNKNOWN


def _footprint(row: Mapping[str, Any], gazetteer: Gazetteer) -> Footprint:
    builds, complete = frozenset(row.get("builds_in", ())), bool(row.get("complete", False))
    since = str(row.get("since", row["as_of"]))
    entered = {place: str(date) for place, date in row.get("entered", {}).items()}
    opened = {place: str(date) for place, date in row.get("opened", {}).items()}
    blank = Footprint(frozenset(), builds, complete, entered=entered, opened=opened, since=since)
    return _widened(blank, row["places"], gazetteer)


def _widened(old: Footprint, places: Iterable[str], gazetteer: Gazetteer) -> Footprint:
    regions = {p for p in places if p in gazetteer.regions_ and p != OVERSEAS}
    countries = {p for p in places if p not in gazetteer.regions_}
    for region in regions:
        countries |= gazetteer.members(region)
    return replace(old, sells=old.sells | countries, regions=old.regions | regions)
