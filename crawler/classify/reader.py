"""The reader: one text in, one reading out; never raises, whatever the text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources

from crawler.classify import lexicon, scoring, triggers
from crawler.classify.candidates import Proposer
from crawler.classify.document import BODY_LIMIT, COMPANIES, Document, opening, read
from crawler.classify.explanation import Explanation, explain
from crawler.classify.judge import Judge, Verdict, denials
from crawler.knowledge import Knowledge, Matcher
from crawler.models import Reading, Text, WhyNot


def code_version() -> str:
    """Return eight hexadecimal digits that change with this package's code and data."""
    files = sorted(
        (file for file in resources.files(__package__).iterdir() if file.name.endswith((".py", ".toml", ".json"))),
        key=lambda file: file.name,
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


class Reader:
    """Reads articles in English and Chinese by rules. Building one takes about a tenth of a second: keep it."""

    name = "rules"

    def __init__(self, knowledge: Knowledge, weights: Mapping[str, float] | None = None) -> None:
        self.version = f"{code_version()}-{knowledge.version}"
        self._roster = knowledge.roster
        self._matcher = Matcher([*knowledge.roster.patterns, *knowledge.gazetteer.patterns])
        self._lexicon = lexicon.load()
        self._scoring = scoring.load(weights)
        self._proposer = Proposer(knowledge, triggers.load(), self._scoring, self._lexicon)
        self._judge = Judge(knowledge, self._proposer, self._scoring)

    def is_candidate(self, text: Text) -> bool:
        """Say, generously, whether reading the whole article may be worth it: a company and a sign of movement."""
        return self._proposer.is_candidate(self._document(opening(text), generous=True))

    def read(self, text: Text) -> Reading:
        """Return the moves the text reports, strongest first, or why there is none."""
        return self._reading(self.judge(text), text.title)

    def explain(self, text: Text) -> Explanation:
        """Return everything that was seen in the text and what became of it, with the reading `read` returns."""
        document = self._document(text)
        verdict = self._judge.judge(document, text.published)
        return explain(document, verdict, self.read(text), self._proposer, self._scoring)

    def judge(self, text: Text) -> Verdict:
        """Return the verdict behind the reading: what the fit of the weights needs.

        A body adds to what title and lead report, or takes it back: it is read only where they may report anything.
        """
        start = opening(text)
        begin = self._document(start, generous=start is not text)
        early = self._judge.early(begin, text.published)
        verdict = self._judge.judge(begin, text.published, early, whole=start is text)
        if start is text:
            return verdict
        if verdict.reported:
            document = self._document(text)
            return self._judge.judge(document, text.published, early if begin.begins_like(document) else None)
        if not begin.names_companies and self._matcher.may_find(text.body[:BODY_LIMIT], COMPANIES):
            return replace(verdict, why_not=WhyNot.PASSING_MENTION)
        return verdict

    def _reading(self, verdict: Verdict, title: str) -> Reading:
        denied = denials(verdict, title) if verdict.why_not is WhyNot.DENIAL else ()
        confidence = round(verdict.confidence, 3)
        return Reading(self.name, self.version, verdict.moves, confidence, verdict.why_not, denied)

    def _document(self, text: Text, *, generous: bool = False) -> Document:
        return read(text, self._matcher, self._roster, self._lexicon, generous=generous)
