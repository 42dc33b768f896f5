"""Data of config.yaml into checked sections; what pydantic has to say becomes plain sentences with a place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from crawler.section import Section
from scheduler.config.errors import ConfigError, Problem, closest
from scheduler.config.file import Document, Path

S = TypeVar("S", bound=Section)

_ECHOES = frozenset(("default_factory_not_called",))
"""Errors that only repeat that another key is wrong."""

_KINDS: Mapping[str, str] = {
    "string_type": "one text is expected here",
    "list_type": "a list is expected here, such as [one, two] or lines that begin with -",
    "tuple_type": "a list is expected here, such as [one, two] or lines that begin with -",
    "model_type": "keys with values are expected here, such as name: value",
    "model_attributes_type": "keys with values are expected here, such as name: value",
    "dict_type": "keys with values are expected here, such as name: value",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "int_parsing": "a whole number is expected here",
    "int_type": "a whole number is expected here",
    "int_parsing_size": "this number is too large",
    "float_parsing": "a number is expected here, such as 0.6",
    "float_type": "a number is expected here, such as 0.6",
    "finite_number": "a number is expected here, such as 0.6",
    "string_too_short": "the text is empty",
    "too_short": "at least one is needed",
    "path_type": "the path of a file is expected here",
}


def checked(model: type[S], document: Document) -> S:
    """Return the document as sections.

    Raises:
        ConfigError: with everything that is wrong, each with its place.
    """
    if document.data is None:
        raise ConfigError([document.problem((), "the file is empty; chuhai init writes one to start from")])
    if not isinstance(document.data, dict):
        raise ConfigError([document.problem((), f"the file must hold keys such as {', '.join(model.model_fields)}")])
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = [_problem(model, document, detail) for detail in error.errors(include_url=False)]
        raise ConfigError(problem for problem in found if problem) from None


def _problem(model: type[Section], document: Document, detail: ErrorDetails) -> Problem | None:
    kind, context, path = detail["type"], detail.get("ctx", {}), tuple(detail["loc"])
    if kind in _ECHOES or (kind == "too_short" and _at(document.data, path)):  # its items are wrong, not missing
        return None
    if kind == "refused":
        at = (*path, *context["at"])
        return document.problem(at, context["message"], context["suggestion"] or None)
    if kind == "extra_forbidden":
        return _unknown_key(model, document, path)
    if kind == "missing":
        return document.problem(path, "this key is needed, and has no value", at_key=True)
    if kind in {"enum", "literal_error"}:
        given, known = _at(document.data, path), re.findall(r"'([^']*)'", str(context.get("expected")))
        word = given if isinstance(given, str) else ""
        return document.problem(path, f"'{word}' is not known here; write {_either(known)}", closest(word, known))
    return document.problem(path, _sentence(kind, context, detail["msg"]))


def _sentence(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in {"greater_than_equal", "less_than_equal"}:
        bound = context.get("ge", context.get("le", 0))
        return f"the number must be {'at least' if 'ge' in context else 'at most'} {bound:g}"
    if kind in {"too_long", "string_too_long"}:
        return f"too long; at most {context['max_length']}" + (" characters" if kind == "string_too_long" else "")
    return message.removeprefix("Value error, ")


def _unknown_key(model: type[Section], document: Document, path: Path) -> Problem:
    key = str(path[-1])
    siblings = keys_of(_section_at(model, path[:-1]))
    better = closest(key, siblings)
    message = "there is no such key"
    home = None if better else _home_of(model, key)
    if home:
        message += f" here; it belongs under {home}:"
    elif not better:
        message += f"; there are {', '.join(siblings)}"
    return document.problem(path, message, better, at_key=True)


def _home_of(model: type[Section], key: str) -> str | None:
    for name, info in model.model_fields.items():
        section = section_in(info.annotation)
        if section and key in keys_of(section):
            return name
    return None


def keys_of(section: type[BaseModel] | None) -> list[str]:
    """Return the keys of a section as they stand in the file."""
    return [info.alias or name for name, info in section.model_fields.items()] if section else []


def section_in(annotation: object) -> type[Section] | None:
    """Return the section a field holds: itself, as an item, or as one of several possibilities."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    if get_origin(annotation) in {Annotated, Union, UnionType, tuple}:
        return next((found for part in get_args(annotation) if (found := section_in(part))), None)
    return None


def _section_at(model: type[Section], path: Path) -> type[Section] | None:
    section: type[Section] | None = model
    for step in path:
        if isinstance(step, str) and section is not None:
            fields = {info.alias or name: info for name, info in section.model_fields.items()}
            section = section_in(fields[step].annotation) if step in fields else None
    return section


def _at(data: object, path: Path) -> object:
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
    return data


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
