"""What the reader says about its own reading: the same reading, word for word, and a fate for every proposal."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.classify import Reader
from crawler.classify.document import Part
from crawler.classify.explanation import Explanation, Quote
from crawler.classify.judge import Fate
from crawler.knowledge import Sort, load
from crawler.models import MoveType, Text, WhyNot

READER = Reader(load())
_PIECES = [
    *("Denza", "比亚迪", "小米汽车", "理想", "Leapmotor"),
    *(" enters ", " denies ", "否认", "登陆", "出海", "建厂", " exports "),
    *("Chile", "挪威", "overseas", "海外", "Thai plant "),
    *("；", "，", "。", ". ", "? ", "\n", "Ｄenza", "“", "ﬁ", "e\u0301", "ᚠ"),
    *(" reportedly ", "据悉", " first ", "首批", "10万辆", "\u200b", "\ud800"),
]  # fmt: skip
WORDS = st.lists(st.sampled_from(_PIECES), max_size=20).map("".join)


def fates(title: str, body: str = "") -> dict[tuple[str, MoveType], Fate]:
    proposals = READER.explain(Text(title, body)).proposals
    return {(p.company, p.type): p.fate for p in proposals if p.fate is not Fate.REPEATED}


def quotes(explanation: Explanation) -> list[Quote]:
    denials = [*(t.denied_by for t in explanation.triggers), *(p.denied_by for p in explanation.proposals)]
    return [
        *(name.quote for name in explanation.names),
        *(trigger.quote for trigger in explanation.triggers),
        *(p.clause for p in explanation.proposals),
        *(p.trigger for p in explanation.proposals),
        *(d for d in denials if d is not None),
    ]


@settings(deadline=None)
@given(WORDS, WORDS)
def test_an_explanation_is_of_the_reading_and_quotes_the_text(title: str, body: str) -> None:
    text = Text(title, body)
    explanation = READER.explain(text)
    assert explanation.reading == READER.read(text)
    for quote in quotes(explanation):
        where = title if quote.part is Part.TITLE else body
        assert where[quote.start : quote.end] == quote.words
    for proposal in explanation.proposals:
        assert math.isclose(sum(s.weight for s in proposal.signals), proposal.score, abs_tol=1e-9)
    reported = {(p.company, p.type) for p in explanation.proposals if p.fate is Fate.REPORTED}
    assert reported == {(m.company, m.type) for m in explanation.reading.moves}


def test_a_denial_is_shown_with_its_words() -> None:
    for proposal in READER.explain(Text("Denza denies it will enter the Canadian market")).proposals:
        assert (proposal.fate, proposal.veto) == (Fate.VETOED, WhyNot.DENIAL)
        assert proposal.denied_by is not None
        assert proposal.denied_by.words == "denies"


def test_a_name_that_is_not_meant_is_shown_as_such() -> None:
    names = READER.explain(Text("理想的生活在海外")).names
    assert (names[0].quote.words, names[0].sort, names[0].counts) == ("理想的", Sort.DECOY, False)


@pytest.mark.parametrize(
    ("title", "body", "company", "fate"),
    [
        pytest.param("Voyah brand enters Chile", "", "Voyah", Fate.REPORTED, id="reported"),
        pytest.param("BYD launches Seal 08 in Germany", "", "BYD", Fate.TOO_WEAK, id="too-weak"),
        pytest.param("Voyah brand enters Chile", "Kia enters Peru.", "Kia", Fate.OTHER_COMPANY, id="other-company"),
    ],
)
def test_every_proposal_says_what_became_of_it(title: str, body: str, company: str, fate: Fate) -> None:
    assert {f for (name, _), f in fates(title, body).items() if name == company} == {fate}


@pytest.mark.parametrize("body", ["It sells kettles. ", "It makes cars. "])
def test_a_body_that_leaves_a_name_unclear_is_heard_by_the_reading(body: str) -> None:
    text = Text("Galaxy enters Bolivia", "The news came on Monday. " * 15 + body * 10)
    reported = [p for p in READER.explain(text).proposals if p.fate is Fate.REPORTED]
    assert [round(p.confidence, 3) for p in reported] == [move.confidence for move in READER.read(text).moves]
    assert reported
