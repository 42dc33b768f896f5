"""Who makes vehicles: companies, their names in both languages, and which names need a second signal."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from crawler.knowledge.matcher import Found, Matcher, Pattern, Sort
from crawler.models import Company, CompanyPatch, Kind
from crawler.text import Folded, fold

_NAMES = (Sort.COMPANY, Sort.AMBIGUOUS, Sort.PERSON, Sort.MODEL)
_CLEAR = (Sort.COMPANY, Sort.MODEL)
NEAR = 80
"""How far (characters) a vehicle word may stand from an ambiguous name to make it count."""


@dataclass(frozen=True)
class Roster:
    """Every known company. Built by `from_data`; extended by `with_patches`, which returns a new one."""

    by_name: Mapping[str, Company]
    patterns: tuple[Pattern, ...]
    """All names, the words that only look like names, and vehicle words."""
    first_cars: Mapping[str, str] = field(default_factory=dict)
    """Year and month (`2024-03`) in which a former entrant's first car went on sale."""
    other_business: frozenset[str] = frozenset()
    """Companies for which vehicles are a side line: a move of theirs must speak of vehicles."""
    carriers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Company -> those that build or sell its cars abroad for it."""
    disproofs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Company -> folded words beside which its ambiguous names are not its own."""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Roster:
        """Return the roster of the built JSON's `companies`, `decoys` and `vehicle_words`."""
        rows: Sequence[Mapping[str, Any]] = data["companies"]
        patterns = [pattern for row in rows for pattern in _patterns(row)]
        patterns += [Pattern(word, Sort.DECOY) for word in data["decoys"]]
        patterns += [Pattern(word, Sort.VEHICLE) for word in data["vehicle_words"]]
        return cls(
            {row["name"]: _company(row) for row in rows},
            tuple(patterns),
            {row["name"]: row["first_car"] for row in rows if "first_car" in row},
            frozenset(row["name"] for row in rows if not row.get("maker", True)),
            {row["name"]: frozenset(row["carried_by"]) for row in rows if "carried_by" in row},
            {row["name"]: frozenset(fold(word).text for word in row.get("disproved_by", ())) for row in rows},
        )

    def companies(self) -> tuple[Company, ...]:
        """Return all companies by name."""
        return tuple(sorted(self.by_name.values(), key=lambda c: c.name.casefold()))

    def company(self, name: str) -> Company | None:
        """Return the company of a canonical name or of any alias, whatever the case; None if unknown."""
        if name in self.by_name:
            return self.by_name[name]
        canonical = self._index.get(fold(name.strip()).text)
        return self.by_name.get(canonical) if canonical else None

    def belongs(self, company: str, group: str) -> bool:
        """Say whether the company is the group, or belongs to it directly or through another."""
        seen: set[str] = set()
        known, wanted = self.company(company), self.company(group)
        while known is not None and known.name not in seen:
            if known.name == (wanted.name if wanted else group):
                return True
            seen.add(known.name)
            if known.group is not None and known.group == group:
                return True
            known = self.by_name.get(known.group) if known.group else None
        return False

    def are_related(self, one: str, other: str) -> bool:
        """Say whether the companies are the same, or either belongs to the other."""
        return self.belongs(one, other) or self.belongs(other, one)

    def first_car(self, company: str) -> str | None:
        """Return the year and month of a former entrant's first car on sale; None where there is none."""
        return self.first_cars.get(company)

    def may_enter(self, name: str) -> bool:
        """Say whether a company makes no cars, or made none once."""
        return name in self.first_cars or self.by_name[name].kind is Kind.ENTRANT

    def carries(self, carrier: str, company: str) -> bool:
        """Say whether one builds or sells the other's cars abroad, so that a move told of both is the other's."""
        return carrier in self.carriers.get(company, ())

    def find(self, text: str, folded: Folded | None = None) -> tuple[Found, ...]:
        """Return the companies a text names; ambiguous names only where a second signal stands by them."""
        return self.confirmed(self._matcher.find(text, folded))

    def confirmed(self, found: Iterable[Found]) -> tuple[Found, ...]:
        """Return the companies among what was found, in order, those of ambiguous name only where it is borne out.

        That is: the text also has a clear name of the same company, or near it a vehicle word or the clear name of a
        firm that lives by vehicles.
        """
        return tuple(f for f in self.weighed(found) if f.sort is not Sort.DOUBTFUL)

    def weighed(self, found: Iterable[Found]) -> tuple[Found, ...]:
        """Return the companies among what was found, in order; an ambiguous name that is not borne out is `DOUBTFUL`.

        One beside which a word stands that disproves it is left out.
        """
        found = tuple(found)
        clear = {name for f in found if f.sort in _CLEAR for name in f.names}
        starts, ends = [f.start for f in found], [f.end for f in found]
        companies: list[Found] = []
        for f in found:
            if f.sort in _CLEAR or f.sort is Sort.PERSON:
                companies.append(f)
            elif f.sort is Sort.AMBIGUOUS:
                near = found[bisect_left(ends, f.start - NEAR) : bisect_right(starts, f.end + NEAR)]
                if not self._disproved(f, near):
                    borne_out = clear.intersection(f.names) or any(map(self._is_of_cars, near))
                    companies.append(f if borne_out else replace(f, sort=Sort.DOUBTFUL))
        return tuple(companies)

    def _disproved(self, name: Found, near: Iterable[Found]) -> bool:
        words = self.disproofs.get(name.names[0], frozenset())
        return bool(words) and any(_folded(f.alias) in words for f in near)

    def _is_of_cars(self, found: Found) -> bool:
        """Say whether it is a vehicle word or the clear name of a firm that lives by vehicles."""
        if found.sort is Sort.VEHICLE:
            return True
        return found.sort in _CLEAR and not self.other_business.issuperset(found.names)

    def with_patches(self, patches: Iterable[CompanyPatch]) -> Roster:
        """Return a roster with the user's additions.

        Raises:
            ValueError: when a patch is for an unknown company and gives no home.
        """
        roster = self
        for patch in patches:
            roster = roster._with_patch(patch)
        return roster

    def _with_patch(self, patch: CompanyPatch) -> Roster:
        known = self.company(patch.name)
        if known is None and patch.home is None:
            raise ValueError(
                f"company '{patch.name}' is not in the roster: give its home market as well (home: CN), "
                "or use a name that `chuhai companies` lists"
            )
        company = _patched(known or Company(patch.name, patch.home or "", Kind.CAR), patch)
        names = patch.aliases if known else (patch.name, *patch.aliases)
        fresh = {fold(name).text for name in names}
        kept = (p for p in self.patterns if not (p.sort in _NAMES and fold(p.alias).text in fresh))
        added = (Pattern(name, Sort.COMPANY, (company.name,)) for name in names)
        return replace(self, by_name={**self.by_name, company.name: company}, patterns=(*kept, *added))

    @cached_property
    def _index(self) -> Mapping[str, str]:
        named = {fold(p.alias).text: p.names[0] for p in reversed(self.patterns) if p.sort in _NAMES}
        return named | {fold(name).text: name for name in self.by_name}

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher(self.patterns)


@lru_cache(4_000)
def _folded(alias: str) -> str:
    return fold(alias).text


def _patched(known: Company, patch: CompanyPatch) -> Company:
    return replace(
        known,
        home=patch.home or known.home,
        kind=patch.kind or known.kind,
        group=patch.group or known.group,
        aliases=tuple(dict.fromkeys((*known.aliases, *patch.aliases))),
        sells_in=tuple(sorted({*known.sells_in, *patch.sells_in})),
    )


def _company(row: Mapping[str, Any]) -> Company:
    aliases = [name for key in ("zh", "aliases", "exact", "ambiguous") for name in row.get(key, ())]
    return Company(
        name=row["name"],
        home=row["home"],
        kind=Kind(row.get("kind", "car")),
        group=row.get("group"),
        aliases=tuple(name for name in dict.fromkeys(aliases) if name != row["name"]),
        sells_in=tuple(row.get("sells_in", ())),
        first_market=row.get("first_market"),
    )


def _patterns(row: Mapping[str, Any]) -> list[Pattern]:
    names = (row["name"],)
    exact, ambiguous = row.get("exact", ()), row.get("ambiguous", ())
    plain = [*row.get("zh", ()), *row.get("aliases", ())]
    if not row.get("nameless") and row["name"] not in exact and row["name"] not in ambiguous:
        plain.append(row["name"])
    return [
        *(Pattern(alias, Sort.COMPANY, names, exact=True) for alias in exact),
        *(Pattern(alias, Sort.COMPANY, names) for alias in dict.fromkeys(plain)),
        *(Pattern(alias, Sort.AMBIGUOUS, names) for alias in ambiguous),
        *(Pattern(alias, Sort.PERSON, names) for alias in row.get("people", ())),
        *(Pattern(model, Sort.MODEL, names) for model in row.get("models", ())),
        *(Pattern(word, Sort.DISPROOF, names) for word in row.get("disproved_by", ())),
    ]
