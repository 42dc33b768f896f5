"""The fake behaves as Slack does where our code relies on it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from scheduler.demo import slack_faults as faults
from scheduler.demo.fake_slack import FakeSlack

META = {"event_type": "t", "event_payload": {"k": "v"}}


@pytest.fixture
def client(slack: FakeSlack) -> WebClient:
    return WebClient("xoxb-fake", base_url=slack.url, retry_handlers=[])


def refused(call: Any, **params: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**params)
    return str(caught.value.response["error"])


def test_a_channel_is_posted_to_by_name_and_read_by_id(client: WebClient) -> None:
    posted = client.chat_postMessage(channel="#a", text="hello")
    assert client.conversations_history(channel=posted["channel"])["messages"][0]["text"] == "hello"
    assert refused(client.conversations_history, channel="#a") == "channel_not_found"
    assert client.conversations_list()["channels"] == [{"id": posted["channel"], "name": "a"}]


def test_metadata_is_shown_only_where_it_is_asked_for(client: WebClient) -> None:
    channel = client.chat_postMessage(channel="#a", text="hello", metadata=META)["channel"]
    plain = client.conversations_history(channel=channel)["messages"][0]
    full = client.conversations_history(channel=channel, include_all_metadata=True)["messages"][0]
    assert "metadata" not in plain
    assert full["metadata"] == META


def test_history_holds_heads_and_broadcasts_newest_first_in_pages(client: WebClient) -> None:
    head = client.chat_postMessage(channel="#a", text="1")
    client.chat_postMessage(channel="#a", text="2", thread_ts=head["ts"])
    client.chat_postMessage(channel="#a", text="3", thread_ts=head["ts"], reply_broadcast=True)
    channel = head["channel"]
    page = client.conversations_history(channel=channel, limit=1)
    assert [m["text"] for m in page["messages"]] == ["3"]
    cursor = page["response_metadata"]["next_cursor"]
    rest = client.conversations_history(channel=channel, limit=1, cursor=cursor)
    assert ([m["text"] for m in rest["messages"]], rest["has_more"]) == (["1"], False)
    replies = client.conversations_replies(channel=channel, ts=head["ts"])
    assert [m["text"] for m in replies["messages"]] == ["1", "2", "3"]


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
@pytest.mark.parametrize(
    ("params", "error"),
    [
        pytest.param({"text": ""}, "no_text", id="nothing to say"),
        pytest.param({"text": "x", "thread_ts": "1.0"}, "thread_not_found", id="no such thread"),
        pytest.param(
            {"text": "x", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]},
            "invalid_blocks",
            id="a header too long",
        ),
        pytest.param(
            {"text": "x", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": ""}}]},
            "invalid_blocks",
            id="an empty block",
        ),
    ],
)
def test_what_slack_refuses_is_refused(params: dict[str, Any], error: str, client: WebClient) -> None:
    assert refused(client.chat_postMessage, channel="#a", **params) == error


def test_a_long_text_is_split_into_several_messages(client: WebClient, slack: FakeSlack) -> None:
    client.chat_postMessage(channel="#a", text="x" * 9000)
    assert [len(m.text) for m in slack.messages("#a")] == [4000, 4000, 1000]


def test_a_wrong_token_a_missing_scope_and_an_unknown_channel_are_refused(client: WebClient, slack: FakeSlack) -> None:
    slack.known = frozenset({"#a"})
    assert refused(client.chat_postMessage, channel="#b", text="x") == "channel_not_found"
    slack.scopes = frozenset()
    assert refused(client.chat_postMessage, channel="#a", text="x") == "missing_scope"
    slack.token = "another"
    assert refused(client.auth_test) == "invalid_auth"


def test_a_rate_limit_answers_429_with_the_time_to_wait(client: WebClient, slack: FakeSlack) -> None:
    slack.rate = 30
    client.chat_postMessage(channel="#a", text="1")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="#a", text="2")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "30")


def test_an_edit_replaces_text_and_keeps_the_place(client: WebClient, slack: FakeSlack) -> None:
    head = client.chat_postMessage(channel="#a", text="old", metadata=META)
    client.chat_update(channel=head["channel"], ts=head["ts"], text="new")
    (message,) = slack.messages("#a")
    assert (message.text, message.edits, message.metadata) == ("new", 1, META)
    assert refused(client.chat_update, channel=head["channel"], ts="1.0", text="x") == "message_not_found"


def test_a_fault_before_acceptance_leaves_no_message_and_one_after_does(client: WebClient, slack: FakeSlack) -> None:
    slack.before = lambda _call: faults.error("fatal_error")
    assert refused(client.chat_postMessage, channel="#a", text="1") == "fatal_error"
    slack.before, slack.after = (lambda _call: None), (lambda _call: faults.dropped())
    with pytest.raises(ConnectionResetError):
        client.chat_postMessage(channel="#a", text="2")
    assert [m.text for m in slack.messages("#a")] == ["2"]
    assert [call.method for call in slack.calls] == ["chat.postMessage", "chat.postMessage"]


def test_a_delay_ends_when_the_server_stops(client: WebClient) -> None:
    fake = FakeSlack().start()
    fake.after = lambda _call: faults.delayed(60)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        WebClient("xoxb-fake", base_url=fake.url, timeout=1, retry_handlers=[]).auth_test()
    fake.stop()
    assert time.monotonic() - began < 10


def test_the_transcript_reads_as_the_channel_scrolls(client: WebClient, slack: FakeSlack) -> None:
    head = client.chat_postMessage(channel="#a", text="head\nmore")
    client.chat_postMessage(channel="#a", text="other")
    client.chat_postMessage(channel="#a", text="reply", thread_ts=head["ts"], reply_broadcast=True)
    client.chat_update(channel=head["channel"], ts=head["ts"], text="head")
    assert slack.transcript("#a").split("\n") == ["head (edited 1x)", "    reply", "other", "(from a thread) reply"]


def test_it_runs_alone_and_prints_its_address_and_messages() -> None:
    command = [sys.executable, "-m", "scheduler.demo.fake_slack"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        shown = "".join(process.stdout.readline() for _ in range(3))
        found = re.search(r"api_url: (\S+)", shown)
        assert found is not None
        WebClient("xoxb-any", base_url=found[1]).chat_postMessage(channel="#a", text="hello")
        printed = "".join(process.stdout.readline() for _ in range(3))
        process.terminate()
    assert "#a" in printed
    assert "hello" in printed
