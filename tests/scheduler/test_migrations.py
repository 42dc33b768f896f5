"""The migrations, on both databases."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, inspect, text

from crawler.storage.engine import StorageError, open_engine, reading, writing
from scheduler.migrations import upgrade
from scheduler.schema import WHOLE


def test_migrations_make_exactly_the_tables_of_the_code(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    with reading(empty_engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, WHOLE) == []
        tables = set(inspect(connection).get_table_names())
    assert tables == set(WHOLE.tables) | {"alembic_version"}


def test_checks_of_the_code_are_in_the_migrated_database(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    with reading(empty_engine) as connection:
        made = {c["name"] for t in WHOLE.tables for c in inspect(connection).get_check_constraints(t)}
    wanted = {str(c.name) for t in WHOLE.tables.values() for c in t.constraints if isinstance(c, CheckConstraint)}
    assert wanted
    assert wanted <= made


def test_a_second_start_changes_nothing(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    with writing(empty_engine) as connection:
        connection.execute(text("INSERT INTO sources (id) VALUES ('kept')"))
    upgrade(empty_engine)
    with reading(empty_engine) as connection:
        assert connection.execute(text("SELECT id FROM sources")).scalars().all() == ["kept"]


def test_a_database_of_a_newer_program_is_refused_and_left_alone(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    with writing(empty_engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer chuhai"):
        upgrade(empty_engine)
    with reading(empty_engine) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_a_new_sqlite_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "chuhai.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense", "", "sqlite+what://x"], ids=str)
def test_an_address_of_no_known_database_is_refused_in_words(url: str) -> None:
    with pytest.raises(StorageError, match=r"storage\.url"):
        open_engine(url)
