"""The tables of alerting, on one page: what matched, the messages, the queue of deliveries, what people said."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from alerts.models import OPEN_STATES, AlertState, DeliveryKind, DeliveryState, Via
from crawler.models import Stage
from crawler.storage.engine import Instant
from crawler.storage.schema import metadata, one_of

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id"), nullable=False),
    Column("watchlist", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("told_revision", Integer, nullable=False),
    Column("told_mention", Integer, nullable=False),
    Column("told_stage", String(20), nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    one_of("state", tuple(AlertState)),
    one_of("told_stage", Stage),
    UniqueConstraint("event_id", "watchlist"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("story_id", ForeignKey("stories.id"), nullable=False),
    Column("channel", String(200), nullable=False),
    Column("channel_id", String(40)),
    Column("ts", String(40)),
    Column("via", String(10)),
    Column("card", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    one_of("via", tuple(Via)),
    UniqueConstraint("story_id", "channel"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", String(32), nullable=False, unique=True),
    Column("key", String(300), unique=True),
    Column("channel", String(200), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("message_id", ForeignKey("messages.id"), index=True),
    Column("card", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("reduced", Boolean, nullable=False, server_default=false()),
    Column("repeated", Boolean, nullable=False, server_default=false()),
    Column("due_at", Instant, nullable=False),
    Column("first_tried_at", Instant),
    Column("unsure_since", Instant),
    Column("error", Text),
    Column("channel_id", String(40)),
    Column("ts", String(40)),
    Column("via", String(10)),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    one_of("kind", tuple(DeliveryKind)),
    one_of("state", tuple(DeliveryState)),
    one_of("via", tuple(Via)),
    CheckConstraint("(kind IN ('summary', 'ops')) = (message_id IS NULL)", name="message"),
)
_OPEN = deliveries.c.state.in_([str(state) for state in OPEN_STATES])
Index(
    "ix_deliveries_open",
    deliveries.c.channel,
    deliveries.c.id,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)

delivery_alerts = Table(
    "delivery_alerts",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True, index=True),
)

channels = Table(
    "channels",
    metadata,
    Column("channel", String(200), primary_key=True),
    Column("channel_id", String(40)),
    Column("paused_until", Instant),
    Column("broken", Text),
    Column("last_posted_at", Instant),
)

notices = Table(
    "notices",
    metadata,
    Column("subject", String(300), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("text", Text, nullable=False),
)

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id"), nullable=False, index=True),
    Column("verdict", String(10), nullable=False),
    Column("author", String(200)),
    Column("note", Text),
    Column("origin", String(20), nullable=False),
    Column("labelled_at", Instant, nullable=False),
    one_of("verdict", ("right", "wrong", "unsure")),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("company", String(100)),
    Column("type", String(40)),
    Column("story_id", ForeignKey("stories.id")),
    Column("watchlist", String(200)),
    Column("channel", String(200)),
    Column("reason", Text),
    Column("author", String(200)),
    Column("created_at", Instant, nullable=False),
    Column("until", Instant, index=True),
)
