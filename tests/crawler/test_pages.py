"""Pages wished for, fetched and read: a transaction of their own, on both databases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from crawler.classify.judge import Verdict
from crawler.config import ArticlePages
from crawler.ingest import Desk, ingest
from crawler.knowledge import load
from crawler.models import Entry, EventView, FeedAnswer, Move, MoveType, Outcome, Reading, Stage, Text, WhyNot
from crawler.pages import FIRST_WAIT, GIVEN_UP, belongs, request_for, take
from crawler.storage import pages, schema
from crawler.storage.engine import reading, writing
from crawler.storage.events import unevaluated
from crawler.storage.pages import Wish
from crawler.storage.views import event_ids, views
from crawler.urls import article_keys

KNOWLEDGE = load()
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
TITLE = "Northbank Motors goes to Norway"
LEAD = "Northbank Motors opens a showroom in Oslo"
PAGE = f"{LEAD}, its first outside its home, and names a head for the region who begins in June."
FEED_URL = "https://news.example/feed"


@dataclass
class FakeReader:
    """Reads a move to Norway in every candidate, unless the body denies it; the body may name another place."""

    name: str = "fake"
    version: str = "1"
    seen: list[str] = field(default_factory=list)

    def is_candidate(self, text: Text) -> bool:
        return "Northbank" in text.title

    def read(self, text: Text) -> Reading:
        self.seen.append(text.body)
        if "poison" in text.body:
            raise RecursionError("too deep")
        if not self.is_candidate(text) or "denies" in text.body:
            return Reading(self.name, self.version, (), 0.1, WhyNot.DENIAL)
        places = ("DK",) if "Copenhagen" in text.body else ("NO",)
        move = Move("NIO", MoveType.MARKET_ENTRY, places, Stage.LAUNCHED, 0.9, text.title)
        return Reading(self.name, self.version, (move,), 0.9, None)

    def judge(self, _text: Text) -> Verdict:
        """Name nothing that the title denies."""
        return Verdict((), (), 0.1, WhyNot.DENIAL, (), ())


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def desk(engine: Engine, reader: FakeReader) -> Desk:
    made = Desk(engine, reader, KNOWLEDGE)  # type: ignore[arg-type]  # a fake reader
    ingest(FeedAnswer("s", Outcome.OK, NOW - timedelta(days=1), FEED_URL, 200), made)
    return made


def entry(title: str = TITLE, text: str = LEAD, number: int = 1, url: str | None = None) -> Entry:
    link = url or f"https://news.example/2026/{number}"
    return Entry(article_keys("s", link, None, title, NOW), link, title, text, "en", NOW)


def poll(desk: Desk, *entries: Entry, mode: ArticlePages = "on_match", at: datetime = NOW) -> None:
    ingest(FeedAnswer("s", Outcome.OK, at, FEED_URL, 200, entries=entries), desk, article_pages=mode)


def wishes(desk: Desk, at: datetime = NOW) -> list[Wish]:
    with reading(desk.engine) as connection:
        return pages.due(connection, at)


def page(desk: Desk, text: str = PAGE, *, at: datetime = NOW + timedelta(minutes=10), **more: object) -> FeedAnswer:
    [wish] = wishes(desk, at)
    made = FeedAnswer(request_for(wish, (FEED_URL,)).source, Outcome.OK, at, wish.url, 200)
    return replace(made, entries=(Entry((), wish.url, "", text, "en", None),), **more)  # type: ignore[arg-type]  # free form


def the_events(desk: Desk) -> list[EventView]:
    with reading(desk.engine) as connection:
        return sorted(views(connection, event_ids(connection), KNOWLEDGE), key=lambda view: view.id)


def stored_text(desk: Desk) -> str:
    with reading(desk.engine) as connection:
        return str(connection.execute(select(schema.articles.c.text)).scalar_one())


@pytest.mark.parametrize(
    ("mode", "title", "url", "wished"),
    [
        pytest.param("on_match", TITLE, None, True, id="a-candidate"),
        pytest.param("on_match", "Batteries get cheaper", None, False, id="no-candidate"),
        pytest.param("always", "Batteries get cheaper", None, True, id="always"),
        pytest.param("never", TITLE, None, False, id="never"),
        pytest.param("always", TITLE, "https://36kr.com/newsflashes/38", False, id="a-newsflash-is-whole-in-its-feed"),
        pytest.param("always", TITLE, "https://36kr.com/p/38", True, id="an-article-of-36kr"),
    ],
)
def test_a_page_is_wished_for_as_the_configuration_says(
    desk: Desk, mode: ArticlePages, title: str, url: str | None, wished: bool
) -> None:
    poll(desk, entry(title, url=url), mode=mode)
    assert len(wishes(desk)) == wished


def test_a_silent_baseline_wishes_for_no_pages(engine: Engine, reader: FakeReader) -> None:
    desk = Desk(engine, reader, KNOWLEDGE)  # type: ignore[arg-type]  # a fake reader
    poll(desk, entry(), mode="always")
    assert wishes(desk) == []


def test_the_event_is_there_before_its_page(desk: Desk) -> None:
    poll(desk, entry())
    assert [event.confidence for event in the_events(desk)] == [0.9]


def test_a_page_completes_the_event(desk: Desk) -> None:
    poll(desk, entry())
    [before] = the_events(desk)
    assert take(page(desk), desk) == 1
    [after] = the_events(desk)
    assert (after.id, after.revision > before.revision) == (before.id, True)
    assert stored_text(desk) == PAGE
    assert wishes(desk, NOW + timedelta(days=2)) == []


def test_a_page_that_denies_it_takes_the_event_back(desk: Desk) -> None:
    poll(desk, entry())
    assert take(page(desk, f"{PAGE} Northbank Motors denies the report."), desk) == 0
    [event] = the_events(desk)
    assert (event.confidence, event.mentions) == (0.0, ())
    with reading(desk.engine) as connection:
        assert unevaluated(connection) == [event.id]


def test_a_page_that_names_another_place_moves_the_report_to_another_event(desk: Desk) -> None:
    poll(desk, entry())
    take(page(desk, f"{PAGE} The showroom is in Copenhagen."), desk)
    assert [(event.places, len(event.mentions)) for event in the_events(desk)] == [(("NO",), 0), (("DK",), 1)]


def test_the_same_entry_polled_again_leaves_the_pages_text(desk: Desk, reader: FakeReader) -> None:
    poll(desk, entry())
    take(page(desk, f"{PAGE} It denies that."), desk)
    read = len(reader.seen)
    poll(desk, entry(), at=NOW + timedelta(hours=1))
    assert (len(reader.seen), stored_text(desk)) == (read, f"{PAGE} It denies that.")


def test_an_edited_entry_is_read_with_the_pages_text_until_the_page_is_fetched_anew(desk: Desk) -> None:
    poll(desk, entry())
    take(page(desk, f"{PAGE} It denies that."), desk)
    later = NOW + timedelta(hours=1)
    poll(desk, entry(title=f"{TITLE} soon"), at=later)
    assert [event.confidence for event in the_events(desk)] == [0.0]
    assert take(page(desk, f"{PAGE} And it all was true, as the company says now.", at=later), desk) == 1
    assert [event.confidence for event in the_events(desk)] == [0.9]


def test_an_edit_while_the_page_is_read_wins(desk: Desk, reader: FakeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    poll(desk, entry())
    fetched = page(desk)
    honest = reader.read

    def edited_meanwhile(text: Text) -> Reading:
        found = honest(text)
        if text.body == PAGE:
            poll(desk, entry(title=f"{TITLE} soon"), at=NOW + timedelta(minutes=11))
        return found

    monkeypatch.setattr(reader, "read", edited_meanwhile)
    assert take(fetched, desk) == 0
    assert stored_text(desk) == LEAD
    assert [wish.title for wish in wishes(desk, NOW + timedelta(minutes=11))] == [f"{TITLE} soon"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Northbank Motors", id="no-more-than-the-feed"),
        pytest.param("We value your privacy. " * 20, id="a-page-about-cookies"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_page_that_is_not_the_articles_is_dropped_and_the_feeds_text_stays(desk: Desk, text: str) -> None:
    poll(desk, entry())
    assert take(page(desk, text), desk) == 0
    assert stored_text(desk) == LEAD
    assert wishes(desk, NOW + timedelta(days=2)) == []


def test_a_page_that_the_reader_cannot_bear_leaves_the_feeds_reading(desk: Desk) -> None:
    poll(desk, entry())
    take(page(desk, f"{PAGE} poison"), desk)
    assert (stored_text(desk), [event.confidence for event in the_events(desk)]) == (LEAD, [0.9])


def failure(desk: Desk, outcome: Outcome, at: datetime, **more: object) -> FeedAnswer:
    """Ask for the one page that is wished for; return the answer that says why it did not come."""
    answer = replace(page(desk, at=at), outcome=outcome, **{"status": 503, **more})  # type: ignore[arg-type]  # free form
    with writing(desk.engine) as connection:
        pages.asked(connection, wishes(desk, at)[0].article, at + timedelta(minutes=1))
    return answer


def test_a_page_that_does_not_come_is_tried_ever_more_rarely(desk: Desk) -> None:
    poll(desk, entry())
    at = NOW
    for tries in range(3):
        take(failure(desk, Outcome.ERROR, at), desk)
        wait = FIRST_WAIT * 2**tries
        assert wishes(desk, at + wait - timedelta(seconds=1)) == []
        at += wait
    [wish] = wishes(desk, at)
    assert (wish.tries, wish.wished_at) == (3, NOW)


def test_a_page_of_which_nothing_is_heard_is_asked_for_again_later(desk: Desk) -> None:
    poll(desk, entry())
    failure(desk, Outcome.ERROR, NOW)
    assert wishes(desk, NOW + timedelta(seconds=59)) == []
    assert [wish.tries for wish in wishes(desk, NOW + timedelta(minutes=1))] == [1]


def test_a_server_that_asks_for_time_gets_it(desk: Desk) -> None:
    poll(desk, entry())
    take(failure(desk, Outcome.BLOCKED, NOW, retry_after=7_200.0), desk)
    assert wishes(desk, NOW + timedelta(hours=2) - timedelta(seconds=1)) == []
    assert len(wishes(desk, NOW + timedelta(hours=2))) == 1


def test_a_page_whose_host_has_no_time_yet_has_not_been_tried(desk: Desk) -> None:
    poll(desk, entry())
    take(failure(desk, Outcome.ERROR, NOW, postponed=True, retry_after=600.0), desk)
    assert wishes(desk, NOW + timedelta(seconds=599)) == []
    assert [wish.tries for wish in wishes(desk, NOW + timedelta(seconds=600))] == [0]


@pytest.mark.parametrize(
    ("outcome", "more"),
    [
        pytest.param(Outcome.ERROR, {"status": 404}, id="not-there"),
        pytest.param(Outcome.GONE, {"status": 410}, id="gone"),
        pytest.param(Outcome.NOT_A_FEED, {"status": 200, "reason": "encrypted"}, id="no-article"),
        pytest.param(Outcome.BLOCKED, {"reason": "x forbids this address to robots (robots.txt)"}, id="robots"),
        pytest.param(Outcome.ERROR, {"status": None, "reason": "refused: x is a private address"}, id="private"),
    ],
)
def test_a_page_that_will_never_come_is_not_tried_again(desk: Desk, outcome: Outcome, more: dict[str, object]) -> None:
    poll(desk, entry())
    take(failure(desk, outcome, NOW, **more), desk)
    assert wishes(desk, NOW + timedelta(days=2)) == []


def test_a_page_is_given_up_after_a_day(desk: Desk) -> None:
    poll(desk, entry())
    with reading(desk.engine) as connection:
        assert pages.expired(connection, NOW) == []
        [old] = pages.expired(connection, NOW + timedelta(seconds=1))
        assert pages.waiting(connection) == {"s": 1}
    assert (old.source, old.url) == ("s", "https://news.example/2026/1")
    assert timedelta(hours=24) == GIVEN_UP


def test_a_page_nobody_wishes_for_any_more_changes_nothing(desk: Desk) -> None:
    poll(desk, entry())
    fetched = page(desk)
    take(fetched, desk)
    assert take(replace(fetched, entries=(Entry((), None, "", "Other words.", "en", None),)), desk) == 0
    assert stored_text(desk) == PAGE


@pytest.mark.parametrize(
    ("text", "feed", "same"),
    [
        pytest.param("北岸汽车六月在泰国罗勇动工建厂，产能五万辆", "北岸汽车在泰国建厂", True, id="chinese"),
        pytest.param("登录后查看更多内容，请输入手机号码和密码", "北岸汽车在泰国建厂", False, id="chinese-log-in"),
        pytest.param("NORTHBANK MOTORS opens in norway", TITLE, True, id="whatever-the-case"),
        pytest.param("anything", "", True, id="a-feed-without-words"),
    ],
)
def test_a_page_belongs_to_an_article_whose_words_it_holds(text: str, feed: str, same: bool) -> None:
    assert belongs(text, feed) is same
