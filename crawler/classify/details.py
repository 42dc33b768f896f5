"""What else a text says of a move, quoted word for word: which sentences speak of it, and which parts of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from crawler.classify.candidates import Proposal
from crawler.classify.document import COMPANIES, Document, Part
from crawler.classify.quotations import NAMED, Case, Quotations, Stretch, Words, is_past
from crawler.knowledge import Found, Knowledge, Sort
from crawler.text import fold

_MOST = 5
"""Quotations of a kind: lists of models go on for ever."""
_BODY = 1000
"""Number of the body's first sentence (`Clause.item`)."""
_SUBJECT = 12
"""A company named within so many characters is what a sentence is about."""
_LONG = 600
"""Characters of a stretch, beyond which it is no writing of people, and costs too much to search."""
_FOLLOWING = 2
"""Sentences of a lead that may go on with a move."""
_PLACED = (Sort.PLACE, Sort.CITY)
_LEADING = re.compile(r"^(?:by|in|from|until|to|before|at|on|the) ")

_Span = tuple[int, int]


class Details:
    """Quotes what title, sentence and the sentence behind it say of a move; of another company's words nothing."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._are_related = knowledge.roster.are_related
        self._contains = knowledge.gazetteer.contains
        self._companies = knowledge.roster.by_name
        self._words = Words.load()
        self._quotations = Quotations(self._words)

    def quote(
        self, document: Document, proposal: Proposal, source: Proposal, published: datetime | None
    ) -> Mapping[str, tuple[str, ...]]:
        """Return the details of a move, by kind; every value is a verbatim part of title or body.

        Args:
            document: the text.
            proposal: the move as it was found first.
            source: the same move where it is told best.
            published: the day of the text: what lies years back is no part of the move. None where it is not known.
        """
        home = self._companies[proposal.company].home
        places = {code for p in (proposal, source) for code in (*p.places, *_codes(p.clause.names))} - {home}
        case = Case(
            proposal.type, document.language, home, published, places, lambda f: self._ours(f, proposal.company)
        )
        found: dict[str, dict[int, str]] = {}
        for item, hit in self._sentences(document, proposal, source):
            for key, start, end in self._quotations.of(case, self._stretches(document, item, hit, case)):
                found.setdefault(key, {})[start] = document.whole[start:end]
        return {key: _distinct([quotes[at] for at in sorted(quotes)])[:_MOST] for key, quotes in sorted(found.items())}

    def _ours(self, found: Found, company: str) -> bool:
        return any(self._are_related(name, company) for name in found.names)

    def _sentences(
        self, document: Document, proposal: Proposal, source: Proposal
    ) -> Iterator[tuple[int, _Span | None]]:
        """Yield the sentences that speak of the move, by number, each with the span of the words that report it."""
        told = {p.clause.item: document.original(p.clause, p.hit.start, p.hit.end) for p in (source, proposal)}
        if min(told) >= _BODY and not document.digest and document.title_clauses:
            yield document.title_clauses[0].item, None
        yield from sorted(told.items())
        after = {a for item in told for a in self._following(document, item, proposal.company)}
        yield from ((item, None) for item in sorted(after.difference(told)))

    def _following(self, document: Document, item: int, company: str) -> Iterator[int]:
        """Yield the sentences of the lead, at most `_FOLLOWING`, that go on with what this one tells."""
        first = max(item + 1, _BODY)
        for after in range(first, first + _FOLLOWING):
            if document.digest or not self._goes_on(document, after, company):
                return
            yield after

    def _goes_on(self, document: Document, item: int, company: str) -> bool:
        """Say whether a sentence of the lead goes on with what was told of the company before it."""
        clauses = document.items.get(item, ())
        if not clauses or clauses[0].part is not Part.LEAD:
            return False
        text = _letters(document, clauses[0].start, clauses[-1].end)
        if self._words.find("sentence", "turns", document.language, text):
            return False
        named = next((f for c in clauses for f in c.names if f.sort in COMPANIES), None)
        if named and (self._ours(named, company) or named.start - clauses[0].start < _SUBJECT):
            return self._ours(named, company)
        return self._words.find("sentence", "goes_on", document.language, text) is not None

    def _stretches(self, document: Document, item: int, hit: _Span | None, case: Case) -> list[Stretch]:
        """Return the parts of a sentence that speak of the move: whose subject is the company, at its places."""
        clauses = document.items[item]
        start = clauses[0].start
        names = [f for c in clauses for f in c.names]
        text = _letters(document, start, clauses[-1].end)
        kept: list[Stretch] = []
        subject = last = True
        for a, b in self._cut(text, names, start, document.language):
            if b - a > _LONG:
                continue
            inside = tuple(f for f in names if start + a <= f.start < start + b)
            words = text[a:b]
            stretch = Stretch(words, start + a, inside, _within(hit, start + a, start + b))
            companies = [case.ours(f) for f in inside if f.sort in NAMED and not self._is_with(stretch, f, case)]
            if self._words.find("stretch", "of_last", document.language, words):
                mine = last
            else:
                mine = subject = companies[0] if companies else subject
            last = companies[-1] if companies else last
            history = is_past(words, case.published)
            aside = history or self._words.find("stretch", "aside", document.language, words) is not None
            if stretch.hit or (mine and not aside and self._at_its_places(inside, case)):
                kept.append(stretch)
        return kept

    def _is_with(self, stretch: Stretch, found: Found, case: Case) -> bool:
        """Say whether a company is named as one with whom something is done."""
        before = stretch.text[: stretch.at(found)[0]]
        return not case.ours(found) and self._words.find("partners", "with", case.language, before) is not None

    def _at_its_places(self, names: Sequence[Found], case: Case) -> bool:
        """Say whether no market is named, or one of the move's."""
        codes = _codes(names)
        abroad = codes - {case.home}
        near = any(self._contains(a, b) or self._contains(b, a) for a in abroad or codes for b in case.places)
        return not codes or (near and (bool(abroad) or case.places == {case.home}))

    def _cut(self, text: str, names: Sequence[Found], start: int, language: str) -> Iterator[_Span]:
        """Cut a sentence at commas and conjunctions, but not before a place that a comma sets off."""
        cuts = [m.span() for m in self._words.all("stretch", "cut", language, text)]
        ends = [*(a for a, _ in cuts), len(text)][1:]
        towns = {(f.start - start, f.end - start) for f in names if f.sort in _PLACED}
        position = 0
        for (a, b), end in zip(cuts, ends, strict=True):
            if (b, end) not in towns:
                yield position, a
                position = b
        yield position, len(text)


def _codes(names: Iterable[Found]) -> set[str]:
    return {code for f in names if f.sort in _PLACED for code in f.names}


def _within(hit: _Span | None, start: int, end: int) -> _Span | None:
    """Return the part of the hit within whole[start:end), relative to its start; None where there is none."""
    if hit is None or hit[1] <= start or end <= hit[0]:
        return None
    return max(hit[0] - start, 0), min(hit[1], end) - start


def _letters(document: Document, start: int, end: int) -> str:
    """Return whole[start:end) in the form patterns are written for, each character where it was."""
    text = document.whole[start:end]
    if document.language == "en":
        return text
    folded = fold(text).text
    if len(folded) == len(text):
        return folded
    return "".join(form if len(form := fold(c).text) == 1 else c for c in text)


def _distinct(quotes: Sequence[str]) -> tuple[str, ...]:
    """Return the quotations, each once, without those that another says more exactly."""
    each = {_LEADING.sub("", quote).casefold(): quote for quote in reversed(quotes)}
    kept = {quote for core, quote in each.items() if not any(core in other and core != other for other in each)}
    return tuple(quote for quote in dict.fromkeys(quotes) if quote in kept)
