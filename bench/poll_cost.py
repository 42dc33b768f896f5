"""What polling costs, beside a plain script: CPU, memory, and for how long the event loop is blocked.

    make bench                                  three runs over 1,000 feeds of 20 items
    .venv/bin/python bench/poll_cost.py --feeds 200 --repeat 1

Exits with 1 when a target is missed by the median of the runs; the targets stand in bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from feed_server import ITEMS, host_of  # noqa: E402 - the folder of this file is no package

CONFIG = """\
version: 1
watchlists: [{name: Abroad, home: [CN], markets: any, certainty: all}]
sources:
SOURCES
storage: {url: "sqlite:///bench.db"}
service: {allow_private_networks: true, health: off}
"""
Run = Mapping[str, Any]


@contextmanager
def _server(feeds: int) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, str(HERE / "feed_server.py"), str(feeds)], stdout=subprocess.PIPE)
    try:
        if process.stdout is None:
            raise RuntimeError("the feed server has no output")
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def _measured(feeds: int) -> Run:
    """Run script and program over the same feeds; return seconds, megabytes and milliseconds by name.

    The program runs twice: what it costs is measured while nobody looks at its loop, as each look costs by itself.
    """
    with _server(feeds) as port:
        urls = [f"http://{host_of(feed)}:{port}/feed/{feed}" for feed in range(feeds)]
        script = _json([str(HERE / "plain_script.py")], "\n".join(urls))
        phases = _program(urls, port)
        watched = _program(urls, port, "watched")
    if script["entries"] != feeds * ITEMS:
        raise RuntimeError(f"the script found {script['entries']} entries")
    lags = {phase["phase"]: phase["lag"] for phase in watched[1:]}
    return {"script": script["cpu"], "lag": lags, **{phase["phase"]: phase for phase in phases}}


def _program(urls: Sequence[str], port: int, *how: str) -> Any:  # noqa: ANN401 - whatever the child printed
    with tempfile.TemporaryDirectory() as scratch:
        lines = [f'  - {{id: "{n}", url: "{url}", spider: feed, every: 1h}}' for n, url in enumerate(urls)]
        (Path(scratch) / "config.yaml").write_text(CONFIG.replace("SOURCES", "\n".join(lines)))
        phases = _json([str(HERE / "chuhai_polls.py"), scratch, f"http://127.0.0.1:{port}", *how], "")
    for phase in phases[1:]:
        failed = {name: n for name, n in phase["outcomes"].items() if name not in ("ok", "not_modified")}
        if failed:
            raise RuntimeError(f"{phase['phase']}: {failed}: {phase['reasons']}")
    return phases


def _json(command: Sequence[str], given: str) -> Any:  # noqa: ANN401 - whatever the child printed
    done = subprocess.run([sys.executable, *command], input=given, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def _judged(run: Run, feeds: int) -> dict[str, tuple[float, float]]:
    """Return what was measured beside what is wanted, by target."""
    first, same, tenth = run["first poll"], run["unchanged"], run["a tenth changed"]
    return {
        "first poll, times the script": ((run["start"]["cpu"] + first["cpu"]) / run["script"], 1.5),
        "unchanged, ms a feed": (1_000 * same["cpu"] / feeds, 3.0),
        "a tenth changed, ms a feed": (1_000 * tenth["cpu"] / feeds, 5.0),
        "memory, MB": (max(phase["rss"] for phase in (first, same, tenth)), 250.0),
        "longest block of the loop, ms": (max(lag["max"] for lag in run["lag"].values()), 50.0),
    }


def _shown(run: Run, feeds: int) -> Iterator[str]:
    yield f"  script                  {run['script']:7.1f} s CPU"
    yield f"  start                   {run['start']['cpu']:7.1f} s CPU"
    for name in ("first poll", "unchanged", "a tenth changed"):
        phase = run[name]
        lag = run["lag"][name]
        yield (
            f"  {name:22}  {phase['cpu']:7.1f} s CPU ({phase['loop_cpu']:.1f} in the loop), {phase['wall']:.0f} s, "
            f"{1_000 * phase['cpu'] / feeds:.1f} ms a feed, {phase['new']} new, {phase['rss']:.0f} MB, "
            f"loop late {lag['median']:.1f} / {lag['p99']:.0f} / {lag['max']:.0f} ms (median, p99, max), "
            f"{lag['over_50_ms']} of {lag['looks']} over 50"
        )


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description="What polling costs, beside a plain script.")
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    results = []
    for number in range(given.repeat):
        run = _measured(given.feeds)
        print(
            f"run {number + 1} of {given.repeat}, {given.feeds} feeds", *_shown(run, given.feeds), sep="\n", flush=True
        )
        results.append(_judged(run, given.feeds))
    missed = 0
    print(f"\n{'target':34} {'median':>8} {'at most':>8}")
    for name, (_, most) in results[0].items():
        found = median(result[name][0] for result in results)
        missed += found > most
        print(f"{name:34} {found:8.2f} {most:8.1f}  {'missed' if found > most else 'met'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
