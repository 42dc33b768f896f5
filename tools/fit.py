"""Fits the weights of the signals to labelled articles: logistic regression, shrunk towards the priors.

`python -m tools.fit DATA...` writes crawler/classify/weights.json; never edit that file by hand. What is fitted: each
candidate (company and type) of title and lead that nothing vetoes; it is right if the row is labelled with it. Rows on
which readers differ are left out. Pure Python: fifty weights and a thousand candidates need no more.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawler.classify import Reader
from crawler.classify.scoring import BIAS, load, probability
from crawler.knowledge import load as load_knowledge
from tools.labels import Names, Row, load_names, load_rows
from tools.measure import Read

TARGET = Path(__file__).resolve().parent.parent / "crawler" / "classify" / "weights.json"
SHRINK = 4.0
"""1 / variance of a weight around its prior: a prior counts as much as sixteen candidates at even odds.

Of 0.5 to 100 the best compromise of F1 in both languages, cross-validated (docs/reference/evaluation.md).
"""
FOLDS = 5
_ROUNDS = 3
_STEPS = 30

ReaderOf = Callable[[Mapping[str, float]], Reader]
"""Makes a reader with these weights."""


@dataclass(frozen=True, slots=True)
class Example:
    """A candidate: its signals, and whether it is right."""

    signals: tuple[str, ...]
    right: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, write, say what changed; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--shrink", type=float, default=SHRINK)
    options = parser.parse_args(arguments)
    knowledge = load_knowledge()
    rows = [(row, load_names(path)) for path in options.data for row in load_rows(path)]
    weights, examples = fit(rows, lambda w: Reader(knowledge, w), options.shrink)
    TARGET.write_text(_file(weights, examples, options.data, options.shrink), encoding="utf-8")
    sys.stdout.write(_table(weights, examples))
    return 0


def fit(
    rows: Sequence[tuple[Row, Names]], reader_of: ReaderOf, shrink: float = SHRINK
) -> tuple[Mapping[str, float], list[Example]]:
    """Return weights for these rows, and the candidates they were fitted on.

    Which of a company's candidates is the surest depends on the weights: candidates and weights are found in turns.
    """
    priors = {name: kind.prior for name, kind in load({}).kinds.items()}
    weights: Mapping[str, float] = priors
    examples: list[Example] = []
    for _ in range(_ROUNDS):
        reader = reader_of(weights)
        examples = [e for row, names in rows if row.clear for e in _examples(Read(row, reader.judge(row.text)), names)]
        weights = solve(examples, priors, shrink)
    return {name: round(weight, 3) for name, weight in weights.items()}, examples


def fold_of(row: Row) -> int:
    """Return the row's fold: by its id, so that it never changes."""
    return hashlib.sha256(row.id.encode()).digest()[0] % FOLDS


def _examples(read: Read, names: Names) -> Iterable[Example]:
    labels = read.row.labels if read.row.relevant else ()
    for p in read.verdict.chosen:
        if p.why_not is None:
            right = any(x.type is p.type and names.right(p.company, x.company) for x in labels)
            yield Example((BIAS, *(s.name for s in p.signals)), right)


def solve(examples: Sequence[Example], priors: Mapping[str, float], shrink: float) -> Mapping[str, float]:
    """Return the weights of greatest posterior probability: Newton's method, normal priors of variance 1 / shrink."""
    names = list(priors)
    index = {name: i for i, name in enumerate(names)}
    columns = [[index[name] for name in e.signals] for e in examples]
    start = [priors[name] for name in names]
    weights = list(start)
    for _ in range(_STEPS):
        slope = [shrink * (w - p) for w, p in zip(weights, start, strict=True)]
        curve = [[shrink if i == j else 0.0 for j in range(len(names))] for i in range(len(names))]
        for example, column in zip(examples, columns, strict=True):
            _add(slope, curve, column, probability(sum(weights[i] for i in column)), example.right)
        step = _solved(curve, slope)
        weights = [w - s for w, s in zip(weights, step, strict=True)]
        if max(abs(s) for s in step) < 1e-6:
            break
    return dict(zip(names, weights, strict=True))


def _add(slope: list[float], curve: list[list[float]], column: Sequence[int], p: float, right: bool) -> None:
    for i in column:
        slope[i] += p - right
        for j in column:
            curve[i][j] += p * (1 - p)


def _solved(matrix: list[list[float]], right: Sequence[float]) -> list[float]:
    """Solve a symmetric positive system by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for i in range(size):
        pivot = rows[i][i]
        for j in range(i + 1, size):
            if factor := rows[j][i] / pivot:
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    solution = [0.0] * size
    for i in reversed(range(size)):
        rest = sum(rows[i][j] * solution[j] for j in range(i + 1, size))
        solution[i] = (rows[i][size] - rest) / rows[i][i]
    return solution


def _file(weights: Mapping[str, float], examples: Sequence[Example], data: Sequence[Path], shrink: float) -> str:
    content = {
        "about": "Weights of the signals of signals.toml, in log-odds. Written by the command below, never by hand.",
        "command": f"make fit DATA='{' '.join(path.name for path in data)}'",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "data": {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in data},
        "candidates": len(examples),
        "right": sum(e.right for e in examples),
        "shrink": shrink,
        "weights": weights,
    }
    return json.dumps(content, indent=1) + "\n"


def _table(weights: Mapping[str, float], examples: Sequence[Example]) -> str:
    lines = ["signal                  prior  weight  candidates  right"]
    for name, kind in load({}).kinds.items():
        met = [e.right for e in examples if name in e.signals]
        share = f"{sum(met) / len(met):6.0%}" if met else "      "
        lines.append(f"{name:22} {kind.prior:6.2f}  {weights[name]:6.2f}  {len(met):10} {share}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
