"""How likely a report of a move is one: named signals with fitted weights, summed in log-odds."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from crawler.models import MoveType, WhyNot
from crawler.patterns import compiled

BIAS = "bias"
"""The signal every report has."""


@dataclass(frozen=True, slots=True)
class Words:
    """A family of words that speaks for or against a move."""

    name: str
    in_title: bool
    """True where the whole title is looked at, not the trigger's clause alone."""
    not_for: frozenset[MoveType]
    patterns: Mapping[str, str]
    """By language; compiled when they are first needed."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a signal besides its weight."""

    prior: float
    """Log-odds set by hand; the fit shrinks towards it."""
    says: str
    why: WhyNot | None


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that speaks for or against a report, as it was met."""

    name: str
    words: str = ""
    """The words of the family that were met, names left out; empty for facts of grammar and knowledge."""


@dataclass(frozen=True)
class Scoring:
    """The signals and their weights."""

    kinds: Mapping[str, Kind]
    words: tuple[Words, ...]
    weights: Mapping[str, float]

    def heard(self, type: MoveType, clause: str, title: str, language: str) -> tuple[Signal, ...]:
        """Return the families of which a word stands in the clause or in the title (both folded)."""
        return tuple(
            Signal(family.name, match[0])
            for family in self.words
            if type not in family.not_for
            and (match := compiled(family.patterns[language]).search(title if family.in_title else clause))
        )

    def score(self, signals: Iterable[Signal]) -> float:
        """Return the log-odds of these signals, the bias counted.

        Raises:
            KeyError: when a signal is not in the data file.
        """
        return self.weights[BIAS] + sum(self.weights[signal.name] for signal in signals)

    def confidence(self, signals: Iterable[Signal]) -> float:
        """Return the probability that a report with these signals is right (see `score`)."""
        return probability(self.score(signals))


def probability(log_odds: float) -> float:
    """Return the probability of log-odds; beyond 30 either way they count as 30."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


def load(weights: Mapping[str, float] | None = None) -> Scoring:
    """Return the shipped signals with the fitted weights, or with those given; a signal without one has its prior.

    Raises:
        ValueError, KeyError: when a data file is wrong; the tests load them and compile every pattern.
    """
    folder = resources.files(__package__)
    rows = tomllib.loads(folder.joinpath("signals.toml").read_text(encoding="utf-8"))["signal"]
    kinds = {row["name"]: _kind(row) for row in rows}
    if weights is None:
        weights = json.loads(folder.joinpath("weights.json").read_text(encoding="utf-8"))["weights"]
    return Scoring(
        kinds,
        tuple(_words(row) for row in rows if "where" in row),
        {name: float(weights.get(name, kind.prior)) for name, kind in kinds.items()},
    )


def _kind(row: Mapping[str, Any]) -> Kind:
    return Kind(float(row["prior"]), row["says"], WhyNot(row["why"]) if "why" in row else None)


def _words(row: Mapping[str, Any]) -> Words:
    return Words(
        row["name"],
        {"title": True, "clause": False}[row["where"]],
        frozenset(MoveType(t) for t in row.get("except", ())),
        {language: row[language] for language in ("en", "zh")},
    )
