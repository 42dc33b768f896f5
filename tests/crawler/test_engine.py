"""The database's edge: who may write, what trouble is called."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import StatementError

from crawler.storage import schema
from crawler.storage.engine import StorageError, open_engine, reading, writing


def test_moments_come_back_in_utc_whatever_zone_they_went_in(engine: Engine) -> None:
    moment = datetime(2026, 5, 1, 16, 30, tzinfo=timezone(timedelta(hours=8)))
    with writing(engine) as connection:
        connection.execute(schema.sources.insert().values(id="s", polled_at=moment))
    with reading(engine) as connection:
        stored = connection.execute(select(schema.sources.c.polled_at)).scalar_one()
    assert stored == moment
    assert stored.tzinfo is UTC or stored.utcoffset() == timedelta(0)


def test_a_naive_moment_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="naive datetime"), writing(engine) as connection:
        connection.execute(schema.sources.insert().values(id="s", polled_at=datetime(2026, 5, 1)))  # noqa: DTZ001 - the point


def test_an_exception_undoes_the_whole_transaction(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="in the middle"), writing(engine) as connection:
        connection.execute(schema.sources.insert().values(id="s"))
        raise RuntimeError("in the middle")
    with reading(engine) as connection:
        assert connection.execute(select(schema.sources)).all() == []


def test_a_database_locked_by_someone_s_shell_is_said_in_words_and_works_again_after(tmp_path: Path) -> None:
    path = tmp_path / "chuhai.db"
    engine = open_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=50"))
    schema.metadata.create_all(engine)
    shell = sqlite3.connect(path, isolation_level=None)
    shell.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageError, match="is locked; another program has a transaction open"), writing(engine):
        pass
    shell.execute("ROLLBACK")
    with writing(engine) as connection:
        connection.execute(schema.sources.insert().values(id="s"))
    shell.close()
    engine.dispose()


def test_a_full_disk_is_said_in_words_and_nothing_is_stored_by_halves(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/chuhai.db")
    schema.metadata.create_all(engine)
    with engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}"))
    rows = [{"id": f"s{i}", "reason": "x" * 5000} for i in range(200)]
    with pytest.raises(StorageError, match="is full; free some space"), writing(engine) as connection:
        connection.execute(schema.sources.insert(), rows)
    with reading(engine) as connection:
        assert connection.execute(select(schema.sources)).all() == []
    engine.dispose()


def test_a_server_that_is_down_is_said_in_words() -> None:
    engine = open_engine("postgresql://nobody:geheim@127.0.0.1:9/none")
    with pytest.raises(StorageError, match="does not work now") as caught, reading(engine):
        pass
    assert "geheim" not in str(caught.value)
