"""config.yaml as a whole: the sections of all packages composed, and what must hold between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from alerts.config import AlertsConfig, SlackConfig, TestConfig, WatchlistConfig
from crawler.config import CompanyConfig, SourceConfig, StorageConfig
from crawler.section import Section, refusal
from scheduler.config.errors import Problem, closest
from scheduler.config.file import Document

_UNIQUE = (("sources", "id"), ("watchlists", "name"), ("companies", "name"))


def _health(value: object) -> object:
    if value is None or value == "off":
        return None
    match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})", str(value))
    if match is None or not 0 <= int(match[2]) < 65_536:
        raise refusal(f"'{value}' is no address to listen on; write 127.0.0.1:9108, or off")
    return str(value)


def _version(value: object) -> object:
    if str(value) != "1":
        raise refusal(f"'{value}' is a version this program does not know; it reads version 1", suggestion="1")
    return 1


class ServiceConfig(Section):
    """How the service runs on its machine."""

    timezone: str = "UTC"
    """The time zone of schedules, quiet hours and digest, by its IANA name (`Europe/Berlin`)."""
    contact: str = Field(default="https://example.org/bot", max_length=200)
    """A page or mail address at which the owner of a polled site finds you: it is sent with every request."""
    allow_private_networks: bool = False
    """`true`: feeds may live in your intranet or on this machine. Links found in feeds still may not lead there."""
    health: Annotated[
        str | None,
        BeforeValidator(_health),
        WithJsonSchema({"type": "string", "title": "address and port, or off"}),
    ] = "127.0.0.1:9108"
    """Where `/healthz` and `/metrics` are served; `off`: nowhere."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        zones = available_timezones()
        if name not in zones:
            raise refusal(f"'{name}' is no time zone; write its IANA name", suggestion=closest(name, zones))
        return name

    @field_validator("contact")
    @classmethod
    def _reachable(cls, contact: str) -> str:
        if not re.fullmatch(r"(https?://[^\s@/]+[^\s]*|[^\s@:/]+@[^\s@]+\.[^\s@]+)", contact):
            raise refusal(f"'{contact}' is neither a web address nor a mail address")
        return contact

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.timezone)

    @property
    def health_address(self) -> tuple[str, int] | None:
        """Host (an IPv6 address without its brackets) and port of the health page; None when it is off."""
        if self.health is None:
            return None
        host, _, port = self.health.rpartition(":")
        return host.strip("[]"), int(port)


class Config(Section):
    """All of config.yaml."""

    version: Annotated[int, BeforeValidator(_version), WithJsonSchema({"const": 1, "title": "1"})]
    """The version of this file's form."""
    watchlists: tuple[WatchlistConfig, ...] = Field(min_length=1)
    """What users want to hear of, one item per group of users or channel."""
    companies: tuple[CompanyConfig, ...] = ()
    """Companies to add to the built-in roster, or to extend there."""
    alerts: AlertsConfig = AlertsConfig()
    """How much is told, and when."""
    tests: tuple[TestConfig, ...] = ()
    """Texts and what should come of them; `chuhai check` tries them."""
    sources: tuple[SourceConfig, ...] = Field(min_length=1)
    """The feeds to poll."""
    slack: SlackConfig = SlackConfig()
    """How Slack is reached."""
    storage: StorageConfig = StorageConfig()
    """The database."""
    service: ServiceConfig = ServiceConfig()
    """How the service runs on its machine."""


def between_sections(document: Document) -> list[Problem]:
    """Return what is wrong between parts of the file that are each right in themselves; reads the plain data."""
    return [*_doubles(document), *_unknown_watchlists(document), *_nowhere_to_send(document), *_no_digest(document)]


def _items(document: Document, section: str) -> list[tuple[int, dict[str, object]]]:
    found = document.data.get(section) if isinstance(document.data, dict) else None
    return [(i, item) for i, item in enumerate(found) if isinstance(item, dict)] if isinstance(found, list) else []


def _section(document: Document, section: str) -> dict[str, object]:
    found = document.data.get(section) if isinstance(document.data, dict) else None
    return found if isinstance(found, dict) else {}


def _doubles(document: Document) -> Iterator[Problem]:
    for section, key in _UNIQUE:
        first: dict[str, int] = {}
        for index, item in _items(document, section):
            name = item.get(key)
            if not isinstance(name, str):
                continue
            before = first.setdefault(name.strip().casefold(), index)
            if before != index:
                line = document.problem((section, before, key), "").line
                yield document.problem((section, index, key), f"'{name}' stands twice, first in line {line}")


def _unknown_watchlists(document: Document) -> Iterator[Problem]:
    names = [str(item.get("name")).strip() for _, item in _items(document, "watchlists")]
    for index, item in _items(document, "tests"):
        expect = item.get("expect")
        name = expect.get("watchlist") if isinstance(expect, dict) else None
        if isinstance(name, str) and name.strip() not in names:
            path = ("tests", index, "expect", "watchlist")
            yield document.problem(path, f"there is no watchlist '{name}'", closest(name, names))


def _nowhere_to_send(document: Document) -> Iterator[Problem]:
    by_token = ("slack", "token") in document.keys or ("slack", "token_file") in document.keys
    if not by_token or ("slack", "default_channel") in document.keys:
        return
    message = "there is no channel for its alerts: add send_to, or slack.default_channel"
    for index, _ in _items(document, "watchlists"):
        if ("watchlists", index, "send_to") not in document.keys:
            yield document.problem(("watchlists", index), message)


def _no_digest(document: Document) -> Iterator[Problem]:
    if _section(document, "alerts").get("digest") != "off":
        return
    for index, item in _items(document, "watchlists"):
        if item.get("urgency") == "digest":
            yield document.problem(("watchlists", index, "urgency"), "alerts.digest is off: it would never be told")
