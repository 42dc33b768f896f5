"""`chuhai run`: the service, or one round of it; either without posting."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from crawler.runner import run_main
from crawler.storage.engine import Engine
from crawler.storage.lock import AlreadyRunningError, only_instance
from crawler.units import now
from scheduler import jobs, logs
from scheduler.cli.common import DEFAULT_CONFIG, OTHER_INSTANCE, ConfigPath, database, fail
from scheduler.config import ConfigError, LoadedConfig, load, load_last_good, remember
from scheduler.config.words import knowledge_for
from scheduler.copies import scratch_copy
from scheduler.jobs import Options, Setup
from scheduler.once import one_round
from scheduler.service import Service

log = logging.getLogger(__name__)


def run(
    config: ConfigPath = DEFAULT_CONFIG,
    once: Annotated[bool, typer.Option("--once", help="Poll every source once, send what is owed, and end.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print instead of posting; keep nothing.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every poll.")] = False,
) -> None:
    """Watch the sources and tell what they report, until stopped.

    Exit codes: 0 stopped as asked, 1 configuration or database wrong, 3 another instance runs. A source that fails is
    no failure of the round.
    """
    loaded, refused = _load(config, once=once)
    logs.configure(verbose=verbose, secrets=_secrets(loaded))
    with _engine(loaded, dry_run=dry_run) as engine:
        try:
            setup = jobs.set_up(loaded, engine)
        except ConfigError as error:
            fail(error)
        if refused is None:
            _keep(config, loaded)
        options = Options(config, os.environ, now, dry_run=dry_run, refused=refused)
        try:
            with nullcontext() if dry_run else only_instance(engine):
                code = _run(setup, options, once=once)
        except AlreadyRunningError as error:
            fail(error, OTHER_INSTANCE)
    _leave(code)


def _run(setup: Setup, options: Options, *, once: bool) -> int:
    async def main() -> int:
        return await (one_round(setup, options) if once else Service(setup, options).run())

    return run_main(main)


def _load(path: Path, *, once: bool) -> tuple[LoadedConfig, ConfigError | None]:
    """Return what to run by: the file, or the last good one beside it, with what is wrong with the file."""
    try:
        loaded = load(path, os.environ)
        knowledge_for(loaded)
    except ConfigError as error:
        if once:
            fail(error)
        try:
            return load_last_good(path, os.environ), error
        except ConfigError:
            fail(f"{error}\n\nThere is no last good configuration to run in its place.")
    return loaded, None


def _keep(path: Path, loaded: LoadedConfig) -> None:
    try:
        remember(path, loaded)
    except OSError as error:
        log.warning("this configuration could not be kept beside %s as the last good one: %s", path, error.strerror)


@contextmanager
def _engine(loaded: LoadedConfig, *, dry_run: bool) -> Iterator[Engine]:
    if not dry_run:
        with database(loaded) as engine:
            yield engine
        return
    with scratch_copy(loaded.config.storage.url.get_secret_value()) as engine:
        yield engine


def _secrets(loaded: LoadedConfig) -> list[str]:
    slack = loaded.config.slack
    found = (slack.bot_token(), slack.webhook_url)
    return [secret.get_secret_value() for secret in found if secret is not None]


def _leave(code: int) -> None:
    """End; a thread that still waits for a dead server does not keep the process, the outbox sorts it out."""
    logging.shutdown()
    sys.stdout.flush()
    if any(thread.is_alive() and not thread.daemon for thread in threading.enumerate()[1:]):
        os._exit(code)
    raise typer.Exit(code)
