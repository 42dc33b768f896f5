"""Articles, the keys they are known by, what was read in them, and the pages still wished for."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawler.models import Entry, Move, MoveType, Reading, Stage, Text, WhyNot
from crawler.storage.schema import article_keys, articles, readings

# Made once: building a statement costs as much as executing it, and a first poll executes thousands.
_ADD = insert(articles).returning(articles.c.id, sort_by_parameter_order=True)
_ADD_KEYS = {
    "postgresql": postgresql.insert(article_keys).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(article_keys).on_conflict_do_nothing(),
}
_ADD_READING = insert(readings).returning(readings.c.id, sort_by_parameter_order=True)
_KNOWN = (
    select(article_keys.c.key, articles.c.id, articles.c.source_id, articles.c.entry_hash, articles.c.quiet)
    .join(articles, articles.c.id == article_keys.c.article_id)
    .where(article_keys.c.key.in_(bindparam("keys", expanding=True)))
)
_TITLED = select(articles.c.title, articles.c.id, articles.c.source_id, articles.c.entry_hash, articles.c.quiet).where(
    articles.c.source_id == bindparam("source"), articles.c.title.in_(bindparam("titles", expanding=True))
)
_SAME_READING = select(readings.c.id).where(
    readings.c.article_id == bindparam("this_article_id"),
    readings.c.reader == bindparam("this_reader"),
    readings.c.version == bindparam("this_version"),
    readings.c.text_hash == bindparam("this_text_hash"),
)


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """Enough of a stored article to see whether an entry tells anything new about it."""

    id: int
    source: str
    entry_hash: str
    quiet: bool


def digest(title: str, text: str) -> str:
    """Return the SHA-256 of a title and a text, as 64 hexadecimal digits."""
    return hashlib.sha256(f"{title}\x1f{text}".encode("utf-8", "surrogatepass")).hexdigest()


def known(connection: Connection, keys: Iterable[str]) -> dict[str, KnownArticle]:
    """Return the stored articles behind those of the keys that are known."""
    asked = list(keys)
    if not asked:
        return {}
    return {row[0]: KnownArticle(*row[1:]) for row in connection.execute(_KNOWN, {"keys": asked})}


def titled(connection: Connection, source: str, titles: Iterable[str]) -> dict[str, KnownArticle]:
    """Return the articles of a source that have one of these titles, by title; a title of several is left out."""
    rows = connection.execute(_TITLED, {"source": source, "titles": list(titles)}).all()
    counts = Counter(row.title for row in rows)
    return {title: KnownArticle(*rest) for title, *rest in rows if counts[title] == 1}


def of_source(connection: Connection, source: str) -> bool:
    """Say whether a source has brought any article."""
    query = select(articles.c.id).where(articles.c.source_id == source).limit(1)
    return connection.execute(query).first() is not None


def text_by_key(connection: Connection, keys: Iterable[str]) -> tuple[int, Text] | None:
    """Return id and text of the article that one of the keys leads to, the strongest first; None where none does."""
    found = known(connection, keys := list(keys))
    article = next((found[key] for key in keys if key in found), None)
    return (article.id, text_of(connection, article.id)) if article else None


def text_of(connection: Connection, id: int) -> Text:
    """Return the text of a stored article."""
    query = select(articles.c.title, articles.c.text, articles.c.published_at, articles.c.source_id)
    return Text(*connection.execute(query.where(articles.c.id == id)).one())


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An entry that becomes an article."""

    entry: Entry
    quiet: bool
    quarantined: str | None


def add(connection: Connection, source: str, new: Sequence[NewArticle], now: datetime) -> list[int]:
    """Store new articles with their keys; return their ids, in order."""
    if not new:
        return []
    rows = [
        _content(one.entry, digest(one.entry.title, one.entry.text), now, one.quarantined)
        | {"source_id": source, "first_seen_at": now, "quiet": one.quiet}
        for one in new
    ]
    ids = list(connection.execute(_ADD, rows).scalars())
    add_keys(connection, [(id, key) for id, one in zip(ids, new, strict=True) for key in one.entry.keys])
    return ids


def change(connection: Connection, id: int, entry: Entry, now: datetime, *, quarantined: str | None) -> None:
    """Store what an outlet has changed in an article."""
    values = _content(entry, digest(entry.title, entry.text), now, quarantined)
    connection.execute(update(articles).where(articles.c.id == id).values(**values))


def _content(entry: Entry, hash_: str, now: datetime, quarantined: str | None) -> dict[str, Any]:
    return {
        "url": entry.url,
        "title": entry.title,
        "text": entry.text,
        "text_hash": hash_,
        "entry_hash": hash_,
        "language": entry.language,
        "author": entry.author,
        "published_at": entry.published,
        "updated_at": now,
        "quarantined": quarantined,
    }


def add_keys(connection: Connection, keys: Iterable[tuple[int, str]]) -> None:
    """Let articles be known by these keys too; a key that already leads to an article keeps leading there."""
    rows = [{"key": key, "article_id": article} for article, key in keys]
    if rows:
        connection.execute(_ADD_KEYS[connection.dialect.name], rows)


def add_readings(connection: Connection, found: Sequence[tuple[int, str, Reading]], now: datetime) -> list[int]:
    """Store the readings of articles never read before, each with the hash of its text; return their ids, in order."""
    if not found:
        return []
    rows = [_identity(article, hash_, reading) | _findings(reading, now) for article, hash_, reading in found]
    return list(connection.execute(_ADD_READING, rows).scalars())


def save_reading(connection: Connection, article_id: int, text_hash: str, reading: Reading, now: datetime) -> int:
    """Store a reading, replacing one by the same reader and version of the same text; return its id."""
    same = {f"this_{key}": value for key, value in _identity(article_id, text_hash, reading).items()}
    if id := connection.execute(_SAME_READING, same).scalar():
        connection.execute(update(readings).where(readings.c.id == id).values(**_findings(reading, now)))
        return int(id)
    return add_readings(connection, [(article_id, text_hash, reading)], now)[0]


def _identity(article_id: int, text_hash: str, reading: Reading) -> dict[str, Any]:
    return {"article_id": article_id, "reader": reading.reader, "version": reading.version, "text_hash": text_hash}


def _findings(reading: Reading, now: datetime) -> dict[str, Any]:
    return {
        "confidence": reading.confidence,
        "why_not": reading.why_not,
        "moves": [move_to_json(move) for move in reading.moves],
        "read_at": now,
    }


def move_to_json(move: Move) -> dict[str, Any]:
    """Return a move in the form of the database and of `chuhai classify`."""
    return {
        "company": move.company,
        "type": str(move.type),
        "destinations": list(move.destinations),
        "stage": str(move.stage),
        "confidence": round(move.confidence, 4),
        "evidence": move.evidence,
        "details": {key: list(quotes) for key, quotes in sorted(move.details.items())},
    }


def move_from_json(data: Mapping[str, Any]) -> Move:
    """Return the move that `move_to_json` wrote."""
    return Move(
        company=data["company"],
        type=MoveType(data["type"]),
        destinations=tuple(data["destinations"]),
        stage=Stage(data["stage"]),
        confidence=data["confidence"],
        evidence=data["evidence"],
        details={key: tuple(quotes) for key, quotes in data["details"].items()},
    )


def reading_of(connection: Connection, article_id: int) -> Reading | None:
    """Return the newest reading of an article."""
    query = (
        select(readings)
        .where(readings.c.article_id == article_id)
        .order_by(readings.c.read_at.desc(), readings.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    why_not = WhyNot(row["why_not"]) if row["why_not"] else None
    moves = tuple(move_from_json(move) for move in row["moves"])
    return Reading(row["reader"], row["version"], moves, row["confidence"], why_not)
