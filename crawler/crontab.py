"""Timetables as a crontab line: five fields, checked without a scheduler; weekdays only by name."""

from __future__ import annotations

import re
from dataclasses import dataclass

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_PIECE = re.compile(r"(?:(?P<all>\*)|(?P<first>[0-9a-z]+)(?:-(?P<last>[0-9a-z]+))?)(?:/(?P<step>[0-9]{1,4}))?")
_LONGEST_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    def number(self, word: str) -> int:
        if word in self.words:
            return self.words.index(word) + self.low
        if not word.isdigit() or len(word) > 4:
            raise ValueError(f"'{word}' is no {self.name}" + (f"; use {', '.join(self.words)}" if self.words else ""))
        if not self.low <= int(word) <= self.high:
            raise ValueError(f"'{word}' is no {self.name}; it goes from {self.low} to {self.high}")
        return int(word)


_WEEKDAY = _Field("weekday", 0, 6, WEEKDAYS)
_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, MONTHS),
    _WEEKDAY,
)


def crontab(text: str) -> str:
    """Return a crontab line (minute hour day month weekday) in lower case with single blanks.

    Accepts what APScheduler's `CronTrigger.from_crontab` accepts, less what it reads otherwise than cron does:
    numbers for weekdays (1 is Monday in cron, Tuesday there).

    Raises:
        ValueError: when it is no such line, or names only days that never come.
    """
    parts = text.lower().split()
    if len(parts) != 5:
        raise ValueError(
            f"'{text}' has {len(parts)} fields instead of five: minute, hour, day of the month, month, weekday; "
            'such as "*/20 7-23 * * mon-fri"'
        )
    _, _, days, months, _ = [_values(part, field) for part, field in zip(parts, _FIELDS, strict=True)]
    if not any(day <= _LONGEST_MONTH.get(month, 31) for day in days for month in months):
        raise ValueError(f"'{text}' never comes: no such month has a day {min(days)}")
    return " ".join(parts)


def weekdays(text: str) -> tuple[int, ...]:
    """Return the days `mon-fri` or `mon,wed` names, Monday being 0, in order.

    Raises:
        ValueError: when it names none.
    """
    return tuple(sorted(_values(text.lower().replace(" ", ""), _WEEKDAY)))


def _values(part: str, field: _Field) -> set[int]:
    return {number for piece in part.split(",") for number in _piece(piece, field)}


def _piece(piece: str, field: _Field) -> range:
    match = _PIECE.fullmatch(piece)
    if match is None:
        raise ValueError(f"'{piece}' is no {field.name}")
    _refuse_weekday_numbers(piece, match, field)
    step = int(match["step"]) if match["step"] else 0
    first = field.low if match["all"] else field.number(match["first"])
    last = field.high if match["all"] or (step and not match["last"]) else field.number(match["last"] or match["first"])
    if first > last:
        raise ValueError(f"'{piece}' runs backwards: {field.name}s go from {_word(field, 0)} to {_word(field, -1)}")
    if match["step"] and not 1 <= step <= last - first:
        raise ValueError(f"'{piece}': the step {match['step']} does not fit between {first} and {last}")
    return range(first, last + 1, step or 1)


def _refuse_weekday_numbers(piece: str, match: re.Match[str], field: _Field) -> None:
    if field is not _WEEKDAY:
        words = (match["first"] or "", match["last"] or "")
        if match["step"] and any(word in field.words for word in words):
            raise ValueError(f"'{piece}': a step needs numbers, not names")
        return
    if re.match(r"[0-9]", piece) or (match["last"] or "").isdigit():
        raise ValueError(
            f"'{piece}': write weekdays by name (mon-fri, sat,sun); "
            "the number 1 means Monday in a crontab but Tuesday to the scheduler used here"
        )
    if match["step"] and not match["all"]:
        raise ValueError(f"'{piece}': a step needs *, not names; write the days out")


def _word(field: _Field, position: int) -> str:
    if field.words:
        return field.words[position]
    return str(field.low if position == 0 else field.high)
