"""`chuhai classify`: the contract of its lines."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.classify import Reader
from crawler.knowledge import load
from crawler.models import DETAIL_KEYS, MOST_MOVES, RELEVANT, MoveType, Stage, WhyNot
from scheduler.cli.classify import article, results

READER = Reader(load())
KEYS = {"id", "relevant", "confidence", "why_not", "events"}
EVENT_KEYS = {"company", "type", "destinations", "stage", "confidence", "evidence", "details"}


def lines(*rows: str | bytes | dict[str, Any]) -> list[dict[str, Any]]:
    raw = b"\n".join(
        row if isinstance(row, bytes) else (row if isinstance(row, str) else json.dumps(row)).encode() for row in rows
    )
    return list(results(io.BytesIO(raw), READER))


def test_a_move_comes_out_with_every_key() -> None:
    body = "The Chinese carmaker BYD has opened orders in Kenya. Deliveries begin in June."
    (result,) = lines({"id": "a", "title": "BYD enters Kenya with three electric cars", "body": body})
    assert result.keys() == KEYS
    assert (result["id"], result["relevant"], result["why_not"]) == ("a", True, None)
    (first, *_) = result["events"]
    assert first.keys() == EVENT_KEYS
    assert (first["company"], first["type"], first["destinations"]) == ("BYD", "market_entry", ["KE"])
    assert first["evidence"] in body or first["evidence"] in "BYD enters Kenya with three electric cars"


def test_what_is_no_move_says_why() -> None:
    (result,) = lines({"id": 7, "title": "Ten recipes for pumpkin soup", "body": ""})
    assert result.keys() == KEYS
    assert (result["id"], result["relevant"], result["events"]) == (7, False, [])
    assert result["why_not"] in set(WhyNot)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        pytest.param("{not json", "line 1", id="no JSON"),
        pytest.param("[1, 2]", "a JSON object", id="no object"),
        pytest.param('{"id": 3, "title": 5}', "title must be a text", id="a number for a title"),
        pytest.param('{"id": 3, "title": "t", "published": "yesterday"}', "yesterday", id="no date"),
        pytest.param(b'\xff\xfe{"id": 3}', "line 1", id="not UTF-8"),
    ],
)
def test_an_unreadable_line_is_an_error_of_its_own_and_the_rest_goes_on(row: str | bytes, words: str) -> None:
    bad, good = lines(row, {"id": "next", "title": "t"})
    assert bad.keys() == {"id", "error"}
    assert words in bad["error"]
    assert good["id"] == "next"


def test_an_error_keeps_the_id_where_it_can_be_read() -> None:
    assert lines('{"id": "x1", "title": 5}')[0]["id"] == "x1"


def test_blank_lines_are_no_articles_and_order_is_kept() -> None:
    assert [result["id"] for result in lines({"id": 1}, "", {"id": 2}, "   ", {"id": 3})] == [1, 2, 3]


def test_absent_fields_are_empty() -> None:
    assert article({"id": 1}).title == article({"title": None, "body": None}).body == ""


def test_html_becomes_text_and_plain_text_stays_as_it_is() -> None:
    text = article(
        {"title": "a  <b>bold</b> move", "body": "5 < 7  and\tso on", "published": "2026-05-01T08:00:00+08:00"}
    )
    assert text.title == "a bold move"
    assert text.body == "5 < 7  and\tso on"
    assert text.published == datetime(2026, 5, 1, tzinfo=UTC)


PARTS = (
    *("BYD ", "Xiaomi ", "NIO ", "Tesla ", "Apple ", "enters ", "plans ", "a plant in ", "Hungary ", "Thailand. "),
    *(
        "exports ",
        "denies ",
        "will build ",
        "overseas ",
        "first car ",
        "reportedly ",
        "比亚迪",
        "小米汽车",
        "进入",
        "泰国",
    ),
    *("出海", "建厂", "宣布", "取消", "，", "。", "｜", "<p>", "&amp;", "\n", "\u200b", "😀"),
)
WORDS = st.lists(st.sampled_from(PARTS)).map("".join)


@settings(max_examples=150, deadline=None)
@given(title=WORDS | st.text(max_size=80), body=WORDS | st.text(max_size=200))
def test_every_answer_keeps_the_contract(title: str, body: str) -> None:
    (result,) = lines(json.dumps({"id": 1, "title": title, "body": body}))
    assert result.keys() == KEYS
    events = result["events"]
    assert result["relevant"] == bool(events)
    assert (result["why_not"] is None) == bool(events)
    assert result["why_not"] is None or result["why_not"] in set(WhyNot)
    assert len(events) <= MOST_MOVES
    assert len({(event["company"], event["type"]) for event in events}) == len(events)
    assert [event["confidence"] for event in events] == sorted((e["confidence"] for e in events), reverse=True)
    given_text = article({"title": title, "body": body})
    for event in events:
        assert event.keys() == EVENT_KEYS
        assert RELEVANT <= event["confidence"] <= 1
        assert event["type"] in set(MoveType)
        assert event["stage"] in set(Stage)
        assert event["destinations"] == sorted(event["destinations"]) != []
        assert event["evidence"] in given_text.title or event["evidence"] in given_text.body
        assert set(event["details"]) <= set(DETAIL_KEYS)
        for quote in (quote for quotes in event["details"].values() for quote in quotes):
            assert quote in given_text.title or quote in given_text.body
