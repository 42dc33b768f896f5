"""docs/howto/add-a-source.md, followed to the letter by the real program against a feed on loopback."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from scheduler.demo.feed_server import FeedServer, Reply
from tests.acceptance.harness import chuhai, entry, feed, write_config

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "add-a-source.md").read_text(encoding="utf-8")
ADDRESS = "https://news.example/feed/"
OTHER = '  - {id: other, url: "OTHER", every: 1h}\n'


def commands() -> list[list[str]]:
    """The commands of the page, in order, each without its `chuhai`."""
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    lines = [line.strip().removeprefix("$ chuhai ") for block in blocks for line in block.strip().splitlines()]
    return [shlex.split(line) for line in lines]


def shown_lines() -> str:
    """The lines that the page shows under `sources:`."""
    (block,) = re.findall(r"```yaml\n   sources:\n(.*?) *```", PAGE, re.DOTALL)
    return "".join(line.removeprefix("   ") + "\n" for line in block.splitlines())


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.feeds["/other"] = feed(entry("A maker opens a shop in Oslo", 1))
        server.feeds["/feed/"] = feed(
            *(entry(f"A maker opens shop {n} in Lima", n, site="cars.example", minutes=100 * n) for n in range(20)),
            title="Car News",
        )
        yield server


@pytest.fixture
def folder(tmp_path: Path, server: FeedServer) -> Path:
    write_config(tmp_path, [OTHER.replace("OTHER", server.url("/other"))], slack=server.url("/slack/"))
    return tmp_path


def run(folder: Path, command: list[str], server: FeedServer) -> CompletedProcess[str]:
    return chuhai(folder, *(server.url("/feed/") if word == ADDRESS else word for word in command))


def paste(folder: Path, lines: str) -> None:
    path = folder / "config.yaml"
    path.write_text(path.read_text().replace("sources:\n", "sources:\n" + lines, 1))


def test_the_page_leads_to_a_source_that_is_polled(server: FeedServer, folder: Path) -> None:
    tried, checked, polled, asked = commands()
    result = run(folder, tried, server)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.split("config.yaml:\n\n")[1]
    paste(folder, lines)

    result = run(folder, checked, server)
    assert (result.returncode, result.stderr.strip().endswith("all right")) == (0, True), result.stderr

    result = run(folder, polled, server)
    assert result.returncode == 0, result.stderr
    assert "first poll, 20 articles known from now on, nothing is alerted" in result.stderr

    result = run(folder, asked, server)
    row = next(line for line in result.stdout.splitlines() if line.startswith("car-news"))
    assert row.split()[1] == "ok"
    assert row.split()[-2:] == ["20", "0"]


def test_the_lines_the_page_shows_are_those_the_command_prints(server: FeedServer, folder: Path) -> None:
    printed = run(folder, commands()[0], server).stdout.split("config.yaml:\n\n")[1]
    assert printed.replace(server.url("/feed/"), ADDRESS) == shown_lines()


def test_the_page_s_way_to_hear_of_today_s_articles_works(server: FeedServer, folder: Path) -> None:
    (key,) = set(re.findall(r"`(first_poll: \w+)`", PAGE))
    lines = shown_lines().replace(ADDRESS, server.url("/feed/"))
    paste(folder, f"{lines}    {key}\n")
    result = chuhai(folder, "run", "--once")
    assert "alerted, as first_poll: tell asks" in result.stderr


@pytest.mark.parametrize(
    ("words", "path", "reply"),
    [
        pytest.param("not a feed", "/feed/", Reply(200, {"Content-Type": "text/html"}, b"<html></html>"), id="page"),
        pytest.param("blocked", "/feed/", Reply(403, {"cf-mitigated": "challenge"}), id="blocked"),
        pytest.param("(robots.txt)", "/robots.txt", Reply(200, {}, b"User-agent: *\nDisallow: /"), id="robots"),
        pytest.param("HTTP 404 (not found)", "/feed/", Reply(404), id="not found"),
        pytest.param("no entry has a full text", "/none", Reply(404), id="excerpts"),
    ],
)
def test_the_table_of_troubles_quotes_what_is_said(
    server: FeedServer, folder: Path, words: str, path: str, reply: Reply
) -> None:
    assert f"| `{words}` |" in PAGE
    server.faults[path] = lambda _: reply
    assert words in run(folder, commands()[0], server).stdout


def test_the_way_into_one_s_own_network_is_the_page_s(server: FeedServer, folder: Path) -> None:
    key, section = re.findall(r"set `(\w+: true)` under `(\w+):`", PAGE)[0]
    path = folder / "config.yaml"
    path.write_text(path.read_text().replace(f"{key}, ", ""))
    assert "is a private address" in run(folder, commands()[0], server).stdout
    path.write_text(path.read_text().replace(f"{section}: {{", f"{section}: {{{key}, "))
    assert run(folder, commands()[0], server).returncode == 0
