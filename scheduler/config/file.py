"""The text of config.yaml as plain data in which every value knows its place (ruamel.yaml's only home)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from scheduler.config.errors import ConfigError, Problem, mask, plain

Path = tuple[str | int, ...]

MAY_BE_UNSET = ("slack", "token")
"""The one value whose environment variable may be unset."""

_DEEPEST = 12
_MOST_EVENTS = 30_000
_VARIABLE = re.compile(r"\$\$|\$\{([^}\n]*)(\}?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_PLAINLY = (
    ("mapping values are not allowed", "a colon too many, or wrong indentation; text with a colon stands in quotes"),
    ("character '\\t'", "a tab; indent with blanks"),
    ("cannot start any token", "a value that begins with this character stands in quotes"),
    ("could not find expected ':'", "a colon is missing behind the key"),
    ("expected ',' or ']'", "a comma or the closing bracket ] is missing"),
    ("expected ',' or '}'", "a comma or the closing bracket } is missing; ${NAME} within { } stands in quotes"),
    ("unexpected end of stream", "a quotation mark is opened here and never closed"),
    ("expected <block end>", "this does not fit what stands above; check the indentation and the quotes"),
    ("expected the node content", "a value is missing here, or a bracket is too many"),
    ("unknown escape character", "a backslash within \"…\" means something else; use '…' in its place"),
    ("expected alphabetic or numeric", "a value that begins with * or & stands in quotes"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """A configuration file, read but not yet understood."""

    file: str
    text: str = field(repr=False)
    data: object = field(repr=False)
    """Mappings, lists and texts; keys without a value are left out."""
    keys: Mapping[Path, int] = field(repr=False)
    """Where each key stands, as an offset into the text."""
    values: Mapping[Path, int] = field(repr=False)
    """Where each value and list item begins."""
    filled_in: Mapping[str, str] = field(repr=False)
    """Values that came from the environment, and the names of their variables; they are never shown."""
    notes: Sequence[tuple[int, Path, str]] = ()
    """What was found wrong while reading: offset, path, message."""

    def noted(self) -> list[Problem]:
        """Return what was found wrong while reading."""
        return [
            problem_at(self.file, self.text, offset, self.label(path), self._shown(message))
            for offset, path, message in self.notes
        ]

    def problem(self, path: Path, message: str, suggestion: str | None = None, *, at_key: bool = False) -> Problem:
        """Return the problem at the value (or key) of this path, or at the nearest place above it that exists."""
        places = self.keys if at_key and path in self.keys else self.values
        found = next((path[:end] for end in range(len(path), -1, -1) if path[:end] in places), ())
        better = None if suggestion is None else self._shown(suggestion)
        return problem_at(self.file, self.text, places.get(found, 0), self.label(path), self._shown(message), better)

    def label(self, path: Path) -> str:
        """Return `sources[electrek].every` for ("sources", 2, "every"): items go by id or name, else by number."""
        words, here = "", self.data
        for step in path:
            if isinstance(step, int) and not isinstance(here, list):
                break  # a single text stands where a list may
            here = _step(here, step)
            if isinstance(step, int):
                words += f"[{_name_of(here) or step + 1}]"
            else:
                words += f".{step}" if words else step
        return plain(self._shown(words))

    def _shown(self, message: str) -> str:
        for value, name in sorted(self.filled_in.items(), key=lambda pair: -len(pair[0])):
            message = re.sub(re.escape(value), f"${{{name}}}", message, flags=re.IGNORECASE)
        return plain(message)


def problem_at(file: str, text: str, offset: int, key: str, message: str, suggestion: str | None = None) -> Problem:
    """Return the problem at an offset of the text."""
    offset = max(0, min(offset, len(text)))
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    source = mask(text[start : len(text) if end < 0 else end])
    return Problem(file, text.count("\n", 0, offset) + 1, offset - start + 1, key, message, suggestion, source)


def read_document(text: str, file: str, environ: Mapping[str, str]) -> Document:
    """Return the file's data, `${NAME}` filled in from the environment.

    Variables that are not set, keys that stand twice and the like are left to `Document.noted`, so that the rest can be
    looked at too.

    Raises:
        ConfigError: when it is no YAML of the plain kind wanted here (one document, no tags, anchors or aliases, not
            deeply nested).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(file, text, environ)
    data = reader.read()
    return Document(file, text, data, reader.keys, reader.values, reader.filled_in, reader.notes)


class _Reader:
    """Builds plain data from the parser's events; notes what is wrong, raises where it cannot go on."""

    def __init__(self, file: str, text: str, environ: Mapping[str, str]) -> None:
        self.file, self.text, self.environ = file, text, environ
        self.keys: dict[Path, int] = {}
        self.values: dict[Path, int] = {}
        self.filled_in: dict[str, str] = {}
        self.notes: list[tuple[int, Path, str]] = []
        self._events = self._checked_events()

    def read(self) -> object:
        """Return the data of the document; None where it is empty."""
        data: object = None
        for event in self._events:
            if isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent):
                data = self._value(event, ())
        return data

    def _fail(self, offset: int, message: str) -> ConfigError:
        return ConfigError([problem_at(self.file, self.text, offset, "", plain(message))])

    def _parsed(self) -> Iterator[Event]:
        try:
            yield from YAML(typ="safe", pure=True).parse(self.text)
        except ConfigError:
            raise
        except ReaderError as error:
            raise self._fail(
                error.position, f"the character U+{ord(self.text[error.position]):04X} cannot stand in a configuration"
            ) from None
        except MarkedYAMLError as error:
            raise self._fail(_place(error, len(self.text)), _plainly(error)) from None
        except (
            YAMLError,
            ValueError,
            ArithmeticError,
            LookupError,
            AttributeError,
            TypeError,
            AssertionError,
        ) as error:
            # the parser lets such errors through, among others for "\UFFFFFFFF"
            raise self._fail(0, f"this is no valid YAML ({type(error).__name__})") from None

    def _checked_events(self) -> Iterator[Event]:
        documents = depth = 0
        for count, event in enumerate(self._parsed()):
            documents += isinstance(event, DocumentStartEvent)
            depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
            depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
            refused = _refused(event)
            if documents > 1:
                refused = "a second document begins here; one file holds one configuration, without --- within it"
            if depth > _DEEPEST or count > _MOST_EVENTS:
                refused = "the configuration is nested too deeply" if depth > _DEEPEST else "the file holds too much"
            if refused:
                raise self._fail(event.start_mark.index, refused)
            yield event

    def _value(self, event: Event, path: Path) -> object:
        self.values[path] = event.start_mark.index
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        raise self._fail(event.start_mark.index, "a value is missing here")

    def _sequence(self, path: Path) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            item = self._value(event, (*path, len(items)))
            if item is None:
                self._note(event.start_mark.index, path, "an item of the list is empty")
            items.append(item)
        return items

    def _mapping(self, path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(key := next(self._events), MappingEndEvent):
            if not isinstance(key, ScalarEvent):
                raise self._fail(key.start_mark.index, "a key is a single word")
            place = (*path, key.value)
            if place in self.keys:
                first = self.text.count("\n", 0, self.keys[place]) + 1
                self._note(key.start_mark.index, place, f"this key stands twice, first in line {first}")
            self.keys[place] = key.start_mark.index
            value = self._value(next(self._events), place)
            if value is not None:
                found[key.value] = value
            elif re.match(r"[^\n#]*\s#\S", self.text[key.end_mark.index :]):
                self._note(
                    key.start_mark.index, place, 'there is no value: # begins a comment; write it in quotes, "#…"'
                )
        return found

    def _scalar(self, event: ScalarEvent, path: Path) -> str | None:
        if event.style is None and event.value in _NULLS:
            return None
        return self._filled(event.value, event.start_mark.index, path)

    def _filled(self, value: str, offset: int, path: Path) -> str | None:
        """Return the value with its variables filled in; None where an optional one is not set."""
        unset = False

        def fill(match: re.Match[str]) -> str:
            nonlocal unset
            if match[0] == "$$":
                return "$"
            if not match[2] or not _NAME.fullmatch(match[1]):
                self._note(offset, path, f"'{match[0]}' names no variable; write ${{NAME}}, or $$ for a dollar sign")
                return ""
            content = self.environ.get(match[1], "")
            if content:
                self._remember(content.strip(), match[1])
            elif path == MAY_BE_UNSET:
                unset = True
            elif match[1] not in self.environ:
                self._note(offset, path, f"the environment variable {match[1]} is not set")
            return content

        filled = _VARIABLE.sub(fill, value)
        return None if unset else filled

    def _remember(self, content: str, name: str) -> None:
        """Keep what must not be shown; up to three characters are no secret, and would be found in any message."""
        if len(content) > 3:
            self.filled_in[content] = name

    def _note(self, offset: int, path: Path, message: str) -> None:
        self.notes.append((offset, path, message))


def _refused(event: Event) -> str | None:
    if isinstance(event, DocumentStartEvent) and (event.version or event.tags):
        return "directives (%YAML, %TAG) are not allowed"
    if isinstance(event, AliasEvent):
        return "aliases are not allowed; a value that begins with * stands in quotes"
    if getattr(event, "anchor", None):
        return "anchors are not allowed; a value that begins with & stands in quotes"
    if getattr(event, "tag", None) is not None:
        return "tags are not allowed; a value that begins with ! stands in quotes"
    return None


def _place(error: MarkedYAMLError, length: int) -> int:
    opened = error.context_mark is not None and "unexpected end" in (error.problem or "")
    mark = error.context_mark if opened else error.problem_mark or error.context_mark
    return length if mark is None else int(mark.index)


def _plainly(error: MarkedYAMLError) -> str:
    problem = error.problem or "it cannot be read"
    return next((words for part, words in _PLAINLY if part in problem), f"this is no valid YAML: {problem}")


def _step(here: object, step: str | int) -> object:
    if isinstance(here, dict):
        return here.get(step)
    return here[step] if isinstance(here, list) and isinstance(step, int) and step < len(here) else None


def _name_of(item: object) -> str | None:
    if not isinstance(item, dict):
        return None
    return next((item[key] for key in ("id", "name", "title") if isinstance(item.get(key), str)), None)
