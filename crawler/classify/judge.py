"""From proposals to a reading: title and lead decide, the body adds for the same company and vetoes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from crawler.classify.candidates import AT_HOME, Proposal, Proposer
from crawler.classify.details import Details
from crawler.classify.document import COMPANIES, Clause, Document, Part
from crawler.classify.scoring import Scoring, Signal
from crawler.classify.stages import UNDONE
from crawler.classify.triggers import Hit
from crawler.knowledge import Gazetteer, Knowledge, Sort
from crawler.models import MOST_MOVES, OVERSEAS, RELEVANT, Move, MoveType, Stage, WhyNot

_Key = tuple[str, MoveType]
_SECOND_TYPE = 0.7
"""A second type in the same clause must be this sure: most words that report one move faintly resemble another."""
_AGAINST = -0.6
"""Log-odds from which on a signal is named as the reason why a report is none."""
_SITED = {MoveType.OVERSEAS_PRODUCTION, MoveType.OVERSEAS_ORGANISATION, MoveType.WITHDRAWAL}
_ESTABLISHED = {MoveType.OVERSEAS_PRODUCTION, MoveType.OVERSEAS_ORGANISATION}
_ALIKE = {MoveType.MARKET_ENTRY, MoveType.EXPORT}
_SHOPS = {MoveType.MARKET_ENTRY, MoveType.OVERSEAS_ORGANISATION}
"""What shops may be: of the same words, only one."""
_ENDS = {MoveType.WITHDRAWAL, MoveType.NEW_ENTRANT}
"""Types whose articles are full of the company's past and other plans: their bodies add nothing."""


class Fate(StrEnum):
    """What became of a proposal."""

    REPORTED = "reported"
    VETOED = "vetoed"
    TOO_WEAK = "too_weak"
    REPEATED = "repeated"
    """The same move stands elsewhere in the text, and more surely."""
    OUTWEIGHED = "outweighed"
    """Another type fits the same words better."""
    OTHER_COMPANY = "other_company"
    """Title and lead speak of somebody else."""
    ADDS_NOTHING = "adds_nothing"
    """The body's sentence is no step of the story that title and lead tell."""
    TOLD_OF_BRAND = "told_of_brand"
    """The same move is told of a brand of this group."""
    OVER_LIMIT = "over_limit"
    """There are `MOST_MOVES` surer ones."""


@dataclass(frozen=True, slots=True)
class Early:
    """What title and lead of a document may report, before it is weighed."""

    title: tuple[Proposal, ...]
    lead: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is reported, and what became of everything that was considered."""

    reported: tuple[Proposal, ...]
    """Strongest first."""
    moves: tuple[Move, ...]
    """The same as moves, with evidence and details."""
    confidence: float
    """That of the strongest considered in title and lead."""
    why_not: WhyNot | None
    chosen: tuple[Proposal, ...]
    """One per company and type of title and lead, before their confidence decides: what weights are fitted on."""
    fates: tuple[tuple[Proposal, Fate], ...]
    """Every proposal, in order of the text; the body's only where title and lead report a move."""


class Judge:
    """Weighs a document's proposals against one another."""

    def __init__(self, knowledge: Knowledge, proposer: Proposer, scoring: Scoring) -> None:
        self._gazetteer: Gazetteer = knowledge.gazetteer
        self._roster = knowledge.roster
        self._proposer = proposer
        self._scoring = scoring
        self._details = Details(knowledge)

    def early(self, document: Document, published: datetime | None) -> Early:
        """Return what title and lead may report; what the lead tells too weakly to count silences no fallback."""
        title, lead = ([*self._proposer.proposals(document, part, published)] for part in (Part.TITLE, Part.LEAD))
        heard = (p for p in (*title, *lead) if not p.hit.trigger.fallback and p.why_not not in AT_HOME)
        told = {p.company for p in heard if p.clause.part is Part.TITLE or p.why_not is not None or _counts(p)}
        return Early(tuple(p for p in title if self._is_heard(p, told)), tuple(lead))

    def judge(
        self, document: Document, published: datetime | None, early: Early | None = None, *, whole: bool = True
    ) -> Verdict:
        """Return the moves, strongest first, or why there is none.

        Args:
            document: the text.
            published: its day.
            early: what title and lead may report, where that is known.
            whole: False where there is more of the text, which may change the moves: they are left out.
        """
        early = early or self.early(document, published)
        in_lead = early.lead
        lead = _of_the_title(document, in_lead)
        title = [self._confirmed(p, lead) for p in early.title]
        chosen = self._chosen(title, lead)
        moves = {_key(p): p for p in sorted(chosen, key=lambda p: p.confidence) if _counts(p)}
        body = list(self._proposer.proposals(document, Part.BODY, published)) if moves else []
        added = self._added(moves, body)
        told = [p for p in (*moves.values(), *added) if not self._told_of_brand(p, (*moves.values(), *added))]
        ranked = sorted(told, key=lambda p: (-p.confidence, p.type))
        reported, considered = tuple(ranked[:MOST_MOVES]), [*title, *lead]
        return Verdict(
            reported,
            tuple(self._move(document, p, [*lead, *body], published) for p in reported if whole),
            reported[0].confidence if reported else max((p.confidence for p in considered), default=0.01),
            None if reported else self._why_not(document, considered),
            tuple(chosen),
            _fates((*title, *in_lead, *body), reported, told, [*chosen, *added], lead),
        )

    def _is_heard(self, proposal: Proposal, told: Iterable[str]) -> bool:
        """Say whether a proposal is to be weighed: of a fallback only where nothing else tells of its company.

        What is told of its group or its brand is told of it.
        """
        fallback, related = proposal.hit.trigger.fallback, self._roster.are_related
        return not fallback or not any(related(proposal.company, other) for other in told)

    def _chosen(self, title: Sequence[Proposal], lead: Sequence[Proposal]) -> list[Proposal]:
        chosen = _one_per_clause([*_strongest(title).values()])
        return chosen + [p for p in _one_per_clause([*_strongest(lead).values()]) if _may_add(p, chosen)]

    def _confirmed(self, proposal: Proposal, lead: Iterable[Proposal]) -> Proposal:
        """Title and lead that report the same type bear each other out; the lead names the place left open."""
        if proposal.clause.part is not Part.TITLE:
            return proposal
        same = [p for p in lead if _key(p) == _key(proposal) and p.why_not is None]
        if not same:
            return proposal
        signals = (*proposal.signals, Signal("lead_confirms"))
        places = next((p.places for p in same if self._says_where(p, proposal)), proposal.places)
        confidence = proposal.confidence if proposal.why_not else self._scoring.confidence(signals)
        return replace(proposal, confidence=confidence, places=places, signals=signals)

    def _says_where(self, lead: Proposal, title: Proposal) -> bool:
        """Say whether the lead names the country that the title leaves open; exports abroad go to more than one."""
        if not lead.says("place") or lead.places == (OVERSEAS,):
            return False
        if title.places == (OVERSEAS,):
            return title.type is not MoveType.EXPORT or not title.says("place")
        contains = self._gazetteer.contains
        within = all(any(contains(wide, place) for wide in title.places) for place in lead.places)
        return title.type in _SITED and within and self._gazetteer.are_regions(title.places)

    def _added(self, moves: Mapping[_Key, Proposal], body: Iterable[Proposal]) -> list[Proposal]:
        """Return the body's events of further types, for companies that have one already: the first of each."""
        actors = {company: p for (company, _), p in moves.items()}
        added: dict[_Key, Proposal] = {}
        for proposal in body:
            first = actors.get(proposal.company)
            known = _key(proposal) in moves or _key(proposal) in added
            if first is not None and not known and self._adds(proposal, first):
                added[_key(proposal)] = proposal
        return [*added.values()]

    def _adds(self, proposal: Proposal, first: Proposal) -> bool:
        """Say whether a sentence of the body is a step of the same story: its own subject and market, no retreat."""
        ended = {proposal.type, first.type} & _ENDS or {proposal.type, first.type} == _ALIKE
        whole = proposal.says("subject_first") and not proposal.says("place_from_title")
        return _counts(proposal) and whole and not ended and self._related(proposal.places, first.places)

    def _told_of_brand(self, proposal: Proposal, others: Iterable[Proposal]) -> bool:
        """Say whether the same move is told of a brand of this group: one article, one move, the brand's."""
        return any(
            o.company != proposal.company
            and o.type is proposal.type
            and self._roster.belongs(o.company, proposal.company)
            and self._related(o.places, proposal.places)
            for o in others
        )

    def _related(self, places: Sequence[str], known: Sequence[str]) -> bool:
        contains = self._gazetteer.contains
        return any(contains(a, b) or contains(b, a) for a in places for b in known)

    def _why_not(self, document: Document, considered: Sequence[Proposal]) -> WhyNot:
        if not considered and not document.names_companies:
            vehicle = document.vehicles_between(0, document.lead_until)
            return WhyNot.NO_COMPANY if vehicle else WhyNot.NO_VEHICLE
        if not considered:
            early = any(f.sort in COMPANIES for c in document.clauses if c.part is not Part.BODY for f in c.names)
            return WhyNot.NO_MOVE if early else WhyNot.PASSING_MENTION
        if any(p.why_not is WhyNot.DENIAL and p.clause.part is Part.TITLE for p in considered):
            return WhyNot.DENIAL
        best = max(considered, key=lambda p: (p.why_not is None, p.confidence))
        if best.says("no_vehicle"):
            return WhyNot.NO_VEHICLE
        return best.why_not or self._heaviest(best)

    def _heaviest(self, proposal: Proposal) -> WhyNot:
        """Return the reason of the signal that speaks most against it, where that signal counts for something."""
        against = {s.name: self._scoring.weights[s.name] for s in proposal.signals}
        told = [(against[n], why) for n in against if (why := self._scoring.kinds[n].why) and against[n] < _AGAINST]
        return min(told)[1] if told else WhyNot.TOO_WEAK

    def _move(
        self, document: Document, proposal: Proposal, told: Iterable[Proposal], published: datetime | None
    ) -> Move:
        source = self._evidence(document, proposal, told)
        evidence = document.sentence_of(source.clause)
        stage, stages = proposal.stage, self._proposer.stages
        rumoured = source.stage is Stage.RUMOURED and proposal.type is not MoveType.WITHDRAWAL
        hearsay = rumoured or (stage in UNDONE and stages.is_hearsay(document))
        if hearsay and not stages.is_official(document, proposal.clause):
            stage = Stage.RUMOURED
        return Move(
            proposal.company,
            proposal.type,
            tuple(sorted(proposal.places)),
            stage,
            round(proposal.confidence, 3),
            evidence,
            self._details.quote(document, proposal, source, published),
        )

    def _evidence(self, document: Document, proposal: Proposal, told: Iterable[Proposal]) -> Proposal:
        """Return the best report of the same move by the named company in the text itself; else where it was found."""
        own = [
            p
            for p in told
            if _key(p) == _key(proposal)
            and p.why_not is None
            and _names_company(p.clause, p.company)
            and self._related(p.places, proposal.places)
        ]
        best = max(own, key=lambda p: p.confidence, default=proposal)
        return best if document.sentence_of(best.clause) else proposal


def denials(verdict: Verdict, title: str) -> tuple[Move, ...]:
    """Return what a title denies; that a company goes abroad with its cars is no word on its making any."""
    found = [p for p in verdict.chosen if p.why_not is WhyNot.DENIAL]
    several = any(p.type is not MoveType.NEW_ENTRANT for p in found)
    return tuple(
        Move(p.company, p.type, tuple(sorted(p.places)), Stage.CANCELLED, round(p.confidence, 3), title)
        for p in found
        if not (several and p.type is MoveType.NEW_ENTRANT)
    )


def _key(proposal: Proposal) -> _Key:
    return proposal.company, proposal.type


def _counts(proposal: Proposal) -> bool:
    return proposal.why_not is None and proposal.confidence >= RELEVANT


def _title_companies(document: Document) -> set[str]:
    return {
        n for c in document.clauses if c.part is Part.TITLE for f in c.names if f.sort in COMPANIES for n in f.names
    }


def _names_company(clause: Clause, company: str) -> bool:
    return any(company in f.names for f in clause.names if f.sort in (Sort.COMPANY, Sort.AMBIGUOUS))


def _strongest(proposals: Iterable[Proposal]) -> dict[_Key, Proposal]:
    best: dict[_Key, Proposal] = {}
    for proposal in proposals:
        old = best.get(_key(proposal))
        if old is None or _strength(proposal) > _strength(old):
            best[_key(proposal)] = proposal
    return best


def _strength(proposal: Proposal) -> tuple[bool, float, int]:
    """Return what proposals of one move are compared by: of two as sure, the one further on tells more."""
    return proposal.why_not is None, round(proposal.confidence, 6), proposal.stage.rank


def _one_per_clause(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Of the types one clause seems to report, keep the surest; a retreat outweighs what it retreats from."""
    kept: list[Proposal] = []
    for proposal in sorted(proposals, key=lambda p: (not _retreats(p), p.says("establishment"), -p.confidence)):
        rivals = [
            k for k in kept if k.company == proposal.company and k.clause.item == proposal.clause.item and _counts(k)
        ]
        if _counts(proposal) and any(_rules_out(k, proposal) for k in rivals):
            continue
        if _counts(proposal) and any(_takes_back(p, proposal) for p in proposals):
            continue
        kept.append(proposal)
    return kept


def _takes_back(retreat: Proposal, other: Proposal) -> bool:
    """Say whether the words of a move stand within those of a retreat, however weak that is: "shuts its plant"."""
    if retreat.type is not MoveType.WITHDRAWAL or other.type is MoveType.WITHDRAWAL or retreat.why_not is not None:
        return False
    beside = retreat.company == other.company and retreat.clause is other.clause
    return beside and retreat.hit.start < other.hit.end and other.hit.start < retreat.hit.end


def _retreats(proposal: Proposal) -> bool:
    return proposal.type is MoveType.WITHDRAWAL and _counts(proposal)


def _rules_out(kept: Proposal, other: Proposal) -> bool:
    if kept.type is MoveType.WITHDRAWAL or {kept.type, other.type} == _ALIKE:
        return True
    if kept.type in _ESTABLISHED and other.says("establishment"):
        return True
    if kept.clause is not other.clause:
        return False
    shops = {kept.type, other.type} == _SHOPS and _within(other.hit, kept.hit)
    return shops or other.confidence < _SECOND_TYPE


def _within(inner: Hit, outer: Hit) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _may_add(lead: Proposal, chosen: Sequence[Proposal]) -> bool:
    """Say whether the lead adds to the title: a move where it reports none of the company, or a further type."""
    own = [p for p in chosen if p.company == lead.company and _counts(p)]
    if own and lead.type is MoveType.WITHDRAWAL:
        # what was left once is why a return is news
        return False
    if any(p.type in (lead.type, MoveType.WITHDRAWAL) or {p.type, lead.type} == _ALIKE for p in own):
        return False
    denied = any(p.why_not is WhyNot.DENIAL and p.company == lead.company for p in chosen)
    return not denied


def _of_the_title(document: Document, lead: Iterable[Proposal]) -> list[Proposal]:
    """Return the lead's proposals for the companies of the title, all where it names none; of a digest's lead none."""
    named = _title_companies(document)
    return [p for p in lead if not document.columned and (not named or p.company in named)]


def _fates(
    every: Sequence[Proposal],
    reported: Sequence[Proposal],
    told: Sequence[Proposal],
    kept: Sequence[Proposal],
    lead: Sequence[Proposal],
) -> tuple[tuple[Proposal, Fate], ...]:
    keys = {_key(p) for p in kept if _counts(p)}

    def fate(proposal: Proposal) -> Fate:
        early = proposal.clause.part is not Part.BODY
        rules = (
            (_among(proposal, reported), Fate.REPORTED),
            (proposal.why_not is not None, Fate.VETOED),
            (proposal.clause.part is Part.LEAD and not _among(proposal, lead), Fate.OTHER_COMPANY),
            (not _counts(proposal), Fate.TOO_WEAK),
            (_among(proposal, kept), Fate.OVER_LIMIT if _among(proposal, told) else Fate.TOLD_OF_BRAND),
            (_key(proposal) in keys, Fate.REPEATED),
            (early, Fate.OUTWEIGHED),
        )
        return next((name for applies, name in rules if applies), Fate.ADDS_NOTHING)

    return tuple((p, fate(p)) for p in every)


def _among(proposal: Proposal, others: Iterable[Proposal]) -> bool:
    return any(other is proposal for other in others)
