"""Polls through the real runner in the one reactor a process can have; and a feed to poll."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from crawler.models import FeedAnswer, PollRequest
from crawler.runner import Runner, run_main
from crawler.settings import scrapy_settings
from crawler.units import Clock, now
from scheduler.demo.feed_server import Feed, Item

Result = TypeVar("Result")


class Reactor:
    """Twisted's reactor in a thread of its own, run as the service runs it."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=run_main, args=(self._main,), daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(20)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(20)
        assert not self._thread.is_alive()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    async def _main(self) -> int:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._done.wait()
        return 0


@dataclass
class Poller:
    """Polls through the real runner, in the reactor's thread, and keeps what the handler was given."""

    reactor: Reactor
    allow_private: bool = True
    timeout: float = 5.0
    clock: Clock = now
    handled: list[FeedAnswer] = field(default_factory=list)

    async def runner(self) -> Runner:
        settings = {**scrapy_settings(contact="https://bot.example", version="9.9"), "DOWNLOAD_TIMEOUT": self.timeout}
        return Runner(settings, allow_private=self.allow_private, clock=self.clock)

    def poll(self, *requests: PollRequest, deadline: float = 20.0) -> dict[str, FeedAnswer]:
        """Poll these sources and return their answers, as they were handled where they were."""

        async def once() -> dict[str, FeedAnswer]:
            runner = await self.runner()
            before = len(self.handled)
            answers = await runner.poll(requests, self.handled.extend, deadline=deadline)
            return {**answers, **{answer.source: answer for answer in self.handled[before:]}}

        return self.reactor.run(once())

    def ask(self, *urls: str, **known: str) -> FeedAnswer:
        """Poll one source and return its answer, which is also the one that was handled."""
        answers = self.poll(request(*urls, **known))
        assert self.handled[-1:] == list(answers.values())
        return answers["news"]


def request(*urls: str, source: str = "news", **known: Any) -> PollRequest:
    return PollRequest(source, urls, **known)


def feed_of(titles: Sequence[str]) -> Feed:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    items = [
        Item(title, f"https://news.example/2026/{number}", f"<p>{title}, it is said.</p>", moment, guid=f"g{number}")
        for number, title in enumerate(titles)
    ]
    return Feed("News", "https://news.example/", items)
