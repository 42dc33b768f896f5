"""Log lines for people: one event a line, no control characters from outside, no secrets at any level."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_SECRETS = (
    re.compile(r"xox[a-z]-[A-Za-z0-9-]+|xapp-[A-Za-z0-9-]+"),
    re.compile(r"(?<=hooks\.slack\.com/)[A-Za-z0-9/_-]+"),
    re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"),
)
_QUIET = ("scrapy", "twisted", "apscheduler", "slack_sdk", "alembic", "asyncio", "urllib3", "hpack", "trafilatura")


LINES = {"keeps_lines": True}
"""As `extra` of a log call: the message is ours, of several lines, and is shown so."""


class LineFormatter(logging.Formatter):
    """`2026-11-23 08:00:00Z INFO crawler.ingest: what happened`; a traceback follows indented."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Blot out these texts too, besides everything that looks like a token."""
        super().__init__()
        self._secrets = tuple(secret for secret in secrets if len(secret) > 5)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text, safe to print."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        indented = "\n    " if getattr(record, "keeps_lines", False) else " ⏎ "
        message = record.getMessage().replace("\r", " ").replace("\n", indented)
        line = f"{at} {record.levelname:7} {record.name}: {message}"
        if record.exc_info:
            line += "\n    " + self.formatException(record.exc_info).replace("\n", "\n    ")
        return self._without_secrets(_CONTROL.sub("�", line))

    def _without_secrets(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "***")
        for pattern in _SECRETS:
            line = pattern.sub("***", line)
        return line


def configure(*, verbose: bool = False, secrets: Iterable[str] = ()) -> None:
    """Send all logging to standard error, ours from INFO on (DEBUG if verbose), libraries' from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
