"""What else a text says of a move, quoted word for word: figures, dates, money, partners. Thin: only clear cases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crawler.knowledge import Found, Sort

_UNITS = re.compile(
    r"\d[\d,.]*\s?(?:million |thousand )?(?:vehicles|cars|units|EVs|trucks|buses)\b|[\d.,]+\s?[万余多]*\s?(?:辆|台)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:by|in|from|since)\s(?:(?:early|late|mid-?|the (?:first|second) half of|Q[1-4])\s)?20[2-4]\d\b"
    r"|\bnext (?:year|month)\b|\bthis year\b"
    r"|20[2-4]\d年(?:\d{1,2}月|上半年|下半年|底|初|[一二三四]季度)?|明年(?:上半年|下半年|初|底)?|今年(?:下半年|年底|内)|年内|\d{1,2}月底",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"(?:US)?[$€£¥]\s?\d[\d,.]*\s?(?:billion|million|bn|m\b)|\d[\d,.]*\s?(?:billion|million)\s(?:dollars|euros|yuan|pounds)"
    r"|[\d.]+\s?[万百千]?亿(?:美元|欧元|元|人民币|英镑|雷亚尔|日元)",
    re.IGNORECASE,
)
_MODELS = re.compile(r"\b(?:Model [3SXYL]\b|[A-Z][A-Za-z]{0,7}[- ]?\d{1,3}[A-Za-z]{0,4}\b)")
_NOT_MODELS = re.compile(
    r"^(?:Q[1-4]|H[12]|L[2-5]|In|By|Top|Kr|GT|No|May|June|July|March|April|CES|G20|COP)\b|\d{4}|^36", re.IGNORECASE
)
_MOST = 5


def quote(sentence: str, names: Sequence[Found], company: str) -> Mapping[str, tuple[str, ...]]:
    """Return the details a sentence states; every value is a verbatim part of it.

    Args:
        sentence: the words to quote from.
        names: the companies and places that stand in it.
        company: the one that acts, so that it is not its own partner.
    """
    others = (f.alias for f in names if f.sort is Sort.COMPANY and company not in f.names)
    cities = (f.alias for f in names if f.sort is Sort.CITY)
    found = {
        "models": (m[0] for m in _MODELS.finditer(sentence) if not _NOT_MODELS.search(m[0])),
        "units": (m[0].strip() for m in _UNITS.finditer(sentence)),
        "when": (m[0] for m in _WHEN.finditer(sentence)),
        "investment": (m[0] for m in _MONEY.finditer(sentence)),
        "site": (c for c in cities if c in sentence),
        "partners": (o for o in others if o in sentence and _works_with(sentence, o)),
    }
    kept = {key: tuple(dict.fromkeys(values))[:_MOST] for key, values in found.items()}
    return {key: values for key, values in kept.items() if values}


def _works_with(sentence: str, name: str) -> bool:
    before = sentence[: sentence.find(name)][-24:]
    return (
        re.search(r"\b(?:with|partner\w*|and|join\w*)\W+(?:\w+\W+)?$|[与和]$|携手$|联手$|牵手$", before, re.IGNORECASE)
        is not None
    )
