"""Who quotes whom: the outlet a text has its news from, and which reports of an event are independent of one another.

Pure; the names of outlets stand in `outlets.toml` beside.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from urllib.parse import urlsplit

from crawler.models import Move, Stage, Text
from crawler.patterns import Index, compiled
from crawler.text import ITEM_END, language_of, lead_end, sentences

_LONGEST = 2_000
"""Characters of a passage that are looked at."""

_BEFORE, _AFTER = 1, 4
"""How many sentences around the one that states the move may say where it is from."""

_PAST = re.compile(
    r"此前|早前|曾(?:[^，。]{0,3})?(?:报道|爆料)|去年|previously|\b(?:had|have) reported\b|\blast year\b|\bback in\b",
    re.IGNORECASE,
)

# {O} is an outlet. The words between stay within a clause, and are few: "according to the German daily {O}".
_PHRASES = (
    r"(?:according to|reported (?:by|in)|reports? (?:by|from|in)|(?:citing|quoting|cited by|quoted by|via|per|told)"
    r"|(?:story|article|interview|coverage|news) (?:by|from|in|with)|(?:spoke|speaking|said) to|confirmed to"
    r"|h/t|source:|(?:seen|obtained|reviewed) by)\s(?:[^\s,.;:“”\"()]+\s){0,6}?{O}",
    r"{O}(?:[’']s?)?(?:\s(?:Global|Auto|also|has|had|first|now|,?which|exclusively|today|yesterday|on \w+day)){0,3}"
    r"\s(?:reports?|reported|reporting|writes?|wrote|says|said|notes?|noted|learn(?:s|ed|t)|claims?|claimed|reveal(?:s|ed)"
    r"|quotes?|quoted|cites?|cited|adds|added|understands|broke|points? out|published|story|article|interview"
    r"|exclusive|scoop)\b",
    r"[(（]{O}[)）]",
    r"据[^，,。；;：:]{0,14}?{O}",
    r"{O}[^，,。；;：:]{0,12}?(?:报道|消息|援引|引述|获悉|独家|爆料|披露|写道|刊文|报料|曝|[电讯](?=[，,：:])|称)",
    r"(?:援引|引述|引用|转引|转自|来源(?:于|自)?[:：]?|告诉|接受|[向对])[^，,。；;：:]{0,8}?{O}",
)


@dataclass(frozen=True)
class Outlets:
    """The outlets known by name, ready to be looked for."""

    names: Mapping[str, re.Pattern[str]]
    """Outlet -> what it is called, from the first to the last letter."""
    hosts: Mapping[str, str]
    """Host -> the outlet that publishes there."""
    phrases: tuple[str, ...]
    """Words of quotation, as patterns; the group `outlet` holds the name as written."""
    index: Index
    """Of the phrases, for case-folded texts."""
    nobody: re.Pattern[str]

    def named(self, found: re.Match[str]) -> str | None:
        """Return the outlet of a quotation, one without a line as written; None where it names nobody."""
        start, end = found.span("outlet")
        for name, pattern in self.names.items():
            match = pattern.match(found.string, start)
            if match is not None and match.end() >= end:
                return name
        written = found["outlet"].strip("《》")
        return None if self.nobody.search(written) else written


@cache
def outlets() -> Outlets:
    """Return the outlets of `outlets.toml`."""
    data = tomllib.loads(resources.files(__package__).joinpath("outlets.toml").read_text(encoding="utf-8"))
    rows = data["outlets"]
    listed = [pattern for row in rows.values() for pattern in row["names"]]
    either = "|".join((*sorted(listed, key=len, reverse=True), data["unlisted"]["zh"], data["unlisted"]["en"]))
    outlet = rf"(?<![A-Za-z])(?:the\s|The\s)?(?P<outlet>{either})(?![A-Za-z])"
    phrases = tuple(_any_case(phrase).replace("{O}", outlet) for phrase in _PHRASES)
    return Outlets(
        {name: re.compile("|".join(f"(?:{pattern})" for pattern in row["names"])) for name, row in rows.items()},
        {host: name for name, row in rows.items() for host in row["hosts"]},
        phrases,
        Index(phrases),
        re.compile(data["unlisted"]["nobody"]),
    )


def _any_case(phrase: str) -> str:
    """Let the words of quotation begin a sentence, while the names keep their capitals."""
    return "(?i:{O})".join(f"(?i:{part})" if part else "" for part in phrase.split("{O}")).replace("(?i:{O})", "{O}")


def outlet_of(url: str | None, source: str) -> str:
    """Return who published an article: the outlet at its address, else the host, else the source's id."""
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    labels = host.split(".")
    above = (".".join(labels[start:]) for start in range(len(labels)))
    return next((outlets().hosts[name] for name in above if name in outlets().hosts), host or source)


def quoted_source(text: Text, move: Move, names: Iterable[str], outlet: str, author: str | None = None) -> str | None:
    """Return the outlet that a text has a move from; None where it speaks for itself, or names nobody.

    Args:
        text: the article.
        move: as it reports it.
        names: what the move's company is called.
        outlet: who published the article; what it says of itself is no quotation.
        author: who is named as its author: an outlet where the text was taken over from it.
    """
    for passage in _passages(text, move, tuple(names)):
        for name in _quoted_in(passage[:_LONGEST]):
            if name != outlet:
                return name
    whole = next((name for name, pattern in outlets().names.items() if pattern.fullmatch(author or "")), None)
    return None if whole == outlet else whole


def _quoted_in(passage: str) -> Iterator[str]:
    known = outlets()
    worth = (compiled(known.phrases[number]) for number in known.index.worth(passage.casefold()))
    found = (match for phrase in worth for match in phrase.finditer(passage))
    for match in sorted(found, key=lambda match: match.start("outlet")):
        name = known.named(match)
        if name is not None:
            yield name


def _passages(text: Text, move: Move, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the parts of a text that may say where a move is from, the likeliest first.

    The sentence that states it, the title, those around it, the lead; of a rumour any that names the company. Of a
    digest only the sentences of the same item.
    """
    yield move.evidence
    yield text.title
    if ITEM_END.search(text.title):
        yield from (line for line in text.body.split("\n") if _names_any(line, names) or move.evidence in line)
        return
    spans = sentences(text.body)
    body = [text.body[start:end] for start, end in spans]
    lead = lead_end(text.body, language_of(text.title + text.body[:200]))
    at = next((index for index, sentence in enumerate(body) if move.evidence in sentence), None)
    near = range(at - _BEFORE, at + _AFTER + 1) if at is not None else range(0)
    for index, sentence in enumerate(body):
        early = index in near or spans[index][0] < lead
        if (early or (move.stage is Stage.RUMOURED and _names_any(sentence, names))) and not _PAST.search(sentence):
            yield sentence


def _names_any(sentence: str, names: Iterable[str]) -> bool:
    return any(name in sentence for name in names)


def independent(reports: Iterable[tuple[str, str | None]]) -> tuple[str, ...]:
    """Return the outlets that know of an event by themselves, in the order they came.

    Args:
        reports: of each report who published it, and whom it quotes. Who quotes is no source of its own, and neither
            is the quoted one, where all its own reports quote a third.
    """
    reports = list(reports)
    quotes = {outlet: quoted for outlet, quoted in reversed(reports) if quoted not in (None, outlet)}
    own = {outlet for outlet, quoted in reports if quoted in (None, outlet)}
    return tuple(dict.fromkeys(_origin(quoted or outlet, quotes, own) for outlet, quoted in reports))


def _origin(outlet: str, quotes: Mapping[str, str | None], own: set[str]) -> str:
    way: list[str] = []
    while outlet not in own and outlet not in way:
        way.append(outlet)
        outlet = quotes.get(outlet) or outlet
    return min(way[way.index(outlet) :]) if outlet in way else outlet
