"""A Slack of our own on this machine: what the demo and the tests post to, and where tests let it fail.

Try it: `python -m scheduler.demo.fake_slack` prints its address (for `slack.api_url`) and every message it gets.
"""

from __future__ import annotations

import argparse
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

from scheduler.demo.slack_faults import Answer, Call, Hook, error, rate_limited

SCOPES = frozenset({"chat:write", "channels:history", "channels:read"})
"""What the bot may do, unless a test takes something away."""

_SPLIT = 4000
_LIMITS = {"header": 150, "section": 3000, "context": 3000}


@dataclass(slots=True)
class Message:
    """One message in a channel."""

    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None
    thread_ts: str | None
    broadcast: bool
    edits: int = 0

    @property
    def shown(self) -> str:
        """The words a reader sees: those of the blocks, or the text where there are none."""
        return "\n".join(words for block in self.blocks for words in _words(block)) or self.text


def _words(block: Mapping[str, Any]) -> list[str]:
    parts = [block["text"]] if "text" in block else list(block.get("elements", ()))
    return [str(part["text"]) for part in parts if isinstance(part.get("text"), str)]


@dataclass(slots=True)
class Channel:
    """One channel and what was posted to it, oldest first."""

    id: str
    name: str
    messages: list[Message] = field(default_factory=list)
    posted_at: float = float("-inf")

    def find(self, ts: str | None) -> Message | None:
        """Return the message with a ts."""
        return next((message for message in self.messages if message.ts == ts), None)


class _RefusedError(Exception):
    """A call that Slack answers with `ok: false`."""


class FakeSlack:
    """A Slack workspace behind a loopback port; use it as a context manager, or `start` and `stop` it.

    Public attributes may be changed while it runs: `before` and `after` (hooks that run before and after a request is
    accepted), `token`, `scopes`, `known` (the only channels that exist; None: any), `rate` (least seconds between two
    messages to a channel; 0: no limit), `on_message` (called with the channel and each message).
    """

    def __init__(self, token: str | None = "xoxb-fake", port: int = 0) -> None:  # noqa: S107 - opens nothing
        """Prepare a workspace that accepts `token` (None: any) on a loopback port (0: a free one)."""
        self.token = token
        self.scopes: frozenset[str] = SCOPES
        self.known: frozenset[str] | None = None
        self.rate = 0.0
        self.before: Hook = lambda _call: None
        self.after: Hook = lambda _call: None
        self.on_message: Callable[[Channel, Message], None] = lambda _channel, _message: None
        self.calls: list[Call] = []
        self.channels: dict[str, Channel] = {}
        self.stopping = threading.Event()
        self._lock = threading.RLock()
        self._last_ts = 0
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The address for `slack.api_url`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/"

    def start(self) -> FakeSlack:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End; requests under way are answered at once."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> FakeSlack:
        return self.start()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()

    def calls_of(self, method: str) -> list[Call]:
        """Return the requests of one method, in order."""
        with self._lock:
            return [call for call in self.calls if call.method == method]

    def open_channel(self, name: str) -> Channel:
        """Make a channel, if there is none of that name: others appear with their first message."""
        with self._lock:
            return self._find(name) or self.channels.setdefault(name, Channel(f"C{len(self.channels):08d}", name))

    def messages(self, channel: str) -> list[Message]:
        """Return the messages of a channel, by name or id, oldest first."""
        with self._lock:
            found = self._find(channel)
            return list(found.messages) if found else []

    def transcript(self, channel: str) -> str:
        """Return the channel as a person scrolls it: threads indented under their heads, edits marked."""
        messages = self.messages(channel)
        lines: list[str] = []
        for head in messages:
            if head.thread_ts is None:
                lines += _shown(head, "")
                lines += [line for m in messages if m.thread_ts == head.ts for line in _shown(m, "    ")]
            elif head.broadcast:
                lines += _shown(head, "(from a thread) ")
        return "\n".join(lines)

    def answer(self, call: Call) -> Answer:
        """Return what the server answers to one request, faults included."""
        with self._lock:
            self.calls.append(call)
        early = self.before(call)
        if early is not None and (early.body is not None or early.drop):
            return early
        usual = self._accept(call)
        late = self.after(call)
        chosen = late if late is not None and (late.body is not None or late.drop) else usual
        delay = (early.delay if early else 0.0) + (late.delay if late else 0.0)
        return Answer(chosen.status, chosen.body, chosen.headers, delay, chosen.drop)

    def _accept(self, call: Call) -> Answer:
        methods = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.list": self._list,
        }
        with self._lock:
            try:
                self._check_token(call)
                usual = methods.get(call.method, _unknown_method)(call.params)
                scopes = {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}
                return Answer(body=json.dumps({"ok": True, **usual}).encode(), headers=scopes)
            except _RefusedError as refused:
                code = str(refused)
                return rate_limited(max(1, round(self.rate))) if code == "ratelimited" else error(code)

    def _check_token(self, call: Call) -> None:
        if self.token is not None and call.token != self.token:
            raise _RefusedError("invalid_auth" if call.token else "not_authed")

    def _auth_test(self, _params: Mapping[str, Any]) -> dict[str, Any]:
        return {"url": self.url, "team": "Fake", "user": "chuhai", "team_id": "T0FAKE", "user_id": "U0", "bot_id": "B0"}

    def _post(self, params: Mapping[str, Any]) -> dict[str, Any]:
        self._need("chat:write")
        channel = self._channel(str(params.get("channel", "")))
        text, blocks = str(params.get("text", "")), _json(params.get("blocks")) or []
        _check(text, blocks)
        parent = params.get("thread_ts")
        if parent is not None and channel.find(parent) is None:
            raise _RefusedError("thread_not_found")
        now = time.monotonic()
        if now < channel.posted_at + self.rate:
            raise _RefusedError("ratelimited")
        channel.posted_at = now
        pieces = [text] if blocks else [text[at : at + _SPLIT] for at in range(0, len(text), _SPLIT)]
        for piece in pieces:
            metadata, broadcast = _json(params.get("metadata")), _true(params.get("reply_broadcast"))
            message = Message(self._next_ts(), piece, blocks, metadata, parent, broadcast)
            channel.messages.append(message)
            self.on_message(channel, message)
        return {"channel": channel.id, "ts": message.ts, "message": _seen(message, with_metadata=True)}

    def _update(self, params: Mapping[str, Any]) -> dict[str, Any]:
        self._need("chat:write")
        channel = self._by_id(params)
        message = channel.find(params.get("ts"))
        if message is None:
            raise _RefusedError("message_not_found")
        text, blocks = str(params.get("text", "")), _json(params.get("blocks")) or []
        _check(text, blocks)
        message.text, message.blocks, message.edits = text, blocks, message.edits + 1
        message.metadata = _json(params.get("metadata")) or message.metadata
        self.on_message(channel, message)
        return {"channel": channel.id, "ts": message.ts, "text": text}

    def _history(self, params: Mapping[str, Any]) -> dict[str, Any]:
        self._need("channels:history")
        roots = [m for m in self._by_id(params).messages if m.thread_ts is None or m.broadcast]
        return _page(list(reversed(roots)), params)

    def _replies(self, params: Mapping[str, Any]) -> dict[str, Any]:
        self._need("channels:history")
        channel, ts = self._by_id(params), params.get("ts")
        if channel.find(ts) is None:
            raise _RefusedError("thread_not_found")
        return _page([m for m in channel.messages if ts in (m.ts, m.thread_ts)], params)

    def _list(self, _params: Mapping[str, Any]) -> dict[str, Any]:
        self._need("channels:read")
        return {"channels": [{"id": c.id, "name": c.name.removeprefix("#")} for c in self.channels.values()]}

    def _need(self, scope: str) -> None:
        if scope not in self.scopes:
            raise _RefusedError("missing_scope")

    def _channel(self, name: str) -> Channel:
        if found := self._find(name):
            return found
        if not name or (self.known is not None and name not in self.known):
            raise _RefusedError("channel_not_found")
        return self.open_channel(name)

    def _by_id(self, params: Mapping[str, Any]) -> Channel:
        found = next((c for c in self.channels.values() if c.id == params.get("channel")), None)
        if found is None:
            raise _RefusedError("channel_not_found")
        return found

    def _find(self, channel: str) -> Channel | None:
        wanted = channel.removeprefix("#")
        return next((c for c in self.channels.values() if wanted in (c.id, c.name.removeprefix("#"))), None)

    def _next_ts(self) -> str:
        self._last_ts = max(self._last_ts + 1, int(time.time() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"


def _unknown_method(_params: Mapping[str, Any]) -> dict[str, Any]:
    raise _RefusedError("unknown_method")


def _check(text: str, blocks: list[dict[str, Any]]) -> None:
    if not text and not blocks:
        raise _RefusedError("no_text")
    if len(blocks) > 50 or any(not 0 < len(w) <= _LIMITS.get(b["type"], 3000) for b in blocks for w in _words(b)):
        raise _RefusedError("invalid_blocks")


def _page(messages: list[Message], params: Mapping[str, Any]) -> dict[str, Any]:
    oldest, start, limit = str(params.get("oldest", "0")), int(params.get("cursor") or 0), int(params.get("limit", 100))
    found = [message for message in messages if float(message.ts) > float(oldest)]
    page, more = found[start : start + limit], start + limit < len(found)
    with_metadata = _true(params.get("include_all_metadata"))
    cursor = {"response_metadata": {"next_cursor": str(start + limit)}} if more else {}
    return {"messages": [_seen(m, with_metadata=with_metadata) for m in page], "has_more": more, **cursor}


def _seen(message: Message, *, with_metadata: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": "message", "ts": message.ts, "text": message.text, "blocks": message.blocks}
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if with_metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown


def _shown(message: Message, indent: str) -> list[str]:
    mark = f" (edited {message.edits}x)" if message.edits else ""
    first, *rest = message.shown.split("\n")
    return [f"{indent}{first}{mark}", *(f"{' ' * len(indent)}  {line}" for line in rest)]


def _json(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    return json.loads(value) if isinstance(value, str) and value else value


def _true(value: object) -> bool:
    return value in (True, 1, "1", "true", "True")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], slack: FakeSlack) -> None:
        super().__init__(address, _Handler)
        self.slack = slack


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        answer = self.server.slack.answer(self._call())
        if answer.delay:
            self.server.slack.stopping.wait(answer.delay)
        if answer.drop:
            # linger 0: the peer sees a reset, not an orderly end
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        body = answer.body or b""
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _call(self) -> Call:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        # the client calls JSON what has no body at all
        in_json = "json" in self.headers.get("Content-Type", "") and body
        params: dict[str, Any] = json.loads(body) if in_json else dict(parse_qsl(body, keep_blank_values=True))
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        method = self.path.partition("?")[0].rsplit("/", 1)[-1]
        return Call(time.monotonic(), method, params, bearer or params.get("token"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's signature
        """Stay silent: `FakeSlack.calls` holds what came."""


def _print_message(channel: Channel, message: Message) -> None:
    where = f"{channel.name}{' (in a thread)' if message.thread_ts else ''}{' (edited)' if message.edits else ''}"
    lines = "".join(f"    {line}\n" for line in message.shown.split("\n"))
    print(f"{where}\n{lines}", flush=True)  # noqa: T201 - what this program is for


def main() -> None:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(description="A Slack on this machine, for trying chuhai out.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; default: a free one")
    slack = FakeSlack(token=None, port=parser.parse_args().port)
    slack.on_message = _print_message
    with slack:
        print(f"slack:\n  token: xoxb-anything\n  api_url: {slack.url}\n", flush=True)  # noqa: T201 - as above
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
