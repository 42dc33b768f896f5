"""Hostile feeds against the real program: where it connects, what it listens on, how much memory it takes."""

# ruff: noqa: N802, N803 - Twisted names the methods and arguments of its interfaces so

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from twisted.internet.address import IPv4Address

from crawler import network
from crawler.models import FeedAnswer, Outcome
from crawler.storage import sources
from crawler.storage.engine import open_engine, reading
from crawler.storage.sources import SourceState
from scheduler.demo.feed_server import FeedServer, Reply
from tests.acceptance.fault_site import RSS, entities, many_items
from tests.acceptance.harness import Program, entry, feed, source, wait_for, write_config
from tests.crawler.polling import Poller

NAME = "rebind.example"
PUBLIC = "93.184.215.14"
"""A public address; nothing here connects to it."""


class Names:
    """A resolver below the guard, that gives one name another address each time it is asked."""

    def __init__(self, below: network._Resolver, addresses: list[str]) -> None:
        self.below, self.addresses, self.given = below, addresses, list[str]()

    def resolveHostName(
        self, resolutionReceiver: network._Receiver, hostName: str, portNumber: int = 0, *rest: object
    ) -> object:
        if hostName != NAME:
            return self.below.resolveHostName(resolutionReceiver, hostName, portNumber, *rest)  # type: ignore[arg-type]  # handed on as they came
        resolutionReceiver.resolutionBegan(self)
        self.given.append(self.addresses[min(len(self.given), len(self.addresses) - 1)])
        resolutionReceiver.addressResolved(IPv4Address("TCP", self.given[-1], portNumber))
        resolutionReceiver.resolutionComplete()
        return self


@pytest.fixture
def names(poller: Poller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    """The name rebind.example leads to 127.0.0.1, until a test says otherwise."""
    guard = network.install(import_module("twisted.internet.reactor"))
    found = Names(guard._resolver, ["127.0.0.1"])
    monkeypatch.setattr(guard, "_resolver", found)
    yield found


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.feeds["/feed"] = feed(entry("Alpha ships to Chile", 1))
        yield running


def refused(answer: FeedAnswer) -> bool:
    return answer.outcome is Outcome.ERROR and "private address" in (answer.reason or "")


def test_a_public_name_that_leads_to_this_machine_is_not_connected_to(
    poller: Poller, server: FeedServer, names: Names
) -> None:
    poller.allow_private = False
    assert refused(poller.ask(f"http://{NAME}:{server.port}/feed"))
    assert names.given
    assert server.requests == []


def test_a_redirect_to_a_name_that_leads_to_this_machine_is_not_followed(
    poller: Poller, server: FeedServer, names: Names
) -> None:
    server.faults["/feed"] = lambda _: Reply(302, {"Location": f"http://{NAME}:{server.port}/secret"})
    answer = poller.ask(server.url("/feed"))
    assert answer.outcome is Outcome.ERROR
    assert server.asked("/secret") == []


def test_of_a_name_that_is_rebound_only_the_public_addresses_are_ever_handed_to_a_connection(names: Names) -> None:
    guard = network.install(import_module("twisted.internet.reactor"))
    names.addresses = [PUBLIC if n % 2 else "127.0.0.1" for n in range(10)]
    passed: list[str] = []

    class Receiver:
        def resolutionBegan(self, resolution: object) -> None: ...
        def resolutionComplete(self) -> None: ...
        def addressResolved(self, address: object) -> None:
            passed.append(address.host)  # type: ignore[attr-defined]  # Twisted's

    for _ in range(10):
        guard.resolveHostName(Receiver(), NAME, 80)
    assert names.given == names.addresses
    assert passed == [PUBLIC] * 5


def listening(pid: int) -> set[str]:
    """Return the local addresses, in hexadecimal, on which a process listens for TCP."""
    links = [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    inodes = {found[1] for link in links if (found := re.fullmatch(r"socket:\[(\d+)\]", str(link)))}
    tables = [Path(f"/proc/{pid}/net/{name}").read_text() for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table.splitlines()]
    return {row[1] for row in rows if row[3] == "0A" and row[9] in inodes}


def most_memory(pid: int) -> float:
    """Return the most memory that a process has taken so far, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1_000


def hostile(body: bytes) -> dict[str, Reply]:
    spaces = body + b" " * 200_000_000
    nested = body.replace(b"<item>", b"<item>" + b"<b>" * 190_000 + b"</b>" * 190_000, 1)[:5_000_000]
    wide = body.replace(b"</channel>", b"<item><title>" + b"long " * 20_000 + b"</title></item></channel>")
    return {
        "gzip": Reply(200, {"Content-Type": RSS, "Content-Encoding": "gzip"}, gzip.compress(spaces)),
        "brotli": Reply(200, {"Content-Type": RSS, "Content-Encoding": "br"}, brotli.compress(spaces, quality=1)),
        "nested": Reply(200, {"Content-Type": RSS}, nested),
        "many": Reply(200, {"Content-Type": RSS}, many_items(body)),
        "wide": Reply(200, {"Content-Type": RSS}, wide),
        "entities": Reply(200, {"Content-Type": RSS}, entities(body)),
        "comments": Reply(200, {"Content-Type": RSS}, body.replace(b"<item>", b"<!--" * 200_000 + b"<item>", 1)),
        "path": Reply(200, {"Content-Type": RSS}, b"/etc/passwd"),
        "address": Reply(200, {"Content-Type": RSS}, b"http://127.0.0.1:1/other"),
    }


def test_hostile_feeds_cost_little_memory_and_no_other_source_its_poll_and_nothing_listens(tmp_path: Path) -> None:
    with FeedServer() as bad, FeedServer() as good:
        good.feeds["/feed"] = feed(entry("Alpha ships to Chile", 1))
        replies = hostile(good.feeds["/feed"].rss())
        for name, reply in replies.items():
            bad.faults[f"/{name}"] = lambda _, reply=reply: reply  # type: ignore[misc]  # bound here, for each its own
        written = [source(name, bad.url(f"/{name}"), every="5m") for name in replies]
        write_config(tmp_path, [*written, source("well", good.url("/feed"), every="1s")], good.url("/slack/"))
        with Program(tmp_path) as running:
            wait_for("every hostile feed", lambda: all(bad.asked(f"/{name}") for name in replies), 60)
            wait_for("an answer of each", lambda: states(tmp_path).keys() >= {*replies, "well"}, 60)
            before = len(good.asked("/feed"))
            wait_for("further polls of the other", lambda: len(good.asked("/feed")) > before + 1)
            assert listening(running.process.pid) == set()
            assert most_memory(running.process.pid) < 300
        # neither the path nor the address that a body consisted of was opened
        assert [states(tmp_path)[name].outcome for name in ("path", "address")] == [Outcome.NOT_A_FEED] * 2


def states(folder: Path) -> dict[str, SourceState]:
    engine = open_engine(f"sqlite:///{folder}/data/chuhai.db")
    with reading(engine) as connection:
        found = sources.states(connection)
    engine.dispose()
    return found
