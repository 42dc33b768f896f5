from __future__ import annotations

from sqlalchemy import update

from alerts.schema import deliveries
from crawler.models import MoveType, Stage
from crawler.storage.engine import writing
from tests.alerts.model_slack import ModelSlack
from tests.alerts.newsroom import Newsroom
from tests.alerts.views import watchlist

HEAD, REPLY, EDIT, CAST = ("head", "pending"), ("reply", "pending"), ("edit", "pending"), ("broadcast", "pending")


def as_sent(newsroom: Newsroom) -> None:
    """Pretend that everything owed was shown by Slack."""
    newsroom.send_all(newsroom.dispatcher(ModelSlack(newsroom.clock)))


def kinds(newsroom: Newsroom) -> list[str]:
    return [kind for kind, _ in newsroom.owed()]


def pending(newsroom: Newsroom) -> list[str]:
    return [kind for kind, state in newsroom.owed() if state == "pending"]


def test_the_first_match_makes_one_head(newsroom: Newsroom) -> None:
    newsroom.event(newsroom.article("First"))
    result = newsroom.evaluate()
    assert (result.events, result.new_alerts, result.deliveries) == (1, 1, 1)
    assert newsroom.owed() == [HEAD]


def test_a_second_evaluation_does_nothing(newsroom: Newsroom) -> None:
    newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    assert newsroom.evaluate().events == 0
    assert newsroom.owed() == [HEAD]


def test_what_no_watchlist_asks_for_is_owed_to_nobody(newsroom: Newsroom) -> None:
    newsroom.event(newsroom.article("First"), confidence=0.3)
    assert newsroom.evaluate().events == 1
    assert newsroom.owed() == []


def test_a_quiet_event_is_not_told(newsroom: Newsroom) -> None:
    newsroom.event(newsroom.article("Old", quiet=True), quiet=True)
    newsroom.evaluate()
    assert newsroom.owed() == []


def test_news_of_a_quiet_event_is_told_as_its_head(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("Old", quiet=True), quiet=True)
    newsroom.evaluate()
    newsroom.mention(event, newsroom.article("New"))
    newsroom.change(event, quiet=False)
    newsroom.evaluate()
    assert newsroom.owed() == [HEAD]
    (card,) = newsroom.cards("head")
    assert card.report is not None
    assert card.report.title == "New"
    assert card.moves[0].articles == 2


def test_two_watchlists_of_one_channel_share_one_head(newsroom: Newsroom) -> None:
    newsroom.watchlists += (watchlist(name="Chinese", home=["CN"], send_to="#abroad"),)
    newsroom.event(newsroom.article("First"))
    assert newsroom.evaluate().new_alerts == 2
    assert newsroom.owed() == [HEAD]
    assert newsroom.cards("head")[0].watchlists == ("Abroad", "Chinese")


def test_two_channels_get_a_head_each(newsroom: Newsroom) -> None:
    newsroom.watchlists += (watchlist(name="Chinese", home=["CN"], send_to="#chinese"),)
    newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    assert newsroom.owed() == [HEAD, HEAD]


def test_several_events_of_one_article_make_one_head(newsroom: Newsroom) -> None:
    article = newsroom.article("All at once")
    first = newsroom.event(article, confidence=0.7)
    newsroom.event(article, story=newsroom.story_of(first), type=MoveType.EXPORT, confidence=0.9)
    newsroom.evaluate()
    assert newsroom.owed() == [HEAD]
    assert [move.type for move in newsroom.cards("head")[0].moves] == ["export", "market_entry"]


def test_two_articles_at_once_make_a_head_and_a_reply(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"), confidence=0.9)
    newsroom.mention(event, newsroom.article("Second", "courier"), confidence=0.7)
    newsroom.evaluate()
    assert newsroom.owed() == [HEAD, REPLY]
    assert newsroom.cards("head")[0].moves[0].sources == ("herald.example", "courier.example")


def test_a_late_match_brings_at_most_three_further_articles(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    for number in range(9):
        newsroom.mention(event, newsroom.article(f"More {number}"))
    newsroom.evaluate()
    assert kinds(newsroom) == ["head", "reply", "reply", "reply"]


def test_a_second_outlet_goes_into_the_thread_and_edits_the_count(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.mention(event, newsroom.article("Second", "courier"))
    newsroom.evaluate()
    assert pending(newsroom) == ["reply", "edit"]
    reply = newsroom.cards("reply")[0]
    assert reply.report is not None
    assert reply.report.title == "Second"
    assert len(newsroom.cards("edit")[0].moves[0].sources) == 2


def test_a_quiet_report_is_counted_and_not_told(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.mention(event, newsroom.article("Old", "courier", quiet=True), quiet=True)
    newsroom.evaluate()
    assert pending(newsroom) == ["edit"]


def test_one_article_about_two_told_events_is_one_reply(newsroom: Newsroom) -> None:
    article = newsroom.article("First")
    one = newsroom.event(article)
    two = newsroom.event(article, story=newsroom.story_of(one), type=MoveType.EXPORT)
    newsroom.evaluate()
    as_sent(newsroom)
    second = newsroom.article("Second", "courier")
    newsroom.mention(one, second)
    newsroom.mention(two, second)
    newsroom.evaluate()
    assert pending(newsroom) == ["reply", "edit"]


def test_a_further_event_joins_the_thread(newsroom: Newsroom) -> None:
    first = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.event(newsroom.article("Second"), story=newsroom.story_of(first), type=MoveType.EXPORT)
    newsroom.evaluate()
    assert pending(newsroom) == ["reply", "edit"]
    assert newsroom.cards("reply")[0].change == "Further move"
    assert newsroom.cards("reply")[0].moves[0].type == "export"
    assert [move.type for move in newsroom.cards("edit")[0].moves] == ["market_entry", "export"]


def test_an_article_that_was_the_head_is_not_told_again_when_a_stronger_report_lifts_its_weak_move(
    newsroom: Newsroom,
) -> None:
    article = newsroom.article("First")
    told = newsroom.event(article)
    weak = newsroom.event(article, story=newsroom.story_of(told), type=MoveType.EXPORT, confidence=0.3)
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.mention(weak, newsroom.article("Second", "courier"))
    newsroom.change(weak, confidence=0.8)
    newsroom.evaluate()
    assert pending(newsroom) == ["reply", "edit"]
    (reply,) = newsroom.cards("reply")
    assert reply.report is not None
    assert reply.report.title == "Second"


def test_while_the_head_waits_its_card_is_replaced_and_reports_follow(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    newsroom.mention(event, newsroom.article("Second", "courier"))
    newsroom.evaluate()
    assert newsroom.owed() == [HEAD, REPLY]
    card = newsroom.cards("head")[0]
    assert card.report is not None
    assert (card.report.title, card.moves[0].articles) == ("First", 2)


def test_a_step_up_is_broadcast_once(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"), stage=Stage.PLANNED)
    newsroom.evaluate()
    as_sent(newsroom)
    second = newsroom.article("Second", "courier")
    newsroom.mention(event, second)
    newsroom.step(event, Stage.LAUNCHED, second)
    newsroom.evaluate()
    assert pending(newsroom) == ["broadcast", "edit"]
    card = newsroom.cards("broadcast")[0]
    assert card.report is not None
    assert (card.change, card.report.title) == ("Now launched (was planned)", "Second")


def test_a_step_up_before_the_head_is_sent_is_a_reply(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"), stage=Stage.PLANNED)
    newsroom.evaluate()
    second = newsroom.article("Second", "courier")
    newsroom.mention(event, second)
    newsroom.step(event, Stage.LAUNCHED, second)
    newsroom.evaluate()
    assert newsroom.owed() == [HEAD, REPLY]
    assert newsroom.cards("head")[0].moves[0].stage == "launched"
    assert newsroom.cards("reply")[0].change == ""


def test_a_step_back_is_no_news(newsroom: Newsroom) -> None:
    article = newsroom.article("First")
    event = newsroom.event(article, stage=Stage.ANNOUNCED)
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.step(event, Stage.RUMOURED, article)
    newsroom.evaluate()
    assert pending(newsroom) == ["edit"]


def test_a_withdrawal_is_broadcast_with_its_own_report(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    gone = newsroom.article("XPENG leaves Norway", "courier")
    newsroom.event(gone, story=newsroom.story_of(event), type=MoveType.WITHDRAWAL)
    newsroom.step(event, Stage.CANCELLED, gone)
    newsroom.evaluate()
    assert pending(newsroom) == ["broadcast", "edit"]
    card = newsroom.cards("broadcast")[0]
    assert card.report is not None
    assert (card.change, card.report.title) == ("Cancelled (was announced)", "XPENG leaves Norway")
    assert {move.stage for move in newsroom.cards("edit")[0].moves} == {"cancelled", "announced"}


def test_a_withdrawal_that_no_watchlist_asks_for_still_ends_what_was_told(newsroom: Newsroom) -> None:
    newsroom.watchlists = (watchlist(name="Entries", events=["market_entry"], send_to="#abroad"),)
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    gone = newsroom.article("XPENG leaves Norway", "courier")
    newsroom.event(gone, story=newsroom.story_of(event), type=MoveType.WITHDRAWAL)
    newsroom.step(event, Stage.CANCELLED, gone)
    newsroom.evaluate()
    assert pending(newsroom) == ["broadcast", "edit"]
    assert newsroom.cards("broadcast")[0].report.title == "XPENG leaves Norway"  # type: ignore[union-attr] # it has one


def test_a_veto_before_sending_cancels_head_and_replies(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    newsroom.mention(event, newsroom.article("Second"))
    newsroom.evaluate()
    newsroom.withdraw(event)
    assert newsroom.evaluate().cancelled == 1
    assert newsroom.owed() == [("head", "cancelled"), ("reply", "cancelled")]


def test_a_veto_after_sending_corrects_the_head(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.withdraw(event)
    newsroom.evaluate()
    assert pending(newsroom) == ["edit"]
    assert newsroom.cards("edit")[0].moves[0].corrected


def test_a_veto_of_one_event_leaves_the_waiting_head_of_the_other(newsroom: Newsroom) -> None:
    first = newsroom.event(newsroom.article("First"), confidence=0.9)
    newsroom.event(newsroom.article("Second"), story=newsroom.story_of(first), type=MoveType.EXPORT)
    newsroom.evaluate()
    newsroom.withdraw(first)
    newsroom.evaluate()
    assert newsroom.owed()[0] == HEAD
    card = newsroom.cards("head")[0]
    assert card.report is not None
    assert ([move.type for move in card.moves], card.report.title) == (["export"], "Second")


def test_what_matches_again_after_a_cancelled_head_is_told_afresh(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    newsroom.change(event, confidence=0.1)
    newsroom.evaluate()
    newsroom.change(event, confidence=0.8)
    newsroom.evaluate()
    assert newsroom.owed() == [("head", "cancelled"), HEAD]


def test_what_matches_again_after_a_correction_is_edited_back(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.change(event, confidence=0.1)
    newsroom.evaluate()
    newsroom.change(event, confidence=0.8)
    newsroom.evaluate()
    assert pending(newsroom) == ["edit"]
    assert not newsroom.cards("edit")[0].moves[0].corrected


def test_pending_edits_of_a_message_become_one(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    for number in range(3):
        newsroom.mention(event, newsroom.article(f"More {number}", f"paper{number}"))
        newsroom.evaluate()
    assert pending(newsroom) == ["reply", "edit", "reply", "reply"]
    assert len(newsroom.cards("edit")[0].moves[0].sources) == 4


def test_a_head_whose_fate_is_unknown_is_edited_not_replaced(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    with writing(newsroom.engine) as connection:
        connection.execute(update(deliveries).values(state="unsure"))
    newsroom.mention(event, newsroom.article("Second", "courier"))
    newsroom.evaluate()
    assert newsroom.owed() == [("head", "unsure"), REPLY, EDIT]
    assert newsroom.cards("head")[0].moves[0].articles == 1


def test_a_watchlist_added_later_is_named_in_the_head_without_telling_twice(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.watchlists += (watchlist(name="Chinese", home=["CN"], send_to="#abroad"),)
    newsroom.change(event, confidence=0.81)
    newsroom.evaluate()
    assert pending(newsroom) == ["edit"]
    assert newsroom.cards("edit")[0].watchlists == ("Abroad", "Chinese")


def test_a_renamed_watchlist_does_not_tell_again(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.watchlists = (watchlist(name="All abroad", send_to="#abroad"),)
    newsroom.change(event, confidence=0.81)
    newsroom.evaluate()
    assert pending(newsroom) == ["edit"]


def test_a_watchlist_sent_to_another_channel_tells_only_news_there(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.watchlists = (watchlist(name="Abroad", send_to="#new"),)
    newsroom.change(event, confidence=0.81)
    newsroom.evaluate()
    assert pending(newsroom) == []
    newsroom.mention(event, newsroom.article("Second"))
    newsroom.evaluate()
    assert pending(newsroom) == ["head"]
    assert newsroom.alerts()[0].headline == "First"


def test_an_excluded_article_is_not_told_of_a_told_event(newsroom: Newsroom) -> None:
    newsroom.watchlists = (watchlist(name="Abroad", exclude=["price cut"], send_to="#abroad"),)
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    as_sent(newsroom)
    newsroom.mention(event, newsroom.article("XPENG price cut", "courier"))
    newsroom.evaluate()
    assert pending(newsroom) == ["edit"]


def test_hundreds_of_events_are_evaluated_in_batches(newsroom: Newsroom) -> None:
    article = newsroom.article("Round-up")
    story = newsroom.story()
    for _ in range(305):
        newsroom.event(article, story=story, confidence=0.1)
    assert newsroom.evaluate().events == 305
    assert newsroom.owed() == []


def test_alerts_are_listed_with_what_became_of_them(newsroom: Newsroom) -> None:
    newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    (row,) = newsroom.alerts()
    assert (row.watchlist, row.channel, row.company, row.type) == ("Abroad", "#abroad", "XPENG", "market_entry")
    assert (row.places, row.stage, row.state, row.headline) == (("NO",), "announced", "pending", "First")
    assert row.link == "https://herald.example/First"
    as_sent(newsroom)
    assert newsroom.alerts()[0].state == "sent"


def test_an_alert_that_no_longer_matches_is_listed_as_cancelled(newsroom: Newsroom) -> None:
    event = newsroom.event(newsroom.article("First"))
    newsroom.evaluate()
    newsroom.withdraw(event)
    newsroom.evaluate()
    (row,) = newsroom.alerts()
    assert (row.state, row.channel) == ("cancelled", "")
