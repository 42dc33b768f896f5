"""Long texts set aside while the feed around them is parsed: the parser takes its time over every character."""

from __future__ import annotations

import re
import secrets

LONG = 2_000
"""Bytes of a CDATA section from which on it is set aside; what is shorter may be more than a text: a link, a date."""

_BEGIN, _END = b"<![CDATA[", b"]]>"
_CP1252 = {code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in b"\x81\x8d\x8f\x90\x9d"}
"""What control characters between 0x80 and 0x9f are meant to be."""


class Aside:
    """The long CDATA sections of one feed, each with a mark in its place that nobody can have put there."""

    def __init__(self) -> None:
        self._secret = secrets.token_hex(8)
        self._mark = re.compile(rf"{self._secret}-(\d+)-")
        self._texts: list[bytes] = []

    def take(self, xml: bytes) -> bytes:
        """Return a feed in UTF-8 with marks in place of its long sections."""
        pieces: list[bytes] = []
        position = 0
        while (start := xml.find(_BEGIN, position)) >= 0 and (end := xml.find(_END, start)) >= 0:
            if end - start >= LONG:
                pieces += [xml[position:start], f"{self._secret}-{len(self._texts)}-".encode()]
                self._texts.append(xml[start + len(_BEGIN) : end])
            else:
                pieces.append(xml[position : end + len(_END)])
            position = end + len(_END)
        pieces.append(xml[position:])
        return b"".join(pieces)

    def give_back(self, text: str) -> str:
        """Return a text of the feed with its sections in their places again."""
        if self._secret not in text:
            return text
        return self._mark.sub(lambda mark: _mended(self._texts[int(mark[1])]), text)


def _mended(raw: bytes) -> str:
    """Return a section's text, mended as feedparser mends what it reads: UTF-8 twice over, control characters."""
    text = raw.decode("utf-8", "replace")
    if raw.isascii():
        return text
    try:
        return text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return text.translate(_CP1252) if b"\xc2" in raw else text
