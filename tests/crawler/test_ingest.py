"""From a feed's answer to stored events, on both databases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, func, select

from crawler.classify import Reader
from crawler.ingest import Desk, Stored, ingest
from crawler.knowledge import load
from crawler.models import (
    Entry,
    EventView,
    FeedAnswer,
    FirstTime,
    Move,
    MoveType,
    Outcome,
    Reading,
    Stage,
    Text,
    WhyNot,
)
from crawler.storage import schema, sources
from crawler.storage.engine import reading, writing
from crawler.storage.events import mark_evaluated, story_events, unevaluated
from crawler.storage.views import event_ids, views
from crawler.urls import article_keys

KNOWLEDGE = load()
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


@dataclass
class FakeReader:
    """Reads `COMPANY type PLACES stage`, several with `;`, in a title; anything else is no move."""

    name: str = "fake"
    version: str = "1"
    read_titles: list[str] = field(default_factory=list)

    def read(self, text: Text) -> Reading:
        self.read_titles.append(text.title)
        if text.title == "poison":
            raise RecursionError("too deep\nfor us")
        moves = tuple(self._move(part) for part in text.title.split(";") if part.strip().count(" ") == 3)
        return Reading(self.name, self.version, moves, 0.9 if moves else 0.1, None if moves else WhyNot.NO_MOVE)

    def _move(self, part: str) -> Move:
        company, type, places, stage = part.split()
        return Move(company, MoveType(type), tuple(places.split("+")), Stage(stage), 0.9, part.strip())


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine, FakeReader(), KNOWLEDGE)  # type: ignore[arg-type]  # a fake reader


def entry(title: str, number: int = 1, days: float = 0, text: str = "words", source: str = "s") -> Entry:
    url = f"https://news.example/p/{number}"
    published = NOW - timedelta(days=days)
    return Entry(article_keys(source, url, None, title, published), url, title, text, "en", published)


def answer(
    *entries: Entry, source: str = "s", at: datetime = NOW, outcome: Outcome = Outcome.OK, **more: object
) -> FeedAnswer:
    return FeedAnswer(source, outcome, at, "https://news.example/feed", 200, entries=entries, **more)  # type: ignore[arg-type]  # the table's free form


def count(engine: Engine, table: object) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]  # any table


def all_events(engine: Engine) -> list[EventView]:
    with reading(engine) as connection:
        return sorted(views(connection, event_ids(connection), KNOWLEDGE), key=lambda view: view.id)


def begin(desk: Desk, *ids: str) -> None:
    """Put the baseline behind these sources."""
    for source in ids or ("s",):
        ingest(answer(source=source, at=NOW - timedelta(days=1)), desk)


def test_every_entry_is_stored_once_however_often_it_is_seen(desk: Desk) -> None:
    entries = [entry(f"nothing {i}", i) for i in range(5)]
    assert ingest(answer(*entries, *entries), desk).new == 5
    assert ingest(answer(*reversed(entries)), desk) == Stored()
    assert count(desk.engine, schema.articles) == 5


def test_an_article_known_by_any_key_is_known_and_learns_the_others(desk: Desk) -> None:
    first = entry("nothing")
    ingest(answer(first), desk)
    renewed = replace(first, keys=(*first.keys, "guid:s:new"))
    assert ingest(answer(renewed), desk).new == 0
    assert ingest(answer(replace(first, keys=("guid:s:new",))), desk).new == 0


def test_two_sources_with_one_article_store_it_once(desk: Desk) -> None:
    begin(desk, "s", "t")
    ingest(answer(entry("BYD export TH announced")), desk)
    again = entry("BYD export TH announced, says another headline", source="t")
    assert ingest(answer(again, source="t"), desk) == Stored()
    assert count(desk.engine, schema.mentions) == 1


def test_the_first_poll_is_a_silent_baseline(desk: Desk) -> None:
    stored = ingest(answer(entry("BYD export TH announced"), entry("nothing", 2)), desk)
    assert (stored.new, stored.moves, stored.baseline, stored.quiet) == (2, 1, True, True)
    (view,) = all_events(desk.engine)
    assert view.quiet
    assert all(mention.quiet for mention in view.mentions)
    with reading(desk.engine) as connection:
        state = sources.states(connection, ["s"])["s"]
    assert (state.baseline_at, state.baseline_articles, state.baseline_events) == (NOW, 2, 1)


def test_a_first_poll_may_be_told(desk: Desk) -> None:
    ingest(answer(entry("BYD export TH announced")), desk, quiet_baseline=False)
    assert not all_events(desk.engine)[0].quiet


def test_a_failed_poll_is_no_baseline(desk: Desk) -> None:
    ingest(answer(outcome=Outcome.BLOCKED, reason="a challenge page"), desk)
    assert ingest(answer(entry("BYD export TH announced")), desk).quiet


def test_an_event_of_the_baseline_is_news_when_it_is_reported_again_soon(desk: Desk) -> None:
    ingest(answer(entry("BYD export TH announced")), desk)
    later = NOW + timedelta(days=2)
    ingest(answer(replace(entry("BYD export TH announced", 2), published=later), at=later), desk)
    assert not all_events(desk.engine)[0].quiet


def test_two_reports_are_one_event_with_two_mentions_and_a_higher_revision(desk: Desk) -> None:
    begin(desk, "s", "t")
    ingest(answer(entry("BYD market_entry EU rumoured")), desk)
    ingest(answer(entry("BYD market_entry DE launched", 2, source="t"), source="t"), desk)
    (view,) = all_events(desk.engine)
    assert (view.places, view.stage, view.revision) == (("DE",), Stage.LAUNCHED, 2)
    assert [step.stage for step in view.history] == [Stage.RUMOURED, Stage.LAUNCHED]
    assert [mention.source for mention in view.mentions] == ["s", "t"]


def test_the_events_of_one_article_are_one_story(desk: Desk) -> None:
    begin(desk)
    ingest(answer(entry("Xiaomi export OVERSEAS planned; Xiaomi overseas_organisation DE under_way")), desk)
    first, second = all_events(desk.engine)
    assert first.story_id == second.story_id
    with reading(desk.engine) as connection:
        assert story_events(connection, [first.story_id]) == [first.id, second.id]


def test_a_withdrawal_cancels_what_it_ends(desk: Desk) -> None:
    begin(desk)
    ingest(answer(entry("BYD overseas_production MX announced", days=9)), desk)
    ingest(answer(entry("BYD withdrawal MX cancelled", 2)), desk)
    plant, end = all_events(desk.engine)
    assert (plant.stage, plant.story_id, plant.revision) == (Stage.CANCELLED, end.story_id, 2)


def test_a_poison_article_is_quarantined_and_the_rest_goes_on(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    begin(desk)
    stored = ingest(answer(entry("poison"), entry("BYD export TH announced", 2)), desk)
    assert (stored.new, stored.quarantined, stored.moves) == (2, 1, 1)
    with reading(desk.engine) as connection:
        found = connection.execute(select(schema.articles.c.quarantined).where(schema.articles.c.title == "poison"))
        assert found.scalar() == "RecursionError: too deep for us"
        assert sources.article_counts(connection) == {"s": (2, 1)}
    assert "quarantined: poison" in caplog.text


def test_an_edited_title_becomes_relevant_and_is_told_although_its_article_came_quietly(desk: Desk) -> None:
    ingest(answer(entry("nothing much")), desk)
    changed = ingest(answer(entry("BYD export TH announced")), desk)
    assert (changed.new, changed.changed, changed.moves) == (0, 1, 1)
    (view,) = all_events(desk.engine)
    assert not view.quiet


def test_an_edit_that_takes_the_move_back_takes_the_confidence_too(desk: Desk) -> None:
    begin(desk)
    ingest(answer(entry("BYD export TH announced")), desk)
    ingest(answer(entry("BYD does nothing of the kind")), desk)
    (view,) = all_events(desk.engine)
    assert (view.confidence, view.mentions, view.revision) == (0.0, (), 2)


def test_validators_are_stored_with_the_entries_and_not_from_a_cut_answer(desk: Desk) -> None:
    ingest(answer(entry("nothing"), etag='"a"', body_hash="0" * 64), desk)
    with reading(desk.engine) as connection:
        state = sources.states(connection, ["s"])["s"]
    assert (state.etag, state.validators_of, state.body_hash) == ('"a"', "https://news.example/feed", "0" * 64)
    ingest(answer(entry("nothing", 2), etag='"b"', complete=False), desk)
    with reading(desk.engine) as connection:
        assert sources.states(connection, ["s"])["s"].etag is None


def test_a_304_keeps_the_validators(desk: Desk) -> None:
    ingest(answer(entry("nothing"), etag='"a"'), desk)
    ingest(answer(outcome=Outcome.NOT_MODIFIED), desk)
    with reading(desk.engine) as connection:
        assert sources.states(connection, ["s"])["s"].etag == '"a"'


def test_failures_are_counted_from_the_first_and_end_with_a_success(desk: Desk) -> None:
    for minute in range(3):
        at = NOW + timedelta(minutes=minute)
        ingest(answer(outcome=Outcome.ERROR, reason="no answer", at=at, retry_after=90.0), desk)
    with reading(desk.engine) as connection:
        state = sources.states(connection, ["s"])["s"]
    assert (state.failures, state.failing_since, state.reason) == (3, NOW, "no answer")
    assert state.not_before == NOW + timedelta(minutes=2, seconds=90)
    ingest(answer(entry("nothing")), desk)
    with reading(desk.engine) as connection:
        state = sources.states(connection, ["s"])["s"]
    assert (state.failures, state.failing_since, state.reason, state.not_before) == (0, None, None, None)


def test_an_unchanged_feed_is_not_read_again(desk: Desk) -> None:
    ingest(answer(entry("nothing")), desk)
    ingest(answer(entry("nothing")), desk)
    assert isinstance(desk.reader, FakeReader)
    assert desk.reader.read_titles == ["nothing"]


def test_nothing_is_stored_of_an_answer_whose_transaction_fails(desk: Desk) -> None:
    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "INSERT INTO mentions" in statement:
            raise OSError("the disk is full")

    event.listen(desk.engine, "before_cursor_execute", fail)
    with pytest.raises(OSError, match="disk is full"):
        ingest(answer(entry("BYD export TH announced"), etag='"a"'), desk)
    event.remove(desk.engine, "before_cursor_execute", fail)
    assert count(desk.engine, schema.articles) == count(desk.engine, schema.events) == 0
    with reading(desk.engine) as connection:
        assert sources.states(connection, ["s"])["s"].etag is None
    assert ingest(answer(entry("BYD export TH announced")), desk).moves == 1


def test_matching_sees_an_event_again_only_after_it_changed(desk: Desk) -> None:
    begin(desk)
    ingest(answer(entry("BYD export TH announced")), desk)
    with writing(desk.engine) as connection:
        (id,) = unevaluated(connection)
        mark_evaluated(connection, {id: 1})
        assert unevaluated(connection) == []
    ingest(answer(entry("BYD export TH launched", 2)), desk)
    with reading(desk.engine) as connection:
        assert unevaluated(connection) == [id]


def test_dates_come_back_aware_and_in_utc(desk: Desk) -> None:
    ingest(answer(entry("BYD export TH announced", days=2)), desk)
    (view,) = all_events(desk.engine)
    assert view.first_seen == NOW - timedelta(days=2)
    assert view.first_seen.utcoffset() == timedelta(0)
    assert view.mentions[0].seen == NOW


ROUND_UPS = [(21, "another outlet"), (120, "the year in review")]


@pytest.mark.parametrize(("days", "what"), ROUND_UPS, ids=[what for _, what in ROUND_UPS])
def test_a_round_up_is_a_mention_that_matching_is_not_shown(desk: Desk, days: int, what: str) -> None:
    begin(desk)
    ingest(answer(entry("BYD market_entry TH announced")), desk)
    with writing(desk.engine) as connection:
        (id,) = unevaluated(connection)
        mark_evaluated(connection, {id: 1})
    later = NOW + timedelta(days=days)
    ingest(answer(replace(entry("BYD market_entry TH announced", 2), published=later), at=later), desk)
    (view,) = all_events(desk.engine)
    assert [mention.quiet for mention in view.mentions] == [False, True]
    assert view.revision == 2
    with reading(desk.engine) as connection:
        assert unevaluated(connection) == []


def test_a_round_up_hides_no_change_that_matching_has_yet_to_see(desk: Desk) -> None:
    begin(desk)
    ingest(answer(entry("BYD market_entry TH announced")), desk)
    later = NOW + timedelta(days=30)
    ingest(answer(replace(entry("BYD market_entry TH announced", 2), published=later), at=later), desk)
    with reading(desk.engine) as connection:
        assert len(unevaluated(connection)) == 1


def test_a_narrower_report_says_anew_whether_it_is_the_first_time(desk: Desk) -> None:
    begin(desk)
    ingest(answer(entry("XPENG market_entry OVERSEAS planned")), desk)
    assert all_events(desk.engine)[0].first_time is FirstTime.KNOWN
    ingest(answer(entry("XPENG market_entry FJ planned", 2)), desk)
    (view,) = all_events(desk.engine)
    assert (view.places, view.first_time) == (("FJ",), FirstTime.UNKNOWN)


def test_a_denial_closes_what_was_rumoured_and_a_confirmation_takes_it_up_again(desk: Desk) -> None:
    begin(desk)
    desk = replace(desk, reader=Reader(KNOWLEDGE))
    titles = ("消息称比亚迪将在墨西哥建厂", "比亚迪否认将在墨西哥建厂", "比亚迪墨西哥工厂正式动工")
    for day, title in enumerate(titles):
        at = NOW + timedelta(days=day)
        ingest(answer(replace(entry(title, day, text=""), published=at), at=at), desk)
    (view,) = all_events(desk.engine)
    assert [(step.stage, step.at) for step in view.history] == [
        (Stage.RUMOURED, NOW),
        (Stage.CANCELLED, NOW + timedelta(days=1)),
        (Stage.UNDER_WAY, NOW + timedelta(days=2)),
    ]
    assert [mention.title for mention in view.mentions] == list(titles)


def test_a_denial_of_what_nobody_reported_stores_nothing(desk: Desk) -> None:
    begin(desk)
    ingest(answer(entry("比亚迪否认将在墨西哥建厂")), replace(desk, reader=Reader(KNOWLEDGE)))
    assert all_events(desk.engine) == []


def test_an_event_knows_its_independent_sources(desk: Desk) -> None:
    begin(desk)
    desk = replace(desk, reader=Reader(KNOWLEDGE))
    articles = [
        ("https://36kr.com/p/1", "小米汽车正在组建海外销售团队", "36氪获悉，小米汽车正在组建海外销售团队。"),
        ("https://36kr.com/newsflashes/2", "小米汽车正在组建海外销售团队", "小米汽车正在组建海外销售团队。"),
        (
            "https://cleantechnica.com/2026/3",
            "Xiaomi Is Setting Up An Overseas Sales Team",
            "Xiaomi is setting up an overseas sales team for its cars, 36Kr writes.",
        ),
    ]
    for url, title, text in articles:
        ingest(answer(Entry(article_keys("s", url, None, title, NOW), url, title, text, "zh", NOW)), desk)
    (view,) = all_events(desk.engine)
    assert view.sources == ("36Kr",)
    assert [(m.outlet, m.quoted_source) for m in view.mentions] == [
        ("36Kr", None),
        ("36Kr", None),
        ("CleanTechnica", "36Kr"),
    ]


class FiguresReader(FakeReader):
    """Takes an article's text for the figure of its moves."""

    def read(self, text: Text) -> Reading:
        reading = super().read(text)
        return replace(reading, moves=tuple(replace(m, details={"units": (text.body,)}) for m in reading.moves))


def test_an_event_is_known_by_every_figure_it_was_told_with(desk: Desk) -> None:
    begin(desk)
    desk = replace(desk, reader=FiguresReader())  # type: ignore[arg-type]  # a fake reader
    for number, (days, units) in enumerate([(0, "1.2万辆"), (2, "13,000 cars"), (60, "1.3万辆"), (61, "20,000 cars")]):
        at = NOW + timedelta(days=days)
        told = replace(entry("BYD export MX launched", number, text=units), published=at)
        ingest(answer(told, at=at), desk)
    first, second = all_events(desk.engine)
    assert [len(first.mentions), len(second.mentions)] == [3, 1]
    assert first.details == {"units": ("1.2万辆", "13,000 cars", "1.3万辆")}
