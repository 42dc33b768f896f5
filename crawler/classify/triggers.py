"""The words that report a move: patterns per type and language, with stage, modality and negation."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from crawler.classify.document import ABROAD, COMPANY, PLACE, Clause
from crawler.models import MoveType, Stage

_COMMON = {"C": COMPANY, "P": PLACE, "O": ABROAD, "A": f"[{PLACE}{ABROAD}]"}
_MACROS = {
    "en": {**_COMMON, "-": r"[^.;]{0,45}?", "~": r"[^.;]{0,20}?", "N": r"\d[\d,.]*(?: ?(?:million|k))?"},
    "zh": {
        **_COMMON,
        "-": r"[^,，。;；]{0,14}?",
        "~": r"[^,，。;；]{0,6}?",
        "N": r"[\d一二三四五六七八九十百千万余多几,.两]+",
    },
}
_MACRO = re.compile(r"\{([CPOAN~-])\}")

_NEGATION = {
    "en": re.compile(
        r"\b(?:no plans?|not|never|den(?:y|ies|ied)|rules? out|ruled out|without|no longer|neither|isn't|won't|doesn't|don't|can't|aren't"
        r"|wouldn't|refut\w+|debunk\w*|no intention|far from)\b"
    ),
    "zh": re.compile(
        r"否认|辟谣|不会|没有|并未|未曾|不实|无计划|暂无|从未|尚未|不打算|拒绝|无意|不考虑|不再|并非|不去|不建|不进入|没打算"
    ),
}
_RUMOUR = {
    "en": re.compile(
        r"\b(?:reportedly|reports?|sources?|said to|rumou?r\w*|may|might|could|in talks|talks|nears?|nearing|speculat\w+"
        r"|allegedly|insiders?)\b"
    ),
    "zh": re.compile(
        r"据悉|^传|[,|丨 ]传|被曝|曝|消息称|据报|网传|据称|知情人士|或将|或在|或于|(?<![而者])或(?=[^许者])|疑似|有望"
    ),
}
_FUTURE = {
    "en": re.compile(
        r"\b(?:consider\w*|mulls?|weighs?|plans?|planned|planning|will|aims?|intends?|wants?|prepar\w+|set to|going to|to be|by 20\d\d|next year|targets?|eyes|hopes?|ready to)\b"
    ),
    "zh": re.compile(r"计划|将(?!军)|拟|准备|目标|预计|筹备|欲|瞄准|希望|明年|未来|待|考虑|打算|谋|20(?:2[7-9]|3\d)年"),
}
_SIGNED = {
    "en": re.compile(r"\b(?:announc\w+|confirm\w*|sign(?:s|ed)|officially|agreed|deal)\b"),
    "zh": re.compile(r"宣布|官宣|签署|签约|敲定|达成"),
}
_BEGUN = {
    "en": re.compile(
        r"\b(?:begins?|began|starts?|started|ramping|building|hiring|recruit\w*|setting up|is preparing)\b"
    ),
    "zh": re.compile(r"正在|开始|开工|招聘|组建"),
}
_TO_COME = {"en": re.compile(r"\b(?:will|to|plans to|set to)\b"), "zh": re.compile(r"将|拟|计划(?!搁)")}
_DELAY = {
    "en": re.compile(r"\b(?:delay\w*|postpon\w*|push(?:es|ed) back)\b"),
    "zh": re.compile(r"推迟|延期|延后|延迟|放缓"),
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """One row of the trigger files."""

    type: MoveType
    stage: Stage
    weight: float
    needs_abroad: bool
    entrant: bool
    model: bool
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A trigger in a clause; offsets into the clause's masked text."""

    trigger: Trigger
    start: int
    end: int


@dataclass(frozen=True)
class Triggers:
    """All triggers by language."""

    by_language: Mapping[str, tuple[Trigger, ...]]

    def hits(self, clause: Clause, language: str) -> Iterator[Hit]:
        """Return the first place at which each trigger stands in the clause."""
        for trigger in self.by_language[language]:
            for pattern in trigger.patterns:
                if match := pattern.search(clause.masked):
                    yield Hit(trigger, match.start(), match.end())
                    break


def load() -> Triggers:
    """Return the shipped triggers.

    Raises:
        ValueError, KeyError, re.error: when a data file is wrong; the build's tests load it.
    """
    return Triggers({language: _read(language) for language in _MACROS})


def negated(clause: Clause, hit: Hit, language: str) -> bool:
    """Say whether a denial stands in the clause before the trigger or within it."""
    comma = clause.masked.rfind(", ", 0, hit.start)
    return _NEGATION[language].search(clause.masked, max(comma, 0), hit.end) is not None


def stage_of(clause: Clause, hit: Hit, language: str) -> Stage:
    """Return how far the move has come: the trigger's own stage, lowered or raised by the clause's modality."""
    words = clause.masked
    if _RUMOUR[language].search(words):
        return Stage.RUMOURED
    if hit.trigger.type is MoveType.WITHDRAWAL:
        return _withdrawal_stage(words, hit, language)
    if _FUTURE[language].search(words):
        return Stage.PLANNED
    if hit.trigger.stage is Stage.PLANNED and _SIGNED[language].search(words):
        return Stage.ANNOUNCED
    if hit.trigger.stage is Stage.PLANNED and _BEGUN[language].search(words):
        return Stage.UNDER_WAY
    return hit.trigger.stage


def _withdrawal_stage(words: str, hit: Hit, language: str) -> Stage:
    if _DELAY[language].search(words):
        return Stage.PLANNED
    return Stage.ANNOUNCED if _TO_COME[language].search(words, 0, hit.end) else Stage.CANCELLED


def _read(language: str) -> tuple[Trigger, ...]:
    text = resources.files(__package__).joinpath(f"triggers.{language}.toml").read_text(encoding="utf-8")
    return tuple(_trigger(row, language) for row in tomllib.loads(text)["trigger"])


def _trigger(row: Mapping[str, Any], language: str) -> Trigger:
    return Trigger(
        MoveType(row["type"]),
        Stage(row["stage"]),
        float(row["weight"]),
        {"abroad": True, "nothing": False}[row["needs"]],
        bool(row.get("entrant", False)),
        bool(row.get("model", False)),
        tuple(compile_pattern(pattern, language) for pattern in row["patterns"]),
    )


def compile_pattern(pattern: str, language: str) -> re.Pattern[str]:
    """Return the pattern with its macros ({C}, {P}, {O}, {A}, {N}, {-}, {~}) written out."""
    return re.compile(_MACRO.sub(lambda m: _MACROS[language][m[1]], pattern))
