"""Why a text was read as it was: names, triggers, denials, signals, proposals, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawler.classify.candidates import Proposal, Proposer
from crawler.classify.document import COMPANIES, PLACES, Clause, Document, Part
from crawler.classify.judge import Fate, Verdict
from crawler.classify.lexicon import ABROAD, COMPANY, PLACE
from crawler.classify.scoring import BIAS, Scoring
from crawler.classify.triggers import Hit
from crawler.knowledge import Sort
from crawler.models import MoveType, Reading, Stage, WhyNot


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the text, verbatim: title[start:end], or body[start:end] where `part` is lead or body."""

    part: Part
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class NameSeen:
    """A name that was found."""

    quote: Quote
    sort: Sort
    names: tuple[str, ...]
    """Canonical company, or codes of places; empty for vehicle words and for words that only look like names."""
    counts: bool
    """False where it is not meant: ambiguous and not borne out, a mere adjective, a country before its makers."""


@dataclass(frozen=True, slots=True)
class TriggerSeen:
    """Words that report a move, whoever makes it."""

    quote: Quote
    type: MoveType
    stage: Stage
    """The words' own stage, before hearsay and plans around them are heard."""
    strength: str
    needs_abroad: bool
    for_entrants: bool
    denied_by: Quote | None


@dataclass(frozen=True, slots=True)
class SignalSeen:
    """One signal of a proposal, with its weight in log-odds."""

    name: str
    weight: float
    says: str
    words: str
    """What was met, for families of words; names stand as [company], [place], [abroad]."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A proposal: one possible move, what speaks for and against it, and what became of it."""

    company: str
    type: MoveType
    places: tuple[str, ...]
    stage: Stage
    clause: Quote
    trigger: Quote
    signals: tuple[SignalSeen, ...]
    """The bias first; the weights add up to `score`."""
    score: float
    """Log-odds."""
    confidence: float
    """The probability of `score`; lowered where there is a veto."""
    veto: WhyNot | None
    denied_by: Quote | None
    fate: Fate


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that was seen in one text, and the reading it led to."""

    language: str
    digest: bool
    """True where the title holds several items: nothing is combined across them."""
    candidate: bool
    names: tuple[NameSeen, ...]
    triggers: tuple[TriggerSeen, ...]
    proposals: tuple[Weighed, ...]
    """In order of the text; the body's only where title and lead report a move."""
    reading: Reading


def explain(
    document: Document, verdict: Verdict, reading: Reading, proposer: Proposer, scoring: Scoring
) -> Explanation:
    """Return the records for a document that was judged."""
    return Explanation(
        document.language,
        document.digest,
        proposer.is_candidate(document),
        tuple(_names(document)),
        tuple(_triggers(document, proposer)),
        tuple(_weighed(document, p, fate, proposer, scoring) for p, fate in verdict.fates),
        reading,
    )


def _names(document: Document) -> Iterator[NameSeen]:
    meant = set(document.names)
    for found in document.found:
        counts = found in meant if found.sort in (*COMPANIES, *PLACES) else found.sort is Sort.VEHICLE
        yield NameSeen(_quote(document, found.start, found.end), found.sort, found.names, counts)


def _triggers(document: Document, proposer: Proposer) -> Iterator[TriggerSeen]:
    for clause in document.clauses:
        for hit in proposer.hits(document, clause):
            row = hit.trigger
            denied = _denial(document, clause, hit, proposer)
            words = _masked(document, clause, hit.start, hit.end)
            yield TriggerSeen(words, row.type, row.stage, row.strength, row.needs_abroad, row.entrant, denied)


def _denial(document: Document, clause: Clause, hit: Hit, proposer: Proposer) -> Quote | None:
    found = proposer.denial(document, clause, hit)
    return _masked(document, found[0], found[1].start(), found[1].end()) if found else None


def _weighed(document: Document, proposal: Proposal, fate: Fate, proposer: Proposer, scoring: Scoring) -> Weighed:
    clause, hit = proposal.clause, proposal.hit
    seen = [(BIAS, ""), *((s.name, _plain(s.words)) for s in proposal.signals)]
    return Weighed(
        proposal.company,
        proposal.type,
        proposal.places,
        proposal.stage,
        _quote(document, clause.start, clause.end),
        _masked(document, clause, hit.start, hit.end),
        tuple(SignalSeen(name, scoring.weights[name], scoring.kinds[name].says, words) for name, words in seen),
        scoring.score(proposal.signals),
        proposal.confidence,
        proposal.why_not,
        _denial(document, clause, hit, proposer) if proposal.why_not is WhyNot.DENIAL else None,
        fate,
    )


def _masked(document: Document, clause: Clause, start: int, end: int) -> Quote:
    return _quote(document, *document.original(clause, start, end))


def _quote(document: Document, start: int, end: int) -> Quote:
    offset = len(document.title) + 1
    if start < offset:
        end = min(end, offset - 1)
        return Quote(Part.TITLE, start, end, document.title[start:end])
    part = Part.LEAD if start < document.lead_until else Part.BODY
    return Quote(part, start - offset, end - offset, document.whole[start:end])


def _plain(masked: str) -> str:
    return masked.replace(COMPANY, "[company]").replace(PLACE, "[place]").replace(ABROAD, "[abroad]")
