"""What is wrong with config.yaml, said so that its author finds the place, and without showing a secret."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.text import one_line, shorten

SLACK_TOKEN = re.compile(r"xox[a-z](?:\.[a-z]+)?-[A-Za-z0-9-]+")
"""A Slack token as it stands in a text (Slack's documentation of token types)."""

_SECRETS = (
    SLACK_TOKEN,
    re.compile(r"(?<=hooks\.slack\.com/)[^\s\"']+"),
    re.compile(r"(?<=://)[^\s/\"']*(?=@)"),
    re.compile(r"(?<=\btoken)[\"']?\s*:\s*[^\s,}$][^\s,}]*"),
    re.compile(r"(?<=\bwebhook_url)[\"']?\s*:\s*[^\s,}$][^\s,}]*"),
)
_WIDEST = 160


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, or doubtful, in a configuration file."""

    file: str
    line: int
    """From 1."""
    col: int
    """From 1, in characters."""
    key: str
    """Such as `sources[electrek].every`; empty for the file as a whole."""
    message: str
    suggestion: str | None = None
    source: str = ""
    """The line of the file, its secrets masked."""

    def __str__(self) -> str:
        """Return `file:line:col: key: what is wrong – did you mean 'x'?`, the line, and a caret below its place."""
        return "\n".join([self.headline, *self._excerpt()])

    @property
    def headline(self) -> str:
        """The first line of the text alone, fit for a log or a message."""
        meant = f" – did you mean '{self.suggestion}'?" if self.suggestion else ""
        key = f"{self.key}: " if self.key else ""
        return f"{self.file}:{self.line}:{self.col}: {key}{self.message}{meant}"

    def _excerpt(self) -> list[str]:
        if not self.source.strip():
            return []
        start = max(0, self.col - 1 - _WIDEST // 2) if self.col > _WIDEST else 0
        shown = self.source[start : start + _WIDEST].replace("\t", " ")
        return [f"    {shown}", "    " + _blanks(shown[: self.col - 1 - start]) + "^"]


def _blanks(text: str) -> str:
    """Return as many blanks as the text is wide: Chinese characters take two columns of a terminal."""
    return "".join(
        "\u3000" if re.match(r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]", c) else " " for c in text
    )


class ConfigError(Exception):
    """A configuration that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.col, problem.key)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return all problems, in the order of the file."""
        return "\n".join(str(problem) for problem in self.problems)


def mask(text: str) -> str:
    """Return the text with everything that looks like a token, a webhook or a password replaced by as many `*`."""
    for secret in _SECRETS:
        text = secret.sub(_stars, text)
    return text


def _stars(found: re.Match[str]) -> str:
    """Return as many stars as the secret is long, what leads to it left as it is."""
    lead = re.match(r"[\"']?\s*:\s*|", found[0])
    shown = lead[0] if lead else ""
    return shown + "*" * (len(found[0]) - len(shown))


def closest(word: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """Return the known word most like this one, if one is at least so much alike (0 to 1; 0.6 is difflib's own)."""
    by_folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=alike)
    return by_folded[found[0]] if found else None


def plain(text: str) -> str:
    """Return a message on one line of bearable length, without secrets and control characters."""
    return shorten(one_line(mask(text)), 400)
