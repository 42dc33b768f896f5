"""What sites' robots.txt files allow: asked for once a day, shared by all crawls, kept over a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from protego import Protego

from crawler.gate import key
from crawler.units import Clock

AGENT = "chuhai"
"""The name by which a robots.txt may speak of this program."""
FRESH = timedelta(hours=24)
"""How long a robots.txt holds (RFC 9309, 2.4)."""
DENIED = timedelta(hours=1)
"""How long nothing is asked of a host whose robots.txt is answered with an error of the server (a choice)."""
MOST_CHARACTERS = 512_000
"""The rest of a longer one is not read (RFC 9309, 2.5)."""
_SLOW = 30_000
"""Characters; parsing more than this would hold up the loop, and goes to a thread."""
_MOST_HOSTS = 2_000
"""As many as `crawler.gate` keeps; one that is forgotten is asked again at every visit."""


class Unreachable(Exception):  # noqa: N818 - it says what the host is
    """A host gave no answer at all when asked for its robots.txt; the cause tells why."""


Fetch = Callable[[str], Awaitable[tuple[int, bytes]]]
"""Given the address of a robots.txt, returns status and body, or raises `Unreachable`."""


@dataclass(frozen=True, slots=True)
class RobotsTxt:
    """A host's robots.txt as it is kept."""

    host: str
    """Name or address and port, as `crawler.gate.key` gives them."""
    text: str | None
    """None where everything is denied because it could not be had; empty where there is none."""
    status: int
    until: datetime
    """When it is asked for again."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A robots.txt that was read."""

    kept: RobotsTxt
    parsed: Protego | None

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between two requests that it asks for."""
        delay = self.parsed.crawl_delay(AGENT) if self.parsed else None
        return None if delay is None else float(delay)

    def denial(self, url: str) -> str | None:
        """Return in one line why a URL must not be asked for; None where it may."""
        host = urlsplit(url).hostname
        if self.parsed is None:
            told = f"{host} answers HTTP {self.kept.status} when asked what it allows to robots (robots.txt)"
            return f"{told}, so nothing is asked there; it is asked again at {self.kept.until:%H:%M} UTC"
        return None if self.parsed.can_fetch(url, AGENT) else f"{host} forbids this address to robots (robots.txt)"


class Robots:
    """The robots.txt of every host that was asked, in the loop's thread.

    Args:
        clock: the present.
        known: what was kept from an earlier run.
    """

    def __init__(self, clock: Clock, known: Iterable[RobotsTxt] = ()) -> None:
        self._clock = clock
        self._kept = {one.host: one for one in known}
        self._rules: dict[str, Rules] = {}
        self._asking: dict[str, asyncio.Task[Rules]] = {}
        self._unsaved: set[str] = set()

    async def rules(self, url: str, fetch: Fetch) -> Rules:
        """Return the rules for a URL, asking for them where none are kept or they are too old; only once at a time.

        Raises:
            Unreachable: when the host does not answer and no older copy is kept; the next call asks again.
        """
        host = key(url)
        while (kept := self._kept.get(host)) is None or not self._holds(kept):
            asking = self._asking.get(host)
            if asking is None:
                return await self._ask(host, url, fetch)
            await asyncio.wait({asking})
            if not asking.cancelled() and isinstance(error := asking.exception(), Unreachable):
                raise error
        found = self._rules.get(host)
        if found is None or found.kept is not kept:
            found = self._rules[host] = await _read(kept)
        return found

    def _holds(self, kept: RobotsTxt) -> bool:
        """Say whether it is still to be obeyed; one that would hold for days comes from a wrong clock."""
        return timedelta(0) < kept.until - self._clock() <= 2 * FRESH

    async def _ask(self, host: str, url: str, fetch: Fetch) -> Rules:
        task = self._asking[host] = asyncio.ensure_future(self._asked(host, url, fetch))
        try:
            return await task
        finally:
            del self._asking[host]

    async def _asked(self, host: str, url: str, fetch: Fetch) -> Rules:
        parts, old = urlsplit(url), self._kept.get(host)
        try:
            status, body = await fetch(f"{parts.scheme}://{parts.netloc}/robots.txt")
            kept = decide(host, status, body, old, self._clock())
        except Unreachable:
            if old is None or old.text is None:
                raise
            kept = replace(old, until=self._clock() + DENIED)
        rules = await _read(kept)
        if len(self._kept) >= _MOST_HOSTS:
            oldest = min(self._kept.values(), key=lambda one: one.until).host
            del self._kept[oldest]
            self._rules.pop(oldest, None)
        self._kept[host], self._rules[host] = kept, rules
        self._unsaved.add(host)
        return rules

    def changes(self) -> list[RobotsTxt]:
        """Return what was learnt since the last call; `keep_again` what could not be kept."""
        found = [self._kept[host] for host in sorted(self._unsaved & self._kept.keys())]
        self._unsaved.clear()
        return found

    def keep_again(self, texts: Iterable[RobotsTxt]) -> None:
        """Have these among the next changes: they could not be kept."""
        self._unsaved.update(one.host for one in texts)


def decide(host: str, status: int, body: bytes, old: RobotsTxt | None, now: datetime) -> RobotsTxt:
    """Return what to obey after an answer (RFC 9309, 2.3.1).

    Without a robots.txt everything is allowed. An error of the server denies everything, unless an older copy says
    what is allowed; so does "too many requests", which is no answer to the question.
    """
    if status >= 500 or status == 429:
        if old is not None and old.text is not None:
            return replace(old, until=now + DENIED)
        return RobotsTxt(host, None, status, now + DENIED)
    text = body.decode("utf-8", "replace").replace("\x00", "")[:MOST_CHARACTERS] if 200 <= status < 300 else ""
    return RobotsTxt(host, text, status, now + FRESH)


async def _read(kept: RobotsTxt) -> Rules:
    if kept.text is None:
        return Rules(kept, None)
    text = kept.text.removeprefix("\ufeff")
    return Rules(kept, _parsed(text) if len(text) <= _SLOW else await asyncio.to_thread(Protego.parse, text))


@lru_cache(100)
def _parsed(text: str) -> Protego:
    """Return the rules of a text; many hosts have the same one, most of them none."""
    return Protego.parse(text)
