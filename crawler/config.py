"""The sections of config.yaml that say where news comes from and where it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from crawler.crontab import crontab
from crawler.models import CompanyPatch, Kind
from crawler.section import Codes, Duration, DurationOrOff, Section, Texts, duration, refusal

SpiderName = Literal["feed", "cleantechnica", "36kr"]
ArticlePages = Literal["never", "on_match", "always"]

_SITES: Mapping[str, SpiderName] = {"cleantechnica.com": "cleantechnica", "36kr.com": "36kr"}
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_LANGUAGE = r"^[a-z]{2}$"
_CountryCode = Annotated[str, BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)]


def spider_for(urls: tuple[str, ...]) -> SpiderName:
    """Return the spider made for the site of the first address; `feed` where there is none."""
    host = (urlsplit(urls[0]).hostname or "") if urls else ""
    return next((spider for site, spider in _SITES.items() if f".{host}".endswith(f".{site}")), "feed")


def country(code: str) -> str:
    """Return the code.

    Raises:
        PydanticCustomError: when it is not of the form of ISO 3166 alpha-2.
    """
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise refusal(f"'{code}' is no country code; write two letters, such as CN, DE or US")
    return code


class SourceConfig(Section):
    """A feed to poll."""

    id: str = Field(json_schema_extra={"pattern": _ID})
    """Its name for good: what is stored belongs to this id, so keep it when the address changes. Letters, digits and
    `.`, `_`, `-`."""
    url: Annotated[Texts, Field(min_length=1, max_length=10)]
    """The address of the RSS or Atom feed, or a list of addresses: the first that answers is used."""
    spider: SpiderName = Field(default_factory=lambda data: spider_for(data.get("url", ())))
    """Who reads it: `feed` for any feed, `cleantechnica` or `36kr` for what is special about these sites. Absent: by
    the address."""
    every: Duration | None = None
    """How often it is polled, from `1s` up. Give this or `schedule`, not both."""
    schedule: str | None = None
    """When it is polled, as a crontab line: minute, hour, day, month, weekday by name, in `service.timezone`. Give this
    or `every`, not both."""
    language: str | None = Field(default=None, json_schema_extra={"pattern": _LANGUAGE})
    """The language of the feed (`en`, `zh`); absent: told from each text."""
    article_pages: ArticlePages = "never"
    """Whether the article's own page is fetched too: `on_match` only where title and feed text look like a move."""
    first_poll: Literal["quiet", "tell"] = "quiet"
    """What becomes of the articles of the very first poll: `quiet` stores and classifies them without alerts, with
    one summary to the ops channel; `tell` treats them as news."""

    @field_validator("id")
    @classmethod
    def _short_and_plain(cls, name: str) -> str:
        if not re.fullmatch(_ID, name):
            better = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-")[:64] or None
            message = f"'{name}' is no id; it has letters, digits and . _ - without blanks, at most 64"
            raise refusal(message, suggestion=better)
        return name

    @field_validator("language")
    @classmethod
    def _two_letters(cls, language: str | None) -> str | None:
        if language is not None and not re.fullmatch(_LANGUAGE, language):
            better = language[:2].lower() if re.match(r"[A-Za-z]{2}(?![A-Za-z])", language) else None
            raise refusal(f"'{language}' is no language; write two small letters, such as en or zh", suggestion=better)
        return language

    @field_validator("url")
    @classmethod
    def _web_addresses(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for index, url in enumerate(urls):
            if problem := _url_problem(url):
                raise refusal(problem, index)
        return urls

    @field_validator("schedule")
    @classmethod
    def _crontab(cls, line: str | None) -> str | None:
        try:
            return None if line is None else crontab(line)
        except ValueError as error:
            raise refusal(str(error)) from None

    @model_validator(mode="after")
    def _one_timetable(self) -> SourceConfig:
        if self.every is None and self.schedule is None:
            raise refusal('it is not said when to poll: add every: 15m, or schedule: "*/20 7-23 * * mon-fri"')
        if self.every is not None and self.schedule is not None:
            raise refusal("give every or schedule, not both", "schedule")
        return self


def _url_problem(url: str) -> str | None:
    if re.search(r"[\x00-\x20\x7f\\]", url):
        return "a web address holds no blanks, backslashes or control characters"
    try:
        parts = urlsplit(url)
        web = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        web = False
    if not web:
        return f"'{url}' is no web address; it begins with https:// or http:// and names a host"
    if "@" in parts.netloc:
        return "leave user name and password out of the address: it is shown in logs and messages"
    return None


class CompanyConfig(Section):
    """A company to add to the built-in roster, or more about one that is in it."""

    name: str = Field(min_length=1, max_length=80)
    """The name in English, as messages show it; that of the roster to extend an entry (`chuhai companies` shows it)."""
    aliases: Texts = ()
    """Further spellings by which texts call it, in any language."""
    home: _CountryCode | None = None
    """The country of its headquarters, two letters (`CN`); needed for a new company."""
    kind: Kind | None = None
    """What it makes: `car`, `truck`, `bus`; `entrant` for a company that made no vehicles until now."""
    group: str | None = None
    """The company it belongs to; watchlists can name all of a group as `group:SAIC`."""
    sells_in: Codes = ()
    """Countries where it sells already, so that news from there is no first time."""

    @field_validator("home")
    @classmethod
    def _home_is_a_country(cls, code: str | None) -> str | None:
        return None if code is None else country(code)

    @field_validator("aliases")
    @classmethod
    def _aliases_tell_something(cls, aliases: tuple[str, ...]) -> tuple[str, ...]:
        for index, alias in enumerate(aliases):
            if len(alias.strip()) < 2:
                raise refusal(f"the alias '{alias}' is too short: it would be found in almost every text", index)
        return aliases

    def patch(self) -> CompanyPatch:
        """Return the record the roster is extended by."""
        return CompanyPatch(self.name, self.aliases, self.home, self.kind, self.group, self.sells_in)


class StorageConfig(Section):
    """The database."""

    url: SecretStr = SecretStr("sqlite:///data/chuhai.db")
    """Where everything is stored: `sqlite:///path/to/file` (relative to the folder of config.yaml) or
    `postgresql://user:password@host/database`."""
    keep: DurationOrOff = duration("400d")
    """How long article texts are kept; events and alerts are never forgotten. `off`: for good."""

    @field_validator("url")
    @classmethod
    def _known_database(cls, url: SecretStr) -> SecretStr:
        scheme, mark, _ = url.get_secret_value().partition("://")
        if not mark or scheme not in _DATABASES:
            raise refusal("the database address begins with sqlite:/// or postgresql://")
        return url
