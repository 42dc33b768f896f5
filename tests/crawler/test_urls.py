"""Rules of crawler/urls.py that hold for any address, and the forms that name one page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.urls import article_keys, canonical_url, is_web_url, names_a_page

ANY = st.text(st.characters(codec=None, categories=None), max_size=120)
_PIECES = (
    *("http", "https", "://", "www.", "m.", "example.org", "[::1]", ":80", ":443", ":8080", ":99999", "/", "/amp"),
    *("//", "?a=1", "&utm_source=x", "#top", "%41", "%ff", "%ed%a0%80", "%", "é", "中", "\ud800"),
    *(" ", "\\", "@", "user:pw@", "..", "?", "=", ";", "\n"),
)
ADDRESS = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)
WEB = ADDRESS.map(lambda rest: "https://example.org/" + rest)


@settings(deadline=None)
@given(ANY | ADDRESS | WEB)
@example("http://example.org:80:80/")
@example("https://[::1")
@example("https://example.org/%25ff?%ff=%ff")
def test_a_canonical_address_is_never_an_error_and_stays_as_it_is(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once


@settings(deadline=None)
@given(ANY | ADDRESS | WEB)
def test_asking_about_an_address_never_raises(url: str) -> None:
    assert is_web_url(url) in (True, False)
    assert names_a_page(url) in (True, False)


@settings(deadline=None)
@given(ANY | WEB, ANY, ANY)
def test_an_entry_always_has_a_key_of_bounded_length(url: str, guid: str, title: str) -> None:
    keys = article_keys("source", url, guid, title, None)
    assert keys
    assert all(len(key) < 500 for key in keys)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("http://example.org/a/b", id="scheme"),
        pytest.param("https://www.example.org/a/b/", id="www-and-slash"),
        pytest.param("https://m.example.org/a/b", id="mobile"),
        pytest.param("https://EXAMPLE.org:443/a/b", id="host-case-and-port"),
        pytest.param("https://example.org/a/b/amp/", id="amp"),
        pytest.param("https://example.org/a/b?utm_source=feed&f=rss", id="tracking"),
        pytest.param("https://example.org/a/b#comments", id="fragment"),
        pytest.param(" https://example.org/a/b\n", id="blanks"),
    ],
)
def test_the_forms_of_one_address_are_one(other: str) -> None:
    assert canonical_url(other) == canonical_url("https://example.org/a/b")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("https://example.org/a/c", id="path"),
        pytest.param("https://example.org/a/b?id=2", id="parameter"),
        pytest.param("https://example.net/a/b", id="host"),
        pytest.param("https://example.org:8443/a/b", id="port"),
    ],
)
def test_different_pages_stay_apart(other: str) -> None:
    assert canonical_url(other) != canonical_url("https://example.org/a/b")


def test_a_front_page_identifies_no_article() -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    first, second = (article_keys("s", "https://example.org/", None, title, day) for title in ("one", "two"))
    assert not set(first) & set(second)


def test_two_sources_share_an_article_by_its_link_and_not_by_a_guid() -> None:
    first, second = (article_keys(s, "https://example.org/n/1?f=rss", "1", "t", None) for s in ("a", "b"))
    assert set(first) & set(second) == {"url:https://example.org/n/1"}
