"""The command line, in this process: what it prints, where, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.ingest import ingest
from crawler.models import Entry, FeedAnswer, Outcome
from crawler.storage.engine import open_engine
from crawler.urls import article_keys
from scheduler.cli import app
from scheduler.cli.files import shipped
from scheduler.config import load
from scheduler.delivery import Delivery
from scheduler.jobs import set_up
from scheduler.migrations import upgrade

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
CONFIG = """\
version: 1
watchlists: [{name: Abroad, home: [CN], markets: any, certainty: all, send_to: "#abroad"}]
sources:
  - {id: en, url: "https://news.example/feed", every: 1h, first_poll: tell}
  - {id: never, url: "https://other.example/feed", every: 1h}
service: {health: off}
"""


def chuhai(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "CHUHAI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def told(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A database in which one move was found and told on the terminal; one poll failed."""
    path = folder / "config.yaml"
    path.write_text(CONFIG)
    engine = open_engine(f"sqlite:///{folder}/data/chuhai.db")
    upgrade(engine)
    setup = set_up(load(path, {}), engine)
    title, url = "=BYD enters Kenya with three electric cars", "https://news.example/p/1"
    entry = Entry(article_keys("en", url, None, title, NOW), url, title, title[1:] + ".", "en", NOW)
    ingest(FeedAnswer("en", Outcome.OK, NOW, url, entries=(entry,)), setup.desk, quiet_baseline=False)
    ingest(FeedAnswer("en", Outcome.ERROR, NOW, url, reason="no answer within 25 s"), setup.desk)
    delivery = Delivery(setup, lambda: NOW)
    delivery.match()
    while delivery.step() is not None:
        pass
    engine.dispose()
    capsys.readouterr()
    return folder


def test_init_writes_what_is_shipped_and_check_finds_it_right(folder: Path) -> None:
    assert chuhai("init").exit_code == 0
    assert (folder / "config.yaml").read_text() == shipped("config.yaml")
    assert (folder / "config.schema.json").is_file()
    result = chuhai("check")
    assert result.exit_code == 0, result.output
    assert "tests: all right" in result.stderr


def test_init_makes_the_folder_it_is_given(folder: Path) -> None:
    result = chuhai("init", "new/place")
    assert result.exit_code == 0
    assert (folder / "new" / "place" / "config.yaml").is_file()
    assert "--config new/place/config.yaml" in result.stderr


def test_init_leaves_an_existing_file_alone(folder: Path) -> None:
    (folder / "config.yaml").write_text("mine")
    result = chuhai("init")
    assert result.exit_code == 1
    assert "left alone" in result.stderr
    assert (folder / "config.yaml").read_text() == "mine"


def test_check_shows_every_error_with_its_place_and_a_caret(folder: Path) -> None:
    (folder / "config.yaml").write_text(
        CONFIG.replace("every: 1h,", "evry: 1h,").replace("home: [CN]", "kinds: [cars]")
    )
    result = chuhai("check")
    assert result.exit_code == 1
    assert "config.yaml:4:48: sources[en].evry: there is no such key – did you mean 'every'?" in result.stderr
    assert "did you mean 'car'?" in result.stderr
    assert result.stderr.count("^") >= 2
    assert result.stdout == ""


def test_check_fails_with_a_test_that_does_not_come_out(folder: Path) -> None:
    (folder / "config.yaml").write_text(
        CONFIG + "tests: [{title: BYD enters Kenya with electric cars, expect: nothing}]\n"
    )
    result = chuhai("check")
    assert result.exit_code == 1
    assert "config.yaml:7:9: tests[BYD enters Kenya with electric cars]: expected nothing; found BYD" in result.stderr


def test_an_excluded_word_in_a_test_s_title_keeps_it_from_its_watchlist(folder: Path) -> None:
    excluding = CONFIG.replace("certainty: all", "certainty: all, exclude: [Kenya]")
    (folder / "config.yaml").write_text(
        excluding + "tests: [{title: BYD enters Kenya with electric cars, expect: nothing}]\n"
    )
    assert chuhai("check").exit_code == 0


def test_the_configuration_may_be_named_in_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mine.yaml").write_text(CONFIG)
    monkeypatch.setenv("CHUHAI_CONFIG", "mine.yaml")
    assert chuhai("check").exit_code == 0


def test_a_wrong_command_line_is_exit_code_2(folder: Path) -> None:
    assert chuhai("frobnicate").exit_code == 2
    (folder / "config.yaml").write_text(CONFIG)
    assert chuhai("events", "--since", "yesterday").exit_code == 2


def test_classify_reads_standard_input_and_files(folder: Path) -> None:
    line = json.dumps({"id": 1, "title": "BYD enters Kenya with electric cars"}) + "\n"
    from_stdin = chuhai("classify", stdin=line)
    (folder / "in.jsonl").write_text(line)
    assert chuhai("classify", "in.jsonl").stdout == from_stdin.stdout
    assert json.loads(from_stdin.stdout)["relevant"] is True
    broken = chuhai("classify", stdin="{\n" + line)
    assert broken.exit_code == 1
    assert json.loads(broken.stdout.splitlines()[0]).keys() == {"id", "error"}


def test_status_tells_how_each_source_fares(told: Path) -> None:
    shown = chuhai("status")
    assert "no answer within 25 s" in shown.stdout
    assert "never polled" in shown.stdout
    assert "0 to be sent, 0 unsure, 0 given up" in shown.stderr
    data = json.loads(chuhai("status", "--json").stdout)
    assert [source["state"] for source in data["sources"]] == ["error", "never polled"]
    assert data["sources"][0]["failures"] == 1
    assert data["outbox"]["pending"] == 0


def test_events_come_as_table_json_and_csv(told: Path) -> None:
    assert "market_entry" in chuhai("events").stdout
    (row,) = json.loads(chuhai("events", "--json").stdout)
    assert (row["company"], row["places"], row["reports"], row["sources"]) == ("BYD", ["KE"], 1, ["en"])
    (line,) = csv.DictReader(io.StringIO(chuhai("events", "--format", "csv").stdout))
    assert line["company"] == "BYD"
    assert line["title"].startswith("'=")


def test_alerts_come_as_table_json_and_csv(told: Path) -> None:
    assert "Abroad" in chuhai("alerts").stdout
    (row,) = json.loads(chuhai("alerts", "--json").stdout)
    assert (row["watchlist"], row["channel"], row["state"]) == ("Abroad", "#abroad", "sent")
    (line,) = csv.DictReader(io.StringIO(chuhai("alerts", "--format", "csv").stdout))
    assert line["state"] == "sent"
    assert chuhai("alerts", "retry").exit_code == 0


def test_nothing_yet_is_said_and_is_no_data(folder: Path) -> None:
    (folder / "config.yaml").write_text(CONFIG)
    for command, words in (("events", "no events yet"), ("alerts", "no alerts yet")):
        result = chuhai(command)
        assert (result.exit_code, result.stdout) == (0, "")
        assert words in result.stderr
        assert json.loads(chuhai(command, "--json").stdout) == []


def test_the_database_is_for_its_owner_only(told: Path) -> None:
    assert stat.S_IMODE((told / "data" / "chuhai.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("command", ["run", "status", "events", "alerts"])
def test_a_database_that_cannot_be_opened_is_named_with_what_to_do(folder: Path, command: str) -> None:
    (folder / "file").write_text("")
    (folder / "config.yaml").write_text(CONFIG + 'storage: {url: "sqlite:///file/chuhai.db"}\n')
    result = chuhai(command)
    assert result.exit_code == 1
    assert "file/chuhai.db cannot be opened" in result.stderr
    assert "storage.url" in result.stderr


def test_the_version_is_shown() -> None:
    assert chuhai("--version").stdout.startswith("chuhai ")


def test_every_command_and_option_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text()
    for command in ("init", "run", "check", "classify", "status", "events", "events label", "alerts", "alerts retry"):
        assert f"`chuhai {command}" in page, command
        help_text = chuhai(*command.split(), "--help").stdout
        for option in {word.strip(",") for word in help_text.split() if word.startswith("--")} - {"--help"}:
            assert f"`{option}" in page, f"{command} {option}"
