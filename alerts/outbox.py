"""The queue of deliveries: pending -> sending -> sent | unsure | dead | cancelled, in order within each channel.

Every function works within the caller's transaction, which is short and never spans a request to Slack.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, exists, func, insert, select, update

from alerts.models import OPEN_STATES, AlertState, Card, DeliveryKind, DeliveryState, Sent, Via
from alerts.schema import alerts, channels, deliveries, delivery_alerts, messages, notices

_OPEN = tuple(str(state) for state in OPEN_STATES)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the queue, with what is known of its message and its channel."""

    id: int
    uid: str
    channel: str
    kind: DeliveryKind
    card: Card
    state: DeliveryState
    tries: int
    doubts: int
    reduced: bool
    repeated: bool
    due_at: datetime
    first_tried_at: datetime | None
    message_id: int | None
    message_ts: str | None
    message_channel_id: str | None
    message_via: Via | None


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What is known of a channel."""

    channel_id: str | None = None
    paused_until: datetime | None = None
    broken: str | None = None
    last_posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is still owed."""

    pending: int
    unsure: int
    dead: int
    oldest: datetime | None
    """When the oldest delivery that is still owed was queued."""


def enqueue(
    connection: Connection,
    *,
    channel: str,
    kind: DeliveryKind,
    card: Card,
    now: datetime,
    message_id: int | None = None,
    alert_ids: Iterable[int] = (),
    key: str | None = None,
) -> int:
    """Add a delivery behind all others of its channel; return its id."""
    values = {
        "uid": uuid.uuid4().hex,
        "key": key,
        "channel": channel,
        "kind": kind,
        "message_id": message_id,
        "card": card.to_json(),
        "state": DeliveryState.PENDING,
        "due_at": now,
        "created_at": now,
        "changed_at": now,
    }
    new: int = connection.execute(insert(deliveries).values(**values).returning(deliveries.c.id)).scalar_one()
    carry(connection, new, alert_ids)
    return new


def carry(connection: Connection, delivery_id: int, alert_ids: Iterable[int]) -> None:
    """Note that a delivery carries these alerts, too."""
    known = select(delivery_alerts.c.alert_id).where(delivery_alerts.c.delivery_id == delivery_id)
    new = sorted(set(alert_ids) - set(connection.execute(known).scalars()))
    if new:
        rows = [{"delivery_id": delivery_id, "alert_id": alert} for alert in new]
        connection.execute(insert(delivery_alerts), rows)


def enqueue_ops(connection: Connection, key: str, text: str, now: datetime, channel: str) -> bool:
    """Tell the ops channel something once in the life of the database; False where `key` was told before."""
    if connection.execute(select(exists().where(deliveries.c.key == key))).scalar():
        return False
    enqueue(connection, channel=channel, kind=DeliveryKind.OPS, card=Card(text=text), now=now, key=key)
    return True


def tell_ops(
    connection: Connection,
    subject: str,
    state: str,
    text: str,
    now: datetime,
    channel: str | None,
    kind: DeliveryKind = DeliveryKind.OPS,
) -> bool:
    """Tell the ops channel that a subject is in a new state; False where it was told to be in this one already.

    Without an ops channel it is remembered as told: the caller logs it.
    """
    told = connection.execute(select(notices.c.state).where(notices.c.subject == subject)).scalar()
    if told == state:
        return False
    values = {"state": state, "text": text, "told_at": now}
    if told is None:
        connection.execute(insert(notices).values(subject=subject, **values))
    else:
        connection.execute(update(notices).where(notices.c.subject == subject).values(**values))
    if channel is not None:
        enqueue(connection, channel=channel, kind=kind, card=Card(text=text), now=now)
    return True


def notice_state(connection: Connection, subject: str) -> str | None:
    """Return the state that ops was last told of a subject."""
    return connection.execute(select(notices.c.state).where(notices.c.subject == subject)).scalar()


def replace_card(connection: Connection, delivery_id: int, card: Card, now: datetime) -> None:
    """Let a delivery that waits say something newer."""
    values = {"card": card.to_json(), "changed_at": now}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


def waiting(connection: Connection, message_id: int, kind: DeliveryKind) -> int | None:
    """Return the newest delivery of a kind for a message that can still be changed: pending, and never tried in doubt.

    One that was tried without doubt (Slack said "later") reached nobody; one that is `sending` or `unsure` may have.
    """
    query = select(func.max(deliveries.c.id)).where(
        deliveries.c.message_id == message_id,
        deliveries.c.kind == kind,
        deliveries.c.state == DeliveryState.PENDING,
    )
    return connection.execute(query).scalar()


def has_head(connection: Connection, message_id: int) -> bool:
    """Say whether the message was shown, or has a head that still can be."""
    shown = select(messages.c.via).where(messages.c.id == message_id)
    if connection.execute(shown).scalar() is not None:
        return True
    head = exists().where(
        deliveries.c.message_id == message_id,
        deliveries.c.kind == DeliveryKind.HEAD,
        deliveries.c.state.in_((*_OPEN, DeliveryState.SENT)),
    )
    return bool(connection.execute(select(head)).scalar())


def cancel_waiting(connection: Connection, message_id: int, reason: str, now: datetime) -> None:
    """Cancel whatever of a message is pending."""
    query = update(deliveries).where(deliveries.c.message_id == message_id, deliveries.c.state == DeliveryState.PENDING)
    connection.execute(query.values(state=DeliveryState.CANCELLED, error=reason, changed_at=now))


def cancel_pointless(connection: Connection, message_id: int, now: datetime) -> None:
    """Cancel the waiting follow-ups of a message that carry no standing alert any more."""
    standing = (
        select(delivery_alerts.c.delivery_id)
        .join(alerts, alerts.c.id == delivery_alerts.c.alert_id)
        .where(alerts.c.state == AlertState.ACTIVE)
    )
    query = update(deliveries).where(
        deliveries.c.message_id == message_id,
        deliveries.c.state == DeliveryState.PENDING,
        deliveries.c.kind.in_((DeliveryKind.REPLY, DeliveryKind.BROADCAST)),
        deliveries.c.id.not_in(standing),
    )
    connection.execute(query.values(state=DeliveryState.CANCELLED, error="it no longer matches", changed_at=now))


def channels_with_work(connection: Connection) -> list[str]:
    """Return the channels that are still owed something, the one that waits longest first."""
    query = select(deliveries.c.channel).where(deliveries.c.state.in_(_OPEN)).group_by(deliveries.c.channel)
    return list(connection.execute(query.order_by(func.min(deliveries.c.id))).scalars())


def next_of(connection: Connection, channel: str) -> Delivery | None:
    """Return the delivery that is next in a channel: the oldest one still owed, which blocks the rest."""
    query = _joined().where(deliveries.c.channel == channel, deliveries.c.state.in_(_OPEN))
    row = connection.execute(query.order_by(deliveries.c.id).limit(1)).mappings().one_or_none()
    return None if row is None else _delivery(row)


def claim(connection: Connection, delivery_id: int, now: datetime, *, repeated: bool = False) -> Delivery | None:
    """Begin an attempt: state `sending`. None where the delivery was cancelled or finished meanwhile."""
    row = connection.execute(_joined().where(deliveries.c.id == delivery_id)).mappings().one()
    if row["state"] not in (DeliveryState.PENDING, DeliveryState.UNSURE):
        return None
    _set(
        connection,
        delivery_id,
        now,
        state=DeliveryState.SENDING,
        tries=row["tries"] + 1,
        repeated=row["repeated"] or repeated,
        first_tried_at=row["first_tried_at"] or now,
    )
    return _delivery(connection.execute(_joined().where(deliveries.c.id == delivery_id)).mappings().one())


def sent(connection: Connection, delivery: Delivery, kind: DeliveryKind, result: Sent, now: datetime) -> None:
    """Store that a delivery arrived, as what and where; a head gives its message the ts in the same transaction."""
    values = {"ts": result.ts, "channel_id": result.channel_id, "via": result.via, "kind": kind}
    _set(connection, delivery.id, now, state=DeliveryState.SENT, error=None, **values)
    if kind is DeliveryKind.HEAD and delivery.message_id is not None:
        place = {"ts": result.ts, "channel_id": result.channel_id, "via": result.via}
        connection.execute(update(messages).where(messages.c.id == delivery.message_id).values(**place))
    posted: dict[str, Any] = {"last_posted_at": now, "broken": None, "paused_until": None}
    if result.channel_id is not None:
        posted["channel_id"] = result.channel_id
    set_channel(connection, delivery.channel, **posted)


def postpone(
    connection: Connection, delivery: Delivery, state: DeliveryState, due_at: datetime, error: str, now: datetime
) -> None:
    """Store that an attempt, or a look, came to nothing yet: `pending` or `unsure`, and due again."""
    _set(connection, delivery.id, now, state=state, due_at=due_at, error=error)


def repeat_edit(
    connection: Connection, delivery: Delivery, due_at: datetime, error: str, answered: bool, now: datetime
) -> None:
    """Let an edit whose fate is unknown be made again: a second one changes nothing."""
    values = {"due_at": due_at, "doubts": delivery.doubts + answered, "error": error}
    _set(connection, delivery.id, now, state=DeliveryState.PENDING, **values)


def doubt(
    connection: Connection, delivery: Delivery, due_at: datetime, error: str, answered: bool, now: datetime
) -> None:
    """Store that nobody knows whether an attempt arrived: `unsure` until it is looked up."""
    values = {"due_at": due_at, "unsure_since": now, "doubts": delivery.doubts + answered, "error": error}
    _set(connection, delivery.id, now, state=DeliveryState.UNSURE, **values)


def reduce(connection: Connection, delivery: Delivery, error: str, now: datetime) -> None:
    """Let a delivery that was refused as it is go once more as plain text."""
    _set(connection, delivery.id, now, state=DeliveryState.PENDING, reduced=True, due_at=now, error=error)


def detach(connection: Connection, delivery: Delivery, error: str, now: datetime) -> None:
    """Let a reply whose thread is gone go once more: it becomes the new head of its message."""
    connection.execute(update(messages).where(messages.c.id == delivery.message_id).values(ts=None, via=None))
    _set(connection, delivery.id, now, state=DeliveryState.PENDING, due_at=now, error=error)


def end(connection: Connection, delivery: Delivery, state: DeliveryState, error: str, now: datetime) -> None:
    """Give a delivery up: `dead` where a person should look at it, `cancelled` where there is nothing to do."""
    _set(connection, delivery.id, now, state=state, error=error)


def recover(connection: Connection, now: datetime, settle: timedelta) -> int:
    """Turn what was being sent when the program ended into what must be looked up; return how many there were.

    An edit is simply made again: a second one changes nothing.
    """
    sending = update(deliveries).where(deliveries.c.state == DeliveryState.SENDING)
    edits = connection.execute(
        sending.where(deliveries.c.kind == DeliveryKind.EDIT).values(
            state=DeliveryState.PENDING, due_at=now, changed_at=now
        )
    )
    others = connection.execute(
        sending.where(deliveries.c.kind != DeliveryKind.EDIT).values(
            state=DeliveryState.UNSURE,
            unsure_since=now,
            due_at=now + settle,
            error="interrupted while it was being sent",
            changed_at=now,
        )
    )
    return edits.rowcount + others.rowcount


def retry_dead(connection: Connection, now: datetime, alert_ids: Iterable[int] | None = None) -> int:
    """Give dead deliveries, all or those of some alerts, another chance; return how many.

    One whose fate is unknown is looked up first.
    """
    dead = deliveries.c.state == DeliveryState.DEAD
    if alert_ids is not None:
        carrying = select(delivery_alerts.c.delivery_id).where(delivery_alerts.c.alert_id.in_(list(alert_ids)))
        dead &= deliveries.c.id.in_(carrying)
    fresh = {"tries": 0, "doubts": 0, "reduced": False, "repeated": False, "due_at": now, "changed_at": now}
    unsure = update(deliveries).where(dead, deliveries.c.unsure_since.is_not(None))
    looked_up = connection.execute(unsure.values(state=DeliveryState.UNSURE, **fresh)).rowcount
    again = connection.execute(update(deliveries).where(dead).values(state=DeliveryState.PENDING, **fresh)).rowcount
    return looked_up + again


def channel_state(connection: Connection, channel: str) -> ChannelState:
    """Return what is known of a channel."""
    query = select(channels.c.channel_id, channels.c.paused_until, channels.c.broken, channels.c.last_posted_at).where(
        channels.c.channel == channel
    )
    row = connection.execute(query).mappings().one_or_none()
    return ChannelState() if row is None else ChannelState(**row)


def set_channel(connection: Connection, channel: str, **values: Any) -> None:  # noqa: ANN401 - columns of the table
    """Store what became known of a channel."""
    found = select(channels.c.channel).where(channels.c.channel == channel)
    if connection.execute(found).scalar() is None:
        connection.execute(insert(channels).values(channel=channel, **values))
    else:
        connection.execute(update(channels).where(channels.c.channel == channel).values(**values))


def broken_channels(connection: Connection) -> Mapping[str, str]:
    """Return the channels that cannot be posted to, and why."""
    query = select(channels.c.channel, channels.c.broken).where(channels.c.broken.is_not(None))
    return {row["channel"]: row["broken"] for row in connection.execute(query.order_by(channels.c.channel)).mappings()}


def recheck_broken(connection: Connection) -> None:
    """Let broken channels be tried at once."""
    connection.execute(update(channels).where(channels.c.broken.is_not(None)).values(paused_until=None))


def backlog(connection: Connection) -> Backlog:
    """Return how much is owed, for `status` and health."""
    query = select(deliveries.c.state, func.count(), func.min(deliveries.c.created_at)).group_by(deliveries.c.state)
    found = {state: (count, oldest) for state, count, oldest in connection.execute(query)}
    counts = {state: found.get(state, (0, None))[0] for state in DeliveryState}
    oldest = min((found[state][1] for state in _OPEN if state in found), default=None)
    pending = counts[DeliveryState.PENDING] + counts[DeliveryState.SENDING]
    return Backlog(pending, counts[DeliveryState.UNSURE], counts[DeliveryState.DEAD], oldest)


def _joined() -> Any:  # noqa: ANN401 - a select of many columns
    return select(
        deliveries,
        messages.c.ts.label("message_ts"),
        messages.c.channel_id.label("message_channel_id"),
        messages.c.via.label("message_via"),
    ).join_from(deliveries, messages, isouter=True)


def _delivery(row: RowMapping) -> Delivery:
    plain = ("id", "uid", "channel", "tries", "doubts", "reduced", "repeated", "due_at", "first_tried_at")
    return Delivery(
        **{name: row[name] for name in plain},
        kind=DeliveryKind(row["kind"]),
        card=Card.from_json(row["card"]),
        state=DeliveryState(row["state"]),
        message_id=row["message_id"],
        message_ts=row["message_ts"],
        message_channel_id=row["message_channel_id"],
        message_via=Via(row["message_via"]) if row["message_via"] else None,
    )


def _set(connection: Connection, delivery_id: int, now: datetime, **values: Any) -> None:  # noqa: ANN401 - columns
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(changed_at=now, **values))
