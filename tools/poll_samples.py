"""Serve every feed of a folder on loopback, poll each twice with the real program, and say what was stored.

    make samples DIR=path/to/feeds

The second poll gets every feed with another last byte, so that it is read again. Exits with 1 when the entries stored
are not those of the file, or the second poll brought anything new.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, func, select

from crawler.storage.engine import open_engine, reading
from crawler.storage.schema import articles, mentions
from scheduler.demo.feed_server import Fault, FeedServer, Reply

CONFIG = """\
version: 1
watchlists: [{name: all, certainty: all}]
sources:
SOURCES
storage: {url: "sqlite:///samples.db"}
service: {allow_private_networks: true, health: off}
"""
ITEM = re.compile(rb"<(?:item|entry)[\s>]")


def main(folder: Path) -> int:
    """Poll the feeds of a folder; return the exit code."""
    feeds = feeds_of(folder)
    if not feeds:
        print(f"no feeds in {folder}: files that end in .xml, .rss or .atom are served", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch, FeedServer() as server:
        for name, body in feeds.items():
            server.faults[f"/{name}"] = _served(body)
        _write_config(Path(scratch), server, feeds)
        first, said = _round(Path(scratch), feeds)
        second, _ = _round(Path(scratch), feeds)
    print(said)
    print(f"{'feed':45} {'items':>6} {'stored':>7} {'moves':>6} {'2nd poll':>9}")
    wrong = 0
    for name, body in feeds.items():
        items, (stored, moves), (later, _) = len(ITEM.findall(body)), first[name], second[name]
        wrong += stored != items or later != stored
        print(f"{name:45} {items:6} {stored:7} {moves:6} {later - stored:+9}")
    return 1 if wrong else 0


def feeds_of(folder: Path) -> dict[str, bytes]:
    """Return the feeds of a folder by name: its files that end in .xml, .rss or .atom."""
    files = sorted(folder.iterdir())
    return {file.stem: file.read_bytes() for file in files if file.suffix in (".xml", ".rss", ".atom")}


def _served(body: bytes) -> Fault:
    numbers = count()

    def answer(_headers: Mapping[str, str]) -> Reply:
        return Reply(headers={"Content-Type": "application/xml"}, body=body + b"\n" * next(numbers))

    return answer


def _write_config(folder: Path, server: FeedServer, feeds: Mapping[str, bytes]) -> None:
    lines = [f'  - {{id: "{name}", url: "{server.url(f"/{name}")}", spider: feed, every: 1h}}' for name in feeds]
    (folder / "config.yaml").write_text(CONFIG.replace("SOURCES", "\n".join(lines)))


def _round(folder: Path, feeds: Mapping[str, bytes]) -> tuple[dict[str, tuple[int, int]], str]:
    done = subprocess.run(
        [sys.executable, "-m", "scheduler", "run", "--once"], cwd=folder, check=True, capture_output=True, text=True
    )
    engine = open_engine(f"sqlite:///{folder}/samples.db")
    found = {name: _counted(engine, name) for name in feeds}
    engine.dispose()
    return found, done.stderr


def _counted(engine: Engine, source: str) -> tuple[int, int]:
    stored = select(func.count()).select_from(articles).where(articles.c.source_id == source)
    told = select(func.count()).select_from(mentions).join(articles).where(articles.c.source_id == source)
    with reading(engine) as connection:
        return connection.execute(stored).scalar_one(), connection.execute(told).scalar_one()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
