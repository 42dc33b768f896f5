"""The figures of an evaluation, from rows and what was read in them: pure, the same for the command and the tests."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crawler.classify.judge import Verdict
from crawler.models import RELEVANT, Move
from tools.labels import Label, Names, Row

_DRAWS = 1_000
_SEED = 20_260_101
BOUNDS = (0.0, 0.1, 0.2, 0.35, RELEVANT, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Limits of the bins of the reliability table."""


@dataclass(frozen=True, slots=True)
class Read:
    """A row with what was made of it."""

    row: Row
    verdict: Verdict

    @property
    def reported(self) -> bool:
        """Whether the reader found it relevant."""
        return bool(self.verdict.moves)


@dataclass(frozen=True, slots=True)
class Score:
    """How well relevant rows are told from others; shares from 0 to 1."""

    rows: int
    right: int
    false_alarms: int
    missed: int
    precision: float
    recall: float
    f1: float
    low: float
    """Where F1 lies with 95 % probability, by drawing the rows anew a thousand times."""
    high: float


@dataclass(frozen=True, slots=True)
class Content:
    """Of the rows rightly found relevant: in how many the strongest event is right."""

    rows: int
    company: int
    type: int
    """Company and type are those of a label; the two figures below are counted among these."""
    place: int
    """The places are the label's."""
    place_near: int
    """Some place is the label's, contains it or lies in it."""
    stage: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Reported and rejected candidates of similar confidence."""

    low: float
    high: float
    candidates: int
    mean: float
    right: float
    """Share that is the company and type of a label."""


def score(reads: Sequence[Read]) -> Score:
    """Return precision, recall and F1 of `relevant`."""
    outcomes = [(r.row.relevant and r.reported, r.reported, r.row.relevant) for r in reads]
    right, reported, relevant = (sum(o[i] for o in outcomes) for i in range(3))
    draw = random.Random(_SEED)  # noqa: S311 - a bootstrap needs the same draws every time, not secrecy
    drawn = sorted(_f1(draw.choices(outcomes, k=len(outcomes))) for _ in range(_DRAWS)) if outcomes else [0.0]
    low, high = drawn[len(drawn) * 25 // 1000], drawn[len(drawn) * 975 // 1000]
    precision, recall = right / max(1, reported), right / max(1, relevant)
    return Score(len(reads), right, reported - right, relevant - right, precision, recall, _f1(outcomes), low, high)


def _f1(outcomes: Sequence[tuple[bool, bool, bool]]) -> float:
    right, reported, relevant = (sum(o[i] for o in outcomes) for i in range(3))
    return 2 * right / max(1, reported + relevant)


def content(reads: Iterable[Read], names: Names, contains: Callable[[str, str], bool]) -> Content:
    """Return how often company, type, places and stage are right."""
    shared = [r for r in reads if r.row.relevant and r.reported]
    pairs = [(r.verdict.moves[0], matching(r.verdict.moves[0], r.row, names)) for r in shared]
    same = [(move, label) for move, label in pairs if label is not None]
    return Content(
        len(shared),
        sum(any(names.right(r.verdict.moves[0].company, x.company) for x in r.row.labels) for r in shared),
        len(same),
        sum(frozenset(move.destinations) == label.destinations for move, label in same),
        sum(near(move, label, contains) for move, label in same),
        sum(move.stage is label.stage for move, label in same),
    )


def matching(move: Move, row: Row, names: Names) -> Label | None:
    """Return the row's label of the move's company and type, if any."""
    return next((x for x in row.labels if x.type is move.type and names.right(move.company, x.company)), None)


def near(move: Move, label: Label, contains: Callable[[str, str], bool]) -> bool:
    """Say whether some place of the move is the label's, contains it or lies in it."""
    return any(contains(a, b) or contains(b, a) for a in move.destinations for b in label.destinations)


def candidates(read: Read, names: Names) -> list[tuple[float, bool]]:
    """Return confidence and rightness of the candidates of a row's title and lead that nothing vetoes."""
    right = [(x.company, x.type) for x in read.row.labels] if read.row.relevant else []
    return [
        (p.confidence, any(p.type is type_ and names.right(p.company, company) for company, type_ in right))
        for p in read.verdict.chosen
        if p.why_not is None
    ]


def reliability(reads: Iterable[Read], names: Names) -> list[Bin]:
    """Return the bins of confidence, and what share of each was right."""
    found = [pair for read in reads for pair in candidates(read, names)]
    bins = []
    for low, high in itertools.pairwise(BOUNDS):
        inside = [pair for pair in found if low <= pair[0] < high]
        size = max(1, len(inside))
        bins.append(Bin(low, high, len(inside), sum(c for c, _ in inside) / size, sum(r for _, r in inside) / size))
    return bins
