"""Where a move goes: the foreign markets of its clause, or of one beside it; an entrant's first market."""

from __future__ import annotations

from crawler.classify import grammar
from crawler.classify.document import PLACES, Clause, Part
from crawler.classify.grammar import Case
from crawler.classify.lexicon import Lexicon
from crawler.knowledge import Found, Knowledge
from crawler.models import OVERSEAS, MoveType


class Markets:
    """Tells the markets a case is about. Holds only what it was given."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon) -> None:
        self._knowledge = knowledge
        self._lexicon = lexicon

    def of(self, case: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the foreign markets of the clause, else of a clause beside it; and the signal for that."""
        if case.type is MoveType.NEW_ENTRANT:
            return self._first_market(case), ()
        if case.hit.trigger.entrant and case.type is MoveType.WITHDRAWAL:
            return (case.actor.company.home,), ()
        if named := self._foreign(case, case.clause):
            return self._begun(case, self._narrowed(case, named)), ("place",)
        if grammar.names_home(case.clause, case.actor.company.home):
            return (), ()
        for other in grammar.beside(case.document, case.clause):
            if named := self._foreign(case, other):
                return named, ("place_from_title",)
        return (), ()

    def _narrowed(self, case: Case, named: tuple[str, ...]) -> tuple[str, ...]:
        """Return the country of a plant, where another clause of the title names it and this one only its region."""
        gazetteer, production = self._knowledge.gazetteer, case.type is MoveType.OVERSEAS_PRODUCTION
        if not production or case.clause.part is not Part.TITLE or len(named) > 1 or not gazetteer.are_regions(named):
            return named
        beside = (self._foreign(case, other) for other in grammar.beside(case.document, case.clause))
        within = (near for near in beside if near and all(gazetteer.contains(named[0], place) for place in near))
        return next((near for near in within if not gazetteer.are_regions(near)), named)

    def _begun(self, case: Case, named: tuple[str, ...]) -> tuple[str, ...]:
        """Return a region that is entered with the countries of it that a later clause begins with.

        Or with those between which an earlier one says that it lies: "From Dublin to Athens, …".
        """

        def tells(c: Clause) -> bool:
            return self._lexicon.find("first_of" if c.start > case.clause.start else "from_to", c.masked) is not None

        begun = (self._foreign(case, c) for c in grammar.beside(case.document, case.clause) if tells(c))
        contains = self._knowledge.gazetteer.contains
        within = {place for near in begun for place in near if any(contains(wide, place) for wide in named)}
        return tuple(sorted({*named, *within}))

    def _first_market(self, case: Case) -> tuple[str, ...]:
        """Return where an entrant's first car is sold: the market it is said to bring it to, else the known one."""
        company, words = case.actor.company, case.clause.masked
        named = self._foreign(case, case.clause) if self._lexicon.find("brought", words, case.document.language) else ()
        return named if named and named != (OVERSEAS,) else (company.first_market or company.home,)

    def _foreign(self, case: Case, clause: Clause) -> tuple[str, ...]:
        home = case.actor.company.home
        every = [(f, mark) for f, mark in zip(clause.names, clause.marks, strict=True) if f.sort in PLACES]
        meant = [(f, mark) for f, mark in every if not self._comes_from(case, clause, f, mark)]
        made_there = not meant and case.type is MoveType.OVERSEAS_PRODUCTION
        if made_there or self._lexicon.find("from_to", clause.masked):
            meant = every
        places = grammar.meant_places(case, clause, meant, self._lexicon)
        own_clause = clause is case.clause
        named = grammar.of_trigger(case, places, self._lexicon) if own_clause else [f for f, _ in places]
        contains = self._knowledge.gazetteer.contains
        own = {code for found in named for code in found.names}
        # "its European headquarters in Milan"
        named += [f for f, _ in meant if any(contains(wide, c) for wide in own for c in f.names) and f not in named]
        single = {found.names[0] for found in named if len(found.names) == 1}
        codes = {
            code
            for found in named
            if len(found.names) == 1 or single.isdisjoint(found.names)  # "Tbilisi, its first in the Caucasus"
            for code in found.names
            if code == OVERSEAS or not contains(code, home)
        }
        wider = {c for c in codes if any(c != other and contains(c, other) for other in codes)}
        return tuple(sorted(codes - wider.difference(grammar.joined_places(clause, meant, self._lexicon))))

    def _comes_from(self, case: Case, clause: Clause, found: Found, mark: int) -> bool:
        """Say whether a market is where something comes from: also a plant's country before its "exports"."""
        if grammar.comes_from(clause, mark, case.hit, self._lexicon):
            return True
        if case.type is not MoveType.EXPORT or clause is not case.clause:
            return False
        before = self._lexicon.find("exports_of", clause.masked[mark + 1 : mark + 40]) is not None
        return before and any(self._knowledge.presence.builds_in(case.actor.company.name, p) for p in found.names)
