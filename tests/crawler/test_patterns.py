"""Patterns: what an index leaves out never matches; families are written out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import patterns
from crawler.classify import triggers
from crawler.classify.document import Clause, Part
from crawler.patterns import Index, compiled, digest, required, telling, written_out
from crawler.text import fold

TRIGGERS = triggers.load().by_language
SOURCES = {language: [s for row in rows for s in row.patterns] for language, rows in TRIGGERS.items()}
INDEXES = {language: Index(sources) for language, sources in SOURCES.items()}
_WORDS = {
    language: sorted({word for source in sources for words in required(source) for word in words})
    for language, sources in SOURCES.items()
}
_MORE = [" ", "ᚠ", "ᚢ", "ᚦ", " the ", " in ", " to ", "s ", "ed ", "ing ", "7,000 ", "在", "了", ",", "。"]


@pytest.mark.parametrize("language", SOURCES)
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_pattern_that_is_left_out_does_not_match(language: str, data: st.DataObject) -> None:
    pieces = st.sampled_from(_MORE) | st.sampled_from(_WORDS[language])
    text = "".join(data.draw(st.lists(pieces, max_size=14)))
    matching = [n for n, source in enumerate(SOURCES[language]) if compiled(source).search(text)]
    worth = list(INDEXES[language].worth(text))
    assert set(matching) <= set(worth)
    assert worth == sorted(worth)


@pytest.mark.parametrize("language", SOURCES)
def test_no_pattern_waits_for_a_capital_which_no_folded_text_has(language: str) -> None:
    assert [s for s in SOURCES[language] if re.search("[A-Z]", re.sub(r"\\.", "", s))] == []


@pytest.mark.parametrize("language", SOURCES)
def test_a_pattern_of_a_headline_is_never_left_out(language: str) -> None:
    rows = (Path(__file__).parents[1] / "corpus" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    titles = [fold(json.loads(row)["title"]).text for row in rows]
    for title in [*titles, *(title.replace("bolivia", "ᚢ").replace("玻利维亚", "ᚢ") for title in titles)]:
        matching = {n for n, source in enumerate(SOURCES[language]) if compiled(source).search(title)}
        assert matching <= set(INDEXES[language].worth(title))


@pytest.mark.parametrize("language", SOURCES)
def test_few_patterns_are_searched_for_in_a_text_of_other_things(language: str) -> None:
    text = {"en": "a quiet evening by the lake with old friends", "zh": "湖边安静的夜晚与老朋友"}[language]
    assert len(list(INDEXES[language].worth(text))) < len(SOURCES[language]) / 20


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("abc", [{"abc"}]),
        ("(?:plan|build) x?", [{"plan", "build"}, {" "}]),
        ("a(?:bc)?d", [{"a"}, {"d"}]),
        (r"\bbuild\w*\b", [{"build"}]),
        ("[ᚢᚦ] market", [{"ᚢ", "ᚦ"}, {" market"}]),
        (r"\d+", []),
        ("(?:plan|\\d)", []),
    ],
    ids=str,
)
def test_each_match_holds_a_word_of_every_required_set(source: str, expected: list[set[str]]) -> None:
    assert required(source) == [frozenset(words) for words in expected]


def test_a_pattern_that_nobody_looked_at_before_is_found_all_the_same() -> None:
    rows = TRIGGERS["en"]
    for known in ({}, {digest(source): telling(source) for source in SOURCES["en"][::2]}):
        found = triggers.Triggers({"en": rows}, known)
        clause = Clause(Part.TITLE, 0, 0, 9, "ᚠ enters ᚢ", (), ())
        assert [h.trigger for h in found.hits(clause, "en")] == [h.trigger for h in triggers.load().hits(clause, "en")]


def test_what_patterns_require_was_looked_at_when_the_package_was_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "telling", lambda source: pytest.fail(f"not in required.json: {source}"))
    triggers.load()


def test_families_within_families_are_written_out() -> None:
    assert written_out("{A} x", {"A": "(?:{B}|c)", "B": "b"}) == "(?:b|c) x"


def test_an_unknown_family_is_an_error() -> None:
    with pytest.raises(KeyError):
        written_out("{NO_BODY}", {})


@pytest.mark.parametrize(
    ("masked", "entrants", "abroad", "fallbacks"),
    [
        ("ᚠ plans to build an electric car", False, True, True),
        ("ᚠ enters ᚢ", True, False, True),
        ("ᚠ进军ᚢ", True, False, True),
        ("ᚠ pitches up in ᚢ", True, True, False),
    ],
)
def test_triggers_that_cannot_count_are_not_looked_for(
    masked: str, entrants: bool, abroad: bool, fallbacks: bool
) -> None:
    clause, language = Clause(Part.TITLE, 0, 0, len(masked), masked, (), ()), "en" if " " in masked else "zh"
    found = triggers.load()
    assert list(found.hits(clause, language))
    assert not [
        hit
        for hit in found.hits(clause, language, entrants, abroad, fallbacks)
        if (hit.trigger.entrant and not entrants)
        or (hit.trigger.needs_abroad and not abroad)
        or (hit.trigger.fallback and not fallbacks)
    ]
