"""A month of invented news, in the shapes that the real feeds have."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib import resources
from typing import Any

from scheduler.demo.feed_server import Feed, Item, Style

SOURCES = ("cleantechnica", "36kr-articles", "36kr-newsflash")

_ENGLISH, _CHINESE = "https://cleantechnica.example", "https://36kr.example"
_WINDOW = {"cleantechnica": 10, "36kr-articles": 30, "36kr-newsflash": 20}
"""Entries that a feed shows at a time; the real ones show as many."""

_EXCERPT = 45
"""Words of an article that the English feed gives; the real one cuts after 20 to 57."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One sample article."""

    source: str
    item: Item


def pieces() -> tuple[Piece, ...]:
    """Return the whole month, oldest first."""
    found = [
        Piece(source, _item(source, number, row)) for source in SOURCES for number, row in enumerate(_rows(source), 1)
    ]
    return tuple(sorted(found, key=lambda piece: (piece.item.published, piece.source)))


def feed_at(source: str, moment: datetime, month: Sequence[Piece]) -> Feed:
    """Return a source's feed as it stands at a moment; only the English one is in order."""
    out = [piece.item for piece in month if piece.source == source and piece.item.published <= moment]
    shown = out[: -_WINDOW[source] - 1 : -1]
    if source == "cleantechnica":
        return Feed("CleanTechnica (sample)", f"{_ENGLISH}/", shown, Style.WORDPRESS)
    mixed = sorted(shown, key=lambda item: hashlib.sha256(item.link.encode()).digest())
    return Feed("36氪 (sample)", f"{_CHINESE}/", mixed, Style.KR36)


def sample(name: str) -> str:
    """Return one of the sample's files."""
    return resources.files(__package__).joinpath("sample", name).read_text(encoding="utf-8")


def _rows(source: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(sample(f"{source}.toml"))["item"]
    return rows


def _item(source: str, number: int, row: Mapping[str, Any]) -> Item:
    if source == "cleantechnica":
        return _excerpt(number, row)
    if source == "36kr-articles":
        return _article(number, row)
    link = f"{_CHINESE}/newsflashes/{3_882_000_000_000_000 + number}?f=rss"
    return Item(row["title"], link, row["text"], row["at"])


def _excerpt(number: int, row: Mapping[str, Any]) -> Item:
    """Return an item that ends where the real ones do: in the middle of a sentence, with the title said again."""
    title, words = row["title"], row["lead"].split()
    slug = "-".join("".join(c for c in word if c.isalnum()) for word in title.casefold().split())
    link = f"{_ENGLISH}/{row['at']:%Y/%m/%d}/{slug}/"
    cut = escape(" ".join(words[:_EXCERPT])) + ("" if len(words) <= _EXCERPT else " ...")
    again = f'<a href="{link}">{escape(title)}</a> appeared first on <a href="{_ENGLISH}">CleanTechnica</a>'
    html = f'<p>{cut} <a class="more-link" href="{link}">[continued]</a></p>\n<p>The post {again}.</p>'
    guid = f"{_ENGLISH}/?p={410_000 + number}"
    return Item(title, link, html, row["at"], guid, row.get("author", "Sample Author"), tuple(row["tags"]))


def _article(number: int, row: Mapping[str, Any]) -> Item:
    author = row["author"]
    first = f"本文来自微信公众号“示例”（ID：sample），作者：{author}，36氪经授权发布。"
    last = "该文观点仅代表作者本人，36氪平台仅提供信息存储空间服务。"
    html = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in (first, *row["paragraphs"], last))
    return Item(row["title"], f"{_CHINESE}/p/{3_881_000_000_000_000 + number}?f=rss", html, row["at"], author=author)
