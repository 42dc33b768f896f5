"""Who acts: of the companies that a text names, the one whose move the words of a trigger tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from crawler.classify import grammar
from crawler.classify.document import COMPANIES, Clause, Document
from crawler.classify.grammar import Actor
from crawler.classify.lexicon import Lexicon
from crawler.classify.triggers import Hit
from crawler.knowledge import Found, Roster, Sort
from crawler.models import MOST_MOVES, Company, MoveType
from crawler.text import fold

_OBJECT = 8
"""Characters behind the words of a plant within which the brand stands whose cars it builds."""
_BUILT = (MoveType.OVERSEAS_PRODUCTION, MoveType.WITHDRAWAL)


class Actors:
    """Tells who acts in a clause. Holds only what it was given."""

    def __init__(self, roster: Roster, lexicon: Lexicon) -> None:
        self._roster = roster
        self._lexicon = lexicon

    def served(self, clause: Clause, hit: Hit, known: Collection[str]) -> Iterator[Actor]:
        """Return the company named behind a move's first words: "Magna builds cars for XPENG"."""
        for found, mark in zip(clause.names, clause.marks, strict=True):
            if found.sort in COMPANIES and mark > hit.start and found.names[0] not in known:
                yield Actor(self._roster.by_name[found.names[0]], found, False, mark)
                return

    def of(self, document: Document, clause: Clause, hit: Hit) -> list[Actor]:
        """Return who acts: the company the clause begins with, and those that are joined to it."""
        marks = dict(zip(clause.names, clause.marks, strict=True))
        first, names = self._subjects(document, clause, hit)
        if (found := self._doubtful(document, clause, hit)) is not None and not first:
            return [Actor(self._roster.by_name[found.names[0]], found, True, marks[found])]
        if not names:
            return []
        names = self._carried(document, clause, self._owned(document, names))
        names = names if first else self._makers(document, clause, hit, names)
        names = self._entrants(names) if hit.trigger.entrant else names
        until = hit.end + (_OBJECT if hit.trigger.type in _BUILT else 0)
        behind = [f for f in clause.between(hit.start, until, COMPANIES) if f not in names]
        chosen = self._built_for(document, hit, names[0], behind) or self._most_specific(
            document, hit, [*names, *behind]
        )
        together = self._together(document, names)
        if len(together) > 1:
            chosen = [(f, self._roster.by_name[f.names[0]]) for f in together]
        return [Actor(company, found, first, marks.get(found, -1)) for found, company in chosen]

    def _together(self, document: Document, names: Sequence[Found]) -> list[Found]:
        """Return the names joined to the first: "X and Y", "X, Y", or in Chinese side by side, neither the other's."""
        together = [names[0]]
        for one, other in pairwise(names[:MOST_MOVES]):
            between = document.whole[one.end : other.start]
            listed = between != " " and self._lexicon.find("listed", between) is not None
            owned = self._roster.are_related(one.names[0], other.names[0])
            if not (self._lexicon.find("joined", between) or (listed and not owned)):
                break
            together.append(other)
        return together

    def _subjects(self, document: Document, clause: Clause, hit: Hit) -> tuple[bool, Sequence[Found]]:
        """Return whether the companies that may act stand before the trigger, and these."""
        if before := clause.between(0, hit.start, COMPANIES):
            preface = self._lexicon.find("preface", clause.masked, end=hit.start) if len(before) > 1 else None
            return True, clause.between(preface.end(), hit.start, COMPANIES) or before if preface else before
        inside = clause.between(hit.start, hit.end, COMPANIES)
        if inside and hit.start == 0:
            return True, inside
        if after := [*inside, *clause.between(hit.end, len(clause.masked), COMPANIES)]:
            return False, after
        return False, grammar.inherited(document, clause)

    def _built_for(
        self, document: Document, hit: Hit, first: Found, behind: Sequence[Found]
    ) -> list[tuple[Found, Company]]:
        """Return whose cars a company builds abroad, where they are another's: "Foxconn starts building Zeekr cars"."""
        if hit.trigger.type not in _BUILT:
            return []
        for found in behind:
            related = self._roster.are_related(found.names[0], first.names[0])
            if not related and self._lexicon.find("cars_of", document.whole[found.end : found.end + 40]):
                return [(found, self._roster.by_name[found.names[0]])]
        return []

    def _entrants(self, names: Sequence[Found]) -> Sequence[Found]:
        """Return those that make no cars, or made none once, where there are any: only they can enter."""
        return [f for f in names if self._roster.may_enter(f.names[0])] or names

    def _owned(self, document: Document, names: Sequence[Found]) -> Sequence[Found]:
        """Leave out companies that only own the next: "X's partner Y" and "X and Z's brand Y" are Y."""

        def between(n: int) -> str:
            return document.whole[names[n - 1].end : names[n].start]

        if len(names) > 2 and self._lexicon.find("joined", between(1)) and self._lexicon.find("owner", between(2)):
            return names[2:]
        if len(names) > 1 and self._lexicon.find("owner", between(1)):
            return names[1:]
        return names

    def _carried(self, document: Document, clause: Clause, names: Sequence[Found]) -> Sequence[Found]:
        """Return the company whose cars the first builds or sells abroad, where its item names that too."""
        carrier = names[0].names[0]
        for found in (f for c in document.items[clause.item] for f in c.names if f.sort in COMPANIES):
            if self._roster.carries(carrier, found.names[0]):
                return [found]
        return names

    def _makers(self, document: Document, clause: Clause, hit: Hit, names: Sequence[Found]) -> Sequence[Found]:
        """Return the group named before that makes the cars of a brand of its own: "丰田，要在中国造雷克萨斯"."""
        made = clause.between(hit.end - 1, hit.end + 2, COMPANIES)
        if hit.trigger.type is not MoveType.OVERSEAS_PRODUCTION or not made or made[0].sort is Sort.MODEL:
            return names
        belongs, brand = self._roster.belongs, made[0].names[0]
        before = grammar.inherited(document, clause)
        return [f for f in before if f.names[0] != brand and belongs(brand, f.names[0])][:1] or names

    def _doubtful(self, document: Document, clause: Clause, hit: Hit) -> Found | None:
        """Return the ambiguous name that the words of the move follow at once: a film enters no market."""
        for found, mark in zip(clause.names, clause.marks, strict=True):
            if found.sort is Sort.DOUBTFUL and mark < hit.start:
                between = clause.masked[mark + 1 : hit.start]
                if not self._lexicon.without("filler", between, document.language).strip(" '-."):
                    return found
        return None

    def _most_specific(self, document: Document, hit: Hit, names: Sequence[Found]) -> list[tuple[Found, Company]]:
        """Return the first company, or a brand of its own that is named with it; both where their homes differ.

        A brand whose cars the company makes abroad is no plant's owner: "Toyota to build Lexus cars in China".
        """
        roster = self._roster
        first = names[0], roster.by_name[names[0].names[0]]
        plant = hit.trigger.type is MoveType.OVERSEAS_PRODUCTION
        for other in names[1:3]:
            if plant and self._lexicon.find("makes", fold(document.whole[names[0].end : other.start]).text):
                continue
            if other.names[0] != first[1].name and roster.belongs(other.names[0], first[1].name):
                brand = other, roster.by_name[other.names[0]]
                return [brand] if brand[1].home == first[1].home else [brand, first]
        return [first]
