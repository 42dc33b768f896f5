"""The sections of config.yaml that say what users want to hear of, and how Slack is reached."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, SecretStr, WithJsonSchema, field_validator, model_validator

from crawler.crontab import weekdays
from crawler.models import Kind, MoveType, Stage
from crawler.section import Codes, Duration, Section, Texts, duration, listed, refusal, upper


class Certainty(StrEnum):
    """How sure a move must be to be told."""

    SURE = "sure"
    LIKELY = "likely"
    ALL = "all"


THRESHOLDS: Mapping[Certainty, float] = {Certainty.SURE: 0.8, Certainty.LIKELY: 0.6, Certainty.ALL: 0.4}
"""The confidence each word stands for, until the readers are calibrated (a choice of this project)."""

SHORTEST_SETTLE = timedelta(seconds=40)
"""The Slack client gives up after 10 s; Slack may take some 30 s more to show what it took (facts on Slack's API)."""


def channel(name: str) -> str:
    """Return the name of a Slack channel.

    Raises:
        PydanticCustomError: when it is neither `#name` nor a channel id.
    """
    if re.fullmatch(r"#[^\s#@<>|&,A-Z]{1,80}", name) or re.fullmatch(r"[CGD][A-Z0-9]{6,20}", name):
        return name
    better = "#" + re.sub(r"[\s,@<>|&]+", "-", name.lstrip("#@").lower())
    raise refusal(f"'{name}' is no Slack channel; write its name with # in front, in quotes", suggestion=better)


def clock_time(value: object) -> time:
    """Return the time of day `22:30` names.

    Raises:
        PydanticCustomError: when it names none.
    """
    match = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", str(value))
    if isinstance(value, time) or match is None:
        if isinstance(value, time):
            return value
        raise refusal(f'\'{value}\' is no time of day; write hours and minutes, such as "07:00" or "22:30"')
    return time(int(match[1]), int(match[2]))


def _any_or(items: object) -> object:
    """Return None for `any`, else the items as a list."""
    return None if items in ("any", ["any"]) else listed(items)


def _any_or_codes(items: object) -> object:
    """Return `any` or a list of codes, so that nothing is left to be refused in words about both."""
    codes = upper(items)
    if isinstance(codes, tuple) or codes is None:
        return codes
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise refusal("any or a list of codes is expected here, such as [EU, TH]")
    if not codes:
        raise refusal("at least one is needed, or any")
    return "any" if codes == ["ANY"] else codes


def _off(value: object) -> object:
    return None if value == "off" else value


def _days(value: object) -> object:
    if isinstance(value, tuple):
        return value
    try:
        return weekdays(",".join(str(day) for day in value) if isinstance(value, list) else str(value))
    except ValueError as error:
        raise refusal(str(error)) from None


_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_Any = WithJsonSchema({**_TEXTS, "title": "any, or list of texts"})

Channel = Annotated[str, BeforeValidator(lambda value: channel(str(value))), WithJsonSchema({"type": "string"})]
ClockTime = Annotated[
    time,
    BeforeValidator(clock_time),
    WithJsonSchema({"type": "string", "pattern": r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$", "title": "time of day"}),
]
Weekdays = Annotated[
    tuple[int, ...], BeforeValidator(_days), WithJsonSchema({**_TEXTS, "title": "weekdays, such as mon-fri"})
]


class WatchlistConfig(Section):
    """What one group of users wants to hear of: a move is told when every condition given here holds."""

    name: str = Field(min_length=1, max_length=80)
    """Its name, shown in every alert."""
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1), BeforeValidator(listed)] = tuple(Kind)
    """What the company makes: `car`, `truck`, `bus`, or `entrant` (made no vehicles until now). Absent: all."""
    home: Annotated[Codes, Field(min_length=1)] | None = None
    """The countries the company comes from, two letters each (`[CN]`). Absent: all."""
    companies: Annotated[Annotated[tuple[str, ...], Field(min_length=1)] | None, BeforeValidator(_any_or), _Any] = None
    """`any`, or a list of companies (`[Xiaomi, BYD]`); `group:SAIC` stands for all that belong to SAIC. Absent: any."""
    events: Annotated[tuple[MoveType, ...], Field(min_length=1), BeforeValidator(listed)] = tuple(MoveType)
    """The types of move, see config.yaml for an example of each. Absent: all."""
    markets: Annotated[
        Literal["any"] | tuple[str, ...] | None,
        BeforeValidator(_any_or_codes),
        WithJsonSchema({**_TEXTS, "title": "any, or list of countries and regions"}),
    ] = None
    """Where the move leads: `any` is every place outside the company's home; or a list of countries (`TH`) and regions
    (`EU` is Europe as a whole, with NO and GB). Absent: not tested."""
    certainty: Certainty = Certainty.LIKELY
    """How sure the reading must be: `sure`, `likely` or `all` (the most alerts and the most mistakes): a confidence of
    0.8, 0.6, 0.4."""
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    """In place of `certainty`: the confidence itself, 0 to 1."""
    exclude: Texts = ()
    """Words in title or lead that keep an article out, in any language."""
    urgency: Literal["now", "digest"] = "now"
    """`now`, or `digest`: gathered and told once a day, see `alerts.digest`."""
    send_to: Channel | None = None
    """The Slack channel, in quotes (`"#ev-exports"`). Absent: `slack.default_channel`."""

    @property
    def threshold(self) -> float:
        """The confidence from which a move is told."""
        return THRESHOLDS[self.certainty] if self.min_confidence is None else self.min_confidence

    @field_validator("exclude")
    @classmethod
    def _words(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if any(not word.strip() for word in words):
            raise refusal("an empty word would exclude every article", [w.strip() for w in words].index(""))
        return words

    @model_validator(mode="after")
    def _one_measure(self) -> WatchlistConfig:
        if {"certainty", "min_confidence"} <= self.model_fields_set:
            raise refusal("give certainty or min_confidence, not both", "min_confidence")
        return self


class QuietHours(Section):
    """The hours in which alerts are held back, to be released afterwards."""

    start: ClockTime = Field(alias="from")
    """When they begin, in `service.timezone` (`"22:30"`)."""
    end: ClockTime = Field(alias="to")
    """When they end; may lie on the next day (`"07:00"`)."""

    @model_validator(mode="after")
    def _not_the_whole_day(self) -> QuietHours:
        if self.start == self.end:
            raise refusal("from and to are the same: nothing would ever be told", "to")
        return self


class DigestConfig(Section):
    """When watchlists with `urgency: digest` are told."""

    at: ClockTime = time(8, 30)
    """The time of day, in `service.timezone`."""
    days: Weekdays = (0, 1, 2, 3, 4)
    """The days, by name: `mon-fri`, or `[mon, thu]`."""


class AlertsConfig(Section):
    """How much is told, and when."""

    quiet_hours: Annotated[QuietHours | None, BeforeValidator(_off)] = None
    """Hours in which alerts are held and then released, never dropped; `off`: none."""
    digest: Annotated[DigestConfig | None, BeforeValidator(_off)] = DigestConfig()
    """When watchlists with `urgency: digest` are told; `off`: no digest."""
    max_per_hour: Annotated[Annotated[int, Field(ge=1, le=3600)] | None, BeforeValidator(_off)] = 20
    """At most so many alerts per channel and hour, the rest rolled into one message; `off`: no limit."""


class SlackConfig(Section):
    """How Slack is reached. Without token or webhook alerts go to the terminal."""

    token: SecretStr | None = None
    """The bot token, best as `${SLACK_BOT_TOKEN}`: taken from the environment, not written into the file. The one
    variable that may be unset."""
    token_file: Path | None = None
    """In place of `token`: a file that holds it, relative to the folder of config.yaml."""
    webhook_url: SecretStr | None = None
    """In place of a token: an incoming webhook. It posts to its one channel, may repeat an alert, cannot thread."""
    default_channel: Channel | None = None
    """The channel of watchlists without `send_to`, in quotes."""
    ops_channel: Channel | None = None
    """The channel for sources in trouble and refused changes of config.yaml; absent: only the log tells."""
    settle: Duration = duration("45s")
    """How long to wait after a posting whose fate is unknown before it is looked up and perhaps repeated; under `40s`
    an alert may come twice."""
    api_url: str = "https://slack.com/api/"
    """The address of Slack's API; GovSlack and tests have another."""

    @field_validator("api_url")
    @classmethod
    def _address(cls, url: str) -> str:
        if not re.fullmatch(r"https?://[^\s@/\\]+(/[^\s\\]*)?", url):
            raise refusal("the API's address begins with https:// and names a host")
        return url if url.endswith("/") else url + "/"

    @field_validator("webhook_url")
    @classmethod
    def _webhook(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not re.fullmatch(r"https?://[^\s\\]+", url.get_secret_value()):
            raise refusal("the webhook's address begins with https://")
        return url

    @model_validator(mode="after")
    def _one_way_in(self) -> SlackConfig:
        given = [key for key in ("token", "token_file", "webhook_url") if getattr(self, key) is not None]
        if len(given) > 1:
            raise refusal(f"give {' or '.join(given)}, not more than one", given[-1])
        return self

    def bot_token(self) -> SecretStr | None:
        """Return the token, read from `token_file` where that is given; None where there is none.

        Raises:
            OSError: when the file cannot be read.
        """
        if self.token_file is None:
            return self.token
        return SecretStr(self.token_file.read_text(encoding="utf-8").strip()) or None


class Expectation(Section):
    """What should come of a test's text; every word given must hold for one and the same move."""

    event: MoveType | None = None
    """The type of move."""
    company: str | None = None
    """The company, by its name in the roster."""
    watchlist: str | None = None
    """The watchlist that would alert."""
    destinations: Codes | None = None
    """The places, all of them: countries, regions, or `OVERSEAS`."""
    stage: Stage | None = None
    """How far the move has come."""

    @model_validator(mode="after")
    def _something(self) -> Expectation:
        if not self.model_fields_set:
            raise refusal("it is not said what to expect: write nothing, or event, company, watchlist …")
        return self


class TestConfig(Section):
    """A text and what should come of it; `chuhai check` tries it."""

    __test__: ClassVar[bool] = False

    title: str = Field(min_length=1, max_length=1000)
    """The title of an article."""
    body: str = Field(default="", max_length=100_000)
    """Its text, if that matters."""
    expect: Annotated[Expectation | None, BeforeValidator(lambda value: None if value == "nothing" else value)]
    """`nothing` (no watchlist would alert), or what should: event, company, watchlist, destinations, stage."""
