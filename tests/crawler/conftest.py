"""What the crawler's tests share: a server on loopback, the reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from crawler.classify import Reader
from crawler.knowledge import load
from scheduler.demo.feed_server import FeedServer
from tests.crawler.polling import feed_of

# what an example takes depends on what else the machine does; the tests have a timeout of their own
settings.register_profile("chuhai", deadline=None)
settings.load_profile("chuhai")


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.feeds["/feed"] = feed_of(["Alpha builds a plant", "Beta ships abroad"])
        yield running


@pytest.fixture(scope="session")
def reader() -> Reader:
    """Return the shipped reader; it holds nothing of what it reads."""
    return Reader(load())
