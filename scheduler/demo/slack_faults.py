"""What the fake Slack is asked, and the faults a test may let it answer with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came."""

    at: float
    """Seconds of `time.monotonic`."""
    method: str
    """Such as `chat.postMessage`."""
    params: Mapping[str, Any]
    token: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a hook lets the server do in place of, or before, the usual answer."""

    status: int = 200
    body: bytes | None = None
    """None: the usual answer."""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before anything is answered."""
    drop: bool = False
    """The connection is reset in place of an answer."""


Hook = Callable[[Call], Answer | None]
"""Looks at a request; None lets it pass."""


def error(code: str) -> Answer:
    """Answer with one of Slack's error codes."""
    return Answer(body=json.dumps({"ok": False, "error": code}).encode())


def rate_limited(seconds: int | None) -> Answer:
    """Answer 429, with the seconds to wait unless they are None."""
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return Answer(429, json.dumps({"ok": False, "error": "ratelimited"}).encode(), headers)


def broken(status: int = 503, body: bytes = b"<html>upstream sent no answer</html>") -> Answer:
    """Answer as a failing front end does: a status and a page instead of JSON."""
    return Answer(status, body, {"Content-Type": "text/html"})


def dropped() -> Answer:
    """Reset the connection without an answer."""
    return Answer(drop=True)


def delayed(seconds: float) -> Answer:
    """Answer as usual, but late."""
    return Answer(delay=seconds)
