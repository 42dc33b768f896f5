"""Alerts, the outbox, what is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crawler.storage.engine import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _channels()
    _due_times()
    _notices()
    _messages()
    _silences()
    _alerts()
    _deliveries()
    _deliveries_indexes()
    _labels()
    _delivery_alerts()


def _channels() -> None:
    op.create_table(
        "channels",
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=True),
        sa.Column("paused_until", Instant(), nullable=True),
        sa.Column("broken", sa.Text(), nullable=True),
        sa.Column("last_posted_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channels")),
    )


def _due_times() -> None:
    op.create_table(
        "due_times",
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_due_times")),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_notices")),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=True),
        sa.Column("ts", sa.String(length=40), nullable=True),
        sa.Column("via", sa.String(length=10), nullable=True),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("via IN ('slack', 'terminal')", name=op.f("ck_messages_via")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_messages_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("story_id", "channel", name=op.f("uq_messages_story_id_channel")),
    )


def _silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company", sa.String(length=100), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=True),
        sa.Column("story_id", sa.Integer(), nullable=True),
        sa.Column("watchlist", sa.String(length=200), nullable=True),
        sa.Column("channel", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("author", sa.String(length=200), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_silences_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    with op.batch_alter_table("silences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_silences_until"), ["until"], unique=False)


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("watchlist", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("told_revision", sa.Integer(), nullable=False),
        sa.Column("told_mention", sa.Integer(), nullable=False),
        sa.Column("told_stage", sa.String(length=20), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'cancelled')", name=op.f("ck_alerts_state")),
        sa.CheckConstraint(
            "told_stage IN ('rumoured', 'planned', 'announced', 'under_way', 'launched', 'cancelled')",
            name=op.f("ck_alerts_told_stage"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_alerts_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("event_id", "watchlist", name=op.f("uq_alerts_event_id_watchlist")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_created_at"), ["created_at"], unique=False)


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=True),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("doubts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reduced", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("repeated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("first_tried_at", Instant(), nullable=True),
        sa.Column("unsure_since", Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("channel_id", sa.String(length=40), nullable=True),
        sa.Column("ts", sa.String(length=40), nullable=True),
        sa.Column("via", sa.String(length=10), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.CheckConstraint("(kind IN ('summary', 'ops')) = (message_id IS NULL)", name=op.f("ck_deliveries_message")),
        sa.CheckConstraint(
            "kind IN ('head', 'reply', 'edit', 'broadcast', 'summary', 'ops')", name=op.f("ck_deliveries_kind")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'unsure', 'dead', 'cancelled')", name=op.f("ck_deliveries_state")
        ),
        sa.CheckConstraint("via IN ('slack', 'terminal')", name=op.f("ck_deliveries_via")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_deliveries_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
        sa.UniqueConstraint("uid", name=op.f("uq_deliveries_uid")),
    )


def _deliveries_indexes() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_message_id"), ["message_id"], unique=False)
        batch_op.create_index(
            "ix_deliveries_open",
            ["channel", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('pending', 'sending', 'unsure')"),
            postgresql_where=sa.text("state IN ('pending', 'sending', 'unsure')"),
        )


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("labelled_at", Instant(), nullable=False),
        sa.CheckConstraint("verdict IN ('right', 'wrong', 'unsure')", name=op.f("ck_labels_verdict")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_labels_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
    )
    with op.batch_alter_table("labels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_labels_event_id"), ["event_id"], unique=False)


def _delivery_alerts() -> None:
    op.create_table(
        "delivery_alerts",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_delivery_alerts_alert_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_alerts_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", "alert_id", name=op.f("pk_delivery_alerts")),
    )
    with op.batch_alter_table("delivery_alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_alerts_alert_id"), ["alert_id"], unique=False)
