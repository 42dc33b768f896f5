"""Finds the details in the parts of a sentence that speak of a move: one function for each kind."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from crawler.classify.document import COMPANIES, PLACES
from crawler.knowledge import Found, Sort
from crawler.models import MoveType
from crawler.patterns import compiled

NAMED = (*COMPANIES, Sort.DOUBTFUL)
"""Names of companies, whether they are borne out or not."""
_PLANTS = (MoveType.OVERSEAS_PRODUCTION, MoveType.OVERSEAS_ORGANISATION, MoveType.WITHDRAWAL)
_COUNTED = (MoveType.EXPORT, MoveType.OVERSEAS_PRODUCTION)
"""Moves that are told by their figures, those of the past too."""
_SMALL = r"(?!(?:In|To|For|With|From|At|By|As|And|On|Will|Is|Are|Of|Over|After|Next|This)\b)"
_NAME = (
    rf"(?!(?:EVs?|SUVs?|The|Its|A|An|Q[1-4])\b){_SMALL}(?:[A-Z]['’](?=[A-Z]))?[A-Z][\w&+-]*(?:\.\w+)*"
    rf"(?:\s{_SMALL}(?:& |bin )?[A-Z0-9][\w&+-]*){{0,3}}"
)
"""A name in English: up to four words in capitals, without the small words of a headline in capitals."""
_NOTHING = "(?!)"
_LISTED = re.compile(r"(?!全新|新能源|纯电|新车|其|旗下)[^、和与及]{2,10}")
_YEAR = re.compile(r"20\d\d")
_SAID = 14
"""Characters before a date in which "announced" makes it the day of the announcement; in Chinese that comes behind."""
_NO_FIGURE = re.compile(r"20[0-4]\d|[1-9]")
"""A year, or too few to be a figure of anything."""

_FIGURE = re.compile(r"[\d十百千万]")

Span = tuple[int, int]


@dataclass(frozen=True)
class Words:
    """The patterns of `details.toml`, by kind, part and language; compiled when first needed."""

    sources: Mapping[str, Mapping[str, Mapping[str, str]]]

    @classmethod
    def load(cls) -> Words:
        """Return the shipped patterns.

        Raises:
            ValueError: when the data file is wrong; the tests compile all of it.
        """
        data = resources.files(__package__).joinpath("details.toml").read_text(encoding="utf-8")
        return cls(tomllib.loads(data.replace("{NAME}", _NAME)))

    def pattern(self, kind: str, part: str, language: str) -> re.Pattern[str]:
        """Return a pattern; one that matches nothing where the language needs none.

        Raises:
            KeyError: when there is no such part.
        """
        row = self.sources[kind][part]
        return compiled(row.get(language) or row.get("any", _NOTHING))

    def find(self, kind: str, part: str, language: str, text: str) -> re.Match[str] | None:
        """Return where words of that part first stand in the text, if anywhere."""
        return self.pattern(kind, part, language).search(text)

    def all(self, kind: str, part: str, language: str, text: str) -> Iterator[re.Match[str]]:
        """Return every place at which they stand."""
        return self.pattern(kind, part, language).finditer(text)


@dataclass(frozen=True, slots=True)
class Case:
    """The move that details are looked for."""

    type: MoveType
    language: str
    home: str
    published: datetime | None
    places: Set[str]
    """Codes of the markets that the move is told with."""
    ours: Callable[[Found], bool]
    """Says whether a name is the company's, its group's or its brand's."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a sentence between commas that speaks of the move."""

    text: str
    """As long as the words it stands for; Chinese is folded."""
    start: int
    """Offset of its first character in the document."""
    names: tuple[Found, ...]
    hit: Span | None
    """Where in it the words stand that report the move; None where others do."""

    def at(self, found: Found) -> Span:
        """Return where in the text a name stands."""
        return found.start - self.start, found.end - self.start


class Quotations:
    """Looks for all kinds of details."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._kinds: tuple[tuple[str, Callable[[Case, Sequence[Stretch], int], Iterator[Span]]], ...] = (
            ("models", self._models),
            ("units", self._units),
            ("when", self._when),
            ("investment", self._investment),
            ("site", self._sites),
            ("partners", self._partners),
        )

    def of(self, case: Case, stretches: Sequence[Stretch]) -> Iterator[tuple[str, int, int]]:
        """Yield what the parts of one sentence say: the kind, and offsets in the document."""
        for number, stretch in enumerate(stretches):
            for key, look in self._kinds:
                for start, end in look(case, stretches, number):
                    yield key, stretch.start + start, stretch.start + end

    def _says(self, kind: str, part: str, case: Case, text: str) -> bool:
        return self._words.find(kind, part, case.language, text) is not None

    def _meant(self, kind: str, case: Case, stretch: Stretch) -> bool:
        """Say whether a stretch speaks of such a thing: the move's own does, others by their words."""
        return stretch.hit is not None or self._says(kind, "told", case, stretch.text)

    def _units(self, case: Case, stretches: Sequence[Stretch], number: int) -> Iterator[Span]:
        stretch = stretches[number]
        if not _FIGURE.search(stretch.text):
            return
        figures = self._words.all("units", "find", case.language, stretch.text)
        spans = [m.span() for m in figures if not _NO_FIGURE.fullmatch(m["n"] or "")]
        if not spans or not self._meant("units", case, stretch) or self._says("units", "never", case, stretch.text):
            return
        counted = stretch.hit is not None and case.type in _COUNTED
        if counted or not self._says("units", "past", case, stretch.text):
            yield from spans

    def _when(self, case: Case, stretches: Sequence[Stretch], number: int) -> Iterator[Span]:
        stretch = stretches[number]
        for match in self._words.all("when", "find", case.language, stretch.text):
            if is_past(match[0], case.published):
                continue
            if _is_alone(match[0], stretch):
                dated = self._dates_all(case, stretches, number)
            else:
                dated = self._is_its_day(case, stretch, match.span())
            if dated:
                yield match.span()

    def _dates_all(self, case: Case, stretches: Sequence[Stretch], number: int) -> bool:
        """Say whether a date between commas is that of the move: told before it, or right behind it."""
        if any(s.hit for s in stretches[:number]):
            return True
        behind = stretches[number + 1 : number + 2]
        return any(s.hit and self._is_its_day(case, s, (0, 0)) for s in behind)

    def _is_its_day(self, case: Case, stretch: Stretch, date: Span) -> bool:
        """Say whether a date is that of the move told in the stretch: not of an announcement, not of the past."""
        text = stretch.text
        if case.type is MoveType.OVERSEAS_ORGANISATION and self._says("when", "sells", case, text):
            return False
        if stretch.hit is None:
            return self._says("when", "told", case, text) and not self._says("when", "past", case, text)
        before = text[max(0, date[0] - _SAID) : date[0]] if case.language == "en" else ""
        between = text[date[1] : stretch.hit[0]]
        return not self._says("when", "spoken", case, before) and not self._says("when", "spoken", case, between)

    def _investment(self, case: Case, stretches: Sequence[Stretch], number: int) -> Iterator[Span]:
        text = stretches[number].text
        if not _FIGURE.search(text):
            return
        sums = [m.span() for m in self._words.all("investment", "find", case.language, text)]
        if sums and self._says("investment", "told", case, text) and not self._says("investment", "else", case, text):
            yield from sums

    def _sites(self, case: Case, stretches: Sequence[Stretch], number: int) -> Iterator[Span]:
        stretch = stretches[number]
        shop = case.type is MoveType.MARKET_ENTRY and self._says("site", "shop", case, stretch.text)
        if not shop and not (case.type in _PLANTS and self._meant("site", case, stretch)):
            return
        for found in stretch.names:
            start, end = stretch.at(found)
            if found.sort is Sort.CITY and case.home not in found.names and self._is_site(case, stretch, start, end):
                kind = self._words.pattern("site", "kind", case.language).match(stretch.text, end)
                yield start, kind.end() if kind else end
            elif found.sort in PLACES and not shop:
                yield from self._town(case, stretch, start, end)

    def _is_site(self, case: Case, stretch: Stretch, start: int, end: int) -> bool:
        before, after = stretch.text[:start], stretch.text[end : end + 24]
        return not self._says("site", "before", case, before) and not self._says("site", "behind", case, after)

    def _town(self, case: Case, stretch: Stretch, start: int, end: int) -> Iterator[Span]:
        """Yield a town that no list holds, by the country beside it."""
        if case.language == "en":
            match = self._words.find("site", "town", "en", stretch.text[:start])
        else:
            match = self._words.pattern("site", "town", "zh").match(stretch.text, end)
        if match is not None and not _meets(match.span("q"), [stretch.at(f) for f in stretch.names]):
            yield match.span("q")

    def _models(self, case: Case, stretches: Sequence[Stretch], number: int) -> Iterator[Span]:
        stretch = stretches[number]
        if case.type is MoveType.OVERSEAS_ORGANISATION:
            return
        apposed = number > 0 and self._says("models", "apposed", case, stretch.text)
        if not apposed and not self._meant("models", case, stretch):
            return
        spans = sorted({*self._named_models(case, stretch), *self._coded_models(case, stretch)})
        taken = [stretch.at(f) for f in stretch.names]
        joined = [*spans, *(s for s in self._joined_models(case, stretch, spans) if not _meets(s, taken))]
        whole = [s for s in joined if not any(s != o and o[0] <= s[0] and s[1] <= o[1] for o in joined)]
        for start, end in whole:
            around = stretch.text[:start] + stretch.text[end : end + 16]
            if not self._says("models", "else", case, around) and self._owner(case, stretch, start):
                yield self._with_brand(case, stretch, start), end

    def _named_models(self, case: Case, stretch: Stretch) -> Iterator[Span]:
        for found in stretch.names:
            start, end = stretch.at(found)
            if found.sort is Sort.MODEL and case.ours(found):
                yield start, self._trimmed(case, stretch, end)
            elif found.sort in COMPANIES and case.ours(found):
                match = self._words.pattern("models", "brand", case.language).match(stretch.text, end)
                if match and not self._says("models", "never", case, match[0].strip()):
                    yield start, self._trimmed(case, stretch, match.end())

    def _coded_models(self, case: Case, stretch: Stretch) -> Iterator[Span]:
        taken = [stretch.at(f) for f in stretch.names]
        for match in self._words.all("models", "find", case.language, stretch.text):
            if not _meets(match.span(), taken) and not self._says("models", "never", case, match[0]):
                yield match.start(), self._trimmed(case, stretch, match.end())

    def _joined_models(self, case: Case, stretch: Stretch, spans: Sequence[Span]) -> Iterator[Span]:
        """Yield names that stand with "and" behind a model, or before the kind of car they are of."""
        for _, end in spans:
            if match := self._words.pattern("models", "joined", case.language).match(stretch.text, end):
                yield match.span("q")
        for match in self._words.all("models", "kind", case.language, stretch.text):
            yield match.span("q")
        for match in self._words.all("models", "list", case.language, stretch.text):
            for name in _LISTED.finditer(match["q"]):
                yield match.start("q") + name.start(), match.start("q") + name.end()

    def _trimmed(self, case: Case, stretch: Stretch, end: int) -> int:
        match = self._words.pattern("models", "trim", case.language).match(stretch.text, end)
        return match.end() if match else end

    def _owner(self, case: Case, stretch: Stretch, position: int) -> bool:
        """Say whether the last company named before a position, if any, is ours."""
        before = [f for f in stretch.names if f.sort in NAMED and stretch.at(f)[0] <= position]
        return not before or case.ours(before[-1])

    def _with_brand(self, case: Case, stretch: Stretch, start: int) -> int:
        """Return where a model's name begins, its brand counted where it stands right before."""
        for found in stretch.names:
            first, last = stretch.at(found)
            if (
                last < start + 1
                and stretch.text[last:start].strip() == ""
                and found.sort in COMPANIES
                and case.ours(found)
            ):
                return first if not found.alias.endswith("汽车") else start
        return start

    def _partners(self, case: Case, stretches: Sequence[Stretch], number: int) -> Iterator[Span]:
        stretch = stretches[number]
        spans = sorted({*self._told_partners(case, stretch), *self._known_partners(case, stretch)})
        if spans and not self._says("partners", "else", case, stretch.text):
            yield from (s for s in spans if not self._says("partners", "never", case, stretch.text[slice(*s)]))

    def _told_partners(self, case: Case, stretch: Stretch) -> Iterator[Span]:
        """Yield names that words such as importer or 携手 make partners, whoever they are."""
        taken = [stretch.at(f) for f in stretch.names if f.sort in PLACES or case.ours(f)]
        for part in self._frames(case, stretch):
            for match in self._words.all("partners", part, case.language, stretch.text):
                start, end = match.span(match.lastgroup or 0)
                if not any(a <= start < b for a, b in taken):
                    yield start, end

    def _frames(self, case: Case, stretch: Stretch) -> Sequence[str]:
        if self._says("partners", "capitals", case, stretch.text):
            return ("role", "behind")
        by_name = ("firm", "anybody") if case.type in _PLANTS else ("firm",)
        return ("role", "behind", "deal", *by_name)

    def _known_partners(self, case: Case, stretch: Stretch) -> Iterator[Span]:
        """Yield other makers: with whom, at whose plant, by whom, or joined with ours in one act."""
        acts = stretch.hit is not None and self._says("partners", "act", case, stretch.text)
        for found in stretch.names:
            if found.sort not in (Sort.COMPANY, Sort.AMBIGUOUS, Sort.DOUBTFUL) or case.ours(found):
                continue
            start, end = stretch.at(found)
            if self._says("partners", "with", case, stretch.text[:start]) or (
                acts and self._joined(case, stretch, found)
            ):
                yield start, end

    def _joined(self, case: Case, stretch: Stretch, found: Found) -> bool:
        start, end = stretch.at(found)
        for other in stretch.names:
            first, last = stretch.at(other)
            between = stretch.text[last:start] if last <= start else stretch.text[end:first]
            if case.ours(other) and self._says("partners", "joins", case, between):
                return True
        return False


def _meets(span: Span, others: Iterable[Span]) -> bool:
    return any(span[0] < b and a < span[1] for a, b in others)


def _is_alone(date: str, stretch: Stretch) -> bool:
    return stretch.text.strip(" .。") == date.strip()


def is_past(date: str, published: datetime | None) -> bool:
    """Say whether a date lies years before the day of the text; in spring the year before is still news."""
    years = [int(year) for year in _YEAR.findall(date)]
    return bool(years) and published is not None and max(years) < published.year - (published.month <= 2)
