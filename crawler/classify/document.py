"""One text made ready for reading: names found once, title items, lead, clauses, the form triggers are matched in."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import groupby, pairwise, starmap

from crawler.classify.lexicon import ABROAD, COMPANY, PLACE, Lexicon
from crawler.knowledge import Found, Matcher, Roster, Sort
from crawler.models import OVERSEAS, Text
from crawler.text import ITEM_END, Folded, fold, language_of, lead_end, sentence_end, sentences

TITLE_LIMIT = 2_000
"""Characters of a title that are read."""
BODY_LIMIT = 20_000
"""Characters of a body that are read; news tells its news before that, and hostile pages have no end."""
_BESIDE = 3
"""Characters behind a word for a firm within which its name begins."""
_BEFORE, _BEHIND = 40, 24
"""Characters beside a company in which a word may make it one that another is measured by."""

_Cut = Callable[..., Iterator[tuple[int, int]]]
"""Cuts a stretch of a text, see `_cut`."""
_RUNES = re.compile("[ᚠᚢᚦ]")
_SLASH, _COMMA = re.compile("/"), re.compile("，")
_CLAUSE = {
    "zh": re.compile(r"[，,。；;！!？?：:\n]+|——|\.\s|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])"),
    "en": re.compile(
        r"\s[–—-]+\s|—|[;\n]+|,\s(?i:while|as|but|and)\s|(?<=[a-z\d])[.!?]\s|: "
        r"|\s(?i:once|while|whereas|because|although|though|unless)\s"
    ),
}


class Part(StrEnum):
    """Where a clause stands: the three count differently."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text that says one thing. Offsets are those of `Document.whole`."""

    part: Part
    item: int
    """Number of the title's item (or of the sentence) it stands in: nothing is combined across items."""
    start: int
    end: int
    masked: str
    """Folded, every name replaced by one character."""
    names: tuple[Found, ...]
    """The companies and places in it, in order."""
    marks: tuple[int, ...]
    """Where in `masked` each of `names` stands."""

    def between(self, start: int, end: int, sorts: Iterable[Sort]) -> list[Found]:
        """Return the names of these sorts that stand in masked[start:end)."""
        wanted = set(sorts)
        return [f for f, at in zip(self.names, self.marks, strict=True) if start <= at < end and f.sort in wanted]


@dataclass(frozen=True, slots=True)
class Document:
    """A text, read once."""

    title: str
    body: str
    """The first `BODY_LIMIT` characters."""
    language: str
    whole: str
    folded: Folded
    """`whole` in the form names and triggers are matched in."""
    found: tuple[Found, ...]
    """Every name, whether it is meant or not."""
    names: tuple[Found, ...]
    """The companies and places that are meant, and ambiguous names that nothing bears out (`DOUBTFUL`)."""
    clauses: tuple[Clause, ...]
    entrants: bool
    """Whether a company is named that makes no cars, or made none once."""
    columned: bool
    lead_until: int
    title_clauses: tuple[Clause, ...]
    lead_clauses: tuple[Clause, ...]
    items: Mapping[int, tuple[Clause, ...]]
    """The clauses of each item of the title, and of each sentence of the body."""
    unnamed: tuple[Found, ...]
    """The one company of the lead, where the title speaks of a maker without a name."""
    before: Mapping[int, tuple[Clause, ...]]
    """The clauses before a sentence of the lead that takes up their company: "The carmaker is hiring …"."""

    @property
    def digest(self) -> bool:
        """Whether the title holds several items."""
        return len({c.item for c in self.title_clauses}) > 1

    @property
    def names_companies(self) -> bool:
        """Whether any clause names a company."""
        return bool(_companies(self.clauses))

    @property
    def names_in_title(self) -> bool:
        """Whether the title names a company."""
        return bool(_companies(self.title_clauses))

    def begins_like(self, other: Document) -> bool:
        """Say whether title and lead are read alike in both, of which this one ends with the lead."""
        return self.entrants == other.entrants and self.clauses == other.clauses[: len(self.clauses)]

    def sentence_of(self, clause: Clause) -> str:
        """Return the words of the clause's whole sentence in the body, or the title."""
        if clause.part is Part.TITLE:
            return self.title
        offset = len(self.title) + 1
        for start, end in sentences(self.body):
            if start + offset <= clause.start < end + offset:
                return self.body[start:end]
        return self.body[clause.start - offset : clause.end - offset]

    def original(self, clause: Clause, start: int, end: int) -> tuple[int, int]:
        """Return the span of `whole` that the span [start, end) of the clause's masked text stands for."""
        return self._offset(clause, start, False), self._offset(clause, max(start, end - 1), True)

    def _offset(self, clause: Clause, at: int, after: bool) -> int:
        position, behind = clause.start, 0
        for found, mark in zip(clause.names, clause.marks, strict=True):
            if mark == at:
                return found.end if after else found.start
            if mark > at:
                break
            position, behind = found.end, mark + 1
        folded = self.folded.folded(position) + at - behind
        first, last = self.folded.original(folded, min(folded + 1, len(self.folded.text)))
        return last if after else first

    def vehicles_between(self, start: int, end: int) -> bool:
        """Say whether a vehicle word begins in whole[start:end)."""
        return any(f.sort is Sort.VEHICLE and start <= f.start < end for f in self.found)


COMPANIES = (Sort.COMPANY, Sort.AMBIGUOUS, Sort.PERSON, Sort.MODEL)
PLACES = (Sort.PLACE, Sort.CITY, Sort.DEMONYM)


def opening(text: Text) -> Text:
    """Return the text up to the end of the sentence in which its lead ends: itself where there is no more."""
    body = text.body[:BODY_LIMIT]
    lead = lead_end(body, _language(text))
    end = sentence_end(body, lead)
    return text if end >= len(body) else replace(text, body=body[:end])


def read(text: Text, matcher: Matcher, roster: Roster, lexicon: Lexicon, *, generous: bool = False) -> Document:
    """Return the text with its names found (one pass) and its clauses cut; any text, never raises.

    Args:
        text: the title and the body.
        matcher: knows the names.
        roster: tells which ambiguous names are borne out.
        lexicon: words of grammar.
        generous: take every ambiguous name for borne out.
    """
    title, body = text.title[:TITLE_LIMIT], text.body[:BODY_LIMIT]
    whole = f"{title}\n{body}"
    folded = fold(whole)
    found = matcher.find(whole, folded)
    language = _language(text)
    companies = [f for f in found if f.sort in COMPANIES] if generous else list(roster.weighed(found))
    lead_until = len(title) + 1 + lead_end(body, language)
    names = _names(whole, found, companies, lexicon, len(title), lead_until)
    columned = lexicon.find("digest", title) is not None
    spans = _spans(whole, len(title), _items(title, columned, lexicon), language, names, companies, lead_until)
    clauses = tuple(starmap(_Masker(folded, names).clause, spans))
    titles, lead = (tuple(c for c in clauses if c.part is part) for part in (Part.TITLE, Part.LEAD))
    return Document(
        title=title,
        body=body,
        language=language,
        whole=whole,
        folded=folded,
        found=found,
        names=names,
        clauses=clauses,
        entrants=any(roster.may_enter(n) for n in {n for f in found if f.sort in COMPANIES for n in f.names}),
        columned=columned,
        lead_until=lead_until,
        title_clauses=titles,
        lead_clauses=lead,
        items={item: tuple(same) for item, same in groupby(clauses, key=lambda c: c.item)},
        unnamed=_unnamed(titles, lead, roster) if lexicon.find("some_maker", title, language) else (),
        before=_taken_up(lead, lexicon, language),
    )


def _companies(clauses: Iterable[Clause]) -> tuple[Found, ...]:
    return tuple(f for c in clauses for f in c.names if f.sort in COMPANIES)


def _unnamed(titles: Iterable[Clause], lead: Iterable[Clause], roster: Roster) -> tuple[Found, ...]:
    """Return the company that the lead alone names, besides its group or brands, where the title names none."""
    if _companies(titles):
        return ()
    names = _companies(lead)
    return names[:1] if all(roster.are_related(f.names[0], names[0].names[0]) for f in names) else ()


def _taken_up(lead: Iterable[Clause], lexicon: Lexicon, language: str) -> dict[int, tuple[Clause, ...]]:
    """Return, by the number of a lead's sentence that begins with "The carmaker", the sentence before it."""
    sentences = [tuple(same) for _, same in groupby(lead, key=lambda c: c.item)]
    return {
        later[0].item: earlier
        for earlier, later in pairwise(sentences)
        if lexicon.find("takes_up", later[0].masked, language)
    }


def _spans(
    whole: str,
    title_end: int,
    items: Iterable[tuple[int, int]],
    language: str,
    names: Sequence[Found],
    companies: Sequence[Found],
    lead_until: int,
) -> Iterator[tuple[Part, int, int, int]]:
    """Cut the title's items and the body into clauses."""
    cut = partial(_cut, separator=_CLAUSE[language], whole_at=_within_lists(whole, names))
    title, body = whole[:title_end], whole[title_end + 1 :]
    yield from _title_spans(items, title, cut)
    yield from _body_spans(body, title_end + 1, lead_until, cut, _of_title_and_lead(companies, lead_until))


def _of_title_and_lead(companies: Sequence[Found], lead_until: int) -> list[int]:
    """Return where a company is named that title or lead name: what a body says of others adds nothing to them."""
    early = {name for f in companies if f.start < lead_until for name in f.names}
    return [f.start for f in companies if not early.isdisjoint(f.names)]


def _language(text: Text) -> str:
    return "zh" if language_of(text.title[:TITLE_LIMIT] + text.body[:200]) == "zh" else "en"


def _names(
    whole: str, found: Sequence[Found], companies: Sequence[Found], lexicon: Lexicon, title_end: int, lead_until: int
) -> tuple[Found, ...]:
    """Return these companies and the places that are meant as places, in order."""
    acting = (f for f in companies if f.start >= lead_until or not _is_measure(whole, f, lexicon))
    makers = {f.start for f in companies}
    named = [f for f in found if f.sort in PLACES]
    places = [f for f in named if _is_meant(whole, f, lexicon) and not _owns(whole, f, makers)]
    if not any(f.start < title_end for f in places):
        places += [f for f in named if f.end < title_end and _is_of_a_firm(whole, f, makers, lexicon)]
    return tuple(sorted((*acting, *places), key=lambda f: f.start))


def _is_of_a_firm(whole: str, place: Found, makers: Iterable[int], lexicon: Lexicon) -> bool:
    """Say whether an adjective tells where a firm is that makes no cars: "Ethiopian firm assembles Yutong's buses"."""
    if place.sort is not Sort.DEMONYM or whole[: place.start].casefold().endswith("this "):
        return False
    rest = _line(whole[place.end : place.end + 48])
    firm = lexicon.find("local_firm", rest)
    return firm is not None and not any(
        0 <= (gap := start - place.end - firm.end()) <= _BESIDE and "," not in rest[firm.end() : firm.end() + gap]
        for start in makers
    )


def _owns(whole: str, place: Found, makers: Collection[int]) -> bool:
    """Say whether a place only tells whose a company is: "China's BYD"."""
    return place.end + 3 in makers and whole[place.end : place.end + 3] in ("'s ", "’s ")


def _is_measure(whole: str, company: Found, lexicon: Lexicon) -> bool:
    """Say whether a company is only what another is measured by."""
    before, after = whole[max(0, company.start - _BEFORE) : company.start], whole[company.end : company.end + _BEHIND]
    return lexicon.find("measure_before", before) is not None or lexicon.find("measure_after", after) is not None


def _line(rest: str) -> str:
    """Return the rest of a line: what the next begins with says nothing of how a title ends."""
    return rest.partition("\n")[0]


def _is_meant(whole: str, place: Found, lexicon: Lexicon) -> bool:
    """Say whether a place is meant: an adjective or a country before those who come from there is none."""
    rest = _line(whole[place.end : place.end + 48])
    if place.sort is Sort.DEMONYM:
        return lexicon.find("people", rest) is None
    return lexicon.find("makers", rest) is None


def _title_spans(items: Iterable[tuple[int, int]], title: str, cut: _Cut) -> Iterator[tuple[Part, int, int, int]]:
    for item, (start, end) in enumerate(items):
        for first, last in cut(title, start, end):
            yield Part.TITLE, item, first, last


def _within_lists(whole: str, names: Sequence[Found]) -> frozenset[int]:
    """Return where a list of places goes on behind a comma: "in Spain, Hungary, and Poland" is one clause."""
    places = [f for f in names if f.sort in PLACES]
    return frozenset(a.end for a, b in pairwise(places) if whole[a.end : b.start].casefold() == ", and ")


def _items(title: str, columned: bool, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Cut a digest's title into its items, the names of columns left out."""
    spans = list(_cut(title, 0, len(title), ITEM_END))
    if columned:
        spans = [part for start, end in spans for part in _cut(title, start, end, _SLASH)]
        if "海外日报" in title:
            spans = [part for start, end in spans for part in _cut(title, start, end, _COMMA)]
    news = [(a, b) for a, b in spans if not (lexicon.find("column", title, start=a, end=b) and b - a < 18)]
    return news or spans


def _cut(
    text: str,
    start: int,
    end: int,
    separator: re.Pattern[str],
    whole_at: Collection[int] = (),
    offset: int = 0,
) -> Iterator[tuple[int, int]]:
    """Cut text[start:end) at the separator, but not where, the offset added, it is to stay whole."""
    position = start
    for match in separator.finditer(text, start, end):
        if match.start() + offset in whole_at:
            continue
        if text[position : match.start()].strip():
            yield position, match.start()
        position = match.end()
    if text[position:end].strip():
        yield position, end


def _body_spans(
    body: str, offset: int, lead_until: int, cut: _Cut, companies: Sequence[int]
) -> Iterator[tuple[Part, int, int, int]]:
    """Cut the body into clauses; behind the lead only the sentences in which one of the companies stands."""
    for number, (start, end) in enumerate(sentences(body), 1000):
        part = Part.LEAD if start + offset < lead_until else Part.BODY
        if part is Part.BODY and bisect_left(companies, start + offset) == bisect_left(companies, end + offset):
            continue
        for first, last in cut(body, start, end, offset=offset):
            yield part, number, first + offset, last + offset


class _Masker:
    """Writes clauses with every name replaced by one character; walks the names once, in order."""

    def __init__(self, folded: Folded, names: Sequence[Found]) -> None:
        self._folded = None if isinstance(folded.starts, range) else folded
        self._text = _RUNES.sub("\ufffd", folded.text)
        self._names = names
        self._starts = [f.start for f in names]

    def clause(self, part: Part, item: int, start: int, end: int) -> Clause:
        pieces: list[str] = []
        marks: list[int] = []
        inside: list[Found] = []
        position, length = start, 0
        for found in self._names[bisect_left(self._starts, start) : bisect_left(self._starts, end)]:
            if found.end > end:
                continue
            piece = self._plain(position, found.start)
            length += len(piece)
            pieces += (piece, _mask(found))
            marks.append(length)
            inside.append(found)
            length += 1
            position = found.end
        pieces.append(self._plain(position, end))
        return Clause(part, item, start, end, "".join(pieces), tuple(inside), tuple(marks))

    def _plain(self, start: int, end: int) -> str:
        if self._folded is None:  # offsets are the same
            return self._text[start:end]
        return self._text[self._folded.folded(start) : self._folded.folded(end)]


def _mask(found: Found) -> str:
    if found.sort in PLACES:
        return ABROAD if found.names == (OVERSEAS,) else PLACE
    return COMPANY
