"""Rules of crawler/text.py that hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.text import clean, fold, language_of, lead_end, one_line, sentences, shorten

ANY = st.text(st.characters(codec=None, categories=None), max_size=200)
"""Any code points at all, lone surrogates too."""
ODD = st.lists(
    st.sampled_from(
        [
            "ß",
            "ﬁ",
            "é",
            "e\u0301",
            "İ",
            "½",
            "㎞",
            "한",
            "\u1112\u1161\u11ab",
            "\ud800",
            "a",
            "比",
            "“",
            "…",
            "\u0344",
            "\u200b",
        ]
    )
).map("".join)
"""What folding makes longer or shorter."""


@settings(deadline=None)
@given(ANY | ODD)
def test_folding_maps_every_span_back_inside_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.starts) == len(folded.text) + 1
    assert list(folded.starts) == sorted(folded.starts)
    for position in range(len(folded.text)):
        start, end = folded.original(position, position + 1)
        assert 0 <= start < end <= len(text)


@given(st.text(), st.sampled_from([12, 4_000]))
@example("\uab70", 4_000)  # a Cherokee letter, whose folded form is a capital
def test_a_text_is_folded_alike_however_much_ascii_stands_before_it(text: str, length: int) -> None:
    # the mark keeps an accent at the beginning of the text from joining what stands before
    before = ("Some `plain` WORDS. " * 200)[:length] + "\u4e00"
    assert fold(before + text).text == fold(before).text + fold("\u4e00" + text).text[1:]


@settings(deadline=None)
@given(ANY | ODD)
def test_folding_loses_nothing_between_neighbouring_spans(text: str) -> None:
    folded = fold(text)
    if folded.text:
        assert folded.original(0, len(folded.text)) == (0, len(text))


@settings(deadline=None)
@given(ANY | ODD, st.integers(0, 250))
def test_a_folded_offset_leads_back_to_its_own_character_or_one_behind(text: str, offset: int) -> None:
    folded = fold(text)
    position = folded.folded(offset)
    assert 0 <= position <= len(folded.starts)
    if position < len(folded.starts):
        assert folded.starts[position] >= offset


@settings(deadline=None)
@given(ANY | ODD)
def test_sentences_are_trimmed_ordered_and_apart(text: str) -> None:
    spans = sentences(text)
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        last = end


@settings(deadline=None)
@given(ANY | ODD)
def test_sentences_leave_out_nothing_but_blanks(text: str) -> None:
    inside = "".join(text[start:end] for start, end in sentences(text))
    assert "".join(inside.split()) == "".join(text.split())


@settings(deadline=None)
@given(ANY | ODD)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert one_line(one_line(text)) == one_line(text)
    assert "\n" not in one_line(text)


@settings(deadline=None)
@given(ANY)
def test_clean_text_can_be_encoded(text: str) -> None:
    assert clean(text).encode("utf-8") is not None


@settings(deadline=None)
@given(ANY, st.integers(2, 60))
def test_shortened_text_is_never_longer_than_asked(text: str, length: int) -> None:
    assert len(shorten(text, length)) <= length


@settings(deadline=None)
@given(ANY, st.sampled_from(["en", "zh", "und"]))
def test_the_lead_ends_inside_the_text(text: str, language: str) -> None:
    assert 0 <= lead_end(text, language) <= len(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("岚图汽车计划进入智利市场", "zh", id="chinese"),
        pytest.param("BYD 在巴西 launch 新车 SUV", "zh", id="chinese-with-latin-names"),
        pytest.param("Voyah plans to enter Chile", "en", id="english"),
        pytest.param("Voyah (岚图) plans to enter Chile with two electric models next year", "en", id="english-gloss"),
        pytest.param("トヨタはチリで新しい工場を建てる", "und", id="japanese"),
        pytest.param("12345 ...", "und", id="no-letters"),
    ],
)
def test_the_script_tells_the_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_an_abbreviation_ends_no_sentence() -> None:
    text = "The U.S. plant of Example Inc. opens. It makes cars."
    assert [text[a:b] for a, b in sentences(text)] == ["The U.S. plant of Example Inc. opens.", "It makes cars."]


@pytest.mark.parametrize(
    ("text", "clean_text"),
    [("a  b", "a b"), (" a\n\n  b  c ", "a\nb c"), ("a\u200bb\r\nc", "ab\nc"), ("a\u3000\u3000b", "a b")],
)
def test_runs_of_blanks_become_one_and_empty_lines_none(text: str, clean_text: str) -> None:
    assert clean(text) == clean_text
