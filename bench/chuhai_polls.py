"""Polls all sources of a configuration several times in one process, as the service does, and prints what it cost."""

from __future__ import annotations

import asyncio
import cProfile
import json
import os
import resource
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from crawler.models import FeedAnswer
from crawler.runner import Runner, run_main
from crawler.storage.engine import open_engine
from crawler.units import now
from scheduler import jobs
from scheduler.config import load
from scheduler.migrations import upgrade

_PROBE = 0.005
"""Seconds between two looks of the probe that measures for how long the loop was blocked."""


class Lag:
    """Measures by how much the event loop is late."""

    def __init__(self) -> None:
        self._late: list[float] = []

    async def watch(self) -> None:
        """Look every few milliseconds, until cancelled."""
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(_PROBE)
            self._late.append(time.perf_counter() - begun - _PROBE)

    def taken(self) -> dict[str, float]:
        """Return in milliseconds how late it was, and begin anew."""
        late, self._late = sorted(self._late), []
        if not late:
            return {"looks": 0}
        return {
            "looks": len(late),
            "median": 1_000 * late[len(late) // 2],
            "p99": 1_000 * late[int(len(late) * 0.99)],
            "max": 1_000 * late[-1],
            "over_50_ms": sum(one > 0.05 for one in late),
        }


def _seen(answers: Collection[FeedAnswer]) -> dict[str, object]:
    return {
        "outcomes": dict(Counter(str(answer.outcome) for answer in answers)),
        "reasons": sorted({answer.reason for answer in answers if answer.reason})[:3],
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def run(folder: Path, control: str, *, watched: bool) -> list[dict[str, object]]:
    """Poll everything: first, unchanged, and with a tenth of the feeds changed; return what each cost.

    Args:
        folder: of config.yaml and the database.
        control: the feed server.
        watched: whether to measure for how long the loop is blocked, which costs by itself.
    """
    config = load(folder / "config.yaml", os.environ)
    engine = open_engine(config.config.storage.url.get_secret_value())
    upgrade(engine)
    setup = jobs.set_up(config, engine)
    options = jobs.Options(folder / "config.yaml", os.environ, now)
    phases: list[dict[str, object]] = [{"phase": "start", "cpu": time.process_time()}]
    lag = Lag()

    async def poll(phase: str, runner: Runner) -> None:
        stored: Counter[str] = Counter()
        cpu, wall, loop_cpu = time.process_time(), time.perf_counter(), time.thread_time()
        answers = await jobs.poll(setup, list(setup.sources), runner, lambda _answer, s: stored.update(new=s.new))
        used = {"cpu": time.process_time() - cpu, "loop_cpu": time.thread_time() - loop_cpu}
        phases.append({"phase": phase, **used, "wall": time.perf_counter() - wall, "new": stored["new"]})
        phases[-1] |= _seen(answers.values()) | {"lag": lag.taken()}

    async def main() -> int:
        runner = jobs.make_runner(setup, options)
        probe = asyncio.create_task(lag.watch()) if watched else None
        await poll("first poll", runner)
        await poll("unchanged", runner)
        await asyncio.to_thread(urllib.request.urlopen, f"{control}/change?share=10")
        await poll("a tenth changed", runner)
        if probe is not None:
            probe.cancel()
        await runner.stop()
        return 0

    run_main(main)
    engine.dispose()
    return phases


if __name__ == "__main__":
    jobs.DEADLINE = 1_800.0
    if profile := os.environ.get("PROFILE"):
        profiler = cProfile.Profile()
        result = profiler.runcall(run, Path(sys.argv[1]), sys.argv[2], watched=False)
        profiler.dump_stats(profile)
    else:
        result = run(Path(sys.argv[1]), sys.argv[2], watched="watched" in sys.argv[3:])
    print(json.dumps(result))
