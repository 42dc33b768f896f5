"""Serves many feeds, each on a host of its own (127.x.y.z), from a process whose cost is not counted.

Prints its port once it listens. `GET /change?share=10` gives that share of the feeds one new item.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

ITEMS = 20
ITEM_BYTES = 6_000
"""Items of a feed and bytes of an item's text, as 36Kr's article feed and large WordPress sites have them."""

_BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
_MAKERS, _MAKERS_ZH, _PLACES, _PLACES_ZH, _WORDS, _WORDS_ZH = (
    line.split() for line in (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").splitlines()
)
_HEADLINES = (
    "{maker} ships its first cars to {place}",
    "{maker} reports higher sales for the quarter",
    "Review: a week with the new sedan from {maker}",
    "{maker} cuts the price of its smallest car",
    "What the charging network in {place} still lacks",
    "Battery supplier expands while {maker} waits",
    "Analysts doubt the forecast of {maker}",
    "How {maker} builds seats from old fishing nets",
    "Readers write: winter tyres and long ways home",
    "{maker} recalls a thousand vans over door locks",
    "Towns in {place} want quieter buses",
    "{maker} hires a new head of design",
    "The cell that would not age: news from the laboratory",
    "{maker} shows a wagon with a folding roof",
    "Fewer people in {place} drive to work",
    "A used {maker} for the price of a bicycle",
)
"""One in sixteen reports a move: three times as many as in feeds about electric cars."""
_HEADLINES_ZH = (
    "{maker}首批车辆发往{place}",
    "{maker}发布季度财报，销量同比增长",
    "试驾{maker}新款轿车：一周体验",
    "{maker}下调入门车型价格",
    "{place}充电网络还缺什么",
    "电池供应商扩产，{maker}持观望态度",
    "分析师质疑{maker}的销量预期",
    "{maker}用旧渔网做座椅",
    "读者来信：冬季轮胎与回家的长路",
    "{maker}因门锁问题召回千辆厢式车",
    "{place}的小镇想要更安静的公交",
    "{maker}换了设计负责人",
    "不会老去的电芯：来自实验室的消息",
    "{maker}展示可折叠车顶的旅行车",
    "{place}开车上班的人变少了",
    "一辆二手{maker}，一辆自行车的价钱",
)


class Writer:
    """Writes texts of words in either language, the same in every run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        # assembled from a stock: writing 120 MB word by word takes a minute
        self._stock = {chinese: [self._paragraph(chinese) for _ in range(600)] for chinese in (False, True)}

    def _paragraph(self, chinese: bool) -> str:
        return "<p>" + " ".join(self._sentence(chinese) for _ in range(4)) + "</p>\n"

    def _sentence(self, chinese: bool) -> str:
        words = self._random.choices(_WORDS_ZH if chinese else _WORDS, k=self._random.randint(8, 22))
        if self._random.random() < 0.15:
            words[0] = self._random.choice(_MAKERS_ZH if chinese else _MAKERS)
        if self._random.random() < 0.1:
            words[-1] = self._random.choice(_PLACES_ZH if chinese else _PLACES)
        if self._random.random() < 0.1:
            words[3] = f'<a href="https://news.example/tag/{self._random.randint(1, 99)}">{words[3]}</a>'
        return "".join(words) + "。" if chinese else " ".join(words).capitalize() + "."

    def item(self, feed: int, number: int, published: datetime) -> str:
        """Return one item of a feed, about `ITEM_BYTES` long."""
        chinese = feed % 2 == 1
        makers, places = (_MAKERS_ZH, _PLACES_ZH) if chinese else (_MAKERS, _PLACES)
        headline = self._random.choice(_HEADLINES_ZH if chinese else _HEADLINES)
        title = headline.format(maker=self._random.choice(makers), place=self._random.choice(places))
        text = ""
        while len(text.encode()) < ITEM_BYTES:
            text += self._random.choice(self._stock[chinese])
        link = f"https://site{feed}.example/2026/{number}"
        return (
            f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
            f"<pubDate>{format_datetime(published)}</pubDate><description><![CDATA[{text}]]></description></item>"
        )


class Feeds:
    """The feeds as they stand."""

    def __init__(self, number: int) -> None:
        self._writer = Writer(seed=7)
        self._items = [
            [self._writer.item(feed, n, _BEGUN - timedelta(minutes=20 * n)) for n in range(ITEMS)]
            for feed in range(number)
        ]
        self.made = [self._make(feed) for feed in range(number)]
        self._changes = 0

    def _make(self, feed: int) -> tuple[bytes, str]:
        items = "".join(self._items[feed])
        head = f"<title>Site {feed}</title><link>https://site{feed}.example/</link><description/>"
        body = f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()
        return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'

    def change(self, share: int) -> None:
        """Give so many percent of the feeds a new item in place of their oldest."""
        self._changes += 1
        for feed in range(0, len(self._items), 100 // share):
            moment = _BEGUN + timedelta(minutes=self._changes)
            self._items[feed] = [self._writer.item(feed, 1_000 + self._changes, moment), *self._items[feed][:-1]]
            self.made[feed] = self._make(feed)


def host_of(feed: int) -> str:
    """Return the address a feed is served at."""
    return f"127.1.{feed // 200}.{feed % 200 + 1}"


async def serve(number: int) -> None:
    """Serve until killed."""
    feeds = Feeds(number)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                last = b"connection: close" in request.lower()
                writer.write(_reply(feeds, request.decode("latin-1"), "Connection: close\r\n" if last else ""))
                await writer.drain()
                if last:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    # all of 127.0.0.0/8 is this machine: each feed has a host of its own, as on the internet
    server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=1_000)  # noqa: S104 - needed for 127.x.y.z
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _reply(feeds: Feeds, request: str, more: str) -> bytes:
    path = request.split(" ", 2)[1]
    if path == "/robots.txt":
        return _http(200, "text/plain", b"User-agent: *\nDisallow:\n")
    if path.startswith("/change?share="):
        feeds.change(int(path.partition("=")[2]))
        return _http(200, "text/plain", b"changed\n")
    body, etag = feeds.made[int(path.rpartition("/")[2])]
    if f"if-none-match: {etag}".lower() in request.lower():
        return _http(304, "", b"", f"ETag: {etag}\r\n{more}")
    return _http(200, "application/rss+xml; charset=utf-8", body, f"ETag: {etag}\r\n{more}")


def _http(status: int, content_type: str, body: bytes, more: str = "") -> bytes:
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    return f"HTTP/1.1 {status} X\r\n{kind}{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
