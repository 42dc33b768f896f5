"""Feed bytes to entries: RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import io
import json
import re
from calendar import timegm
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urljoin

import feedparser

from crawler.aside import Aside
from crawler.decoding import Unreadable, decode, garbled
from crawler.markup import plain
from crawler.models import Entry
from crawler.text import language_of, one_line, shorten
from crawler.urls import article_keys, canonical_url, is_web_url

MOST_BYTES = 5 * 1024 * 1024
MOST_ENTRIES = 2_000
MOST_TEXT = 300_000
MOST_TITLE = 1_000
MOST_LINK = 2_000
"""Caps on bytes of body, entries of a feed, characters of a text, a title and a link; no feed known comes near them."""

_MOST_TAGS = 200_000
"""Three times what a feed of 5 MiB from 36Kr would have; nested, each costs the parser some 300 bytes and 40 µs."""
_MOST_MARKUP = 4 * MOST_TEXT
_TELLING = 10
"""Characters of a title from which on it and a time of day are one article of a source: shorter ones are rubrics."""
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""No feed is older than RSS; dates before are a clock that was never set."""
_ROOT = re.compile(r"<(?:[\w-]+:)?(rss|feed|rdf|channel)(?=[\s>])", re.IGNORECASE)
_ITEM = re.compile(r"<(?:[\w-]+:)?(?:item|entry)[\s>]")
_ITEM_END = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>")
_PAGE = re.compile(  # atomic: a row of comments can be divided in very many ways
    r"\s*+(?>(?:<!--(?>.{0,2000}?-->)\s*+)*+)<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_PAGE_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)
_CONTROLS = bytes(c for c in range(0x20) if chr(c) not in "\t\n\r")
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_CHALLENGE = re.compile(
    r"_wafchallengeid|_waftokenid|waf-jschallenge|TTGCaptcha|SlardarWAF|challenge-platform/h/\w+/orchestrate|_cf_chl_opt"
    r"|px-captcha|Incapsula incident|captcha-delivery\.com|acw_sc__v2|awsWafCookieDomainList",
    re.IGNORECASE,
)
_CHALLENGE_TITLE = re.compile(
    r"just a moment|attention required! \| cloudflare|正在进行安全检测|验证码|安全验证|人机验证|滑动验证|访问验证"
    r"|ddos-guard|\bcaptcha\b|are you a (?:robot|human)|verify (?:that )?you are (?:a )?human|human verification"
    r"|pardon our interruption|checking your browser",
    re.IGNORECASE,
)
_CUT_MARK = re.compile(r"\s*(?:\.{3}|…)?\s*\[(?:\.{3}|…|continued)\]\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed's bytes held."""

    entries: tuple[Entry, ...]
    complete: bool
    """False where the body was cut, or entries were unreadable or too many."""
    lacks: str | None
    """Why it is not complete, in one line."""
    version: str
    """feedparser's name of the format, such as `rss20` or `atom10`; `json1`, `json11`."""
    title: str


class NotAFeed(Exception):  # noqa: N818 - it says what is the case, as the answer `not_a_feed` does
    """The bytes are no feed; the message is one line for a human."""

    def __init__(self, reason: str, *, blocked: bool = False) -> None:
        super().__init__(reason)
        self.blocked = blocked
        """True where the page is a challenge to prove oneself human."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One item as its format gives it, before anything is made of it."""

    link: str
    guid: str
    title: str
    texts: tuple[str, ...]
    author: str
    date: datetime | None


# It looks for this one on the disk at every feed, in vain, and all threads wait for each other meanwhile.
feedparser.api.PREFERRED_XML_PARSERS.clear()

_Mark = TypeVar("_Mark")
_Found = tuple[str, str, str, list[_Item], bool]
"""Version, title, the feed's own link, its items (one too many at most), and whether the body was whole."""


def parse_feed(
    body: bytes, *, source: str, url: str, content_type: str | None, language: str | None, now: datetime
) -> ParsedFeed:
    """Return the entries of a feed, in its order, as clean plain text.

    A relative link is resolved against the feed's own link, else `url`. A body cut in the middle gives the entries
    that are whole. `language` is what the user declared; None lets each entry's script decide.

    Raises:
        NotAFeed: when the bytes are a page, a challenge, empty, unreadable, or anything else.
    """
    text = _readable(body[:MOST_BYTES], content_type)
    version, title, base, found, whole = _json_feed(text) if text.startswith("{") else _xml_feed(text)
    items = list(_resolved(found[:MOST_ENTRIES], base, url))
    shared = _shared(items)
    made = [_entry(item, shared, source=source, language=language, now=now) for item in items]
    entries = [entry for entry in made if entry and not garbled(entry.title, 0.1) and not garbled(entry.text, 0.05)]
    unreadable = sum(entry is not None for entry in made) - len(entries)
    said = [
        (not whole or len(body) > MOST_BYTES) and "the answer was cut: what was whole of it is kept",
        len(found) > MOST_ENTRIES and f"the feed has more than {MOST_ENTRIES:,} entries: the first so many are read",
        unreadable and f"{unreadable} entries were left out: their characters are damaged",
    ]
    lacks = "; ".join(part for part in said if part) or None
    return ParsedFeed(tuple(entries), lacks is None, lacks, version, shorten(one_line(plain(title)), MOST_TITLE))


def challenge(page: str) -> str | None:
    """Return what a page that asks to prove oneself human is called, or None where the page is none such."""
    title = page_title(page)
    if _CHALLENGE_TITLE.search(title):
        return title
    mark = _CHALLENGE.search(page)
    return (title or mark[0]) if mark else None


def page_title(page: str) -> str:
    """Return the title of a page on one line; empty where it has none."""
    found = _PAGE_TITLE.search(page[:100_000])
    return shorten(one_line(plain(found[1])), 120) if found else ""


def _readable(body: bytes, content_type: str | None) -> str:
    try:
        text = decode(body, content_type).strip()
    except Unreadable as error:
        raise NotAFeed(str(error)) from error
    if not text:
        raise NotAFeed("the answer is empty")
    return text


def _not_a_feed(text: str) -> NotAFeed:
    title = page_title(text)
    named = f' titled "{title}"' if title else ""
    if challenge(text) is not None:
        return NotAFeed(f"the site answers with a check for robots{named}", blocked=True)
    if _PAGE.match(text):
        return NotAFeed(f"the address gives a web page{named}, not a feed")
    return NotAFeed(f'no feed: the answer begins with "{shorten(one_line(text[:200]), 40)}"')


def _xml_feed(text: str) -> _Found:
    root = None if _PAGE.match(text) else _ROOT.search(text, 0, 20_000)
    if root is None:
        raise _not_a_feed(text)
    if text.count("<") > _MOST_TAGS:
        raise NotAFeed(f"the feed has more than {_MOST_TAGS:,} tags")
    # what stands before the root (declaration, DOCTYPE, entities, warnings of a script) only does harm
    all_ = text[root.start() :]
    end = re.compile(rf"</{re.escape(root[0][1:])}\s*>")
    whole = end.search(all_[-20_000:]) is not None
    some = _first_items(all_)
    body = all_ if whole and some is all_ else _closed(some, root[0][1:])
    aside = Aside()
    try:
        parsed = feedparser.parse(
            io.BytesIO(aside.take(_xml(body))),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # on hostile bytes the parser raises whatever it happens on
        raise NotAFeed(f"the feed cannot be parsed ({type(error).__name__})") from error
    version = str(parsed.get("version") or "")
    if not version and not parsed.entries:
        raise _not_a_feed(text)
    title, link = (aside.give_back(_string(parsed.feed.get(key))) for key in ("title", "link"))
    return version or root[1].lower(), title, link, [_xml_item(entry, aside) for entry in parsed.entries], whole


def _xml(text: str) -> bytes:
    """Return the text as bytes, without the characters that XML forbids."""
    body = text.encode("utf-8", "replace").translate(None, _CONTROLS)
    for none in _NO_CHARACTERS:
        body = body.replace(none, b"")
    return body


def _first_items(text: str) -> str:
    """Return the text with one item too many at most: what is not parsed costs no memory."""
    beyond = next(islice(_ITEM.finditer(text), MOST_ENTRIES + 1, None), None)
    return text[: beyond.start()] if beyond else text


def _closed(text: str, tag: str) -> str:
    """Return the text of an open root, cut after its last whole item and closed."""
    ends = [end.end() for end in _ITEM_END.finditer(text)]
    begin = _ITEM.search(text)
    cut = text[: ends[-1]] if ends else text[: begin.start()] if begin else text
    channel = "</channel>" if "<channel" in cut and "</channel" not in cut else ""
    return f"{cut}{channel}</{tag}>"


def _xml_item(entry: Mapping[str, Any], aside: Aside) -> _Item:
    def text(value: object) -> str:
        return aside.give_back(_string(value))

    texts = [*(part.get("value") for part in entry.get("content") or ()), entry.get("summary")]
    return _Item(
        link=text(entry.get("feedburner_origlink") or entry.get("link")),
        guid=text(entry.get("id")),
        title=text(entry.get("title")),
        texts=tuple(map(text, texts)),
        author=text(entry.get("author")),
        date=_first_date(entry),
    )


def _first_date(entry: Mapping[str, Any]) -> datetime | None:
    for key in ("published_parsed", "created_parsed", "updated_parsed"):
        # dict.get: feedparser's own warns where it answers for one date with another
        parts = dict.get(entry, key) if isinstance(entry, dict) else None
        if parts:
            try:
                return datetime.fromtimestamp(timegm(parts), UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None


def _json_feed(text: str) -> _Found:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"JSON that is cut or broken ({shorten(one_line(str(error)), 80)})") from error
    version = _string(feed.get("version")) if isinstance(feed, dict) else ""
    items = feed.get("items") if isinstance(feed, dict) else None
    if "jsonfeed.org/version/1" not in version or not isinstance(items, list):
        raise NotAFeed("JSON, but no JSON Feed")
    made = [_json_item(item) for item in items[: MOST_ENTRIES + 1] if isinstance(item, dict)]
    name = "json11" if version.endswith("1.1") else "json1"
    return name, _string(feed.get("title")), _string(feed.get("home_page_url")), made, True


def _json_item(item: Mapping[str, Any]) -> _Item:
    authors = item.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else item.get("author")
    return _Item(
        link=_string(item.get("url") or item.get("external_url")),
        guid=_string(item.get("id")),
        title=_string(item.get("title")),
        texts=tuple(_string(item.get(key)) for key in ("content_html", "content_text", "summary")),
        author=_string(first.get("name")) if isinstance(first, dict) else "",
        date=_iso_date(_string(item.get("date_published") or item.get("date_modified"))),
    )


def _iso_date(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _string(value: object) -> str:
    """Return a text or a number as text (JSON feeds number their items), anything else as nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18 else ""


def _resolved(items: Sequence[_Item], base: str, url: str) -> Iterable[_Item]:
    for item in items:
        yield _Item(_absolute(item.link, base, url), item.guid, item.title, item.texts, item.author, item.date)


def _absolute(link: str, base: str, url: str) -> str:
    link = link.strip()
    if len(link) > MOST_LINK:
        return ""
    if not link or is_web_url(link):
        return link
    try:
        found = urljoin(base if is_web_url(base) else url, link)
    except ValueError:
        return ""
    return found if is_web_url(found) else ""


@dataclass(frozen=True, slots=True)
class _Shared:
    """What several items of one feed have in common, though they are not one: no identity."""

    links: frozenset[str]
    """In canonical form: they lead to a list, not to an article."""
    guids: frozenset[str]
    dated: frozenset[tuple[str, datetime | None]]
    """Title and date."""


def _shared(items: Sequence[_Item]) -> _Shared:
    titles, links = [one_line(item.title) for item in items], [_canonical(item) for item in items]
    dated = [(title, item.date) for title, item in zip(titles, items, strict=True)]
    return _Shared(
        _of_several(links, titles), _of_several([item.guid.strip() for item in items], links), _of_several(dated, links)
    )


def _of_several(marks: Sequence[_Mark], things: Sequence[str]) -> frozenset[_Mark]:
    """Return the marks that more than one of the things beside them have."""
    found: dict[_Mark, set[str]] = {}
    for mark, thing in zip(marks, things, strict=True):
        found.setdefault(mark, set()).add(thing)
    return frozenset(mark for mark, several in found.items() if len(several) > 1)


def _canonical(item: _Item) -> str:
    return canonical_url(item.link.strip())


def _entry(item: _Item, shared: _Shared, *, source: str, language: str | None, now: datetime) -> Entry | None:
    text = max((_text(part) for part in item.texts), key=len, default="")
    title = shorten(one_line(plain(item.title[:20_000])), MOST_TITLE) or shorten(text.split("\n")[0], 100)
    url = item.link if is_web_url(item.link) else None
    if not title and not url:
        return None
    return Entry(
        keys=_keys(item, shared, source, url, title),
        url=url,
        title=title,
        text=text,
        language=language or language_of(f"{title}\n{text}"),
        published=_clamped(item.date, now),
        author=shorten(one_line(plain(item.author[:2_000])), 200) or None,
    )


def _keys(item: _Item, shared: _Shared, source: str, url: str | None, title: str) -> tuple[str, ...]:
    """Return the identities of an item: also its title and date, where they tell it from any other.

    The date is the one given: one that is clamped to now would make another key at every poll.
    """
    own = url if url and _canonical(item) not in shared.links else None
    guid = "" if item.guid.strip() in shared.guids else item.guid
    date = _possible(item.date)
    keys = article_keys(source, own, guid, title, date)
    if date is None or date.time() == time() or len(title) < _TELLING:
        return keys
    if (one_line(item.title), item.date) in shared.dated:
        return keys
    return tuple(dict.fromkeys((*keys, *article_keys(source, None, "", title, date))))


def _text(markup: str) -> str:
    return _without_tail(shorten(plain(markup[:_MOST_MARKUP]), MOST_TEXT))


def _without_tail(text: str) -> str:
    """Return the text without what WordPress appends to every excerpt; the title repeated there counts twice."""
    start = text.rfind("The post ")
    if start >= 0 and len(text) - start < MOST_TITLE + 200 and " appeared first on " in text[start:]:
        text = text[:start].rstrip()
    # what is clean has no two blanks in a row, so a mark is shorter than this
    mark = _CUT_MARK.search(text, max(0, len(text) - 20))
    return text[: mark.start()] if mark else text


def _possible(date: datetime | None) -> datetime | None:
    return date if date and date >= _EARLIEST else None


def _clamped(date: datetime | None, now: datetime) -> datetime | None:
    date = _possible(date)
    return now if date and date > now + timedelta(days=1) else date
