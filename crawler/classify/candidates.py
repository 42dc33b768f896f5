"""Which company might have made which move, clause by clause: who acts, where, how far; and what speaks for or against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.classify.document import COMPANIES, COMPANY, PLACES, Clause, Document, Part
from crawler.classify.scoring import Scoring, Words
from crawler.classify.triggers import Hit, Triggers, negated, stage_of
from crawler.knowledge import Found, Knowledge, Sort
from crawler.models import OVERSEAS, Company, Kind, MoveType, Stage, WhyNot

_ORIGIN_BEFORE = re.compile(r"(?:\bfrom|\bout of|\bmade in|\bbuilt in|\bthan in|\boutside(?: of)?|从|除)(?: the)?\s*$")
_ORIGIN_AFTER = re.compile(r"-(?:made|built|based|style|backed|spec|owned|focused)\b|制造|产|版")
_MODEL = {
    "en": re.compile(
        r"\b(?:[a-z]*\d[\w-]*|suvs?|sedan|hatchback|pickup|crossover|mpv|van|wagon|seagull|dolphin|seal|sealion|atto|racco|shark|model|hybrid|phev|coupe)\b"
    ),
    "zh": re.compile(r"[a-z]+\d+|\d+[a-z]+|海豚|海鸥|海豹|海狮|海獭|瑞虎|星越|新车|车型|全新|宋|秦|元plus|suv|皮卡"),
}
_JOINED = re.compile(r"^\s*(?:and|&|与|和|、)\s*$", re.IGNORECASE)
_OPENING = re.compile(r"\bopen(?:s|ed|ing)?\b|\bfirst (?:car|vehicle|ev)\b|首车|首辆|首台|inaugurat|complet|竣工|开业|落成|启用|揭幕")
_FILLER = {
    "en": re.compile(
        r"\b(?:brand|marque|is|are|be|to|will|has|officially|formally|finally|also|now|soon|just|its|the|first|new|own|model|models|cars?|evs?|vehicles?"
        r"|trucks?|buses|electric|sales|deliver(?:y|ies|s|ed)|launch(?:es|ed|ing)?|com(?:es?|ing)|arriv(?:es?|ed|ing|al)|land(?:s|ed|ing)?|debuts?|debuted|goes|going|on|sale"
        r"|available|head(?:s|ed|ing)?|bound|bring(?:s|ing)?|brought|introduc(?:e|es|ed)|rolls?|rolled|out|opens?|opened|orders?|order|books|pre-orders|reservations|in|into|for"
        r"|at|across|with|plans?|wants|set|starts?|begins?|kicks|off|confirms?|announces?|it|and|{COMPANY}|inc|auto|motors?|ev|maker|automaker|carmaker|chinese|makes|market)\b|['&,()]".replace("{COMPANY}", COMPANY)
    ),
    "zh": re.compile(
        r"品牌|汽车|正式|将|即将|已|在|于|开启|宣布|计划|首次|首款|车型|新车|全球|官宣|今日|今年|明年|拟|有望|或|集团|公司|市场|的|向|和|与|、|旗下|登陆|进入|抵达|亮剑|投放|销往|推出|发布|交付|" + COMPANY
    ),
}
_PRESENTED = re.compile("推出|发布(?!品牌)")
_EXCHANGES = frozenset({"HK", "US", "SG", "GB"})
"""Where Chinese makers list their shares."""
_CAR_ALIAS = re.compile(r"汽车|造车|电动|motors?\b|\bauto|\bev\b|\bcar|su7|yu7|afeela|steyr", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One possible move, with what speaks for and against it."""

    company: str
    type: MoveType
    places: tuple[str, ...]
    stage: Stage
    clause: Clause
    weight: float
    signals: tuple[str, ...]
    words: tuple[Words, ...]
    confidence: float
    why_not: WhyNot | None = None
    """Why it cannot be one, whatever its weight; None where only the confidence decides."""


@dataclass(frozen=True, slots=True)
class _Actor:
    company: Company
    found: Found
    role: str
    mark: int
    """Where it stands in the clause's masked text; -1 where it stands in another clause."""


class Proposer:
    """Turns a document's clauses into proposals. Holds only what it was given."""

    def __init__(self, knowledge: Knowledge, triggers: Triggers, scoring: Scoring) -> None:
        self._knowledge = knowledge
        self._triggers = triggers
        self._scoring = scoring

    def is_candidate(self, document: Document) -> bool:
        """Say, generously, whether a company and a sign of movement stand in title and lead."""
        early = [c for c in document.clauses if c.part is not Part.BODY]
        if not any(f.sort in COMPANIES for f in document.found if f.start < document.lead_until):
            return False
        return any(f.sort in PLACES for c in early for f in c.names) or any(
            True for clause in early for _ in self._triggers.hits(clause, document.language)
        )

    def proposals(self, document: Document, part: Part, published: datetime | None) -> Iterator[Proposal]:
        """Return what the clauses of one part may report, in order of the text."""
        for clause in document.clauses:
            if clause.part is part:
                for hit in self._triggers.hits(clause, document.language):
                    for actor in self._actors(document, clause, hit):
                        yield self._proposal(document, clause, hit, actor, published)

    def _actors(self, document: Document, clause: Clause, hit: Hit) -> list[_Actor]:
        """Return who acts: the company the clause begins with, and one that is joined to it by "and"."""
        before = clause.between(0, hit.start, COMPANIES)
        role, names = "subject_first", before
        if not names:
            inside = clause.between(hit.start, hit.end, COMPANIES)
            after = clause.between(hit.end, len(clause.masked), COMPANIES)
            role, names = ("subject_first", inside) if hit.start == 0 and inside else ("subject_after", inside + after)
        if not names:
            role, names = "subject_inherited", _inherited(document, clause)
        if not names:
            return []
        chosen = [self._most_specific(names)]
        if len(names) > 1 and _JOINED.search(document.whole[names[0].end : names[1].start]):
            chosen = [(f, self._knowledge.roster.by_name[f.names[0]]) for f in names[:2]]
        marks = dict(zip(clause.names, clause.marks, strict=True))
        return [_Actor(company, found, role, marks.get(found, -1)) for found, company in chosen]

    def _most_specific(self, names: Sequence[Found]) -> tuple[Found, Company]:
        """The first company acts - or a brand of its own that is named with it."""
        roster = self._knowledge.roster
        first = roster.by_name[names[0].names[0]]
        for other in names[1:3]:
            if other.names[0] != first.name and roster.belongs(other.names[0], first.name):
                return other, roster.by_name[other.names[0]]
        return names[0], first

    def _proposal(
        self, document: Document, clause: Clause, hit: Hit, actor: _Actor, published: datetime | None
    ) -> Proposal:
        entrant = self._is_entrant(actor.company, published)
        type_ = self._type(hit, entrant)
        places, place_signal = self._places(document, clause, actor.company.home, hit)
        if type_ is MoveType.NEW_ENTRANT or (hit.trigger.entrant and type_ is MoveType.WITHDRAWAL):
            places, place_signal = (actor.company.home,), ""
        why = self._impossible(document, clause, hit, actor, places, entrant)
        signals = [actor.role, *([place_signal] if place_signal else [])]
        signals += self._signals(document, clause, hit, actor, places, type_, entrant, published)
        words = self._scoring.heard(type_, clause.masked, _masked_title(document, clause), document.language)
        confidence = self._scoring.confidence(hit.trigger.weight, signals, words)
        stage = Stage.RUMOURED if _ends_in_report(document, clause) else stage_of(clause, hit, document.language)
        return Proposal(
            actor.company.name, type_, places or (OVERSEAS,), stage, clause, hit.trigger.weight, tuple(signals), words,
            confidence if why is None else min(confidence, 0.1), why,
        )  # fmt: skip

    def _is_entrant(self, company: Company, published: datetime | None) -> bool:
        first_car = self._knowledge.roster.first_car(company.name)
        if first_car is not None:
            return published is not None and f"{published:%Y-%m}" <= first_car
        return company.kind is Kind.ENTRANT

    @staticmethod
    def _type(hit: Hit, entrant: bool) -> MoveType:
        """A would-be maker that sells its first car anywhere is a new entrant, not one in a new market."""
        if entrant and hit.trigger.type is MoveType.MARKET_ENTRY:
            return MoveType.NEW_ENTRANT
        return hit.trigger.type

    def _places(self, document: Document, clause: Clause, home: str, hit: Hit) -> tuple[tuple[str, ...], str]:
        """Return the foreign markets of the clause, else of the title's item, else OVERSEAS; and the signal for it."""
        if named := self._foreign(clause, home, hit):
            signal = "place_overseas" if named == (OVERSEAS,) else "place_named"
            return named, signal
        for other in _beside(document, clause):
            if named := self._foreign(other, home, hit):
                return named, "place_from_title"
        return (), ""

    def _foreign(self, clause: Clause, home: str, hit: Hit) -> tuple[str, ...]:
        gazetteer = self._knowledge.gazetteer
        codes: set[str] = set()
        for found, mark in zip(clause.names, clause.marks, strict=True):
            if found.sort in PLACES and (hit.trigger.type is MoveType.WITHDRAWAL or not _is_origin(clause.masked, mark, hit)):
                codes.update(c for c in found.names if c == OVERSEAS or not gazetteer.contains(c, home))
        wider = {c for c in codes if any(c != other and gazetteer.contains(c, other) for other in codes)}
        return tuple(sorted(codes - wider))

    def _impossible(
        self, document: Document, clause: Clause, hit: Hit, actor: _Actor, places: tuple[str, ...], entrant: bool
    ) -> WhyNot | None:
        if negated(clause, hit, document.language):
            return WhyNot.DENIAL
        if hit.trigger.entrant and not entrant:
            return WhyNot.HOME_MARKET
        if _is_listing(clause, hit, places, document.language):
            return WhyNot.STAKE
        if hit.trigger.needs_abroad and not places:
            return WhyNot.HOME_MARKET if _names_home(clause, actor.company.home) else WhyNot.NO_MOVE
        return None

    def _signals(
        self, document: Document, clause: Clause, hit: Hit, actor: _Actor, places: Sequence[str], type_: MoveType,
        entrant: bool, published: datetime | None,
    ) -> Iterator[str]:  # fmt: skip
        if clause.part is not Part.TITLE:
            yield "lead_only" if clause.part is Part.LEAD else "body_only"
        if document.digest:
            yield "digest"
        if actor.found.sort is Sort.PERSON:
            yield "person"
        if actor.company.name in self._knowledge.roster.other_business and not self._speaks_of_cars(document, actor):
            yield "no_vehicle"
        if len({n for f in clause.names if f.sort in COMPANIES for n in f.names}) >= 3:
            yield "many_companies"
        if type_ is MoveType.MARKET_ENTRY and not entrant:
            yield from self._arrival(document, clause, hit, actor, places, published)
        if type_ is MoveType.OVERSEAS_PRODUCTION and any(
            self._knowledge.presence.builds_in(actor.company.name, place) for place in places if place != OVERSEAS
        ):
            yield "built_before" if self._opens(clause, hit) else "built_known"

    @staticmethod
    def _opens(clause: Clause, hit: Hit) -> bool:
        """Say whether a plant itself is planned or opened, rather than one more model made in it."""
        return hit.trigger.stage is not Stage.LAUNCHED or _OPENING.search(clause.masked) is not None

    def _speaks_of_cars(self, document: Document, actor: _Actor) -> bool:
        if _CAR_ALIAS.search(actor.found.alias):
            return True
        return document.vehicles_until(document.lead_until)

    def _arrival(
        self, document: Document, clause: Clause, hit: Hit, actor: _Actor, places: Sequence[str],
        published: datetime | None,
    ) -> Iterator[str]:  # fmt: skip
        presence = self._knowledge.presence
        sells = [presence.sells_in(actor.company.name, place, published) for place in places if place != OVERSEAS]
        model = _model_arrives(clause, hit, actor, document.language)
        cities = [f for f in clause.names if f.sort in PLACES]
        if cities and all(f.sort is Sort.CITY for f in cities):
            yield "city_only"
        if hit.trigger.model and not model and not (sells and all(sells)):
            yield "brand_subject"
        if sells and all(s is False for s in sells):
            yield "brand_first"
        elif sells and all(sells):
            yield "model_known" if model else "brand_known"
        elif model:
            yield "model_unknown"


def _model_arrives(clause: Clause, hit: Hit, actor: _Actor, language: str) -> bool:
    """Say whether a model, not the brand, is what arrives: something else stands between company and market."""
    if not 0 <= actor.mark < hit.end:
        return hit.trigger.model
    if _PRESENTED.search(clause.masked, hit.start, hit.end):
        return True
    place = min((m for f, m in zip(clause.names, clause.marks, strict=True) if f.sort in PLACES and m > actor.mark), default=0)
    until = max(hit.start, place) if hit.trigger.model else hit.start
    between = clause.masked[actor.mark + 1 : until]
    if not hit.trigger.model or _MODEL[language].search(between):
        return _MODEL[language].search(between) is not None
    return _FILLER[language].sub("", between).strip(" '-.") != ""


def _is_listing(clause: Clause, hit: Hit, places: Sequence[str], language: str) -> bool:
    """上市 where there is a stock exchange, and no model or brand that could go on sale, is a listing."""
    words = clause.masked[hit.start : hit.end]
    exchange = bool(places) and set(places) <= _EXCHANGES
    return "上市" in words and exchange and not (_MODEL[language].search(clause.masked) or "品牌" in clause.masked)


def _inherited(document: Document, clause: Clause) -> list[Found]:
    """The company of the nearest clause of the same item: before, else behind; for the lead, the title's own."""
    for other in _beside(document, clause):
        if names := [f for f in other.names if f.sort in COMPANIES]:
            return names
    return []


def _beside(document: Document, clause: Clause) -> list[Clause]:
    """Return the other clauses of the item, the nearest before it first; of lead and body, the title's as well."""
    same = [c for c in document.clauses if c.item == clause.item and c is not clause]
    earlier = [c for c in same if c.start < clause.start][::-1]
    if clause.part is Part.TITLE:
        return [*earlier, *(c for c in same if c.start > clause.start)]
    return [*earlier, *(c for c in document.clauses if c.part is Part.TITLE)]


def _is_origin(masked: str, mark: int, hit: Hit) -> bool:
    if hit.trigger.type is MoveType.EXPORT and masked[max(0, mark - 2) : mark] == f"{COMPANY} ":
        return True
    after = _ORIGIN_AFTER.match(masked, mark + 1)
    return after is not None or _ORIGIN_BEFORE.search(masked[max(0, mark - 16) : mark]) is not None


def _ends_in_report(document: Document, clause: Clause) -> bool:
    """Say whether the title ends in ": report"."""
    last = next((c for c in reversed(document.clauses) if c.part is Part.TITLE), clause)
    return clause.part is Part.TITLE and last.masked.strip() in ("report", "reports", "sources", "source", "report says")


def _names_home(clause: Clause, home: str) -> bool:
    return any(home in f.names for f in clause.names if f.sort in PLACES)


def _masked_title(document: Document, clause: Clause) -> str:
    """The title's item the clause belongs to (for lead and body: the whole title)."""
    parts = [c for c in document.clauses if c.part is Part.TITLE]
    if clause.part is Part.TITLE:
        parts = [c for c in parts if c.item == clause.item]
    last = parts[-1].end if parts else 0
    first = parts[0].start if parts else 0
    return " ".join(c.masked for c in parts) + document.title[last : last + 2].replace("？", "?") * (first <= last)


