"""Turns what changed into what we owe: events x watchlists -> alerts -> deliveries, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from alerts import outbox
from alerts.cards import News, Told, card_of, merged, move_of, news_of, report_of
from alerts.config import SlackConfig, WatchlistConfig
from alerts.matching import admitted, match
from alerts.models import AlertState, Card, CardMove, DeliveryKind, DeliveryState, EvaluationResult, Match, Report
from alerts.notices import notices as notices  # noqa: PLC0414 - offered here, too: both are rounds of one service
from alerts.schema import alerts, deliveries, delivery_alerts, messages
from crawler.knowledge import Knowledge
from crawler.models import EventView, MentionView, Stage
from crawler.storage.engine import reading, writing
from crawler.storage.events import mark_evaluated, story_events, unevaluated
from crawler.storage.views import views

NO_CHANNEL = "terminal"
"""Where alerts are said to go that name no channel, which only works without Slack."""

_BATCH = 300
"""Events of one transaction: a first poll with thousands must not hold the writer's lock for long."""


@dataclass(frozen=True, slots=True)
class _Round:
    """What stays the same while one batch is evaluated."""

    connection: Connection
    channels: Mapping[str, tuple[WatchlistConfig, ...]]
    knowledge: Knowledge
    now: datetime


@dataclass(frozen=True, slots=True)
class _Matched:
    """One changed event before the watchlists of one channel."""

    event: EventView
    matches: Mapping[str, Match]
    """Watchlist -> why."""
    reports: tuple[MentionView, ...]
    """Those that at least one of these watchlists lets through, oldest first."""


@dataclass(slots=True)
class _Thread:
    """One story in one channel, as far as it was told."""

    channel: str
    events: Sequence[EventView]
    message: RowMapping | None
    rows: list[RowMapping]
    """The alerts of the story's events, of all watchlists and channels."""
    carried: frozenset[int]
    """Those alerts that this channel was, or is still to be, told."""
    deliveries: int = 0
    news: list[News] = field(default_factory=list)


def evaluate(
    engine: Engine,
    watchlists: Iterable[WatchlistConfig],
    slack: SlackConfig | None,
    knowledge: Knowledge,
    now: datetime,
) -> EvaluationResult:
    """Match every changed event, and queue what follows; repeated or interrupted, it does nothing twice.

    Each batch of events, their alerts, their deliveries and the mark that they were seen are one transaction.
    """
    channels = _by_channel(watchlists, slack)
    total = EvaluationResult()
    while True:
        with reading(engine) as connection:
            if not unevaluated(connection):
                return total
        with writing(engine) as connection:
            done = _evaluate_batch(_Round(connection, channels, knowledge, now))
        total = EvaluationResult(
            total.events + done.events,
            total.new_alerts + done.new_alerts,
            total.deliveries + done.deliveries,
            total.cancelled + done.cancelled,
        )


def _by_channel(
    watchlists: Iterable[WatchlistConfig], slack: SlackConfig | None
) -> Mapping[str, tuple[WatchlistConfig, ...]]:
    default = (slack.default_channel if slack else None) or NO_CHANNEL
    found: dict[str, list[WatchlistConfig]] = {}
    for watchlist in watchlists:
        found.setdefault(watchlist.send_to or default, []).append(watchlist)
    return {channel: tuple(lists) for channel, lists in found.items()}


def _evaluate_batch(round_: _Round) -> EvaluationResult:
    connection = round_.connection
    ids = unevaluated(connection)[:_BATCH]
    changed = views(connection, ids, round_.knowledge)
    told = [event for event in changed if not event.quiet]
    story_ids = sorted({event.story_id for event in told})
    stories: dict[int, list[EventView]] = defaultdict(list)
    for event in views(connection, story_events(connection, story_ids), round_.knowledge):
        stories[event.story_id].append(event)
    counts = [0, 0, 0]
    for story_id in story_ids:
        mine = [event for event in told if event.story_id == story_id]
        for channel, watchlists in round_.channels.items():
            done = _tell(round_, channel, watchlists, stories[story_id], mine)
            counts = [a + b for a, b in zip(counts, done, strict=True)]
    mark_evaluated(connection, {event.id: event.revision for event in changed})
    return EvaluationResult(len(changed), *counts)


def _tell(
    round_: _Round,
    channel: str,
    watchlists: Sequence[WatchlistConfig],
    story: Sequence[EventView],
    changed: Sequence[EventView],
) -> tuple[int, int, int]:
    """Bring one channel up to date about one story; return how many alerts are new, deliveries queued, alerts ended."""
    matched = [_match(event, watchlists, round_.knowledge) for event in changed]
    thread = _thread(round_.connection, channel, story)
    names = {watchlist.name for watchlist in watchlists}
    if not any(item.matches for item in matched) and not any(row["watchlist"] in names for row in thread.rows):
        return 0, 0, 0
    shown = _shown_articles(thread)
    found = merged(news for item in matched if item.matches for news in _news(thread, item))
    thread.news = [news for news in found if news.change or news.report.article_id not in shown]
    ended = sum(_end_alerts(round_, thread, item, names) for item in matched)
    new = 0
    touched: set[int] = set()
    for item in sorted(matched, key=lambda item: (-item.event.confidence, item.event.id)):
        ids, fresh = _store_alerts(round_, thread, item)
        touched |= ids
        new += fresh
    thread.rows = _alert_rows(round_.connection, story)
    _deliver(round_, thread, touched)
    return new, thread.deliveries, ended


def _match(event: EventView, watchlists: Sequence[WatchlistConfig], knowledge: Knowledge) -> _Matched:
    found: dict[str, Match] = {}
    reports: dict[int, MentionView] = {}
    for watchlist in watchlists:
        result = match(event, watchlist, knowledge)
        if isinstance(result, Match):
            found[watchlist.name] = result
            reports |= {mention.id: mention for mention in admitted(event, watchlist)}
    return _Matched(event, found, tuple(reports[id_] for id_ in sorted(reports)))


def _thread(connection: Connection, channel: str, story: Sequence[EventView]) -> _Thread:
    query = select(messages).where(messages.c.story_id == story[0].story_id, messages.c.channel == channel)
    message = connection.execute(query).mappings().one_or_none()
    carried: frozenset[int] = frozenset()
    if message is not None:
        told = (
            select(delivery_alerts.c.alert_id)
            .join(deliveries, deliveries.c.id == delivery_alerts.c.delivery_id)
            .where(deliveries.c.message_id == message["id"], deliveries.c.state != DeliveryState.CANCELLED)
        )
        carried = frozenset(connection.execute(told).scalars())
    return _Thread(channel, story, message, _alert_rows(connection, story), carried)


def _alert_rows(connection: Connection, story: Sequence[EventView]) -> list[RowMapping]:
    query = select(alerts).where(alerts.c.event_id.in_([event.id for event in story])).order_by(alerts.c.id)
    return list(connection.execute(query).mappings())


def _shown_articles(thread: _Thread) -> frozenset[int]:
    """Return the articles the channel has seen: none is told again for a further move of its own alone."""
    told = {row["event_id"]: row["told_mention"] for row in thread.rows if row["id"] in thread.carried}
    mentions = ((event.id, mention) for event in thread.events for mention in event.mentions)
    return frozenset(mention.article_id for event, mention in mentions if mention.id <= told.get(event, 0))


def _news(thread: _Thread, item: _Matched) -> list[News]:
    """Return what is new about a matched event; known is what this channel, or these watchlists, were told."""
    rows = [row for row in thread.rows if row["event_id"] == item.event.id]
    known = [
        row
        for row in rows
        if row["id"] in thread.carried or (row["watchlist"] in item.matches and row["state"] == AlertState.ACTIVE)
    ]
    stages = [Stage(row["told_stage"]) for row in known]
    told = Told(
        mention=max((row["told_mention"] for row in known), default=0),
        stage=max(stages, key=lambda stage: stage.rank) if stages else None,
    )
    return news_of(item.event, told, item.reports, thread.events)


def _end_alerts(round_: _Round, thread: _Thread, item: _Matched, names: set[str]) -> int:
    """Cancel the alerts of a changed event that its watchlists no longer ask for; return how many."""
    lost = [
        row["id"]
        for row in thread.rows
        if row["event_id"] == item.event.id
        and row["watchlist"] in names - set(item.matches)
        and row["state"] == AlertState.ACTIVE
    ]
    if lost:
        query = update(alerts).where(alerts.c.id.in_(lost))
        round_.connection.execute(query.values(state=AlertState.CANCELLED))
    return len(lost)


def _store_alerts(round_: _Round, thread: _Thread, item: _Matched) -> tuple[set[int], int]:
    """Make or renew the alerts of a matched event; return their ids, and how many are new."""
    known = {row["watchlist"]: row["id"] for row in thread.rows if row["event_id"] == item.event.id}
    ids, new = set(), 0
    for watchlist, result in item.matches.items():
        values = {
            "reason": result.reason,
            "state": AlertState.ACTIVE,
            "told_revision": item.event.revision,
            "told_mention": max((mention.id for mention in item.event.mentions), default=0),
            "told_stage": item.event.stage,
        }
        if watchlist in known:
            round_.connection.execute(update(alerts).where(alerts.c.id == known[watchlist]).values(**values))
            ids.add(known[watchlist])
            continue
        values |= {"event_id": item.event.id, "watchlist": watchlist, "created_at": round_.now}
        ids.add(round_.connection.execute(insert(alerts).values(**values).returning(alerts.c.id)).scalar_one())
        new += 1
    return ids, new


def _deliver(round_: _Round, thread: _Thread, touched: set[int]) -> None:
    connection, message = round_.connection, thread.message
    if message is None or not outbox.has_head(connection, message["id"]):
        if thread.news:
            _open_message(round_, thread, touched)
        return
    standing = any(row["state"] == AlertState.ACTIVE for row in _own_rows(thread, touched))
    head = outbox.waiting(connection, message["id"], DeliveryKind.HEAD)
    if head is not None and not standing:
        outbox.cancel_waiting(connection, message["id"], "it no longer matches", round_.now)
        return
    outbox.cancel_pointless(connection, message["id"], round_.now)
    shown = Card.from_json(message["card"]).report if head is not None else None
    for item in thread.news:
        if not _is_of(shown, item.report):
            _follow_up(round_, thread, item, touched, message["id"], head_waits=head is not None)
    _refresh(round_, thread, touched, message, head)


def _own_rows(thread: _Thread, touched: set[int]) -> list[RowMapping]:
    """Return the alerts that this channel's message is about, in the order they were made."""
    return [row for row in thread.rows if row["id"] in thread.carried | touched]


def _moves(round_: _Round, thread: _Thread, touched: set[int], *, with_corrected: bool) -> dict[int, CardMove]:
    """Return the events of the message, in the order they were told, by id; corrected ones only where they showed."""
    rows = _own_rows(thread, touched)
    standing = {row["event_id"] for row in rows if row["state"] == AlertState.ACTIVE}
    events = {event.id: event for event in thread.events}
    ids = [id_ for id_ in dict.fromkeys(row["event_id"] for row in rows) if id_ in events]
    ids = [id_ for id_ in ids if with_corrected or id_ in standing]
    return {id_: move_of(events[id_], round_.knowledge, corrected=id_ not in standing) for id_ in ids}


def _card(
    round_: _Round,
    thread: _Thread,
    touched: set[int],
    report: Report | None,
    item: News | None,
    *,
    with_corrected: bool = True,
) -> Card:
    """Return the card of the whole story, as told to one channel; about the events of one article first, if given."""
    moves = _moves(round_, thread, touched, with_corrected=with_corrected)
    first = [id_ for id_ in (item.events if item else ()) if id_ in moves]
    order = list(dict.fromkeys([*first, *moves]))
    rows = _own_rows(thread, touched)
    active = [row for row in rows if row["state"] == AlertState.ACTIVE] or rows
    reasons = [row["reason"] for row in active if order and row["event_id"] == order[0]]
    return card_of(
        [moves[id_] for id_ in order],
        report,
        [row["watchlist"] for row in active],
        reasons[0] if reasons else "",
        item.change if item else "",
    )


def _open_message(round_: _Round, thread: _Thread, touched: set[int]) -> None:
    """Queue the head of a story in a channel, and behind it what else is known."""
    lead = max(thread.news, key=lambda item: item.report.confidence)
    card = _card(round_, thread, touched, report_of(lead.report), News(lead.report, lead.events))
    if thread.message is None:
        values = {
            "story_id": thread.events[0].story_id,
            "channel": thread.channel,
            "card": card.to_json(),
            "created_at": round_.now,
        }
        query = insert(messages).values(**values).returning(messages.c.id)
        message_id = round_.connection.execute(query).scalar_one()
    else:
        message_id = thread.message["id"]
        _keep_card(round_, message_id, card)
    _enqueue(round_, thread, DeliveryKind.HEAD, card, message_id, touched)
    for item in thread.news:
        if item is not lead:
            _follow_up(round_, thread, item, touched, message_id, head_waits=True)


def _follow_up(
    round_: _Round, thread: _Thread, item: News, touched: set[int], message_id: int, *, head_waits: bool
) -> None:
    """Queue the reply that tells one article, or the broadcast of a new stage to those who saw the head."""
    step = item.step and not head_waits
    shown = item if step or not item.step else News(item.report, item.events)
    carried = {row["id"] for row in _own_rows(thread, touched) if row["event_id"] in item.events}
    card = _card(round_, thread, touched, report_of(item.report), shown)
    kind = DeliveryKind.BROADCAST if step else DeliveryKind.REPLY
    _enqueue(round_, thread, kind, card, message_id, carried)


def _is_of(report: Report | None, mention: MentionView) -> bool:
    return report is not None and (report.title, report.url) == (mention.title, mention.url)


def _refresh(round_: _Round, thread: _Thread, touched: set[int], message: RowMapping, head: int | None) -> None:
    """Let the head say what is known now: the waiting one by another card, the shown one by an edit."""
    old = Card.from_json(message["card"])
    report = old.report if head is None else _standing_report(thread, touched, old.report)
    card = _card(round_, thread, touched, report, None, with_corrected=head is None)
    if card == old:
        return
    _keep_card(round_, message["id"], card)
    edit = head if head is not None else outbox.waiting(round_.connection, message["id"], DeliveryKind.EDIT)
    if edit is None:
        _enqueue(round_, thread, DeliveryKind.EDIT, card, message["id"], touched)
        return
    outbox.replace_card(round_.connection, edit, card, round_.now)
    outbox.carry(round_.connection, edit, touched)


def _standing_report(thread: _Thread, touched: set[int], report: Report | None) -> Report | None:
    """Return the head's article, or another one where no event that still stands is reported by it any more."""
    standing = {row["event_id"] for row in _own_rows(thread, touched) if row["state"] == AlertState.ACTIVE}
    mentions = [m for event in thread.events if event.id in standing for m in event.mentions if not m.quiet]
    if not mentions or any(_is_of(report, mention) for mention in mentions):
        return report
    return report_of(max(mentions, key=lambda mention: mention.confidence))


def _keep_card(round_: _Round, message_id: int, card: Card) -> None:
    round_.connection.execute(update(messages).where(messages.c.id == message_id).values(card=card.to_json()))


def _enqueue(
    round_: _Round, thread: _Thread, kind: DeliveryKind, card: Card, message_id: int, carried: Iterable[int]
) -> None:
    outbox.enqueue(
        round_.connection,
        channel=thread.channel,
        kind=kind,
        card=card,
        now=round_.now,
        message_id=message_id,
        alert_ids=carried,
    )
    thread.deliveries += 1
