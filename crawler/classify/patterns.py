"""Patterns in which families of words stand by name, and a clause that remembers which families it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_MACRO = re.compile(r"\{([A-Z~-]+)\}")
_LONE = re.compile(r"\(\?:(\{[A-Z]+\})\)")
_GAPS = "~-"
_REPEATS = tuple("?*{")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression with its families written out."""

    source: str
    needs: tuple[str, ...]
    """Families (as regular expressions) of which each match holds a word: without one of them there is none."""


def pattern(text: str, macros: Mapping[str, str]) -> Pattern:
    """Return the pattern of a text with macros such as `{PLANT}`, those within macros written out too.

    Raises:
        KeyError: when there is no such macro.
    """
    text = _LONE.sub(r"\1", text)
    return Pattern(_written_out(text, macros), tuple(_written_out(f"{{{name}}}", macros) for name in _needed(text)))


def _written_out(text: str, macros: Mapping[str, str]) -> str:
    while _MACRO.search(text):
        text = _MACRO.sub(lambda m: macros[m[1]], text)
    return text


def _needed(text: str) -> list[str]:
    """Return the macros that stand neither within brackets nor before a sign that makes them optional."""
    depth, found = 0, []
    for piece in re.finditer(r"\\.|[()]|\{([A-Z~-]+)\}", text):
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        optional = text.startswith(_REPEATS, piece.end()) and _MACRO.match(text, piece.end()) is None
        if piece[1] and piece[1] not in _GAPS and depth == 0 and not optional:
            found.append(piece[1])
    return list(dict.fromkeys(found))


@cache
def compiled(source: str) -> re.Pattern[str]:
    """Return a pattern that is compiled when it is first needed: most never are in a short run."""
    return re.compile(source)


class Index:
    """Tells which of many patterns are worth a search in a text: those of which it holds every family."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        families = dict.fromkeys(need for one in self._patterns for need in one.needs)
        self._bits = {family: 1 << number for number, family in enumerate(families)}
        self._masks = [sum(self._bits[need] for need in one.needs) for one in self._patterns]
        self._chosen: dict[int, tuple[int, ...]] = {}

    def worth(self, text: str) -> tuple[int, ...]:
        """Return the numbers of those patterns, in order."""
        held = sum(bit for family, bit in self._bits.items() if compiled(family).search(text))
        if held not in self._chosen:
            self._chosen[held] = tuple(n for n, mask in enumerate(self._masks) if mask & held == mask)
        return self._chosen[held]
