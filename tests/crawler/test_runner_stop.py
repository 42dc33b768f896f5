"""Polls side by side, and the end of the service in the middle of one."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence

import pytest

from crawler.models import FeedAnswer, Outcome
from scheduler.demo.feed_server import FeedServer, Reply
from tests.crawler.polling import Poller, request

PROGRAM = """
    import asyncio, signal, sys, time

    from crawler.models import PollRequest
    from crawler.runner import Runner, run_main
    from crawler.settings import scrapy_settings

    async def main() -> int:
        runner = Runner(scrapy_settings(contact="test", version="1"), allow_private=True)
        told = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        requests = [PollRequest(url.rpartition("/")[2], (url,)) for url in sys.argv[1:]]
        poll = asyncio.create_task(runner.poll(requests, lambda answer: None, deadline=60))
        await asyncio.wait({poll, asyncio.create_task(told.wait())}, return_when=asyncio.FIRST_COMPLETED)
        await runner.stop()
        for source, answer in sorted((await poll).items()):
            print(source, answer.outcome, answer.reason)
        return 7

    sys.exit(run_main(main))
"""


def program(*urls: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), *urls],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_process_polls_and_ends_with_the_code_of_its_main(server: FeedServer) -> None:
    running = program(server.url("/feed"), f"http://localhost:{server.port}/other")
    out, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (7, "")
    assert out.splitlines() == ["feed ok None", "other error HTTP 404 (not found)"]


def test_a_process_told_to_end_does_so_within_8_seconds_though_a_server_hangs(server: FeedServer) -> None:
    server.faults["/hangs"] = lambda _: Reply(delay=60)
    running = program(server.url("/hangs"))
    deadline = time.monotonic() + 20
    while not server.asked("/hangs") and time.monotonic() < deadline:
        time.sleep(0.05)
    began = time.monotonic()
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=30)
    assert time.monotonic() - began < 8
    assert (running.returncode, err) == (7, "")
    assert out == "hangs error no answer by the end of the poll\n"


def test_a_poll_that_hangs_delays_no_other_poll(poller: Poller, server: FeedServer) -> None:
    async def both() -> tuple[FeedAnswer, bool]:
        runner = await poller.runner()
        slow = asyncio.create_task(runner.poll([request(hanging.url("/feed"))], print, deadline=30))
        quick = await runner.poll([request(server.url("/feed"), source="quick")], poller.handled.extend, deadline=30)
        waiting = not slow.done()
        await runner.stop()
        await slow
        return quick["quick"], waiting

    with FeedServer() as hanging:
        hanging.faults["/feed"] = lambda _: Reply(delay=30)
        answer, was_waiting = poller.reactor.run(both())
    assert answer.outcome is Outcome.OK
    assert was_waiting


def test_a_source_that_is_left_in_the_middle_is_not_handled_as_a_failure(poller: Poller, server: FeedServer) -> None:
    async def cut_short() -> dict[str, FeedAnswer]:
        runner = await poller.runner()
        poll = asyncio.create_task(runner.poll([request(server.url("/hangs"))], poller.handled.extend, deadline=30))
        await asyncio.wait({poll}, timeout=0.5)
        await runner.stop()
        return dict(await poll)

    server.faults["/hangs"] = lambda _: Reply(delay=30)
    answers = poller.reactor.run(cut_short())
    assert answers["news"].outcome is Outcome.ERROR
    assert poller.handled == []


@pytest.mark.parametrize("steps", range(0, 60, 4))
def test_a_poll_ends_at_whatever_step_of_it_the_service_stops(poller: Poller, server: FeedServer, steps: int) -> None:
    async def cut_short() -> list[str]:
        runner = await poller.runner()
        poll = asyncio.create_task(runner.poll([request(server.url("/feed"))], poller.handled.extend, deadline=60))
        for _ in range(steps):
            await asyncio.sleep(0)
        await runner.stop()
        return list(await asyncio.wait_for(poll, 10))

    assert poller.reactor.run(cut_short()) == ["news"]


def test_after_the_stop_nothing_is_polled(poller: Poller, server: FeedServer) -> None:
    async def late() -> dict[str, FeedAnswer]:
        runner = await poller.runner()
        await runner.stop()
        return dict(await runner.poll([request(server.url("/feed"))], poller.handled.extend, deadline=5))

    assert poller.reactor.run(late())["news"].reason == "the service is stopping"
    assert server.requests == []


def test_answers_are_handled_one_at_a_time_over_all_polls(poller: Poller, server: FeedServer) -> None:
    busy: list[str] = []
    most: list[int] = []

    def handle(answers: Sequence[FeedAnswer]) -> None:
        busy.append(answers[0].source)
        most.append(len(busy))
        time.sleep(0.02)
        busy.remove(answers[0].source)

    async def several() -> None:
        runner = await poller.runner()
        polls = [[request(server.url("/feed"), source=f"{n}{m}") for n in "abc"] for m in "12"]
        await asyncio.gather(*(runner.poll(requests, handle, deadline=20) for requests in polls))

    poller.reactor.run(several())
    assert most == [1] * 6


def test_a_poll_of_nothing_is_nothing(poller: Poller) -> None:
    assert poller.poll() == {}


CORES = """
    import asyncio, os, sys
    from crawler.runner import run_main

    # where the system cannot say, nothing is kept, and nothing may break
    cores = getattr(os, "sched_getaffinity", lambda _: {0})

    async def main() -> int:
        inside = cores(0)
        print(len(inside), await asyncio.to_thread(cores, 0) == inside, inside <= before)
        return 0

    before = cores(0)
    run_main(main)
    print(cores(0) == before)
"""


def test_all_threads_of_a_process_keep_to_one_core_while_it_runs() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CORES)], capture_output=True, text=True, timeout=30, check=True
    )
    assert ran.stdout.splitlines() == ["1 True True", "True"]
