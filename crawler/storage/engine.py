"""Opens the database and guards writing: one writer at a time, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.types import TypeDecorator

__all__ = [
    "WRITER_LOCK",
    "Connection",
    "Engine",
    "Instant",
    "StorageError",
    "open_engine",
    "reading",
    "writing",
]

WRITER_LOCK = 0x63687568
"""Key of PostgreSQL's advisory lock that serialises writers ("chuh")."""

_BUSY_MILLISECONDS = 20_000


class StorageError(Exception):
    """The database cannot be used as configured; the message says why and what to do."""


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime on every database: SQLite gives naive ones back, PostgreSQL ones in the session's zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime, store the rest in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was given to the database")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        """Return the stored moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def open_engine(url: str) -> Engine:
    """Return an engine for `sqlite:///path` or `postgresql://…`; a new SQLite file gets mode 0600 in a folder of 0700.

    Raises:
        StorageError: when the URL is of another kind, or the folder cannot be written.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    return _open_postgresql(parsed.set(drivername="postgresql+psycopg"))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StorageError(
            "storage.url is no database address; write sqlite:///path or postgresql://user@host/name"
        ) from error
    if parsed.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise StorageError(
            f"storage.url begins with {parsed.drivername}; sqlite:///path and postgresql://user@host/name work"
        )
    return parsed


def _open_postgresql(url: URL) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    except ImportError as error:
        raise StorageError("PostgreSQL needs its driver: pip install 'chuhai[postgres]'") from error
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _open_sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        _make_private(Path(url.database))
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_MILLISECONDS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(path: Path) -> None:
    """Make the file before SQLite does, because SQLite would make it readable for everyone."""
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageError(
            f"the database {path} cannot be opened for writing: {error.strerror}; "
            "check the folder's owner and space, or change storage.url"
        ) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    # The driver's implicit BEGIN comes too late for reads and is never IMMEDIATE: `_begin_sqlite` says it instead.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        # FULL: a commit that a power cut undoes after Slack has the message would be posted again.
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_MILLISECONDS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing_now = connection.get_execution_options().get("chuhai_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing_now else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that may write, alone among all writers: committed at the end, undone by an exception.

    Raises:
        StorageError: when the database does not work now: locked, full, out of reach.
    """
    with _in_words(engine), engine.connect().execution_options(chuhai_writing=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads, and sees one state of the database throughout.

    Raises:
        StorageError: when the database does not work now.
    """
    with _in_words(engine), engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        yield connection


@contextmanager
def _in_words(engine: Engine) -> Iterator[None]:
    """Say in words what keeps a database from working; an error of ours in a statement passes as it is."""
    try:
        yield
    except OperationalError as error:
        told = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        advice = next((words for mark, words in _ADVICE.items() if mark in told.lower()), "see the database's own log")
        raise StorageError(
            f"the database {engine.url.render_as_string(hide_password=True)} does not work now: {told}; {advice}"
        ) from error


_ADVICE = {
    "is locked": "another program has a transaction open in it: end that program, or its transaction",
    "is full": "free some space; nothing is lost, everything goes on by itself then",
    "readonly": "let the service's user write the file and its folder",
    "unable to open": "check the file and its folder",
    "refused": "is the server running?",
}
