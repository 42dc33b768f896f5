"""The rules of the two sites: identity, own words, and that news is left alone."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.classify import Reader
from crawler.config import spider_for
from crawler.feeds import parse_feed
from crawler.knowledge import load
from crawler.models import Entry, Text
from crawler.sites import CLEANTECHNICA, KR36, SITES, Site, site_of, tidy, tidy_text
from crawler.sites.kr36 import english_edition
from crawler.sites.rules import EDGE
from crawler.urls import article_keys
from scheduler.demo.feed_server import Feed, Item, Style

NOW = datetime(2026, 6, 13, 9, tzinfo=UTC)
READER = Reader(load())


def entry(
    url: str | None, guid: str | None = None, *, title: str = "Title", text: str = "", source: str = "s"
) -> Entry:
    return Entry(article_keys(source, url, guid, title, NOW), url, title, text, "en", NOW)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        pytest.param("https://cleantechnica.com/2026/05/01/a/", CLEANTECHNICA, id="cleantechnica"),
        pytest.param("https://www.36kr.com/p/1", KR36, id="www"),
        pytest.param("https://m.36kr.com/newsflashes/1", KR36, id="mobile"),
        pytest.param("https://not36kr.com/p/1", None, id="a-name-that-ends-alike"),
        pytest.param("https://36kr.com.evil.example/p/1", None, id="a-name-that-begins-alike"),
        pytest.param("http://[::1", None, id="no-address"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_site_is_known_by_its_host(url: str, site: Site | None) -> None:
    assert site_of(url) is site


@pytest.mark.parametrize(
    ("site", "url", "guid", "key"),
    [
        pytest.param(KR36, "https://36kr.com/p/3882365879005186?f=rss", None, "36kr:p/3882365879005186", id="feed"),
        pytest.param(KR36, "https://www.36kr.com/p/3882365879005186", None, "36kr:p/3882365879005186", id="rsshub"),
        pytest.param(KR36, "http://m.36kr.com/p/3882365879005186/", None, "36kr:p/3882365879005186", id="mobile"),
        pytest.param(KR36, "http://36kr.com/p/5055230.html?ktm_source=feed", None, "36kr:p/5055230", id="2016"),
        pytest.param(KR36, None, "https://36kr.com/p/7?f=rss", "36kr:p/7", id="guid-only"),
        pytest.param(KR36, "https://36kr.com/newsflashes/38?f=rss", None, "36kr:newsflashes/38", id="newsflash"),
        pytest.param(
            CLEANTECHNICA,
            "https://cleantechnica.com/2026/05/01/a-slug/",
            "https://cleantechnica.com/?p=372217",
            "cleantechnica:372217",
            id="wordpress",
        ),
    ],
)
def test_an_article_is_known_by_its_number(site: Site, url: str | None, guid: str | None, key: str) -> None:
    found = tidy(entry(url, guid), site).keys
    assert found[0] == key
    assert set(entry(url, guid).keys) < set(found)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://eu.36kr.com/en/p/3882365879005186", id="the-english-edition-is-another-text"),
        pytest.param("https://36kr.com/topics/12", id="a-topic"),
        pytest.param("https://36kr.com/p/about", id="no-number"),
        pytest.param("https://news.example/?u=https://36kr.com/p/12", id="within-another-address"),
    ],
)
def test_other_addresses_have_no_number(url: str) -> None:
    assert tidy(entry(url), KR36).keys == entry(url).keys


def test_one_article_of_all_of_36krs_feeds_has_one_identity() -> None:
    moment = datetime(2026, 6, 13, 8, 37, 21, tzinfo=UTC)
    links = ("https://36kr.com/p/41?f=rss", "https://www.36kr.com/p/41", "https://m.36kr.com/p/41?from=x")
    firsts = set()
    for number, link in enumerate(links):
        item = Item("一家车企的新闻", link, "<p>正文在此，说明了一切。</p>", moment, guid=link if number else None)
        feed = Feed("36氪", "https://36kr.com", [item], Style.KR36)
        parsed = parse_feed(feed.rss(), source=f"s{number}", url=link, content_type=None, language=None, now=NOW)
        made = tidy(parsed.entries[0], KR36)
        assert made.published == moment
        firsts.add(made.keys[0])
    assert firsts == {"36kr:p/41"}


BODY_ZH = "六月十三日，北岸汽车宣布在泰国罗勇动工建厂，一期年产能五万辆。\n公司称首批车辆将于明年下线，供应东南亚市场。"
BODY_EN = (
    "Northbank Motors has begun to build its first plant outside its home market, near Rayong.\n"
    "The company says that the first cars leave the line next year and go to buyers across the region."
)


@pytest.mark.parametrize(
    "line",
    [
        "本文来自微信公众号“某某车讯”（ID：carsomewhere），作者：李四，36氪经授权发布。",
        "文来自微信公众号 “某某车讯”（ID：carsomewhere），作者：李四，36氪经授权发布。",
        "编者按：本文来自微信公众号“某某车讯”，作者王五，授权36氪转载。",
        "该文观点仅代表作者本人，36氪平台仅提供信息存储空间服务。",
        "作者 | 张三 编辑 | 李四",
        "文｜张三",
        "编辑丨李四",
        "责编：王五",
        "题图来源：视觉中国",
        "图源/企业",
        "（图源：北岸汽车）",
        "〓 图源：小红书@somebody",
        "题图：北岸汽车厂房",
        "北岸汽车在各国的门店 来源：公司公告",
        "北岸汽车门店分布，图源招股书",
        "数据via Some Research",
        "北岸汽车罗勇工厂的总装线 某某社张三 摄",
        "北岸汽车展台（摄影/张三）",
        "北岸汽车的股权结构来源：公司招股书",
        "[2] 张三：《一本旧书》，https://news.example/2",
        "期待与同路人聊聊。BP通道：plans@fund.example",
        "关于作者：张三，一家媒体的记者。",
        "本文不构成任何投资建议。",
        "本文约2700字，建议阅读6分钟",
        "我是36氪汽车记者，欢迎交流，微信：somebody",
        "欢迎关注36氪出海公众号，加入交流群",
    ],
)
@pytest.mark.parametrize("where", ["begin", "end"])
def test_36krs_own_lines_are_cut_at_either_end(line: str, where: str) -> None:
    text = f"{line}\n{BODY_ZH}" if where == "begin" else f"{BODY_ZH}\n{line}"
    assert tidy_text(text, KR36) == BODY_ZH


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("36氪获悉，北岸汽车在泰国建厂。", "北岸汽车在泰国建厂。", id="learned"),
        pytest.param("近日，36氪获悉，北岸汽车在泰国建厂。", "近日，北岸汽车在泰国建厂。", id="a-date-stays"),
        pytest.param("36氪出海获悉，北岸汽车在泰国建厂。", "北岸汽车在泰国建厂。", id="a-channel-learned"),
        pytest.param("据36氪报道，北岸汽车在泰国建厂。", "北岸汽车在泰国建厂。", id="reported"),
        pytest.param("北岸汽车在泰国建厂。（财联社）", "北岸汽车在泰国建厂。", id="agency"),
        pytest.param("北岸汽车在泰国建厂。（俄罗斯卫星通讯社）", "北岸汽车在泰国建厂。", id="agency-named-by-a-place"),
        pytest.param("北岸汽车在泰国建厂（一期）", "北岸汽车在泰国建厂（一期）", id="brackets-in-a-sentence-stay"),
        pytest.param("更多报道见36氪出海频道。", "更多报道见。", id="column"),
        pytest.param("北岸汽车在泰国建厂。（图/北岸汽车）", "北岸汽车在泰国建厂。", id="credit-after-a-sentence"),
        pytest.param("新车（图源：企业）下月在挪威开售。", "新车下月在挪威开售。", id="credit-in-a-sentence"),
        pytest.param("36氪从知情人士处获悉，北岸汽车在泰国建厂。", None, id="a-source-that-is-named-stays"),
    ],
)
def test_36krs_own_words_are_cut_out_of_a_paragraph(before: str, after: str | None) -> None:
    assert tidy_text(before, KR36) == (before if after is None else after)


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("北岸汽车在泰国建厂。（财联社）", "财联社"),
        ("北岸汽车在泰国建厂。（图/财联社）", "36氪"),
        ("北岸汽车在泰国建厂。", "36氪"),
    ],
    ids=["origin", "picture", "none"],
)
def test_whom_a_text_names_as_its_origin_is_its_author(text: str, author: str) -> None:
    entry = Entry(("url:x",), "https://36kr.com/newsflashes/1", "北岸汽车在泰国建厂", text, "zh", None, "36氪")
    assert tidy(entry, KR36).author == author


@pytest.mark.parametrize("heading", ["参考资料：", "相关报道", "延伸阅读：《又一篇旧文》", "Reference：", "关于作者"])
def test_references_at_the_end_are_cut_and_a_chapter_of_that_name_is_not(heading: str) -> None:
    body = "\n".join([BODY_ZH] * 4)
    assert tidy_text(f"{body}\n{heading}\nhttps://news.example/1\n《一篇旧文》", KR36) == body
    chapter = f"{BODY_ZH}\n{heading}\n{body}"
    assert tidy_text(chapter, KR36) == chapter


def test_a_column_in_a_title_is_no_sign_of_a_move_and_still_parts_a_digest() -> None:
    quiet = tidy(entry("https://36kr.com/p/1", title="出海速递丨小米新手机开售；比亚迪发布季度财报"), KR36)
    told = tidy(entry("https://36kr.com/p/2", title="出海速递丨某茶饮公司完成融资；比亚迪在匈牙利建厂动工"), KR36)
    assert not READER.read(Text(quiet.title, quiet.text, NOW)).relevant
    assert [move.company for move in READER.read(Text(told.title, told.text, NOW)).moves] == ["BYD"]


@pytest.mark.parametrize(
    "line",
    [
        "Sign up for daily news updates from CleanTechnica on email. Or follow us on Google News!",
        "Sign up for CleanTechnica's Weekly Substack for in-depth analyses, or become a paid subscriber!",
        "Subscribe to our newsletter for 15 stories a day.",
        "Follow CleanTechnica on Google News.",
        "Chip in a few dollars a month to help support independent cleantech coverage!",
        "Support our work with a one-time donation through PayPal.",
        "Become a CleanTechnica Member or Patron on Patreon.",
        "Have a tip for CleanTechnica? Want to advertise? Contact us here.",
        "Want to suggest a guest for our podcast?",
        "I don't like paywalls. You don't like paywalls. Who likes paywalls?",
        "CleanTechnica uses affiliate links. See our policy here.",
        "CleanTechnica’s Comment Policy",
        "Advertisement",
        "Share this story!",
    ],
)
@pytest.mark.parametrize("where", ["begin", "end"])
def test_cleantechnicas_requests_to_readers_are_cut_at_either_end(line: str, where: str) -> None:
    text = f"{line}\n{BODY_EN}" if where == "begin" else f"{BODY_EN}\n{line}"
    assert tidy_text(text, CLEANTECHNICA) == BODY_EN


@pytest.mark.parametrize(
    ("site", "text"),
    [
        pytest.param(CLEANTECHNICA, BODY_EN, id="english"),
        pytest.param(KR36, BODY_ZH, id="chinese"),
        pytest.param(CLEANTECHNICA, "Sign of the times: Northbank joins the makers that export.", id="sign-of"),
        pytest.param(CLEANTECHNICA, "Support for electric buses grows in Norway, says the ministry.", id="support-for"),
        pytest.param(CLEANTECHNICA, "Get ready: Northbank comes to Canada in 2027.", id="get-ready"),
        pytest.param(CLEANTECHNICA, "Advertisements for Northbank cars have appeared in Oslo.", id="advertisements"),
        pytest.param(KR36, "来自挪威的订单让北岸汽车意外。", id="came-from"),
        pytest.param(KR36, "文件显示，北岸汽车在泰国建厂。", id="a-word-that-begins-like-a-byline"),
        pytest.param(KR36, "北岸汽车在泰国建厂，资金来源：自有资金。", id="source-of-the-money"),
        pytest.param(KR36, "相关报道称，北岸汽车将在泰国建厂。", id="reports-say"),
        pytest.param(KR36, f"{BODY_ZH}\n相关报道称，工厂一期投资五亿元。", id="reports-say-at-the-end"),
        pytest.param(KR36, "北岸汽车的广告片在挪威拍摄", id="a-film-that-is-shot"),
        pytest.param(KR36, "北岸汽车在泰国建厂（一期/二期）。", id="brackets-with-a-slash"),
        pytest.param(KR36, "数据来自行业协会，北岸汽车六月出口一万辆。", id="whom-figures-come-from"),
        pytest.param(KR36, "北岸汽车在各国的销量（图1）", id="a-heading-with-a-figure"),
        pytest.param(KR36, "[1] 北岸汽车在泰国建厂。", id="a-numbered-paragraph"),
        pytest.param(KR36, "图片中的新车将于下月在挪威上市。公司确认了消息。", id="picture-in-a-sentence"),
    ],
)
def test_news_is_left_alone(site: Site, text: str) -> None:
    assert tidy_text(text, site) == text


def test_wordpress_tails_are_gone_from_an_excerpt() -> None:
    title = "Northbank Goes To Norway"
    tail = f"<p>The post <a href='x'>{title}</a> appeared first on <a href='y'>CleanTechnica</a>.</p>"
    item = Item(
        title,
        "https://cleantechnica.com/2026/06/12/a/",
        f"<p>Northbank Motors opens a shop in Oslo and ... [continued]</p> {tail}",
        NOW,
        "https://cleantechnica.com/?p=9",
    )
    feed = Feed("CleanTechnica", "https://cleantechnica.com", [item]).rss()
    parsed = parse_feed(feed, source="s", url=item.link, content_type=None, language="en", now=NOW)
    assert tidy(parsed.entries[0], CLEANTECHNICA).text == "Northbank Motors opens a shop in Oslo and"


def test_a_feed_without_a_site_is_left_as_it_is() -> None:
    plain = entry("https://news.example/p/1", text="作者 | 张三\nWords.")
    assert tidy(plain, None) is plain


@pytest.mark.parametrize(
    ("url", "english"),
    [
        ("https://36kr.com/p/3882365879005186?f=rss", "https://eu.36kr.com/en/p/3882365879005186"),
        ("https://www.36kr.com/p/5055230.html", "https://eu.36kr.com/en/p/5055230"),
        ("https://36kr.com/newsflashes/3882365879005186", None),
        ("https://eu.36kr.com/en/p/1", None),
        ("https://36kr.com.evil.example/p/1", None),
        ("https://cleantechnica.com/p/1", None),
        ("http://[", None),
    ],
)
def test_the_english_edition_has_an_article_under_its_number(url: str, english: str | None) -> None:
    assert english_edition(url) == english


LINES = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["作者 | 张三", "36氪获悉，车", "（财联社）", "参考资料：", "Sign up for our newsletter", "Words. （社）"]
    ),
)


@given(st.lists(LINES, max_size=40), st.sampled_from(SITES))
def test_any_text_comes_out_no_longer_and_clean_of_whole_own_lines(lines: list[str], site: Site) -> None:
    text = "\n".join(lines)
    found = tidy_text(text, site)
    assert len(found) <= len(text)
    assert "" not in found.split("\n")[1:]
    if site is KR36 and text.count("\n") < 2 * EDGE:
        assert "作者 | 张三" not in found.split("\n")


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
@pytest.mark.parametrize(
    "unit",
    ["本文来自微信公众号", "sign up ", "(", "图源", "作者|", "36氪", "\n", "参考资料\n", "近日，", "support our "],
)
def test_the_rules_take_time_linear_in_the_text(site: Site, unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        began = time.process_time()
        tidy_text(text, site)
        return time.process_time() - began

    assert seconds(300_000) < 1.0


def test_every_site_has_a_spider_of_its_name() -> None:
    assert {spider_for((f"https://{site.host}/feed",)) for site in SITES} == {site.name for site in SITES}
    assert len(set(chain.from_iterable([site.name, site.host] for site in SITES))) == 2 * len(SITES)
