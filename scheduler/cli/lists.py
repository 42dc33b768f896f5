"""`chuhai status`, `events`, `alerts`: what the database knows, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from alerts import listing, outbox
from crawler.config import SourceConfig
from crawler.models import EventView
from crawler.storage import sources
from crawler.storage.engine import Engine, reading, writing
from crawler.storage.sources import SourceState
from crawler.storage.views import event_ids, views
from crawler.units import describe_age, now, parse_duration
from scheduler.cli.common import DEFAULT_CONFIG, ConfigPath, FormatOption, JsonOption, database, fail, loaded_config
from scheduler.cli.output import Format, Row, print_json, print_rows, say
from scheduler.config import ConfigError, LoadedConfig
from scheduler.config.words import knowledge_for
from scheduler.timetable import Plan, overdue

SinceOption = Annotated[str | None, typer.Option("--since", help="Only what changed in this time, such as 30d.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="At most so many, newest first.")]

alerts_app = typer.Typer(help="List and export alerts; send again what could not be sent.")


def status(config: ConfigPath = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show how each source and each message fares."""
    loaded = loaded_config(config)
    with database(loaded) as engine:
        with reading(engine) as connection:
            states, counts = sources.states(connection), sources.article_counts(connection)
            owed = outbox.backlog(connection)
            broken = dict(outbox.broken_channels(connection))
        rows = [
            _source_row(source, states.get(source.id), counts.get(source.id, (0, 0)))
            for source in loaded.config.sources
        ]
    if as_json:
        print_json({"sources": rows, "outbox": asdict(owed), "broken_channels": broken})
        return
    print_rows(
        rows,
        ("source", "state", "last_poll", "last_success", "failures", "articles", "quarantined", "note"),
        Format.TABLE,
        empty="no sources",
    )
    say(f"messages: {owed.pending} to be sent, {owed.unsure} unsure, {owed.dead} given up")
    for channel, error in broken.items():
        say(f"{channel} cannot be posted to: {error}")


def _source_row(source: SourceConfig, state: SourceState | None, counts: tuple[int, int]) -> Row:
    moment = now()
    if state is None or state.outcome is None:
        return _row(source.id, "never polled", None, None, 0, counts, "")
    late = overdue(source.id, Plan(source.every, source.schedule), state.polled_at, moment)
    return _row(
        source.id,
        str(state.outcome),
        state.polled_at,
        state.succeeded_at,
        state.failures,
        counts,
        "; ".join(_notes(state, moment, late=late)),
    )


def _row(
    source: str,
    state: str,
    polled: datetime | None,
    succeeded: datetime | None,
    failures: int,
    counts: tuple[int, int],
    note: str,
) -> Row:
    return {
        "source": source,
        "state": state,
        "last_poll": polled,
        "last_success": succeeded,
        "failures": failures,
        "articles": counts[0],
        "quarantined": counts[1],
        "note": note,
    }


def _notes(state: SourceState, moment: datetime, *, late: bool) -> Iterator[str]:
    if state.reason:
        yield state.reason
    if state.failing_since:
        yield f"failing for {describe_age(moment - state.failing_since)}"
    if state.not_before and state.not_before > moment:
        yield f"the server asked us to stay away until {state.not_before:%Y-%m-%d %H:%M:%SZ}"
    if state.moved_to:
        yield f"has moved for good: change its url to {state.moved_to}"
    if late:
        yield "a poll is overdue: is the service running?"


def events(
    config: ConfigPath = DEFAULT_CONFIG,
    since: SinceOption = None,
    limit: LimitOption = 50,
    form: FormatOption = Format.TABLE,
    as_json: JsonOption = False,
) -> None:
    """List and export the events known, newest first."""
    start = _start(since)
    loaded = loaded_config(config)
    try:
        knowledge = knowledge_for(loaded)
    except ConfigError as error:
        fail(error)
    with database(loaded) as engine, reading(engine) as connection:
        found = views(connection, event_ids(connection, since=start, limit=limit), knowledge)
    print_rows(
        [_event_row(view) for view in found],
        ("id", "first_seen", "company", "type", "places", "stage", "confidence", "reports", "sources", "evidence"),
        Format.JSON if as_json else form,
        empty="no events yet",
    )


def _event_row(view: EventView) -> Row:
    last = view.mentions[-1] if view.mentions else None
    return {
        "id": view.id,
        "story": view.story_id,
        "first_seen": view.first_seen,
        "company": view.company.name,
        "type": str(view.type),
        "places": list(view.places),
        "stage": str(view.stage),
        "confidence": view.confidence,
        "first_time": str(view.first_time),
        "known_from_baseline": view.quiet,
        "reports": len(view.mentions),
        "sources": sorted({mention.source for mention in view.mentions}),
        "evidence": last.evidence if last else "",
        "title": last.title if last else "",
        "url": last.url if last else None,
    }


@alerts_app.callback(invoke_without_command=True)
def alerts(
    context: typer.Context,
    config: ConfigPath = DEFAULT_CONFIG,
    since: SinceOption = None,
    limit: LimitOption = 50,
    form: FormatOption = Format.TABLE,
    as_json: JsonOption = False,
) -> None:
    """List and export the alerts, newest first, with what became of their messages."""
    if context.invoked_subcommand is not None:
        context.obj = config
        return
    start = _start(since)
    with _engine(loaded_config(config)) as engine, reading(engine) as connection:
        found = listing.list_alerts(connection, since=start, limit=limit)
    print_rows(
        [asdict(row) for row in found],
        ("id", "created", "watchlist", "channel", "headline", "state", "error"),
        Format.JSON if as_json else form,
        empty="no alerts yet",
    )


@alerts_app.command()
def retry(
    context: typer.Context,
    ids: Annotated[
        list[int] | None, typer.Argument(help="Alerts, as `chuhai alerts` numbers them; all without.")
    ] = None,
) -> None:
    """Try again to send what was given up; what may have arrived is looked up first."""
    with _engine(loaded_config(context.obj)) as engine, writing(engine) as connection:
        count = outbox.retry_dead(connection, now(), ids or None)
    say(f"{count} messages are to be sent again; the running service does it")


@contextmanager
def _engine(loaded: LoadedConfig) -> Iterator[Engine]:
    with database(loaded) as engine:
        yield engine


def _start(since: str | None) -> datetime | None:
    try:
        return now() - parse_duration(since) if since else None
    except ValueError as error:
        fail(error, 2)
