"""What the tests of alerting share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from crawler.knowledge import Knowledge, load
from scheduler.demo.fake_slack import FakeSlack
from tests.alerts.model_slack import ModelSlack
from tests.alerts.newsroom import Newsroom


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The shipped knowledge."""
    return load()


@pytest.fixture
def newsroom(engine: Engine, knowledge: Knowledge) -> Newsroom:
    """A database of each kind in turn, to which a test adds news."""
    return Newsroom(engine, knowledge)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A Slack of our own."""
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def model(newsroom: Newsroom) -> ModelSlack:
    """A Slack that answers as a test wants it to."""
    return ModelSlack(newsroom.clock)
