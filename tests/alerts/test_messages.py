from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages import headline, render, web_url
from alerts.models import Card, DeliveryKind, Rendered
from tests.alerts.views import NOW, card, move, report

HOSTILE = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        [
            "<!channel> <!here|x> <@U0123> <#C0123>",
            "&lt;!channel&gt; &amp;lt;!here&amp;gt;",
            "<http://evil.example|click> http://evil.example",
            "*bold* _it_ ~no~ `code` :skull: ```x```",
            "a\nb\r\x1b[31mred\x00\u202egnp.exe\ud800",
            "{{7*7}} {0.__class__} %(token)s '; DROP TABLE alerts; =cmd|'/c'",
            "x" * 5000,
            "字" * 5000,
        ]
    ),
)
URLS = st.one_of(
    st.none(),
    HOSTILE,
    st.builds("https://{}.example/{}".format, st.text(max_size=20), HOSTILE),
    st.sampled_from(
        [
            "javascript:alert(1)",
            "http://a\\@127.0.0.1/",
            "https://user@evil.example/",
            "https://x.example/a|b>c<d",
            "https://[::1",
            "https://x.example/" + "a" * 5000,
            "//x.example/",
        ]
    ),
)
LINK = re.compile(r"<https?://[^\s<>|]+\|[^<>|]+>")


def plain(rendered: Rendered) -> list[str]:
    return [part["text"] for part in _objects(rendered) if part["type"] == "plain_text"]


def markup(rendered: Rendered) -> list[str]:
    return [rendered.text, *(part["text"] for part in _objects(rendered) if part["type"] == "mrkdwn")]


def _objects(rendered: Rendered) -> list[dict[str, Any]]:
    return [
        part for block in rendered.blocks for part in ([block["text"]] if "text" in block else list(block["elements"]))
    ]


def test_the_head_says_who_what_where_how_far_and_how_many() -> None:
    rendered = render(DeliveryKind.HEAD, card())
    assert rendered.text == "XPENG → market entry, Norway · announced · 1 source · first time there"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"type": "overseas_organisation", "places": ("overseas",), "stage": "planned"},
            "XPENG → organisation abroad · planned · 1 source · first time abroad",
            id="no place named",
        ),
        pytest.param(
            {"type": "new_entrant", "places": ("China",), "stage": "rumoured"},
            "XPENG → first car of its own, China · rumoured · 1 source",
            id="an entrant at home is no first time there",
        ),
        pytest.param(
            {"type": "export", "places": ("Brazil", "Mexico"), "stage": "under_way", "first_time": "known"},
            "XPENG → exports, Brazil, Mexico · under way · 1 source",
            id="several places",
        ),
        pytest.param(
            {"sources": ("a.example", "b.example"), "first_time": "unknown"},
            "XPENG → market entry, Norway · announced · 2 sources",
            id="two sources",
        ),
        pytest.param(
            {"articles": 4, "first_time": "unknown"},
            "XPENG → market entry, Norway · announced · 1 source, 3 repeats",
            id="one source and who repeats it",
        ),
        pytest.param(
            {"articles": 3, "sources": ("a.example", "b.example"), "first_time": "unknown"},
            "XPENG → market entry, Norway · announced · 2 sources, 1 repeat",
            id="two sources and one that repeats",
        ),
        pytest.param(
            {"stage": "cancelled", "first_time": "unknown"},
            "Ended: XPENG → market entry, Norway · cancelled · 1 source",
            id="cancelled",
        ),
        pytest.param(
            {"corrected": True, "first_time": "unknown"},
            "Corrected, no longer reported: XPENG → market entry, Norway · announced · 1 source",
            id="corrected",
        ),
    ],
)
def test_headlines(changes: dict[str, Any], expected: str) -> None:
    assert headline(card(moves=(move(**changes),))) == expected


def test_further_moves_of_the_story_are_listed_under_the_headline() -> None:
    rendered = render(DeliveryKind.HEAD, card(moves=(move(), move(type="export", places=("Germany",)))))
    assert rendered.text.endswith("· +1 move")
    assert "also: exports, Germany · announced · 1 source · first time there" in plain(rendered)


def test_details_of_the_first_move_stand_in_one_line_under_the_headline() -> None:
    details = {"when": ("in June",), "models": ("G6", "G9")}
    rendered = render(DeliveryKind.HEAD, card(moves=(move(details=details), move(type="export"))))
    assert plain(rendered)[1].split("\n")[-1] == "models: G6, G9 · when: in June"
    assert "  models: G6, G9 · when: in June\n" in rendered.terminal
    assert "models" not in rendered.text


def test_many_and_long_details_are_cut() -> None:
    details = {"models": tuple(f"{n}" * 100 for n in range(7))}
    (line,) = plain(render(DeliveryKind.HEAD, card(moves=(move(details=details),))))[1].split("\n")
    assert line.endswith(" +2")
    assert len(line) < 400


def test_a_card_queued_before_cards_had_details_has_none() -> None:
    stored = card().to_json()
    for kept in stored["moves"]:
        del kept["details"]
    assert Card.from_json(stored) == card()


def test_many_moves_are_cut_to_a_short_list() -> None:
    rendered = render(DeliveryKind.HEAD, card(moves=tuple(move(places=(str(n),)) for n in range(9))))
    assert plain(rendered)[1].split("\n")[-1] == "and 3 more"


def test_the_evidence_stands_untouched_in_its_own_language() -> None:
    said = "小鹏汽车表示，首批新车将于6月在挪威交付。"
    assert any(said in text for text in plain(render(DeliveryKind.HEAD, card(report=report(evidence=said)))))


def test_a_title_that_is_its_own_evidence_is_shown_once() -> None:
    given_report = report(title="XPENG opens in Oslo", evidence="XPENG opens in Oslo")
    shown = plain(render(DeliveryKind.HEAD, card(report=given_report)))
    assert sum(text.count("XPENG opens in Oslo") for text in shown) == 1


def test_the_context_line_says_where_when_for_whom_how_sure_and_why() -> None:
    context = plain(render(DeliveryKind.HEAD, card()))[-1]
    assert context == (
        "herald.example · published 2026-05-04 08:30 UTC · seen after 12 min · watchlist Abroad · confidence 0.82 · "
        "matches: home CN, type market_entry; confidence 0.82 >= 0.6"
    )


@pytest.mark.parametrize(
    ("published", "said"),
    [
        pytest.param(None, "no date given · seen 2026-05-04 08:42 UTC", id="no date"),
        pytest.param(NOW + timedelta(days=1), "published 2026-05-05 09:00 UTC · watchlist", id="a date to come"),
    ],
)
def test_odd_dates_are_said_as_they_are(published: Any, said: str) -> None:
    assert said in plain(render(DeliveryKind.HEAD, card(report=report(published=published))))[-1]


def test_a_reply_names_the_outlet_that_reports_too() -> None:
    rendered = render(DeliveryKind.REPLY, card())
    assert rendered.text == "Also reported by herald.example: XPENG → market entry, Norway · announced"


def test_a_broadcast_says_what_has_changed() -> None:
    rendered = render(DeliveryKind.BROADCAST, card(change="Now launched (was planned)"))
    assert rendered.text.startswith("Now launched (was planned): XPENG →")


def test_a_possible_repeat_is_marked_in_text_and_blocks() -> None:
    rendered = render(DeliveryKind.HEAD, card(), repeat=True)
    assert rendered.text.startswith("(possible repeat) ")
    assert plain(rendered)[0].startswith("possible repeat")


def test_the_reduced_form_is_text_without_a_word_from_the_feed() -> None:
    rendered = render(DeliveryKind.HEAD, card(report=report(title="<!channel>", evidence="<!here>")), reduced=True)
    assert rendered.blocks == ()
    assert rendered.text.endswith("<https://www.herald.example/news/1|Read it at herald.example>")
    assert "!" not in rendered.text


def test_an_edit_shows_on_a_terminal_only_when_it_corrects() -> None:
    assert not render(DeliveryKind.EDIT, card()).terminal
    assert render(DeliveryKind.EDIT, card(moves=(move(corrected=True),))).terminal.startswith("Corrected")


def test_an_ops_message_is_plain_text_line_by_line() -> None:
    rendered = render(DeliveryKind.OPS, Card(text="Source <!channel> fails\n• <http://evil.example|x>"))
    assert plain(rendered) == ["Source <!channel> fails\n• <http://evil.example|x>"]
    assert rendered.text == "Source &lt;!channel&gt; fails • &lt;http://evil.example|x&gt;"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://x.example/",
        "//x.example/",
        "http://a\\@127.0.0.1/",
        "https://user:word@x.example/",
        "https://[::1",
        "https:///nowhere",
        "",
        None,
    ],
)
def test_what_is_no_plain_web_address_becomes_no_link(url: str | None) -> None:
    assert web_url(url) is None
    rendered = render(DeliveryKind.HEAD, card(report=report(url=url)))
    assert len(markup(rendered)) == 1


@given(
    kind=st.sampled_from(DeliveryKind),
    words=st.lists(HOSTILE, min_size=8, max_size=8),
    url=URLS,
    reduced=st.booleans(),
    repeat=st.booleans(),
)
def test_nothing_hostile_becomes_markup(
    kind: DeliveryKind, words: list[str], url: str | None, reduced: bool, repeat: bool
) -> None:
    title, evidence, source, company, place, watchlist, reason, text = words
    made = Card(
        moves=(move(company=company, places=(place,), details={"models": (title, text)}), move(places=(place,))),
        report=report(title=title, evidence=evidence, source=source, url=url),
        watchlists=(watchlist,),
        reason=reason,
        change=text,
        text=text,
    )
    rendered = render(kind, Card.from_json(made.to_json()), reduced=reduced, repeat=repeat)
    for piece in markup(rendered):
        ours = LINK.sub("", piece)
        assert not re.search("[<>]", ours)
        assert not re.search("&(?!amp;|lt;|gt;)", piece)
        assert len(LINK.findall(piece)) <= 1
    assert len(rendered.text) < 4000
    limits = {"header": 150, "section": 3000, "context": 3000}
    for block in rendered.blocks:
        for part in [block["text"]] if "text" in block else block["elements"]:
            assert 0 < len(part["text"]) <= limits[block["type"]]
            assert part["type"] == "plain_text" or LINK.fullmatch(part["text"])
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", rendered.terminal)
    json.dumps([rendered.text, list(rendered.blocks)]).encode()


def test_an_english_reader_is_offered_the_english_edition() -> None:
    shown = render(DeliveryKind.HEAD, card(report=report(english_url="https://eu.36kr.com/en/p/1")))
    assert "<https://eu.36kr.com/en/p/1|English edition, if translated>" in str(shown.blocks)
    assert "English edition" not in str(render(DeliveryKind.HEAD, card(report=report())).blocks)


def test_a_reply_says_whom_its_outlet_quotes() -> None:
    quoting = render(DeliveryKind.REPLY, card(report=report(quoted_source="36Kr <!channel>")))
    assert quoting.terminal.startswith("Also reported by herald.example, quoting 36Kr <!channel>: XPENG")
    assert "<!channel>" not in quoting.text


def test_a_card_that_was_stored_before_outlets_were_known_to_quote_is_still_read() -> None:
    stored = card().to_json()
    del stored["report"]["quoted_source"]
    assert Card.from_json(stored) == card()
