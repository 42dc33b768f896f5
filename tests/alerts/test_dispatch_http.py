"""Sending over HTTP, to a Slack that fails as Slack does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr

from alerts.dispatch import Dispatcher
from alerts.slack import SlackTransport
from crawler.knowledge import Knowledge
from crawler.models import Stage
from crawler.storage.engine import open_engine
from crawler.units import now
from scheduler.demo import slack_faults as faults
from scheduler.demo.fake_slack import FakeSlack
from scheduler.schema import WHOLE
from tests.alerts.newsroom import SETTLE, Newsroom


@pytest.fixture
def room(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Newsroom:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('db')}/chuhai.db")
    WHOLE.create_all(engine)
    newsroom = Newsroom(engine, knowledge)
    newsroom.now = now()
    return newsroom


@pytest.fixture
def dispatcher(room: Newsroom, slack: FakeSlack) -> Dispatcher:
    return room.dispatcher(SlackTransport(SecretStr("xoxb-fake"), slack.url, timeout=1), "#ops")


def once(method: str, fault: faults.Answer) -> Callable[[faults.Call], faults.Answer | None]:
    """Return a hook that lets the first call of a method fail."""
    seen: list[str] = []

    def hook(call: faults.Call) -> faults.Answer | None:
        if call.method != method or seen:
            return None
        seen.append(call.method)
        return fault

    return hook


FAULTS = [
    pytest.param(faults.dropped(), id="reset"),
    pytest.param(faults.delayed(1.6), id="time-out"),
    pytest.param(faults.broken(503), id="503"),
    pytest.param(faults.broken(200), id="a page"),
    pytest.param(faults.broken(200, b""), id="nothing"),
    pytest.param(faults.error("internal_error"), id="internal_error"),
    pytest.param(faults.error("a_new_error"), id="unknown error"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_message_that_slack_took_in_spite_of_the_fault_is_not_repeated(
    fault: faults.Answer, room: Newsroom, dispatcher: Dispatcher, slack: FakeSlack
) -> None:
    slack.after = once("chat.postMessage", fault)
    room.event(room.article("First"))
    room.evaluate()
    room.send_all(dispatcher)
    assert room.owed() == [("head", "sent")]
    assert len(slack.messages("#abroad")) == len(slack.calls_of("chat.postMessage")) == 1


@pytest.mark.parametrize("fault", [*FAULTS[:1], *FAULTS[2:]])
def test_a_message_that_slack_did_not_take_is_sent_again(
    fault: faults.Answer, room: Newsroom, dispatcher: Dispatcher, slack: FakeSlack
) -> None:
    slack.before = once("chat.postMessage", fault)
    slack.open_channel("#abroad")
    room.event(room.article("First"))
    room.evaluate()
    room.send_all(dispatcher)
    assert room.owed() == [("head", "sent")]
    assert len(slack.messages("#abroad")) == 1
    assert "possible repeat" not in slack.transcript("#abroad")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_reply_that_slack_took_in_spite_of_the_fault_is_not_repeated(
    fault: faults.Answer, room: Newsroom, dispatcher: Dispatcher, slack: FakeSlack
) -> None:
    event = room.event(room.article("First"))
    room.evaluate()
    room.send_all(dispatcher)
    slack.after = once("chat.postMessage", fault)
    room.mention(event, room.article("Second", "courier"))
    room.evaluate()
    room.send_all(dispatcher)
    assert [m.thread_ts is None for m in slack.messages("#abroad")] == [True, False]
    assert slack.messages("#abroad")[0].edits == 1


def test_the_channel_reads_as_a_person_expects(room: Newsroom, dispatcher: Dispatcher, slack: FakeSlack) -> None:
    event = room.event(room.article("XPENG plans Oslo showroom"), stage=Stage.PLANNED)
    room.evaluate()
    room.send_all(dispatcher)
    room.mention(event, room.article("Norway is next for XPENG", "courier"))
    room.evaluate()
    room.send_all(dispatcher)
    third = room.article("XPENG hands over first cars in Oslo", "gazette")
    room.mention(event, third)
    room.step(event, Stage.LAUNCHED, third)
    room.evaluate()
    room.send_all(dispatcher)
    lines = [line for line in slack.transcript("#abroad").split("\n") if "→" in line]
    assert lines == [
        "XPENG → market entry, Norway · launched · 3 sources (edited 2x)",
        "    Also reported by courier.example: XPENG → market entry, Norway · planned",
        "    Now launched (was planned): XPENG → market entry, Norway · launched",
        "(from a thread) Now launched (was planned): XPENG → market entry, Norway · launched",
    ]


def test_retry_after_is_never_undercut(room: Newsroom, dispatcher: Dispatcher, slack: FakeSlack) -> None:
    slack.before = once("chat.postMessage", faults.rate_limited(42))
    room.event(room.article("First"))
    room.evaluate()
    dispatcher.step()
    room.wait(41)
    dispatcher.step()
    assert slack.messages("#abroad") == []
    room.wait(1)
    dispatcher.step()
    assert len(slack.messages("#abroad")) == 1


def test_a_revoked_token_keeps_everything_until_it_is_mended(
    room: Newsroom, dispatcher: Dispatcher, slack: FakeSlack
) -> None:
    slack.token = "xoxb-another"
    for number in range(3):
        room.event(room.article(f"Number {number}"))
    room.evaluate()
    for _ in range(5):
        room.wait(dispatcher.step() or 0)
    assert "invalid_auth" in dispatcher.health()[0]
    slack.token = "xoxb-fake"
    room.send_all(dispatcher)
    titles = [m.shown.split("\n")[1] for m in slack.messages("#abroad")]
    assert titles == ["Number 0", "Number 1", "Number 2"]


def test_a_channel_that_appears_later_gets_all_it_was_owed(
    room: Newsroom, dispatcher: Dispatcher, slack: FakeSlack
) -> None:
    slack.known = frozenset({"#ops"})
    room.event(room.article("First"))
    room.evaluate()
    for _ in range(4):
        room.wait(dispatcher.step() or 0)
    assert "channel_not_found" in slack.transcript("#ops")
    slack.known = None
    room.send_all(dispatcher)
    assert len(slack.messages("#abroad")) == 1
    assert slack.transcript("#ops").endswith("#abroad can be posted to again")


def test_a_feed_with_markup_arrives_as_text(room: Newsroom, dispatcher: Dispatcher, slack: FakeSlack) -> None:
    title = "<!channel> *XPENG* <http://evil.example|free cars> &lt;!here&gt;"
    room.event(room.article(title))
    room.evaluate()
    room.send_all(dispatcher)
    (message,) = slack.messages("#abroad")
    marked = [b["text"]["text"] for b in message.blocks if "text" in b and b["text"]["type"] == "mrkdwn"]
    assert "evil" not in message.text
    assert not any("<!" in text or "|free" in text for text in marked)
    assert title in message.shown


def test_without_the_history_scope_a_repeat_is_marked(room: Newsroom, dispatcher: Dispatcher, slack: FakeSlack) -> None:
    slack.scopes = frozenset({"chat:write"})
    slack.after = once("chat.postMessage", faults.dropped())
    room.event(room.article("First"))
    room.evaluate()
    room.send_all(dispatcher)
    assert [m.text.startswith("(possible repeat)") for m in slack.messages("#abroad")] == [False, True]


def test_the_look_waits_for_the_settle_time(room: Newsroom, dispatcher: Dispatcher, slack: FakeSlack) -> None:
    slack.after = once("chat.postMessage", faults.dropped())
    room.event(room.article("First"))
    room.evaluate()
    dispatcher.step()
    room.now += SETTLE - timedelta(seconds=1)
    dispatcher.step()
    assert slack.calls_of("conversations.history") == []
