"""Long sections set aside while a feed is parsed: nothing of the feed is read otherwise for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import aside
from crawler.aside import LONG, Aside
from crawler.feeds import ParsedFeed, parse_feed

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LONG_TEXT = "<p>The plant in Hungary opens in May, as the company says.</p>\n" * 60


def parsed(text: str, monkeypatch: pytest.MonkeyPatch, long: int = LONG) -> ParsedFeed:
    monkeypatch.setattr(aside, "LONG", long)
    item = f"<item><title>A plant</title><link>https://news.example/1</link>{text}</item>"
    feed = f"<rss version='2.0'><channel><title>News</title>{item}</channel></rss>"
    return parse_feed(
        feed.encode(), source="news", url="https://news.example/", content_type=None, language=None, now=NOW
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"<description><![CDATA[{LONG_TEXT}]]></description>", id="one section"),
        pytest.param(f"<description>Before <![CDATA[{LONG_TEXT}]]> after</description>", id="text around it"),
        pytest.param(f"<description><![CDATA[{LONG_TEXT}]]><![CDATA[{LONG_TEXT * 2}]]></description>", id="two"),
        pytest.param(f"<description><![CDATA[{LONG_TEXT}中\u200b\x92s é]]></description>", id="odd characters"),
        pytest.param(f"<description><![CDATA[{LONG_TEXT}cafÃ©]]></description>", id="UTF-8 twice over"),
        pytest.param(f"<description><![CDATA[{LONG_TEXT}<![CDATA[inner]]></description>", id="a beginning within"),
        pytest.param(f"<title><![CDATA[{LONG_TEXT}]]></title>", id="a title"),
        pytest.param(f"<link><![CDATA[https://news.example/{'a' * 3_000}]]></link>", id="a link longer than any"),
        pytest.param(f"<!-- <![CDATA[{LONG_TEXT}]]> --><description>Short</description>", id="in a comment"),
        pytest.param(f"<description><![CDATA[{LONG_TEXT}", id="cut in the middle"),
    ],
)
def test_a_feed_reads_the_same_with_its_long_sections_set_aside(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert parsed(text, monkeypatch) == parsed(text, monkeypatch, long=10**9)


@given(st.lists(st.sampled_from(["<![CDATA[", "]]>", "]", "x" * LONG, "中" * LONG, "<a>", "-0-"]), max_size=20))
def test_what_is_set_aside_comes_back(pieces: list[str]) -> None:
    xml, found = "".join(pieces), Aside()
    left = found.take(xml.encode()).decode()
    assert found.give_back(left) == "".join(_opened(xml))


def _opened(xml: str) -> list[str]:
    """Return the text with its long sections as mere text."""
    pieces: list[str] = []
    while (start := xml.find("<![CDATA[")) >= 0 and (end := xml.find("]]>", start)) >= 0:
        long = len(xml[start:end].encode()) >= LONG
        pieces += [xml[:start], xml[start + 9 : end]] if long else [xml[: end + 3]]
        xml = xml[end + 3 :]
    return [*pieces, xml]


def test_nobody_can_call_for_a_section_of_another_item() -> None:
    first, second = Aside(), Aside()
    mark = first.take(f"<![CDATA[{LONG_TEXT}]]>".encode()).decode()
    second.take(f"<![CDATA[{LONG_TEXT}]]>".encode())
    assert second.give_back(mark) == mark
