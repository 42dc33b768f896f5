"""Bytes to text: encodings declared, undeclared and wrongly declared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.decoding import Unreadable, decode

CHINESE = "<rss><title>比亚迪的新工厂，建在匈牙利。</title></rss>"
TRADITIONAL = "<rss><title>比亞迪的新工廠，建在匈牙利。</title></rss>"
FRENCH = "<rss><title>Une usine créée près de Besançon, à l'été</title></rss>"


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "header"),
    [
        pytest.param(CHINESE, "utf-8", None, None, id="UTF-8 undeclared"),
        pytest.param(CHINESE, "utf-8", None, "text/xml; charset=ISO-8859-1", id="UTF-8 under a wrong header"),
        pytest.param(CHINESE, "utf-8", "gb2312", None, id="UTF-8 wrongly declared"),
        pytest.param(CHINESE, "gbk", "gb2312", None, id="GBK declared as its older kind"),
        pytest.param(CHINESE, "gbk", None, "text/xml; charset=GBK", id="GBK by header"),
        pytest.param(CHINESE, "gbk", "utf-8", None, id="GBK declared as UTF-8"),
        pytest.param(CHINESE, "gbk", None, "text/xml; charset=ISO-8859-1", id="GBK under a Latin header"),
        pytest.param(TRADITIONAL, "big5", "big5", None, id="Big5"),
        pytest.param(CHINESE, "utf-16", None, None, id="UTF-16 with its mark"),
        pytest.param(CHINESE, "utf-16-le", None, None, id="UTF-16 without"),
        pytest.param(CHINESE, "utf-8-sig", None, None, id="UTF-8 with a mark"),
        pytest.param(FRENCH, "latin-1", "iso-8859-1", None, id="Latin-1"),
        pytest.param(FRENCH, "cp1252", None, None, id="Latin-1 undeclared"),
        pytest.param(FRENCH, "utf-8", "nonsense-9", None, id="an unknown name"),
        pytest.param("<rss>日本の車</rss>", "iso2022_jp", "iso-2022-jp", None, id="an encoding of ASCII bytes"),
    ],
)
def test_a_text_is_read_in_the_encoding_it_is_in(
    text: str, encoding: str, declared: str | None, header: str | None
) -> None:
    if declared:
        text = f'<?xml version="1.0" encoding="{declared}"?>' + text
    assert decode(text.encode(encoding), header) == text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("比亚迪的新工厂，建在匈牙利。".encode().decode("latin-1").encode(), id="UTF-8 coded twice"),
        pytest.param("Новый завод автомобилей".encode("koi8-r"), id="Russian undeclared"),
        pytest.param(bytes(range(128, 256)) * 20, id="noise"),
    ],
)
def test_mojibake_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(b"<rss><title>" + body + b"</title></rss>", None)


def test_a_byte_damaged_here_and_there_is_lost_and_the_rest_kept() -> None:
    body = (CHINESE * 20).encode()
    damaged = body[:30] + b"\xff" + body[31:]
    assert decode(damaged, None).count("\ufffd") <= 3


def test_a_character_cut_off_at_the_end_is_left_out() -> None:
    assert decode("中国".encode()[:-1], None) == "中"


@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_utf_8_is_always_read_right_or_refused(text: str, encoding: str) -> None:
    body = text.encode(encoding)
    try:
        found = decode(b"<r>" + body if encoding == "utf-8" else body, None)
    except Unreadable:
        return
    assert found.removeprefix("<r>") == text.removeprefix("\ufeff" if encoding == "utf-8-sig" else "")
