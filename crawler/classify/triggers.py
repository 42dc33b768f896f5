"""The words that report a move: patterns per type and language, with stage, modality and negation."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import product
from typing import Any

from crawler.classify.document import Clause
from crawler.classify.lexicon import ABROAD, COMPANY, PLACE, Lexicon
from crawler.models import MoveType, Stage
from crawler.patterns import Index, compiled, written_out

_COMMON = {"C": COMPANY, "P": PLACE, "O": ABROAD, "A": f"[{PLACE}{ABROAD}]"}
_MACROS = {
    "en": {
        **_COMMON,
        "-": r"(?:[^.;,]|[,.](?=\d)){0,45}?",
        "~": r"(?:[^.;,]|[,.](?=\d)){0,20}?",
        "N": r"\d[\d,.]*(?: ?(?:million|k))?",
    },
    "zh": {
        **_COMMON,
        "-": r"[^,，。;；]{0,20}?",
        "~": r"[^,，。;；]{0,8}?",
        "N": r"[\d一二三四五六七八九十百千万余多几,.两]+",
    },
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """One row of the trigger files."""

    type: MoveType
    stage: Stage
    strength: str
    """`weak`, `plain` or `strong`: how surely the words mean what they report."""
    needs_abroad: bool
    entrant: bool
    model: bool
    fallback: bool
    """True for words that only tell of a move in a title, where no other trigger tells of one of that company."""
    patterns: tuple[str, ...]
    """Regular expressions."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A trigger in a clause; offsets into the clause's masked text."""

    trigger: Trigger
    start: int
    end: int


class Triggers:
    """All triggers by language."""

    def __init__(
        self,
        by_language: Mapping[str, tuple[Trigger, ...]],
        known: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> None:
        self.by_language = by_language
        self._rows = {
            language: [(number, source) for number, row in enumerate(rows) for source in row.patterns]
            for language, rows in by_language.items()
        }
        self._indexes = {
            language: Index([source for _, source in rows], known) for language, rows in self._rows.items()
        }
        self._possible = {
            (language, entrants, abroad, fallbacks): self._indexes[language].those(
                (entrants or not by_language[language][number].entrant)
                and (abroad or not by_language[language][number].needs_abroad)
                and (fallbacks or not by_language[language][number].fallback)
                for number, _ in rows
            )
            for language, rows in self._rows.items()
            for entrants, abroad, fallbacks in product((True, False), repeat=3)
        }

    def hits(
        self, clause: Clause, language: str, entrants: bool = True, abroad: bool = True, fallbacks: bool = True
    ) -> Iterator[Hit]:
        """Return the first place at which each trigger stands in the clause.

        Args:
            clause: where to look.
            language: `en` or `zh`.
            entrants: False where no company is one that might enter: triggers for entrants are left out.
            abroad: False where no market is near: triggers that need one are left out.
            fallbacks: False where only words are to be heard that tell of a move by themselves.
        """
        triggers, rows = self.by_language[language], self._rows[language]
        found = -1
        for pattern in self._indexes[language].worth(
            clause.masked, self._possible[language, entrants, abroad, fallbacks]
        ):
            number, source = rows[pattern]
            if number != found and (match := compiled(source).search(clause.masked)):
                found = number
                yield Hit(triggers[number], match.start(), match.end())


def load() -> Triggers:
    """Return the shipped triggers.

    What each pattern requires was looked at when the package was built (`required.json`, written by `make knowledge`);
    of a pattern that is not in there it is looked at now, which takes longer and changes nothing else.

    Raises:
        ValueError, KeyError, re.error: when a data file is wrong; the build's tests load it.
    """
    known = json.loads(resources.files(__package__).joinpath("required.json").read_text(encoding="utf-8"))
    return Triggers(read(), known)


def read() -> Mapping[str, tuple[Trigger, ...]]:
    """Return the rows of the trigger files by language (see `load` for what it raises)."""
    return {language: _read(language) for language in _MACROS}


def denial(clause: Clause, hit: Hit, language: str, lexicon: Lexicon) -> re.Match[str] | None:
    """Return the denial that stands before the trigger, or within it, in its part of the clause, if any.

    Within the words of a retreat a "no longer" is the retreat itself, and only a "won't be closed" denies it.
    """
    comma = clause.masked.rfind(", ", 0, hit.start)
    retreat = hit.trigger.type is MoveType.WITHDRAWAL
    end = hit.start if retreat else hit.end
    before = lexicon.find("negation", clause.masked, language, max(comma, 0), end)
    return before or (lexicon.find("goes_on", clause.masked, start=hit.start, end=hit.end) if retreat else None)


def _read(language: str) -> tuple[Trigger, ...]:
    data = tomllib.loads(resources.files(__package__).joinpath(f"triggers.{language}.toml").read_text(encoding="utf-8"))
    macros = {**_MACROS[language], **{name: f"(?:{words})" for name, words in data.get("macros", {}).items()}}
    return tuple(_trigger(row, macros) for row in data["trigger"])


def _trigger(row: Mapping[str, Any], macros: Mapping[str, str]) -> Trigger:
    return Trigger(
        MoveType(row["type"]),
        Stage(row["stage"]),
        {"weak": "weak", "plain": "plain", "strong": "strong"}[row["strength"]],
        {"abroad": True, "nothing": False}[row["needs"]],
        bool(row.get("entrant", False)),
        bool(row.get("model", False)),
        bool(row.get("fallback", False)),
        tuple(written_out(pattern, macros) for pattern in row["patterns"]),
    )
