"""`chuhai sources`: a first look at a feed, and further sources to choose from."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterator
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.config import spider_for
from crawler.models import Entry, FeedAnswer, Outcome, PollRequest
from crawler.network import RefusedUrl, check_url
from crawler.runner import Runner, run_main
from crawler.settings import scrapy_settings
from crawler.spiders.trial import TrialAnswer
from crawler.text import one_line
from crawler.units import describe_age, format_duration, now
from scheduler.cli.common import DEFAULT_CONFIG, USAGE, ConfigPath, JsonOption, fail, loaded_config
from scheduler.cli.output import Format, print_json, print_rows, say
from scheduler.cli.presets import SEEN, Preset, presets
from scheduler.cli.trial import Report, headline, lengths, report, source_yaml, span, text_of
from scheduler.config import Config
from scheduler.config.sections import ServiceConfig
from scheduler.version import VERSION

DEADLINE = 75.0
"""Seconds for one request with its robots.txt, as for any poll."""
PATIENCE = 10.0
"""Seconds; where robots.txt asks for a longer pause between two requests, the second one is left out."""
SHOWN = 3
"""Entries that are shown."""

sources_app = typer.Typer(help="Try a feed before it is polled; list further sources.", no_args_is_help=True)


@sources_app.command("try")
def try_(
    url: Annotated[str, typer.Argument(help="The address of a feed, or of a page that names one.")],
    config: ConfigPath = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Fetch a feed as the service would, and say what it holds, what polling costs, and what to write into config.yaml.

    Nothing is stored and nobody is told. Needs no configuration; with one, its contact and allow_private_networks hold.
    Exit code 1 when the address gives no feed.
    """
    try:
        check_url(url)
    except RefusedUrl as error:
        fail(f"{one_line(url)}: {error}", USAGE)
    configured = _config(config)
    found = _tried(url, configured)
    if as_json:
        print_json(as_data(found))
    else:
        _print(found)
    if configured is not None:
        for id in (source.id for source in configured.sources if found.url in source.url or url in source.url):
            say(f"\nThis address is in {config} already, as {id}.")
    raise typer.Exit(0 if found.is_feed else 1)


def _config(path: Path) -> Config | None:
    """Return the configuration; None where none was named and there is none in this folder."""
    return None if path == DEFAULT_CONFIG and not path.exists() else loaded_config(path).config


def _tried(url: str, configured: Config | None) -> Report:
    service = configured.service if configured else ServiceConfig()
    logging.getLogger().addHandler(logging.NullHandler())  # what goes wrong is said in the report
    found: list[FeedAnswer | None] = []

    async def main() -> int:
        settings = scrapy_settings(contact=service.contact, version=VERSION)
        runner = Runner(settings, allow_private=service.allow_private_networks, clock=now)
        found.extend(await _polls(runner, url))
        await runner.stop()
        return 0

    run_main(main)
    first, second = found
    if first is None:
        raise RuntimeError("a poll ended without an answer")
    taken = [source.id for source in configured.sources] if configured else []
    return report(url, first, second, now=now(), taken=taken)


async def _polls(runner: Runner, url: str) -> tuple[FeedAnswer, FeedAnswer | None]:
    """Poll once, and once more with the validators of the first answer, where that is polite and of use."""
    first = await _poll(runner, PollRequest("trial", (url,)))
    delay = (first.crawl_delay or 0.0) if isinstance(first, TrialAnswer) else 0.0
    if first.outcome is not Outcome.OK or not (first.etag or first.last_modified) or delay > PATIENCE:
        return first, None
    again = PollRequest("trial", (url,), etag=first.etag, last_modified=first.last_modified, validators_of=first.url)
    return first, await _poll(runner, again)


async def _poll(runner: Runner, request: PollRequest) -> FeedAnswer:
    site = spider_for(request.urls)
    spider = "trial" if site == "feed" else f"trial-{site}"
    whole: list[FeedAnswer] = []
    answers = await runner.poll([request], whole.extend, spider=spider, deadline=DEADLINE)
    return whole[0] if whole else answers[request.source]


def as_data(found: Report) -> dict[str, Any]:
    """Return a report for scripts; all keys always present."""
    answer = found.answer
    length = span(found.entries)
    return {
        "url": found.url,
        "feed": found.is_feed,
        "outcome": answer.outcome,
        "reason": answer.reason,
        "status": answer.status,
        "answered_by": answer.url,
        "moved_to": answer.moved_to,
        "format": found.format,
        "title": found.title,
        "entries": len(found.entries),
        "span_seconds": length.total_seconds() if length else None,
        "newest": [_entry_data(entry) for entry in found.entries[:SHOWN]],
        "median_text": lengths(found.entries),
        "bytes": len(answer.body) if isinstance(answer, TrialAnswer) else None,
        "transferred": answer.transferred if isinstance(answer, TrialAnswer) else None,
        "conditional_get": found.conditional.works if found.conditional else None,
        "crawl_delay": found.crawl_delay,
        "every": format_duration(found.every) if found.every else None,
        "per_day": asdict(found.cost) if found.cost else None,
        "notes": list(found.notes),
        "feeds_of_page": list(found.feeds_of_page),
        "yaml": found.yaml,
    }


def _entry_data(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "url": entry.url,
        "published": entry.published,
        "language": entry.language,
        "text_length": len(entry.text),
        "text": text_of(entry),
    }


def _print(found: Report) -> None:
    for line in _failure(found) if not found.is_feed else _findings(found):
        typer.echo(line)
    if found.yaml:
        typer.echo(f"\nTo poll it, put these lines under sources: in config.yaml:\n\n{found.yaml}", nl=False)


def _failure(found: Report) -> Iterator[str]:
    yield f"{one_line(found.asked)}: {found.answer.outcome.replace('_', ' ')}"
    yield f"why        {found.answer.reason}"
    if found.answer.outcome is Outcome.BLOCKED:
        yield "           chuhai does not pass itself off as a person: no poll of this address will do better from here"
    if found.feeds_of_page:
        yield "\nThe page names these feeds; try one of them:"
        yield from (f"  chuhai sources try {shlex.quote(one_line(url))}" for url in found.feeds_of_page)


def _findings(found: Report) -> Iterator[str]:
    yield f"{one_line(found.asked)}: a feed, {found.format or 'of a format of its own'}"
    yield f"title      {found.title or 'none'}"
    yield "blocked    no"
    yield f"entries    {_amount(found)}"
    for entry in found.entries[:SHOWN]:
        yield f"  {_when(entry)}  {entry.language:3}  {len(entry.text):6,} characters, {text_of(entry)}"
        yield f"    {headline(entry)}"
    if found.conditional:
        yield f"unchanged  conditional GET: {found.conditional.said}"
    delay = found.crawl_delay
    yield f"robots.txt {f'asks for {delay:g} s between two requests' if delay else 'asks for no delay'}"
    if found.every and found.cost:
        yield from _costs(found)
    yield from (f"note       {note}" for note in found.notes)


def _amount(found: Report) -> str:
    length = span(found.entries)
    over = f" over {describe_age(length)}" if length else ""
    return f"{len(found.entries)}{over}, texts of {lengths(found.entries):,} characters (median)"


def _when(entry: Entry) -> str:
    return entry.published.strftime("%Y-%m-%d %H:%MZ") if entry.published else "without a date  "


def _costs(found: Report) -> Iterator[str]:
    if found.every is None or found.cost is None:
        return
    cost = found.cost
    yield f"every      {format_duration(found.every)} is sensible: often enough that nothing leaves the feed unseen"
    spared = cost.bytes_without_conditional - cost.bytes
    without = f" ({_size(cost.bytes_without_conditional)} without conditional GET)" if spared > 0 else ""
    yield f"cost a day {cost.requests} requests, about {_size(cost.bytes)}{without}"


def _size(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB" if number >= 1_000_000 else f"{max(1, number // 1_000)} kB"


@sources_app.command("presets")
def presets_(
    name: Annotated[str | None, typer.Argument(help="The preset to print as lines for config.yaml.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List further sources, all off; with a name, print the lines to paste under `sources:` in config.yaml."""
    found = presets()
    if name is None:
        columns = ("name", "language", "url", "seen")
        form = Format.JSON if as_json else Format.TABLE
        print_rows([preset.row() for preset in found], columns, form, empty="no presets")
        say(f"None of these is polled before it stands in config.yaml. They were seen in {SEEN}:")
        say("look first with chuhai sources try URL, then print the lines with chuhai sources presets NAME.")
        return
    chosen = _chosen(name, found)
    if as_json:
        print_json(chosen.row())
    else:
        typer.echo(f"  # {chosen.title}; seen in {chosen.seen}")
        typer.echo(source_yaml(chosen.name, chosen.url, chosen.every, chosen.language), nl=False)


def _chosen(name: str, found: tuple[Preset, ...]) -> Preset:
    names = {preset.name: preset for preset in found}
    if name not in names:
        near = get_close_matches(name.lower(), names, 1)
        advice = f"did you mean {near[0]}?" if near else "chuhai sources presets lists them"
        fail(f"there is no preset named '{one_line(name)}'; {advice}")
    return names[name]
