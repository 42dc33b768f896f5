"""What the crawler's tests share: the reactor, a server on loopback, a way to poll it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from scheduler.demo.feed_server import FeedServer
from tests.crawler.polling import Poller, Reactor, feed_of

# what an example takes depends on what else the machine does; the tests have a timeout of their own
settings.register_profile("chuhai", deadline=None)
settings.load_profile("chuhai")


@pytest.fixture(scope="session")
def reactor() -> Iterator[Reactor]:
    running = Reactor()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def poller(reactor: Reactor, monkeypatch: pytest.MonkeyPatch) -> Poller:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return Poller(reactor)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.feeds["/feed"] = feed_of(["Alpha builds a plant", "Beta ships abroad"])
        yield running
