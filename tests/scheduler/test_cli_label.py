"""`chuhai events label`: verdicts on events of a real database, in a file that evaluation and fitting take as it is."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from crawler.ingest import ingest
from crawler.models import Entry, FeedAnswer, Outcome
from crawler.storage.engine import open_engine
from crawler.urls import article_keys
from scheduler.cli import app
from scheduler.config import load
from scheduler.jobs import set_up
from scheduler.migrations import upgrade
from tools import evaluate, fit
from tools.labels import load_rows

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
CONFIG = """\
version: 1
watchlists: [{name: Abroad, home: [CN], markets: any, certainty: all}]
sources:
  - {id: en, url: "https://news.example/feed", every: 1h, first_poll: tell}
  - {id: zh, url: "https://xinwen.example/feed", every: 1h, first_poll: tell, language: zh}
service: {health: off}
"""
ENTERS = "BYD enters Kenya with three electric cars"
ARTICLES = (
    ("en", "https://news.example/p/1", ENTERS, f"{ENTERS}. The first customers are a taxi fleet."),
    (
        "zh",
        "https://xinwen.example/p/2",
        "比亚迪正式进入肯尼亚市场",
        "比亚迪今日在内罗毕宣布，三款电动车正式进入肯尼亚市场。",
    ),
    ("en", "https://news.example/p/3", "Zeekr To Build Cars In Egypt", "Zeekr will build a car plant near Cairo."),
)
TWO_MOVES = ("zh", "https://xinwen.example/p/4", "奇瑞汽车正式进入秘鲁市场；零跑汽车将在埃及建设整车工厂", "")


def chuhai(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["events", *arguments])


def store(folder: Path, *articles: tuple[str, str, str, str]) -> None:
    engine = open_engine(f"sqlite:///{folder}/data/chuhai.db")
    upgrade(engine)
    setup = set_up(load(folder / "config.yaml", {}), engine)
    for source, url, title, text in articles:
        entry = Entry(article_keys(source, url, None, title, NOW), url, title, text, source, NOW)
        ingest(FeedAnswer(source, Outcome.OK, NOW, url, entries=(entry,)), setup.desk, quiet_baseline=False)
    engine.dispose()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration, and a database in which the articles are read."""
    path = tmp_path_factory.mktemp("stored")
    (path / "config.yaml").write_text(CONFIG)
    store(path, *ARTICLES)
    return path


@pytest.fixture
def folder(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(stored, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "CHUHAI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def event(company: str) -> str:
    (found,) = [row for row in json.loads(chuhai("--json").stdout) if row["company"] == company]
    return str(found["id"])


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_right_event_becomes_a_row_for_each_of_its_articles(folder: Path) -> None:
    result = chuhai("label", event("BYD"), "right", "--note", "seen in Nairobi")
    assert result.exit_code == 0, result.stderr
    assert "BYD market entry, KE: right, 2 articles in labels.jsonl" in result.stderr
    first, second = rows(folder / "labels.jsonl")
    assert (first["id"], first["lang"], first["date"]) == ("url:https://news.example/p/1", "en", "2026-05-01")
    assert (first["title"], first["body"]) == ARTICLES[0][2:]
    assert (first["relevant"], first["why"]) == (True, "seen in Nairobi")
    (told,) = first["events"]
    assert (told["company"], told["type"], told["destinations"]) == ("BYD", "market_entry", ["KE"])
    assert (second["lang"], second["title"]) == ("zh", ARTICLES[1][2])


def test_a_wrong_event_leaves_its_article_without_one(folder: Path) -> None:
    chuhai("label", event("Zeekr"), "wrong")
    (row,) = rows(folder / "labels.jsonl")
    assert (row["relevant"], row["events"]) == (False, [])


def test_the_right_company_and_places_stand_in_the_row_by_whatever_name_they_were_given(folder: Path) -> None:
    chuhai("label", event("Zeekr"), "wrong-company", "--company", "吉利汽车", "--place", "Sudan, 利比亚")
    (told,) = rows(folder / "labels.jsonl")[0]["events"]
    assert (told["company"], told["destinations"]) == ("Geely", ["LY", "SD"])
    chuhai("label", event("Zeekr"), "wrong-place", "--place", "no")
    (told,) = rows(folder / "labels.jsonl")[0]["events"]
    assert (told["company"], told["destinations"]) == ("Zeekr", ["NO"])


def test_labelling_again_replaces_and_leaves_every_other_row_where_it_is(folder: Path) -> None:
    other = {"id": "mine", "lang": "en", "title": "Nothing happens", "relevant": False}
    file = folder / "labels.jsonl"
    file.write_text(json.dumps(other) + "\n")
    for verdict in ("right", "wrong"):
        chuhai("label", event("BYD"), verdict)
    chuhai("label", event("Zeekr"), "right")
    assert [row["id"] for row in rows(file)] == ["mine", *(f"url:{article[1]}" for article in ARTICLES)]
    assert [row["relevant"] for row in rows(file)] == [False, False, False, True]
    assert rows(file)[0] == other


def test_of_an_article_with_two_events_each_keeps_its_own_verdict(folder: Path) -> None:
    store(folder, TWO_MOVES)
    said = chuhai("label", event("Chery"), "wrong").stderr
    assert "taken as right until it is labelled itself: Leapmotor overseas production, EG" in said
    (row,) = rows(folder / "labels.jsonl")
    assert (row["relevant"], [told["company"] for told in row["events"]]) == (True, ["Leapmotor"])
    said = chuhai("label", event("Leapmotor"), "wrong").stderr
    assert "taken as right" not in said
    (row,) = rows(folder / "labels.jsonl")
    assert (row["relevant"], row["events"]) == (False, [])
    chuhai("label", event("Chery"), "wrong-place", "--place", "BO")
    assert [told["destinations"] for told in rows(folder / "labels.jsonl")[0]["events"]] == [["BO"]]


def test_what_was_labelled_is_listed(folder: Path) -> None:
    assert "nothing labelled yet" in chuhai("label", "--list").stderr
    chuhai("label", event("Zeekr"), "wrong-place", "--place", "SD", "--note", "it is in Sudan")
    shown = chuhai("label", "--list").stdout
    for words in ("wrong-place", "Zeekr", "overseas_production", "SD", "it is in Sudan"):
        assert words in shown
    (listed,) = json.loads(chuhai("label", "--list", "--json").stdout)
    assert (listed["verdict"], listed["event"]["destinations"]) == ("wrong-place", ["SD"])


def test_json_holds_the_rows_that_were_written(folder: Path) -> None:
    data = json.loads(chuhai("label", event("BYD"), "right", "--json").stdout)
    assert data["labels"] == "labels.jsonl"
    assert data["rows"] == rows(folder / "labels.jsonl")


def test_the_file_stands_beside_the_configuration_or_where_it_is_told_to(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    number = event("BYD")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    for place in (("--config", f"{folder}/config.yaml", "label"), ("label", "--config", f"{folder}/config.yaml")):
        (folder / "labels.jsonl").unlink(missing_ok=True)
        assert chuhai(*place, number, "right").exit_code == 0
        assert len(rows(folder / "labels.jsonl")) == 2
    chuhai("label", number, "wrong", "--config", f"{folder}/config.yaml", "--labels", "mine.jsonl")
    assert len(rows(Path("mine.jsonl"))) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(["99", "right"], 1, "there is no event 99; chuhai events lists them", id="event"),
        pytest.param(
            ["1", "wrong-company", "--company", "Xiaomy"],
            1,
            "there is no company 'Xiaomy'; chuhai companies lists them, companies: adds one – did you mean 'Xiaomi'?",
            id="company",
        ),
        pytest.param(
            ["1", "wrong-place", "--place", "NO,Norwey"],
            1,
            "'Norwey' is no country or region; chuhai markets lists them – did you mean 'NO' (Norway)?",
            id="place",
        ),
        pytest.param(["9" * 20, "right"], 2, "less than or equal to 2147483647", id="no number of an event"),
        pytest.param(["1"], 2, "chuhai events label 17 wrong", id="no verdict"),
        pytest.param([], 2, "chuhai events label 17 wrong", id="nothing"),
        pytest.param(["1", "perhaps"], 2, "perhaps", id="verdict"),
        pytest.param(["1", "wrong-company"], 2, "--company NAME", id="company not said"),
        pytest.param(["1", "wrong-place"], 2, "--place NO,SE", id="place not said"),
        pytest.param(["1", "wrong", "--company", "BYD"], 2, "--company goes with wrong-company", id="company too much"),
        pytest.param(["1", "right", "--place", "NO"], 2, "--place goes with wrong-place", id="place too much"),
    ],
)
def test_what_cannot_be_labelled_is_said_in_words(folder: Path, arguments: list[str], code: int, words: str) -> None:
    result = chuhai("label", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr
    assert not (folder / "labels.jsonl").exists()


@pytest.mark.parametrize(
    ("second", "words"),
    [
        pytest.param("notes", "labels.jsonl:2: this is no row of labels", id="no row"),
        pytest.param('{"title": "b"}', "labels.jsonl:2: this is no row of labels", id="no id"),
        pytest.param('{"id": "a", "title": "b"}', "labels.jsonl:2: there is a row 'a' already", id="twice"),
    ],
)
def test_a_file_that_is_none_of_labels_is_named_with_its_line_and_left_alone(
    folder: Path, second: str, words: str
) -> None:
    file = folder / "labels.jsonl"
    file.write_text(f'{{"id": "a"}}\n{second}\n')
    result = chuhai("label", event("BYD"), "right")
    assert result.exit_code == 1
    assert words in result.stderr
    assert file.read_text() == f'{{"id": "a"}}\n{second}\n'


def test_a_folder_that_does_not_exist_is_named(folder: Path) -> None:
    result = chuhai("label", event("BYD"), "right", "--labels", "nowhere/mine.jsonl")
    assert result.exit_code == 1
    assert "nowhere/mine.jsonl cannot be written" in result.stderr


def test_an_event_that_no_text_reports_any_more_is_not_labelled(folder: Path) -> None:
    number = event("Zeekr")
    store(folder, (*ARTICLES[2][:2], "Zeekr builds nothing in Egypt", "Zeekr will never build cars in Egypt."))
    result = chuhai("label", number, "right")
    assert result.exit_code == 1
    assert f"no article reports event {number} any more" in result.stderr


def test_evaluation_and_fitting_take_the_file_as_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "labels.jsonl"
    chuhai("label", event("BYD"), "right")
    chuhai("label", event("Zeekr"), "wrong")
    assert [row.relevant for row in load_rows(file)] == [True, True, False]

    assert evaluate.main([str(file), "--json", "--errors"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["relevant"]["en clear"]["right"], found["relevant"]["en clear"]["false_alarms"]) == (1, 1)
    assert [(error["kind"], error["id"]) for error in found["errors"]] == [("false alarm", f"url:{ARTICLES[2][1]}")]

    monkeypatch.setattr(fit, "TARGET", folder / "weights.json")
    assert fit.main([str(file)]) == 0
    fitted = json.loads((folder / "weights.json").read_text())
    assert (list(fitted["data"]), fitted["candidates"], fitted["right"]) == (["labels.jsonl"], 3, 2)
