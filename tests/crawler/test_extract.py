"""Pages to text: by the site's state, by its elements, by shape; any bytes, in time linear in their length."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.extract import MOST_PAGE, MOST_TAGS, NoArticle, extract
from crawler.sites import CLEANTECHNICA, KR36, SITES, Site
from tests.crawler import articlepages as made

ENGLISH, CHINESE = "\n".join(made.ENGLISH), "\n".join(made.CHINESE)
HTML = "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("page", "site", "text"),
    [
        pytest.param(made.wordpress(), CLEANTECHNICA, ENGLISH, id="wordpress"),
        pytest.param(made.wordpress(body="post-content"), CLEANTECHNICA, ENGLISH, id="wordpress-of-another-theme"),
        pytest.param(made.kr36_state(), KR36, CHINESE, id="36kr-by-its-state"),
        pytest.param(made.kr36_dom(), KR36, CHINESE, id="36kr-by-its-elements"),
        pytest.param(made.plain_site(), None, ENGLISH, id="a-site-without-rules"),
        pytest.param(made.plain_site(), KR36, ENGLISH, id="a-site-whose-rules-find-nothing"),
    ],
)
def test_a_page_gives_its_article_and_nothing_else(page: bytes, site: Site | None, text: str) -> None:
    found = extract(page, content_type=HTML, site=site)
    assert found.removeprefix("Northbank\n").removeprefix("Northbank Builds In Thailand\n") == text


@pytest.mark.parametrize(
    ("page", "site", "why"),
    [
        pytest.param(made.kr36_encrypted(), KR36, "encrypted", id="encrypted"),
        pytest.param(b"", None, "no text", id="empty"),
        pytest.param(b"<html><body><p>Watch the video.</p></body></html>", None, "no text", id="too-short"),
        pytest.param(b"<i>" * 50_000 + ENGLISH.encode(), CLEANTECHNICA, "tags", id="too-many-tags"),
        pytest.param("中文".encode("utf-16-le") * 400 + b"\xff", None, "encoding|no text", id="no-text-at-all"),
    ],
)
def test_a_page_without_a_readable_article_says_why(page: bytes, site: Site | None, why: str) -> None:
    with pytest.raises(NoArticle, match=why):
        extract(page, content_type=HTML, site=site)


def test_the_state_is_one_json_value_whatever_follows_it() -> None:
    page = made.kr36_state().replace(b"window.other={a:1};", b"function f(){return '}};window.initialState={}'}")
    assert extract(page, content_type=HTML, site=KR36) == CHINESE


@pytest.mark.parametrize(
    "state",
    [
        pytest.param("[" * 100_000, id="nested-beyond-measure"),
        pytest.param('{"articleDetail": [1]}', id="a-list-for-an-object"),
        pytest.param('{"articleDetail": {"articleDetailData": {"data": {"widgetContent": 7}}}}', id="a-number"),
        pytest.param("undefined", id="no-json"),
        pytest.param("", id="nothing"),
        pytest.param('{"a": ' + "9" * 5_000 + "}", id="a-number-too-long-for-python"),
    ],
)
def test_a_state_that_is_none_leaves_the_elements_to_tell(state: str) -> None:
    page = made.kr36_dom().replace(b"{broken", state.encode())
    assert extract(page, content_type=HTML, site=KR36) == CHINESE


def test_encryption_that_the_article_itself_declares_is_respected() -> None:
    data = {"isEncrypt": 1, "widgetContent": "bm90aGluZw==" * 20}
    state = json.dumps({"articleDetail": {"articleDetailData": {"data": data}}})
    page = made.kr36_dom().replace(b"{broken", state.encode())
    with pytest.raises(NoArticle, match="encrypted"):
        extract(page, content_type=HTML, site=KR36)


def test_bytes_in_another_encoding_are_read_by_what_the_header_says() -> None:
    page = made.plain_site(made.CHINESE).decode().encode("gb18030")
    assert CHINESE in extract(page, content_type="text/html; charset=gb2312", site=None)


PIECES = st.sampled_from(
    [
        b"<div class='post-content'>",
        b"<p>",
        b"</",
        b"<!--",
        b"-->",
        b"<script>",
        b"window.initialState=",
        b'{"isEncrypt"',
    ],
)
PAGES = st.lists(st.one_of(st.binary(max_size=30), PIECES, st.text(max_size=30).map(str.encode)), max_size=30)


@settings(max_examples=60)
@given(PAGES.map(b"".join), st.sampled_from([None, *SITES]))
@example(b"<html><body>\x00<p>\xff\xfe", None)
@example(b"\xef\xbb\xbfwindow.initialState={", KR36)
def test_any_bytes_give_a_text_or_say_that_there_is_none(page: bytes, site: Site | None) -> None:
    try:
        text = extract(page, content_type=None, site=site)
    except NoArticle as error:
        assert str(error)
    else:
        assert text.strip() == text != ""


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param(b"<div>", id="nested"),
        pytest.param(b"<a b='c'>x", id="links-left-open"),
        pytest.param(b"<!--", id="comments-left-open"),
        pytest.param(b"window.initialState={", id="states"),
        pytest.param(b"<p>words of an article </p>", id="paragraphs"),
        pytest.param(b"&#x10ffff;&amp", id="entities"),
        pytest.param(b"<table><tr><td>", id="tables"),
    ],
)
@pytest.mark.parametrize("site", [None, KR36], ids=["any", "36kr"])
@pytest.mark.filterwarnings("ignore:Input data is too big")
def test_a_hostile_page_takes_no_longer_than_its_size_allows(unit: bytes, site: Site | None) -> None:
    many = min(MOST_PAGE // len(unit), MOST_TAGS // max(1, unit.count(b"<")))
    began = time.process_time()
    with suppress(NoArticle):
        extract(unit * many, content_type=HTML, site=site)
    assert time.process_time() - began < 15.0
