"""A news site on loopback that can be broken in every way feeds are known to break."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Self

import brotli  # type: ignore[import-untyped]  # it ships no types

from crawler.units import Clock
from scheduler.demo.feed_server import Feed, FeedServer, Item, Reply, conditional

START = datetime(2026, 5, 4, 9, tzinfo=UTC)
RSS = "application/rss+xml; charset=UTF-8"
HTML = {"Content-Type": "text/html; charset=UTF-8"}


class Site:
    """A site with one feed, `/feed`, that `answer` may spoil."""

    def __init__(self, clock: Clock, company: str) -> None:
        self.clock, self.company = clock, company
        self.feed = Feed(f"News of {company}", "https://news.example/")
        self.answer: Answer = ordinary
        self.asked: list[Mapping[str, str]] = []
        """The headers of every request for the feed."""
        for number in range(6):
            self._add(f"A word on charging, part {number} of {company}", START - timedelta(hours=2 + number))
        self.feed.items.reverse()
        self.server = self._serving(0)

    def _serving(self, port: int) -> FeedServer:
        server = FeedServer(port=port)
        server.faults["/feed"] = server.faults["/feed?again"] = self._reply
        server.feeds["/moved"] = self.feed
        return server.__enter__()

    def _reply(self, headers: Mapping[str, str]) -> Reply:
        self.asked.append(headers)
        return self.answer(self, headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.down:
            self.server.__exit__(None, None, None)

    down = False

    def go_down(self) -> None:
        """Let nobody listen on the port."""
        self.server.__exit__(None, None, None)
        self.down = True

    def come_up(self) -> None:
        """Listen on the same port again."""
        if self.down:
            self.server, self.down = self._serving(self.server.port), False

    @property
    def url(self) -> str:
        return self.server.url("/feed")

    def publish(self, country: str) -> str:
        """Publish an article that reports a move; return its title."""
        title = f"{self.company} starts exports to {country}"
        self._add(title, self.clock() - timedelta(minutes=1))
        return title

    def _add(self, title: str, published: datetime) -> None:
        slug = title.lower().replace(" ", "-").replace(",", "")
        link = f"https://news.example/{published:%Y/%m/%d}/{slug}/"
        html = f"<p>{title}, the company said. Details will follow in the coming weeks.</p>"
        self.feed.items.insert(0, Item(title, link, html, published, guid=f"https://news.example/?p={slug}"))


Answer = Callable[[Site, Mapping[str, str]], Reply]


def ordinary(site: Site, headers: Mapping[str, str]) -> Reply:
    return conditional(site.feed, headers)


@dataclass(frozen=True)
class Fault:
    """One way to break, and what is to be said of it."""

    id: str
    answer: Answer
    state: str | Sequence[str]
    """In `status`, at each of three polls."""
    words: str = ""
    """In its note, at the last of them."""
    told: str = ""
    """How what ops is told begins, behind the source's name; nothing is told where this is empty."""
    stores: bool = False
    """Whether what is published meanwhile is stored all the same."""
    down: bool = False
    slow: bool = False
    wait: int = 0
    """Seconds that the site asks us to stay away."""


def always(reply: Reply) -> Answer:
    return lambda _site, _headers: reply


def body_of(change: Callable[[bytes], bytes], content_type: str = RSS, **more: str) -> Answer:
    """Answer with the feed's bytes changed."""
    headers = {"Content-Type": content_type, **{name.replace("_", "-"): value for name, value in more.items()}}
    return lambda site, _: Reply(200, headers, change(site.feed.rss()))


def items_of(change: Callable[[Site, int, Item], Item]) -> Answer:
    """Answer with each item of the feed changed; it is given its place, counted from the oldest."""

    def answer(site: Site, _: Mapping[str, str]) -> Reply:
        count = len(site.feed.items)
        items = [change(site, count - place, item) for place, item in enumerate(site.feed.items)]
        return Reply(200, {"Content-Type": RSS}, Feed(site.feed.title, site.feed.link, items).rss())

    return answer


def text_of(pattern: str, replacement: str) -> Answer:
    return body_of(lambda body: re.sub(pattern, replacement, body.decode(), flags=re.DOTALL).encode())


def part_of(**how: object) -> Answer:
    """Answer with half of the feed, and end as told."""
    return lambda site, _: Reply(200, {"Content-Type": RSS}, body := site.feed.rss(), send=len(body) * 2 // 3, **how)  # type: ignore[arg-type]  # the table's free form


def page(title: str, body: str = "", status: int = 200, **headers: str) -> Answer:
    html = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return always(Reply(status, {**HTML, **named}, html.encode()))


def status(code: int, **headers: str) -> Answer:
    return page("Oops", "<p>Something is wrong.</p>", code, **headers)


def redirect(where: str, code: int = 302) -> Answer:
    return always(Reply(code, {"Location": where}))


def in_a_circle(site: Site, _: Mapping[str, str]) -> Reply:
    return Reply(302, {"Location": "/feed?again" if len(site.asked) % 2 else "/feed"})


def in_seconds(seconds: int) -> Answer:
    """Answer 429 with the moment as a date."""
    return lambda site, _: Reply(429, {"Retry-After": format_datetime(site.clock() + timedelta(seconds=seconds), True)})


def cut_gzip(body: bytes) -> bytes:
    # what is flushed can be unpacked up to the cut
    packer = zlib.compressobj(wbits=31)
    return packer.compress(body[: len(body) * 2 // 3]) + packer.flush(zlib.Z_FULL_FLUSH)


def gated(site: Site, headers: Mapping[str, str]) -> Reply:
    """Set a cookie, and give the feed to who shows it."""
    if headers.get("cookie") == "acw_tc=abc123":
        return Reply(200, {"Content-Type": RSS}, site.feed.rss())
    reply = WAF(site, headers)
    return replace(reply, headers={**reply.headers, "Set-Cookie": "acw_tc=abc123; Path=/; HttpOnly; Max-Age=1800"})


def gated_for_good(site: Site, headers: Mapping[str, str]) -> Reply:
    reply = WAF(site, headers)
    return replace(reply, headers={**reply.headers, "Set-Cookie": f"seen={len(site.asked)}; Path=/"})


WAF = page("正在进行安全检测...", "<script>window._wafchallengeid='x'</script>")


def waf(mark: str) -> Answer:
    return page("", f"<script>var a='{mark}';</script><noscript>on</noscript>")


def new_guids(site: Site, place: int, item: Item) -> Item:
    return replace(item, guid=f"{len(site.asked)}-{place}")


def one_guid(_site: Site, _place: int, item: Item) -> Item:
    return replace(item, guid="1")


def one_link(_site: Site, _place: int, item: Item) -> Item:
    return replace(item, link="https://news.example/live")


def renamed(site: Site, place: int, item: Item) -> Item:
    """Every item under another address and guid, a second later, at each poll anew."""
    nth = len(site.asked)
    shifted = item.published + timedelta(seconds=nth)
    return replace(item, link=f"https://news.example/archive-{nth}/{place}", guid=f"v{nth}-{place}", published=shifted)


def variants(site: Site, place: int, item: Item) -> Item:
    """Every item under another spelling of its address, without a guid."""
    plain = item.link.removeprefix("https://news.example/")
    forms = (
        f"http://www.news.example/{plain}?utm_source=rss&utm_medium=feed",
        f"https://news.example/{plain}amp/",
        f"https://m.news.example/{plain.rstrip('/')}?fbclid=x#comments",
    )
    return replace(item, link=forms[(len(site.asked) + place) % 3], guid=None)


def archive(site: Site, headers: Mapping[str, str]) -> Reply:
    """Thirty moves of years ago, beside what is new."""
    feed = Feed(site.feed.title, site.feed.link, list(site.feed.items))
    for number in range(30):
        at = START - timedelta(days=400 + number)
        title = f"{site.company} enters {LANDS[number % len(LANDS)]}, part {number}"
        feed.items.append(Item(title, f"https://news.example/old/{number}", f"<p>{title}.</p>", at))
    return conditional(feed, headers)


LANDS = ("Chile", "Peru", "Kenya", "Egypt", "Poland", "Norway")


def many_items(body: bytes) -> bytes:
    old = format_datetime(START - timedelta(days=500))
    junk = "".join(
        f"<item><title>Word {n} of many</title><link>https://news.example/w/{n}</link><pubDate>{old}</pubDate></item>"
        for n in range(20_000)
    )
    return body.replace(b"</channel>", junk.encode() + b"</channel>")


def entities(body: bytes) -> bytes:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE rss [<!ENTITY a0 "ha">{laughs}<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return body.replace(b"<rss ", bomb.encode() + b"<rss ", 1).replace(b"</title>", b" &a9;&x;</title>", 1)


def with_item(markup: str) -> Answer:
    return body_of(lambda body: body.replace(b"<item>", f"<item>{markup}</item><item>".encode(), 1))


def dated(date: str) -> Answer:
    return text_of(r"<pubDate>[^<]*</pubDate>", f"<pubDate>{date}</pubDate>" if date else "")


BLOCKED, NO_FEED, ERROR = "blocked", "not_a_feed", "error"
FAILS, LIMPS = "fails for", "answers, but not as it should"

FAULTS = (
    # the line
    Fault("nobody listens", ordinary, ERROR, "connection refused", FAILS, down=True),
    Fault("reset before an answer", always(Reply(drop=True, reset=True)), ERROR, "connection failed", FAILS),
    Fault("closed before an answer", always(Reply(drop=True)), ERROR, "connection failed", FAILS),
    Fault("reset in the middle", part_of(stall=0.2, reset=True), "degraded", "cut", LIMPS, stores=True),
    Fault("hangs before the headers", always(Reply(delay=30)), ERROR, "no answer within", FAILS, slow=True),
    Fault("hangs after the headers", part_of(stall=30), ERROR, "no answer within", FAILS, slow=True),
    Fault("drips", part_of(drip=0.05), ERROR, "no answer within", FAILS, slow=True),
    Fault("short body", part_of(), "degraded", "cut", LIMPS, stores=True),
    # packing
    Fault("cut gzip", body_of(cut_gzip, Content_Encoding="gzip"), "degraded", "cut", LIMPS, stores=True),
    Fault("bad gzip", body_of(lambda b: b"\x1f\x8b\x08" + b, Content_Encoding="gzip"), ERROR, "cut or damaged", FAILS),
    Fault("gzip that is none", body_of(bytes, Content_Encoding="gzip"), ERROR, "cut or damaged", FAILS),
    Fault(
        "gzip bomb",
        body_of(lambda b: gzip.compress(b + b" " * 80_000_000, 9), Content_Encoding="gzip"),
        ERROR,
        "larger than 5 MiB",
        FAILS,
    ),
    Fault(
        "brotli bomb",
        body_of(lambda b: brotli.compress(b + b" " * 80_000_000, quality=3), Content_Encoding="br"),
        ERROR,
        "larger than 5 MiB",
        FAILS,
    ),
    Fault("unknown packing", body_of(zlib.compress, Content_Encoding="zz"), NO_FEED, "packed as 'zz'", FAILS),
    Fault("a packing that is a charset", body_of(bytes, Content_Encoding="UTF-8"), "ok", stores=True),
    # 200, and no feed
    Fault("an error page with 200", page("Service error"), NO_FEED, '"Service error"', FAILS),
    Fault("nothing", always(Reply()), NO_FEED, "empty", FAILS),
    Fault("blanks", always(Reply(200, {"Content-Type": RSS}, b" \r\n\t" * 50)), NO_FEED, "empty", FAILS),
    Fault("JSON", always(Reply(200, {}, b'{"error": "no such feed"}')), NO_FEED, "no JSON Feed", FAILS),
    Fault("JSON cut", always(Reply(200, {}, b'{"version": "https://jsonf')), NO_FEED, "cut or broken", FAILS),
    Fault("noise", always(Reply(200, {}, bytes(range(256)) * 40)), NO_FEED, "no encoding", FAILS),
    Fault("a feed cut in its head", body_of(lambda b: b[:150]), ("degraded",) * 3, "cut", LIMPS),
    # checks for robots
    *(
        Fault(f"check with {mark}", waf(mark), BLOCKED, "check for robots", FAILS)
        for mark in ("_wafchallengeid", "_waftokenid", "waf-jschallenge", "TTGCaptcha", "SlardarWAF")
    ),
    Fault("check by title", page("正在进行安全检测..."), BLOCKED, "正在进行安全检测", FAILS),
    Fault("captcha", page("验证码"), BLOCKED, "验证码", FAILS),
    Fault("captcha in English", page("Captcha required"), BLOCKED, "Captcha required", FAILS),
    Fault("Cloudflare 403", status(403, cf_mitigated="challenge"), BLOCKED, "HTTP 403", FAILS),
    Fault("Cloudflare 503", page("Just a moment...", status=503), BLOCKED, "Just a moment", FAILS),
    Fault("a cookie opens", gated, "ok", stores=True),
    Fault("a cookie does not open", gated_for_good, BLOCKED, "check for robots", FAILS),
    # status
    Fault("401", status(401), ERROR, "HTTP 401 (unauthorized)", FAILS),
    Fault("403", page("Access Denied", status=403), ERROR, '"Access Denied"', FAILS),
    Fault("404", status(404), ERROR, "HTTP 404 (not found)", FAILS),
    Fault("410", status(410), "gone", "gone for good", "is gone"),
    Fault("429 with seconds", status(429, Retry_After="120"), ERROR, "HTTP 429", FAILS, wait=120),
    Fault("429 with a date", in_seconds(90_000), ERROR, "HTTP 429", FAILS, wait=86_400),
    Fault("429", status(429), ERROR, "HTTP 429", FAILS),
    Fault("500", status(500), ERROR, "HTTP 500", FAILS),
    Fault("502", status(502), ERROR, "HTTP 502", FAILS),
    Fault("503 with seconds", status(503, Retry_After="600"), ERROR, "HTTP 503", FAILS, wait=600),
    Fault("304 unasked", always(Reply(304)), ("not_modified",) * 3),
    # redirects
    Fault("moved for good", redirect("/moved", 301), "ok", "change its url", "has moved for good", stores=True),
    Fault("a circle", in_a_circle, ERROR, "too many redirects", FAILS),
    Fault("to itself", redirect("/feed"), ERROR, "too many redirects", FAILS),
    Fault("to nowhere", always(Reply(302)), ERROR, "HTTP 302", FAILS),
    Fault("to a private network", redirect("http://10.1.2.3/feed"), ERROR, "10.1.2.3", FAILS),
    Fault("to a cloud's metadata", redirect("http://169.254.169.254/latest"), ERROR, "refused", FAILS),
    Fault("to this machine", redirect("http://localhost:1/"), ERROR, "refused", FAILS),
    Fault("to a number", redirect("http://2130706433:1/"), ERROR, "refused", FAILS),
    Fault("to a file", redirect("file:///etc/passwd"), ERROR, "HTTP 302", FAILS),
    # too much
    Fault("6 MiB", body_of(lambda b: b + b" " * 6_000_000), ERROR, "larger than 5 MiB", FAILS),
    Fault("20,000 items", body_of(many_items), "degraded", "more than 2,000 entries", LIMPS, stores=True),
    Fault("a title of 100 kB", with_item(f"<title>{'long ' * 20_000}</title>"), "ok", stores=True),
    Fault("200,000 nested tags", with_item("<b>" * 200_000), NO_FEED, "200,000 tags", FAILS),
    Fault("an entity bomb and a file", body_of(entities), "ok", stores=True),
    # characters
    Fault("a wrong charset", body_of(bytes, "application/rss+xml; charset=iso-8859-1"), "ok", stores=True),
    Fault(
        "GBK that nobody declares",
        body_of(lambda b: b[b.index(b"?>") + 2 :].decode().replace("News", "新闻，以及").encode("gbk"), "text/xml"),
        "ok",
        stores=True,
    ),
    Fault("byte order mark", body_of(lambda b: b"\xef\xbb\xbf" + b), "ok", stores=True),
    Fault("UTF-16", body_of(lambda b: b.decode().encode("utf-16")), "ok", stores=True),
    Fault("control characters", text_of("starts", "\x00\x08st\x1barts\x07"), "ok", stores=True),
    # items
    Fault(
        "no items", text_of("<item>.*</item>", ""), ("ok", "not_modified", "degraded"), "has none for 3 polls", LIMPS
    ),
    Fault("new guids at every poll", items_of(new_guids), "ok", stores=True),
    Fault("one guid for all", items_of(one_guid), "ok", stores=True),
    Fault("other spellings of the links", items_of(variants), "ok", stores=True),
    Fault("everything renamed at every poll", items_of(renamed), "degraded", "other addresses", LIMPS, stores=True),
    Fault("an archive at once", archive, ("degraded", "ok", "ok"), told=LIMPS, stores=True),
    Fault("no dates", dated(""), "ok", stores=True),
    Fault("1970", dated("Thu, 01 Jan 1970 00:00:00 +0000"), "ok", stores=True),
    Fault("2999", dated("Fri, 01 Jan 2999 00:00:00 +0000"), "ok", stores=True),
    Fault("dates that are none", dated("the day before yesterday"), "ok", stores=True),
    Fault("one link for all", items_of(one_link), "ok", stores=True),
    Fault("edited texts", text_of("Details will follow", "A few details follow"), "ok", stores=True),
)
