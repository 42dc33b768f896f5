"""`chuhai init` and `chuhai check`: a configuration to start from, and whether one is right."""

from __future__ import annotations

from functools import partial
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from crawler.classify import Reader
from scheduler.cli.common import DEFAULT_CONFIG, ConfigPath, fail, knowledge_of, loaded_config
from scheduler.cli.judged import alerted
from scheduler.cli.output import say
from scheduler.config.expectations import run_tests

_SHIPPED = ("config.yaml", "config.schema.json")


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write it; made where it does not exist.")] = Path(),
) -> None:
    """Write the commented default config.yaml, to be edited; an existing one is never touched."""
    target = folder / _SHIPPED[0]
    if target.exists():
        fail(f"{target} exists and is left alone; give another folder, or move it away first")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _SHIPPED:
            (folder / name).write_text(shipped(name), encoding="utf-8")
    except OSError as error:
        fail(f"{error.filename or folder} cannot be written: {error.strerror}")
    at = "" if folder == Path() else f" --config {target}"
    say(f"{target} is written. Next:\n  chuhai check{at}    is it right?\n  chuhai run{at}      start")


def shipped(name: str) -> str:
    """Return a file that comes with the program: from the wheel, or from the checkout it runs in."""
    packed = resources.files("scheduler") / "data" / name
    source = packed if packed.is_file() else Path(__file__).parents[2] / name
    return source.read_text(encoding="utf-8")


def check(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Check the configuration and run its tests; exit code 1 when anything is wrong."""
    loaded = loaded_config(config)
    knowledge = knowledge_of(loaded)
    for problem in loaded.warnings:
        say(f"warning: {problem}")
    for line in loaded.not_yet_in_force:
        say(f"not yet in force: {line}")
    told = partial(alerted, config=loaded.config, knowledge=knowledge)
    results = run_tests(loaded, Reader(knowledge).read, told)
    for result in results:
        typer.echo(f"{'ok  ' if result.passed else 'FAIL'} {result.title}: {result.found}")
    failed = [result for result in results if result.problem is not None]
    for result in failed:
        say(f"\n{result.problem}")
    said = f"{config}: {len(loaded.config.sources)} sources, {len(loaded.config.watchlists)} watchlists"
    if failed:
        fail(f"{said}; {len(failed)} of {len(results)} tests fail")
    say(f"{said}, {len(results)} tests: all right")
