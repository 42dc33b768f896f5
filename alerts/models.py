"""The frozen records of alerting: what matched, what a message says, what was sent and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class DeliveryKind(StrEnum):
    """What a delivery does in its channel."""

    HEAD = "head"
    REPLY = "reply"
    EDIT = "edit"
    BROADCAST = "broadcast"
    SUMMARY = "summary"
    OPS = "ops"


class DeliveryState(StrEnum):
    """pending -> sending -> sent | unsure | dead; cancelled ends what became pointless before it was sent."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"
    DEAD = "dead"
    CANCELLED = "cancelled"


OPEN_STATES = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNSURE)
"""The states in which a delivery still blocks what stands behind it in its channel."""


class AlertState(StrEnum):
    """Whether an alert still stands; a cancelled one no longer matches its watchlist."""

    ACTIVE = "active"
    CANCELLED = "cancelled"


class Via(StrEnum):
    """Where a message was shown."""

    SLACK = "slack"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Match:
    """An event is what a watchlist asked for."""

    reason: str
    """In plain words, for the message and for `chuhai explain`."""


@dataclass(frozen=True, slots=True)
class Miss:
    """An event is not what a watchlist asked for."""

    reason: str
    """In plain words, for `chuhai explain`."""


@dataclass(frozen=True, slots=True)
class Report:
    """One article, as a message shows it."""

    source: str
    title: str
    url: str | None
    evidence: str
    """A sentence in the article's own language, untouched."""
    published: datetime | None
    seen: datetime
    english_url: str | None = None
    """Where the outlet's English edition may have it."""
    quoted_source: str | None = None
    """The outlet it has the news from, where it says so."""


@dataclass(frozen=True, slots=True)
class CardMove:
    """One event, as a message shows it."""

    company: str
    type: str
    places: tuple[str, ...]
    """Names in English, not codes."""
    stage: str
    first_time: str
    confidence: float
    articles: int
    """How many articles report it."""
    sources: tuple[str, ...]
    """The outlets that know of it by themselves, in the order they came; the further articles repeat them."""
    corrected: bool = False
    """True once the event no longer matches what the readers of the channel asked for."""
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What its articles say of it (`crawler.models.DETAIL_KEYS`), quoted."""


@dataclass(frozen=True, slots=True)
class Card:
    """Everything a message says: rendering it needs no database, so a queued one survives every change of config."""

    moves: tuple[CardMove, ...] = ()
    """The events of the story that this channel was told, the one the card is about first."""
    report: Report | None = None
    watchlists: tuple[str, ...] = ()
    reason: str = ""
    """Why it matched, in plain words."""
    change: str = ""
    """What is new, in one phrase ("planned -> launched"); empty where the report itself is the news."""
    text: str = ""
    """The whole message of a summary or an ops message."""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, read back by `from_json`."""
        return {
            "moves": [_move_to_json(move) for move in self.moves],
            "report": _report_to_json(self.report) if self.report else None,
            "watchlists": list(self.watchlists),
            "reason": self.reason,
            "change": self.change,
            "text": self.text,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Card:
        """Return the card that `to_json` gave these values for."""
        return cls(
            moves=tuple(_move_from_json(move) for move in data["moves"]),
            report=_report_from_json(data["report"]) if data["report"] else None,
            watchlists=tuple(data["watchlists"]),
            reason=data["reason"],
            change=data["change"],
            text=data["text"],
        )


def _move_to_json(move: CardMove) -> dict[str, Any]:
    return {
        "company": move.company,
        "type": move.type,
        "places": list(move.places),
        "stage": move.stage,
        "first_time": move.first_time,
        "confidence": move.confidence,
        "articles": move.articles,
        "sources": list(move.sources),
        "corrected": move.corrected,
        "details": {kind: list(quotes) for kind, quotes in move.details.items()},
    }


def _move_from_json(data: Mapping[str, Any]) -> CardMove:
    lists = {"places": tuple(data["places"]), "sources": tuple(data["sources"])}
    # a card that was queued before cards had details has none
    details = {kind: tuple(quotes) for kind, quotes in data.get("details", {}).items()}
    return CardMove(**{**data, **lists, "details": details})


def _report_to_json(report: Report) -> dict[str, Any]:
    return {
        "source": report.source,
        "title": report.title,
        "url": report.url,
        "evidence": report.evidence,
        "published": report.published.isoformat() if report.published else None,
        "seen": report.seen.isoformat(),
        "english_url": report.english_url,
        "quoted_source": report.quoted_source,
    }


def _report_from_json(data: Mapping[str, Any]) -> Report:
    published = data["published"]
    return Report(
        **{
            **data,
            "published": datetime.fromisoformat(published) if published else None,
            "seen": datetime.fromisoformat(data["seen"]),
        }
    )


@dataclass(frozen=True, slots=True)
class Rendered:
    """A card in the forms the transports need; made by `alerts.messages`."""

    text: str
    """Slack's notification text, escaped."""
    blocks: tuple[Mapping[str, Any], ...]
    """Slack blocks; empty in the reduced form."""
    terminal: str
    """Clean lines for a terminal; empty where a terminal has nothing to show."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way to a channel."""

    uid: str
    """Identifies the delivery in Slack's message metadata."""
    channel: str
    """As configured: a name with `#`, or an id."""
    rendered: Rendered = field(repr=False)
    channel_id: str | None = None
    """Slack's id of the channel, where an earlier answer gave it."""
    thread_ts: str | None = None
    """The head this one replies to."""
    broadcast: bool = False
    """Shown in the channel as well as in the thread."""
    follows: bool = False
    """True where it continues a story that the channel was told."""
    edit_ts: str | None = None
    """The message this one replaces."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel has it."""

    via: Via
    ts: str | None = None
    channel_id: str | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Not accepted for sure: send it again as it is, not before `after` seconds."""

    after: float | None
    """Seconds; None leaves the time to the sender's back-off."""
    error: str
    whole_channel: bool = False
    """True where Slack asked for less: nothing goes to the channel before."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """May or may not have been accepted."""

    error: str
    answered: bool = False
    """True where Slack itself answered with an error that may hide a success, or one that nobody knows."""


@dataclass(frozen=True, slots=True)
class TokenBroken:
    """Nothing can be sent anywhere until a person mends the token."""

    error: str


@dataclass(frozen=True, slots=True)
class ChannelBroken:
    """Nothing can be sent to this channel until a person mends it."""

    error: str


@dataclass(frozen=True, slots=True)
class MessageBroken:
    """The message cannot be sent as it is."""

    error: str
    target_gone: bool = False
    """True where the thread or the message to be edited does not exist any more."""


SendResult = Sent | Later | Unsure | TokenBroken | ChannelBroken | MessageBroken


@dataclass(frozen=True, slots=True)
class Lookup:
    """The question whether an unsure delivery did arrive."""

    uid: str
    channel: str
    channel_id: str | None
    thread_ts: str | None
    since: datetime
    """When the first attempt began."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The channel does not hold the message."""


@dataclass(frozen=True, slots=True)
class CannotLook:
    """The channel's history cannot be read; asking again gives the same answer until a person changes something."""

    error: str


LookResult = Sent | Absent | CannotLook | Later | TokenBroken


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What one evaluation did."""

    events: int = 0
    """Events looked at."""
    new_alerts: int = 0
    deliveries: int = 0
    """Deliveries put into the queue."""
    cancelled: int = 0
    """Alerts that no longer match."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as `chuhai alerts` lists it."""

    id: int
    created: datetime
    watchlist: str
    channel: str
    company: str
    type: str
    places: tuple[str, ...]
    """Codes."""
    stage: str
    state: str
    """Of its first delivery: a `DeliveryState`; `cancelled` also where the alert no longer matches."""
    headline: str
    link: str | None
    error: str | None
    """What is wrong with its delivery, if anything."""


@dataclass(frozen=True, slots=True)
class TokenWorks:
    """Slack accepts the token."""

    warning: str | None = None
    """What it may not do that we would need, and what follows from it."""
