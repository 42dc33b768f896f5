"""The rules of a site as data, and what they do to an entry: pure, and linear in the length of its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.models import Entry

EDGE = 12
"""Lines at either end of a text in which a site's own words are looked for; the longest tail seen has nine."""

LONGEST_LINE = 400
"""Characters of a line that may be a site's own words; the longest seen has 200. What is longer is told as news."""

_NEVER = re.compile(r"(?!)")
_CREDIT = re.compile(r"[/／|｜丨:：]")
"""In brackets at the end: who made the picture, not the text."""


@dataclass(frozen=True, slots=True)
class Site:
    """What is peculiar to one site. Every pattern is tried from the start of a line, an address or a text."""

    name: str
    """That of its spider."""
    host: str
    """Its domain; every subdomain belongs to it."""
    identity: re.Pattern[str]
    """Finds in a link or guid what tells an article apart, whatever the address around it; its groups are the key."""
    edges: re.Pattern[str]
    """A line at either end of a text that is none of the article's."""
    anywhere: re.Pattern[str] = _NEVER
    """A line that is none of the article's, wherever it stands."""
    openings: re.Pattern[str] = _NEVER
    """Words at the beginning of a paragraph that go, but for what its first group holds."""
    closing: re.Pattern[str] = _NEVER
    """Words at the very end of a text that go (searched for, anchored by the pattern itself)."""
    rest: re.Pattern[str] = _NEVER
    """A line from which on, near the end, all is apparatus: references, the author's life."""
    inside: re.Pattern[str] = _NEVER
    """Words taken out of a paragraph: names of the site's columns, which hold words that mean a move; credits."""
    bodies: tuple[str, ...] = ()
    """CSS selectors of the article on its page, best first."""
    clutter: tuple[str, ...] = ()
    """CSS selectors of what goes out of it."""
    state: tuple[str, ...] = ()
    """Where in the JSON of `window.initialState` the article is, down to the key of its HTML."""
    whole: re.Pattern[str] = _NEVER
    """Addresses of articles that the feed gives in full: their page is never fetched."""


def tidy(entry: Entry, site: Site | None) -> Entry:
    """Return the entry with the site's identity as its first key and without the site's own words.

    The title stays as it is, columns and all: a digest is cut into its items by them, when it is read. Whom a text
    names as its origin at the end is its author.
    """
    if site is None:
        return entry
    keys = tuple(dict.fromkeys((*_identities(entry, site), *entry.keys)))
    kept = _without_own_words(entry.text, site)
    ending = _ending(kept, site)
    origin = ending[0].strip(" ()（）") if ending else ""
    author = origin if origin and not _CREDIT.search(origin) else entry.author
    return replace(entry, keys=keys, text=_until(kept, ending), author=author)


def _identities(entry: Entry, site: Site) -> list[str]:
    guids = [key.split(":", 2)[2] for key in entry.keys if key.startswith("guid:")]
    found = [site.identity.match(address) for address in (entry.url or "", *guids)]
    return [f"{site.name}:{'/'.join(match.groups())}" for match in found if match]


def tidy_text(text: str, site: Site | None) -> str:
    """Return a clean text (one paragraph a line) without the site's own words; may leave nothing of it."""
    if site is None:
        return text
    kept = _without_own_words(text, site)
    return _until(kept, _ending(kept, site))


def _without_own_words(text: str, site: Site) -> str:
    lines = [line for line in text.split("\n") if not _is(site.anywhere, line)]
    lines = _without_edges(_without_rest(lines, site), site)
    lines = [site.inside.sub("", _opened(line, site)).strip() for line in lines]
    return "\n".join(line for line in lines if line)


def _ending(text: str, site: Site) -> re.Match[str] | None:
    return site.closing.search(text, max(0, len(text) - LONGEST_LINE))


def _until(text: str, ending: re.Match[str] | None) -> str:
    return (text[: ending.start()] if ending else text).strip()


def _opened(line: str, site: Site) -> str:
    opening = site.openings.match(line)
    return f"{opening[1]}{line[opening.end() :]}" if opening else line


def _is(pattern: re.Pattern[str], line: str) -> bool:
    return len(line) <= LONGEST_LINE and pattern.match(line) is not None


def _without_edges(lines: Sequence[str], site: Site) -> list[str]:
    """Leave out the site's own lines near either end; an article's own line among them is kept."""
    last = len(lines) - EDGE
    near = ((index < EDGE or index >= last, line) for index, line in enumerate(lines))
    return [line for is_near, line in near if not (is_near and _is(site.edges, line))]


def _without_rest(lines: Sequence[str], site: Site) -> list[str]:
    """Cut the apparatus at the end, where it makes up less than a third of the text."""
    sizes = [len(line) for line in lines]
    after, most = 0, sum(sizes) / 3
    cut = len(lines)
    for index in range(len(lines) - 1, -1, -1):
        after += sizes[index]
        if after > most:
            break
        if _is(site.rest, lines[index]):
            cut = index
    return list(lines[:cut])
