"""Manners towards hosts: who may be asked when, one gate for the whole process and all its crawls."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import IntEnum
from functools import lru_cache
from math import inf

from crawler.network import literal, origin
from crawler.units import Clock

GAP = 1.0
"""Seconds between the end of one request to a host and the start of the next (a choice; none on loopback)."""
LONGEST_GAP = 900.0
"""Seconds; a robots.txt that asks for more between two requests is taken to ask for a quarter of an hour."""
LONGEST_WAIT = 86_400.0
"""Seconds; a server that asks for more than a day is asked again after one."""
PATIENCE = 1.0
"""Seconds after which a request that hangs on this very machine holds up no other one there."""
_WORTH_KEEPING = 5.0
"""Seconds; a shorter gap is over before a restart is."""
_SHORTEST_POSTPONEMENT = 2.0
_MOST_HOSTS = 2_000


class Turn(IntEnum):
    """What a request is for; the lower goes first."""

    ROBOTS = 0
    """It tells the gap to keep, so it is not held to it."""
    FOLLOWING = 1
    """A redirect within the host, or a second try: part of a visit that has begun."""
    FEED = 2
    PAGE = 3


class Postponed(Exception):  # noqa: N818 - it says what was done
    """A request that manners forbid for now; nothing was asked, so it says nothing about the host."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} is not to be asked for another {seconds:.0f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class HostTimes:
    """What a restart must not forget of a host."""

    host: str
    """Name or address and port, as `key` gives them."""
    next_at: datetime | None
    """No visit before; from the gap its robots.txt asks for."""
    penalty_until: datetime | None
    """No request before; from a Retry-After."""


@dataclass(slots=True, eq=False)
class _Waiter:
    turn: Turn
    number: int
    latest: float
    admitted: asyncio.Future[float | None]
    """When it began; None when it is too late."""


@dataclass(slots=True, eq=False)
class _Host:
    gap: float
    local: bool
    delay: float = 0.0
    next_request: float = -inf
    next_visit: float = -inf
    penalty_until: float = -inf
    begun: list[float] = field(default_factory=list)
    waiting: list[_Waiter] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None

    @property
    def pause(self) -> float:
        return max(self.gap, self.delay)

    def free_at(self, turn: Turn) -> float:
        """Return from when on the host may be asked, whatever is under way there."""
        visit = self.next_visit if turn >= Turn.FEED else -inf
        return max(self.next_request, self.penalty_until, visit)

    def earliest(self, turn: Turn) -> float:
        """Return when the host may be asked; `inf` while that hangs on a request under way."""
        if not self.begun:
            return self.free_at(turn)
        last = self.begun[-1] + PATIENCE if self.local and not self.delay else inf
        return max(self.free_at(turn), last)


class Gate:
    """Lets one request at a time through to each host:port, with its gap; lives in the loop's thread.

    Args:
        clock: the present, for what is kept over a restart.
        known: what was kept; moments further away than any rule allows come from a clock that was wrong, and are cut.
        gap: seconds between two requests to a host that is not this machine.
        monotonic: seconds of a clock that never jumps.
    """

    def __init__(
        self,
        clock: Clock,
        known: Iterable[HostTimes] = (),
        *,
        gap: float = GAP,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._gap = gap
        self._monotonic = monotonic
        self._hosts: dict[str, _Host] = {}
        self._unsaved: set[str] = set()
        self._claimed: frozenset[str] = frozenset()
        self._numbers = itertools.count()
        for times in known:
            host = self._of(times.host)
            host.next_visit = self._remaining(times.next_at, LONGEST_GAP)
            host.penalty_until = self._remaining(times.penalty_until, LONGEST_WAIT)

    def _remaining(self, moment: datetime | None, longest: float) -> float:
        if moment is None:
            return -inf
        return self._monotonic() + min((moment - self._clock()).total_seconds(), longest)

    def _of(self, place: str) -> _Host:
        host = self._hosts.get(place)
        if host is None:
            local = _is_loopback(place.rpartition(":")[0])
            host = self._hosts[place] = _Host(0.0 if local else self._gap, local)
        return host

    def wait(self, url: str) -> float:
        """Return the seconds until the host of a URL may be visited, not counting who else waits; 0 is now."""
        host = self._hosts.get(key(url))
        return 0.0 if host is None else max(0.0, host.free_at(Turn.FEED) - self._monotonic())

    def pause(self, url: str) -> float:
        """Return the seconds that lie between two visits to the host of a URL."""
        return self._of(key(url)).pause

    def slow_down(self, url: str, delay: float | None) -> None:
        """Keep the gap that the robots.txt of this URL's host asks for, in seconds, at most `LONGEST_GAP`."""
        self._of(key(url)).delay = min(max(delay or 0.0, 0.0), LONGEST_GAP)

    def penalise(self, url: str, seconds: float) -> None:
        """Stay away from the whole host of a URL for so many seconds, at most `LONGEST_WAIT`."""
        place = key(url)
        host = self._of(place)
        until = self._monotonic() + min(max(seconds, 0.0), LONGEST_WAIT)
        if until > host.penalty_until:
            host.penalty_until = until
            self._unsaved.add(place)
            self._pump(place, host)

    def heed(self, url: str, header: str | None) -> None:
        """Stay away from the host of a URL as long as its Retry-After header asks for, if it has one."""
        seconds = retry_after(header, self._clock())
        if seconds:
            self.penalise(url, seconds)

    def claim(self, urls: Collection[str]) -> None:
        """Keep the next turn at the hosts of these URLs for feeds that wait to be polled: pages come after them."""
        freed = self._claimed - (claimed := frozenset(key(url) for url in urls))
        self._claimed = claimed
        for place in freed & self._hosts.keys():
            self._pump(place, self._hosts[place])

    @asynccontextmanager
    async def turn(self, url: str, turn: Turn, *, latest: float) -> AsyncIterator[None]:
        """Wait for the host's turn; the request is what happens in the block.

        Args:
            url: what will be asked for.
            turn: what for.
            latest: moment of the monotonic clock after which it is too late to begin.

        Raises:
            Postponed: when the turn cannot come in time.
        """
        place = key(url)
        host = self._of(place)
        began = await self._admit(place, host, turn, latest)
        try:
            yield
        finally:
            self._end(place, host, turn, began)

    async def _admit(self, place: str, host: _Host, turn: Turn, latest: float) -> float:
        admitted: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(turn, next(self._numbers), latest, admitted)
        host.waiting.append(waiter)
        self._pump(place, host)
        try:
            if not admitted.done():
                await asyncio.wait({admitted}, timeout=max(0.0, latest - self._monotonic()))
        except asyncio.CancelledError:
            if admitted.done() and (began := admitted.result()) is not None:
                host.begun.remove(began)
                self._pump(place, host)
            raise
        finally:
            if waiter in host.waiting:
                host.waiting.remove(waiter)
        if not admitted.done() or (began := admitted.result()) is None:
            away = host.free_at(turn) - self._monotonic()
            raise Postponed(place, max(away, host.pause, _SHORTEST_POSTPONEMENT))
        return began

    def _pump(self, place: str, host: _Host) -> None:
        """Let in whoever is next, if it is time; else see to it that somebody looks when it is."""
        if host.timer is not None:
            host.timer.cancel()
            host.timer = None
        for waiter in sorted(host.waiting, key=lambda waiter: (waiter.turn, waiter.number)):
            if waiter.turn is Turn.PAGE and place in self._claimed:
                continue
            now, at = self._monotonic(), host.earliest(waiter.turn)
            too_late = host.free_at(waiter.turn) > max(now, waiter.latest)
            if at > now and not too_late:
                self._look_again(place, host, at - now)
                return
            host.waiting.remove(waiter)
            if not too_late:
                host.begun.append(now)
            waiter.admitted.set_result(None if too_late else now)

    def _look_again(self, place: str, host: _Host, seconds: float) -> None:
        if seconds < inf:
            host.timer = asyncio.get_running_loop().call_later(seconds, self._pump, place, host)

    def _end(self, place: str, host: _Host, turn: Turn, began: float) -> None:
        host.begun.remove(began)
        now = self._monotonic()
        host.next_request = max(host.next_request, now + host.gap)
        if turn is not Turn.ROBOTS:
            host.next_visit = max(host.next_visit, now + host.pause)
            if host.delay > _WORTH_KEEPING:
                self._unsaved.add(place)
        self._pump(place, host)

    def changes(self) -> list[HostTimes]:
        """Return what is to be kept of the hosts that changed since the last call; `keep_again` what could not be."""
        found = [self._times(place, self._hosts[place]) for place in sorted(self._unsaved & self._hosts.keys())]
        self._unsaved.clear()
        self._forget()
        return found

    def keep_again(self, times: Iterable[HostTimes]) -> None:
        """Have these among the next changes: they could not be kept."""
        self._unsaved.update(one.host for one in times)

    def _times(self, place: str, host: _Host) -> HostTimes:
        return HostTimes(place, self._moment(host.next_visit), self._moment(host.penalty_until))

    def _moment(self, at: float) -> datetime | None:
        away = at - self._monotonic()
        return self._clock() + timedelta(seconds=away) if 0 < away < inf else None

    def _forget(self) -> None:
        """Drop hosts that nothing is to be remembered of, when links have led to very many."""
        if len(self._hosts) > _MOST_HOSTS:
            now = self._monotonic()
            idle = [
                place
                for place, host in self._hosts.items()
                if not host.begun and not host.waiting and host.free_at(Turn.PAGE) < now
            ]
            for place in idle:
                del self._hosts[place]


@lru_cache(4 * _MOST_HOSTS)
def key(url: str) -> str:
    """Return host:port of a URL, by which manners are kept."""
    _, host, port = origin(url)
    return f"{host}:{port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = literal(host)
    return address is not None and ipaddress.ip_address(address).is_loopback


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for, in either of its forms, at most a day."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), LONGEST_WAIT)
