"""A page's bytes to its article's text: by the site's rules, else by trafilatura."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from parsel import Selector

from crawler.decoding import Unreadable, decode
from crawler.markup import plain
from crawler.sites import Site, tidy_text
from crawler.text import shorten

MOST_PAGE = 2_000_000
"""Characters of a page that are looked at; a page of 36Kr with its state has 150,000."""
MOST_TAGS = 40_000
"""Ten times those of a long page; beyond, building the tree costs more than any article is worth."""
MOST_TEXT = 300_000
SHORTEST = 60
"""Characters of the shortest text that is an article; less is a notice, or the label of a video."""

_STATE = re.compile(r"window\.initialState\s*=\s*")
_CLUTTER = (
    "script, style, noscript, template, form, nav, aside, footer, iframe, button, select, figcaption, svg, "
    ".wp-caption-text, .screen-reader-text, [hidden]"
)


class NoArticle(Exception):  # noqa: N818 - it says what is the case
    """The page gives no article; the message is one line for a human."""


def extract(body: bytes, *, content_type: str | None, site: Site | None) -> str:
    """Return the article of a page as clean plain text, a paragraph a line, without the site's own words.

    Raises:
        NoArticle: with the reason: unreadable, encrypted, too large, or nothing in it that looks like an article.
    """
    try:
        page = decode(body, content_type)[:MOST_PAGE]
    except Unreadable as error:
        raise NoArticle(str(error)) from error
    for text in _readings(page, site):
        found = shorten(tidy_text(plain(text), site), MOST_TEXT)
        if len(found) >= SHORTEST:
            return found
    raise NoArticle("the page holds no text that looks like an article")


def _readings(page: str, site: Site | None) -> Iterator[str]:
    """Yield what may be the article, as HTML, the likeliest first."""
    if site is not None and site.state:
        yield _of_state(page, site)
    if page.count("<") > MOST_TAGS:
        raise NoArticle(f"the page has more than {MOST_TAGS:,} tags")
    if site is not None:
        yield from _of_selectors(page, site)
    yield _by_shape(page)


def _of_state(page: str, site: Site) -> str:
    """Return the HTML that the page's script is handed as JSON; nothing where there is none.

    Raises:
        NoArticle: where it is encrypted. We do not decipher what a site does not want read by programs.
    """
    start = _STATE.search(page)
    if start is None:
        return ""
    try:
        state, _ = json.JSONDecoder().raw_decode(page, start.end())
    except (ValueError, RecursionError):
        return ""
    value: Any = state
    for key in site.state:
        if isinstance(value, dict) and value.get("isEncrypt"):
            raise NoArticle("the page's article is encrypted")
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _of_selectors(page: str, site: Site) -> Iterator[str]:
    try:
        tree = Selector(text=page, type="html", huge_tree=False)
        for clutter in (_CLUTTER, *site.clutter):
            tree.css(clutter).drop()
        for body in site.bodies:
            yield "\n".join(str(part.get()) for part in tree.css(body)[:1])
    except Exception:  # noqa: BLE001 - the parser raises whatever a hostile page makes it happen on
        return


def _by_shape(page: str) -> str:
    """Return what trafilatura takes for the article."""
    import trafilatura  # noqa: PLC0415 - it takes half a second to import

    try:
        found = trafilatura.extract(page, include_comments=False, include_tables=False, favor_precision=True)
    except Exception:  # noqa: BLE001 - it works on whatever the web holds, and raises whatever it happens on
        return ""
    return found or ""
