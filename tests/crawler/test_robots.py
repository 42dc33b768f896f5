"""robots.txt: asked for once a day, obeyed by every crawl, denied when it cannot be had."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.robots import DENIED, FRESH, MOST_CHARACTERS, Robots, RobotsTxt, Rules, Unreachable, decide

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
FEED, SECRET = "https://news.example/feed", "https://news.example/secret/feed"
TEXT = b"User-agent: chuhai\nDisallow: /secret\nCrawl-delay: 600\n\nUser-agent: *\nDisallow: /\n"


@dataclass
class Site:
    """A host that answers for its robots.txt as told."""

    status: int = 200
    body: bytes = TEXT
    down: bool = False
    now: datetime = NOW
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> tuple[int, bytes]:
        self.asked.append(url)
        await asyncio.sleep(0)
        if self.down:
            raise Unreachable from OSError("no route")
        return self.status, self.body

    def robots(self, *known: RobotsTxt) -> Robots:
        return Robots(lambda: self.now, known)


def rules(site: Site, robots: Robots, url: str = FEED) -> Rules:
    return asyncio.run(robots.rules(url, site.fetch))


def test_the_group_with_our_name_decides() -> None:
    site = Site()
    found = rules(site, site.robots())
    assert site.asked == ["https://news.example/robots.txt"]
    assert found.denial(FEED) is None
    assert found.denial(SECRET) == "news.example forbids this address to robots (robots.txt)"
    assert found.crawl_delay == 600


def test_a_thousand_hosts_are_each_asked_once() -> None:
    site = Site(body=b"")
    robots = site.robots()

    async def twice() -> None:
        for url in [f"https://news{number}.example/feed" for number in range(1_500)] * 2:
            await robots.rules(url, site.fetch)

    asyncio.run(twice())
    assert len(site.asked) == 1_500


def test_it_is_asked_for_once_a_day() -> None:
    site = Site()
    robots = site.robots()
    for hours in (0, 5, 23):
        site.now = NOW + timedelta(hours=hours)
        rules(site, robots)
    assert len(site.asked) == 1
    site.now = NOW + FRESH
    rules(site, robots)
    assert len(site.asked) == 2


def test_another_port_is_another_host() -> None:
    site = Site()
    robots = site.robots()
    rules(site, robots)
    rules(site, robots, "https://news.example:8443/feed")
    assert site.asked[1] == "https://news.example:8443/robots.txt"


def test_many_that_ask_at_a_time_share_one_request() -> None:
    site = Site()

    async def crowd() -> list[Rules]:
        robots = site.robots()
        return await asyncio.gather(*(robots.rules(FEED, site.fetch) for _ in range(5)))

    assert len({id(found) for found in asyncio.run(crowd())}) == 1
    assert len(site.asked) == 1


def test_a_crawl_that_ends_in_the_middle_leaves_the_asking_to_another() -> None:
    site = Site()

    async def ended(url: str) -> tuple[int, bytes]:
        await asyncio.sleep(0.01)
        raise InterruptedError(url)

    async def crowd(first: Callable[[str], Awaitable[tuple[int, bytes]]]) -> list[Rules | BaseException]:
        robots = site.robots()
        asking = (robots.rules(FEED, fetch) for fetch in (first, site.fetch))
        return await asyncio.gather(*asking, return_exceptions=True)

    left, right = asyncio.run(crowd(ended))
    assert isinstance(left, InterruptedError)
    assert isinstance(right, Rules)


def test_a_restart_remembers_it() -> None:
    site = Site()
    robots = site.robots()
    rules(site, robots)
    (kept,) = robots.changes()
    assert robots.changes() == []
    assert rules(site, site.robots(kept)).denial(SECRET) is not None
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 301])
def test_without_a_robots_txt_everything_is_allowed(status: int) -> None:
    site = Site(status=status)
    found = rules(site, site.robots())
    assert found.denial(SECRET) is None
    assert found.crawl_delay is None


@pytest.mark.parametrize("status", [429, 500, 503, 599])
def test_an_error_of_the_server_denies_all_for_an_hour_and_says_so(status: int) -> None:
    site = Site(status=status)
    robots = site.robots()
    denial = rules(site, robots).denial(FEED)
    assert denial is not None
    assert f"HTTP {status}" in denial
    assert "(robots.txt)" in denial
    assert "asked again at 09:00 UTC" in denial
    site.now, site.status = NOW + DENIED - timedelta(seconds=1), 200
    assert rules(site, robots).denial(FEED) is not None
    site.now = NOW + DENIED
    assert rules(site, robots).denial(FEED) is None


@pytest.mark.parametrize("down", [pytest.param(True, id="unreachable"), pytest.param(False, id="error")])
def test_an_older_copy_is_obeyed_while_no_new_one_can_be_had(down: bool) -> None:
    site = Site()
    robots = site.robots()
    rules(site, robots)
    site.now, site.down, site.status = NOW + FRESH, down, 503
    found = rules(site, robots)
    assert (found.denial(FEED), found.crawl_delay) == (None, 600)
    assert found.denial(SECRET) is not None
    assert found.kept.until == NOW + FRESH + DENIED


def test_a_host_that_does_not_answer_is_asked_again_with_the_next_poll() -> None:
    site = Site(down=True)
    robots = site.robots()
    with pytest.raises(Unreachable):
        rules(site, robots)
    assert robots.changes() == []
    site.down = False
    assert rules(site, robots).denial(FEED) is None


def test_one_kept_by_a_clock_that_was_wrong_is_asked_for_again() -> None:
    site = Site()
    rules(site, site.robots(RobotsTxt("news.example:443", "", 404, NOW + timedelta(days=400))))
    assert len(site.asked) == 1


def test_a_byte_order_mark_and_a_very_long_file_are_read() -> None:
    site = Site(body=b"\xef\xbb\xbf" + TEXT.replace(b"\n\n", b"\n" + b"Disallow: /x\n" * 50_000 + b"\n"))
    found = rules(site, site.robots())
    assert len(found.kept.text or "") == MOST_CHARACTERS
    assert found.denial(SECRET) is not None


@given(status=st.integers(100, 999), body=st.binary(max_size=300))
def test_any_answer_is_decided_and_can_be_read_and_stored(status: int, body: bytes) -> None:
    kept = decide("news.example:443", status, body, None, NOW)
    assert "\x00" not in (kept.text or "")
    assert kept.until - NOW in {FRESH, DENIED}
    robots = Robots(lambda: NOW, [kept])
    found = asyncio.run(robots.rules(FEED, Site().fetch))
    assert found.denial(FEED) is None or "(robots.txt)" in (found.denial(FEED) or "")
