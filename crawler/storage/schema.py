"""The tables of crawled news, on one page; `alerts.schema` and `scheduler.schema` add theirs to the same metadata."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from crawler.models import FirstTime, MoveType, Outcome, Stage
from crawler.storage.engine import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, words: type[MoveType | Stage | Outcome | FirstTime] | tuple[str, ...]) -> CheckConstraint:
    """Return the constraint that a column holds one of the words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(word)) for word in words)})", name=column)


sources = Table(
    "sources",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("url", Text),
    Column("outcome", String(20)),
    Column("reason", Text),
    Column("http_status", Integer),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("validators_of", Text),
    Column("body_hash", String(64)),
    Column("moved_to", Text),
    Column("polled_at", Instant),
    Column("succeeded_at", Instant),
    Column("failing_since", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("not_before", Instant),
    Column("baseline_at", Instant),
    Column("baseline_quiet", Boolean),
    Column("baseline_articles", Integer),
    Column("baseline_events", Integer),
    Column("polls", Integer, nullable=False, server_default="0"),
    Column("newest_at", Instant),
    Column("whole_at", Instant),
    Column("empty_polls", Integer, nullable=False, server_default="0"),
    Column("gap_at", Instant),
    Column("faster_until", Instant),
    Column("degraded", Text),
    Column("stopped_at", Instant),
    one_of("outcome", Outcome),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String(300), primary_key=True),
    Column("next_at", Instant),
    Column("penalty_until", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("robots", Text),
    Column("robots_status", Integer),
    Column("robots_until", Instant),
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", String(100), ForeignKey("sources.id"), nullable=False),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("entry_hash", String(64), nullable=False),
    Column("from_page", Boolean, nullable=False, server_default=false()),
    Column("language", String(8), nullable=False),
    Column("author", Text),
    Column("published_at", Instant),
    Column("first_seen_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("quiet", Boolean, nullable=False),
    Column("quarantined", Text),
    Index(None, "source_id", "first_seen_at"),
    Index(None, "first_seen_at"),
)

article_keys = Table(
    "article_keys",
    metadata,
    Column("key", String(450), primary_key=True),
    Column("article_id", ForeignKey("articles.id"), nullable=False, index=True),
)

page_wishes = Table(
    "page_wishes",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("url", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("wished_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("reason", Text),
)

readings = Table(
    "readings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("articles.id"), nullable=False),
    Column("reader", String(40), nullable=False),
    Column("version", String(80), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("why_not", String(40)),
    Column("moves", JSON, nullable=False),
    Column("read_at", Instant, nullable=False),
    UniqueConstraint("article_id", "reader", "version", "text_hash"),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("company", String(100), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("last_event_at", Instant, nullable=False),
    Index(None, "company", "last_event_at"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("story_id", ForeignKey("stories.id"), nullable=False, index=True),
    Column("company", String(100), nullable=False),
    Column("type", String(40), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("first_time", String(10), nullable=False),
    Column("details", JSON, nullable=False),
    Column("quiet", Boolean, nullable=False, server_default=false()),
    Column("revision", Integer, nullable=False),
    Column("evaluated_revision", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    one_of("type", MoveType),
    one_of("stage", Stage),
    one_of("first_time", FirstTime),
    CheckConstraint("evaluated_revision <= revision", name="evaluated"),
    Index(None, "company", "type"),
)
Index(
    "ix_events_unevaluated",
    events.c.id,
    sqlite_where=events.c.revision > events.c.evaluated_revision,
    postgresql_where=events.c.revision > events.c.evaluated_revision,
)

event_places = Table(
    "event_places",
    metadata,
    Column("event_id", ForeignKey("events.id"), primary_key=True),
    Column("place", String(12), primary_key=True),
)

event_stages = Table(
    "event_stages",
    metadata,
    Column("event_id", ForeignKey("events.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("stage", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    Column("article_id", ForeignKey("articles.id"), nullable=False),
    one_of("stage", Stage),
)

mentions = Table(
    "mentions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id"), nullable=False),
    Column("article_id", ForeignKey("articles.id"), nullable=False, index=True),
    Column("reading_id", ForeignKey("readings.id"), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("places", JSON, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("quoted_source", Text),
    Column("quiet", Boolean, nullable=False),
    Column("mentioned_at", Instant, nullable=False),
    one_of("stage", Stage),
    UniqueConstraint("event_id", "article_id"),
    # An id that was told must never come again: without this SQLite reuses that of a deleted last row.
    sqlite_autoincrement=True,
)
