"""tools/torture.py: what it lets pass, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler import feeds
from crawler.feeds import ParsedFeed
from tools import torture

FEED = (
    "<rss version='2.0'><channel><title>N</title><item><title>Alpha ships to Chile</title>"
    "<pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate></item></channel></rss>"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "good.xml").write_text(FEED)
    (tmp_path / "cut.rss").write_text(FEED[:-40])
    (tmp_path / "page.xml").write_text("<html><title>Not here</title></html>")
    (tmp_path / "noise.xml").write_bytes(bytes(range(256)) * 20)
    return tmp_path


def test_feeds_and_what_is_none_pass(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert torture.main(folder) == 0
    rows = dict(line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert {name.strip(): int(rows[name]) for name in rows if name in {"files", "feeds", "entries", "violations"}} == {
        "files": 4,
        "feeds": 2,
        "entries": 1,
        "violations": 0,
    }


def _raises(_feed: ParsedFeed) -> ParsedFeed:
    raise KeyError("x")


def _naive(feed: ParsedFeed) -> ParsedFeed:
    return replace(
        feed,
        entries=tuple(replace(e, published=e.published and e.published.replace(tzinfo=None)) for e in feed.entries),
    )


def _restless() -> Callable[[ParsedFeed], ParsedFeed]:
    numbers = iter(range(1_000))
    return lambda feed: replace(feed, entries=tuple(replace(e, keys=(f"k{next(numbers)}",)) for e in feed.entries))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(_raises, "raises KeyError", id="an exception"),
        pytest.param(_naive, "a date that is not UTC", id="a naive date"),
        pytest.param(_restless(), "other identities", id="new identities"),
        pytest.param(_restless(), "the second pass brings 1 new", id="stored twice"),
    ],
)
def test_a_reader_that_errs_is_found_out(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[ParsedFeed], ParsedFeed],
    said: str,
) -> None:
    whole = feeds.parse_feed
    monkeypatch.setattr(torture, "parse_feed", lambda body, **rest: change(whole(body, **rest)))
    assert torture.main(folder) == 1
    assert said in capsys.readouterr().out


def test_a_folder_without_feeds_is_an_error(tmp_path: Path) -> None:
    assert torture.main(tmp_path) == 1
