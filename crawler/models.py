"""The frozen records that travel between the stages; every word here is explained in docs/glossary.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MoveType(StrEnum):
    """The six kinds of move."""

    NEW_ENTRANT = "new_entrant"
    MARKET_ENTRY = "market_entry"
    EXPORT = "export"
    OVERSEAS_PRODUCTION = "overseas_production"
    OVERSEAS_ORGANISATION = "overseas_organisation"
    WITHDRAWAL = "withdrawal"


class Stage(StrEnum):
    """How far a move has come. All but `CANCELLED` are steps on one ladder (see `rank`)."""

    RUMOURED = "rumoured"
    PLANNED = "planned"
    ANNOUNCED = "announced"
    UNDER_WAY = "under_way"
    LAUNCHED = "launched"
    CANCELLED = "cancelled"

    @property
    def rank(self) -> int:
        """Position on the ladder, 0 (rumoured) to 4 (launched); cancelled ends it at 5."""
        return list(Stage).index(self)


class FirstTime(StrEnum):
    """Whether a company is new in a market; unknown where neither presence data nor our memory reaches back."""

    FIRST = "first"
    KNOWN = "known"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a company makes; an entrant made no vehicles until now."""

    CAR = "car"
    TRUCK = "truck"
    BUS = "bus"
    ENTRANT = "entrant"


class Outcome(StrEnum):
    """The answer of one poll. A 200 that holds no feed is a failure, never "0 new"."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    BLOCKED = "blocked"
    NOT_A_FEED = "not_a_feed"
    GONE = "gone"
    ERROR = "error"

    @property
    def healthy(self) -> bool:
        """True when the source answered as a feed should."""
        return self in (Outcome.OK, Outcome.NOT_MODIFIED)


class WhyNot(StrEnum):
    """The closed list of reasons why a text reports no move."""

    NO_VEHICLE = "no_vehicle"
    NO_COMPANY = "no_company"
    NO_MOVE = "no_move"
    HOME_MARKET = "home_market"
    MODEL_LAUNCH = "model_launch"
    SALES_FIGURE = "sales_figure"
    POLICY = "policy"
    STAKE = "stake"
    DENIAL = "denial"
    COMMENTARY = "commentary"
    PASSING_MENTION = "passing_mention"
    TOO_WEAK = "too_weak"


OVERSEAS = "OVERSEAS"
"""The destination of a move whose text names no place; it contains every region."""

DETAIL_KEYS = ("models", "units", "when", "investment", "site", "partners")
"""What `Move.details` may hold, each quoted from the text."""

RELEVANT = 0.5
"""A move is reported from this confidence on (the probability that an alert for it is right)."""

MOST_MOVES = 4
"""At most so many moves of one article, strongest first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, as plain text, before it is known whether it is new."""

    keys: tuple[str, ...]
    """Identities, strongest first; an entry is known when any of them is (see `crawler.urls`)."""
    url: str | None
    title: str
    text: str
    language: str
    """`en`, `zh` or another ISO 639-1 code; `und` where it cannot be told."""
    published: datetime | None
    """Aware, UTC; None where the feed gives none or an impossible one."""
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """What a reader is given: one article's words."""

    title: str
    body: str = ""
    published: datetime | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One event as one text reports it."""

    company: str
    """The roster's canonical English name."""
    type: MoveType
    destinations: tuple[str, ...]
    """Sorted: ISO 3166 alpha-2 codes, region words, or `OVERSEAS`; for a new entrant its home."""
    stage: Stage
    confidence: float
    """0 to 1: the probability that an alert is right."""
    evidence: str
    """A verbatim part of the title or the body."""
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of `DETAIL_KEYS`, each a tuple of verbatim quotations."""
    quoted_source: str | None = None
    """The outlet that the text has it from, where it says so (`crawler.quoting`)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader made of one text."""

    reader: str
    version: str
    moves: tuple[Move, ...]
    """Strongest first, unique by company and type, at most `MOST_MOVES`, each at least `RELEVANT` sure."""
    confidence: float
    """That of the strongest move considered, also where it was too weak to be reported."""
    why_not: WhyNot | None
    """None exactly when there is a move."""
    denied: tuple[Move, ...] = ()
    """What the title says is not so: it closes what was rumoured or planned."""

    @property
    def relevant(self) -> bool:
        """Whether the text reports at least one move."""
        return bool(self.moves)


@dataclass(frozen=True, slots=True)
class Company:
    """A maker, a brand, or a company that may become one."""

    name: str
    home: str
    """ISO 3166 alpha-2."""
    kind: Kind
    group: str | None = None
    """The canonical name of the parent, if any."""
    aliases: tuple[str, ...] = ()
    sells_in: tuple[str, ...] = ()
    first_market: str | None = None
    """Where an entrant's first car is to go on sale, if that is not its home."""


@dataclass(frozen=True, slots=True)
class CompanyPatch:
    """What a user adds to the roster: a new company, or more about a known one (None leaves what is there)."""

    name: str
    aliases: tuple[str, ...] = ()
    home: str | None = None
    kind: Kind | None = None
    group: str | None = None
    sells_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PollRequest:
    """What a spider needs to poll one source once."""

    source: str
    urls: tuple[str, ...]
    """The first that answers is used; never empty."""
    language: str | None = None
    """Declared by the user; None lets each entry's own script decide."""
    etag: str | None = None
    last_modified: str | None = None
    validators_of: str | None = None
    """The URL that gave `etag` and `last_modified`: they are sent to no other."""
    body_hash: str | None = None
    """SHA-256 of the last body stored: the same body again is not parsed again."""
    trusted: tuple[str, ...] | None = None
    """The configured addresses, whose origins alone may be private, where `urls` are none of them but links found."""

    @property
    def trusted_urls(self) -> tuple[str, ...]:
        """The configured addresses this request may be about."""
        return self.urls if self.trusted is None else self.trusted


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What became of one poll of one source: exactly one of these per `PollRequest`."""

    source: str
    outcome: Outcome
    at: datetime
    url: str
    """The URL that gave this answer, after redirects; the last one tried where none answered."""
    status: int | None = None
    reason: str | None = None
    """One line for a human: what went wrong and, where something can be done, what. None when healthy."""
    etag: str | None = None
    last_modified: str | None = None
    retry_after: float | None = None
    """Seconds the server asked us to stay away."""
    body_hash: str | None = None
    entries: tuple[Entry, ...] = ()
    complete: bool = True
    """False where the body was cut or entries were left out: the validators are then not stored."""
    moved_to: str | None = None
    """The new address, where the server says that the feed has moved for good."""
    degraded: str | None = None
    """One line for a human: why a healthy answer is not complete."""
    postponed: bool = False
    """True where manners kept us from asking: it says nothing about the source, which waits `retry_after` seconds."""


@dataclass(frozen=True, slots=True)
class StageStep:
    """One dated step of an event's history."""

    stage: Stage
    at: datetime
    article_id: int


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """A stored event, as far as the decision needs it."""

    id: int
    story_id: int
    company: str
    type: MoveType
    places: frozenset[str]
    history: tuple[StageStep, ...]
    """Its dated steps, at least one, oldest first."""
    confidence: float = 1.0
    units: frozenset[str] = frozenset()
    """The figures it is known with, as quoted."""
    sites: frozenset[str] = frozenset()
    """The cities it is known with, as quoted."""
    quiet: bool = False

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        return self.history[-1].stage

    @property
    def opened(self) -> datetime:
        """When it was first reported."""
        return self.history[0].at

    @property
    def stepped(self) -> datetime:
        """When its stage last changed."""
        return self.history[-1].at

    @property
    def reached(self) -> Stage:
        """The furthest stage it ever had, a cancellation left aside; `CANCELLED` where it had no other."""
        return max(
            (s.stage for s in self.history if s.stage is not Stage.CANCELLED),
            key=lambda stage: stage.rank,
            default=Stage.CANCELLED,
        )

    @property
    def taken_up(self) -> bool:
        """Whether it goes on after it was cancelled once."""
        return self.stage is not Stage.CANCELLED and any(s.stage is Stage.CANCELLED for s in self.history)


@dataclass(frozen=True, slots=True)
class KnownStory:
    """A stored story: the connected events of one company."""

    id: int
    company: str
    last_event: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored about the companies of one article."""

    events: tuple[KnownEvent, ...] = ()
    stories: tuple[KnownStory, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a report changes. `event` and `story` are None where one has to be opened."""

    event: int | None
    story: int | None
    places: frozenset[str]
    """Those the event has from now on."""
    step: Stage | None
    """The stage reached by this report, if it is a step; always set for a new event."""
    cancels: int | None
    """The event that this withdrawal ends."""
    awakens: bool = False
    """True where an event so far only seen in a silent baseline becomes news."""
    late: bool = False
    """True where it only repeats what was news long ago: a round-up. It is stored, and nobody is told."""


@dataclass(frozen=True, slots=True)
class MentionView:
    """One article's report of an event, with what a message says about it."""

    id: int
    article_id: int
    source: str
    title: str
    url: str | None
    language: str
    published: datetime | None
    seen: datetime
    stage: Stage
    confidence: float
    evidence: str
    quiet: bool
    """True where it came with a silent baseline: counted, never told as news."""
    english_url: str | None = None
    """Where the outlet's English edition may have it."""
    lead: str = ""
    """The text's beginning, for a watchlist's `exclude`."""
    outlet: str = ""
    """Who published it: an outlet's name, a host where that is not known, else the source's id."""
    quoted_source: str | None = None
    """The outlet it has the move from, where it says so."""


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as stored, with all its mentions, oldest first."""

    id: int
    story_id: int
    company: Company
    type: MoveType
    places: tuple[str, ...]
    stage: Stage
    confidence: float
    first_time: FirstTime
    revision: int
    quiet: bool
    """True while it was only seen in a silent baseline."""
    first_seen: datetime
    details: Mapping[str, tuple[str, ...]]
    history: tuple[StageStep, ...]
    mentions: tuple[MentionView, ...]
    sources: tuple[str, ...] = ()
    """The outlets that know of it by themselves, in the order they came: who only quotes one of them is no further."""
