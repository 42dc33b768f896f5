"""`chuhai status`, `events`, `alerts`: what the database knows, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
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
from scheduler.cli.common import (
    DEFAULT_CONFIG,
    ConfigPath,
    FormatOption,
    JsonOption,
    database,
    fail,
    knowledge_of,
    loaded_config,
)
from scheduler.cli.label import label
from scheduler.cli.output import Format, Row, print_json, print_rows, say
from scheduler.config import LoadedConfig
from scheduler.timetable import Plan, overdue

SinceOption = Annotated[str | None, typer.Option("--since", help="Only what changed in this time, such as 30d.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="At most so many, newest first.")]

GAP_SHOWN = timedelta(days=7)
"""How long a gap between two polls is worth a word (a choice)."""

events_app = typer.Typer(help="List and export events; say which were right.")
events_app.command()(label)
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
        ("source", "state", "since", "last_poll", "last_success", "not_before", "articles", "quarantined", "note"),
        Format.TABLE,
        empty="no sources",
    )
    say(f"messages: {owed.pending} to be sent, {owed.unsure} unsure, {owed.dead} given up")
    for channel, error in broken.items():
        say(f"{channel} cannot be posted to: {error}")


def _source_row(source: SourceConfig, state: SourceState | None, counts: tuple[int, int]) -> Row:
    state = state or SourceState(source.id)
    moment = now()
    late = state.polled_at is not None and overdue(
        source.id, Plan(source.every, source.schedule), state.polled_at, moment
    )
    return {
        "source": source.id,
        "state": state_word(state),
        "since": state.failing_since,
        "last_poll": state.polled_at,
        "last_success": state.succeeded_at,
        "failures": state.failures,
        "not_before": state.not_before if state.not_before and state.not_before > moment else None,
        "articles": counts[0],
        "quarantined": counts[1],
        "note": "; ".join(notes(state, moment, late=late)),
        "reason": state.reason,
        "degraded": state.degraded,
        "gap_at": state.gap_at,
        "stopped_at": state.stopped_at,
        "moved_to": state.moved_to,
    }


def state_word(state: SourceState) -> str:
    """Return one word, or two, for how a source fares: its last answer's, or `degraded` where that was half a one."""
    if state.outcome is None:
        return "never polled"
    return "degraded" if state.outcome.healthy and state.degraded else str(state.outcome)


def notes(state: SourceState, moment: datetime, *, late: bool) -> Iterator[str]:
    """Yield all that is to be said of a source, most important first."""
    if state.stopped_at:
        yield "polled no more until config.yaml gives another address"
    if state.reason:
        yield state.reason
    if state.degraded:
        yield state.degraded
    if state.failing_since:
        yield f"failing for {describe_age(moment - state.failing_since)}, {state.failures} times in a row"
    if state.not_before and state.not_before > moment:
        yield f"not asked again before {state.not_before:%Y-%m-%d %H:%M:%SZ}"
    if state.gap_at and moment - state.gap_at < GAP_SHOWN:
        yield f"at {state.gap_at:%Y-%m-%d %H:%M:%SZ} there was more news than the feed holds: some may have been missed"
    if state.moved_to:
        yield f"has moved for good: change its url to {state.moved_to}"
    if late and not state.stopped_at:
        yield "a poll is overdue: is the service running?"


@events_app.callback(invoke_without_command=True)
def events(
    context: typer.Context,
    config: ConfigPath = DEFAULT_CONFIG,
    since: SinceOption = None,
    limit: LimitOption = 50,
    form: FormatOption = Format.TABLE,
    as_json: JsonOption = False,
) -> None:
    """List and export the events known, newest first."""
    if context.invoked_subcommand is not None:
        context.obj = config
        return
    start = _start(since)
    loaded = loaded_config(config)
    knowledge = knowledge_of(loaded)
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
        "independent_sources": list(view.sources),
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
