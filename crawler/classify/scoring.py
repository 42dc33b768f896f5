"""How likely a report of a move is one: named signals with weights from one data file, summed in log-odds."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from crawler.models import MoveType, WhyNot


@dataclass(frozen=True, slots=True)
class Words:
    """A family of words that speaks for or against a move."""

    name: str
    weight: float
    in_title: bool
    """True where the whole title is looked at, not the trigger's clause alone."""
    not_for: frozenset[MoveType]
    why: WhyNot | None
    patterns: Mapping[str, re.Pattern[str]]


@dataclass(frozen=True)
class Scoring:
    """The weights."""

    bias: float
    weights: Mapping[str, float]
    words: tuple[Words, ...]

    def heard(self, type: MoveType, clause: str, title: str, language: str) -> tuple[Words, ...]:
        """Return the families of which a word stands in the clause or in the title (both folded)."""
        return tuple(
            family
            for family in self.words
            if type not in family.not_for and family.patterns[language].search(title if family.in_title else clause)
        )

    def confidence(self, trigger: float, signals: Iterable[str], words: Iterable[Words]) -> float:
        """Return the probability of signals by name, words heard, and the trigger's own weight.

        Raises:
            KeyError: when a signal has no weight in the data file.
        """
        total = self.bias + trigger + sum(self.weights[name] for name in signals) + sum(w.weight for w in words)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def load() -> Scoring:
    """Return the shipped weights.

    Raises:
        ValueError, KeyError, re.error: when the data file is wrong; the build's tests load it.
    """
    data = tomllib.loads(resources.files(__package__).joinpath("signals.toml").read_text(encoding="utf-8"))
    words = tuple(
        Words(
            row["name"],
            float(row["weight"]),
            {"title": True, "clause": False}[row["where"]],
            frozenset(MoveType(t) for t in row.get("except", ())),
            WhyNot(row["why"]) if "why" in row else None,
            {language: re.compile(row[language]) for language in ("en", "zh")},
        )
        for row in data["words"]
    )
    return Scoring(float(data["bias"]), {k: float(v) for k, v in data["weights"].items()}, words)
