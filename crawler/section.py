"""What every section of config.yaml shares: the strict base, durations, lists, and errors that name their place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

from crawler.units import parse_duration

LONGEST = timedelta(days=3650)
"""No duration in config.yaml is longer: a slip of the keyboard would otherwise overflow dates."""


class Section(BaseModel):
    """A part of config.yaml: frozen, unknown keys refused, each field's docstring is its documentation."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
    )


def refusal(message: str, *at: str | int, suggestion: str | None = None) -> PydanticCustomError:
    """Return the error to raise in a validator: a plain sentence, the place within the value, a better word."""
    return PydanticCustomError("refused", "{message}", {"message": message, "at": at, "suggestion": suggestion or ""})


def duration(value: object) -> timedelta:
    """Return the duration a text such as `15m` names.

    Raises:
        PydanticCustomError: when it names none, or more than ten years.
    """
    if isinstance(value, timedelta):
        return value
    try:
        length = parse_duration(str(value))
    except ValueError as error:
        raise refusal(str(error)) from None
    if length > LONGEST:
        raise refusal(f"'{value}' is longer than ten years")
    return length


def duration_or_off(value: object) -> timedelta | None:
    """Return the duration, or None for `off`.

    Raises:
        PydanticCustomError: as `duration` does.
    """
    return None if value is None or value == "off" else duration(value)


def listed(value: object) -> object:
    """Return a single text as a list of one, so that `home: CN` says the same as `home: [CN]`."""
    return [value] if isinstance(value, str) else value


def upper(value: object) -> object:
    """Return codes in capitals, one or many; anything else as it is."""
    items = listed(value)
    return [item.upper() if isinstance(item, str) else item for item in items] if isinstance(items, list) else items


def repeated(values: Iterable[str]) -> int | None:
    """Return the position of the first value that stood before, if any."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            return index
        seen.add(value)
    return None


_DURATION_SCHEMA = {"type": "string", "pattern": r"^([0-9]{1,9}[smhd]|.*\$\{.+\}.*)$", "title": "duration"}
_LIST_SCHEMA = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    "title": "text or list of texts",
}

Duration = Annotated[timedelta, BeforeValidator(duration), WithJsonSchema(_DURATION_SCHEMA)]
DurationOrOff = Annotated[
    timedelta | None,
    BeforeValidator(duration_or_off),
    WithJsonSchema({"anyOf": [_DURATION_SCHEMA, {"const": "off"}], "title": "duration or off"}),
]
Texts = Annotated[tuple[str, ...], BeforeValidator(listed), WithJsonSchema(_LIST_SCHEMA)]
Codes = Annotated[tuple[str, ...], BeforeValidator(upper), WithJsonSchema(_LIST_SCHEMA)]
