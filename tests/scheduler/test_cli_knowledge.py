"""`chuhai companies` and `chuhai markets`: tables, JSON and CSV of what the knowledge says."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from scheduler.cli import app

CONFIG = """\
version: 1
watchlists: [{name: Abroad, markets: any}]
companies:
  - {name: Lanqiao, aliases: [蓝桥电器], home: CN, kind: entrant, sells_in: ["NO"]}
  - {name: Xiaomi, aliases: [米车]}
sources: [{id: en, url: "https://news.example/feed", every: 1h}]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHUHAI_CONFIG", raising=False)
    return tmp_path


def chuhai(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.stderr
    return result


def rows(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(chuhai(*arguments, "--json").stdout)
    return found


@pytest.mark.parametrize("word", ["byd", "BYD", "比亚迪", "BYD Auto", " byd "])
def test_a_company_is_found_by_any_of_its_names(word: str) -> None:
    found = {row["name"]: row for row in rows("companies", word)}
    assert "比亚迪" in found["BYD"]["chinese"]
    assert found["BYD"]["home"] == "CN"


def test_the_name_of_a_group_finds_all_of_its_brands() -> None:
    found = {row["name"] for row in rows("companies", "Geely")}
    assert {"Geely", "Zeekr", "Lynk & Co"} <= found


def test_where_a_brand_sells_is_told_and_whether_that_is_all() -> None:
    found = {row["name"]: row for row in rows("companies")}
    assert "HU" in found["BYD"]["builds_in"]
    assert {"EU", "SEA"} <= {*found["BYD"]["regions"]}
    assert found["Xiaomi"]["sells_nowhere_else"] is True
    assert found["BYD"]["sells_nowhere_else"] is False


def test_a_table_says_regions_in_place_of_their_countries() -> None:
    (line,) = [line for line in chuhai("companies", "Denza").stdout.splitlines() if line.startswith("Denza")]
    assert " EU " in line
    assert " DE " not in line


def test_the_companies_of_the_configuration_are_there_too(folder: Path) -> None:
    assert rows("companies", "Lanqiao") == []
    (folder / "config.yaml").write_text(CONFIG)
    (own,) = rows("companies", "蓝桥")
    assert (own["name"], own["kind"], own["sells_in"], own["in_config"]) == ("Lanqiao", "entrant", ["NO"], True)
    (extended,) = rows("companies", "米车")
    assert extended["name"] == "Xiaomi"
    assert "Lanqiao (config)" in chuhai("companies", "Lanqiao").stdout


def test_csv_keeps_names_with_blanks_apart() -> None:
    (row,) = csv.DictReader(io.StringIO(chuhai("companies", "Denza", "--format", "csv").stdout))
    assert row["name"] == "Denza"
    assert "腾势" in row["chinese"].split(", ")


def test_a_word_that_nobody_has_is_said() -> None:
    result = chuhai("companies", "no such maker")
    assert result.stdout == ""
    assert "companies: in config.yaml adds one" in result.stderr
    assert "no market" in chuhai("markets", "Atlantis").stderr


@pytest.mark.parametrize("word", ["CZ", "czech", "捷克"])
def test_a_market_is_found_by_code_and_by_name_in_both_languages(word: str) -> None:
    assert [(row["code"], row["in_regions"]) for row in rows("markets", word)] == [("CZ", ["EU"])]


def test_a_market_is_found_by_what_else_it_is_called() -> None:
    assert "GB" in {row["code"] for row in rows("markets", "Britain")}


def test_regions_come_first_with_their_members_and_overseas_is_everything() -> None:
    found = rows("markets")
    codes = [row["code"] for row in found]
    regions = [row for row in found if row["members"]]
    assert codes[: len(regions)] == [row["code"] for row in regions]
    assert "NO" in found[codes.index("EU")]["members"]
    assert found[codes.index("OVERSEAS")]["members"] == ["all"]
    assert len(codes) == len(set(codes)) > 240
