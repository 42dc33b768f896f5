"""The command line: one function per command, grouped by what they work on."""

from __future__ import annotations

from typing import Annotated

import typer

from scheduler.cli.classify import classify
from scheduler.cli.demo import demo
from scheduler.cli.explain import explain
from scheduler.cli.files import check, init
from scheduler.cli.knowledge import companies, markets
from scheduler.cli.lists import alerts_app, events_app, status
from scheduler.cli.run import run
from scheduler.cli.sources import sources_app
from scheduler.version import VERSION

app = typer.Typer(
    name="chuhai",
    help="Watches the news for carmakers that put out to sea, and tells Slack once.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(init)
app.command()(run)
app.command()(demo)
app.command()(check)
app.command()(classify)
app.command()(explain)
app.command()(companies)
app.command()(markets)
app.command()(status)
app.add_typer(events_app, name="events")
app.add_typer(alerts_app, name="alerts")
app.add_typer(sources_app, name="sources")


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"chuhai {VERSION}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Watches the news for carmakers that put out to sea, and tells Slack once."""
