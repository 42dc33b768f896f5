"""Markets: countries and regions, what contains what, and their names in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crawler.knowledge.matcher import Found, Matcher, Pattern, Sort
from crawler.models import OVERSEAS
from crawler.text import Folded, fold


@dataclass(frozen=True)
class Gazetteer:
    """Every place a move can have: ISO 3166 alpha-2 countries and the region words of config.yaml."""

    names: Mapping[str, Mapping[str, str]]
    """Code -> language -> name."""
    regions_: Mapping[str, frozenset[str]]
    """Region word -> the codes of its countries."""
    patterns: tuple[Pattern, ...]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Gazetteer:
        """Return the gazetteer of the built JSON's `places`."""
        patterns = [
            Pattern(alias, Sort(sort), tuple(codes), exact=exact) for alias, sort, codes, exact in data["patterns"]
        ]
        regions = {word: frozenset(members) for word, members in data["regions"].items()}
        return cls(data["names"], regions, tuple(patterns))

    def is_place(self, code: str) -> bool:
        """Say whether this is a country code or a region word, in capitals as config.yaml writes them."""
        return code in self.names

    def code(self, word: str) -> str | None:
        """Return the code of a code, name or alias in either language, whatever the case; None if unknown."""
        folded = fold(word.strip()).text
        return self._index.get(folded)

    def are_regions(self, places: Iterable[str]) -> bool:
        """Say whether every place is a region word."""
        return all(place in self.regions_ for place in places)

    def regions(self) -> tuple[str, ...]:
        """Return the region words, OVERSEAS last."""
        return tuple(sorted(self.regions_, key=lambda word: (word == OVERSEAS, word)))

    def members(self, region: str) -> frozenset[str]:
        """Return the countries of a region (all of them for OVERSEAS); of a country, itself.

        Raises:
            KeyError: when it is no place.
        """
        if region == OVERSEAS:
            return self._countries
        if region not in self.names:
            raise KeyError(region)
        return self.regions_.get(region, frozenset((region,)))

    def contains(self, outer: str, inner: str) -> bool:
        """Say whether one place contains the other: itself, a region its countries, OVERSEAS everything."""
        if not (self.is_place(outer) and self.is_place(inner)):
            return False
        return outer in (inner, OVERSEAS) or inner in self.regions_.get(outer, ())

    def name(self, code: str, language: str = "en") -> str:
        """Return the place's name in `en` or `zh` (any other language: English); the code itself if unknown."""
        names = self.names.get(code, {})
        return names.get(language) or names.get("en") or code

    def find(self, text: str, folded: Folded | None = None) -> tuple[Found, ...]:
        """Return the places a text names, in order: names, cities that stand for a country, adjectives."""
        return places(self._matcher.find(text, folded))

    @cached_property
    def _countries(self) -> frozenset[str]:
        return frozenset(code for code in self.names if code not in self.regions_)

    @cached_property
    def _index(self) -> Mapping[str, str]:
        usable = (p for p in self.patterns if len(p.names) == 1 and p.sort is not Sort.DECOY)
        aliases = {fold(p.alias).text: p.names[0] for p in usable}
        named = {fold(name).text: code for code, names in self.names.items() for name in names.values()}
        return aliases | named | {fold(code).text: code for code in self.names}

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher(self.patterns)


def places(found: Iterable[Found]) -> tuple[Found, ...]:
    """Return the places among what was found, in order."""
    return tuple(f for f in found if f.sort in (Sort.PLACE, Sort.CITY, Sort.DEMONYM))
