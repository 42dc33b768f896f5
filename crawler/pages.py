"""A fetched page: a transaction of its own, with a new text, a new reading, its events completed or vetoed."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta

from crawler.ingest import Desk
from crawler.models import FeedAnswer, Outcome, PollRequest, Reading, Text
from crawler.quoting import outlet_of
from crawler.reports import store_moves
from crawler.storage import articles, pages
from crawler.storage.engine import Connection, Engine, reading, writing
from crawler.storage.pages import Wish
from crawler.text import fold, one_line, shorten
from crawler.understanding import understand

log = logging.getLogger(__name__)

GIVEN_UP = timedelta(hours=24)
"""A page wished for longer ago is old news (design of this project)."""
FIRST_WAIT = timedelta(minutes=10)
"""Before the second try; doubled with each further one, so that a day holds seven."""
ALIKE = 0.5
"""Share of an article's words that its page must hold: a page for cookies, log-in or the front page holds few."""

_PREFIX = "page:"
_WORDS = re.compile(r"[^\W\d_]{4,}|\d{2,}")
_HAN_PAIRS = re.compile("(?=([\u3400-\u9fff]{2}))")
_NEVER_COMES = (404, 410)


def request_for(wish: Wish, trusted: tuple[str, ...]) -> PollRequest:
    """Return the request for a page; `trusted` are the feed's own addresses, which alone may be private."""
    return PollRequest(f"{_PREFIX}{wish.article}", (wish.url,), trusted=trusted)


def wait_after(tries: int) -> timedelta:
    """Return how long a page is left alone after so many tries, the last one included."""
    return FIRST_WAIT * (1 << min(max(tries - 1, 0), 10))


def take(answer: FeedAnswer, desk: Desk) -> int:
    """Store what a page brought, or that it did not come; return how many moves its article now reports."""
    article = int(answer.source.removeprefix(_PREFIX))
    with reading(desk.engine) as connection:
        wish = pages.wish_of(connection, article)
    if wish is None:
        return 0
    if answer.postponed:
        with writing(desk.engine) as connection:
            pages.postponed(connection, article, answer.at + timedelta(seconds=answer.retry_after or 0))
        return 0
    if not answer.outcome.healthy:
        _failed(answer, wish, desk.engine)
        return 0
    text = answer.entries[0].text if answer.entries else ""
    why = _unfit(text, wish)
    if why is not None:
        log.info("source %s: the page is not used: %s (%s)", wish.source, why, one_line(wish.url))
        with writing(desk.engine) as connection:
            pages.done(connection, article)
        return 0
    return _read(text, wish, desk, answer.at)


def _failed(answer: FeedAnswer, wish: Wish, engine: Engine) -> None:
    reason = shorten(answer.reason or str(answer.outcome), 300)
    forbidden = "(robots.txt)" in reason or reason.startswith("refused: ")
    hopeless = forbidden or answer.outcome is Outcome.NOT_A_FEED or answer.status in _NEVER_COMES
    told = "not used" if hopeless else "tried again"
    log.info("source %s: a page did not come and is %s: %s (%s)", wish.source, told, reason, one_line(wish.url))
    wait = max(wait_after(wish.tries), timedelta(seconds=answer.retry_after or 0))
    with writing(engine) as connection:
        if hopeless:
            pages.done(connection, wish.article)
        else:
            pages.failed(connection, wish.article, answer.at + wait, reason)


def _unfit(text: str, wish: Wish) -> str | None:
    """Return why a page's text is not taken for the article's, or None."""
    if len(text) <= len(wish.text):
        return "it holds no more than the feed"
    if not belongs(text, f"{wish.title}\n{wish.text[:300]}"):
        return "it is another text than the feed's"
    return None


def belongs(page: str, feed: str) -> bool:
    """Say whether a page's text is of the article of which a feed gives title and beginning: they share words."""
    words = _words(feed)
    return not words or len(words & _words(page)) >= ALIKE * len(words)


def _words(text: str) -> set[str]:
    plain = fold(text).text
    return {*_WORDS.findall(plain), *_HAN_PAIRS.findall(plain)}


def _read(text: str, wish: Wish, desk: Desk, now: datetime) -> int:
    try:
        whole, outlet = Text(wish.title, text, wish.published), outlet_of(wish.url, wish.source)
        found = understand(whole, outlet, wish.author, desk.reader, desk.knowledge)
    except Exception:
        log.exception("reading a page failed, the feed's text stays: %s", one_line(wish.url))
        with writing(desk.engine) as connection:
            pages.done(connection, wish.article)
        return 0
    with writing(desk.engine) as connection:
        current = pages.wish_of(connection, wish.article)
        # the outlet's edit came in between: the page is wished for anew, and read with the new title
        if current is None or current.entry_hash != wish.entry_hash:
            return 0
        return _store(connection, text, wish, found, desk, now)


def _store(connection: Connection, text: str, wish: Wish, found: Reading, desk: Desk, now: datetime) -> int:
    pages.done(connection, wish.article)
    text_hash = pages.keep_text(connection, wish.article, wish.title, text, now, quarantined=None)
    id = articles.save_reading(connection, wish.article, text_hash, found, now)
    return store_moves(
        connection,
        wish.article,
        id,
        found,
        desk.knowledge,
        published=wish.published,
        now=now,
        quiet=wish.quiet,
        again=True,
    )
