"""Pages wished for, until they are read or given up, and the texts that came of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from crawler.storage.articles import digest
from crawler.storage.schema import articles, page_wishes


@dataclass(frozen=True, slots=True)
class Wish:
    """A page to be fetched, with the article it belongs to."""

    article: int
    source: str
    url: str
    title: str
    text: str
    """What is stored so far: the feed's text, or that of an earlier fetch."""
    entry_hash: str
    """By which it shows that the outlet has edited the article since."""
    published: datetime | None
    author: str | None
    quiet: bool
    wished_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Expired:
    """A wish that is too old."""

    article: int
    source: str
    url: str
    reason: str | None
    """Why the page did not come; None where it was never tried."""


_WISHES = select(
    page_wishes.c.article_id.label("article"),
    articles.c.source_id.label("source"),
    page_wishes.c.url,
    articles.c.title,
    articles.c.text,
    articles.c.entry_hash,
    articles.c.published_at.label("published"),
    articles.c.author,
    articles.c.quiet,
    page_wishes.c.wished_at,
    page_wishes.c.tries,
).join(articles, articles.c.id == page_wishes.c.article_id)


def wish(connection: Connection, article: int, url: str, now: datetime) -> None:
    """Wish for an article's page from now on; a wish made before begins anew."""
    done(connection, article)
    values = {"article_id": article, "url": url, "due_at": now, "wished_at": now, "tries": 0}
    connection.execute(insert(page_wishes).values(**values))


def due(connection: Connection, now: datetime, limit: int = 200) -> list[Wish]:
    """Return the wishes whose time has come, the longest waiting first."""
    query = _WISHES.where(page_wishes.c.due_at <= now).order_by(page_wishes.c.due_at, page_wishes.c.article_id)
    return [Wish(**row) for row in connection.execute(query.limit(limit)).mappings()]


def wish_of(connection: Connection, article: int) -> Wish | None:
    """Return the wish for an article's page; None where there is none, or none any more."""
    row = connection.execute(_WISHES.where(page_wishes.c.article_id == article)).mappings().first()
    return Wish(**row) if row is not None else None


def asked(connection: Connection, article: int, again_at: datetime) -> None:
    """Store that a page is asked for now, and when it is asked for again if nothing is heard of it."""
    changes = {"tries": page_wishes.c.tries + 1, "due_at": again_at}
    connection.execute(update(page_wishes).where(page_wishes.c.article_id == article).values(**changes))


def failed(connection: Connection, article: int, due_at: datetime, reason: str) -> None:
    """Store why a page that was asked for did not come, and when it is tried again."""
    changes = {"due_at": due_at, "reason": reason}
    connection.execute(update(page_wishes).where(page_wishes.c.article_id == article).values(**changes))


def postponed(connection: Connection, article: int, due_at: datetime) -> None:
    """Store that a page's host has no time before: nothing was asked of it."""
    changes = {"tries": page_wishes.c.tries - 1, "due_at": due_at}
    connection.execute(update(page_wishes).where(page_wishes.c.article_id == article).values(**changes))


def done(connection: Connection, article: int) -> None:
    """Store that a page is wished for no more."""
    connection.execute(delete(page_wishes).where(page_wishes.c.article_id == article))


def expired(connection: Connection, before: datetime) -> list[Expired]:
    """Return the wishes made before a moment."""
    query = (
        select(
            page_wishes.c.article_id.label("article"),
            articles.c.source_id.label("source"),
            page_wishes.c.url,
            page_wishes.c.reason,
        )
        .join(articles, articles.c.id == page_wishes.c.article_id)
        .where(page_wishes.c.wished_at < before)
    )
    return [Expired(**row) for row in connection.execute(query).mappings()]


def waiting(connection: Connection) -> dict[str, int]:
    """Return for each source how many pages are wished for."""
    query = (
        select(articles.c.source_id, func.count())
        .join(page_wishes, articles.c.id == page_wishes.c.article_id)
        .group_by(articles.c.source_id)
    )
    return dict(connection.execute(query).all())


def keep_text(
    connection: Connection, article: int, title: str, text: str, now: datetime, *, quarantined: str | None
) -> str:
    """Store a page's text as the article's; return its hash. The feed's own hash stays: the entry is no news."""
    hash_ = digest(title, text)
    changes = {"text": text, "text_hash": hash_, "from_page": True, "updated_at": now, "quarantined": quarantined}
    connection.execute(update(articles).where(articles.c.id == article).values(**changes))
    return hash_


def texts(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return the texts of those of the articles whose text is their page's."""
    asked = list(ids)
    if not asked:
        return {}
    query = select(articles.c.id, articles.c.text).where(articles.c.id.in_(asked), articles.c.from_page)
    return dict(connection.execute(query).all())
