"""Events as alerts, lists and exports see them: whole, frozen, with company, places, history and mentions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from crawler.knowledge import Knowledge
from crawler.models import (
    Company,
    EventView,
    FirstTime,
    Kind,
    MentionView,
    MoveType,
    Stage,
    StageStep,
)
from crawler.quoting import independent, outlet_of
from crawler.sites.kr36 import english_edition
from crawler.storage.schema import articles, event_places, event_stages, events, mentions

_LEAD = 1000


def views(connection: Connection, event_ids: Iterable[int], knowledge: Knowledge) -> list[EventView]:
    """Return the events with all they hold, in the order of the ids."""
    ids = list(event_ids)
    rows = {row["id"]: row for row in connection.execute(select(events).where(events.c.id.in_(ids))).mappings()}
    places = _grouped(connection, _of(event_places.c.event_id, ids, event_places.c.place))
    steps = _grouped(connection, _steps(ids))
    reports = _grouped(connection, _reports(ids))
    return [
        _view(
            rows[id],
            _company(rows[id]["company"], knowledge),
            tuple(row["place"] for row in places.get(id, ())),
            tuple(StageStep(Stage(row["stage"]), row["at"], row["article_id"]) for row in steps.get(id, ())),
            tuple(_mention(row) for row in reports.get(id, ())),
        )
        for id in ids
        if id in rows
    ]


def event_ids(connection: Connection, *, since: datetime | None = None, limit: int | None = None) -> list[int]:
    """Return the ids of events, newest first, opened or changed since a moment where one is given."""
    query = select(events.c.id).order_by(events.c.updated_at.desc(), events.c.id.desc())
    if since is not None:
        query = query.where(events.c.updated_at >= since)
    return list(connection.execute(query.limit(limit) if limit else query).scalars())


def _company(name: str, knowledge: Knowledge) -> Company:
    """Return the roster's company; one that has since left the roster keeps its name, and matches only by it."""
    return knowledge.roster.company(name) or Company(name, home="", kind=Kind.CAR)


def _view(
    row: RowMapping,
    company: Company,
    places: tuple[str, ...],
    history: tuple[StageStep, ...],
    reports: tuple[MentionView, ...],
) -> EventView:
    return EventView(
        id=row["id"],
        story_id=row["story_id"],
        company=company,
        type=MoveType(row["type"]),
        places=places,
        stage=Stage(row["stage"]),
        confidence=row["confidence"],
        first_time=FirstTime(row["first_time"]),
        revision=row["revision"],
        quiet=row["quiet"],
        first_seen=row["opened_at"],
        details={key: tuple(quotes) for key, quotes in row["details"].items()},
        history=history,
        mentions=reports,
        sources=independent((report.outlet, report.quoted_source) for report in reports),
    )


def _mention(row: RowMapping) -> MentionView:
    return MentionView(
        id=row["id"],
        article_id=row["article_id"],
        source=row["source_id"],
        title=row["title"],
        url=row["url"],
        language=row["language"],
        published=row["published_at"],
        seen=row["first_seen_at"],
        stage=Stage(row["stage"]),
        confidence=row["confidence"],
        evidence=row["evidence"],
        quiet=row["quiet"],
        english_url=english_edition(row["url"]) if row["url"] else None,
        lead=row["text"][:_LEAD],
        outlet=outlet_of(row["url"], row["source_id"]),
        quoted_source=row["quoted_source"],
    )


def _of(column: Any, ids: Sequence[int], *more: Any) -> Select[Any]:  # noqa: ANN401 - any column
    return select(column.label("event_id"), *more).where(column.in_(ids)).order_by(column, *more)


def _steps(ids: Sequence[int]) -> Select[Any]:
    return select(event_stages).where(event_stages.c.event_id.in_(ids)).order_by(event_stages.c.position)


def _reports(ids: Sequence[int]) -> Select[Any]:
    columns = (
        mentions,
        articles.c.source_id,
        articles.c.title,
        articles.c.url,
        articles.c.language,
        articles.c.published_at,
        articles.c.first_seen_at,
        articles.c.text,
    )
    joined = select(*columns).join(articles, articles.c.id == mentions.c.article_id)
    return joined.where(mentions.c.event_id.in_(ids)).order_by(mentions.c.id)


def _grouped(connection: Connection, query: Select[Any]) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["event_id"], []).append(row)
    return found
