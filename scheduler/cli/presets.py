"""Further sources that others poll, to be copied into config.yaml; none of them is polled by being listed here."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from importlib import resources

SEEN = "public code, not verified live"
"""Where the addresses of all presets come from."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A source that may be of use."""

    name: str
    title: str
    url: str
    language: str
    every: str
    seen: str = SEEN

    def row(self) -> dict[str, str | bool]:
        """Return it for a list."""
        return {**asdict(self), "polled": False}


def presets() -> tuple[Preset, ...]:
    """Return all presets, in the order of their file.

    Raises:
        TypeError, KeyError, tomllib.TOMLDecodeError: when the data file is wrong; a test loads it.
    """
    text = resources.files(__package__).joinpath("presets.toml").read_text(encoding="utf-8")
    return tuple(Preset(**row) for row in tomllib.loads(text)["preset"])
