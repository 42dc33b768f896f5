"""The timetable's own table: what is due, kept so that a restart forgets nothing."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

import alerts.schema  # noqa: F401 - adds its tables to the metadata
from crawler.storage.engine import Instant
from crawler.storage.schema import metadata

due_times = Table(
    "due_times",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("due_at", Instant, nullable=False),
)

WHOLE = metadata
"""The metadata with the tables of all three packages: those of alerts are in it once they are imported."""
