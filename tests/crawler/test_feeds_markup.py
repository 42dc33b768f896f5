"""HTML to plain text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.markup import plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("One<br/>two<br>three", "One\ntwo\nthree", id="line breaks"),
        pytest.param("<ul><li>One</li><li>two</li></ul>", "One\ntwo", id="list"),
        pytest.param("<table><tr><td>a</td><td>b</td></tr></table>", "a b", id="cells"),
        pytest.param("<b>B</b>YD", "BYD", id="inline elements join"),
        pytest.param("a\n  line\nof <i>html</i>", "a line of html", id="line breaks of the source are blanks"),
        pytest.param("one\ntwo", "one\ntwo", id="line breaks of plain text stay"),
        pytest.param("<img alt='a > b' src=x>after", "after", id="a sign inside a quoted value"),
        pytest.param("<p>before <!-- hidden <b> --> after</p>", "before after", id="comment"),
        pytest.param("<p>before <!-- never ends", "before", id="comment without an end"),
        pytest.param("<p>shown<SCRIPT>hidden", "shown", id="script without an end"),
        pytest.param("<p>1 < 2 and 3 > 2</p>", "1 < 2 and 3 > 2", id="signs between tags"),
        pytest.param("AT&amp;T &#x4e2d;&nbsp;&hellip;", "AT&T 中 …", id="entities"),
        pytest.param("&amp;lt;p&amp;gt;x", "&lt;p&gt;x", id="escaped once more than we undo"),
        pytest.param("&#" + "9" * 5_000 + ";", "&#" + "9" * 5_000 + ";", id="a number too long to be one"),
        pytest.param("<p>&#0;\x00a\u200bb</p>", "\ufffd ab", id="control and zero-width characters"),
        pytest.param("<p>a <![CDATA[b < d &\nc]]></p>", "a b < d & c", id="characters taken as they are"),
        pytest.param("<script/>shown<style>p {}</style> too", "shown too", id="a script without a text"),
        pytest.param("a<figure><img><figcaption>seen</figcaption></figure>b", "a\nb", id="caption of a figure"),
        pytest.param("<p>a</p><p class='img-desc'>se<b>e</b>n</p><p>b</p>", "a\nb", id="caption by its class"),
        pytest.param("<p>a</p><p class='no' id='img-desc'>told</p>", "a\ntold", id="class of another name"),
        pytest.param("a<figcaption>never ends<p>b</p>", "a\nnever ends\nb", id="caption without an end"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_markup_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert plain(html) == text


@given(st.text(st.sampled_from("<>/!-&;#\"'=abpscrit \n中\x00[]CDAT"), max_size=200))
def test_any_markup_becomes_text(html: str) -> None:
    assert "\x00" not in plain(html)


@given(st.text())
def test_plain_words_stay_what_they_are(text: str) -> None:
    words = " ".join("".join(character for character in text if character.isalnum() or character == " ").split())
    assert plain(f"<p>{words}</p>") == plain(words)


@pytest.mark.parametrize(
    "unit",
    [
        *("<!--", "<a ", "<a href='", "<", "<![CDATA[", "&", "&#1", "<script>", "</b", "<b>"),
        *("<figcaption>", "<figcaption ", "<p class='img-desc'>", "<p class='img-desc'", "img-desc <p "),
    ],
)
def test_hostile_markup_takes_no_time(unit: str) -> None:
    began = time.monotonic()
    plain("<p>" + unit * (1_000_000 // len(unit)))
    assert time.monotonic() - began < 10
