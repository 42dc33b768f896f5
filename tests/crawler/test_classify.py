"""Whole articles: title and lead decide, the body completes; and no text at all makes the reader fail."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.classify import Reader, lexicon, scoring, triggers
from crawler.knowledge import load
from crawler.models import DETAIL_KEYS, MOST_MOVES, OVERSEAS, RELEVANT, MoveType, Stage, Text, WhyNot
from crawler.patterns import compiled

READER = Reader(load())

_PARAGRAPHS = (
    "Subscribe to our letter, and find us on every network!",
    "Few people thought that a newcomer could still make a dent in the electric car business. A household name "
    "helps, though: it brings customers, shops and engineers. People waited for years for an Apple car that never "
    "came. Dyson tried and gave up. Sony and Samsung showed an interest. It was Xiaomi, of all of them, that got "
    "into the market with electric cars that sell.",
    "Selling at home is one thing. China is the largest market for electric vehicles anywhere, and makers there "
    "find it hard to repeat the feat in Europe, Australia or South America.",
    "According to reports, Xiaomi is preparing to start exports. How far that goes is anybody's guess.",
    "A Chinese business site writes that Xiaomi is setting up an overseas car business. It says that Xiaomi is "
    "recruiting staff for an overseas sales team, from market research to repairs.",
    "The site adds that a small number of cars will be sold in several regions at first. In Europe, Xiaomi has a "
    "fifth of the phone market.",
    "XPENG, NIO, BYD and Zeekr have sold cars in Europe for some time without setting the place on fire. We shall see.",
    "Give a little each month to keep us going!",
)
LONG_WAY_ROUND = Text("Xiaomi Moving Into Exports So Soon", "\n".join(_PARAGRAPHS))


def test_an_article_that_comes_round_to_its_news_late_is_of_one_company() -> None:
    reading = READER.read(LONG_WAY_ROUND)
    assert {m.company for m in reading.moves} == {"Xiaomi"}
    types = {m.type for m in reading.moves}
    assert types & {MoveType.EXPORT, MoveType.MARKET_ENTRY}
    assert MoveType.OVERSEAS_ORGANISATION in types
    for move in reading.moves:
        assert move.destinations == (OVERSEAS,)
        assert move.stage.rank <= Stage.UNDER_WAY.rank


def test_evidence_is_the_sentence_of_the_body_that_says_it() -> None:
    said = {m.type: m.evidence for m in READER.read(LONG_WAY_ROUND).moves}
    assert said[MoveType.EXPORT] == "According to reports, Xiaomi is preparing to start exports."
    assert "overseas" in said[MoveType.OVERSEAS_ORGANISATION]
    assert said[MoveType.OVERSEAS_ORGANISATION] in LONG_WAY_ROUND.body


def test_the_example_of_the_default_config_is_an_overseas_organisation() -> None:
    reading = READER.read(Text("小米汽车筹备出海，已组建海外销售团队"))
    assert MoveType.OVERSEAS_ORGANISATION in {m.type for m in reading.moves}
    assert {m.company for m in reading.moves} == {"Xiaomi"}


def test_the_body_brings_in_no_other_company() -> None:
    reading = READER.read(
        Text("Voyah brand enters Chile", "Sales start in May.\n" * 30 + "Geely will build a plant in Peru.")
    )
    assert [m.company for m in reading.moves] == ["Voyah"]


def test_a_body_alone_makes_no_news() -> None:
    body = "The weather was fine and the show was full of people who came to look around. " * 12
    reading = READER.read(Text("A stroll around the harbour", body + "BYD will build a car plant in Peru."))
    assert reading.moves == ()
    assert reading.why_not is WhyNot.PASSING_MENTION


def test_a_lead_speaks_where_the_title_names_nobody() -> None:
    reading = READER.read(Text("One more carmaker for Santiago", "Voyah officially entered Chile on Monday."))
    assert [(m.company, m.destinations) for m in reading.moves] == [("Voyah", ("CL",))]
    assert reading.moves[0].evidence == "Voyah officially entered Chile on Monday."


def test_a_lead_names_the_place_that_the_title_leaves_open() -> None:
    reading = READER.read(Text("岚图汽车宣布出海计划", "岚图汽车计划明年进军智利市场。"))
    assert reading.moves[0].destinations == ("CL",)


@pytest.mark.parametrize(
    ("title", "destinations"),
    [
        pytest.param("Voyah enters the Caucasus", ("AM", "AZ", "GE"), id="alone"),
        pytest.param("Voyah opens in Tbilisi, its first showroom in the Caucasus", ("GE",), id="beside-one-of-them"),
    ],
)
def test_a_word_for_several_countries_stands_behind_the_one_that_is_named(
    title: str, destinations: tuple[str, ...]
) -> None:
    assert READER.read(Text(title)).moves[0].destinations == destinations


def test_details_are_quoted_word_for_word() -> None:
    title = "Voyah invests $250 million in a plant in Chile with Geely to build 40,000 cars by 2027"
    move = READER.read(Text(title)).moves[0]
    assert move.details == {
        "investment": ("$250 million",),
        "partners": ("Geely",),
        "units": ("40,000 cars",),
        "when": ("by 2027",),
    }


def test_a_site_is_quoted_as_a_detail() -> None:
    move = READER.read(Text("岚图汽车泰国罗勇工厂竣工投产")).moves[0]
    assert move.destinations == ("TH",)
    assert move.details["site"] == ("罗勇",)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(Text("Voyah brand enters Chile"), id="a-move"),
        pytest.param(Text("零跑否认将在墨西哥建厂"), id="a-denial-is-worth-a-look"),
        pytest.param(Text("小米与海外市场", "小米汽车正在招聘。"), id="a-vague-title"),
    ],
)
def test_what_may_be_a_move_is_a_candidate(text: Text) -> None:
    assert READER.is_candidate(text)


def test_a_text_without_company_is_no_candidate() -> None:
    assert not READER.is_candidate(Text("Tea shops open in Chile"))


def test_the_version_names_code_and_knowledge() -> None:
    assert load().version in READER.version


def test_the_data_files_use_only_what_the_code_knows() -> None:
    weights = scoring.load()
    assert math.isclose(weights.score(()), weights.weights["bias"])
    for rows in triggers.load().by_language.values():
        sources = [source for row in rows for source in row.patterns]
        assert len(sources) > 50
        assert all(compiled(source).groups == 0 for source in sources)
    assert all(compiled(source) for family in weights.words for source in family.patterns.values())
    families = lexicon.load().families
    assert all(compiled(source) for family in families.values() for source in family.values())
    assert set(families) >= {"negation", "rumour", "wish"}


# --- any text at all ---

_FRAGMENTS = [
    *("Xiaomi", "BYD", "小米汽车", "理想", "Apple", "奇瑞", "Leapmotor", "Denza", "BYD's", "蔚来、"),
    *(" enters ", " launches in ", "登陆", "出海", "建厂", " exports ", "造车", " plans a plant in "),
    *("放弃", "否认", " not ", "Chile", "挪威", "US", "overseas", "海外", "Thai plant ", "出海速递｜"),
    *(" / ", "；", "，", "。", ". ", "? ", "\n", ": ", "\ud800", "\udfff", "😀", "\u202e", "مرحبا"),
    *("ß", "ﬁ", "e\u0301", "\u200b", "ᚠ", "ᚢᚦ", "\x00", "２０２７年", "$3 billion", "一二三"),
]
ANY = st.text(st.characters(codec=None, categories=None), max_size=120)
NEWSY = st.lists(st.sampled_from(_FRAGMENTS), max_size=24).map("".join)


@settings(deadline=None)
@given(ANY | NEWSY, ANY | NEWSY)
def test_any_text_is_read_and_every_quotation_stands_in_it(title: str, body: str) -> None:
    text = Text(title, body)
    reading = READER.read(text)
    READER.is_candidate(text)
    assert 0 <= reading.confidence <= 1
    assert (reading.why_not is None) == reading.relevant
    assert len(reading.moves) <= MOST_MOVES
    assert len({(m.company, m.type) for m in reading.moves}) == len(reading.moves)
    for move in reading.moves:
        assert move.confidence >= RELEVANT
        assert move.evidence
        assert move.evidence in title or move.evidence in body
        assert set(move.details) <= set(DETAIL_KEYS)
        assert all(quote in title or quote in body for quotes in move.details.values() for quote in quotes)
        assert list(move.destinations) == sorted(set(move.destinations))
        assert move.destinations


@settings(deadline=None)
@given(NEWSY, NEWSY)
def test_reading_twice_gives_the_same(title: str, body: str) -> None:
    assert READER.read(Text(title, body)) == READER.read(Text(title, body))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(Text(""), id="empty"),
        pytest.param(Text("x" * 1_000_000, "y" * 1_000_000), id="a-million-letters"),
        pytest.param(Text("出海" * 500_000, "比亚迪" * 300_000), id="a-million-characters"),
        pytest.param(Text("BYD enters " * 90_000, "BYD. " * 200_000), id="a-million-of-names"),
        pytest.param(Text("\n" * 1_000_000, "。" * 1_000_000), id="nothing-but-ends"),
        pytest.param(Text("\ud800" * 10, "\udc00 BYD \ud800"), id="half-characters"),
    ],
)
def test_hostile_texts_are_read_in_bounded_time(text: Text) -> None:
    assert READER.read(text) is not None


@pytest.mark.parametrize(
    ("title", "company", "type_"),
    [
        ("Ora pulls out of Peru", "Ora", MoveType.WITHDRAWAL),
        ("Firefly touches down in Malta", "Firefly", MoveType.MARKET_ENTRY),
        ("理想正式成立意大利研发中心", "Li Auto", MoveType.OVERSEAS_ORGANISATION),
        ("欧拉退出秘鲁市场", "Ora", MoveType.WITHDRAWAL),
    ],
    ids=str,
)
def test_an_ambiguous_name_counts_where_the_words_of_a_move_follow_it_at_once(
    title: str, company: str, type_: MoveType
) -> None:
    (move,) = READER.read(Text(title)).moves
    assert (move.company, move.type) == (company, type_)
    (signal,) = [s for p in READER.explain(Text(title)).proposals for s in p.signals if s.name == "name_unclear"][:1]
    assert signal.weight < 0


@pytest.mark.parametrize(
    "title",
    [
        "Firefly colonies touch down in Malta",
        "Smart chargers pull out of Peru",
        "理想主义者退出意大利",
        "理想很丰满，退出秘鲁市场",
    ],
)
def test_an_ambiguous_name_with_other_words_behind_it_is_no_company(title: str) -> None:
    assert READER.read(Text(title)).moves == ()


def test_traditional_characters_are_read_like_simplified_ones() -> None:
    reading = READER.read(Text("長城汽車關閉祕魯工廠"))
    assert [(m.company, m.type, m.destinations) for m in reading.moves] == [
        ("Great Wall", MoveType.WITHDRAWAL, ("PE",))
    ]
    assert reading.moves[0].evidence == "長城汽車關閉祕魯工廠"
