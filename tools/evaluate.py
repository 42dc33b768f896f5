"""Measures the reader on labelled articles, or counts its alerts on unlabelled ones; docs/reference/evaluation.md.

`python -m tools.evaluate DATA...`: precision, recall and F1 of `relevant`; company, type, place and stage; how far a
confidence can be believed. Files without labels (streams): alerts per thousand.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from crawler.classify import Reader
from crawler.knowledge import Knowledge
from crawler.knowledge import load as load_knowledge
from crawler.models import Move
from tools.fit import FOLDS, SHRINK, fit, fold_of
from tools.labels import Names, Row, is_labelled, load_names, load_rows, rows_of
from tools.measure import Read, content, reliability, score

Table = Callable[[Any], Iterator[str]]
"""Writes one part of the figures, line by line."""

_LANGUAGES = ("en", "zh")
_GROUPS: Mapping[str, Callable[[Row], bool]] = {
    "clear": lambda row: row.clear,
    "all": lambda _: True,
    "live-like, clear": lambda row: row.live and row.clear,
    "enriched, clear": lambda row: not row.live and row.clear,
    "digests, clear": lambda row: row.digest and row.clear,
}
_CERTAINTIES = {"all": 0.4, "0.5": 0.5, "likely": 0.6, "sure": 0.8}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    options = _options(arguments)
    knowledge = load_knowledge()
    labelled = [path for path in options.data if is_labelled(path)]
    result: dict[str, Any] = {}
    if labelled:
        names = load_names(labelled[0])
        rows = [row for path in labelled for row in load_rows(path)]
        reads = read_unseen(rows, names, knowledge, options.shrink) if options.cross_validate else read(rows, knowledge)
        result |= figures(reads, names, knowledge)
        if options.errors:
            result["errors"] = list(_errors(reads))
    for path in options.data:
        if path not in labelled:
            result[path.name] = _stream(read(load_rows(path), knowledge), options.show, _verdicts(options.verdicts))
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n" if options.json else as_text(result))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="JSON lines, labelled or not, .gz or not")
    parser.add_argument("--cross-validate", action="store_true", help="fit on four fifths, read the fifth; five times")
    parser.add_argument("--shrink", type=float, default=SHRINK, help="of the fit, when cross-validating")
    parser.add_argument("--errors", action="store_true", help="list misses and false alarms by id")
    parser.add_argument("--show", action="store_true", help="print the alerts of files without labels")
    parser.add_argument("--verdicts", type=Path, help="JSON lines, id and right: what a person said of the alerts")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def _verdicts(file: Path | None) -> Mapping[str, bool]:
    return dict(rows_of(file, lambda row, _: (str(row["id"]), bool(row["right"])))) if file else {}


def read(rows: Iterable[Row], knowledge: Knowledge, weights: Mapping[str, float] | None = None) -> list[Read]:
    """Return the rows as the shipped reader reads them, or one with these weights."""
    reader = Reader(knowledge, weights)
    return [Read(row, reader.judge(row.text)) for row in rows]


def read_unseen(rows: Sequence[Row], names: Names, knowledge: Knowledge, shrink: float = SHRINK) -> list[Read]:
    """Return the rows, each as read with weights that were fitted on the rows of the other folds."""
    reads: list[Read] = []
    for fold in range(FOLDS):
        known = [(row, names) for row in rows if fold_of(row) != fold]
        weights, _ = fit(known, lambda w: Reader(knowledge, w), shrink)
        reads += read([row for row in rows if fold_of(row) == fold], knowledge, weights)
    return reads


def figures(reads: Sequence[Read], names: Names, knowledge: Knowledge) -> dict[str, Any]:
    """Return all figures of labelled rows, as JSON has them."""
    contains = knowledge.gazetteer.contains
    groups = {
        (name, language): [r for r in reads if r.row.language == language and chosen(r.row)]
        for name, chosen in _GROUPS.items()
        for language in _LANGUAGES
    }
    clear = [r for r in reads if r.row.clear]
    return {
        "relevant": {f"{language} {name}": _plain(score(r)) for (name, language), r in groups.items() if r},
        "content": {
            language: _plain(content([r for r in clear if r.row.language == language], names, contains))
            for language in _LANGUAGES
        },
        "reliability": {
            "all clear": [_plain(b) for b in reliability(clear, names)],
            "live-like, clear": [_plain(b) for b in reliability((r for r in clear if r.row.live), names)],
        },
    }


def _plain(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the records of tools.measure
    return {key: round(v, 3) if isinstance(v, float) else v for key, v in dataclasses.asdict(record).items()}


def _errors(reads: Iterable[Read]) -> Iterator[dict[str, Any]]:
    for r in reads:
        if r.row.relevant != r.reported:
            yield {
                "kind": ("missed" if r.row.relevant else "false alarm") + ("" if r.row.clear else " (unclear)"),
                "id": r.row.id,
                "title": r.row.text.title,
                "confidence": round(r.verdict.confidence, 3),
                "why_not": r.verdict.why_not,
                "read": [_move(move) for move in r.verdict.moves],
                "labels": [f"{x.company} {x.type} {','.join(sorted(x.destinations))} {x.stage}" for x in r.row.labels],
            }


def _move(move: Move) -> str:
    return f"{move.company} {move.type} {','.join(move.destinations)} {move.stage} {move.confidence:.2f}"


def _stream(reads: Sequence[Read], show: bool, verdicts: Mapping[str, bool]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for language in sorted({r.row.language for r in reads}):
        own = [r for r in reads if r.row.language == language]
        result[language] = {"rows": len(own)}
        for name, at in _CERTAINTIES.items():
            alerts = [r.row.id for r in own if at >= 0.5 and _surest(r) >= at]
            if at >= 0.5:
                result[language][f"{name} per 1,000"] = round(1000 * len(alerts) / len(own), 1)
            if alerts and verdicts:
                judged = [verdicts[row] for row in alerts if row in verdicts]
                result[language][f"{name} right"] = f"{sum(judged)} of {len(judged)}"
                result[language][f"{name} not judged"] = len(alerts) - len(judged)
    if show:
        result["alerts"] = [
            f"{r.row.text.published.date() if r.row.text.published else '-'} {r.row.id} {r.row.text.title}\n    "
            + "; ".join(map(_move, r.verdict.moves))
            for r in reads
            if r.reported
        ]
    return result


def _surest(read: Read) -> float:
    return read.verdict.moves[0].confidence if read.reported else read.verdict.confidence


def as_text(result: Mapping[str, Any]) -> str:
    """Return the figures as plain tables."""
    lines: list[str] = []
    for name, part in result.items():
        lines.append(f"== {name}")
        table: Table = _TABLES.get(name, _stream_table)
        lines += table(part)
        lines.append("")
    return "\n".join(lines)


def _relevant_table(part: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield f"{'':22} rows  right  false  missed  precision  recall     F1  (95 %)"
    for name, s in part.items():
        counts = f"{s['rows']:5} {s['right']:6} {s['false_alarms']:6} {s['missed']:7}"
        shares = f"{s['precision']:10.3f} {s['recall']:7.3f} {s['f1']:6.3f}  {s['low']:.2f}-{s['high']:.2f}"
        yield f"{name:22}{counts} {shares}"


def _content_table(part: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    yield "      shared  company  company+type  of these: place  place (near)  stage"
    for name, c in part.items():
        shares = f"{c['company']:8} {c['type']:13} {c['place']:16} {c['place_near']:13} {c['stage']:6}"
        yield f"{name:4}{c['rows']:8} {shares}"


def _reliability_table(part: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    for name, bins in part.items():
        yield f"{name}: confidence, candidates, mean confidence, share right"
        for b in bins:
            yield f"  {b['low']:.2f}-{b['high']:.2f} {b['candidates']:5} {b['mean']:6.2f} {b['right']:6.2f}"


def _errors_table(part: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for e in part:
        yield f"{e['kind']:12} {e['id']} {e['confidence']:.2f} {e['why_not'] or ''} {e['title']}"
        yield f"             read: {'; '.join(e['read']) or '-'}   labels: {'; '.join(e['labels']) or '-'}"


def _stream_table(part: Mapping[str, Any]) -> Iterator[str]:
    for name, value in part.items():
        if name != "alerts":
            yield f"{name}: " + ", ".join(f"{key} {v}" for key, v in value.items())
    yield from part.get("alerts", ())


_TABLES: Mapping[str, Table] = {
    "relevant": _relevant_table,
    "content": _content_table,
    "reliability": _reliability_table,
    "errors": _errors_table,
}

if __name__ == "__main__":
    sys.exit(main())
