"""A copy of the database to try things on: whatever is done to it, the original does not change."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, insert, inspect, select
from sqlalchemy.engine import make_url

from crawler.storage.engine import open_engine, reading, writing
from scheduler.migrations import upgrade
from scheduler.schema import WHOLE

_ROWS = 1000


@contextmanager
def scratch_copy(url: str) -> Iterator[Engine]:
    """Give an engine on a copy, in a temporary SQLite file, of the database behind `url`; it goes at the end.

    Raises:
        StorageError: when the original cannot be opened.
    """
    with tempfile.TemporaryDirectory(prefix="chuhai-") as folder:
        copy = open_engine(f"sqlite:///{folder}/copy.db")
        upgrade(copy)
        if not _missing(url):
            original = open_engine(url)
            _copy(original, copy)
            original.dispose()
        yield copy
        copy.dispose()


def _missing(url: str) -> bool:
    """Say whether this is an SQLite file that does not exist yet: opening it would make it."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file()


def _copy(original: Engine, copy: Engine) -> None:
    with reading(original) as source, writing(copy) as target:
        looked_at = inspect(source)
        there = set(looked_at.get_table_names())
        for table in WHOLE.sorted_tables:
            if table.name not in there:
                continue
            # A database that was not upgraded yet may lack columns.
            present = {column["name"] for column in looked_at.get_columns(table.name)}
            columns = [column for column in table.c if column.name in present]
            for rows in source.execute(select(*columns)).mappings().partitions(_ROWS):
                target.execute(insert(table), [dict(row) for row in rows])
