"""HTML to plain text: one pass over the characters, whatever the markup is worth."""

from __future__ import annotations

import html
import re

from crawler.text import clean

_BLOCKS = re.compile(
    "address|article|aside|blockquote|br|center|d[dlt]|details|div|fieldset|fig(?:caption|ure)|foot(?:er)?|form|h[1-6r]"
    "|header|li|main|nav|[ou]l|p|pre|section|summary|table|t(?:body|foot|head|r)"
)
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"script", "style"})
"""Elements whose text no reader sees; unclosed, they hide the rest, as in a browser."""
_TAG = re.compile(r"<(?=[a-zA-Z!?]|/[a-zA-Z])")
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]*)")
_STOP = re.compile(r"[>\"']")
_LOOKS_LIKE_HTML = re.compile(
    r"</?(?:a|b|blockquote|br|div|em|figure|font|h[1-6]|i|iframe|img|li|ol|p|script|section|span|strong|style|table|td"
    r"|tr|u|ul)(?:\s[^<>]{0,2000})?/?>|<!--",
    re.IGNORECASE,
)
_LONGEST_VALUE = 2_000
"""A quoted attribute value longer than this many characters is taken to be a stray quote mark."""


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
    pieces: list[str] = []
    position = 0
    while (start := _TAG.search(text, position)) is not None:
        pieces.append(_words(text[position : start.start()]))
        position, piece = _tag(text, start.start())
        pieces.append(piece)
    pieces.append(_words(text[position:]))
    return "".join(pieces)


def _tag(text: str, start: int) -> tuple[int, str]:
    """Return where the markup that begins at `start` ends, and what stands for it in the text."""
    if text.startswith("<!--", start):
        return _after(text, "-->", start + 4), ""
    if text.startswith("<![CDATA[", start):
        end = _after(text, "]]>", start)
        return end, text[start + 9 : end].removesuffix("]]>")
    if text.startswith(("<!", "<?"), start):
        return _after(text, ">", start), ""
    name = _NAME.match(text, start + 1)
    return _element(text, name) if name else (start + 1, "<")


def _element(text: str, name: re.Match[str]) -> tuple[int, str]:
    tag = name[1].lower()
    end = _tag_end(text, name.end())
    if tag in _UNSEEN and not name[0].startswith("/") and text[end - 2 : end] != "/>":
        closing = re.compile(f"</{tag}", re.IGNORECASE).search(text, end)
        return (_after(text, ">", closing.end()) if closing else len(text)), ""
    if _BLOCKS.fullmatch(tag):
        return end, "\n"
    return end, " " if tag in _CELLS else ""


def _tag_end(text: str, position: int) -> int:
    """Return the position after the `>` that ends a tag; one inside a quoted value does not."""
    while (stop := _STOP.search(text, position)) is not None:
        if stop[0] == ">":
            return stop.end()
        closing = text.find(stop[0], stop.end(), stop.end() + _LONGEST_VALUE)
        position = closing + 1 if closing >= 0 else stop.end()
    return len(text)


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return found + len(mark) if found >= 0 else len(text)


def _words(text: str) -> str:
    """Return the text between two tags: in HTML a line break is a blank, and entities are characters."""
    for line_break in "\t\n\r\f":
        text = text.replace(line_break, " ")
    return _unescape(text)


def _unescape(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a character reference of more digits than Python turns into a number
        return text
