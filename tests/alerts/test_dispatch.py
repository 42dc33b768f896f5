from __future__ import annotations

import io
from datetime import timedelta

import pytest

from alerts import outbox
from alerts.console import ConsoleTransport
from alerts.models import (
    CannotLook,
    ChannelBroken,
    Later,
    MessageBroken,
    SendResult,
    TokenBroken,
    TokenWorks,
    Unsure,
)
from crawler.models import MoveType, Stage
from crawler.storage.engine import reading, writing
from tests.alerts.model_slack import ModelSlack, PowerCutError
from tests.alerts.newsroom import SETTLE, Newsroom
from tests.alerts.views import watchlist


@pytest.fixture
def model(newsroom: Newsroom) -> ModelSlack:
    return ModelSlack(newsroom.clock)


def told(newsroom: Newsroom, title: str = "First") -> int:
    event = newsroom.event(newsroom.article(title))
    newsroom.evaluate()
    return event


def more(newsroom: Newsroom, event: int, title: str = "Second") -> None:
    newsroom.mention(event, newsroom.article(title, "courier"))
    newsroom.evaluate()


def states(newsroom: Newsroom) -> list[str]:
    return [state for _, state in newsroom.owed()]


def test_nothing_owed_means_nothing_to_wait_for(newsroom: Newsroom, model: ModelSlack) -> None:
    assert newsroom.dispatcher(model).step() is None


def test_a_head_its_reply_and_its_edit_go_out_in_order(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    dispatcher = newsroom.dispatcher(model)
    newsroom.send_all(dispatcher)
    more(newsroom, event)
    newsroom.send_all(dispatcher)
    head, reply = model.posted
    assert (reply.thread_ts, head.edits) == (head.ts, 1)
    assert "2 sources" in head.text


def test_a_step_up_is_shown_to_the_whole_channel(newsroom: Newsroom, model: ModelSlack) -> None:
    event = newsroom.event(newsroom.article("First"), stage=Stage.PLANNED)
    newsroom.evaluate()
    dispatcher = newsroom.dispatcher(model)
    newsroom.send_all(dispatcher)
    second = newsroom.article("Second")
    newsroom.mention(event, second)
    newsroom.step(event, Stage.LAUNCHED, second)
    newsroom.evaluate()
    newsroom.send_all(dispatcher)
    assert [p.broadcast for p in model.posted] == [False, True]


def test_one_message_per_second_and_channel(newsroom: Newsroom, model: ModelSlack) -> None:
    newsroom.watchlists += (watchlist(name="Two", send_to="#two"),)
    told(newsroom, "One")
    told(newsroom, "Two")
    dispatcher = newsroom.dispatcher(model)
    assert dispatcher.step() == 1.0
    assert len(model.posted) == 2
    newsroom.wait(0.4)
    assert dispatcher.step() == pytest.approx(0.6)
    assert len(model.posted) == 2
    newsroom.wait(0.6)
    dispatcher.step()
    assert [p.channel for p in model.posted] == ["#abroad", "#two", "#abroad", "#two"]


def test_a_stop_takes_effect_before_the_next_attempt(newsroom: Newsroom, model: ModelSlack) -> None:
    newsroom.watchlists += (watchlist(name="Two", send_to="#two"),)
    told(newsroom)
    assert newsroom.dispatcher(model).step(lambda: len(model.posted) >= 1) == 0.0
    assert len(model.posted) == 1


def test_a_clock_set_back_does_not_hold_the_channel(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom, "One")
    dispatcher = newsroom.dispatcher(model)
    newsroom.send_all(dispatcher)
    newsroom.now -= timedelta(hours=5)
    told(newsroom, "Two")
    assert dispatcher.step() == 1.0


@pytest.mark.parametrize("after", [7.0, 300.0])
def test_slack_asking_for_a_pause_is_obeyed_by_the_whole_channel(
    after: float, newsroom: Newsroom, model: ModelSlack
) -> None:
    event = told(newsroom)
    model.refuse = Later(after, "ratelimited", whole_channel=True)
    dispatcher = newsroom.dispatcher(model)
    dispatcher.step()
    newsroom.withdraw(event)
    newsroom.evaluate()
    told(newsroom, "Another")
    newsroom.wait(after - 1)
    wait = newsroom.dispatcher(model).step()
    assert wait is not None
    assert 0 < wait <= 1
    assert model.posted == []
    newsroom.wait(1)
    dispatcher.step()
    assert len(model.posted) == 1


def test_an_outage_of_two_days_loses_nothing_and_keeps_the_order(newsroom: Newsroom, model: ModelSlack) -> None:
    for number in range(5):
        told(newsroom, f"Number {number}")
    dispatcher = newsroom.dispatcher(model)
    begin = newsroom.now
    while newsroom.now - begin < timedelta(days=2):
        model.refuse = Later(None, "no connection")
        wait = dispatcher.step()
        assert wait is not None
        newsroom.wait(max(wait, 1))
    assert len(model.attempts) > 200
    model.refuse = None
    newsroom.send_all(dispatcher)
    assert states(newsroom) == ["sent"] * 5
    assert [p.ts for p in model.posted] == sorted(p.ts for p in model.posted)


def test_the_back_off_grows_to_ten_minutes_and_no_further(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    dispatcher = newsroom.dispatcher(model)
    waits = []
    for _ in range(15):
        model.refuse = Later(None, "no connection")
        dispatcher.step()
        newsroom.wait(1)
        waits.append(1 + (dispatcher.step() or 0))
        newsroom.wait(waits[-1] - 1)
    assert 1 <= waits[0] <= 2
    assert 300 <= waits[-1] <= 600


def test_an_attempt_in_doubt_is_looked_up_after_the_settle_time(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    model.lose = Unsure("time-out")
    dispatcher = newsroom.dispatcher(model)
    dispatcher.step()
    assert newsroom.owed() == [("head", "unsure")]
    newsroom.wait(1)
    assert dispatcher.step() == SETTLE.total_seconds() - 1
    newsroom.send_all(dispatcher)
    assert states(newsroom) == ["sent"]
    assert len(model.attempts) == len(model.posted) == 1


def test_what_did_not_arrive_is_sent_again(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    model.refuse = Unsure("time-out")
    newsroom.send_all(newsroom.dispatcher(model))
    assert (states(newsroom), len(model.attempts), len(model.posted)) == (["sent"], 2, 1)
    assert "possible repeat" not in model.posted[0].text


def test_a_head_in_doubt_holds_its_replies_back(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    model.lose = Unsure("time-out")
    dispatcher = newsroom.dispatcher(model)
    dispatcher.step()
    more(newsroom, event)
    newsroom.wait(5)
    dispatcher.step()
    assert len(model.posted) == 1
    newsroom.send_all(dispatcher)
    assert [p.thread_ts for p in model.posted] == [None, model.posted[0].ts]


def test_a_look_that_fails_is_made_again(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    model.lose, model.look_fails = Unsure("time-out"), Later(None, "503")
    dispatcher = newsroom.dispatcher(model)
    for _ in range(20):
        newsroom.wait(dispatcher.step() or 0)
    assert newsroom.owed() == [("head", "unsure")]
    model.look_fails = None
    newsroom.send_all(dispatcher)
    assert (states(newsroom), len(model.posted)) == (["sent"], 1)


def test_where_nobody_can_look_it_is_sent_once_more_and_marked(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    model.lose, model.look_fails = Unsure("time-out"), CannotLook("missing_scope")
    newsroom.send_all(newsroom.dispatcher(model))
    assert states(newsroom) == ["sent"]
    assert [p.text.startswith("(possible repeat)") for p in model.posted] == [False, True]


def test_twice_in_doubt_without_a_look_is_dead_and_told_to_ops(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    model.look_fails = CannotLook("missing_scope")
    dispatcher = newsroom.dispatcher(model, "#ops")
    for _ in range(2):
        model.lose = Unsure("time-out")
        dispatcher.step()
        newsroom.wait(60)
    newsroom.send_all(dispatcher)
    assert newsroom.owed() == [("head", "dead"), ("ops", "sent")]
    assert len([p for p in model.posted if p.channel == "#abroad"]) == 2
    assert "1 could not be sent" in dispatcher.health()[0]


def test_an_error_nobody_knows_is_given_up_after_six_times(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom, "One")
    told(newsroom, "Two")
    dispatcher = newsroom.dispatcher(model)
    while newsroom.owed()[0][1] != "dead":
        model.refuse = Unsure("unknown answer odd", answered=True)
        wait = dispatcher.step()
        assert wait is not None
        newsroom.wait(wait)
    assert len(model.attempts) == 6
    model.refuse = None
    newsroom.send_all(dispatcher)
    assert states(newsroom) == ["dead", "sent"]


def test_an_edit_in_doubt_is_simply_made_again(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    dispatcher = newsroom.dispatcher(model)
    newsroom.send_all(dispatcher)
    newsroom.change(event, confidence=0.9)
    newsroom.evaluate()
    model.lose, model.look_fails = Unsure("time-out"), CannotLook("nobody asks")
    newsroom.send_all(dispatcher)
    assert (states(newsroom), model.posted[0].edits) == (["sent", "sent"], 2)


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
    for _ in range(2):
        model.refuse = MessageBroken("invalid_blocks")
        dispatcher.step()
        newsroom.wait(1)
    newsroom.send_all(dispatcher)
    assert newsroom.owed() == [("head", "dead"), ("head", "sent"), ("ops", "sent")]
    assert newsroom.alerts()[1].error == "invalid_blocks"


def test_the_reply_to_a_dead_head_becomes_the_head(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    more(newsroom, event, "Second")
    more(newsroom, event, "Third")
    dispatcher = newsroom.dispatcher(model)
    for _ in range(2):
        model.refuse = MessageBroken("invalid_blocks")
        dispatcher.step()
        newsroom.wait(1)
    newsroom.send_all(dispatcher)
    assert newsroom.owed() == [("head", "dead"), ("head", "sent"), ("reply", "sent")]
    assert [p.thread_ts for p in model.posted] == [None, model.posted[0].ts]


def test_a_dead_head_that_is_retried_follows_the_new_one(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    more(newsroom, event)
    dispatcher = newsroom.dispatcher(model)
    for _ in range(2):
        model.refuse = MessageBroken("invalid_blocks")
        dispatcher.step()
        newsroom.wait(1)
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


@pytest.mark.parametrize("taken", [True, False], ids=["after Slack took it", "before Slack took it"])
def test_a_kill_in_the_middle_of_a_post_neither_loses_nor_repeats(
    taken: bool, newsroom: Newsroom, model: ModelSlack
) -> None:
    told(newsroom)
    if taken:
        model.lose = PowerCutError()
    else:
        model.refuse = PowerCutError()
    with pytest.raises(PowerCutError):
        newsroom.dispatcher(model).step()
    assert states(newsroom) == ["sending"]
    with writing(newsroom.engine) as connection:
        assert outbox.recover(connection, newsroom.now, SETTLE) == 1
    assert states(newsroom) == ["unsure"]
    newsroom.send_all(newsroom.dispatcher(model))
    assert (states(newsroom), len(model.posted)) == (["sent"], 1)


def test_an_answer_that_could_not_be_stored_is_looked_up_without_a_restart(
    newsroom: Newsroom, model: ModelSlack
) -> None:
    told(newsroom)
    model.lose = PowerCutError()
    dispatcher = newsroom.dispatcher(model)
    with pytest.raises(PowerCutError):
        dispatcher.step()
    newsroom.send_all(dispatcher)
    assert (states(newsroom), len(model.posted)) == (["sent"], 1)


def test_an_unforeseen_failure_counts_as_doubt(newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    model.lose = RuntimeError("a bug")
    newsroom.send_all(newsroom.dispatcher(model))
    assert (states(newsroom), len(model.posted)) == (["sent"], 1)


def test_what_the_terminal_showed_is_not_posted_when_a_token_arrives(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    stream = io.StringIO()
    newsroom.send_all(newsroom.dispatcher(ConsoleTransport(stream)))
    assert "XPENG → market entry, Norway" in stream.getvalue()
    assert newsroom.dispatcher(model).step() is None
    newsroom.change(event, confidence=0.9)
    newsroom.evaluate()
    newsroom.send_all(newsroom.dispatcher(model))
    assert model.posted == []


def test_news_of_what_the_terminal_showed_is_a_full_head_in_slack(newsroom: Newsroom, model: ModelSlack) -> None:
    event = told(newsroom)
    newsroom.send_all(newsroom.dispatcher(ConsoleTransport(io.StringIO())))
    dispatcher = newsroom.dispatcher(model)
    more(newsroom, event, "Second")
    newsroom.send_all(dispatcher)
    more(newsroom, event, "Third")
    newsroom.send_all(dispatcher)
    head, reply = model.posted
    assert head.thread_ts is None
    assert "2 sources" in head.text
    assert reply.thread_ts == head.ts


def test_a_second_event_on_the_terminal_is_a_reply_there(newsroom: Newsroom) -> None:
    event = told(newsroom)
    stream = io.StringIO()
    dispatcher = newsroom.dispatcher(ConsoleTransport(stream))
    newsroom.send_all(dispatcher)
    newsroom.event(newsroom.article("Second"), story=newsroom.story_of(event), type=MoveType.EXPORT)
    newsroom.evaluate()
    newsroom.send_all(dispatcher)
    assert "↳ Further move: XPENG → exports, Norway" in stream.getvalue()


@pytest.mark.parametrize(
    "result", [Unsure("time-out"), MessageBroken("invalid_blocks"), Later(5, "x", whole_channel=True)]
)
def test_the_backlog_is_counted(result: SendResult, newsroom: Newsroom, model: ModelSlack) -> None:
    told(newsroom)
    model.refuse = result
    newsroom.dispatcher(model).step()
    with reading(newsroom.engine) as connection:
        backlog = outbox.backlog(connection)
    assert backlog.pending + backlog.unsure == 1
    assert backlog.oldest == newsroom.now
