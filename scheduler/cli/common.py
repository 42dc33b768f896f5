"""What the commands share: where the configuration is, the database behind it, and how they fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from crawler.knowledge import Knowledge
from crawler.storage.engine import Engine, StorageError, open_engine
from scheduler.cli.output import Format, say
from scheduler.config import ConfigError, LoadedConfig, load
from scheduler.config.words import knowledge_for
from scheduler.migrations import upgrade

WRONG_INPUT, USAGE, OTHER_INSTANCE = 1, 2, 3
"""Exit codes: configuration or input wrong, command line wrong, another service runs."""

ConfigPath = Annotated[
    Path,
    typer.Option("--config", envvar="CHUHAI_CONFIG", help="The configuration file.", show_default="./config.yaml"),
]
DEFAULT_CONFIG = Path("config.yaml")

FormatOption = Annotated[Format, typer.Option("--format", help="How to write the rows.")]
JsonOption = Annotated[bool, typer.Option("--json", help="The same as --format json.")]


def fail(message: object, code: int = WRONG_INPUT) -> NoReturn:
    """Say what is wrong and end with an exit code."""
    say(str(message))
    raise typer.Exit(code)


def loaded_config(path: Path) -> LoadedConfig:
    """Return the configuration, or end with all that is wrong with it."""
    try:
        return load(path, os.environ)
    except ConfigError as error:
        fail(error)


def knowledge_of(loaded: LoadedConfig) -> Knowledge:
    """Return the knowledge with the configuration's companies, or end with what is wrong with them."""
    try:
        return knowledge_for(loaded)
    except ConfigError as error:
        fail(error)


@contextmanager
def database(loaded: LoadedConfig) -> Iterator[Engine]:
    """Give the configuration's database, brought to today's schema; end with what is wrong with it."""
    engine = None
    try:
        engine = open_engine(loaded.config.storage.url.get_secret_value())
        upgrade(engine)
        yield engine
    except StorageError as error:
        fail(error)
    finally:
        if engine is not None:
            engine.dispose()
