"""Events and reports as a test needs them, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.config import WatchlistConfig
from alerts.models import Card, CardMove, Report
from crawler.models import Company, EventView, FirstTime, Kind, MentionView, MoveType, Stage, StageStep

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

XPENG = Company("XPENG", "CN", Kind.CAR)
XIAOMI = Company("Xiaomi", "CN", Kind.ENTRANT)
MG = Company("MG", "CN", Kind.CAR, group="SAIC")


def mention(number: int = 1, **changes: Any) -> MentionView:
    values: dict[str, Any] = {
        "id": number,
        "article_id": number,
        "source": "herald",
        "title": f"XPENG opens its first showroom in Oslo, part {number}",
        "url": f"https://www.herald.example/news/{number}",
        "language": "en",
        "published": NOW - timedelta(minutes=30),
        "seen": NOW - timedelta(minutes=18),
        "stage": Stage.ANNOUNCED,
        "confidence": 0.8,
        "evidence": "The company will hand over its first cars in Norway in June.",
        "quiet": False,
        "lead": "The maker from Guangzhou comes to Norway.",
    }
    return MentionView(**(values | changes))


def event(**changes: Any) -> EventView:
    reports = changes.pop("mentions", (mention(),))
    values: dict[str, Any] = {
        "id": 1,
        "story_id": 1,
        "company": XPENG,
        "type": MoveType.MARKET_ENTRY,
        "places": ("NO",),
        "stage": Stage.ANNOUNCED,
        "confidence": 0.82,
        "first_time": FirstTime.FIRST,
        "revision": 1,
        "quiet": False,
        "first_seen": NOW,
        "details": {},
        "history": (StageStep(Stage.ANNOUNCED, NOW, 1),),
        "mentions": reports,
    }
    return EventView(**(values | changes))


def watchlist(**keys: Any) -> WatchlistConfig:
    return WatchlistConfig.model_validate({"name": "Abroad"} | keys)


def card(**changes: Any) -> Card:
    values: dict[str, Any] = {
        "moves": (move(),),
        "report": report(),
        "watchlists": ("Abroad",),
        "reason": "matches: home CN, type market_entry; confidence 0.82 >= 0.6",
    }
    return Card(**(values | changes))


def move(**changes: Any) -> CardMove:
    values: dict[str, Any] = {
        "company": "XPENG",
        "type": "market_entry",
        "places": ("Norway",),
        "stage": "announced",
        "first_time": "first",
        "confidence": 0.82,
        "articles": 1,
        "sources": ("herald.example",),
    }
    return CardMove(**(values | changes))


def report(**changes: Any) -> Report:
    values: dict[str, Any] = {
        "source": "herald",
        "title": "XPENG opens its first showroom in Oslo",
        "url": "https://www.herald.example/news/1",
        "evidence": "The company will hand over its first cars in Norway in June.",
        "published": NOW - timedelta(minutes=30),
        "seen": NOW - timedelta(minutes=18),
    }
    return Report(**(values | changes))
