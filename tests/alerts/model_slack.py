"""A Slack in memory, for what needs no HTTP: it keeps what it took, and may lose answers on command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from alerts.models import (
    Absent,
    Later,
    LookResult,
    Lookup,
    MessageBroken,
    Outgoing,
    SendResult,
    Sent,
    TokenBroken,
    TokenWorks,
    Via,
)


class PowerCutError(BaseException):
    """The program ends at this very point: nothing of ours may catch it."""


@dataclass(slots=True)
class Posted:
    """One message as the channel shows it."""

    ts: str
    uid: str
    channel: str
    text: str
    thread_ts: str | None
    broadcast: bool
    edits: int = 0


@dataclass(slots=True)
class ModelSlack:
    """Takes every message; `refuse` and `lose` make the next attempt fail before or after it is taken."""

    clock: Callable[[], datetime]
    posted: list[Posted] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    refuse: SendResult | BaseException | None = None
    """What the next attempt meets before Slack takes the message."""
    lose: SendResult | BaseException | None = None
    """What the next attempt meets after Slack took the message."""
    look_fails: LookResult | None = None
    auth: TokenWorks | TokenBroken | Later = field(default_factory=TokenWorks)
    via: Via = Via.SLACK
    _ts: count[int] = field(default_factory=count)

    def post(self, outgoing: Outgoing) -> SendResult:
        self.attempts.append(outgoing.uid)
        if self.refuse is not None:
            refused, self.refuse = self.refuse, None
            return _met(refused)
        result = self._edit(outgoing) if outgoing.edit_ts else self._take(outgoing)
        if self.lose is not None:
            lost, self.lose = self.lose, None
            return _met(lost)
        return result

    def _take(self, outgoing: Outgoing) -> SendResult:
        if outgoing.thread_ts is not None and all(p.ts != outgoing.thread_ts for p in self.posted):
            return MessageBroken("thread_not_found", target_gone=True)
        ts = f"{int(self.clock().timestamp())}.{next(self._ts):06d}"
        text, thread = outgoing.rendered.text, outgoing.thread_ts
        self.posted.append(Posted(ts, outgoing.uid, outgoing.channel, text, thread, outgoing.broadcast))
        return Sent(Via.SLACK, ts, "C" + outgoing.channel.strip("#").upper())

    def _edit(self, outgoing: Outgoing) -> SendResult:
        for message in self.posted:
            if message.ts == outgoing.edit_ts:
                message.text, message.edits = outgoing.rendered.text, message.edits + 1
                return Sent(Via.SLACK, message.ts)
        return MessageBroken("message_not_found", target_gone=True)

    def look(self, lookup: Lookup) -> LookResult:
        if self.look_fails is not None:
            return self.look_fails
        for message in self.posted:
            if message.uid == lookup.uid and message.thread_ts == lookup.thread_ts:
                return Sent(Via.SLACK, message.ts, "C" + message.channel.strip("#").upper())
        return Absent()

    def auth_check(self) -> TokenWorks | TokenBroken | Later:
        return self.auth


def _met(what: SendResult | BaseException) -> SendResult:
    if isinstance(what, BaseException):
        raise what
    return what
