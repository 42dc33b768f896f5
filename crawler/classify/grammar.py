"""How the words of one clause hang together: who stands beside it, what arrives, where something comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from crawler.classify.document import COMPANIES, PLACES, Clause, Document, Part
from crawler.classify.lexicon import COMPANY, Lexicon
from crawler.classify.triggers import Hit
from crawler.knowledge import Found, Sort
from crawler.models import Company, MoveType, Stage

_EXCHANGES = frozenset({"HK", "US", "SG", "GB"})
"""Where Chinese makers list their shares."""
_BRANDS_LIST = frozenset({"HK", "US"})
"""Where a brand that belongs to a group does."""
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DATED = {
    "en": re.compile(
        r"\b(?:in|by|from|for|before|after|during|(?P<late>late|end of)|of|mid|early|spring|summer|autumn|fall|winter"
        r"|q[1-4]|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6})[ -](?P<year>20\d\d)\b"
    ),
    "zh": re.compile(r"(?P<year>20\d\d)年(?P<late>[底末]|第?四季度)?"),
}
"""A year that dates what a clause tells, and whether its last months are meant."""
_LATE = 10
"""The month from which an end of the year may be told as done."""
_SPEAKER = re.compile(
    rf"\s*{COMPANY}(?:汽车|集团| motors?| group)?"
    r"(?P<who>.{0,4}(?:管理层|高管|掌门人|总裁|董事长|负责人|ceo|cfo))?\s*"
)
_APPOSITION = re.compile(r"^, [^,]+,")
_MARKS = re.compile(r"^\W+|\W+$")
_REPORT = frozenset(
    (
        *("report", "reports", "report says", "source", "sources", "sources say", "media report", "media reports"),
        *("media", "newspaper", "paper", "magazine", "reuters", "bloomberg", "nikkei", "nikkei asia", "wsj", "caixin"),
        *("路透", "路透社", "彭博", "彭博社", "日经", "日经新闻", "金融时报", "华尔街日报"),
        *("报道", "媒体", "外媒", "日媒", "韩媒", "德媒", "美媒", "英媒", "印媒", "港媒", "台媒"),
    )
)


@dataclass(frozen=True, slots=True)
class Actor:
    """The company that may have made the move."""

    company: Company
    found: Found
    first: bool
    """Whether it stands before the trigger, in its clause: not behind it, nor in another clause."""
    mark: int
    """Where it stands in the clause's masked text; -1 where it stands in another clause."""


@dataclass(frozen=True, slots=True)
class Case:
    """A trigger in a clause, and the company it is laid to."""

    document: Document
    clause: Clause
    hit: Hit
    actor: Actor
    published: datetime | None
    entrant: bool
    """True while the company has no car of its own on sale."""
    type: MoveType
    title: str
    """The words of the title's item, see `item_words`."""
    said: str
    """The clause's words up to where it tells why, or what else is hoped for, see `said`."""


def beside(document: Document, clause: Clause) -> list[Clause]:
    """Return the other clauses of the item, the nearest before it first.

    For lead and body, then those of the sentence that theirs takes up, and the title's.
    """
    same = [c for c in document.items[clause.item] if c is not clause]
    earlier = [c for c in same if c.start < clause.start][::-1]
    if clause.part is Part.TITLE:
        return [*earlier, *(c for c in same if c.start > clause.start)]
    return [*earlier, *document.before.get(clause.item, ()), *document.title_clauses]


def inherited(document: Document, clause: Clause) -> list[Found]:
    """Return the companies of the nearest clause beside that names any; for a title, else whom it means."""
    for other in beside(document, clause):
        if names := [f for f in other.names if f.sort in COMPANIES]:
            return names
    return [*document.unnamed] if clause.part is Part.TITLE else []


def comes_from(clause: Clause, mark: int, hit: Hit, lexicon: Lexicon) -> bool:
    """Say whether the market at this mark is where something comes from, not where it goes."""
    masked = clause.masked
    if hit.trigger.type is MoveType.WITHDRAWAL:
        return False
    if hit.trigger.type is MoveType.OVERSEAS_PRODUCTION and hit.start <= mark < hit.end:
        return False
    if hit.trigger.type is MoveType.EXPORT and masked[max(0, mark - 2) : mark] == f"{COMPANY} ":
        return True
    before = lexicon.find("origin_before", masked[max(0, mark - 24) : mark])
    after = lexicon.find("origin_after", masked[mark + 1 : mark + 10])
    return before is not None or after is not None


def of_trigger(case: Case, places: Sequence[tuple[Found, int]], lexicon: Lexicon) -> list[Found]:
    """Return the markets among the trigger's own words and those listed with them; where it has none, those around."""
    clause, hit = case.clause, case.hit
    own = [n for n, (_, mark) in enumerate(places) if hit.start <= mark < hit.end]
    if not own:
        return [found for found, _ in places]
    first, last = own[0], own[-1]
    while last + 1 < len(places) and _listed(clause, places[last][1], places[last + 1][1], lexicon):
        last += 1
    while first > 0 and _listed(clause, places[first - 1][1], places[first][1], lexicon):
        first -= 1
    return [found for found, _ in places[first : last + 1]]


def meant_places(
    case: Case, clause: Clause, places: Sequence[tuple[Found, int]], lexicon: Lexicon
) -> Sequence[tuple[Found, int]]:
    """Return the markets of a clause that are not named in passing: "after Peru", "as sales grow in Peru".

    All where no other market abroad is named.
    """
    if len(places) < 2:
        return places
    words, home = clause.masked, case.actor.company.home
    end = _circumstances(case, places, lexicon) if clause is case.clause else len(words)
    kept: list[tuple[Found, int]] = []
    passed = -1
    for found, mark in places:
        before = lexicon.find("passed_before", words[max(0, mark - 24) : mark])
        after = lexicon.find("passed_after", words[mark + 1 : mark + 24])
        listed = passed >= 0 and _listed(clause, passed, mark, lexicon)
        if before or after or listed or mark >= end:
            passed = mark
        else:
            kept.append((found, mark))
    return kept if any(home not in found.names for found, _ in kept) else places


def _circumstances(case: Case, places: Sequence[tuple[Found, int]], lexicon: Lexicon) -> int:
    """Return where, behind the trigger or its first market, the clause tells of another market."""
    hit, words = case.hit, case.clause.masked
    start = next((mark for _, mark in places if hit.start <= mark < hit.end), hit.end)
    aside = lexicon.find("elsewhere", words, start=start)
    return aside.start() if aside else len(words)


def _listed(clause: Clause, mark: int, other: int, lexicon: Lexicon) -> bool:
    return lexicon.find("listed", clause.masked[mark + 1 : other]) is not None


def said(clause: Clause, hit: Hit, lexicon: Lexicon) -> str:
    """Return the clause's words up to where, behind the trigger, it tells why, or what else is hoped for."""
    aside = lexicon.find("aside", clause.masked, start=hit.end)
    return clause.masked[: aside.start()] if aside else clause.masked


def joined_places(clause: Clause, places: Sequence[tuple[Found, int]], lexicon: Lexicon) -> set[str]:
    """Return the markets that "and" joins to another: "Europe and Britain" are two, though one is part of the other.

    So are a region and what it is begun with: "Europe, starting with Poland".
    """
    pairs = [(a, b, clause.masked[mark + 1 : other]) for (a, mark), (b, other) in pairwise(places)]
    joined = [(a, b) for a, b, t in pairs if lexicon.find("joined", t) or lexicon.find("first_of", t)]
    return {code for pair in joined for found in pair for code in found.names}


def model_arrives(case: Case, lexicon: Lexicon) -> bool:
    """Say whether a model, not the brand, is what arrives: something else stands between company and market."""
    clause, hit, mark, language = case.clause, case.hit, case.actor.mark, case.document.language
    if case.actor.found.sort is Sort.MODEL:
        return True
    if not 0 <= mark < hit.end:
        return hit.trigger.model
    if lexicon.find("presented", clause.masked, start=hit.start, end=hit.end):
        return True
    place = next((m for f, m in zip(clause.names, clause.marks, strict=True) if f.sort in PLACES and m > mark), 0)
    end = max(hit.end, place)
    between = clause.masked[mark + 1 : max(hit.start, place) if hit.trigger.model else hit.start]
    between = _APPOSITION.sub("", between)
    if clause.between(mark + 1, end, [Sort.MODEL]) or lexicon.find("model", between, language):
        return True
    return hit.trigger.model and lexicon.without("filler", between, language).strip(" '-.") != ""


def comes_anew(case: Case, lexicon: Lexicon) -> bool:
    """Say whether the clause calls it a first or a return, whatever the data knows of the brand there."""
    return lexicon.find("anew", case.clause.masked, case.document.language) is not None


def model_ends(case: Case, lexicon: Lexicon) -> bool:
    """Say whether what ends is the sale of a model, not the presence of its brand."""
    clause, hit, language = case.clause, case.hit, case.document.language
    dropped = lexicon.find("dropped", clause.masked, start=hit.start, end=hit.end)
    if dropped and clause.between(hit.start, dropped.end(), [Sort.MODEL]):
        return True
    sold = lexicon.find("sold", clause.masked[hit.start : hit.end], language)
    named = any(f.sort is Sort.MODEL for f in clause.names)
    return sold is not None and (named or lexicon.find("model", clause.masked, language) is not None)


def past_year(case: Case) -> bool:
    """Say whether the clause is dated years back: what it tells is history."""
    if case.published is None or case.clause.part is Part.TITLE:
        return False
    years = [int(year) for year in _YEAR.findall(case.clause.masked)]
    return bool(years) and max(years) < case.published.year - 1


def is_to_come(case: Case) -> bool:
    """Say whether the clause, up to where it tells why, names a year after the day of the text."""
    day = case.published
    return day is not None and any(
        int(m["year"]) > day.year or (int(m["year"]) == day.year and m["late"] is not None and day.month < _LATE)
        for m in _DATED[case.document.language].finditer(case.said)
    )


def is_listing(case: Case, places: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether 上市 means shares: a place with a stock exchange, and no model or brand that could go on sale."""
    masked = case.clause.masked
    exchange = bool(places) and set(places) <= (_BRANDS_LIST if case.actor.company.group else _EXCHANGES)
    sold = "品牌" in masked or lexicon.find("model", masked, case.document.language) is not None
    return "上市" in masked[case.hit.start : case.hit.end] and exchange and not sold


def opens_plant(case: Case, lexicon: Lexicon) -> bool:
    """Say whether a plant itself is planned or opened, rather than one more model made in it."""
    language = case.document.language
    done = case.hit.trigger.stage in (Stage.UNDER_WAY, Stage.LAUNCHED)
    words = case.clause.masked
    if comes_anew(case, lexicon):
        return True
    model = any(f.sort is Sort.MODEL for f in case.clause.names) or lexicon.find("model", words, language) is not None
    goes_on = done or model or lexicon.find("running", words, language) is not None
    return not goes_on or lexicon.find("opening", words) is not None


def is_report(document: Document, clause: Clause) -> bool:
    """Say whether the clause stands in a title that ends in ": report", or begins with "外媒："."""
    ends = (*document.title_clauses[:1], *document.title_clauses[-1:])
    return clause.part is Part.TITLE and any(_MARKS.sub("", c.masked) in _REPORT for c in ends)


def is_statement(document: Document, clause: Clause) -> bool:
    """Say whether the clause stands in a title that begins with who says it: "沃尔沃汽车：…"."""
    return _speaker(document, clause) is not None


def is_word_of_a_manager(document: Document, clause: Clause) -> bool:
    """Say whether it begins with one of the company's people: "蔚来高管：…"."""
    speaker = _speaker(document, clause)
    return speaker is not None and speaker["who"] is not None


def _speaker(document: Document, clause: Clause) -> re.Match[str] | None:
    first = document.title_clauses[0] if document.title_clauses else clause
    return _SPEAKER.fullmatch(first.masked) if clause.part is Part.TITLE and first is not clause else None


def beside_plant(case: Case, lexicon: Lexicon) -> str:
    """Return the signal for a plan in a country where the company is known to build: a new plant, or more of an old."""
    if not opens_plant(case, lexicon):
        return "built_known"
    new = lexicon.find("new_plant", case.clause.masked) is not None or comes_anew(case, lexicon)
    return "built_before" if new else "built_known"


def item_words(document: Document, clause: Clause) -> str:
    """Return the masked words of the title's item the clause belongs to (for lead and body: of the whole title)."""
    parts = document.title_clauses
    if clause.part is Part.TITLE:
        parts = tuple(c for c in parts if c.item == clause.item)
    if not parts:
        return ""
    ending = document.title[parts[-1].end : parts[-1].end + 2]
    return " ".join(c.masked for c in parts) + ("?" if "?" in ending or "？" in ending else "")


def is_taken_over(case: Case, lexicon: Lexicon) -> bool:
    """Say whether what ended is taken over, or only described so: "buys a shuttered plant" is no retreat."""
    masked, start = case.clause.masked, case.hit.start
    if case.type is not MoveType.WITHDRAWAL:
        return False
    described = lexicon.find("describes", masked[:start]) and lexicon.find("participle", masked[start : case.hit.end])
    return described is not None or lexicon.find("acquires", masked, end=start) is not None


def names_home(clause: Clause, home: str) -> bool:
    """Say whether the clause names the company's home market, not only whose the company is: "印度马恒达"."""
    named = zip(clause.names, clause.marks, strict=True)
    return any(
        home in f.names and clause.masked[mark + 1 : mark + 2] != COMPANY for f, mark in named if f.sort in PLACES
    )
