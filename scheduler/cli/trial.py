"""What a first look at a feed tells: pure, from the answers to one or two polls."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import count
from math import ceil
from statistics import median
from urllib.parse import urljoin, urlsplit

from crawler.feeds import NotAFeed, parse_feed
from crawler.models import Entry, FeedAnswer, Outcome
from crawler.spiders.trial import TrialAnswer
from crawler.text import one_line, shorten
from crawler.units import describe_age, format_duration
from crawler.urls import is_web_url

FULL_TEXT = {"zh": 400}
"""Characters from which an entry's text is taken to be the whole article; newsflashes and excerpts are shorter."""
FULL_TEXT_ELSEWHERE = 1_500
HEADERS = 700
"""Bytes of a request and its answer without the body, about."""
SILENT = timedelta(days=14)
"""A feed without news for longer is perhaps no longer kept."""

_MINUTES = (2, 5, 10, 15, 20, 30, 60)
"""The intervals that are suggested; with a conditional GET an hour costs nothing, and news is wanted fresh."""
_UNDATED = timedelta(minutes=30)
_POLLS_IN_A_WINDOW = 8
"""So often is a feed polled while an entry stays in it: some failures in a row lose nothing."""
_UNTOLD_HOSTS = frozenset({"www", "rss", "feed", "feeds", "m", "news", "com", "co", "net", "org"})
_NO_TEXT_IN_YAML = re.compile(r"[0-9][0-9e-]*|0[xo][0-9a-f]*|true|false|null")
_MOST_FEEDS_OF_A_PAGE = 5


@dataclass(frozen=True, slots=True)
class Conditional:
    """Whether the server spares us what we have: the answer to a second, conditional request."""

    works: bool | None
    """None where it was not tried."""
    said: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What polling costs in a day."""

    requests: int
    bytes: int
    bytes_without_conditional: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that a trial found."""

    asked: str
    answer: TrialAnswer | FeedAnswer
    format: str | None = None
    title: str | None = None
    entries: tuple[Entry, ...] = ()
    """Newest first; those without a date behind, in the feed's order."""
    conditional: Conditional | None = None
    crawl_delay: float | None = None
    every: timedelta | None = None
    cost: Cost | None = None
    notes: tuple[str, ...] = ()
    feeds_of_page: tuple[str, ...] = ()
    """Feeds that a web page names where it was given in place of a feed."""
    yaml: str | None = None

    @property
    def is_feed(self) -> bool:
        """Whether the address can be a source."""
        return self.answer.outcome is Outcome.OK

    @property
    def url(self) -> str:
        """The address to put into config.yaml."""
        return self.answer.moved_to or self.asked


def report(
    asked: str, first: FeedAnswer, second: FeedAnswer | None, *, now: datetime, taken: Collection[str] = ()
) -> Report:
    """Return what the first poll, and perhaps a second conditional one, tell about a feed.

    Args:
        asked: the address as given.
        first: the answer to it.
        second: the answer to a second request with the first one's validators; None where it was not made.
        now: the present.
        taken: the ids of sources that are configured already.
    """
    delay = first.crawl_delay if isinstance(first, TrialAnswer) else None
    if first.outcome is not Outcome.OK:
        named = feeds_named(first.body, first.url) if isinstance(first, TrialAnswer) else ()
        return Report(asked, first, crawl_delay=delay, feeds_of_page=named)
    format_, title = _name_of(first)
    entries = newest_first(first.entries)
    conditional = _conditional(first, second, delay)
    every = interval(entries, delay)
    found = Report(
        asked,
        first,
        format_,
        title,
        entries,
        conditional,
        delay,
        every,
        _cost(first, entries, every, conditional),
        tuple(_notes(asked, first, entries, now)),
    )
    return _with_yaml(found, taken)


def newest_first(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries, newest first, those without a date behind."""
    undated = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(entries, key=lambda entry: entry.published or undated, reverse=True))


def text_of(entry: Entry) -> str:
    """Return `full text`, `excerpt` or `title only`, judged by the length."""
    if not entry.text:
        return "title only"
    return "full text" if len(entry.text) >= FULL_TEXT.get(entry.language, FULL_TEXT_ELSEWHERE) else "excerpt"


def span(entries: Sequence[Entry]) -> timedelta | None:
    """Return the time between the newest and the oldest entry that have a date; None with fewer than two."""
    dates = [entry.published for entry in entries if entry.published]
    return max(dates) - min(dates) if len(dates) > 1 else None


def pace(entries: Sequence[Entry]) -> timedelta | None:
    """Return the mean time between two entries of the newer half, which no pinned old entry distorts."""
    dates = sorted((entry.published for entry in entries if entry.published), reverse=True)
    half = len(dates) // 2
    return (dates[0] - dates[half]) / half if half and dates[0] > dates[half] else None


def interval(entries: Sequence[Entry], crawl_delay: float | None) -> timedelta:
    """Return how often to poll: twice as often as entries come, and so that none leaves the feed unseen.

    Never more often than the site's robots.txt allows; half-hourly where the entries have no dates.
    """
    between = pace(entries)
    wanted = _UNDATED if between is None else min(between / 2, between * len(entries) / _POLLS_IN_A_WINDOW)
    steps = [timedelta(minutes=minutes) for minutes in _MINUTES]
    chosen = max((step for step in steps if step <= wanted), default=steps[0])
    floor = timedelta(minutes=ceil((crawl_delay or 0) / 60))
    return max(chosen, next((step for step in steps if step >= floor), floor))


def _conditional(first: FeedAnswer, second: FeedAnswer | None, delay: float | None) -> Conditional:
    offered = " and ".join(
        name for name, value in (("ETag", first.etag), ("Last-Modified", first.last_modified)) if value
    )
    if not offered:
        return Conditional(False, "the server offers neither ETag nor Last-Modified: every poll brings the whole feed")
    if second is None:
        said = f"{offered} offered; not tried, since the site wants {delay or 0:.0f} s between two requests"
        return Conditional(None, said)
    if second.status == 304:
        return Conditional(True, f"works ({offered}): an unchanged feed costs a few hundred bytes")
    if second.outcome.healthy:
        return Conditional(False, f"{offered} offered, but the second request brought the whole feed again")
    return Conditional(None, f"{offered} offered; the second request failed: {second.reason}")


def _cost(first: FeedAnswer, entries: Sequence[Entry], every: timedelta, conditional: Conditional) -> Cost:
    """Count a day: with conditional GET only those polls cost a body before which something new came."""
    day = timedelta(days=1)
    polls = ceil(day / every)
    between = pace(entries)
    changed = polls if between is None or conditional.works is False else min(polls, ceil(day / between))
    size = first.transferred if isinstance(first, TrialAnswer) else 0
    return Cost(polls, polls * HEADERS + changed * size, polls * (HEADERS + size))


def _name_of(answer: FeedAnswer) -> tuple[str | None, str | None]:
    """Return the feed's format and title, which a poll has no use for."""
    if not isinstance(answer, TrialAnswer):
        return None, None
    try:
        feed = parse_feed(
            answer.body,
            source=answer.source,
            url=answer.url,
            content_type=answer.content_type,
            language=None,
            now=answer.at,
        )
    except NotAFeed:  # what gave entries a moment ago gives them again; a site's own spider may read more than this
        return None, None
    return _FORMATS.get(feed.version, feed.version), feed.title or None


_FORMATS = {
    "rss20": "RSS 2.0",
    "rss10": "RSS 1.0 (RDF)",
    "rss092": "RSS 0.92",
    "rss091u": "RSS 0.91",
    "rss091n": "RSS 0.91",
    "atom10": "Atom 1.0",
    "atom03": "Atom 0.3",
    "json1": "JSON Feed 1",
    "json11": "JSON Feed 1.1",
}


def _notes(asked: str, first: FeedAnswer, entries: Sequence[Entry], now: datetime) -> list[str]:
    notes = []
    if first.moved_to:
        notes.append(f"the feed has moved for good to {one_line(first.moved_to)}; the lines below name the new address")
    elif first.url != asked:
        notes.append(f"the address leads to {one_line(first.url)}, for now; the one given stays right")
    if not first.complete:
        notes.append("the answer was cut or holds unreadable entries; what could be read is shown")
    if not entries:
        notes.append("the feed is empty just now")
    dates = [entry.published for entry in entries if entry.published]
    if entries and not dates:
        notes.append("the entries have no dates: an article counts as new when it is first seen")
    if dates and now - max(dates) > SILENT:
        notes.append(f"the newest entry is {describe_age(now - max(dates))} old: is this feed still kept?")
    if entries and not any(text_of(entry) == "full text" for entry in entries):
        notes.append("no entry has a full text: moves told only further down in an article are missed")
    return notes


def _with_yaml(found: Report, taken: Collection[str]) -> Report:
    every = found.every or _UNDATED
    languages = Counter(entry.language for entry in found.entries if entry.language != "und")
    language = languages.most_common(1)[0][0] if languages else None
    id = suggested_id(found.url, found.title, taken)
    return replace(found, yaml=source_yaml(id, found.url, format_duration(every), language))


def source_yaml(id: str, url: str, every: str, language: str | None) -> str:
    """Return the lines to paste under `sources:` in config.yaml."""
    quoted = url.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    tail = f"    language: {language}\n" if language else ""
    return f'  - id: {id}\n    url: "{quoted}"\n    every: {every}\n{tail}'


def suggested_id(url: str, title: str | None, taken: Collection[str]) -> str:
    """Return a short id that no other source has: the site's name, else words of the feed's title."""
    labels = (urlsplit(url).hostname or "").lower().split(".")
    named = [] if all(label.isdigit() for label in labels) else labels[:-1]
    name = max((label for label in named if label not in _UNTOLD_HOSTS), key=len, default="") or _slug(title or "")
    name = _slug(name) or "my-feed"
    name = f"feed-{name}" if _NO_TEXT_IN_YAML.fullmatch(name) else name
    numbered = (f"{name}-{number}" for number in count(2))
    return name if name not in taken else next(id for id in numbered if id not in taken)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].rstrip("-")


def feeds_named(body: bytes, url: str) -> tuple[str, ...]:
    """Return the feeds that a web page names in its head, at most five; none where it is no page."""
    finder = _FeedLinks()
    finder.feed(body[:200_000].decode("utf-8", "replace"))
    found = dict.fromkeys(_joined(url, link) for link in finder.links)
    return tuple(link for link in found if is_web_url(link) and len(link) < 500)[:_MOST_FEEDS_OF_A_PAGE]


def _joined(url: str, link: str) -> str:
    try:
        return urljoin(url, link.strip())
    except ValueError:
        return ""


class _FeedLinks(HTMLParser):
    """Collects `<link rel="alternate" type="application/rss+xml">` and its like."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of a feed."""
        told = dict(attrs)
        kind = (told.get("type") or "").lower()
        if tag == "link" and ("rss" in kind or "atom" in kind or "feed+json" in kind):
            self.links.append(told.get("href") or "")


def lengths(entries: Sequence[Entry]) -> int:
    """Return the median length of the entries' texts, in characters."""
    return int(median(len(entry.text) for entry in entries)) if entries else 0


def headline(entry: Entry) -> str:
    """Return an entry's title, fit for one line of a terminal."""
    return shorten(one_line(entry.title), 90)
