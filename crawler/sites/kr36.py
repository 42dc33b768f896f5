"""36Kr (36氪): full texts of articles, whole newsflashes; no guid, several hosts, bylines and columns in the text."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.sites.rules import Site

_ROLES = (
    r"作者|文|编辑|责任?编|责任编辑|采访|采写|撰文|撰稿|记者|译者|编译|翻译|整理|校对|审[核校]|出品|策划|制图|设计|排版|监制"
    r"|运营|来源|首发|统筹|摄影|视觉"
)
_MARK = r"\s*[|｜丨/／:：@]\s*"
_PARTNER = r"(?:公众号|公号|授权|转载|首发|专栏|原载|[(（]\s*(?:微信)?ID\s*[:：]|作者)"

_KINDS = r"p|newsflashes"

KR36 = Site(
    name="36kr",
    host="36kr.com",
    identity=re.compile(rf"https?://(?:[\w-]+\.)*36kr\.com/({_KINDS})/(\d{{1,20}})(?!\d)", re.IGNORECASE),
    edges=re.compile(
        rf"(?:[*【\[]?(?:{_ROLES}){_MARK}\S.{{0,120}}$"
        rf"|(?:编者按[:：]\s*)?[(（【]?(?:本?文|原文|内容)(?:章|内容)?(?:系|由|首发|来自|来源|转自|转载|原载|作者|经).{{0,200}}?{_PARTNER}"
        r"|(?:编者按[:：]\s*)?.{0,120}36\s?[氪Kk][rR]?\s?(?:经)?授权(?:发布|转载|首发)"
        r"|.{0,60}授权\s?36\s?[氪Kk][rR]?\s?(?:发布|转载)"
        r"|(?:该文|本文|文中|文章)观点仅?(?:代表|属)|36氪平台仅提供|本(?:文|内容|报告).{0,12}不(?:构成|作为).{0,20}建议"
        r"|注[:：]\s?本文原载|关于作者[:：].|[*＊]?题图来源于|(?:注[:：]\s*)?我是\s?36\s?氪.{0,80}(?:微信|联系|交流|切磋)|联系(?:方式|作者)?[:：].{0,80}|.{0,40}欢迎转载"
        r"|(?:欢迎|扫码|长按|点击|想了解|更多).{0,60}(?:关注|公众号|微信|二维码|加入|订阅|交流群|阅读原文)"
        r"|\[\d{1,2}\]\s?.{0,200}https?://|.{0,80}(?:BP\s?(?:通道|投递|邮箱)|(?:商业计划书|BP)\S{0,6}发(?:送)?[至到])"
        r"|神译局是36氪|本文约\d+字|未经(?:授权|许可)|如需转载|版权(?:所有|归)|寻求报道|[*＊]?应受访者要求"
        r"|36氪(?:出海)?(?:旗下|官方)?(?:网站|公众号|小程序|App)[:：])",
        re.IGNORECASE,
    ),
    # captions and credits of pictures and charts; a sentence of the article ends in a full stop
    anywhere=re.compile(
        r"(?:[^\w\s“‘]{0,2}\s?(?:(?:题|头|封面|配|首)图|图片?|照片|图表|视频|数据)\s?"
        r"(?:(?:均?[来源自]|均来)(?:自|于|源于?)?|由|via\b|[/／|｜丨])[^。！？，,]{0,60}(?:，侵删)?"
        r"|(?:题|头|封面)图[:：][^。！？]{0,60}"
        r"|[^。！？]{2,60}(?:\s(?:图片|数据)?来源[:：][^。！？]{1,40}|[，,]\s?(?:图源|图片来源)[^。！？，,]{1,40})"
        r"|[^。！？，,]{6,60}来源[:：][^。！？，,]{2,40}(?:网站|官网|截图|公告|招股书)"
        r"|[^。！？]{2,80}(?:\s|[/／]|记者\S{2,4})摄"
        r"|[^。！？]{2,60}[（(]\s?(?:图源|图片来源|(?:图片?|照片|摄影?|漫画)\s?[/／|｜丨:：])[^()（）]{1,40}[)）]"
        r")[。)）\]】]?$"
    ),
    # what a paragraph says first of itself: that 36Kr has learned it; a date before it stays
    openings=re.compile(
        r"((?:(?:近日|日前|今日|今天|昨日|[^，,。]{0,6}\d日\S{0,2})[，,]\s*)?)据?\s?(?:36\s?氪|硬氪|36Kr)\S{0,4}?(?:获悉|报道|讯)[，,：:]\s*",
        re.IGNORECASE,
    ),
    # （财联社）: who a newsflash is from; 俄罗斯卫星通讯社 would name a place
    closing=re.compile(r"(?<=[。！？”’」）)])\s*[(（][^()（）。，；\n]{2,16}[)）]\s*\Z"),
    rest=re.compile(
        r"(?:参考(?:资料|文献|阅读|来源|链接)|延伸阅读|相关(?:阅读|报道|文章|链接)|推荐阅读|往期(?:推荐|回顾)|关于作者|作者简介"
        r"|更多阅读|references?)\s*(?:[:：]|$)",
        re.IGNORECASE,
    ),
    inside=re.compile(
        r"(?:36氪出海|出海速递|海外日报|出海周刊|出海全球化)(?:频道|栏目|专栏|网站)?"
        r"|[（(]\s?(?:图源|图片来源|图片?|照片|摄影?|漫画)\s?[/／|｜丨:：][^()（）]{1,40}[)）]"
    ),
    bodies=(
        "div.articleDetailContent",
        ".article-detail-wrapper-box .articleDetailContent",
        ".article-content",
        "article",
    ),
    clutter=(".img-desc", ".article-footer-txt", ".article-title", ".article-title-icon"),
    state=("articleDetail", "articleDetailData", "data", "widgetContent"),
    whole=re.compile(r"https?://(?:[\w-]+\.)*36kr\.com/newsflashes/", re.IGNORECASE),
)

_ARTICLE = re.compile(r"/p/(\d{1,20})(?:\.html)?/?")


def english_edition(url: str) -> str | None:
    """Return where the English edition has an article of 36Kr, by the same number; None for any other address.

    Not every article is translated: the link is one to offer, not one to follow.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host, article = parts.hostname or "", _ARTICLE.fullmatch(parts.path)
    at_home = host in ("36kr.com", "www.36kr.com", "m.36kr.com")
    return f"https://eu.36kr.com/en/p/{article[1]}" if at_home and article else None
