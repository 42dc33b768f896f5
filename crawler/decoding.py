"""Bytes to text: the encoding that a body is in, checked, so that no mojibake is ever taken for words."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""Byte order marks, and how `<` begins a body without one."""
_INSIDE = re.compile(rb"encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_OUTSIDE = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "big5": "cp950"}
"""Encodings that hold more than the one declared and agree with it where it holds anything: what is usually meant."""
_ENCODINGS = ("ascii", "big5", "cp", "euc", "gb", "hz", "iso", "johab", "koi", "mac", "shift", "tis", "utf")
"""How the names of Python's codecs for natural text begin; punycode and its like are none."""
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_CHINESE = re.compile("[的，。]")
_LATIN_RUN = re.compile("[\u00a1-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc‚„…†‡‰‹›€™]{4,}")
_WITHOUT_ASCII = b" " * 0x80 + bytes(range(0x80, 0x100))
_LETTER = re.compile("[\u00c0-\u00ff]")
_MOST_MOJIBAKE = 0.3
"""Share of the characters beyond ASCII in runs of four and more: European languages make none, mojibake is all runs."""
_MOST_LOST = 0.02
"""Share of the characters beyond ASCII that may be lost (U+FFFD): a byte damaged here and there, not an encoding."""


class Unreadable(Exception):  # noqa: N818 - it says what is the case
    """No encoding makes text of the bytes; the message is one line for a human."""


def decode(body: bytes, content_type: str | None) -> str:
    """Return the body as text: by its byte order mark, else as UTF-8 where it is that, else as it or its header says.

    A character cut off at the very end is left out.

    Raises:
        Unreadable: where what comes out is no text in any of them.
    """
    for text in _readings(body, content_type):
        lost = text.count("\ufffd")
        if not _mojibake(text) and (not lost or lost <= _MOST_LOST * _beyond_ascii(text)):
            return text.removeprefix("\ufeff")
    raise Unreadable("the answer is in no encoding that makes text of it")


def garbled(text: str, most: float) -> bool:
    """Say whether more than one character, and more than this share of them, was lost in decoding."""
    return text.count("\ufffd") > max(1, most * len(text))


def _readings(body: bytes, content_type: str | None) -> Iterator[str]:
    marked = next((encoding for mark, encoding in _MARKS if body.startswith(mark)), None)
    if marked:
        yield _decoded(body, marked, "replace")
        return
    declared = _declared(body, content_type)
    yield from (_strictly(body, name) for name in declared if name.startswith(("iso2022", "hz")))
    yield _decoded(body, "utf-8", "replace")
    yield from (_strictly(body, name) for name in declared)
    if _in_pairs(body) and _CHINESE.search(chinese := _strictly(body, "gb18030")):
        yield chinese
    yield _decoded(body, "cp1252", "replace")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    inside, outside = _INSIDE.search(body[:300]), _OUTSIDE.search(content_type or "")
    names = [inside[1].decode("ascii")] if inside else []
    names += [outside[1]] if outside else []
    return [_WIDER.get(name, name) for name in map(_codec, names) if name.startswith(_ENCODINGS)]


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _decoded(body: bytes, encoding: str, errors: str) -> str:
    return codecs.getincrementaldecoder(encoding)(errors).decode(body, final=False)


def _strictly(body: bytes, encoding: str) -> str:
    """Return the text, or one that is nothing but lost where the body is not in this encoding."""
    try:
        return _decoded(body, encoding, "strict")
    except ValueError:
        return "\ufffd"


def _in_pairs(body: bytes) -> bool:
    """Say whether the bytes beyond ASCII come two by two, as in GBK, and not singly, as in a Latin code page."""
    runs = [len(run) for run in _HIGH_BYTES.findall(body)]
    return sum(run for run in runs if run % 2 == 0) > 0.9 * sum(runs)


def _mojibake(text: str) -> bool:
    # a run lies in a stretch of eight bytes and more beyond ASCII, among them one by which all of `_LETTER` begin, and
    # nothing else; feeds in English or Chinese, which have hardly any, are done with five times as soon
    encoded = text.encode("utf-8", "replace")
    if b"\xc3" not in encoded:
        return False
    stretches = encoded.translate(_WITHOUT_ASCII).split()
    beyond = b" ".join(stretch for stretch in stretches if len(stretch) >= 8 and b"\xc3" in stretch)
    if not beyond:
        return False
    runs = (run[0] for run in _LATIN_RUN.finditer(beyond.decode("utf-8", "replace")))
    suspect = sum(len(run) for run in runs if _LETTER.search(run))
    return suspect >= 8 and suspect > _MOST_MOJIBAKE * _beyond_ascii(text)


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))
