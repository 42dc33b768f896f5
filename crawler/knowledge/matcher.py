"""Finds many names in a text at once: one automaton over folded text, the longest valid match wins."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ahocorasick_rs import AhoCorasick

from crawler.text import Folded, fold

_WORD = frozenset(map(chr, (*range(0x30, 0x3A), *range(0x61, 0x7B), *range(0xDF, 0x250))))
"""Digits and Latin letters, folded."""
_LONG = 4
"""Letters of a name from which on it may have a plural."""
_SURROGATE = re.compile("[\ud800-\udfff]")


class Sort(StrEnum):
    """What a name that was found stands for."""

    COMPANY = "company"
    AMBIGUOUS = "ambiguous"
    DOUBTFUL = "doubtful"
    """An ambiguous name that nothing else in the text bears out."""
    PERSON = "person"
    MODEL = "model"
    """A model's name, used instead of its brand's."""
    PLACE = "place"
    CITY = "city"
    DEMONYM = "demonym"
    VEHICLE = "vehicle"
    DECOY = "decoy"
    DISPROOF = "disproof"
    """A word beside which an ambiguous name is not the company's."""


_PLACED = {Sort.PLACE, Sort.CITY, Sort.DEMONYM}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One name to look for."""

    alias: str
    sort: Sort
    names: tuple[str, ...] = ()
    """The company's canonical name, or place codes; empty for words that stand for nobody."""
    exact: bool = False
    """True where only this spelling counts, with its capitals."""


@dataclass(frozen=True, slots=True)
class Found:
    """One name in a text. Offsets are those of the original text."""

    start: int
    end: int
    sort: Sort
    names: tuple[str, ...]
    alias: str


class Matcher:
    """Looks for all patterns in one pass."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        groups: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            groups.setdefault(fold(pattern.alias).text, []).append(pattern)
        groups.pop("", None)
        self._sorts = [frozenset(pattern.sort for pattern in group) for group in groups.values()]
        self._placed = [sorts <= _PLACED for sorts in self._sorts]
        self._exact = [{p.alias: p for p in reversed(group) if p.exact} for group in groups.values()]
        # a word that disproves one name may itself be another
        self._any_case = [min((p for p in g if not p.exact), key=_disproves, default=None) for g in groups.values()]
        self._bound = [(_is_word(key[0]), _is_word(key[-1])) for key in groups]
        self._automaton = AhoCorasick(list(groups)) if groups else None

    def find(self, text: str, folded: Folded | None = None) -> tuple[Found, ...]:
        """Return the matches in order, none overlapping; of overlapping ones the longest counts, see `_longest`.

        A name that begins or ends with a Latin letter or a digit needs another kind of neighbour there.
        """
        folded = folded or fold(text)
        if self._automaton is None:
            return ()
        valid = [span for span in _matches(self._automaton, folded.text) if self._stands_alone(folded.text, *span)]
        found: list[Found] = []
        for index, start, end in _longest(valid, self._placed):
            first, last = folded.original(start, end)
            written = text[first:last]
            # an exact spelling is preferred; a name that needs one and does not have it is no match
            pattern = self._exact[index].get(written) or self._any_case[index]
            if pattern is not None:
                found.append(Found(first, last, pattern.sort, pattern.names, written))
        return tuple(found)

    def may_find(self, text: str, sorts: Collection[Sort]) -> bool:
        """Say whether a name of these sorts may stand in a text: one that is part of a longer word counts too."""
        if self._automaton is None:
            return False
        haystack = fold(text).text
        return any(
            not self._sorts[span[0]].isdisjoint(sorts) and self._stands_alone(haystack, *span)
            for span in _matches(self._automaton, haystack)
        )

    def _stands_alone(self, text: str, index: int, start: int, end: int) -> bool:
        before, after = self._bound[index]
        if before and start > 0 and _is_word(text[start - 1]):
            return False
        if after and end - start >= _LONG and text[end : end + 1] == "s" != text[end - 1]:
            end += 1  # Toyotas
        return not (after and end < len(text) and _is_word(text[end]))


class Words:
    """Tells which of many words stand in a text, within longer ones too, in one pass."""

    def __init__(self, words: Sequence[str]) -> None:
        self._automaton = AhoCorasick(list(words)) if words else None

    def within(self, text: str) -> list[int]:
        """Return the numbers of the words that do, some perhaps several times."""
        if self._automaton is None:
            return []
        return [number for number, _, _ in _matches(self._automaton, text)]


def _matches(automaton: AhoCorasick, text: str) -> list[tuple[int, int, int]]:
    """Return number, start and end of every match; half a character (a lone surrogate) is part of none."""
    try:
        return automaton.find_matches_as_indexes(text, overlapping=True)
    except UnicodeEncodeError:  # looking for one beforehand would take longer than the search
        return automaton.find_matches_as_indexes(_SURROGATE.sub("\ufffd", text), overlapping=True)


def _disproves(pattern: Pattern) -> bool:
    return pattern.sort is Sort.DISPROOF


def _is_word(char: str) -> bool:
    return char in _WORD


def _longest(spans: Sequence[tuple[int, int, int]], placed: Sequence[bool]) -> list[tuple[int, int, int]]:
    """Return the longest of those that overlap; of two as long the first, of two places the last: 在英国 is 英国."""
    chosen: list[tuple[int, int, int]] = []
    for span in sorted(spans, key=lambda s: (s[1], -s[2])):
        if not chosen or span[1] >= chosen[-1][2]:
            chosen.append(span)
            continue
        longer = (span[2] - span[1]) - (chosen[-1][2] - chosen[-1][1])
        if longer > 0 or (longer == 0 and placed[span[0]] and placed[chosen[-1][0]]):
            chosen[-1] = span
    return chosen
