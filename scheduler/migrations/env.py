"""Alembic's entry: runs the steps on the connection that `upgrade` hands over."""

from __future__ import annotations

from typing import Literal

from alembic import context

from crawler.storage.engine import Instant
from scheduler.schema import WHOLE


def _render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column type by its name; everything else the usual way."""
    return "Instant()" if kind == "type" and isinstance(item, Instant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=WHOLE,
    render_as_batch=True,
    compare_type=True,
    compare_server_default=True,
    render_item=_render,
)
context.run_migrations()
