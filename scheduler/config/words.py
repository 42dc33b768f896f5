"""The words of config.yaml that only the knowledge can judge: companies, groups, countries, regions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crawler import knowledge as shipped
from crawler.config import CompanyConfig
from crawler.knowledge import Gazetteer, Knowledge, Roster
from scheduler.config import Config, LoadedConfig
from scheduler.config.errors import ConfigError, Problem, closest
from scheduler.config.file import Path

_GROUP = "group:"
_Finding = tuple[Path, str, str | None]


def knowledge_for(loaded: LoadedConfig) -> Knowledge:
    """Return the shipped knowledge with the companies of this configuration added.

    Raises:
        ConfigError: when the configuration names a company, group or place that does not exist.
    """
    problems = validate_words(loaded, shipped.load())
    if problems:
        raise ConfigError(problems)
    return shipped.load([company.patch() for company in loaded.config.companies])


def validate_words(loaded: LoadedConfig, knowledge: Knowledge) -> tuple[Problem, ...]:
    """Return what names no company, group or place; `knowledge` is the shipped one, without the user's companies."""
    config, roster, places = loaded.config, knowledge.roster, knowledge.gazetteer
    names = {company.name for company in roster.companies()} | {company.name for company in config.companies}
    shipped_groups = names.union(company.group for company in roster.companies() if company.group)
    groups = shipped_groups.union(company.group for company in config.companies if company.group)
    findings = [
        *_in_companies(config.companies, roster, places, shipped_groups),
        *_in_watchlists(config, roster, places, names, groups),
        *_in_tests(config, roster, places, names),
    ]
    return tuple(loaded.document.problem(path, message, better) for path, message, better in findings)


def _in_companies(
    companies: Iterable[CompanyConfig], roster: Roster, places: Gazetteer, groups: set[str]
) -> Iterator[_Finding]:
    for index, company in enumerate(companies):
        here: Path = ("companies", index)
        known = roster.company(company.name)
        if known is not None and known.name != company.name:
            yield (*here, "name"), f"'{company.name}' is in the roster under another name", known.name
        elif known is None and company.home is None:
            message = f"'{company.name}' is not in the roster: a new company needs its home, such as home: CN"
            yield (*here, "name"), message, closest(company.name, groups - {company.name})
        if company.home is not None:
            yield from _country((*here, "home"), company.home, places)
        if company.group and company.group not in groups:
            yield from _unknown_group((*here, "group"), company.group, roster, groups)
        for number, code in enumerate(company.sells_in):
            yield from _place((*here, "sells_in", number), code, places)


def _unknown_group(path: Path, group: str, roster: Roster, groups: set[str]) -> Iterator[_Finding]:
    """Take a group nobody knows for a new one, unless it looks like a known one written wrongly."""
    known = roster.company(group)
    better = known.name if known else closest(group, groups, 0.8)
    if better:
        yield path, f"there is no group '{group}'", better


def _in_watchlists(
    config: Config, roster: Roster, places: Gazetteer, names: set[str], groups: set[str]
) -> Iterator[_Finding]:
    for index, watchlist in enumerate(config.watchlists):
        here: Path = ("watchlists", index)
        for number, name in enumerate(watchlist.companies or ()):
            yield from _company((*here, "companies", number), name, roster, names, groups)
        for number, code in enumerate(watchlist.home or ()):
            yield from _country((*here, "home", number), code, places)
        if isinstance(watchlist.markets, tuple):
            for number, code in enumerate(watchlist.markets):
                yield from _place((*here, "markets", number), code, places)


def _in_tests(config: Config, roster: Roster, places: Gazetteer, names: set[str]) -> Iterator[_Finding]:
    for index, test in enumerate(config.tests):
        here: Path = ("tests", index, "expect")
        if test.expect and test.expect.company:
            yield from _company((*here, "company"), test.expect.company, roster, names, set())
        for number, code in enumerate((test.expect and test.expect.destinations) or ()):
            yield from _place((*here, "destinations", number), code, places)


def _company(path: Path, name: str, roster: Roster, names: set[str], groups: set[str]) -> Iterator[_Finding]:
    if name in names or (name.startswith(_GROUP) and name.removeprefix(_GROUP).strip() in groups):
        return
    if groups and name.startswith(_GROUP):
        better = closest(name.removeprefix(_GROUP).strip(), groups)
        yield path, f"there is no group '{name}'", f"{_GROUP}{better}" if better else None
        return
    known = roster.company(name)
    if known is not None:
        yield path, f"'{name}' stands for a company whose name in the roster is another", known.name
        return
    message = f"there is no company '{name}'; chuhai companies lists them, and companies: adds one"
    yield path, message, closest(name, names)


def _country(path: Path, code: str, places: Gazetteer) -> Iterator[_Finding]:
    if code in places.regions():
        yield path, f"'{code}' is a region; write a country's two letters, such as CN or DE", None
    elif not places.is_place(code):
        yield path, f"'{code}' is no country; write its two letters, such as CN or DE", places.code(code)


def _place(path: Path, code: str, places: Gazetteer) -> Iterator[_Finding]:
    if not places.is_place(code):
        message = f"'{code}' is no country or region; chuhai markets lists them"
        yield path, message, places.code(code) or closest(code, places.regions())
