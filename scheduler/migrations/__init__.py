"""The steps by which a database grows with the program; applied at start, never by hand."""

from __future__ import annotations

from pathlib import Path

from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from crawler.storage.engine import StorageError, writing


def upgrade(engine: Engine) -> None:
    """Bring the database to this program's schema, all steps in one transaction.

    Raises:
        StorageError: when the database is of a newer program, or cannot be reached.
    """
    config = _config()
    try:
        with writing(engine) as connection:
            _refuse_newer(connection, ScriptDirectory.from_config(config))
            config.attributes["connection"] = connection
            alembic_upgrade(config, "head")
    except DBAPIError as error:
        raise StorageError(
            f"the database {engine.url.render_as_string(hide_password=True)} does not work: "
            f"{error.orig}; see storage.url, the server, or the disk"
        ) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _refuse_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    ours = {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_heads()
    if unknown := set(current) - ours:
        raise StorageError(
            f"the database was written by a newer chuhai (schema {', '.join(sorted(unknown))}); "
            "install that version or newer, or point storage.url to another database"
        )
