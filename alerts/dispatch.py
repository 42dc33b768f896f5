"""Sends what is owed: one attempt per channel and step, paced, in order, every outcome stored before the next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from alerts import outbox
from alerts.messages import headline, render
from alerts.models import (
    Absent,
    CannotLook,
    ChannelBroken,
    DeliveryKind,
    DeliveryState,
    Later,
    LookResult,
    Lookup,
    MessageBroken,
    Outgoing,
    SendResult,
    Sent,
    TokenBroken,
    TokenWorks,
    Unsure,
    Via,
)
from alerts.outbox import Delivery
from crawler.storage.engine import Connection, Engine, reading, writing
from crawler.units import Clock

log = logging.getLogger(__name__)

PACE = timedelta(seconds=1)
"""Slack takes one message per second and channel; https://docs.slack.dev/apis/web-api/rate-limits."""

_LONGEST_BACKOFF = 600.0
_RECHECK_TOKEN = timedelta(minutes=3)
_RECHECK_CHANNEL = timedelta(minutes=10)
_MOST_DOUBTS = 6
"""So often may Slack answer an attempt with an error that hides a success, or that nobody knows (a choice)."""


class Transport(Protocol):
    """Where messages go: Slack, a webhook, or the terminal."""

    @property
    def via(self) -> Via:
        """What a message sent this way is stored as."""

    def post(self, outgoing: Outgoing) -> SendResult:
        """Post or edit one message, once."""

    def look(self, lookup: Lookup) -> LookResult:
        """Search for a message whose fate is unknown."""

    def auth_check(self) -> TokenWorks | TokenBroken | Later:
        """Say whether anything can be sent at all."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an attempt will do, given what the channel has been shown by now."""

    kind: DeliveryKind
    thread_ts: str | None = None
    edit_ts: str | None = None


class Dispatcher:
    """Works off the queue; one per process, called from one thread."""

    def __init__(
        self,
        engine: Engine,
        transport: Transport,
        clock: Clock,
        *,
        settle: timedelta,
        ops_channel: str | None = None,
        pace: timedelta = PACE,
        random: Random | None = None,
    ) -> None:
        """Prepare; nothing is sent before the first `step`.

        Args:
            engine: the database.
            transport: where messages go.
            clock: gives the present.
            settle: how long to wait before an attempt whose fate is unknown is looked up.
            ops_channel: hears of broken channels and dead messages; None: only the log does.
            pace: least time between two messages to one channel; a terminal needs none.
            random: for the jitter of the back-off.
        """
        self._engine, self._transport, self._clock = engine, transport, clock
        self._settle, self._ops = settle, ops_channel
        self._pace = timedelta(0) if transport.via is Via.TERMINAL else pace
        self._random = random or Random()  # noqa: S311 - jitter, no secret
        self._token_problem: str | None = None
        self._token_due: datetime | None = None
        self._trouble: dict[str, str] = {}

    def step(self, stop: Callable[[], bool] = lambda: False) -> float | None:
        """Make at most one attempt per channel; return the seconds until something is due, None if nothing is owed.

        `stop` is asked before each attempt, so that a shutdown waits for one request at most.
        """
        with reading(self._engine) as connection:
            open_channels = outbox.channels_with_work(connection)
        waits: list[float] = []
        for channel in open_channels:
            if stop():
                return 0.0
            wait = self._token_wait()
            waits.append(self._serve(channel) if wait is None else wait)
        return min(waits, default=None)

    def health(self) -> tuple[str, ...]:
        """Return what is broken, in words; empty where nothing is."""
        with reading(self._engine) as connection:
            channels, backlog = outbox.broken_channels(connection), outbox.backlog(connection)
        problems = [f"Slack refuses the token ({self._token_problem})"] if self._token_problem else []
        problems += [f"{channel} cannot be posted to ({error})" for channel, error in channels.items()]
        if backlog.dead:
            problems.append(f"{backlog.dead} could not be sent; see `chuhai alerts`, then `chuhai alerts retry`")
        return tuple(problems)

    def recheck(self) -> None:
        """Try a broken token and broken channels again at once: someone may have mended them."""
        self._token_due = None
        with writing(self._engine) as connection:
            outbox.recheck_broken(connection)

    def _token_wait(self) -> float | None:
        """Return the seconds for which nothing can be sent; None where the token is not known to be broken."""
        if self._token_problem is None:
            return None
        now = self._clock()
        if self._token_due is not None and now < self._token_due:
            return (self._token_due - now).total_seconds()
        answer = self._transport.auth_check()
        if isinstance(answer, TokenWorks):
            log.info("Slack accepts the token again")
            self._token_problem = None
            return None
        self._token_due = now + _RECHECK_TOKEN
        return _RECHECK_TOKEN.total_seconds()

    def _serve(self, channel: str) -> float:
        """Do what is next in a channel, if it is due; return the seconds until the next look at it."""
        now = self._clock()
        with reading(self._engine) as connection:
            delivery, state = outbox.next_of(connection, channel), outbox.channel_state(connection, channel)
        if delivery is None:
            return 0.0
        if delivery.state is DeliveryState.SENDING:
            # the answer to the last attempt could not be stored: its fate is as unknown as after a crash
            with writing(self._engine) as connection:
                outbox.recover(connection, now, self._settle)
            return 0.0
        wait = self._wait(delivery, state, now)
        if wait > 0:
            return wait
        if delivery.state is DeliveryState.UNSURE:
            self._reconcile(delivery, state)
        else:
            self._send(delivery)
        return self._pace.total_seconds()

    def _wait(self, delivery: Delivery, state: outbox.ChannelState, now: datetime) -> float:
        moments = [delivery.due_at, state.paused_until or now]
        # a clock that was set back must not hold the channel for longer than the pace
        paced = now if state.last_posted_at is None else min(state.last_posted_at, now) + self._pace
        return (max(*moments, paced) - now).total_seconds()

    def _reconcile(self, delivery: Delivery, state: outbox.ChannelState) -> None:
        """Find out what became of an attempt; send again only what did not arrive."""
        plan = plan_for(delivery, self._transport.via)
        lookup = Lookup(
            uid=delivery.uid,
            channel=delivery.channel,
            channel_id=delivery.message_channel_id or state.channel_id,
            thread_ts=plan.thread_ts if plan else None,
            since=delivery.first_tried_at or self._clock(),
        )
        found = self._transport.look(lookup)
        now = self._clock()
        if isinstance(found, Sent):
            with writing(self._engine) as connection:
                self._arrived(connection, delivery, plan.kind if plan else delivery.kind, found, now)
        elif isinstance(found, Absent):
            self._send(delivery)
        elif isinstance(found, CannotLook):
            self._repeat(delivery, found)
        elif isinstance(found, TokenBroken):
            self._break_token(found.error, now)
        else:
            due = now + self._backoff(delivery, found.after)
            with writing(self._engine) as connection:
                outbox.postpone(connection, delivery, DeliveryState.UNSURE, due, found.error, now)

    def _repeat(self, delivery: Delivery, found: CannotLook) -> None:
        if not delivery.repeated:
            self._send(delivery, repeated=True)
            return
        error = f"twice Slack did not say whether it took the message, and it cannot be looked up: {found.error}"
        with writing(self._engine) as connection:
            self._bury(connection, delivery, error, self._clock())

    def _send(self, delivery: Delivery, *, repeated: bool = False) -> None:
        plan = plan_for(delivery, self._transport.via)
        if plan is None:
            with writing(self._engine) as connection:
                reason = "nothing to edit: the message was not posted to Slack"
                outbox.end(connection, delivery, DeliveryState.CANCELLED, reason, self._clock())
            return
        with writing(self._engine) as connection:
            claimed = outbox.claim(connection, delivery.id, self._clock(), repeated=repeated)
        if claimed is None:
            return
        result = self._attempt(claimed, plan)
        with writing(self._engine) as connection:
            self._settle_result(connection, claimed, plan, result, self._clock())

    def _attempt(self, delivery: Delivery, plan: Plan) -> SendResult:
        try:
            outgoing = _outgoing(delivery, plan)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            log.exception("delivery %d cannot be written out", delivery.id)
            return MessageBroken(f"it cannot be written out: {type(error).__name__}")
        try:
            return self._transport.post(outgoing)
        except Exception as error:  # noqa: BLE001 - whatever happened, the message may have arrived
            # no traceback: what a client raises may quote the token
            log.error("sending delivery %d failed unforeseen: %s", delivery.id, type(error).__name__)
            return Unsure(f"unforeseen: {type(error).__name__}", answered=True)

    def _settle_result(
        self, connection: Connection, delivery: Delivery, plan: Plan, result: SendResult, now: datetime
    ) -> None:
        """Store what an attempt came to."""
        match result:
            case Sent():
                self._arrived(connection, delivery, plan.kind, result, now)
            case Later():
                self._say_trouble(delivery.channel, result.error)
                due = now + self._backoff(delivery, result.after)
                outbox.postpone(connection, delivery, DeliveryState.PENDING, due, result.error, now)
                if result.whole_channel:
                    outbox.set_channel(connection, delivery.channel, paused_until=due)
            case Unsure():
                self._doubt(connection, delivery, plan, result, now)
            case TokenBroken():
                outbox.postpone(connection, delivery, DeliveryState.PENDING, now, result.error, now)
                self._break_token(result.error, now)
            case ChannelBroken():
                outbox.postpone(connection, delivery, DeliveryState.PENDING, now, result.error, now)
                self._break_channel(connection, delivery.channel, result.error, now)
            case MessageBroken():
                self._refused(connection, delivery, plan, result, now)

    def _doubt(self, connection: Connection, delivery: Delivery, plan: Plan, result: Unsure, now: datetime) -> None:
        wait = self._backoff(delivery, None)
        self._say_trouble(delivery.channel, f"it is not known whether a message arrived: {result.error}")
        if result.answered and delivery.doubts + 1 >= _MOST_DOUBTS:
            self._bury(connection, delivery, f"given up after {_MOST_DOUBTS} answers such as: {result.error}", now)
        elif plan.kind is DeliveryKind.EDIT:
            outbox.repeat_edit(connection, delivery, now + wait, result.error, result.answered, now)
        else:
            due = now + (max(self._settle, wait) if delivery.doubts else self._settle)
            outbox.doubt(connection, delivery, due, result.error, result.answered, now)

    def _refused(
        self, connection: Connection, delivery: Delivery, plan: Plan, result: MessageBroken, now: datetime
    ) -> None:
        if result.target_gone and plan.kind is DeliveryKind.EDIT:
            outbox.end(connection, delivery, DeliveryState.CANCELLED, result.error, now)
        elif result.target_gone and plan.thread_ts is not None:
            outbox.detach(connection, delivery, result.error, now)
        elif not delivery.reduced:
            outbox.reduce(connection, delivery, result.error, now)
        else:
            self._bury(connection, delivery, result.error, now)

    def _bury(self, connection: Connection, delivery: Delivery, error: str, now: datetime) -> None:
        outbox.end(connection, delivery, DeliveryState.DEAD, error, now)
        text = f"A message to {delivery.channel} could not be sent ({error}): {headline(delivery.card)}"
        log.error("delivery %d to %s is dead: %s", delivery.id, delivery.channel, error)
        if self._ops is not None and delivery.kind not in (DeliveryKind.OPS, DeliveryKind.SUMMARY):
            outbox.enqueue_ops(connection, f"dead:{delivery.uid}:{delivery.tries}", text, now, self._ops)

    def _break_token(self, error: str, now: datetime) -> None:
        if self._token_problem != error:
            log.error("Slack refuses the token, alerts are kept until it is mended: %s", error)
        self._token_problem, self._token_due = error, now + _RECHECK_TOKEN

    def _break_channel(self, connection: Connection, channel: str, error: str, now: datetime) -> None:
        outbox.set_channel(connection, channel, broken=error, paused_until=now + _RECHECK_CHANNEL)
        text = f"{channel} cannot be posted to, its alerts are kept until it can: {error}"
        ops = self._ops if self._ops != channel else None
        if outbox.tell_ops(connection, f"channel:{channel}", "broken", text, now, ops):
            log.error("%s", text)

    def _arrived(
        self, connection: Connection, delivery: Delivery, kind: DeliveryKind, result: Sent, now: datetime
    ) -> None:
        outbox.sent(connection, delivery, kind, result, now)
        channel = delivery.channel
        if self._trouble.pop(channel, None):
            log.info("%s: messages go out again", channel)
        subject, text = f"channel:{channel}", f"{channel} can be posted to again"
        if outbox.notice_state(connection, subject) == "broken":
            outbox.tell_ops(connection, subject, "well", text, now, self._ops if self._ops != channel else None)
            log.info("%s", text)

    def _say_trouble(self, channel: str, error: str) -> None:
        """Log what keeps messages from a channel once, however often it is tried."""
        if self._trouble.get(channel) != error:
            log.warning("%s: %s; messages are kept, in order, and it is tried again", channel, error)
        self._trouble[channel] = error

    def _backoff(self, delivery: Delivery, after: float | None) -> timedelta:
        """Return the wait before the next attempt: doubling up to ten minutes, with jitter, never less than asked."""
        longest = min(_LONGEST_BACKOFF, 2.0 ** min(delivery.tries, 10))
        return timedelta(seconds=max(after or 0.0, longest * self._random.uniform(0.5, 1.0)))


def plan_for(delivery: Delivery, via: Via) -> Plan | None:
    """Return what a delivery has to do by now; None for an edit of what was never posted to Slack.

    What follows a head that Slack never got (it was shown on the terminal, or is dead) becomes the head itself, and a
    head whose message got one meanwhile follows it.
    """
    kind, ts = delivery.kind, delivery.message_ts
    if delivery.message_id is None or via is Via.TERMINAL:
        return Plan(kind)
    if kind is DeliveryKind.EDIT:
        return Plan(kind, edit_ts=ts) if ts else None
    if kind is DeliveryKind.HEAD:
        return Plan(DeliveryKind.REPLY, thread_ts=ts) if ts else Plan(kind)
    if ts is None and delivery.message_via is not Via.SLACK:
        return Plan(DeliveryKind.HEAD)
    return Plan(kind, thread_ts=ts)


def _outgoing(delivery: Delivery, plan: Plan) -> Outgoing:
    rendered = render(plan.kind, delivery.card, reduced=delivery.reduced, repeat=delivery.repeated)
    return Outgoing(
        uid=delivery.uid,
        channel=delivery.channel,
        rendered=rendered,
        channel_id=delivery.message_channel_id if plan.thread_ts or plan.edit_ts else None,
        thread_ts=plan.thread_ts,
        broadcast=plan.kind is DeliveryKind.BROADCAST and plan.thread_ts is not None,
        follows=plan.kind in (DeliveryKind.REPLY, DeliveryKind.BROADCAST),
        edit_ts=plan.edit_ts,
    )
