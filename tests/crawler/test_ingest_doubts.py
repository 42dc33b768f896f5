"""What is odd about answers that look healthy: stored with its reason, told once, and never at the cost of news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from crawler.ingest import Desk, ingest
from crawler.models import Entry, Outcome
from crawler.storage import schema, sources
from crawler.storage.engine import reading
from crawler.storage.sources import SourceState
from tests.crawler.test_ingest import NOW, all_events, answer, begin, count, desk, entry

__all__ = ["desk"]

LANDS = ("CL", "PE", "KE", "EG", "PL", "NO", "TH", "BR", "MX", "ZA", "ID", "MY")


def state(desk: Desk) -> SourceState:
    with reading(desk.engine) as connection:
        return sources.states(connection, ["s"])["s"]


def words(numbers: Sequence[int], *, days: float = 1) -> list[Entry]:
    return [entry(f"a word on things, part {n}", n, days=days) for n in numbers]


def elsewhere(found: Entry, nth: int) -> Entry:
    url = f"https://news.example/moved/{nth}-{found.title}"
    return replace(found, keys=(f"url:{url}",), url=url)


def move(land: str, number: int, *, days: float = 0) -> Entry:
    return entry(f"BYD export {land} announced", number, days=days)


def test_known_articles_under_other_addresses_are_known(desk: Desk) -> None:
    known = words(range(6))
    ingest(answer(*known), desk)
    stored = ingest(answer(*(elsewhere(each, n) for n, each in enumerate(known)), move("CL", 90)), desk)
    assert (stored.new, stored.changed, stored.moves) == (1, 0, 1)
    assert state(desk).degraded == "6 known articles came again under other addresses: taken for known, not told again"
    assert not all_events(desk.engine)[0].quiet
    again = ingest(answer(*(elsewhere(each, n) for n, each in enumerate(known))), desk)
    assert (again.new, state(desk).degraded) == (0, None)


def test_a_renamed_article_that_now_reports_a_move_is_read_anew(desk: Desk) -> None:
    known = words(range(3))
    ingest(answer(*known), desk)
    moved = [elsewhere(each, n) for n, each in enumerate(known)]
    assert ingest(answer(*moved[:2], replace(moved[2], text="another text")), desk).changed == 1


@pytest.mark.parametrize(
    ("again", "fresh"),
    [
        pytest.param(2, 0, id="two columns of one name"),
        pytest.param(3, 3, id="as many new ones"),
        pytest.param(4, 9, id="a few among many"),
    ],
)
def test_a_title_that_comes_again_is_news_where_most_are_new(desk: Desk, again: int, fresh: int) -> None:
    known = words(range(6))
    ingest(answer(*known), desk)
    moved = [elsewhere(each, n) for n, each in enumerate(known[:again])]
    assert ingest(answer(*moved, *words(range(50, 50 + fresh))), desk).new == again + fresh
    assert state(desk).degraded is None


def test_an_archive_that_comes_at_once_is_stored_and_not_told_but_what_is_new_beside_it_is(desk: Desk) -> None:
    ingest(answer(*words(range(6))), desk)
    old = [move(land, 100 + n, days=400 + n) for n, land in enumerate(LANDS)]
    assert ingest(answer(*old, move("SG", 99)), desk).new == len(old) + 1
    assert state(desk).degraded == "12 entries older than what was known came at once: stored, not told"
    assert sorted(view.places for view in all_events(desk.engine) if not view.quiet) == [("SG",)]


def test_a_few_late_entries_are_told(desk: Desk) -> None:
    ingest(answer(*words(range(6))), desk)
    ingest(answer(*(move(land, 100 + n, days=30) for n, land in enumerate(LANDS[:9]))), desk)
    assert len([view for view in all_events(desk.engine) if not view.quiet]) == 9
    assert state(desk).degraded is None


@pytest.mark.parametrize("days", [pytest.param(0.0, id="of today"), pytest.param(4.0, id="of a feed that was stuck")])
def test_a_burst_of_news_is_told_whole(desk: Desk, days: float) -> None:
    ingest(answer(*words(range(6), days=5)), desk)
    stored = ingest(answer(*(move(land, 100 + n, days=days) for n, land in enumerate(LANDS))), desk)
    assert (stored.new, state(desk).degraded) == (12, None)
    assert not any(view.quiet for view in all_events(desk.engine))


def test_undated_entries_are_told_however_many(desk: Desk) -> None:
    ingest(answer(*words(range(6))), desk)
    ingest(answer(*(replace(move(land, 100 + n), published=None) for n, land in enumerate(LANDS))), desk)
    assert len([view for view in all_events(desk.engine) if not view.quiet]) == 12


@pytest.mark.parametrize(
    ("numbers", "days", "complete", "gap"),
    [
        pytest.param((20, 21), 0.1, True, True, id="all new and newer"),
        pytest.param((5, 20), 0.1, True, False, id="one is known"),
        pytest.param((20, 21), 1.5, True, False, id="older ones too"),
        pytest.param((20,), 0.1, True, False, id="a single entry"),
        pytest.param((20, 21), 0.1, False, False, id="the end is cut off"),
    ],
)
def test_a_gap_is_where_even_the_oldest_entry_is_newer_than_all_known(
    desk: Desk, numbers: Sequence[int], days: float, complete: bool, gap: bool
) -> None:
    ingest(answer(*words(range(6))), desk)
    ingest(answer(*words(numbers, days=days), complete=complete), desk)
    found = state(desk)
    assert (found.gap_at, found.faster_until) == ((NOW, NOW + timedelta(days=1)) if gap else (None, None))


def poll(desk: Desk, minutes: float, *entries: Entry, status: int = 200, **more: Any) -> SourceState:
    at = NOW + timedelta(minutes=minutes)
    outcome = Outcome.NOT_MODIFIED if status == 304 else Outcome.OK
    ingest(replace(answer(*entries, at=at, outcome=outcome, **more), status=status), desk)
    return state(desk)


def test_a_feed_that_lost_its_items_is_degraded_at_the_third_poll_until_they_are_back(desk: Desk) -> None:
    poll(desk, 0, *words(range(3)))
    assert [poll(desk, n, status=status).degraded is None for n, status in ((1, 200), (2, 304), (3, 200))] == [
        True,
        True,
        False,
    ]
    assert poll(desk, 4, status=304).degraded == "the feed had items before and has none for 4 polls now"
    recovered = poll(desk, 5, *words(range(3)))
    assert (recovered.degraded, recovered.empty_polls) == (None, 0)


def test_a_feed_that_never_had_items_is_just_quiet(desk: Desk) -> None:
    assert [poll(desk, n).degraded for n in range(4)] == [None] * 4


def test_after_a_day_of_not_modified_the_feed_is_asked_for_whole(desk: Desk) -> None:
    poll(desk, 0, *words(range(3)), etag='"constant"')
    assert poll(desk, 60, status=304, etag='"constant"').etag == '"constant"'
    assert (asked := poll(desk, 24 * 60, status=304, etag='"constant"')).etag is None
    assert asked.validators_of is None
    whole = poll(desk, 24 * 60 + 15, *words(range(4)), etag='"constant"')
    assert (whole.etag, whole.whole_at) == ('"constant"', NOW + timedelta(minutes=24 * 60 + 15))


def test_the_rest_of_a_first_answer_that_was_cut_is_no_news_either(desk: Desk) -> None:
    assert poll(desk, 0, move("CL", 1), complete=False).baseline_at is None
    assert poll(desk, 1, move("CL", 1), move("PE", 2), complete=False).baseline_at == NOW + timedelta(minutes=1)
    assert all(view.quiet for view in all_events(desk.engine))
    poll(desk, 2, move("KE", 3), complete=False)
    assert [view.places for view in all_events(desk.engine) if not view.quiet] == [("KE",)]


def test_a_cut_answer_says_so_and_a_whole_one_ends_it(desk: Desk) -> None:
    begin(desk)
    assert poll(desk, 0, *words(range(3)), complete=False, degraded="half of it came").degraded == "half of it came"
    assert poll(desk, 1, *words(range(3))).degraded is None
    poll(desk, 2, *words(range(3)), complete=False)
    ingest(answer(outcome=Outcome.ERROR, reason="no answer", at=NOW + timedelta(minutes=3)), desk)
    assert state(desk).degraded is None


def test_a_source_that_is_gone_is_stopped_until_it_answers(desk: Desk) -> None:
    ingest(answer(outcome=Outcome.GONE, reason="HTTP 410"), desk)
    assert state(desk).stopped_at == NOW
    assert poll(desk, 1).stopped_at is None


def test_a_date_of_the_future_hides_no_gap_for_longer_than_the_present(desk: Desk) -> None:
    ingest(answer(replace(entry("a word on things"), published=NOW + timedelta(hours=20))), desk)
    assert state(desk).newest_at == NOW


def later(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def test_an_edited_title_that_becomes_a_move_is_told_once(desk: Desk) -> None:
    ingest(answer(entry("a word on things")), desk)
    for hours in range(1, 4):
        edited = replace(move("CL", 1), published=later(hours))
        ingest(answer(edited, at=later(hours)), desk)
    (view,) = all_events(desk.engine)
    assert (view.quiet, len(view.mentions), view.revision) == (False, 1, 1)
    assert count(desk.engine, schema.articles) == 1
