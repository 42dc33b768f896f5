"""HTML to plain text: one pass over the characters, whatever the markup is worth."""

from __future__ import annotations

import html
import re

from crawler.text import clean

_BLOCKS = (
    "address article aside blockquote br center dd div dl dt details fieldset figcaption figure foot footer form"
    " h1 h2 h3 h4 h5 h6 hr header li main nav ol ul p pre section summary table tbody tfoot thead tr"
)
_STANDS_FOR = {**dict.fromkeys(_BLOCKS.split(), "\n"), "td": " ", "th": " "}
"""What a tag is in the text: the end of a line, the gap between two cells, else nothing."""
_LONGEST_VALUE = 2_000
"""A quoted attribute value as long as this or longer is taken to be a stray quote mark."""
_QUOTED = "|".join(f"{mark}[^{mark}]{{0,{_LONGEST_VALUE - 1}}}+{mark}" for mark in "\"'")
_REST = rf"(?>[^>\"']++|{_QUOTED}|[\"'])*+"
"""Of a tag, all before the `>` that ends it; one inside a quoted value does not."""
_MARKUP = re.compile(
    rf"""<(?:
    !--.*?(?:-->|\Z)
    |!\[CDATA\[(?P<characters>.*?)(?:\]\]>|\Z)
    |[!?][^>]*+(?:>|\Z)
    |(?P<unseen>(?i:script|style))(?![a-zA-Z0-9:-]){_REST}  # unclosed, it hides what follows, as in a browser
        (?:(?<=/)>|\Z|>.*?(?:</(?i:(?P=unseen))[^>]*+(?:>|\Z)|\Z))
    |/?(?P<name>[a-zA-Z][a-zA-Z0-9:-]*+){_REST}(?:>|\Z)
    )""",
    re.DOTALL | re.VERBOSE,
)
_CAPTION = re.compile(
    r"<figcaption\b[^<>]*+>(?>[^<]++|<(?!/?figcaption\b))*+</figcaption\s*>"
    r"|<p\b(?=[^<>]*?\bclass\s*=\s*[\"'](?:img-desc|wp-caption-text)\b)[^<>]*+>(?>[^<]++|<(?!/?p\b))*+</p\s*>",
    re.IGNORECASE,
)
"""A picture's caption says what is seen, not what happened; it goes, as from a page (`crawler.extract`)."""
_LOOKS_LIKE_HTML = re.compile(
    r"</?(?:a|b|blockquote|br|div|em|figure|font|h[1-6]|i|iframe|img|li|ol|p|script|section|span|strong|style|table|td"
    r"|tr|u|ul)(?:\s[^<>]{0,2000})?/?>|<!--",
    re.IGNORECASE,
)


def looks_like_html(text: str) -> bool:
    """Say whether the text holds a tag that people use in feeds; `a < b` is none."""
    return _LOOKS_LIKE_HTML.search(text) is not None


def plain(text: str) -> str:
    """Return what a reader of this HTML, or of this plain text, would see, clean; a block element ends a line.

    Text that was escaped twice is unescaped twice. Takes time linear in the length; never raises.
    """
    found = _unescape(text) if not looks_like_html(text) else _without_tags(text)
    if looks_like_html(found):
        found = _without_tags(found)
    return clean(found)


def _without_tags(text: str) -> str:
    for line_break in "\t\n\r\f":  # in HTML a line break is a blank
        text = text.replace(line_break, " ")
    if "caption" in text or "img-desc" in text:
        text = _CAPTION.sub("\n", text)
    # between two tags lie words; a tag leaves the three groups of its pattern
    parts = _MARKUP.split(text)
    pieces = [""] * len(parts)
    pieces[::4] = map(_unescape, parts[::4]) if "&" in text else parts[::4]
    pieces[1::4] = [characters or "" for characters in parts[1::4]]
    pieces[3::4] = [_STANDS_FOR.get(name.lower(), "") if name else "" for name in parts[3::4]]
    return "".join(pieces)


def _unescape(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a character reference of more digits than Python turns into a number
        return text
