"""`chuhai explain`: why a text is read as it is, and which watchlist would tell it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from alerts.models import Match, Miss
from crawler.classify import Reader
from crawler.classify.explanation import Explanation
from crawler.knowledge import Knowledge
from crawler.markup import looks_like_html, plain
from crawler.models import EventView, FeedAnswer, PollRequest, Text
from crawler.network import RefusedUrl, check_url
from crawler.runner import Runner, run_main
from crawler.settings import scrapy_settings
from crawler.storage.articles import text_by_key
from crawler.storage.engine import reading
from crawler.storage.events import mentioned_in
from crawler.storage.views import views
from crawler.text import one_line
from crawler.urls import article_keys, is_web_url
from scheduler.cli.classify import article
from scheduler.cli.common import DEFAULT_CONFIG, USAGE, ConfigPath, database, fail
from scheduler.cli.explained import told
from scheduler.cli.judged import event_of, verdicts
from scheduler.cli.knowledge import known
from scheduler.cli.output import print_json, say
from scheduler.config import LoadedConfig
from scheduler.config.sections import ServiceConfig
from scheduler.version import VERSION

DEADLINE = 75.0
"""Seconds for a page with its robots.txt, as for any poll."""


@dataclass(frozen=True, slots=True)
class Found:
    """A text to explain, and the stored events that it is a report of."""

    text: Text
    events: tuple[EventView, ...] | None = None
    """None where it is no stored article."""


def explain(
    what: Annotated[str, typer.Argument(help="The address of an article, a title, or - for a text on standard input.")],
    config: ConfigPath = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON, with offsets.")] = False,
) -> None:
    """Show every name, trigger, veto and signal found in an article, and which watchlist would tell it, and why not.

    An address is looked up among the stored articles, and fetched where it is none of them. A text's first line is its
    title; a JSON line as for `classify` will do, too. Works without a configuration, then without watchlists.
    """
    loaded, knowledge = known(config)
    found = _stored_or_fetched(what, loaded, knowledge) if is_web_url(what) else Found(_text(what))
    explanation = Reader(knowledge).explain(found.text)
    events = found.events
    if events is None:
        events = tuple(event_of(found.text, move, knowledge) for move in explanation.reading.moves)
    results = [(event, verdicts(event, loaded.config, knowledge) if loaded else {}) for event in events]
    if as_json:
        print_json(as_data(found, explanation, results))
        return
    for line in told(found.text, explanation, results, stored=found.events is not None):
        typer.echo(line)
    if loaded is None:
        say("no config.yaml here: no watchlists to ask (--config names one)")


def _text(what: str) -> Text:
    raw = sys.stdin.buffer.read().decode("utf-8", "replace") if what == "-" else what
    if not raw.strip():
        fail("there is no text to explain: give a title, an address, or a text on standard input", USAGE)
    if raw.lstrip().startswith("{"):
        try:
            return article(json.loads(raw))
        except ValueError as error:
            fail(f"this is no JSON as `chuhai classify` takes it: {one_line(str(error))}")
    title, _, body = (plain(raw) if looks_like_html(raw) else raw).strip().partition("\n")
    return Text(title.strip(), body.strip())


def _stored_or_fetched(url: str, loaded: LoadedConfig | None, knowledge: Knowledge) -> Found:
    if loaded is not None:
        stored = _stored(url, loaded, knowledge)
        if stored is not None:
            return stored
    say("this is none of the stored articles: its page is fetched, and read without a title")
    return Found(_fetched(url, loaded.config.service if loaded else ServiceConfig()))


def _stored(url: str, loaded: LoadedConfig, knowledge: Knowledge) -> Found | None:
    keys = article_keys("", url, None, "", None)
    with database(loaded) as engine, reading(engine) as connection:
        stored = text_by_key(connection, keys)
        if stored is None:
            return None
        id, text = stored
        return Found(text, tuple(views(connection, mentioned_in(connection, id), knowledge)))


def _fetched(url: str, service: ServiceConfig) -> Text:
    """Return the text of a page, asked for as the service would: with its name, by robots.txt, once."""
    try:
        check_url(url)
    except RefusedUrl as error:
        fail(f"{one_line(url)}: {error}", USAGE)
    answers: list[FeedAnswer] = []

    async def main() -> int:
        settings = scrapy_settings(contact=service.contact, version=VERSION)
        runner = Runner(settings, allow_private=service.allow_private_networks)
        found = await runner.poll([PollRequest("page", (url,))], answers.extend, spider="pages", deadline=DEADLINE)
        answers.extend(found.values())
        await runner.stop()
        return 0

    run_main(main)
    for answer in answers:
        if answer.outcome.healthy and answer.entries:
            return Text("", answer.entries[0].text)
        fail(f"{one_line(url)} could not be read: {answer.reason}; give its text on standard input: chuhai explain -")
    raise RuntimeError("a poll ended without an answer")


def as_data(
    found: Found, explanation: Explanation, results: Sequence[tuple[EventView, Mapping[str, Match | Miss]]]
) -> dict[str, Any]:
    """Return everything for scripts; all keys always present."""
    data = asdict(explanation)
    data |= {"title": found.text.title, "body": found.text.body, "stored": found.events is not None}
    data["events"] = [
        {
            "id": event.id or None,
            "company": event.company.name,
            "type": str(event.type),
            "places": list(event.places),
            "stage": str(event.stage),
            "confidence": event.confidence,
            "watchlists": {
                name: {"alerts": isinstance(result, Match), "reason": result.reason} for name, result in verdict.items()
            },
        }
        for event, verdict in results
    ]
    return data
