"""Which company might have made which move, clause by clause: who acts, where, how far; what speaks for and against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.classify import grammar
from crawler.classify.actors import Actors
from crawler.classify.document import COMPANIES, PLACES, Clause, Document, Part
from crawler.classify.grammar import Actor, Case
from crawler.classify.lexicon import Lexicon
from crawler.classify.markets import Markets
from crawler.classify.scoring import Scoring, Signal
from crawler.classify.stages import Stages
from crawler.classify.triggers import Hit, Triggers, denial
from crawler.knowledge import Knowledge, Sort
from crawler.models import OVERSEAS, Company, Kind, MoveType, Stage, WhyNot
from crawler.text import fold

_IMPOSSIBLE = 0.1
"""The most a proposal counts that cannot be a move (a denial, the home market), however strong its words."""

AT_HOME = (WhyNot.HOME_MARKET, WhyNot.NO_MOVE)
"""Why a trigger tells nothing of a company where no market of its move is named."""
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
        self._actors = Actors(knowledge.roster, lexicon)
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

        Fallbacks only in the title. Those for entrants only where the text names one, now or once; those that need a
        market only where the clause or one beside it names any (in the body: the clause).
        """
        abroad = any(f.sort in PLACES for f in clause.names) or (
            clause.part is not Part.BODY
            and any(f.sort in PLACES for c in grammar.beside(document, clause) for f in c.names)
        )
        return self._triggers.hits(clause, document.language, document.entrants, abroad, clause.part is Part.TITLE)

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
        if not (actors := self._actors.of(document, clause, hit)):
            return
        title, said = grammar.item_words(document, clause), grammar.said(clause, hit, self._lexicon)

        def proposal(actor: Actor) -> Proposal:
            entrant = self._is_entrant(actor.company, published)
            type_ = self._type(document, clause, hit, actor.company) if entrant else hit.trigger.type
            return self._proposal(Case(document, clause, hit, actor, published, entrant, type_, title, said))

        made = [proposal(actor) for actor in actors]
        yield from made
        if hit.trigger.needs_abroad and all(p.why_not in AT_HOME for p in made):
            yield from (proposal(actor) for actor in self._actors.served(clause, hit, {p.company for p in made}))

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
        words = self._scoring.heard(case.type, self._weighed_words(case), case.title, case.document.language)
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

    def _weighed_words(self, case: Case) -> str:
        """Return the clause's words; where those of an entry name a car, without what the firm makes so far before."""
        masked, hit = case.clause.masked, case.hit
        car = self._lexicon.find("own_car", masked, case.document.language, hit.start, hit.end)
        return masked[hit.start :] if case.type is MoveType.NEW_ENTRANT and car else masked

    def _impossible(self, case: Case, places: Sequence[str]) -> WhyNot | None:
        if self.denial(case.document, case.clause, case.hit):
            return WhyNot.DENIAL
        if case.hit.trigger.entrant and not case.entrant:
            return WhyNot.HOME_MARKET
        if grammar.is_taken_over(case, self._lexicon) or self._lexicon.find("goes_on", case.clause.masked):
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
        own_names = [f for f in (case.actor.found, *clause.names) if case.actor.company.name in f.names]
        named = any(self._lexicon.find("car_name", fold(f.alias).text) for f in own_names)
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
        builds, members = self._knowledge.presence.builds_in, self._knowledge.gazetteer.members
        asked = {place for place in places if place != OVERSEAS}
        if case.hit.trigger.fallback:
            asked |= {country for place in asked for country in members(place)}
        return any(builds(made, place, case.published) for place in asked)

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
        known = bool(sells) and all(sells)
        anew = known and not model and grammar.comes_anew(case, self._lexicon)
        if case.hit.trigger.model and not model and (anew or not known):
            yield "brand_subject"
        if sells and all(s is False for s in sells):
            yield "brand_first"
        elif known and not anew and (model or asked != [OVERSEAS]):
            yield "one_model" if model else "brand_known"
        elif not known and model and self._lexicon.find("shown", case.clause.masked, case.document.language):
            yield "one_model"


def _names_otherwise(case: Case) -> bool:
    """Say whether the clause names who acts by a clear name too, or by a model's: "Lei Jun unveils the Xiaomi SU7"."""
    clear = (Sort.COMPANY, Sort.MODEL)
    return any(f.sort in clear and case.actor.company.name in f.names for f in case.clause.names)


def _may_act(document: Document, clause: Clause) -> bool:
    """Say whether anybody may act in a clause; the body adds to a story with subjects of its own, see `Judge`."""
    own = any(f.sort in COMPANIES or f.sort is Sort.DOUBTFUL for f in clause.names)
    return own or (clause.part is not Part.BODY and bool(grammar.inherited(document, clause)))
