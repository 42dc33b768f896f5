"""From proposals to a reading: title and lead decide, the body adds for the same company and vetoes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crawler.classify.candidates import Proposal, Proposer
from crawler.classify.details import quote
from crawler.classify.document import COMPANIES, Clause, Document, Part
from crawler.classify.scoring import Scoring
from crawler.knowledge import Gazetteer, Knowledge, Sort
from crawler.models import MOST_MOVES, OVERSEAS, RELEVANT, Move, MoveType, Stage, WhyNot

_Key = tuple[str, MoveType]
_SECOND_TYPE = 0.7
"""A second type in the same clause must be this sure: most words that report one move faintly resemble another."""
_ALIKE = {MoveType.MARKET_ENTRY, MoveType.EXPORT}
_ENDS = {MoveType.WITHDRAWAL, MoveType.NEW_ENTRANT}
"""Types whose articles are full of the company's past and other plans: their bodies add nothing."""


class Judge:
    """Weighs a document's proposals against one another."""

    def __init__(self, knowledge: Knowledge, proposer: Proposer, scoring: Scoring) -> None:
        self._gazetteer: Gazetteer = knowledge.gazetteer
        self._belongs = knowledge.roster.belongs
        self._proposer = proposer
        self._scoring = scoring

    def judge(self, document: Document, published: datetime | None) -> tuple[tuple[Move, ...], float, WhyNot | None]:
        """Return the moves, strongest first; the confidence of the strongest considered; and why there is none."""
        title, lead = self._early(document, published)
        chosen = _one_per_clause([*_strongest(title).values()])
        chosen += [p for p in _one_per_clause([*_strongest(lead).values()]) if _may_add(p, chosen)]
        chosen = [self._confirmed(p, lead) for p in chosen]
        moves = {_key(p): p for p in sorted(chosen, key=lambda p: p.confidence) if _counts(p)}
        body = list(self._proposer.proposals(document, Part.BODY, published)) if moves else []
        self._add_from_body(moves, body)
        told = [p for p in moves.values() if not self._told_of_brand(p, moves.values())]
        ranked = sorted(told, key=lambda p: (-p.confidence, p.type))[:MOST_MOVES]
        if ranked:
            return tuple(self._move(document, p, [*lead, *body]) for p in ranked), ranked[0].confidence, None
        considered = [*title, *lead]
        return (), max((p.confidence for p in considered), default=0.01), _why_not(document, considered)

    def _early(self, document: Document, published: datetime | None) -> tuple[list[Proposal], list[Proposal]]:
        title = list(self._proposer.proposals(document, Part.TITLE, published))
        named = _title_companies(document)
        lead = [
            p
            for p in self._proposer.proposals(document, Part.LEAD, published)
            if not document.columned and (not named or p.company in named)
        ]
        return title, lead

    def _confirmed(self, proposal: Proposal, lead: Iterable[Proposal]) -> Proposal:
        """Title and lead that report the same type bear each other out; the lead names the place left open."""
        if proposal.clause.part is not Part.TITLE:
            return proposal
        same = [p for p in lead if _key(p) == _key(proposal) and p.why_not is None]
        if not same:
            return proposal
        words = self._scoring.confidence(proposal.weight, [*proposal.signals, "lead_confirms"], proposal.words)
        places = proposal.places
        if places == (OVERSEAS,):
            places = next((p.places for p in same if "place_named" in p.signals), places)
        confidence = proposal.confidence if proposal.why_not else words
        return replace(proposal, confidence=confidence, places=places)

    def _add_from_body(self, moves: dict[_Key, Proposal], body: Iterable[Proposal]) -> None:
        """Add events of further types, for companies that have one already."""
        actors = {company: p for (company, _), p in moves.items()}
        for proposal in body:
            first = actors.get(proposal.company)
            if first is not None and _key(proposal) not in moves and self._adds(proposal, first):
                moves[_key(proposal)] = proposal

    def _adds(self, proposal: Proposal, first: Proposal) -> bool:
        """Say whether a sentence of the body is a step of the same story: its own subject and market, no retreat."""
        ended = {proposal.type, first.type} & _ENDS or {proposal.type, first.type} == _ALIKE
        whole = "subject_first" in proposal.signals and "place_from_title" not in proposal.signals
        return _counts(proposal) and whole and not ended and self._related(proposal.places, first.places)

    def _told_of_brand(self, proposal: Proposal, others: Iterable[Proposal]) -> bool:
        """Say whether the same move is told of a brand of this group: one article, one move, the brand's."""
        return any(
            o.company != proposal.company
            and o.type is proposal.type
            and self._belongs(o.company, proposal.company)
            and self._related(o.places, proposal.places)
            for o in others
        )

    def _related(self, places: Sequence[str], known: Sequence[str]) -> bool:
        contains = self._gazetteer.contains
        return any(contains(a, b) or contains(b, a) for a in places for b in known)

    def _move(self, document: Document, proposal: Proposal, told: Iterable[Proposal]) -> Move:
        source = self._evidence(document, proposal, told)
        evidence = document.sentence_of(source.clause)
        stage = proposal.stage
        if source.stage is Stage.RUMOURED and proposal.type is not MoveType.WITHDRAWAL:
            stage = Stage.RUMOURED
        details: Mapping[str, tuple[str, ...]] = quote(evidence, source.clause.names, proposal.company)
        return Move(
            proposal.company,
            proposal.type,
            tuple(sorted(proposal.places)),
            stage,
            round(proposal.confidence, 3),
            evidence,
            details,
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
        if old is None or (proposal.why_not is None, proposal.confidence) > (old.why_not is None, old.confidence):
            best[_key(proposal)] = proposal
    return best


def _one_per_clause(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Of the types one clause seems to report, keep the surest; a retreat outweighs what it retreats from."""
    kept: list[Proposal] = []
    for proposal in sorted(proposals, key=lambda p: (not _retreats(p), -p.confidence)):
        rivals = [
            k for k in kept if k.company == proposal.company and k.clause.item == proposal.clause.item and _counts(k)
        ]
        if not rivals or not _counts(proposal) or not any(_rules_out(k, proposal) for k in rivals):
            kept.append(proposal)
    return kept


def _retreats(proposal: Proposal) -> bool:
    return proposal.type is MoveType.WITHDRAWAL and _counts(proposal)


def _rules_out(kept: Proposal, other: Proposal) -> bool:
    if kept.type is MoveType.WITHDRAWAL or {kept.type, other.type} == _ALIKE:
        return True
    return kept.clause is other.clause and other.confidence < _SECOND_TYPE


def _may_add(lead: Proposal, chosen: Sequence[Proposal]) -> bool:
    """Say whether the lead adds to the title: a move where it reports none of the company, or a further type."""
    own = [p for p in chosen if p.company == lead.company and _counts(p)]
    if any(p.type in (lead.type, MoveType.WITHDRAWAL) or {p.type, lead.type} == _ALIKE for p in own):
        return False
    denied = any(p.why_not is WhyNot.DENIAL and p.company == lead.company for p in chosen)
    return not denied


def _why_not(document: Document, considered: Sequence[Proposal]) -> WhyNot:
    if not any(f.sort in COMPANIES for c in document.clauses for f in c.names):
        vehicle = any(f.sort is Sort.VEHICLE for f in document.found)
        return WhyNot.NO_COMPANY if vehicle else WhyNot.NO_VEHICLE
    if not considered:
        early = any(f.sort in COMPANIES for c in document.clauses if c.part is not Part.BODY for f in c.names)
        return WhyNot.NO_MOVE if early else WhyNot.PASSING_MENTION
    best = max(considered, key=lambda p: p.confidence)
    denied = next((p for p in considered if p.why_not is WhyNot.DENIAL), None)
    if denied is not None and denied.clause.part is Part.TITLE:
        return WhyNot.DENIAL
    return best.why_not or _heaviest(best)


def _heaviest(proposal: Proposal) -> WhyNot:
    if "no_vehicle" in proposal.signals:
        return WhyNot.NO_VEHICLE
    against = [w for w in proposal.words if w.why is not None and w.weight < -0.9]
    if against:
        return min(against, key=lambda w: w.weight).why or WhyNot.TOO_WEAK
    if "model_known" in proposal.signals or "model_unknown" in proposal.signals:
        return WhyNot.MODEL_LAUNCH
    return WhyNot.TOO_WEAK
