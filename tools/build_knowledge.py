"""Builds what the reader loads of its data: crawler/knowledge/knowledge.json and crawler/classify/required.json.

The first is made of the hand-reviewed YAML beside it and the Unicode country names; the second says which words each
pattern of the trigger files requires. `python tools/build_knowledge.py` writes both; with `--check` it only says (exit
code 1) whether one is out of date.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel import Locale
from ruamel.yaml import YAML

from crawler.classify import triggers
from crawler.patterns import digest, telling
from crawler.text import fold

FOLDER = Path(__file__).resolve().parent.parent / "crawler" / "knowledge"
TARGET = FOLDER / "knowledge.json"
REQUIRED = FOLDER.parent / "classify" / "required.json"
_NOT_COUNTRIES = {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
_COMPANY_FIELDS = {
    "name", "zh", "aliases", "exact", "ambiguous", "nameless", "people", "models", "disproved_by",
    "home", "kind", "group", "carried_by", "first_car", "first_market", "maker", "as_of", "source",
}  # fmt: skip
_ALIAS_SECTIONS = (
    ("aliases", "place", False),
    ("exact", "place", True),
    ("demonyms", "demonym", False),
    ("cities", "city", False),
)
_NAMING = ("zh", "aliases", "exact", "ambiguous", "people", "models")
_DATE = re.compile(r"20\d\d(?:-(?:0[1-9]|1[0-2]))?\Z")
_PRESENCE_FIELDS = {"company", "places", "entered", "builds_in", "opened", "complete", "since", "as_of", "source"}


def main() -> int:
    """Build or check; return the exit code."""
    stale = 0
    for target, text in ((TARGET, build()), (REQUIRED, build_required())):
        if "--check" not in sys.argv[1:]:
            target.write_text(text, encoding="utf-8")
            print(f"{target.name}: {len(text)} characters")
        elif not target.exists() or target.read_text(encoding="utf-8") != text:
            print(f"{target.name} is out of date: run python tools/build_knowledge.py", file=sys.stderr)
            stale = 1
    return stale


def build_required() -> str:
    """Return the text of required.json: the telling words of every pattern of the triggers, by its digest."""
    patterns = sorted({source for rows in triggers.read().values() for row in rows for source in row.patterns})
    rows = (f'"{digest(source)}": {json.dumps(telling(source), ensure_ascii=False)}' for source in patterns)
    return "{\n" + ",\n".join(rows) + "\n}\n"


def build() -> str:
    """Return the text of knowledge.json.

    Raises:
        ValueError: when the YAML contradicts itself; the message names the row.
    """
    roster, places, presence = (_read(name) for name in ("roster.yaml", "places.yaml", "presence.yaml"))
    _check_origin("roster", roster)
    _check_origin("places", places)
    built = {"roster": _roster(roster), "places": _places(places), "presence": presence["presence"]}
    codes = built["places"]["names"]
    _check_companies(built["roster"]["companies"], codes)
    _check_places(places)
    _check_presence(built["presence"], {row["name"] for row in built["roster"]["companies"]}, codes)
    return json.dumps(built, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace('},{"', '},\n{"') + "\n"


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = YAML(typ="safe", pure=True).load((FOLDER / name).read_text(encoding="utf-8"))
    return data


def _roster(data: Mapping[str, Any]) -> dict[str, Any]:
    words = {key: sorted({*data[key]["zh"], *data[key]["en"]}) for key in ("decoys", "vehicle_words")}
    return {"companies": data["companies"], **words}


def _places(data: Mapping[str, Any]) -> dict[str, Any]:
    names = {code: {"en": row["en"], "zh": row["zh"]} for code, row in data["regions"].items()}
    names.update(_countries())
    for code, row in data["names"].items():
        names[code] = dict(row)
    regions = {code: sorted(row["members"]) for code, row in data["regions"].items()}
    patterns = sorted(_place_patterns(data, names), key=lambda p: (p[0], p[1]))
    return {"names": names, "regions": regions, "patterns": patterns}


def _countries() -> dict[str, dict[str, str]]:
    english, chinese = _territories("en"), _territories("zh_Hans")
    codes = [c for c in map(str, english) if len(c) == 2 and c.isalpha() and c not in _NOT_COUNTRIES]
    return {code: {"en": english[code], "zh": chinese[code]} for code in sorted(codes)}


def _territories(tag: str) -> Mapping[str, str]:
    return {str(code): name for code, name in Locale.parse(tag).territories.items()}


def _place_patterns(data: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> Iterator[list[Any]]:
    seen: set[str] = set()
    for alias, sort, codes, exact in _all_place_names(data, names):
        key = alias if exact else fold(alias).text
        if key not in seen:
            seen.add(key)
            yield [alias, sort, codes, exact]


def _all_place_names(data: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> Iterator[list[Any]]:
    yield from ([name, "place", [code], False] for code, row in names.items() for name in row.values())
    for key, sort, exact in _ALIAS_SECTIONS:
        by_code = {code: row.get(key, ()) for code, row in data["regions"].items()} | data[key]
        yield from ([alias, sort, [code], exact] for code, aliases in by_code.items() for alias in aliases)
    yield from ([alias, "place", codes, False] for alias, codes in data["several"].items())
    yield from ([alias, "decoy", [], False] for alias in data["decoys"])
    for tag in ("zh_Hant", "zh_Hant_HK"):  # two characters would be found inside other words: 東加 (Tonga) in 股东加码
        further = ((code, name) for code, name in _territories(tag).items() if code in names and len(name) > 2)
        yield from ([name, "place", [code], False] for code, name in further)


def _check_origin(where: str, data: Mapping[str, Any]) -> None:
    if not _DATE.match(str(data.get("as_of", ""))) or not data.get("source"):
        raise ValueError(f"{where}: say as of when it holds (as_of: 2026-11) and where it comes from (source: ...)")


def _check_companies(rows: list[dict[str, Any]], codes: Mapping[str, Any]) -> None:
    names = [row["name"] for row in rows]
    owners: dict[str, str] = {}
    for row in rows:
        name = row["name"]
        if unknown := row.keys() - _COMPANY_FIELDS:
            raise ValueError(f"roster: {name}: unknown fields {sorted(unknown)}")
        if names.count(name) > 1 or row["home"] not in codes:
            raise ValueError(f"roster: {name}: twice, or home '{row['home']}' is no country")
        if row.get("group", name) not in names:
            raise ValueError(f"roster: {name}: group '{row['group']}' is no company of the roster")
        if "disproved_by" in row and "ambiguous" not in row:
            raise ValueError(f"roster: {name}: nothing ambiguous that could be disproved")
        for alias in {name, *(a for key in _NAMING for a in row.get(key, ()))}:
            if owners.setdefault(fold(alias).text, name) != name:
                raise ValueError(f"roster: '{alias}' stands for {owners[fold(alias).text]} and for {name}")


def _check_places(data: Mapping[str, Any]) -> None:
    """Refuse a hand-written name of two places; one word for several stands under `several`."""
    owners: dict[str, Any] = {}
    for key, _, _ in _ALIAS_SECTIONS:
        by_code = {code: row.get(key, ()) for code, row in data["regions"].items()} | data[key]
        for code, aliases in by_code.items():
            for alias in aliases:
                if owners.setdefault(fold(alias).text, code) != code:
                    raise ValueError(f"places: '{alias}' stands for {owners[fold(alias).text]} and for {code}")
    if both := {alias for alias in data["several"] if fold(alias).text in owners}:
        raise ValueError(f"places: {sorted(both)} stand for one country and for several")


def _check_presence(rows: list[dict[str, Any]], companies: set[str], codes: Mapping[str, Any]) -> None:
    names = [row["company"] for row in rows]
    for row in rows:
        name, dates = row["company"], {**row.get("entered", {}), **row.get("opened", {})}
        _check_origin(f"presence: {name}", row)
        unknown = {*row["places"], *row.get("builds_in", ()), *dates} - codes.keys()
        if row.keys() - _PRESENCE_FIELDS or name not in companies or unknown:
            raise ValueError(f"presence: {name}: unknown company, field or place {sorted(unknown)}")
        if names.count(name) > 1:
            raise ValueError(f"presence: {name}: twice")
        if wrong := [date for date in (row.get("since", 2000), *dates.values()) if not _DATE.match(str(date))]:
            raise ValueError(f"presence: {name}: {wrong} are no dates; write 2025 or 2025-06")
        if elsewhere := set(row.get("opened", ())) - set(row.get("builds_in", ())):
            raise ValueError(f"presence: {name}: opened in {sorted(elsewhere)}, but does not build there")


if __name__ == "__main__":
    sys.exit(main())
