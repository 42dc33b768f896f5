"""Who quotes whom: the words of quotation in both languages, and what is one source."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models import Move, MoveType, Stage, Text
from crawler.patterns import compiled, required
from crawler.quoting import independent, outlet_of, outlets, quoted_source

BYD = ("BYD", "比亚迪")


def quoted(
    title: str, body: str = "", *, evidence: str = "", outlet: str = "news.example", rumour: bool = False
) -> str | None:
    stage = Stage.RUMOURED if rumour else Stage.ANNOUNCED
    move = Move("BYD", MoveType.OVERSEAS_PRODUCTION, ("TR",), stage, 0.9, evidence or title)
    return quoted_source(Text(title, body), move, BYD, outlet)


QUOTATIONS = [
    ("According to Reuters, BYD will build a plant in Turkey.", "Reuters"),
    ("BYD will build in Turkey, according to a report in the German business daily Handelsblatt.", "Handelsblatt"),
    ("BYD is setting up a team abroad, 36Kr writes.", "36Kr"),
    ("Insiders told 36Kr that BYD is preparing a plant.", "36Kr"),
    ("Bloomberg first reported the plan.", "Bloomberg"),
    ("BYD is near a deal, a Reuters report says.", "Reuters"),
    ("BYD to build in Turkey (Reuters)", "Reuters"),
    ("Nikkei Asia has learned that BYD is looking at sites.", "Nikkei"),
    ("As first reported by electrive.com, BYD has signed.", "electrive"),
    ("BYD’s manager said so in an interview with Automotive News Europe.", "Automotive News"),
    ("BYD opens in Phuket, says the Phuket Gazette, via CnEVPost.", "CnEVPost"),
    ("The Jutland Herald reports that BYD has chosen a site.", "Jutland Herald"),
    ("据路透社报道，比亚迪将在土耳其建厂。", "Reuters"),
    ("据英国《金融时报》网站报道，比亚迪将在土耳其建厂。", "Financial Times"),
    ("据土耳其《晨报》报道，比亚迪选定马尼萨。", "晨报"),
    ("据安卡拉青年报报道，比亚迪选定马尼萨。", "安卡拉青年报"),
    ("据外媒Anatolian Cars报道，比亚迪选定马尼萨。", "Anatolian Cars"),
    ("彭博社援引知情人士报道称，比亚迪接近达成协议。", "Bloomberg"),
    ("路透社3月2日消息，比亚迪将在土耳其建厂。", "Reuters"),
    ("财联社3月5日电，比亚迪土耳其工厂动工。", "Cailian Press"),
    ("比亚迪高管在接受路透社采访时表示，工厂年内动工。", "Reuters"),
    ("知情人士告诉36氪，比亚迪正在选址。", "36Kr"),
    ("比亚迪向彭博社证实了这一计划。", "Bloomberg"),
    ("比亚迪土耳其工厂动工（新华社）", "Xinhua"),
]


@pytest.mark.parametrize(
    ("sentence", "outlet"), QUOTATIONS, ids=[outlet + str(n) for n, (_, outlet) in enumerate(QUOTATIONS)]
)
def test_a_quotation_names_its_outlet(sentence: str, outlet: str) -> None:
    assert quoted("A plant abroad", sentence, evidence=sentence) == outlet


NO_QUOTATIONS = [
    "According to BYD, the plant opens in May.",
    "According to the company’s statement, the plant opens in May.",
    "According to local media, BYD has chosen a site.",
    "According to BloombergNEF, sales will double.",
    "BYD told investors so.",
    "People familiar with the matter say that BYD is close to a deal.",
    "The Turkish market grew, and Reuters moved its office to Izmir.",
    "比亚迪官方消息，土耳其工厂动工。",
    "据Stellantis消息，土耳其工厂动工。",
    "据财报显示，土耳其工厂动工。",
    "据比亚迪官网消息，土耳其工厂动工。",
    "据悉，比亚迪将在土耳其建厂。",
    "据外媒报道，比亚迪将在土耳其建厂。",
    "据知情人士透露，比亚迪将在土耳其建厂。",
    "据中国汽车工业协会数据，出口增长两成。",
    "记者从比亚迪获悉，土耳其工厂动工。",
]


@pytest.mark.parametrize("sentence", NO_QUOTATIONS)
def test_a_company_and_nobody_in_particular_are_no_outlets(sentence: str) -> None:
    assert quoted("A plant abroad", sentence, evidence=sentence) is None


def test_what_an_outlet_says_of_itself_is_no_quotation() -> None:
    sentence = "36氪获悉，比亚迪将在土耳其建厂。"
    assert quoted("比亚迪土耳其建厂", sentence, outlet="36Kr") is None
    assert quoted("比亚迪土耳其建厂", sentence, outlet="CleanTechnica") == "36Kr"


def test_the_sentences_around_the_move_say_where_it_is_from() -> None:
    body = "BYD is preparing a plant in Turkey. It would be its third abroad. “The site is chosen,” 36Kr writes."
    assert quoted("BYD looks abroad", body, evidence="BYD is preparing a plant in Turkey.") == "36Kr"


def test_what_stands_far_from_the_move_says_nothing_of_it() -> None:
    filler = "It is one of many. " * 40
    body = f"BYD will build a plant in Turkey. {filler}Reuters reported on oil prices."
    assert quoted("BYD builds in Turkey", body, evidence="BYD will build a plant in Turkey.") is None


def test_a_rumour_may_be_from_whoever_names_the_company_later() -> None:
    filler = "It is one of many. " * 40
    body = f"A maker may build in Turkey. {filler}Reuters wrote that BYD had looked at two sites."
    assert quoted("A plant in Turkey", body, evidence="A maker may build in Turkey.", rumour=True) == "Reuters"


def test_a_move_that_stands_far_down_is_from_whom_its_neighbours_name() -> None:
    filler = "It is one of many. " * 40
    body = f"BYD sells well. {filler}BYD is preparing a plant in Turkey. “The site is chosen,” 36Kr writes."
    assert quoted("BYD looks abroad", body, evidence="BYD is preparing a plant in Turkey.") == "36Kr"


def test_what_is_no_rumour_is_not_from_whoever_names_the_company_later() -> None:
    filler = "It is one of many. " * 40
    body = f"BYD will build in Turkey. {filler}Reuters wrote that BYD sells fewer cars at home."
    assert quoted("A plant in Turkey", body, evidence="BYD will build in Turkey.") is None


def test_an_earlier_report_is_background() -> None:
    body = "比亚迪宣布在土耳其建厂。此前路透社报道称比亚迪考虑过匈牙利。"
    assert quoted("比亚迪宣布土耳其建厂", body, evidence="比亚迪宣布在土耳其建厂。") is None


def test_an_item_of_a_digest_is_quoted_by_itself() -> None:
    body = "据路透社报道，某手机厂商裁员。\n比亚迪宣布在土耳其建厂。\n据彭博社报道，油价下跌。"
    assert quoted("8点1氪丨某厂裁员；比亚迪土耳其建厂；油价下跌", body, evidence="比亚迪宣布在土耳其建厂。") is None
    body = body.replace("比亚迪宣布", "财联社讯，比亚迪宣布")
    found = quoted("8点1氪丨某厂裁员；比亚迪土耳其建厂", body, evidence="财联社讯，比亚迪宣布在土耳其建厂。")
    assert found == "Cailian Press"


@pytest.mark.parametrize(
    ("author", "outlet", "expected"),
    [
        ("财联社", "36Kr", "Cailian Press"),
        ("晚点LatePost", "36Kr", "LatePost"),
        ("36氪", "36Kr", None),
        ("Michael Reuters", "CleanTechnica", None),
        (None, "36Kr", None),
    ],
)
def test_an_outlet_that_is_named_as_the_author_is_quoted(author: str | None, outlet: str, expected: str | None) -> None:
    title = "比亚迪土耳其工厂动工"
    move = Move("BYD", MoveType.OVERSEAS_PRODUCTION, ("TR",), Stage.UNDER_WAY, 0.9, title)
    assert quoted_source(Text(title), move, BYD, outlet, author) == expected


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://36kr.com/p/1", "36Kr"),
        ("https://www.36kr.com/newsflashes/1", "36Kr"),
        ("https://cleantechnica.com/2026/x", "CleanTechnica"),
        ("https://asia.nikkei.com/x", "Nikkei"),
        ("https://www.herald.example/x", "herald.example"),
        ("https://not36kr.com/p/1", "not36kr.com"),
        ("https://[::1", "feed"),
        (None, "feed"),
    ],
)
def test_the_address_says_who_published_an_article(url: str | None, outlet: str) -> None:
    assert outlet_of(url, "feed") == outlet


SOURCES = [
    ([("36Kr", None)], ["36Kr"]),
    ([("36Kr", None), ("36Kr", None), ("CleanTechnica", "36Kr")], ["36Kr"]),
    ([("CleanTechnica", "36Kr"), ("36Kr", None)], ["36Kr"]),
    ([("Electrek", "Reuters"), ("36Kr", "Reuters")], ["Reuters"]),
    ([("CleanTechnica", "36Kr"), ("36Kr", "Reuters")], ["Reuters"]),
    ([("36Kr", None), ("36Kr", "Reuters")], ["36Kr", "Reuters"]),
    ([("36Kr", None), ("Reuters", None), ("Electrek", "Reuters")], ["36Kr", "Reuters"]),
    ([("A", "B"), ("B", "A")], ["A"]),
    ([("A", "A")], ["A"]),
    ([], []),
]


@pytest.mark.parametrize(("reports", "sources"), SOURCES, ids=[str(n) for n in range(len(SOURCES))])
def test_who_quotes_a_source_is_no_further_source(reports: list[tuple[str, str | None]], sources: list[str]) -> None:
    assert independent(reports) == tuple(sources)


NAMES = st.sampled_from(["A", "B", "C", "D"])


@given(st.lists(st.tuples(NAMES, st.none() | NAMES), min_size=1, max_size=12))
def test_there_is_a_source_and_never_more_of_them_than_reports(reports: list[tuple[str, str | None]]) -> None:
    assert 1 <= len(independent(reports)) <= len(reports)


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_is_looked_through(title: str, body: str) -> None:
    quoted(title, body)


_PIECES = st.sampled_from(
    [
        *sorted({word for phrase in outlets().phrases for words in required(phrase) for word in words}),
        *("Reuters", "路透社", "the Phuket Gazette", "《晨报》", " to ", "d", "(", ")", "，", "的", "a", "."),
        *[" "] * 3,
    ]
)


@given(st.lists(st.tuples(_PIECES, st.sampled_from([str, str.upper, str.title, str.swapcase])), max_size=12))
def test_a_phrase_that_is_not_looked_for_does_not_match(pieces: list[tuple[str, Callable[[str], str]]]) -> None:
    text = "".join(written(piece) for piece, written in pieces)
    matching = {number for number, phrase in enumerate(outlets().phrases) if compiled(phrase).search(text)}
    assert matching <= set(outlets().index.worth(text.casefold()))
