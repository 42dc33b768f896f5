"""Families of words by what they tell: denial, hearsay, future, models. One data file, `lexicon.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from crawler.patterns import compiled

COMPANY, PLACE, ABROAD = "ᚠ", "ᚢ", "ᚦ"
"""What stands for a company, a market and a word for abroad in masked text: letters no news is written in."""


@dataclass(frozen=True)
class Lexicon:
    """The families, each for `en` and `zh` or for `any` language: patterns, compiled when they are first needed."""

    families: Mapping[str, Mapping[str, str]]

    def find(
        self, family: str, text: str, language: str = "any", start: int = 0, end: int | None = None
    ) -> re.Match[str] | None:
        """Return where a word of the family first stands in text[start:end), if anywhere.

        Raises:
            KeyError: when there is no such family, or neither for that language nor for any.
        """
        words = self.families[family]
        pattern = compiled(words.get(language) or words["any"])
        return pattern.search(text, start) if end is None else pattern.search(text, start, end)

    def without(self, family: str, text: str, language: str) -> str:
        """Return the text with the words of the family taken out."""
        return compiled(self.families[family][language]).sub("", text)


def load() -> Lexicon:
    """Return the shipped lexicon.

    Raises:
        ValueError: when the data file is wrong; the tests compile all of it.
    """
    data = tomllib.loads(resources.files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8"))
    return Lexicon({name: {lang: _pattern(words) for lang, words in row.items()} for name, row in data.items()})


def _pattern(words: str) -> str:
    return "(?i)" + words.replace("{C}", COMPANY).replace("{P}", PLACE)
