"""Noticing that config.yaml changed: by its content, stable over two looks, so that no half-written file is taken."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from scheduler.config import LARGEST_FILE, ConfigError, LoadedConfig, Problem

_GONE = "gone"


class ConfigWatch:
    """Looks at one file; call `check` about once a second.

    Looking at the content rather than at times or file-system events serves for all ways of saving a file: written in
    place, replaced by a rename, a swapped symbolic link, a mounted volume.
    """

    def __init__(self, path: Path, running: str, load: Callable[[], LoadedConfig]) -> None:
        """Watch `path`; `running` is the digest of what runs now, `load` reads the file anew (and may raise)."""
        self._path, self._load = path, load
        self._seen = self._answered = running

    def check(self) -> LoadedConfig | ConfigError | None:
        """Return the new configuration, or why it is refused, once per content; None while there is nothing to say.

        A file put back as it was after a refusal is returned too: its `difference` to the running one is empty. A file
        that is gone over two looks is a refusal.
        """
        digest = self._look()
        settled, self._seen = digest == self._seen, digest
        if not settled or digest == self._answered:
            return None
        answer = self._answer()
        if isinstance(answer, LoadedConfig) and answer.digest != digest:
            return None  # changed again between the look and the loading
        self._answered = digest
        return answer

    def _answer(self) -> LoadedConfig | ConfigError:
        try:
            return self._load()
        except ConfigError as error:
            return error

    def _look(self) -> str:
        try:
            with self._path.open("rb") as file:
                return hashlib.sha256(file.read(LARGEST_FILE + 1)).hexdigest()
        except (OSError, ValueError):
            return _GONE


def refused_words(error: ConfigError) -> str:
    """Return a refusal on one line, for the ops channel: the first problem and how many more there are."""
    first: Problem = error.problems[0]
    more = len(error.problems) - 1
    return first.headline + (f" (and {more} more)" if more else "")
