"""What is kept of hosts, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from crawler.gate import HostTimes
from crawler.robots import RobotsTxt
from crawler.storage import hosts
from crawler.storage.engine import reading, writing
from crawler.storage.hosts import REMEMBERED

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
TIMES = HostTimes("news.example:443", NOW + timedelta(minutes=10), None)
TEXT = RobotsTxt("news.example:443", "User-agent: *\nDisallow: /搜索\n", 200, NOW + timedelta(days=1))
DENIED = RobotsTxt("other.example:443", None, 503, NOW + timedelta(hours=1))


def keep(engine: Engine, times: list[HostTimes], texts: list[RobotsTxt], now: datetime = NOW) -> None:
    with writing(engine) as connection:
        hosts.save(connection, times, texts, now)


def kept(engine: Engine) -> tuple[list[HostTimes], list[RobotsTxt]]:
    with reading(engine) as connection:
        times, texts = hosts.load(connection)
    return times, sorted(texts, key=lambda text: text.host)


def test_times_and_robots_txt_of_a_host_are_kept_beside_each_other(engine: Engine) -> None:
    keep(engine, [TIMES], [])
    keep(engine, [], [TEXT, DENIED])
    assert kept(engine) == ([TIMES], [TEXT, DENIED])


def test_what_is_learnt_later_takes_the_place_of_the_former(engine: Engine) -> None:
    later = HostTimes(TIMES.host, None, NOW + timedelta(hours=3))
    keep(engine, [TIMES], [DENIED])
    keep(engine, [later], [RobotsTxt(DENIED.host, "", 404, DENIED.until)])
    assert kept(engine) == ([later], [RobotsTxt(DENIED.host, "", 404, DENIED.until)])


def test_a_host_that_nobody_asks_any_more_is_forgotten_but_for_its_penalty(engine: Engine) -> None:
    later = NOW + REMEMBERED + timedelta(days=2)
    penalty = HostTimes(TIMES.host, None, later + timedelta(hours=1))
    keep(engine, [penalty], [TEXT, DENIED])
    fresh = RobotsTxt("new.example:443", "", 404, later + timedelta(days=1))
    keep(engine, [], [fresh], later)
    assert kept(engine) == ([penalty], [fresh, TEXT])
