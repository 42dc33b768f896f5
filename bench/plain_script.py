"""The yardstick: what one would write in an evening. Fetches each feed with aiohttp and parses it with feedparser."""

from __future__ import annotations

import asyncio
import json
import sys
import time

import aiohttp
import feedparser


async def main(urls: list[str]) -> int:
    """Fetch and parse all; return how many entries there were."""
    gate = asyncio.Semaphore(32)
    async with aiohttp.ClientSession() as session:

        async def one(url: str) -> int:
            async with gate, session.get(url) as response:
                body = await response.read()
            return len(feedparser.parse(body).entries)

        return sum(await asyncio.gather(*(one(url) for url in urls)))


if __name__ == "__main__":
    entries = asyncio.run(main(sys.stdin.read().split()))
    print(json.dumps({"entries": entries, "cpu": time.process_time()}))
