"""What Slack refuses: tokens, channels, messages, threads that are gone."""

from __future__ import annotations

import pytest

from alerts import outbox
from alerts.dispatch import Dispatcher
from alerts.models import (
    CannotLook,
    ChannelBroken,
    MessageBroken,
    TokenBroken,
    TokenWorks,
    Unsure,
)
from crawler.storage.engine import writing
from tests.alerts.model_slack import ModelSlack
from tests.alerts.newsroom import Newsroom, more, states, told
from tests.alerts.views import watchlist


def refuse_twice(newsroom: Newsroom, model: ModelSlack, dispatcher: Dispatcher) -> None:
    """Refuse the next message as it is, and as plain text."""
    for _ in range(2):
        model.refuse = MessageBroken("invalid_blocks")
        dispatcher.step()
        newsroom.wait(1)


def test_a_broken_token_keeps_the_queue_and_says_so_once(
    newsroom: Newsroom, model: ModelSlack, caplog: pytest.LogCaptureFixture
) -> None:
    newsroom.watchlists += (watchlist(name="Two", send_to="#two"),)
    told(newsroom)
    model.refuse = model.auth = TokenBroken("invalid_auth: put a valid bot token")
    dispatcher = newsroom.dispatcher(model)
    for _ in range(10):
        newsroom.wait(dispatcher.step() or 0)
    assert len(model.attempts) == 1
    assert states(newsroom) == ["pending", "pending"]
    assert dispatcher.health() == ("Slack refuses the token (invalid_auth: put a valid bot token)",)
    assert caplog.text.count("refuses the token") == 1
    model.auth = TokenWorks()
    newsroom.send_all(dispatcher)
    assert (states(newsroom), dispatcher.health()) == (["sent", "sent"], ())


def test_a_broken_token_is_checked_at_once_when_asked(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    model.refuse = TokenBroken("invalid_auth")
    dispatcher = newsroom.dispatcher(model)
    dispatcher.step()
    dispatcher.recheck()
    dispatcher.step()
    assert states(newsroom) == ["sent"]


def test_a_broken_channel_stops_only_itself_and_ops_hears_once(newsroom: Newsroom, model: ModelSlack) -> None:
    newsroom.watchlists += (watchlist(name="Two", send_to="#two"),)
    told(newsroom)
    dispatcher = newsroom.dispatcher(model, "#ops")
    for _ in range(3):
        model.refuse = ChannelBroken("not_in_channel: /invite")
        dispatcher.step()
        newsroom.wait(601)
    assert model.posted[0].channel == "#two"
    assert dispatcher.health() == ("#abroad cannot be posted to (not_in_channel: /invite)",)
    model.refuse = None
    newsroom.send_all(dispatcher)
    assert [p.text for p in model.posted if p.channel == "#ops"] == [
        "#abroad cannot be posted to, its alerts are kept until it can: not_in_channel: /invite",
        "#abroad can be posted to again",
    ]
    assert dispatcher.health() == ()


def test_a_broken_ops_channel_is_not_told_to_itself(newsroom: Newsroom, model: ModelSlack) -> None:
    with writing(newsroom.engine) as connection:
        outbox.enqueue_ops(connection, "k", "hello", newsroom.now, "#ops")
    model.refuse = ChannelBroken("is_archived")
    newsroom.dispatcher(model, "#ops").step()
    assert newsroom.owed() == [("ops", "pending")]


def test_a_refused_message_goes_once_more_as_plain_text(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    model.refuse = MessageBroken("invalid_blocks")
    newsroom.send_all(newsroom.dispatcher(model))
    assert states(newsroom) == ["sent"]
    assert model.posted[0].text.endswith("|Read it at herald.example>")


def test_a_message_refused_twice_is_dead_and_the_queue_goes_on(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom, "One")
    told(newsroom, "Two")
    dispatcher = newsroom.dispatcher(model, "#ops")
    refuse_twice(newsroom, model, dispatcher)
    newsroom.send_all(dispatcher)
    assert newsroom.owed() == [("head", "dead"), ("head", "sent"), ("ops", "sent")]
    assert newsroom.alerts()[1].error == "invalid_blocks"


def test_the_reply_to_a_dead_head_becomes_the_head(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    more(newsroom, event, "Second")
    more(newsroom, event, "Third")
    dispatcher = newsroom.dispatcher(model)
    refuse_twice(newsroom, model, dispatcher)
    newsroom.send_all(dispatcher)
    assert newsroom.owed() == [("head", "dead"), ("head", "sent"), ("reply", "sent")]
    assert [p.thread_ts for p in model.posted] == [None, model.posted[0].ts]


def test_a_dead_head_that_is_retried_follows_the_new_one(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    more(newsroom, event)
    dispatcher = newsroom.dispatcher(model)
    refuse_twice(newsroom, model, dispatcher)
    newsroom.send_all(dispatcher)
    with writing(newsroom.engine) as connection:
        assert outbox.retry_dead(connection, newsroom.now, [newsroom.alerts()[0].id]) == 1
    newsroom.send_all(dispatcher)
    assert [p.thread_ts for p in model.posted] == [None, model.posted[0].ts]
    assert "dead" not in states(newsroom)


def test_what_died_in_doubt_is_looked_up_when_retried(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    dispatcher = newsroom.dispatcher(model)
    while states(newsroom) != ["dead"]:
        model.lose = Unsure("fatal_error", answered=True)
        model.look_fails = CannotLook("missing_scope")
        newsroom.wait(dispatcher.step() or 0)
    attempts, model.look_fails, model.lose = len(model.attempts), None, None
    with writing(newsroom.engine) as connection:
        outbox.retry_dead(connection, newsroom.now)
    newsroom.send_all(dispatcher)
    assert (states(newsroom), len(model.attempts)) == (["sent"], attempts)


def test_a_reply_whose_thread_was_deleted_becomes_a_new_head(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    dispatcher = newsroom.dispatcher(model)
    newsroom.send_all(dispatcher)
    model.posted.clear()
    more(newsroom, event)
    newsroom.send_all(dispatcher)
    assert newsroom.owed() == [("head", "sent"), ("head", "sent"), ("edit", "sent")]
    assert [p.thread_ts for p in model.posted] == [None]


def test_an_edit_of_a_deleted_message_is_dropped(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    dispatcher = newsroom.dispatcher(model)
    newsroom.send_all(dispatcher)
    model.posted.clear()
    newsroom.change(event, confidence=0.9)
    newsroom.evaluate()
    newsroom.send_all(dispatcher)
    assert newsroom.owed() == [("head", "sent"), ("edit", "cancelled")]
