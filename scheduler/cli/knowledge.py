"""`chuhai companies` and `chuhai markets`: what the knowledge says, with the user's own companies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from crawler import knowledge as shipped
from crawler.knowledge import Gazetteer, Knowledge, Roster
from crawler.models import OVERSEAS, Company
from crawler.text import fold, language_of
from scheduler.cli.common import DEFAULT_CONFIG, ConfigPath, FormatOption, JsonOption, knowledge_of, loaded_config
from scheduler.cli.output import Format, Row, print_rows
from scheduler.config import LoadedConfig

_MOST_PLACES = 8
"""Markets that a table's row lists; JSON and CSV list all."""

WordArgument = Annotated[str, typer.Argument(help="Only what has this in a name, code, alias or group.")]


def companies(
    word: WordArgument = "",
    config: ConfigPath = DEFAULT_CONFIG,
    form: FormatOption = Format.TABLE,
    as_json: JsonOption = False,
) -> None:
    """List the companies known, with all the names they are found by, and where they are known to sell."""
    loaded, knowledge = known(config)
    own = {company.name for company in loaded.config.companies} if loaded else set[str]()
    rows = [_company_row(company, knowledge, own) for company in _companies(knowledge.roster, word)]
    form = Format.JSON if as_json else form
    if form is not Format.JSON:
        rows = [_with_names_apart(row) for row in rows]
    if form is Format.TABLE:
        rows = [_shortened(row, knowledge.gazetteer) for row in rows]
    columns = ("name", "chinese", "aliases", "home", "kind", "group", "sells_in")
    print_rows(rows, columns, form, empty=f"no company has '{word}' in a name; companies: in config.yaml adds one")


def markets(
    word: WordArgument = "",
    config: ConfigPath = DEFAULT_CONFIG,
    form: FormatOption = Format.TABLE,
    as_json: JsonOption = False,
) -> None:
    """List the countries and regions that config.yaml may name, regions first, with their names and members."""
    _, knowledge = known(config)
    rows = [_market_row(code, knowledge.gazetteer) for code in _markets(knowledge.gazetteer, word)]
    columns = ("code", "english", "chinese", "members", "in_regions")
    print_rows(rows, columns, Format.JSON if as_json else form, empty=f"no market has '{word}' in a name or code")


def known(path: Path) -> tuple[LoadedConfig | None, Knowledge]:
    """Return the configuration and the knowledge with its companies.

    Without a configuration in this folder, and none named, the shipped knowledge alone; a wrong one ends the program.
    """
    if path == DEFAULT_CONFIG and not path.exists():
        return None, shipped.load()
    loaded = loaded_config(path)
    return loaded, knowledge_of(loaded)


def _companies(roster: Roster, word: str) -> Iterator[Company]:
    """Give the companies that have the word in a name; of its group, if it is the name of one, all."""
    wanted = fold(word.strip()).text
    for company in roster.companies():
        names = (company.name, *company.aliases, *([company.group] if company.group else []))
        if any(wanted in fold(name).text for name in names) or roster.belongs(company.name, word.strip()):
            yield company


def _company_row(company: Company, knowledge: Knowledge, own: Iterable[str]) -> Row:
    footprint = knowledge.presence.footprints.get(company.name)
    chinese = [alias for alias in company.aliases if language_of(alias) == "zh"]
    return {
        "name": company.name,
        "chinese": chinese,
        "aliases": [alias for alias in company.aliases if alias not in chinese],
        "home": company.home,
        "kind": str(company.kind),
        "group": company.group,
        "regions": sorted(footprint.regions) if footprint else [],
        "sells_in": sorted(footprint.sells) if footprint else [],
        "builds_in": sorted(footprint.builds) if footprint else [],
        "sells_nowhere_else": bool(footprint and footprint.complete),
        "in_config": company.name in own,
    }


def _with_names_apart(row: Row) -> Row:
    """Put commas between names, which hold blanks themselves."""
    return {**row, "chinese": ", ".join(row["chinese"]), "aliases": ", ".join(row["aliases"])}


def _shortened(row: Row, gazetteer: Gazetteer) -> Row:
    """Say regions in place of their countries, and count what would make the line too long."""
    inside = {code for region in row["regions"] for code in gazetteer.members(region)}
    places = [*row["regions"], *(code for code in row["sells_in"] if code not in inside)]
    more = len(places) - _MOST_PLACES
    said = [*places[:_MOST_PLACES], f"and {more} more"] if more > 1 else places
    unknown = "only at home" if row["sells_nowhere_else"] else "not known"
    return {**row, "sells_in": said or unknown, "name": f"{row['name']}{' (config)' if row['in_config'] else ''}"}


def _markets(gazetteer: Gazetteer, word: str) -> Iterator[str]:
    """Give the codes whose name or code holds the word, or that an alias stands for; regions first."""
    wanted, meant = fold(word.strip()).text, gazetteer.code(word)
    for code in (*gazetteer.regions(), *sorted(gazetteer.members(OVERSEAS))):
        named = [gazetteer.name(code, "en"), gazetteer.name(code, "zh")]
        if code == meant or any(wanted in fold(name).text for name in named) or wanted == code.casefold():
            yield code


def _market_row(code: str, gazetteer: Gazetteer) -> Row:
    region = code in gazetteer.regions()
    everywhere = code == OVERSEAS
    within = [r for r in gazetteer.regions() if r not in (code, OVERSEAS) and gazetteer.contains(r, code)]
    return {
        "code": code,
        "english": gazetteer.name(code, "en"),
        "chinese": gazetteer.name(code, "zh"),
        "members": ["all"] if everywhere else sorted(gazetteer.members(code)) if region else [],
        "in_regions": within,
    }
