from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from http.client import IncompleteRead
from typing import Any
from urllib.error import URLError

import pytest
from pydantic import SecretStr
from slack_sdk.errors import SlackRequestError

from alerts.messages import render
from alerts.models import (
    Absent,
    CannotLook,
    ChannelBroken,
    DeliveryKind,
    Later,
    Lookup,
    MessageBroken,
    Outgoing,
    SendResult,
    Sent,
    TokenBroken,
    TokenWorks,
    Unsure,
    Via,
)
from alerts.slack import SlackTransport, WebhookTransport, classify, classify_code, classify_webhook
from crawler.units import now
from scheduler.demo import slack_faults as faults
from scheduler.demo.fake_slack import FakeSlack
from tests.alerts.views import card

TOKEN = "xoxb-fake"


@pytest.fixture
def transport(slack: FakeSlack) -> SlackTransport:
    return SlackTransport(SecretStr(TOKEN), slack.url, timeout=2)


def outgoing(**changes: Any) -> Outgoing:
    values: dict[str, Any] = {"uid": "u1", "channel": "#abroad", "rendered": render(DeliveryKind.HEAD, card())}
    return Outgoing(**(values | changes))


def lookup(**changes: Any) -> Lookup:
    values: dict[str, Any] = {
        "uid": "u1",
        "channel": "#abroad",
        "channel_id": None,
        "thread_ts": None,
        "since": now() - timedelta(seconds=5),
    }
    return Lookup(**(values | changes))


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("ratelimited rate_limited service_unavailable request_timeout", Later),
        ("internal_error fatal_error something_nobody_knows", Unsure),
        (
            "invalid_auth not_authed token_revoked token_expired account_inactive missing_scope not_allowed_token_type"
            " no_permission accesslimited",
            TokenBroken,
        ),
        (
            "channel_not_found not_in_channel is_archived restricted_action restricted_action_read_only_channel"
            " restricted_action_thread_only_channel ekm_access_denied",
            ChannelBroken,
        ),
        (
            "invalid_blocks invalid_blocks_format msg_too_long msg_blocks_too_long no_text markdown_text_conflict"
            " metadata_too_large invalid_metadata_format invalid_metadata_schema invalid_arguments"
            " cannot_reply_to_message thread_not_found message_not_found cant_update_message edit_window_closed",
            MessageBroken,
        ),
    ],
    ids=["later", "unsure", "token broken", "channel broken", "message broken"],
)
def test_every_error_code_has_its_class(codes: str, expected: type[SendResult]) -> None:
    assert {code: type(classify_code(code)) for code in codes.split()} == dict.fromkeys(codes.split(), expected)


@pytest.mark.parametrize("code", ["cannot_reply_to_message", "thread_not_found", "message_not_found"])
def test_a_thread_or_message_that_is_gone_is_told_from_a_bad_message(code: str) -> None:
    assert classify_code(code) == MessageBroken(code, target_gone=True)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(URLError(socket.gaierror(-2, "Name or service not known")), Later, id="no such host"),
        pytest.param(URLError(ConnectionRefusedError(111, "Connection refused")), Later, id="refused"),
        pytest.param(URLError(ssl.SSLCertVerificationError(1, "bad")), Later, id="certificate"),
        pytest.param(URLError(TimeoutError("timed out")), Later, id="connect time-out"),
        pytest.param(URLError(OSError("Tunnel connection failed: 503")), Later, id="proxy"),
        pytest.param(SlackRequestError("Invalid URL detected"), Later, id="bad address"),
        pytest.param(URLError(ConnectionResetError(104, "reset")), Unsure, id="reset while sending"),
        pytest.param(URLError(BrokenPipeError(32, "pipe")), Unsure, id="pipe broken while sending"),
        pytest.param(ConnectionResetError(104, "reset"), Unsure, id="reset after sending"),
        pytest.param(TimeoutError("timed out"), Unsure, id="read time-out"),
        pytest.param(IncompleteRead(b"{"), Unsure, id="cut answer"),
        pytest.param(AttributeError("'list' object has no attribute 'get'"), Unsure, id="JSON of another shape"),
    ],
)
def test_broken_connections_are_told_apart_by_when_they_broke(error: Exception, expected: type[SendResult]) -> None:
    assert type(classify(error)) is expected


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, "ok", Sent),
        (200, "<html>", Unsure),
        (400, "invalid_payload", MessageBroken),
        (400, "no_text", MessageBroken),
        (403, "action_prohibited", ChannelBroken),
        (403, "invalid_token", TokenBroken),
        (404, "channel_not_found", ChannelBroken),
        (404, "no_service", TokenBroken),
        (410, "channel_is_archived", ChannelBroken),
        (429, "", Later),
        (500, "rollup_error", Unsure),
        (418, "teapot", Unsure),
    ],
)
def test_a_webhook_answers_by_status_and_body(status: int, body: str, expected: type[SendResult]) -> None:
    assert type(classify_webhook(status, body, {})) is expected


def test_a_post_is_sent_with_ts_and_channel_id(transport: SlackTransport, slack: FakeSlack) -> None:
    result = transport.post(outgoing())
    (message,) = slack.messages("#abroad")
    assert result == Sent(Via.SLACK, message.ts, slack.channels["#abroad"].id)
    assert message.metadata == {"event_type": "chuhai_delivery", "event_payload": {"delivery": "u1"}}


def test_a_post_neither_unfurls_nor_parses_names(transport: SlackTransport, slack: FakeSlack) -> None:
    transport.post(outgoing())
    params = slack.calls_of("chat.postMessage")[0].params
    assert (params["unfurl_links"], params["unfurl_media"]) == (False, False)
    assert not {"link_names", "parse", "username"} & set(params)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(faults.rate_limited(7), Later(7.0, "Slack asks for a pause", whole_channel=True), id="429"),
        pytest.param(
            faults.rate_limited(None),
            Later(30.0, "Slack asks for a pause", whole_channel=True),
            id="429, no time",
        ),
        pytest.param(
            faults.error("ratelimited"), Later(30.0, "Slack asks for a pause", whole_channel=True), id="ratelimited"
        ),
        pytest.param(faults.error("fatal_error"), Unsure("fatal_error", answered=True), id="fatal_error"),
        pytest.param(faults.error("invalid_auth"), TokenBroken, id="invalid_auth"),
        pytest.param(faults.error("not_in_channel"), ChannelBroken, id="not_in_channel"),
        pytest.param(faults.error("invalid_blocks"), MessageBroken("invalid_blocks"), id="invalid_blocks"),
        pytest.param(faults.broken(503), Unsure, id="503 with a page"),
        pytest.param(faults.broken(502, b""), Unsure, id="502 and nothing"),
        pytest.param(faults.broken(200), Unsure, id="200 with a page"),
        pytest.param(faults.broken(200, b""), Unsure, id="200 and nothing"),
        pytest.param(faults.broken(200, b"[1]"), Unsure, id="200 with a list"),
        pytest.param(faults.broken(200, b'{"ok": true}'), Unsure, id="ok without a ts"),
        pytest.param(faults.broken(200, b"\xff\xfe"), Unsure, id="200 with no text"),
        pytest.param(faults.dropped(), Unsure, id="reset"),
        pytest.param(faults.delayed(3), Unsure, id="read time-out"),
    ],
)
def test_an_answer_of_the_server_is_classified_and_never_retried(
    fault: faults.Answer, expected: Any, transport: SlackTransport, slack: FakeSlack
) -> None:
    slack.after = lambda call: fault if call.method == "chat.postMessage" else None
    result = transport.post(outgoing())
    assert type(result) is expected if isinstance(expected, type) else result == expected
    assert len(slack.messages("#abroad")) == 1
    assert len(slack.calls) == 1


def test_a_closed_port_is_for_later() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}/api/"
        result = SlackTransport(SecretStr(TOKEN), closed).post(outgoing())
    assert isinstance(result, Later)


def test_what_broke_says_how_to_mend_it() -> None:
    assert "/invite" in classify_code("not_in_channel").error  # type: ignore[union-attr] # it is no success
    assert "bot token" in classify_code("token_revoked").error  # type: ignore[union-attr] # it is no success


def test_a_reply_goes_into_the_thread_and_a_broadcast_into_the_channel_too(
    transport: SlackTransport, slack: FakeSlack
) -> None:
    head = transport.post(outgoing())
    assert isinstance(head, Sent)
    transport.post(outgoing(uid="u2", channel_id=head.channel_id, thread_ts=head.ts))
    transport.post(outgoing(uid="u3", channel_id=head.channel_id, thread_ts=head.ts, broadcast=True))
    assert [(m.thread_ts, m.broadcast) for m in slack.messages("#abroad")] == [
        (None, False),
        (head.ts, False),
        (head.ts, True),
    ]


def test_an_edit_replaces_the_message_and_keeps_its_metadata(transport: SlackTransport, slack: FakeSlack) -> None:
    head = transport.post(outgoing())
    assert isinstance(head, Sent)
    rendered = render(DeliveryKind.EDIT, card(), reduced=True)
    result = transport.post(outgoing(rendered=rendered, channel_id=head.channel_id, edit_ts=head.ts))
    (message,) = slack.messages("#abroad")
    assert result == head
    assert (message.edits, message.blocks, message.text) == (1, [], rendered.text)
    assert message.metadata is not None


def test_a_message_is_found_by_its_metadata(transport: SlackTransport) -> None:
    posted = transport.post(outgoing())
    assert isinstance(posted, Sent)
    assert transport.look(lookup(channel_id=posted.channel_id)) == posted


def test_a_channel_known_by_name_only_is_found_through_the_list(transport: SlackTransport) -> None:
    posted = transport.post(outgoing())
    assert transport.look(lookup()) == posted


def test_a_reply_is_found_in_its_thread(transport: SlackTransport) -> None:
    head = transport.post(outgoing())
    assert isinstance(head, Sent)
    reply = transport.post(outgoing(uid="u2", channel_id=head.channel_id, thread_ts=head.ts))
    assert transport.look(lookup(uid="u2", channel_id=head.channel_id, thread_ts=head.ts)) == reply


def test_a_message_is_found_behind_hundreds_of_others(transport: SlackTransport, slack: FakeSlack) -> None:
    posted = transport.post(outgoing())
    for number in range(450):
        transport_params = {"channel": "#abroad", "text": f"chat {number}"}
        slack.answer(faults.Call(0.0, "chat.postMessage", transport_params, TOKEN))
    assert transport.look(lookup()) == posted
    assert len(slack.calls_of("conversations.history")) == 4


def test_what_slack_did_not_take_is_absent(transport: SlackTransport) -> None:
    transport.post(outgoing(uid="other"))
    assert transport.look(lookup()) == Absent()


def test_what_lies_before_the_first_attempt_is_not_searched(transport: SlackTransport) -> None:
    transport.post(outgoing())
    assert transport.look(lookup(since=now() + timedelta(hours=1))) == Absent()


@pytest.mark.parametrize(
    ("scopes", "known"),
    [
        pytest.param({"chat:write", "channels:read"}, None, id="no history scope"),
        pytest.param({"chat:write", "channels:history"}, None, id="no scope for the list of channels"),
    ],
)
def test_without_the_scope_nothing_can_be_looked_up(
    scopes: set[str], known: None, transport: SlackTransport, slack: FakeSlack
) -> None:
    transport.post(outgoing())
    slack.scopes, slack.known = frozenset(scopes), known
    assert isinstance(transport.look(lookup()), CannotLook)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(faults.rate_limited(9), Later(9.0, "Slack asks for a pause", whole_channel=True), id="429"),
        pytest.param(faults.broken(503), Later, id="503"),
        pytest.param(faults.error("internal_error"), Later, id="internal_error"),
        pytest.param(faults.dropped(), Later, id="reset"),
        pytest.param(faults.error("token_revoked"), TokenBroken, id="token revoked"),
        pytest.param(faults.error("not_in_channel"), CannotLook("not_in_channel"), id="not in the channel"),
    ],
)
def test_a_look_that_fails_says_whether_to_look_again(
    fault: faults.Answer, expected: Any, transport: SlackTransport, slack: FakeSlack
) -> None:
    slack.before = lambda _call: fault
    result = transport.look(lookup(channel_id="C00000000"))
    assert type(result) is expected if isinstance(expected, type) else result == expected


@pytest.mark.parametrize(
    ("token", "fault", "expected"),
    [
        pytest.param(TOKEN, None, TokenWorks, id="good"),
        pytest.param("xoxb-other", None, TokenBroken, id="wrong"),
        pytest.param(TOKEN, faults.broken(503), Later, id="Slack is down"),
    ],
)
def test_the_token_is_checked(token: str, fault: faults.Answer | None, expected: type[Any], slack: FakeSlack) -> None:
    slack.before = lambda _call: fault
    assert type(SlackTransport(SecretStr(token), slack.url).auth_check()) is expected


def test_a_token_that_cannot_read_history_is_warned_of(transport: SlackTransport, slack: FakeSlack) -> None:
    assert transport.auth_check() == TokenWorks()
    slack.scopes = frozenset({"chat:write"})
    answer = transport.auth_check()
    assert isinstance(answer, TokenWorks)
    assert "channels:history" in (answer.warning or "")


@pytest.fixture
def every_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.mark.parametrize(
    "fault", [None, faults.broken(200, b"said: herald showroom"), faults.dropped(), faults.error("invalid_auth")]
)
def test_neither_token_nor_message_is_ever_logged(
    fault: faults.Answer | None, transport: SlackTransport, slack: FakeSlack, every_log: pytest.LogCaptureFixture
) -> None:
    slack.after = lambda _call: fault
    result = transport.post(outgoing())
    transport.look(lookup())
    said = every_log.text + repr(result) + repr(transport) + repr(outgoing())
    assert TOKEN not in said
    assert "showroom" not in said


def test_a_token_that_is_no_header_is_not_shown(slack: FakeSlack, every_log: pytest.LogCaptureFixture) -> None:
    result = SlackTransport(SecretStr("xoxb-secret\nx: y"), slack.url).post(outgoing())
    assert "secret" not in repr(result) + every_log.text


def test_a_webhook_neither_edits_nor_looks_up() -> None:
    webhook = WebhookTransport(SecretStr("http://127.0.0.1:9/services/T/B/x"))
    assert webhook.post(outgoing(edit_ts="1.0")) == MessageBroken("a webhook cannot edit", target_gone=True)
    assert isinstance(webhook.look(lookup()), CannotLook)


def test_a_webhook_posts_text_and_blocks(slack: FakeSlack) -> None:
    slack.before = lambda _call: faults.Answer(body=b"ok")
    address = slack.url.replace("/api/", "/services/T/B/x")
    assert WebhookTransport(SecretStr(address)).post(outgoing()) == Sent(Via.SLACK)
    assert set(slack.calls[0].params) == {"text", "blocks", "unfurl_links", "unfurl_media"}
