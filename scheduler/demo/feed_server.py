"""A feed server on loopback: feeds that can be changed while it runs, conditional GET, a log, faults on demand."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from ssl import SSLContext
from struct import pack
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape

ALLOW_ALL = "User-agent: *\nDisallow:\n"


class Style(StrEnum):
    """Whose feeds a feed is shaped like."""

    WORDPRESS = "wordpress"
    KR36 = "36kr"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed."""

    title: str
    link: str
    html: str
    published: datetime
    guid: str | None = None
    author: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(slots=True)
class Feed:
    """A feed; append to `items` or replace them while the server runs."""

    title: str
    link: str
    items: list[Item] = field(default_factory=list)
    style: Style = Style.WORDPRESS

    def rss(self) -> bytes:
        """Return the feed as RSS 2.0, newest item first as in the list."""
        head = f"<title>{escape(self.title)}</title><link>{escape(self.link)}</link><description/>"
        body = "".join(_item(item, self.style) for item in list(self.items))
        root = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}<channel>{head}{body}</channel></rss>\n'.encode()

    def changed(self) -> datetime:
        """Return the date of the newest item."""
        return max((item.published for item in list(self.items)), default=datetime(2026, 1, 1, tzinfo=UTC))


def _item(item: Item, style: Style) -> str:
    parts = [f"<title>{escape(item.title)}</title>"]
    if style is Style.KR36:
        moment = item.published.strftime("%Y-%m-%d %H:%M:%S  %z")
        parts += [f"<link>{_cdata(item.link)}</link>", f"<pubDate>{moment}</pubDate>"]
    else:
        parts += [f"<link>{escape(item.link)}</link>", f"<pubDate>{format_datetime(item.published)}</pubDate>"]
        parts += [f'<guid isPermaLink="false">{escape(item.guid)}</guid>'] if item.guid else []
    parts += [f"<dc:creator>{_cdata(item.author)}</dc:creator>"] if item.author else []
    parts += [f"<category>{_cdata(name)}</category>" for name in item.categories]
    return f"<item>{''.join(parts)}<description>{_cdata(item.html)}</description></item>"


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server says."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    """Seconds before the first byte; the server's end cuts it short."""
    send: int | None = None
    """Send only so many bytes of the body, though Content-Length tells of all."""
    drop: bool = False
    """Close the connection without an answer."""
    reset: bool = False
    """End with a reset instead of an orderly close."""
    drip: float = 0.0
    """Seconds between two bytes of the body."""
    stall: float = 0.0
    """Seconds after what is sent of the body, before the end; the server's end cuts it short."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the server was asked, and how it answered."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    status: int
    """0 where the connection was dropped."""
    at: float
    """Seconds of the monotonic clock."""


Fault = Callable[[Mapping[str, str]], Reply | None]
"""Given the request's headers, tells the answer; None lets the feed answer as ever."""


class FeedServer:
    """Serves `feeds` by path; a path in `faults` answers by that first. Use it in a `with` block.

    Without a `port` the system chooses one.
    """

    def __init__(self, tls: SSLContext | None = None, port: int = 0) -> None:
        self._scheme = "https" if tls else "http"
        self.feeds: dict[str, Feed] = {}
        self.faults: dict[str, Fault] = {}
        self.robots = ALLOW_ALL
        self.requests: list[Request] = []
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True) if tls else self._server.socket
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, also in the middle of a delay."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port of 127.0.0.1 it listens on."""
        return int(self._server.server_address[1])

    def url(self, path: str = "/") -> str:
        """Return the address of a path."""
        return f"{self._scheme}://127.0.0.1:{self.port}{path}"

    def asked(self, path: str) -> list[Request]:
        """Return the requests for a path so far."""
        return [request for request in list(self.requests) if request.path == path]

    def wait(self, seconds: float) -> bool:
        """Wait, unless the server ends; return whether it does."""
        return self._closing.wait(seconds)

    def reply(self, path: str, headers: Mapping[str, str]) -> Reply:
        """Return the answer to a request, noted before its delay is waited out."""
        began = time.monotonic()
        fault = self.faults.get(path)
        found = fault(headers) if fault else None
        reply = found if found is not None else self._ordinary(path, headers)
        self.requests.append(Request(path, headers, 0 if reply.drop else reply.status, began))
        self.wait(reply.delay)
        return reply

    def _ordinary(self, path: str, headers: Mapping[str, str]) -> Reply:
        if path == "/robots.txt":
            return Reply(headers={"Content-Type": "text/plain"}, body=self.robots.encode())
        feed = self.feeds.get(path)
        return conditional(feed, headers) if feed else Reply(404, {"Content-Type": "text/html"}, b"<h1>not here</h1>")


def conditional(feed: Feed, headers: Mapping[str, str]) -> Reply:
    """Return the feed, or 304 where the request's validators are those of what it holds now."""
    body = feed.rss()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    validators = {"ETag": etag, "Last-Modified": format_datetime(feed.changed().astimezone(UTC), usegmt=True)}
    if headers.get("if-none-match") == etag:
        return Reply(304, validators)
    return Reply(200, {**validators, "Content-Type": "application/rss+xml; charset=UTF-8"}, body)


def _handler(server: FeedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            reply = server.reply(self.path, {name.lower(): value for name, value in self.headers.items()})
            self.close_connection = True
            with suppress(ConnectionError):  # the client may have hung up on a slow or large answer
                if not reply.drop:
                    self._send(reply)
            if reply.reset:
                # no lingering: the other side is told with RST once the last file on the socket is closed
                self.connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
                self.connection.close()

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), "Connection": "close", **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            body = reply.body[: reply.send]
            pieces = (body[i : i + 1] for i in range(len(body))) if reply.drip else [body]
            for piece in pieces:
                self.wfile.write(piece)
                if server.wait(reply.drip):
                    break
            server.wait(reply.stall)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            """Say nothing: `FeedServer.requests` is the log."""

    return Handler
