"""`chuhai demo`: a month offline, the same at every run, as the transcript beside this file shows it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.demo.feed_server import Style
from scheduler.demo.month import FIRST_POLL
from scheduler.demo.news import SOURCES, feed_at, pieces
from tests.acceptance.harness import chuhai
from tools.readme_samples import README, TRANSCRIPT, written

CONFIDENCE = re.compile(r"\b0\.\d\d\b")


def plain(text: str) -> str:
    """The words alone: a figure that a new fit of the weights changes may also move a line's end."""
    return " ".join(CONFIDENCE.sub("0.nn", text).split())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    # a proxy that answers nothing: whatever asked it would fail
    return chuhai(tmp_path_factory.mktemp("demo"), "demo", HTTP_PROXY="http://127.0.0.1:9", https_proxy="127.0.0.1:9")


def test_it_runs_anywhere_and_ends_well(run: subprocess.CompletedProcess[str]) -> None:
    assert (run.returncode, run.stderr) == (0, "")


def test_it_says_what_the_transcript_says(run: subprocess.CompletedProcess[str]) -> None:
    said, kept = run.stdout.splitlines(), TRANSCRIPT.read_text(encoding="utf-8").splitlines()
    same = [CONFIDENCE.sub("0.nn", line) for line in said] == [CONFIDENCE.sub("0.nn", line) for line in kept]
    assert same or plain(run.stdout) == plain("\n".join(kept)), "make demo-golden writes the transcript anew"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Xiaomi → organisation abroad, Germany · under way · 1 source, 1 repeat", id="both languages"),
        pytest.param("Now launched (was announced): Li Auto → market entry, Chile", id="a rumour becomes a launch"),
        pytest.param("Ended: Changan → production abroad, Slovakia · cancelled", id="a withdrawal"),
        pytest.param("Lanqiao → first car of its own, China · announced · 2 sources", id="a new entrant"),
        pytest.param("BYD → production abroad, Morocco · under way · 2 sources", id="one plant of a maker"),
        pytest.param("BYD → production abroad, Vietnam · planned · 1 source", id="another plant: another story"),
        pytest.param("蔚来否认将退出挪威市场 – denial", id="a denial"),
        pytest.param(
            "VinFast Opens Its First Showrooms In Nepal – a move, not told: home VN is not CN", id="not asked for"
        ),
        pytest.param("GAC Comes To Hungary With Two Electric SUVs – a move, not told: known before", id="a round-up"),
    ],
)
def test_it_shows(words: str, run: subprocess.CompletedProcess[str]) -> None:
    assert words in plain(run.stdout)


@pytest.mark.parametrize("ending", ["the reader goes", "Ctrl-C"])
def test_it_ends_at_once_when_one_has_seen_enough(ending: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scheduler", "demo"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while b"June" not in process.stdout.readline():
            pass
        if ending == "Ctrl-C":
            process.send_signal(signal.SIGINT)
        else:
            process.stdout.close()
        try:
            assert process.wait(timeout=30) == (130 if ending == "Ctrl-C" else 1)
            assert process.stderr.read() == b""
        finally:
            process.kill()


def test_the_readme_shows_what_the_program_says() -> None:
    readme = README.read_text(encoding="utf-8")
    assert CONFIDENCE.sub("0.nn", readme) == CONFIDENCE.sub("0.nn", written(readme)), "make demo-golden"


def test_the_month_is_one_as_the_real_feeds_bring_it() -> None:
    month = pieces()
    assert len(month) >= 60
    for source in SOURCES:
        feed = feed_at(source, month[-1].item.published, month)
        dates = [item.published for item in feed.items]
        if feed.style is Style.KR36:
            assert dates != sorted(dates, reverse=True)
            assert not any(item.guid for item in feed.items)
        else:
            assert dates == sorted(dates, reverse=True)
            assert len({item.guid for item in feed.items}) == len(feed.items)
        assert any(item.published < FIRST_POLL for item in feed_at(source, FIRST_POLL, month).items)


def test_no_sample_leads_to_a_real_site() -> None:
    assert {piece.item.link.split("/")[2] for piece in pieces()} == {"cleantechnica.example", "36kr.example"}
