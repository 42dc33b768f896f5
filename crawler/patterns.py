"""Patterns in which families of words stand by name, and which of many patterns are worth a search in a text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from re import _parser  # type: ignore[attr-defined]  # nothing else reads these patterns as `re` does; same 3.11 to 3.14
from typing import Any

from crawler.knowledge import Words

_MACRO = re.compile(r"\{([A-Z_~-]+)\}")
_SLOTS = 3
"""So many sets of words are asked for of a pattern: a fourth hardly ever leaves one out."""
_MOST_MEMBERS = 4
"""Characters of a class that count as words each: the marks of names."""


def written_out(pattern: str, macros: Mapping[str, str]) -> str:
    """Return the pattern with macros such as `{PLANT}` written out, those within macros too.

    Raises:
        KeyError: when there is no such macro.
    """
    while _MACRO.search(pattern):
        pattern = _MACRO.sub(lambda m: macros[m[1]], pattern)
    return pattern


@cache
def compiled(source: str) -> re.Pattern[str]:
    """Return a pattern that is compiled when it is first needed: most never are in a short run."""
    return re.compile(source)


class Index:
    """Tells which patterns may match a text: those of which it holds a word of each set that every match holds.

    Of patterns that match in any case, written in small letters, it tells that for a case-folded text.
    """

    def __init__(self, sources: Sequence[str], known: Mapping[str, Sequence[Sequence[str]]] | None = None) -> None:
        """Look at the patterns, but for those whose `telling` sets are known by their `digest`."""
        known = known or {}
        sets = [known[key] if (key := digest(source)) in known else telling(source) for source in sources]
        self._patterns = len(sources)
        words = list(dict.fromkeys(word for asked in sets for one in asked for word in one))
        self._words = Words(words)
        self._unasked = sum(1 << self._bit(n, k) for n, asked in enumerate(sets) for k in range(len(asked), _SLOTS))
        held = dict.fromkeys(words, 0)
        for number, asked in enumerate(sets):
            for k, one in enumerate(asked):
                for word in one:
                    held[word] |= 1 << self._bit(number, k)
        self._held = [*held.values()]

    def _bit(self, number: int, slot: int) -> int:
        return slot * self._patterns + number

    def those(self, wanted: Iterable[bool]) -> int:
        """Return some of the patterns for `worth`, by whether each is wanted, in order."""
        return sum(1 << number for number, is_wanted in enumerate(wanted) if is_wanted)

    def worth(self, text: str, among: int = -1) -> Iterator[int]:
        """Yield the numbers of those patterns, in order; `among` are the only ones asked for, see `those`."""
        met = self._unasked
        for number in self._words.within(text):
            met |= self._held[number]
        left = met & ((1 << self._patterns) - 1) & among
        for slot in range(1, _SLOTS):
            left &= met >> slot * self._patterns
        while left:
            lowest = left & -left
            yield lowest.bit_length() - 1
            left ^= lowest


def digest(source: str) -> str:
    """Return twelve hexadecimal digits that stand for a pattern."""
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def telling(source: str) -> list[list[str]]:
    """Return the few sets of words, each sorted, that tell most of what a pattern requires (see `required`)."""
    return [sorted(words) for words in sorted(required(source), key=_tells, reverse=True)[:_SLOTS]]


def required(source: str) -> list[frozenset[str]]:
    """Return sets of words: whatever the pattern matches holds a word of each."""
    return _sets(_parser.parse(source))


def _sets(parsed: Iterable[tuple[Any, Any]]) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    run = ""
    for operation, argument in (*parsed, (None, None)):
        if operation is _parser.LITERAL:
            run += chr(argument)
            continue
        if run:
            found.append(frozenset({run}))
        run = ""
        found += _of(operation, argument)
    return found


def _of(operation: object, argument: Any) -> list[frozenset[str]]:  # noqa: ANN401 - as the parser gives it
    if operation is _parser.SUBPATTERN:
        return _sets(argument[3])
    if operation in (_parser.MAX_REPEAT, _parser.MIN_REPEAT):
        return _sets(argument[2]) if argument[0] >= 1 else []
    if operation is _parser.BRANCH:
        ways = [max(_sets(way), key=_tells, default=frozenset[str]()) for way in argument[1]]
        return [frozenset().union(*ways)] if all(ways) else []
    if operation is _parser.IN and len(argument) <= _MOST_MEMBERS and all(a[0] is _parser.LITERAL for a in argument):
        return [frozenset(chr(code) for _, code in argument)]
    return []


def _tells(words: frozenset[str]) -> int:
    """Return how much a set of words tells: by its shortest; a Han character is worth three letters."""
    return min(sum(3 if character > "\u2e00" else 1 for character in word) for word in words) if words else 0
