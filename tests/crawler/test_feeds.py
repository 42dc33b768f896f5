"""Feed bytes to entries: the formats, the dates, the texts, the identities."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.feeds import MOST_ENTRIES, MOST_TEXT, MOST_TITLE, NotAFeed, ParsedFeed, challenge, parse_feed
from crawler.models import Entry

NOW = datetime(2026, 3, 26, 12, tzinfo=UTC)


def parse(body: bytes | str, *, language: str | None = None, content_type: str | None = None) -> ParsedFeed:
    return parse_feed(
        body.encode() if isinstance(body, str) else body,
        source="news",
        url="https://news.example/feed/",
        content_type=content_type,
        language=language,
        now=NOW,
    )


def rss(*items: str, link: str = "https://news.example/") -> str:
    whole = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>News</title><link>{link}</link>{whole}</channel></rss>'


def entry(item: str) -> Entry:
    (found,) = parse(rss(item)).entries
    return found


RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>News</title><link>https://news.example/</link></channel>
<item><title>Alpha ships</title><link>https://news.example/1</link><description>To Chile.</description>
<dc:date>2026-03-01T10:00:00Z</dc:date></item></rdf:RDF>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
<entry><title>Alpha ships</title><link href="https://news.example/1"/><id>tag:1</id>
<updated>2026-03-01T10:00:00Z</updated><summary>To Chile.</summary></entry></feed>"""
OLD = """<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://nowhere.invalid/rss.dtd">
<rss version="0.91"><channel><title>News</title><item><title>Alpha ships</title><link>https://news.example/1</link>
<pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate><description>To Chile.</description></item></channel></rss>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "items": [
            {
                "id": 1,
                "url": "https://news.example/1",
                "title": "Alpha ships",
                "content_html": "<p>To Chile.</p>",
                "date_published": "2026-03-01T12:00:00+02:00",
            }
        ],
    }
)
RSS2 = rss(
    "<title>Alpha ships</title><link>https://news.example/1</link><pubDate>Sun, 01 Mar 2026 10:00:00 +0000</pubDate>"
    "<description>&lt;p&gt;To Chile.&lt;/p&gt;</description>"
)


@pytest.mark.parametrize(
    ("body", "version"),
    [
        pytest.param(RSS2, "rss20", id="RSS 2.0"),
        pytest.param(OLD, "rss091u", id="RSS 0.91"),
        pytest.param(RDF, "rss10", id="RDF"),
        pytest.param(ATOM, "atom10", id="Atom"),
        pytest.param(JSON_FEED, "json11", id="JSON Feed"),
        pytest.param(f"\n\n<!-- cached --> {RSS2}", "rss20", id="blanks and a comment first"),
        pytest.param(f"<b>Warning</b>: a script failed\n{RSS2}", "rss20", id="a script's warning first"),
        pytest.param("\ufeff" + RSS2, "rss20", id="byte order mark"),
        pytest.param(RSS2.replace("To Chile", "To Chile\x03\x1b"), "rss20", id="control characters"),
        pytest.param(RSS2 + "<!-- served from the cache -->", "rss20", id="a comment behind"),
    ],
)
def test_every_format_gives_the_same_entry(body: str, version: str) -> None:
    feed = parse(body)
    assert (feed.version, feed.title, feed.complete) == (version, "News", True)
    (found,) = feed.entries
    assert (found.title, found.text, found.url) == ("Alpha ships", "To Chile.", "https://news.example/1")
    assert found.published == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert found.keys[0] == "url:https://news.example/1"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        pytest.param("2026-03-26 10:00:00  +0800", datetime(2026, 3, 26, 2, tzinfo=UTC), id="36Kr"),
        pytest.param("Thu, 26 Mar 2026 10:00:00 +0000", datetime(2026, 3, 26, 10, tzinfo=UTC), id="RFC 822"),
        pytest.param("2026-03-26T10:00:00-01:00", datetime(2026, 3, 26, 11, tzinfo=UTC), id="ISO 8601"),
        pytest.param("Fri, 27 Mar 2026 11:00:00 +0000", datetime(2026, 3, 27, 11, tzinfo=UTC), id="within a day"),
        pytest.param("Thu, 01 Jan 2999 00:00:00 +0000", NOW, id="the future is now"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 +0000", None, id="1970"),
        pytest.param("the day after tomorrow", None, id="garbage"),
        pytest.param("", None, id="empty"),
    ],
)
def test_a_date_is_utc_or_none(date: str, expected: datetime | None) -> None:
    assert entry(f"<title>A</title><pubDate>{date}</pubDate>").published == expected


def test_an_entry_without_a_link_has_the_same_identity_at_every_poll_though_its_date_is_clamped() -> None:
    body = rss("<title>A</title><pubDate>Thu, 01 Jan 2999 00:00:00 +0000</pubDate>").encode()
    keys = {
        parse_feed(body, source="s", url="https://x.example/", content_type=None, language=None, now=now)
        .entries[0]
        .keys
        for now in (NOW, NOW + timedelta(hours=1))
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<p>One.</p><p>Two &amp; three.</p>", "One.\nTwo & three.", id="paragraphs"),
        pytest.param("&lt;p&gt;One.&lt;/p&gt;", "One.", id="escaped twice"),
        pytest.param("Sales < 5 and > 3", "Sales < 5 and > 3", id="plain text with signs"),
        pytest.param("One<script>alert('x')</script><style>p{}</style> two", "One two", id="script and style"),
        pytest.param(
            "Lead of it.</p><p>The post <a href='/'>A title</a> appeared first on <a href='/'>News</a>.</p>",
            "Lead of it.",
            id="WordPress's tail",
        ),
        pytest.param("Lead of it ... [continued]", "Lead of it", id="continued"),
        pytest.param("Lead of it [&#8230;]", "Lead of it", id="ellipsis"),
        pytest.param(
            "A lead ... [continued]<p>The post X appeared first on Y.</p>", "A lead", id="both tails of WordPress"
        ),
    ],
)
def test_the_text_is_what_a_reader_sees(html: str, text: str) -> None:
    assert entry(f"<title>A</title><description><![CDATA[{html}]]></description>").text == text


def test_the_longest_text_of_an_entry_is_taken() -> None:
    item = (
        "<title>A</title><description>Short.</description>"
        '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">A longer text.</content:encoded>'
    )
    assert entry(item).text == "A longer text."


def test_an_empty_title_becomes_the_first_words_of_the_text() -> None:
    found = entry(f"<title> </title><description>{'word ' * 50}</description>")
    assert found.title.startswith("word word")
    assert len(found.title) <= 100


@pytest.mark.parametrize(
    ("link", "base", "url"),
    [
        pytest.param(
            "/2026/a", "https://news.example/en/", "https://news.example/2026/a", id="against the feed's link"
        ),
        pytest.param("/2026/a", "", "https://news.example/2026/a", id="against the address"),
        pytest.param("javascript:alert(1)", "", None, id="script"),
        pytest.param("http://[broken/", "", None, id="broken"),
        pytest.param("https://news.example/" + "a" * 3_000, "", None, id="longer than any"),
        pytest.param("http://a\\@127.0.0.1/", "", None, id="backslash"),
    ],
)
def test_a_link_is_absolute_or_none(link: str, base: str, url: str | None) -> None:
    (found,) = parse(rss(f"<title>A</title><link>{link}</link>", link=base)).entries
    assert found.url == url


def test_a_link_that_differently_titled_entries_share_is_no_identity() -> None:
    link = "<link>https://news.example/live</link>"
    first, second = parse(rss(f"<title>A</title>{link}", f"<title>B</title>{link}")).entries
    assert not set(first.keys) & set(second.keys)
    assert first.url == second.url == "https://news.example/live"


def test_a_guid_that_entries_with_other_links_share_is_no_identity() -> None:
    items = (f"<title>A</title><link>https://news.example/{n}</link><guid>1</guid>" for n in range(2))
    first, second = parse(rss(*items)).entries
    assert not set(first.keys) & set(second.keys)


DATE = "<pubDate>Sun, 01 Mar 2026 10:00:01 GMT</pubDate>"


@pytest.mark.parametrize(
    ("title", "date", "same"),
    [
        pytest.param("Alpha builds a plant", DATE, True, id="title and moment"),
        pytest.param("Newsflash", DATE, False, id="a rubric"),
        pytest.param("Alpha builds a plant", DATE.replace("10:00:01", "00:00:00"), False, id="a day without a time"),
        pytest.param("Alpha builds a plant", "", False, id="no date"),
    ],
)
def test_an_article_under_a_new_link_is_known_by_its_title_and_moment(title: str, date: str, same: bool) -> None:
    first, second = (entry(f"<title>{title}</title><link>https://news.example/{n}</link>{date}") for n in range(2))
    assert bool(set(first.keys) & set(second.keys)) is same


def test_a_title_and_moment_that_two_links_share_is_no_identity() -> None:
    items = (f"<title>Alpha builds a plant</title><link>https://news.example/{n}</link>{DATE}" for n in range(2))
    first, second = parse(rss(*items)).entries
    assert not set(first.keys) & set(second.keys)


@pytest.mark.parametrize(
    ("body", "lacks"),
    [
        pytest.param(rss("<title>A</title>"), None, id="nothing"),
        pytest.param(rss("<title>A</title>", "<title>B</title>")[:-20], "the answer was cut", id="its end"),
        pytest.param(rss("<title>A</title>" * 1, *["<title>B</title>"] * MOST_ENTRIES), "more than 2,000", id="much"),
        pytest.param(
            rss(
                "<title>Alpha ships</title>" + "<category>汽车出口</category>" * 100,
                "<title>\udcff\udcfe\udcfd</title>",
            ),
            "1 entries were left out",
            id="characters",
        ),
    ],
)
def test_a_feed_says_what_it_lacks(body: str, lacks: str | None) -> None:
    feed = parse(body.encode("utf-8", "surrogateescape"))
    assert feed.complete is (lacks is None)
    assert feed.lacks is None if lacks is None else lacks in (feed.lacks or "")


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<html><title>Captcha</title>", id="captcha"),
        pytest.param("<html><title>Are you a robot?</title>", id="question"),
        pytest.param("<html><script>window._cf_chl_opt={}</script>", id="Cloudflare"),
        pytest.param("<html><title>滑动验证页面</title>", id="slider"),
    ],
)
def test_a_check_for_robots_is_told_from_a_page(page: str) -> None:
    assert challenge(page)


def test_a_page_that_cloudflare_watches_is_no_check() -> None:
    script = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    assert challenge(f"<html><title>Alpha ships</title>{script}") is None


def test_the_language_is_the_declared_one_else_that_of_the_script() -> None:
    body = rss("<title>比亚迪在匈牙利建厂</title>", "<title>Alpha ships to Chile</title>")
    assert [found.language for found in parse(body).entries] == ["zh", "en"]
    assert [found.language for found in parse(body, language="de").entries] == ["de", "de"]


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parse(rss()).entries == ()


def test_a_cut_feed_gives_its_whole_entries() -> None:
    whole = rss("<title>A</title><description>first</description>", "<title>B</title><description>second</description>")
    feed = parse(whole[: whole.index("second") + 3])
    assert not feed.complete
    assert [found.title for found in feed.entries] == ["A"]


def test_a_cut_feed_is_not_taken_for_whole_by_the_look_of_another_tag() -> None:
    feed = parse(ATOM.removesuffix("</entry></feed>") + "<feedburner:origLink>x</feedburner:origLink>")
    assert (feed.entries, feed.complete) == ((), False)


def test_a_feed_cut_before_its_first_entry_ends_is_incomplete() -> None:
    feed = parse(rss("<title>A</title>")[:80])
    assert (feed.entries, feed.complete) == ((), False)


def test_what_is_too_much_is_left_out_and_told() -> None:
    feed = parse(rss(*(f"<title>{number}</title>" for number in range(MOST_ENTRIES + 1))))
    assert (len(feed.entries), feed.complete) == (MOST_ENTRIES, False)
    assert len(parse(f"<rss><channel>{'<item><title>a' * 9_000}").entries) <= MOST_ENTRIES
    found = entry(f"<title>{'t' * 100_000}</title><description>{'x' * 400_000}</description>")
    assert (len(found.title), len(found.text)) == (MOST_TITLE, MOST_TEXT)


@pytest.mark.parametrize(
    ("body", "blocked", "words"),
    [
        pytest.param("", False, "empty", id="nothing"),
        pytest.param(" \n", False, "empty", id="blank"),
        pytest.param("<!DOCTYPE html><html><title>Our &amp; page</title>", False, '"Our & page"', id="page"),
        pytest.param("<html><title>Just a moment...</title>", True, "Just a moment", id="Cloudflare"),
        pytest.param("<html><script>var _wafchallengeid=1</script>", True, "check for robots", id="36Kr"),
        pytest.param("<html><title>验证码</title>", True, "验证码", id="captcha"),
        pytest.param("/etc/passwd", False, "no feed", id="a path"),
        pytest.param("https://news.example/other", False, "no feed", id="an address"),
        pytest.param('{"items": []}', False, "no JSON Feed", id="other JSON"),
        pytest.param('{"version": "https://jsonfeed.org/version/1", "items": [', False, "broken", id="cut JSON"),
        pytest.param("[" * 100_000, False, "no feed", id="nested JSON"),
        pytest.param('{"a":' * 100_000, False, "broken", id="nested JSON objects"),
        pytest.param("<!---->" * 3_000, False, "no feed", id="a row of comments"),
        pytest.param("<rss><channel>" + "<a>" * 200_000, False, "200,000 tags", id="nested without end"),
        pytest.param("<sitemap><url>x</url></sitemap>", False, "no feed", id="other XML"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(body: str, blocked: bool, words: str) -> None:
    with pytest.raises(NotAFeed, match=words) as caught:
        parse(body)
    assert caught.value.blocked is blocked


def test_a_feed_about_robots_is_no_challenge() -> None:
    assert entry("<title>What is _wafchallengeid?</title>").title == "What is _wafchallengeid?"


@given(st.binary(max_size=400))
def test_any_bytes_give_a_feed_or_are_refused(body: bytes) -> None:
    for whole in (body, b"<rss version='2.0'><channel><item>" + body, b'{"version":"x",' + body):
        try:
            parse(whole)
        except NotAFeed as error:
            assert "\n" not in str(error)


_JUNK = st.text(st.sampled_from("<>&;/![]CDAT#x0129 \"'=-?aé中\u200b\x00\ud800"), max_size=60)


@given(st.lists(st.tuples(_JUNK, _JUNK, _JUNK, _JUNK), max_size=4))
def test_identities_are_the_same_at_every_parse(items: list[tuple[str, str, str, str]]) -> None:
    body = rss(
        *(
            f"<title>{title}</title><link>{link}</link><pubDate>{date}</pubDate><description>{text}</description>"
            for title, link, date, text in items
        )
    ).encode("utf-8", "replace")
    try:
        first, second = parse(body), parse(body)
    except NotAFeed:
        return
    assert [found.keys for found in first.entries] == [found.keys for found in second.entries]
    assert all(found.keys for found in first.entries)


_VALUE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers()))


@given(
    st.lists(st.dictionaries(st.sampled_from(["id", "url", "title", "authors", "date_published", "summary"]), _VALUE))
)
def test_a_json_feed_of_any_values_is_read(items: list[dict[str, object]]) -> None:
    body = json.dumps({"version": "https://jsonfeed.org/version/1", "items": items})
    assert len(parse(body).entries) <= len(items)
