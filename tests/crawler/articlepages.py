"""Pages in the shape of the two sites' real ones; every word of them is our own."""

from __future__ import annotations

import json
from html import escape

ENGLISH = (
    "Northbank Motors has begun to build its first plant outside its home market, near Rayong in Thailand.",
    "The plant is to make 50,000 cars a year, the company says, and the first leave the line in 2027.",
    "Its chief executive told a local paper that Norway and Brazil come next, though nothing is signed there.",
)
CHINESE = (
    "北岸汽车六月十三日宣布，其在泰国罗勇的工厂正式动工，一期年产能五万辆。",
    "公司称首批车辆将于明年下线，供应东南亚市场，投资约二十亿元人民币。",
    "公司负责人表示，挪威与巴西也在考察之中，但尚未签约，一切以公告为准。",
)
_NAVIGATION = "<nav><ul>" + "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(30)) + "</ul></nav>"
_ASIDE = "<aside><h3>Most read</h3><p>Another story about batteries and their price in a market far away.</p></aside>"
_FOOTER = "<footer><p>All rights reserved by the publisher of this page, whoever it may be.</p></footer>"


def wordpress(paragraphs: tuple[str, ...] = ENGLISH, *, body: str = "cm-entry-summary") -> bytes:
    """Return a page as CleanTechnica's: requests to readers before, after and among the paragraphs."""
    text = "".join(f"<p>{escape(p)}</p>" for p in paragraphs)
    return (
        f"<!doctype html><html lang='en-US'><head><title>News</title><style>p{{}}</style></head><body>{_NAVIGATION}"
        f"<article><h1>Northbank Builds In Thailand</h1><div class='{body}'>"
        "<p><em>Sign up for daily news updates from CleanTechnica on email.</em></p>"
        f"{text}<figure><img src='a.jpg'><figcaption>Picture by nobody.</figcaption></figure>"
        "<script>var ad = '<p>not text</p>';</script>"
        "<p>Chip in a few dollars a month to help support independent cleantech coverage!</p>"
        "<p>CleanTechnica uses affiliate links. See our policy here.</p><p>CleanTechnica’s Comment Policy</p></div>"
        f"<div class='jp-relatedposts'><p>Related: an old story.</p></div></article>{_ASIDE}{_FOOTER}</body></html>"
    ).encode()


def _kr36(script: str, content: str = "") -> bytes:
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>北岸汽车在泰国建厂-36氪</title></head><body>"
        f"{_NAVIGATION}<div id='app'>{content}</div><script>{script}</script>{_FOOTER}</body></html>"
    ).encode()


def kr36_html(paragraphs: tuple[str, ...] = CHINESE) -> str:
    """Return an article's HTML as 36Kr writes it, byline and all."""
    text = "".join(f"<p>{p}</p>" for p in paragraphs)
    ends = "<p>该文观点仅代表作者本人，36氪平台仅提供信息存储空间服务。</p>"
    return f"<p>文 | 张三</p><p>编辑 | 李四</p><p class='img-desc'>图源/企业</p>{text}{ends}"


def kr36_state(paragraphs: tuple[str, ...] = CHINESE) -> bytes:
    """Return a page of 36Kr whose article is in `window.initialState`, followed by further statements."""
    data = {"widgetTitle": "北岸汽车在泰国建厂", "publishTime": 1781339841000, "widgetContent": kr36_html(paragraphs)}
    state = {"navigator": [1, 2], "articleDetail": {"code": 0, "articleDetailData": {"code": 0, "data": data}}}
    return _kr36(f"window.initialState={json.dumps(state, ensure_ascii=False)};window.other={{a:1}};")


def kr36_encrypted() -> bytes:
    """Return a page of 36Kr whose state is encrypted."""
    return _kr36('window.initialState={"isEncrypt":true,"state":"bm90aGluZyB0byByZWFkIGhlcmU="}')


def kr36_dom() -> bytes:
    """Return a page of 36Kr whose article is in its elements only."""
    content = f"<h1 class='article-title'>北岸</h1><div class='common-width articleDetailContent'>{kr36_html()}</div>"
    return _kr36("window.initialState={broken", content)


def plain_site(paragraphs: tuple[str, ...] = ENGLISH) -> bytes:
    """Return a page of a site nobody has rules for."""
    text = "".join(f"<p>{escape(p)}</p>" for p in paragraphs)
    return (
        f"<html><head><title>News</title></head><body>{_NAVIGATION}<div class='whatever'><h1>Northbank</h1>{text}</div>"
        f"{_ASIDE}{_FOOTER}</body></html>"
    ).encode()
