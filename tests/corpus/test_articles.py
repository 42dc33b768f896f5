"""tools/articles.py: whole articles of feeds, read and compared with verdicts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scheduler.demo.feed_server import Feed, Item, Style
from tools import articles
from tools.labels import label_of

NOW = datetime(2026, 6, 13, 9, tzinfo=UTC)
PLANT = {"company": "BYD", "type": "overseas_production", "destinations": ["HU"], "stage": "under_way"}
SHOPS = {"company": "NIO", "type": "market_entry", "destinations": ["NO"], "stage": "launched"}


def item(number: int, title: str, text: str) -> Item:
    return Item(title, f"https://36kr.com/p/{number}?f=rss", f"<p>作者 | 张三</p><p>{text}</p>", NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    news = [
        item(1, "比亚迪匈牙利工厂动工", "六月十三日，比亚迪宣布其在匈牙利的整车工厂动工。"),
        item(2, "一家茶饮公司完成融资", "六月十三日，公司宣布完成融资，将开更多门店。"),
        item(3, "蔚来发布季度财报", "六月十三日，蔚来公布季度财报，营收增长。"),
        item(4, "奇瑞土耳其工厂动工", "六月十三日，奇瑞宣布其在土耳其的整车工厂动工。"),
    ]
    (tmp_path / "one.xml").write_bytes(Feed("36氪", "https://36kr.com", news, Style.KR36).rss())
    (tmp_path / "again.rss").write_bytes(Feed("36氪", "https://www.36kr.com", news[:1], Style.KR36).rss())
    (tmp_path / "page.xml").write_text("<html><title>Not here</title></html>")
    verdicts = [
        {"id": "36kr:p/1", "relevant": True, "events": [PLANT], "language": "zh"},
        {"id": "36kr:p/3", "relevant": True, "borderline": True, "events": [SHOPS], "language": "zh"},
        {"id": "36kr:p/4", "relevant": False},
        {"id": "36kr:p/999", "relevant": False},
    ]
    (tmp_path / "golden.jsonl").write_text("".join(json.dumps(verdict) + "\n" for verdict in verdicts))
    return tmp_path


def measured(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert articles.main([str(folder), "--golden", str(folder / "golden.jsonl"), *options]) == 0
    return capsys.readouterr().out


def test_every_article_counts_once_and_without_a_verdict_as_irrelevant(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = measured(folder, capsys)
    assert "4 articles of 3 feeds, 4 with a text" in told
    assert "3 of 4 verdicts are on them" in told
    rows = {line[:8].strip(): line.split()[2:6] for line in told.splitlines() if line.startswith("zh ")}
    assert rows == {"zh clear": ["3", "1", "1", "0"], "zh all": ["4", "1", "1", "1"]}


def test_events_are_right_by_company_and_type_and_then_by_place_and_stage(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line for line in measured(folder, capsys).splitlines() if line.startswith("events, ")]
    right = "of these company and type right 1; of these places 1 (near 1), stage 1"
    assert lines == [
        f"events, clear: 1 judged, 2 reported, {right}",
        f"events, all: 2 judged, 2 reported, {right}",
    ]


def test_errors_name_what_was_judged_and_what_was_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "false alarm" not in measured(folder, capsys)
    told = measured(folder, capsys, "--errors")
    assert "false alarm 36kr:p/4" in told
    assert "read   Chery overseas_production TR" in told
    assert "missed (unclear) 36kr:p/3" in told
    assert "judged NIO market_entry NO launched" in told
    assert "36kr:p/1 " not in told


def test_a_folder_without_articles_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert articles.main([str(tmp_path)]) == 1
    assert "no articles in" in capsys.readouterr().err


def test_the_kept_verdicts_hold_judgements_and_no_text() -> None:
    verdicts = articles.load_verdicts(articles.GOLDEN)
    fields = {"id", "relevant", "borderline", "events", "language"}
    assert verdicts
    for verdict in verdicts.values():
        assert set(verdict) <= fields
        assert bool(verdict.get("events")) == verdict["relevant"]
        assert all(label_of(event) for event in verdict.get("events", ()))
