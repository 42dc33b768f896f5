"""Talks to Slack, and says of every answer what it means for the message: the only home of slack_sdk.

The classes of answers follow https://docs.slack.dev/reference/methods/chat.postMessage#errors and what the client
shows of broken connections. Nothing is ever retried here: the stock retry handlers post twice when a connection
drops after Slack has taken the message.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from pydantic import SecretStr
from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError

from alerts.models import (
    Absent,
    CannotLook,
    ChannelBroken,
    Later,
    LookResult,
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

TIMEOUT = 10
"""Seconds the client waits for Slack; `slack.settle` builds on it."""

EVENT_TYPE = "chuhai_delivery"
"""Names our metadata among that of other apps; the payload's `delivery` is the uid of the row in the queue."""

_NO_RETRY_AFTER = 30.0
_LONGEST_PAUSE = 86_400.0
_CLOCKS_APART = timedelta(minutes=10)
_PAGE, _MOST_PAGES = 200, 25

_LATER = {"ratelimited", "rate_limited", "service_unavailable", "request_timeout"}
_HIDES_SUCCESS = {"internal_error", "fatal_error"}
_TOKEN = {
    *("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"),
    *("missing_scope", "not_allowed_token_type", "no_permission", "accesslimited"),
}
_CHANNEL = {"channel_not_found", "not_in_channel", "is_archived", "ekm_access_denied"}
_MESSAGE = {
    *("msg_too_long", "msg_blocks_too_long", "no_text", "markdown_text_conflict", "metadata_too_large"),
    *("invalid_arguments", "cannot_reply_to_message", "thread_not_found"),
    *("message_not_found", "cant_update_message", "edit_window_closed"),
}
_TARGET_GONE = {
    *("cannot_reply_to_message", "thread_not_found"),
    *("message_not_found", "cant_update_message", "edit_window_closed"),
}
_CANNOT_READ = {"missing_scope", "no_permission", "not_allowed_token_type", "unknown_method"}
_FAILURES = (SlackClientError, OSError, HTTPException, ValueError, AttributeError, TypeError, LookupError)
"""What the client raises; the last four where it stumbles over an answer that is JSON, but not Slack's."""

_FIXES = {
    "missing_scope": "add the scope chat:write to the app and install it again",
    "not_in_channel": "type /invite and the bot's name in the channel",
    "channel_not_found": "check the name; a private channel needs /invite and the bot's name",
    "is_archived": "unarchive the channel, or change send_to",
}
_NEW_TOKEN = "put a valid bot token (xoxb-…) into the variable or file that config.yaml names"  # noqa: S105 - a text

_NoAnswer = Absent | CannotLook | Later | TokenBroken

_quiet = logging.getLogger("slack_sdk.chuhai")
# The client quotes answers in its errors and requests at DEBUG, with texts and addresses: what went wrong is
# reported from the results instead. The level is set because an unset one counts as DEBUG there.
_quiet.setLevel(logging.CRITICAL)
logging.getLogger("slack_sdk").setLevel(logging.WARNING)


class SlackTransport:
    """Posts, edits and looks up messages with a bot token."""

    via = Via.SLACK

    def __init__(self, token: SecretStr, api_url: str = "https://slack.com/api/", timeout: int = TIMEOUT) -> None:
        """Prepare the client; nothing is sent yet. `timeout` in seconds."""
        self._client = WebClient(
            token.get_secret_value(), base_url=api_url, timeout=timeout, retry_handlers=[], logger=_quiet
        )

    def post(self, outgoing: Outgoing) -> SendResult:
        """Post or edit one message, once; every outcome is a result, none an exception."""
        call = self._update if outgoing.edit_ts else self._post
        try:
            return _accepted(call(outgoing))
        except _FAILURES as error:
            return classify(error)

    def _post(self, outgoing: Outgoing) -> Mapping[str, Any]:
        return _data(
            self._client.chat_postMessage(
                channel=outgoing.channel_id or outgoing.channel,
                text=outgoing.rendered.text,
                blocks=[dict(block) for block in outgoing.rendered.blocks] or None,
                thread_ts=outgoing.thread_ts,
                reply_broadcast=outgoing.broadcast or None,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"delivery": outgoing.uid}},
                unfurl_links=False,
                unfurl_media=False,
            )
        )

    def _update(self, outgoing: Outgoing) -> Mapping[str, Any]:
        return _data(
            self._client.chat_update(
                channel=outgoing.channel_id or outgoing.channel,
                ts=outgoing.edit_ts or "",
                text=outgoing.rendered.text,
                # an empty list removes the old blocks; none at all would keep them
                blocks=[dict(block) for block in outgoing.rendered.blocks],
            )
        )

    def look(self, lookup: Lookup) -> LookResult:
        """Search the channel, or the thread, for a delivery whose fate is unknown."""
        found = self._search(lookup.channel_id or lookup.channel, lookup)
        if lookup.channel_id or not isinstance(found, CannotLook) or found.error != "channel_not_found":
            return found
        # Slack posts to names, but reads only ids
        channel_id = self._channel_id(lookup.channel)
        return self._search(channel_id, lookup) if isinstance(channel_id, str) else channel_id

    def auth_check(self) -> TokenWorks | TokenBroken | Later:
        """Ask Slack whether it accepts the token, and whether the token may do what is needed."""
        try:
            headers = self._client.auth_test().headers
        except _FAILURES as error:
            result = classify(error)
            return result if isinstance(result, TokenBroken | Later) else Later(None, getattr(result, "error", ""))
        granted = {name.lower(): value for name, value in headers.items()}.get("x-oauth-scopes")
        return TokenWorks(_missing(granted))

    def _search(self, channel: str, lookup: Lookup) -> LookResult:
        oldest = f"{(lookup.since - _CLOCKS_APART).timestamp():.6f}"
        where: dict[str, object] = {"channel": channel, "oldest": oldest, "limit": _PAGE, "include_all_metadata": True}
        method = "conversations.history"
        if lookup.thread_ts is not None:
            method, where["ts"] = "conversations.replies", lookup.thread_ts
        for page in self._pages(method, where):
            if not isinstance(page, Mapping):
                return page
            ts = _ts_of(lookup.uid, page.get("messages") or ())
            if ts is not None:
                return Sent(Via.SLACK, ts, channel if _is_id(channel) else None)
        return Absent()

    def _channel_id(self, name: str) -> str | _NoAnswer:
        """Return the id of a channel; without the scope for private channels only public ones are asked for."""
        found: str | _NoAnswer = CannotLook("")
        for kinds in ("public_channel,private_channel", "public_channel"):
            found = self._channel_id_among(kinds, name)
            if not isinstance(found, CannotLook):
                break
        return found

    def _channel_id_among(self, kinds: str, name: str) -> str | _NoAnswer:
        for page in self._pages("conversations.list", {"types": kinds, "limit": 1000, "exclude_archived": True}):
            if not isinstance(page, Mapping):
                return page
            for channel in page.get("channels") or ():
                if channel.get("name") == name.removeprefix("#"):
                    return str(channel["id"])
        return CannotLook(f"the id of {name} cannot be found out")

    def _pages(self, method: str, params: dict[str, object]) -> Iterator[Mapping[str, Any] | _NoAnswer]:
        """Yield what a paged method answers, page by page; last of all why it cannot, where it cannot."""
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = self._read(method, params if cursor is None else {**params, "cursor": cursor})
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor") if isinstance(page, Mapping) else None
            if not cursor:
                return
        yield CannotLook("there is more than can be searched")

    def _read(self, method: str, params: dict[str, object]) -> Mapping[str, Any] | _NoAnswer:
        """Return what a method reads, or why it cannot: reading can always be repeated."""
        try:
            return _data(self._client.api_call(method, params=params))
        except _FAILURES as error:
            result = classify(error)
        code = _code_of(result)
        if code == "thread_not_found":
            return Absent()
        if code in _CANNOT_READ or isinstance(result, ChannelBroken | MessageBroken):
            return CannotLook(code)
        return result if isinstance(result, TokenBroken | Later) else Later(None, getattr(result, "error", ""))


class WebhookTransport:
    """Posts through an incoming webhook, which gives no ts back: no threads, no edits, no looking up."""

    via = Via.SLACK

    def __init__(self, url: SecretStr, timeout: int = TIMEOUT) -> None:
        """Prepare the client; nothing is sent yet. `timeout` in seconds."""
        self._client = WebhookClient(url.get_secret_value(), timeout=timeout, retry_handlers=[], logger=_quiet)

    def post(self, outgoing: Outgoing) -> SendResult:
        """Post one message, once; an edit is refused."""
        if outgoing.edit_ts:
            return MessageBroken("a webhook cannot edit", target_gone=True)
        body: dict[str, Any] = {"text": outgoing.rendered.text, "unfurl_links": False, "unfurl_media": False}
        if outgoing.rendered.blocks:
            body["blocks"] = [dict(block) for block in outgoing.rendered.blocks]
        try:
            response = self._client.send_dict(body)
        except _FAILURES as error:
            return classify(error)
        return classify_webhook(response.status_code, response.body, response.headers)

    def look(self, lookup: Lookup) -> LookResult:  # noqa: ARG002 - every transport can be asked
        """Say that nothing can be looked up."""
        return CannotLook("a webhook cannot read the channel")

    def auth_check(self) -> TokenWorks | TokenBroken | Later:
        """Say what a webhook cannot do: only a message shows whether it works."""
        return TokenWorks("a webhook may repeat a message and cannot thread; a bot token can do both")


def classify(error: BaseException) -> SendResult:
    """Return what an exception of the client means for the message that was being sent."""
    if isinstance(error, SlackApiError):
        return _classify_answer(error)
    if isinstance(error, URLError):
        # urllib wraps what goes wrong up to the end of the request's sending; what follows comes bare
        lost = isinstance(error.reason, ConnectionResetError | BrokenPipeError | ConnectionAbortedError)
        words = f"no connection to Slack: {_words(error.reason)}"
        return Unsure(words) if lost else Later(None, words)
    if isinstance(error, SlackRequestError):
        return Later(None, "the address in slack.api_url, or the proxy, cannot be used")
    return Unsure(f"the connection to Slack broke before its answer: {_words(error)}")


def classify_code(code: str) -> SendResult:
    """Return what one of Slack's error codes means for the message that was being sent."""
    fix = _FIXES.get(code)
    if code in _LATER:
        return Later(None, code, whole_channel=True)
    if code in _HIDES_SUCCESS:
        return Unsure(code, answered=True)
    if code in _TOKEN:
        return TokenBroken(f"{code}: {fix or _NEW_TOKEN}")
    if code in _CHANNEL or code.startswith("restricted_action"):
        return ChannelBroken(f"{code}: {fix or 'ask an administrator of the workspace to let the bot post there'}")
    if code in _MESSAGE or code.startswith(("invalid_blocks", "invalid_metadata_")):
        return MessageBroken(code, target_gone=code in _TARGET_GONE)
    return Unsure(f"unknown answer {code}", answered=True)


def classify_webhook(status: int, body: str, headers: Mapping[str, str]) -> SendResult:
    """Return what a webhook's status and body mean for the message that was being sent."""
    if status == 200 and body.strip() == "ok":
        return Sent(Via.SLACK)
    if status == 429:
        return _later(headers)
    answers: dict[tuple[int, str], SendResult] = {
        (400, "invalid_payload"): MessageBroken("invalid_payload"),
        (400, "no_text"): MessageBroken("no_text"),
        (403, "action_prohibited"): ChannelBroken("action_prohibited: an administrator forbids posting there"),
        (403, "invalid_token"): TokenBroken("invalid_token: make a new webhook"),
        (404, "channel_not_found"): ChannelBroken("channel_not_found: make a webhook for a channel that exists"),
        (404, "no_service"): TokenBroken("no_service: the webhook was removed; make a new one"),
        (410, "channel_is_archived"): ChannelBroken("channel_is_archived: unarchive it, or make another webhook"),
    }
    return answers.get((status, body.strip()), Unsure(f"the webhook answered {status}", answered=status < 500))


def _classify_answer(error: SlackApiError) -> SendResult:
    response = error.response
    status, data = getattr(response, "status_code", 0), getattr(response, "data", None)
    code = data.get("error") if isinstance(data, Mapping) else None
    if status == 429:
        return _later(response.headers)
    if isinstance(code, str) and re.fullmatch(r"[a-z0-9_]{2,80}", code):
        result = classify_code(code)
        return _later(response.headers) if isinstance(result, Later) else result
    return Unsure(f"Slack answered {status} without saying what became of the message")


def _later(headers: Mapping[str, str]) -> Later:
    given = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    try:
        after = float(given)
    except ValueError:
        after = _NO_RETRY_AFTER
    return Later(min(max(after, 1.0), _LONGEST_PAUSE), "Slack asks for a pause", whole_channel=True)


def _accepted(data: Mapping[str, Any]) -> SendResult:
    ts, channel = data.get("ts"), data.get("channel")
    if not isinstance(ts, str) or not ts:
        return Unsure("Slack said ok, but not where the message is")
    return Sent(Via.SLACK, ts, channel if isinstance(channel, str) else None)


def _data(response: Any) -> Mapping[str, Any]:  # noqa: ANN401 - the client's own response
    if not isinstance(response.data, Mapping):
        raise TypeError("Slack's answer is no JSON object")
    return response.data


def _ts_of(uid: str, messages: Any) -> str | None:  # noqa: ANN401 - whatever Slack's JSON holds
    for message in messages:
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == EVENT_TYPE and (metadata.get("event_payload") or {}).get("delivery") == uid:
            return str(message["ts"])
    return None


def _code_of(result: SendResult) -> str:
    return getattr(result, "error", "").removeprefix("unknown answer ").partition(":")[0]


def _is_id(channel: str) -> bool:
    return re.fullmatch(r"[CGD][A-Z0-9]{6,20}", channel) is not None


def _missing(granted: str | None) -> str | None:
    """Return a warning where the token may not read back what it posted; None where it may, or Slack does not say."""
    if granted is None or {"channels:history", "groups:history"} & {scope.strip() for scope in granted.split(",")}:
        return None
    return (
        "the token has no scope channels:history (groups:history for private channels): "
        "a message whose fate is unknown is posted once more, marked as a possible repeat"
    )


def _words(error: object) -> str:
    """Return an error in a few words that quote no address and no message."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "time-out" if isinstance(error, TimeoutError) else type(error).__name__
