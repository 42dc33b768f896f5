"""Which company might have made which move, clause by clause: who acts, where, how far; what speaks for and against."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.classify import grammar
from crawler.classify.document import COMPANIES, PLACES, Clause, Document, Part
from crawler.classify.grammar import Actor, Case
from crawler.classify.lexicon import Lexicon
from crawler.classify.markets import Markets
from crawler.classify.scoring import Scoring, Signal
from crawler.classify.stages import Stages
from crawler.classify.triggers import Hit, Triggers, denial
from crawler.knowledge import Found, Knowledge, Sort
from crawler.models import OVERSEAS, Company, Kind, MoveType, Stage, WhyNot
from crawler.text import fold

_IMPOSSIBLE = 0.1
"""The most a proposal counts that cannot be a move (a denial, the home market), however strong its words."""

_OBJECT = 8
"""Characters behind the words of a plant within which the brand stands whose cars it builds."""
_BUILT = (MoveType.OVERSEAS_PRODUCTION, MoveType.WITHDRAWAL)
_AT_HOME = (WhyNot.HOME_MARKET, WhyNot.NO_MOVE)
_NAME_SIGNALS = {Sort.PERSON: "person", Sort.DOUBTFUL: "name_unclear"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One possible move, with what speaks for and against it."""

    company: str
    type: MoveType
    places: tuple[str, ...]
    stage: Stage
    clause: Clause
    hit: Hit
    signals: tuple[Signal, ...]
    confidence: float
    why_not: WhyNot | None = None
    """Why it cannot be one, whatever its weight; None where only the confidence decides."""

    def says(self, *names: str) -> bool:
        """Say whether it has one of these signals."""
        return any(signal.name in names for signal in self.signals)


class Proposer:
    """Turns a document's clauses into proposals. Holds only what it was given."""

    def __init__(self, knowledge: Knowledge, triggers: Triggers, scoring: Scoring, lexicon: Lexicon) -> None:
        self._knowledge = knowledge
        self._triggers = triggers
        self._scoring = scoring
        self._lexicon = lexicon
        self._markets = Markets(knowledge, lexicon)
        self.stages = Stages(lexicon)

    def is_candidate(self, document: Document) -> bool:
        """Say, generously, whether a company and a sign of movement stand in title and lead."""
        early = [c for c in document.clauses if c.part is not Part.BODY]
        if not any(f.sort in COMPANIES for f in document.found if f.start < document.lead_until):
            return False
        return any(f.sort in PLACES for c in early for f in c.names) or any(
            True for clause in early for _ in self.hits(document, clause)
        )

    def hits(self, document: Document, clause: Clause) -> Iterator[Hit]:
        """Return the triggers that stand in a clause and could mean something there.

        Those for entrants only where the text names one, now or once; those that need a market only where the clause
        or one beside it names any (in the body: the clause).
        """
        abroad = any(f.sort in PLACES for f in clause.names) or (
            clause.part is not Part.BODY
            and any(f.sort in PLACES for c in grammar.beside(document, clause) for f in c.names)
        )
        return self._triggers.hits(clause, document.language, document.entrants, abroad)

    def denial(self, document: Document, clause: Clause, hit: Hit) -> tuple[Clause, re.Match[str]] | None:
        """Return the denial of what a trigger says, with its clause: before it, or in a later clause of the title.

        None where a clause beside says that it is done already: "it isn't coming, it's here".
        """
        found = self._denial(document, clause, hit)
        if found and any(self._lexicon.find("already", c.masked) for c in document.items[clause.item]):
            return None
        return found

    def _denial(self, document: Document, clause: Clause, hit: Hit) -> tuple[Clause, re.Match[str]] | None:
        before = denial(clause, hit, document.language, self._lexicon)
        after = before or self._lexicon.find("denied_after", clause.masked, document.language, hit.end)
        if after is not None:
            return clause, after
        earlier = [c for c in document.items[clause.item] if c.end <= clause.start][-1:]
        for c in earlier:
            if (match := self._lexicon.find("denies_next", c.masked, document.language)) is not None:
                return c, match
        later = [c for c in document.items[clause.item] if c.start > clause.start and clause.part is Part.TITLE]
        found = ((c, self._lexicon.find("denied_after", c.masked, document.language)) for c in later)
        return next(((c, match) for c, match in found if match is not None), None)

    def proposals(self, document: Document, part: Part, published: datetime | None) -> Iterator[Proposal]:
        """Return what the clauses of one part may report, in order of the text.

        Only clauses that name a company, or in title and lead stand beside one that does.
        """
        if not any(clause.names for clause in document.clauses):
            return
        for clause in document.clauses:
            if clause.part is part and _may_act(document, clause):
                for hit in self.hits(document, clause):
                    yield from self._of_hit(document, clause, hit, published)

    def _of_hit(self, document: Document, clause: Clause, hit: Hit, published: datetime | None) -> Iterator[Proposal]:
        """Return what a trigger may report of who acts; where nobody does so abroad, of whom it is done for."""
        if not (actors := self._actors(document, clause, hit)):
            return
        title, said = grammar.item_words(document, clause), grammar.said(clause, hit, self._lexicon)

        def proposal(actor: Actor) -> Proposal:
            entrant = self._is_entrant(actor.company, published)
            type_ = self._type(document, clause, hit, actor.company) if entrant else hit.trigger.type
            return self._proposal(Case(document, clause, hit, actor, published, entrant, type_, title, said))

        made = [proposal(actor) for actor in actors]
        yield from made
        if hit.trigger.needs_abroad and all(p.why_not in _AT_HOME for p in made):
            yield from (proposal(actor) for actor in self._served(clause, hit, {p.company for p in made}))

    def _served(self, clause: Clause, hit: Hit, known: Collection[str]) -> Iterator[Actor]:
        """Return the company named behind a move's first words: "Magna builds cars for XPENG"."""
        for found, mark in zip(clause.names, clause.marks, strict=True):
            if found.sort in COMPANIES and mark > hit.start and found.names[0] not in known:
                yield Actor(self._knowledge.roster.by_name[found.names[0]], found, False, mark)
                return

    def _actors(self, document: Document, clause: Clause, hit: Hit) -> list[Actor]:
        """Return who acts: the company the clause begins with, and one that is joined to it by "and"."""
        marks = dict(zip(clause.names, clause.marks, strict=True))
        first, names = self._subjects(document, clause, hit)
        if (found := self._doubtful(document, clause, hit)) is not None and not first:
            return [Actor(self._knowledge.roster.by_name[found.names[0]], found, True, marks[found])]
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
        if len(names) > 1 and self._lexicon.find("joined", document.whole[names[0].end : names[1].start]):
            chosen = [(f, self._knowledge.roster.by_name[f.names[0]]) for f in names[:2]]
        return [Actor(company, found, first, marks.get(found, -1)) for found, company in chosen]

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
        belongs, (subject, *_) = self._knowledge.roster.belongs, first.names
        if hit.trigger.type not in _BUILT:
            return []
        for found in behind:
            related = belongs(found.names[0], subject) or belongs(subject, found.names[0])
            if not related and self._lexicon.find("cars_of", document.whole[found.end : found.end + 40]):
                return [(found, self._knowledge.roster.by_name[found.names[0]])]
        return []

    def _entrants(self, names: Sequence[Found]) -> Sequence[Found]:
        """Return those that make no cars, or made none once, where there are any: only they can enter."""
        return [f for f in names if self._knowledge.roster.may_enter(f.names[0])] or names

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
            if self._knowledge.roster.carries(carrier, found.names[0]):
                return [found]
        return names

    def _makers(self, document: Document, clause: Clause, hit: Hit, names: Sequence[Found]) -> Sequence[Found]:
        """Return the group named before that makes the cars of a brand of its own: "丰田，要在中国造雷克萨斯"."""
        made = clause.between(hit.end - 1, hit.end + 2, COMPANIES)
        if hit.trigger.type is not MoveType.OVERSEAS_PRODUCTION or not made or made[0].sort is Sort.MODEL:
            return names
        belongs, brand = self._knowledge.roster.belongs, made[0].names[0]
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
        roster = self._knowledge.roster
        first = names[0], roster.by_name[names[0].names[0]]
        plant = hit.trigger.type is MoveType.OVERSEAS_PRODUCTION
        for other in names[1:3]:
            if plant and self._lexicon.find("makes", fold(document.whole[names[0].end : other.start]).text):
                continue
            if other.names[0] != first[1].name and roster.belongs(other.names[0], first[1].name):
                brand = other, roster.by_name[other.names[0]]
                return [brand] if brand[1].home == first[1].home else [brand, first]
        return [first]

    def _type(self, document: Document, clause: Clause, hit: Hit, company: Company) -> MoveType:
        """Return the type of a would-be maker's move: its first car, or the first market of one, is a new entrant."""
        if hit.trigger.type is not MoveType.MARKET_ENTRY:
            return hit.trigger.type
        named = {code for f in clause.names if f.sort in PLACES for code in f.names}
        elsewhere = named and named.isdisjoint((OVERSEAS, company.home, company.first_market or company.home))
        first = self._lexicon.find("first_car", clause.masked, document.language)
        return MoveType.MARKET_ENTRY if elsewhere and not first else MoveType.NEW_ENTRANT

    def _is_entrant(self, company: Company, published: datetime | None) -> bool:
        first_car = self._knowledge.roster.first_car(company.name)
        if first_car is not None:
            return published is not None and f"{published:%Y-%m}" <= first_car
        return company.kind is Kind.ENTRANT

    def _proposal(self, case: Case) -> Proposal:
        places, place_signal = self._markets.of(case)
        why = self._impossible(case, places)
        subject = ("subject_first",) if case.actor.first else ()
        facts = dict.fromkeys((*subject, *place_signal, *self._signals(case, places)))
        words = self._scoring.heard(case.type, case.clause.masked, case.title, case.document.language)
        signals = (*map(Signal, facts), *(signal for signal in words if signal.name not in facts))
        confidence = self._scoring.confidence(signals)
        return Proposal(
            company=case.actor.company.name,
            type=case.type,
            places=places or (OVERSEAS,),
            stage=self.stages.of(case),
            clause=case.clause,
            hit=case.hit,
            signals=signals,
            confidence=confidence if why is None else min(confidence, _IMPOSSIBLE),
            why_not=why,
        )

    def _impossible(self, case: Case, places: Sequence[str]) -> WhyNot | None:
        if self.denial(case.document, case.clause, case.hit):
            return WhyNot.DENIAL
        if case.hit.trigger.entrant and not case.entrant:
            return WhyNot.HOME_MARKET
        if grammar.is_taken_over(case, self._lexicon):
            return WhyNot.NO_MOVE
        if grammar.is_listing(case, places, self._lexicon):
            return WhyNot.STAKE
        if case.hit.trigger.needs_abroad and not places:
            home = grammar.names_home(case.clause, case.actor.company.home)
            return WhyNot.HOME_MARKET if home else WhyNot.NO_MOVE
        return None

    def _signals(self, case: Case, places: Sequence[str]) -> Iterator[str]:
        if case.hit.trigger.strength != "plain":
            yield f"trigger_{case.hit.trigger.strength}"
        if case.clause.part is not Part.TITLE or case.actor.found in case.document.unnamed:
            yield "not_in_title"
            if not case.document.names_in_title:
                many = self._lexicon.find("many_makers", case.title)
                yield "title_names_nobody" if many is None else "industry"
        if (name := _NAME_SIGNALS.get(case.actor.found.sort)) is not None and not _names_otherwise(case):
            yield name
        if not self._speaks_of_cars(case):
            yield "no_vehicle"
        if len({n for f in case.clause.names if f.sort in COMPANIES for n in f.names}) >= 3:
            yield "many_companies"
        if grammar.past_year(case):
            yield "past_year"
        yield from self._of_type(case, places)

    def _of_type(self, case: Case, places: Sequence[str]) -> Iterator[str]:
        if case.type is MoveType.MARKET_ENTRY:
            yield from self._arrival(case, places)
        if case.type is MoveType.WITHDRAWAL and grammar.model_ends(case, self._lexicon):
            yield "one_model"
        if case.type is MoveType.OVERSEAS_PRODUCTION and self._builds_there(case, places):
            yield grammar.beside_plant(case, self._lexicon)

    def _speaks_of_cars(self, case: Case) -> bool:
        if case.actor.company.name not in self._knowledge.roster.other_business:
            return True
        document, clause = case.document, case.clause
        named = self._lexicon.find("car_name", fold(case.actor.found.alias).text) is not None
        own = named or any(f.sort is Sort.MODEL for f in clause.names)
        if document.digest and clause.part is Part.TITLE:
            item = [c for c in document.title_clauses if c.item == clause.item]
            return own or document.vehicles_between(item[0].start, item[-1].end)
        return own or document.vehicles_between(0, document.lead_until)

    def _builds_there(self, case: Case, places: Sequence[str]) -> bool:
        """Say whether the company is known to build there: the brand of its own that is made, where one is named."""
        company, roster = case.actor.company.name, self._knowledge.roster
        named = (n for f in case.clause.names if f.sort in COMPANIES for n in f.names)
        made = next((name for name in named if name != company and roster.belongs(name, company)), company)
        builds = self._knowledge.presence.builds_in
        return any(builds(made, place, case.published) for place in places if place != OVERSEAS)

    def _arrival(self, case: Case, places: Sequence[str]) -> Iterator[str]:
        if self._lexicon.find("establishment", case.clause.masked, case.document.language):
            yield "establishment"
        sells_in, company = self._knowledge.presence.sells_in, case.actor.company.name
        asked = [place for place in places if place != OVERSEAS] or list(places)
        model = grammar.model_arrives(case, self._lexicon)
        sells = [sells_in(company, place, case.published, at_a_guess=model) for place in asked]
        named = [f for f in case.clause.names if f.sort in PLACES]
        if named and all(f.sort is Sort.CITY for f in named):
            yield "city_only"
        if case.hit.trigger.model and not model and not (sells and all(sells)):
            yield "brand_subject"
        if sells and all(s is False for s in sells):
            yield "brand_first"
        elif sells and all(sells):
            anew = not model and grammar.comes_anew(case, self._lexicon)
            if not anew and (model or asked != [OVERSEAS]):
                yield "one_model" if model else "brand_known"
        elif model and self._lexicon.find("shown", case.clause.masked, case.document.language):
            yield "one_model"


def _names_otherwise(case: Case) -> bool:
    """Say whether the clause names who acts by a clear name too, or by a model's: "Lei Jun unveils the Xiaomi SU7"."""
    clear = (Sort.COMPANY, Sort.MODEL)
    return any(f.sort in clear and case.actor.company.name in f.names for f in case.clause.names)


def _may_act(document: Document, clause: Clause) -> bool:
    """Say whether anybody may act in a clause; the body adds to a story with subjects of its own, see `Judge`."""
    own = any(f.sort in COMPANIES or f.sort is Sort.DOUBTFUL for f in clause.names)
    return own or (clause.part is not Part.BODY and bool(grammar.inherited(document, clause)))
