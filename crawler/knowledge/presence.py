"""Which brand already sells and builds where: tells a first arrival from the next model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from crawler.knowledge.gazetteer import Gazetteer
from crawler.models import OVERSEAS, Company, FirstTime, MoveType

NEWS = timedelta(days=90)
"""How long after its date a first sale, or a first car of a plant, is still told as news (a choice)."""
LATELY = "2016"
"""Who went abroad since then may still be new in a country of a region it sells in (a choice)."""
_PLANTS = 3
"""Countries of a region in which a brand builds, from which on one more is no news of the region (a choice)."""
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
    guessed: frozenset[str] = frozenset()
    """Countries of those regions that are not named themselves, where the brand came lately."""
    entered: Mapping[str, str] = field(default_factory=dict)
    """Place -> year, or year and month (`2025-01`), of the first sale there."""
    opened: Mapping[str, str] = field(default_factory=dict)
    """Country -> year, or year and month, of the first vehicle built there."""
    since: str = ""
    """Year, or year and month, from which on the places without a date of their own hold."""

    def holds(self, at: datetime | None) -> bool:
        """Say whether what is not dated holds for a text of that day; of a year it is known when it is over."""
        return at is None or f"{at:%Y-%m}" >= _months(self.since)[1]


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

    def sells_in(
        self, company: str, place: str, at: datetime | None = None, *, at_a_guess: bool = False
    ) -> bool | None:
        """Say whether the brand sells in a country, or in a good part of a region; None where that is not known.

        A region that is named as a whole means most of its countries, so of a country that is not named itself it
        says nothing for sure, unless the brand has been there for long.

        Args:
            company: canonical name.
            place: a country code, a region word, or OVERSEAS: anywhere abroad.
            at: the day of a text; None for the day the data was written.
            at_a_guess: let a region stand for each of its countries.
        """
        if not self.gazetteer.is_place(place):
            return None
        footprint = self.footprints.get(company, Footprint(frozenset()))
        home = self.homes.get(company)
        if place == home:
            return True
        if at is not None and (entered := self._entered(footprint, place)):
            return _reached(entered, at)
        if not at_a_guess and place in footprint.guessed:
            return None
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
            built = frozenset(c for c in built if _reached(footprint.opened.get(c, footprint.since), at))
        enough = _PLANTS if place in self.gazetteer.regions_ else 1
        return True if len(built) >= enough else None

    def first_time(self, company: str, type: MoveType, places: Iterable[str]) -> FirstTime:
        """Say from the data alone whether a move is the company's first there: `first` if it is in any of the places.

        OVERSEAS is `known` only for a company known to be somewhere abroad.
        """
        ask = self.builds_in if type is MoveType.OVERSEAS_PRODUCTION else self.sells_in
        answers = [ask(company, place) for place in places]
        if False in answers:
            return FirstTime.FIRST
        return FirstTime.KNOWN if answers and all(answers) else FirstTime.UNKNOWN


def _reached(date: str, at: datetime) -> bool | None:
    """Say whether a text of that day is older (False) or younger than a date; None in the `NEWS` around it."""
    first, last = _months(date)
    if f"{at:%Y-%m}" < first:
        return False
    return True if f"{at - NEWS:%Y-%m}" >= last else None


def _months(date: str) -> tuple[str, str]:
    """Return the first and the last month that a year, or a year and month, may mean."""
    return (date, date) if "-" in date else (f"{date}-01", f"{date}-12")


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
    wider = {country for region in regions for country in gazetteer.members(region)}
    guessed = frozenset(wider - countries) if old.since >= LATELY else frozenset()
    return replace(
        old, sells=old.sells | countries | wider, regions=old.regions | regions, guessed=old.guessed | guessed
    )
