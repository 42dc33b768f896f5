"""docs/howto/correct-the-reader.md, followed to the letter by the real program against feeds on loopback."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from scheduler.demo.feed_server import FeedServer
from tests.acceptance.harness import chuhai, entry, feed, source, write_config
from tools import evaluate, fit

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "correct-the-reader.md").read_text(encoding="utf-8")
TITLES = (
    "BYD enters Kenya with three electric cars",
    "Zeekr enters Peru with two electric cars",
    "Voyah To Build A Car Plant In Egypt",
)


def commands(program: str) -> list[list[str]]:
    """The commands of the page that run a program, in order, each without its name."""
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.strip().splitlines()]
    return [words[1:] for words in map(shlex.split, lines) if words[0] == program]


def options(command: list[str], target: str, labels: Path) -> list[str]:
    """What the Makefile hands the tool of a target, paths as they are from here."""
    assert command[0] == target
    given = dict(word.split("=", 1) for word in command[1:])
    paths = [labels if path == "labels.jsonl" else ROOT / path for path in given["DATA"].split()]
    return [*map(str, paths), *given.get("OPTIONS", "").split()]


def test_the_page_leads_from_an_event_to_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with FeedServer() as server:
        server.feeds["/feed/"] = feed(*(entry(title, n) for n, title in enumerate(TITLES)))
        write_config(tmp_path, [source("news", server.url("/feed/"), first_poll="tell")], server.url("/slack/"))
        assert chuhai(tmp_path, "run", "--once").returncode == 0

    for command in commands("chuhai"):
        done = chuhai(tmp_path, *command)
        assert done.returncode == 0, done.stderr
        if "label" not in command:
            assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["3", "2", "1"]
    labels = tmp_path / "labels.jsonl"
    found = {row["judged"][0]["verdict"]: row for row in map(json.loads, labels.read_text().splitlines())}
    assert found.keys() == {"right", "wrong-company", "wrong-place"}
    assert found["wrong-company"]["events"][0]["company"] == "Geely"
    assert found["wrong-place"]["events"][0]["destinations"] == ["NO", "SE"]
    assert all(verdict in done.stdout for verdict in found)

    measured, fitted = commands("make")
    assert evaluate.main(options(measured, "eval", labels)) == 0
    assert "en clear" in capsys.readouterr().out
    monkeypatch.setattr(fit, "TARGET", tmp_path / "weights.json")
    assert fit.main(options(fitted, "fit", labels)) == 0
    assert "labels.jsonl" in json.loads((tmp_path / "weights.json").read_text())["data"]


def test_the_make_targets_of_the_page_are_the_makefile_s() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target, module in (("eval", "tools.evaluate"), ("fit", "tools.fit")):
        assert re.search(
            rf"^{target}: .*\n\t\$\(BIN\)/python -m {module} \$\(DATA\) \$\(OPTIONS\)$", makefile, re.MULTILINE
        )
