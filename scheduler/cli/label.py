"""`chuhai events label`: says of a reported event whether it was right, for the reader's evaluation and fitting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from crawler.knowledge import Gazetteer, Knowledge, Roster
from crawler.models import EventView, Move, Text
from crawler.storage.articles import reading_of, text_of
from crawler.storage.engine import Engine, reading
from crawler.storage.views import views
from crawler.units import now
from crawler.urls import article_keys
from scheduler.cli.common import (
    DEFAULT_CONFIG,
    USAGE,
    ConfigPath,
    JsonOption,
    database,
    fail,
    knowledge_of,
    loaded_config,
)
from scheduler.cli.labelfile import LABELS, Judgement, Row, Verdict, load, row_of, save, unjudged
from scheduler.cli.output import Format, print_json, print_rows, say
from scheduler.config.errors import closest

_MOST = 2**31 - 1
"""The greatest number that PostgreSQL gives an event."""
_COLUMNS = ("at", "verdict", "company", "type", "right", "note", "title")


@dataclass(frozen=True, slots=True)
class Report:
    """An article that reports the event."""

    id: str
    text: Text
    seen: datetime
    moves: tuple[Move, ...]
    move: Move
    """The one of them that is the event."""


def label(
    context: typer.Context,
    event: Annotated[
        int | None, typer.Argument(metavar="ID", max=_MOST, help="An event, as `chuhai events` numbers them.")
    ] = None,
    verdict: Annotated[Verdict | None, typer.Argument(metavar="VERDICT", help="What is to be said of it.")] = None,
    company: Annotated[str | None, typer.Option(help="The right company, for wrong-company.")] = None,
    place: Annotated[str | None, typer.Option(help="The right markets, such as NO,SE, for wrong-place.")] = None,
    note: Annotated[str, typer.Option(help="Why, for people.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="Show what was labelled.")] = False,
    labels: Annotated[Path | None, typer.Option(help="The file of labels; labels.jsonl beside config.yaml.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say whether a reported event is right, wrong, or of the wrong company or place, for `make eval` and `make fit`.

    An event's every article becomes a row of the file of labels, with its text; labelling again replaces it.
    """
    path = config if config != DEFAULT_CONFIG or not isinstance(context.obj, Path) else context.obj
    file = labels or path.parent / LABELS
    rows = _rows(file)
    if listed:
        _show(rows.values(), as_json)
        return
    if event is None or verdict is None:
        fail("give an event and a verdict, as in: chuhai events label 17 wrong; --list shows what was labelled", USAGE)
    _check_options(verdict, company, place)
    loaded = loaded_config(path)
    knowledge = knowledge_of(loaded)
    judged = _judgement(verdict, company, place, note, knowledge)
    with database(loaded) as engine:
        found, reports = _reports(event, engine, knowledge)
    written = [row_of(r.id, r.text, r.seen, r.moves, r.move, judged, rows.get(r.id, {})) for r in reports]
    _keep(file, rows | {row["id"]: row for row in written})
    if as_json:
        print_json({"labels": str(file), "rows": written})
    for line in _told(found, verdict, written, file):
        say(line)


def _check_options(verdict: Verdict, company: str | None, place: str | None) -> None:
    """End where the verdict and the options do not fit together."""
    if verdict is Verdict.WRONG_COMPANY and not company:
        fail("say which company it is: --company NAME; an event that is of none at all is `wrong`", USAGE)
    if verdict is Verdict.WRONG_PLACE and not place:
        fail("say where it is: --place NO, or --place NO,SE; OVERSEAS where the text names no place", USAGE)
    if company and verdict is not Verdict.WRONG_COMPANY:
        fail(f"--company goes with wrong-company, not with {verdict}", USAGE)
    if place and verdict in (Verdict.RIGHT, Verdict.WRONG):
        fail(f"--place goes with wrong-place, or with wrong-company, not with {verdict}", USAGE)


def _judgement(verdict: Verdict, company: str | None, place: str | None, note: str, knowledge: Knowledge) -> Judgement:
    right = _company(company, knowledge.roster) if company else None
    places = _places(place, knowledge.gazetteer) if place else None
    return Judgement(verdict, now(), right, places, note.strip())


def _company(name: str, roster: Roster) -> str:
    known = roster.company(name)
    if known is None:
        better = closest(name, [company.name for company in roster.companies()])
        meant = f" – did you mean '{better}'?" if better else ""
        fail(f"there is no company '{name}'; chuhai companies lists them, companies: adds one{meant}")
    return known.name


def _places(words: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    return tuple(sorted({_place(word.strip(), gazetteer) for word in words.split(",") if word.strip()}))


def _place(word: str, gazetteer: Gazetteer) -> str:
    code = gazetteer.code(word)
    if code is None:
        names = {gazetteer.name(code): code for code in gazetteer.names}
        better = closest(word, names)
        meant = f" – did you mean '{names[better]}' ({better})?" if better else ""
        fail(f"'{word}' is no country or region; chuhai markets lists them{meant}")
    return code


def _rows(file: Path) -> dict[str, Row]:
    try:
        return load(file)
    except ValueError as error:
        fail(error)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")


def _keep(file: Path, rows: Mapping[str, Row]) -> None:
    try:
        save(file, rows.values())
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")


def _reports(event: int, engine: Engine, knowledge: Knowledge) -> tuple[EventView, Sequence[Report]]:
    """Return an event and the articles whose reading reports it; end where there is none."""
    with reading(engine) as connection:
        found = next(iter(views(connection, [event], knowledge)), None)
        if found is None:
            fail(f"there is no event {event}; chuhai events lists them with their numbers")
        reports = []
        for mention in found.mentions:
            read = reading_of(connection, mention.article_id)
            moves = read.moves if read else ()
            move = next((m for m in moves if (m.company, m.type) == (found.company.name, found.type)), None)
            if move is not None:
                id = article_keys(mention.source, mention.url, None, mention.title, mention.published)[0]
                reports.append(Report(id, text_of(connection, mention.article_id), mention.seen, moves, move))
    if not reports:
        fail(f"no article reports event {event} any more: its texts were read anew, or deny it")
    return found, reports


def _told(found: EventView, verdict: Verdict, written: Sequence[Row], file: Path) -> Iterator[str]:
    articles = "1 article" if len(written) == 1 else f"{len(written)} articles"
    event = _said(found.company.name, found.type, found.places)
    yield f"event {found.id}, {event}: {verdict}, {articles} in {file}"
    others = {_words(event) for row in written for event in unjudged(row)}
    yield from (f"taken as right until it is labelled itself: {other}" for other in sorted(others))


def _said(company: str, type: str, places: Iterable[str]) -> str:
    return f"{company} {type.replace('_', ' ')}, {' '.join(places)}"


def _words(event: Row) -> str:
    return _said(event["company"], event["type"], event["destinations"])


def _show(rows: Iterable[Row], as_json: bool) -> None:
    shown = [
        {
            **judged,
            "right": _words(judged["event"]) if judged["event"] else "nothing",
            "title": row["title"],
            "id": row["id"],
        }
        for row in rows
        for judged in row.get("judged", ())
    ]
    print_rows(shown, _COLUMNS, Format.JSON if as_json else Format.TABLE, empty="nothing labelled yet")
