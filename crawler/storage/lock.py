"""One service per database: a second one is told the first's process id, and a kill leaves no trap."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

_INSTANCE = 0x63687569
"""Key of PostgreSQL's advisory lock that one service holds ("chui")."""

_NAME = "chuhai pid "


class AlreadyRunningError(Exception):
    """Another service works on this database."""

    def __init__(self, holder: str) -> None:
        """Say who: a process id, where it can be known."""
        super().__init__(f"another chuhai works on this database ({holder}); stop it first, or use another storage.url")


@contextmanager
def only_instance(engine: Engine) -> Iterator[None]:
    """Hold the database for this process; the operating system or the server lets go when the process ends.

    Raises:
        AlreadyRunningError: when another process holds it.
    """
    holding = _held_by_file if engine.dialect.name == "sqlite" else _held_by_server
    with holding(engine):
        yield


@contextmanager
def _held_by_file(engine: Engine) -> Iterator[None]:
    database = engine.url.database or ""
    if database in ("", ":memory:"):
        yield
        return
    path = Path(database + ".lock")
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = path.read_text(errors="replace").strip()
        os.close(descriptor)
        raise AlreadyRunningError(f"pid {holder}" if holder else f"lock {path}") from error
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        # The file stays: were it removed, a process that waits at it and one that makes it anew could both hold it.
        os.ftruncate(descriptor, 0)
        os.close(descriptor)


@contextmanager
def _held_by_server(engine: Engine) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text("SELECT set_config('application_name', :name, false)"), {"name": f"{_NAME}{os.getpid()}"}
        )
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _INSTANCE}).scalar():
            holder = connection.execute(text(_WHO), {"key": _INSTANCE}).scalar()
            raise AlreadyRunningError(str(holder or "unknown").removeprefix("chuhai "))
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _INSTANCE})


_WHO = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objid = :key AND l.classid = 0
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
LIMIT 1
"""
