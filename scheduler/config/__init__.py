"""Loading config.yaml: every error at once with its place, secrets kept out of sight, the last good one remembered."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from scheduler.config.check import checked
from scheduler.config.errors import ConfigError, Problem
from scheduler.config.file import Document, problem_at, read_document
from scheduler.config.notes import difference, not_yet_in_force, warnings_of
from scheduler.config.sections import Config, ServiceConfig, between_sections

__all__ = [
    "LARGEST_FILE",
    "LAST_GOOD",
    "Config",
    "ConfigError",
    "LoadedConfig",
    "Problem",
    "ServiceConfig",
    "difference",
    "load",
    "load_last_good",
    "not_yet_in_force",
    "parse",
    "remember",
]

LAST_GOOD = ".chuhai-last-good.yaml"
"""The name of the copy beside config.yaml."""

LARGEST_FILE = 1_000_000
"""Bytes; a configuration is written by hand, and the parser takes seconds for a megabyte."""


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A configuration that can be used, with the text it came from."""

    config: Config
    """Relative paths in it are made absolute, from the folder of the file."""
    path: Path
    text: str = field(repr=False)
    """As written, `${…}` unresolved."""
    digest: str
    """SHA-256 of the file's bytes, hexadecimal."""
    warnings: tuple[Problem, ...]
    not_yet_in_force: tuple[str, ...]
    document: Document = field(repr=False)
    """Knows the place of every value, for errors found later."""


def load(path: Path, environ: Mapping[str, str]) -> LoadedConfig:
    """Return the configuration in a file.

    Raises:
        ConfigError: when it cannot be read or used, with all that is wrong.
    """
    raw = _read(path)
    return parse(_decoded(raw, str(path)), path, environ, hashlib.sha256(raw).hexdigest())


def parse(text: str, path: Path, environ: Mapping[str, str], digest: str | None = None) -> LoadedConfig:
    """Return the configuration a text holds; `path` names it in errors, and its folder is that of relative paths.

    Raises:
        ConfigError: with all that is wrong.
    """
    document = read_document(text, str(path), environ)
    noted, problems = document.noted(), between_sections(document)
    try:
        config = _anchored(checked(Config, document), path.absolute().parent)
    except ConfigError as error:
        raise ConfigError([*noted, *_without_echoes(noted, (*problems, *error.problems))]) from None
    problems = _without_echoes(noted, (*problems, *_missing_files(config, document)))
    if noted or problems:
        raise ConfigError([*noted, *problems])
    digest = digest or hashlib.sha256(text.encode()).hexdigest()
    return LoadedConfig(config, path, text, digest, warnings_of(config, document), not_yet_in_force(config), document)


def remember(path: Path, loaded: LoadedConfig) -> Path:
    """Keep the text of a configuration that was loaded from `path` as the last good one; return where.

    Readable by its owner only; replaced as a whole, so that a crash leaves the old one or the new one.

    Raises:
        OSError: when the folder cannot be written to.
    """
    kept = path.absolute().parent / LAST_GOOD
    handle, temporary = tempfile.mkstemp(prefix=LAST_GOOD, dir=kept.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(loaded.text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(kept)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return kept


def load_last_good(path: Path, environ: Mapping[str, str]) -> LoadedConfig:
    """Return the last good configuration kept beside `path`.

    Raises:
        ConfigError: when there is none, or it cannot be used either (a variable it needs is gone).
    """
    return load(path.absolute().parent / LAST_GOOD, environ)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        message = "there is no such file; chuhai init writes one to start from"
        raise ConfigError([Problem(str(path), 1, 1, "", message)]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError([Problem(str(path), 1, 1, "", f"the file cannot be read: {reason}")]) from None
    if len(raw) > LARGEST_FILE:
        raise ConfigError([Problem(str(path), 1, 1, "", f"the file is larger than {LARGEST_FILE:,} bytes")])
    return raw


def _decoded(raw: bytes, file: str) -> str:
    try:
        return raw.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        message = "the file is not UTF-8 from here on; save it with the encoding UTF-8"
        raise ConfigError([problem_at(file, before, len(before), "", message)]) from None


def _anchored(config: Config, folder: Path) -> Config:
    storage = config.storage.model_copy(update={"url": _anchored_url(config.storage.url, folder)})
    token_file = config.slack.token_file
    slack = config.slack.model_copy(update={"token_file": folder / token_file}) if token_file else config.slack
    return config.model_copy(update={"storage": storage, "slack": slack})


def _anchored_url(url: SecretStr, folder: Path) -> SecretStr:
    scheme, _, place = url.get_secret_value().partition(":///")
    if scheme != "sqlite" or place in {"", ":memory:"} or place.startswith(("/", "file:")):
        return url
    return SecretStr(f"sqlite:///{folder / place}")


def _without_echoes(noted: list[Problem], later: Iterable[Problem]) -> list[Problem]:
    """Leave out what is said of a place where reading failed already: an unset variable is no bad address too."""
    places = {(problem.line, problem.col) for problem in noted}
    return [problem for problem in later if (problem.line, problem.col) not in places]


def _missing_files(config: Config, document: Document) -> list[Problem]:
    try:
        token = config.slack.bot_token() if config.slack.token_file else SecretStr("-")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        return [document.problem(("slack", "token_file"), f"the file cannot be read: {reason}")]
    return [] if token else [document.problem(("slack", "token_file"), "the file is empty")]
