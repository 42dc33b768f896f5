"""Lists alerts with what became of them, for the command line and exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select

from alerts.models import AlertRow, AlertState, Card, DeliveryState
from alerts.schema import alerts, deliveries, delivery_alerts
from crawler.storage.schema import event_places, events


def list_alerts(
    connection: Connection,
    *,
    since: datetime | None = None,
    watchlist: str | None = None,
    state: DeliveryState | None = None,
    limit: int | None = None,
) -> list[AlertRow]:
    """Return alerts, newest first: made since a moment, for a watchlist, in a state, at most so many."""
    first = select(delivery_alerts.c.alert_id, func.min(delivery_alerts.c.delivery_id).label("delivery_id"))
    # a head that was cancelled may have been followed by another: the newest says how things stand
    live = first.join(deliveries, deliveries.c.id == delivery_alerts.c.delivery_id).where(
        deliveries.c.state != DeliveryState.CANCELLED
    )
    shown = live.group_by(delivery_alerts.c.alert_id).subquery()
    query = (
        select(
            alerts,
            events.c.company,
            events.c.type,
            events.c.stage,
            deliveries.c.channel,
            deliveries.c.card,
            deliveries.c.state.label("delivery_state"),
            deliveries.c.error,
        )
        .join(events, events.c.id == alerts.c.event_id)
        .outerjoin(shown, shown.c.alert_id == alerts.c.id)
        .outerjoin(deliveries, deliveries.c.id == shown.c.delivery_id)
        .order_by(alerts.c.created_at.desc(), alerts.c.id.desc())
    )
    if since is not None:
        query = query.where(alerts.c.created_at >= since)
    if watchlist is not None:
        query = query.where(alerts.c.watchlist == watchlist)
    found = list(connection.execute(query).mappings())
    places = _places(connection, {row["event_id"] for row in found})
    rows = [_row(row, places[row["event_id"]]) for row in found]
    return [row for row in rows if state in (None, row.state)][:limit]


def _places(connection: Connection, event_ids: Iterable[int]) -> dict[int, list[str]]:
    wanted, found = set(event_ids), defaultdict(list)
    query = select(event_places.c.event_id, event_places.c.place).order_by(event_places.c.place)
    for event_id, place in connection.execute(query):
        if event_id in wanted:
            found[event_id].append(place)
    return found


def _row(row: RowMapping, places: Iterable[str]) -> AlertRow:
    report = Card.from_json(row["card"]).report if row["card"] else None
    ended = row["state"] == AlertState.CANCELLED or row["delivery_state"] is None
    return AlertRow(
        id=row["id"],
        created=row["created_at"],
        watchlist=row["watchlist"],
        channel=row["channel"] or "",
        company=row["company"],
        type=row["type"],
        places=tuple(places),
        stage=row["stage"],
        state=DeliveryState.CANCELLED if ended else row["delivery_state"],
        headline=report.title if report else "",
        link=report.url if report else None,
        error=row["error"],
    )
