from __future__ import annotations

import io
from datetime import timedelta

import pytest

from alerts import outbox
from alerts.console import ConsoleTransport
from alerts.models import (
    CannotLook,
    Later,
    MessageBroken,
    SendResult,
    Unsure,
)
from crawler.models import MoveType, Stage
from crawler.storage.engine import reading, writing
from tests.alerts.model_slack import ModelSlack, PowerCutError
from tests.alerts.newsroom import SETTLE, Newsroom, more, states, told
from tests.alerts.views import watchlist


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
