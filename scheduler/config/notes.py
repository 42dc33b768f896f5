"""What is to be said about a sound configuration: doubts, keys not yet in force, what changed since the last one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import time, timedelta

from pydantic import SecretStr

from alerts.config import SHORTEST_SETTLE
from crawler.section import Section
from crawler.units import format_duration
from scheduler.config.errors import SLACK_TOKEN, Problem
from scheduler.config.file import Document, problem_at
from scheduler.config.sections import Config

Rows = Sequence[tuple[str, Callable[[Config], bool]]]

NOT_YET_IN_FORCE: Rows = (
    ("alerts.quiet_hours", lambda config: config.alerts.quiet_hours is not None),
    ("alerts.digest", lambda config: _set(config.alerts, "digest")),
    ("alerts.max_per_hour", lambda config: _set(config.alerts, "max_per_hour")),
    ("watchlists: urgency: digest", lambda config: any(w.urgency == "digest" for w in config.watchlists)),
    ("storage.keep", lambda config: _set(config.storage, "keep")),
    ("service.health", lambda config: _set(config.service, "health")),
)
"""Keys that are read and checked, but do nothing yet; a row goes when its feature comes."""


def not_yet_in_force(config: Config, rows: Rows = NOT_YET_IN_FORCE) -> tuple[str, ...]:
    """Return the keys this configuration sets to something other than `off` that do nothing yet."""
    return tuple(key for key, is_set in rows if is_set(config))


def _set(section: Section, key: str) -> bool:
    return key in section.model_fields_set and getattr(section, key) is not None


def warnings_of(config: Config, document: Document) -> tuple[Problem, ...]:
    """Return what works, but should be looked at: secrets in the file, a hasty `settle`, a webhook's limits."""
    return tuple(sorted(_warnings(config, document), key=lambda problem: (problem.line, problem.col)))


def _warnings(config: Config, document: Document) -> Iterator[Problem]:
    for token in SLACK_TOKEN.finditer(document.text):
        message = "a Slack token stands in the file; put it into the environment and write ${SLACK_BOT_TOKEN} here"
        yield problem_at(document.file, document.text, token.start(), "slack.token", message)
    if config.slack.settle < SHORTEST_SETTLE:
        message = f"less than {format_duration(SHORTEST_SETTLE)}: an alert may be posted twice"
        yield document.problem(("slack", "settle"), message)
    if config.slack.webhook_url is not None:
        yield document.problem(
            ("slack", "webhook_url"), "a webhook may repeat an alert and has no threads; a bot token does better"
        )
        for index, watchlist in enumerate(config.watchlists):
            if watchlist.send_to:
                path = ("watchlists", index, "send_to")
                yield document.problem(path, "not heeded: a webhook posts to its own channel only")


def difference(old: Config, new: Config) -> tuple[str, ...]:
    """Return what changed, in words fit for a message: no secret, nothing longer than a line or so.

    Cutting a YAML list short leaves valid YAML, so that every loss of an item is named.
    """
    found = [
        *_items("watchlists", {w.name: w for w in old.watchlists}, {w.name: w for w in new.watchlists}),
        *_items("companies", {c.name: c for c in old.companies}, {c.name: c for c in new.companies}),
        *_items("sources", {s.id: s for s in old.sources}, {s.id: s for s in new.sources}),
    ]
    for name in ("alerts", "slack", "storage", "service"):
        found += [f"{name}.{change}" for change in _changes(getattr(old, name), getattr(new, name))]
    if old.tests != new.tests:
        count = f" {len(old.tests)} -> {len(new.tests)}" if len(old.tests) != len(new.tests) else ": changed"
        found.append(f"tests{count}")
    return tuple(found)


def _items(section: str, old: dict[str, Section], new: dict[str, Section]) -> Iterator[str]:
    gone = [f"− {name}" for name in old if name not in new]
    come = [f"+ {name}" for name in new if name not in old]
    if gone or come:
        count = f" {len(old)} -> {len(new)}, " if len(old) != len(new) else ": "
        yield f"{section}{count}{', '.join(gone + come)}"
    elif list(old) != list(new):
        yield f"{section}: another order"
    for name in old.keys() & new.keys():
        for change in _changes(old[name], new[name]):
            yield f"{name}: {change}"


def _changes(old: Section, new: Section) -> Iterator[str]:
    for name, info in type(old).model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        key = info.alias or name
        if isinstance(before, SecretStr) or isinstance(after, SecretStr):
            yield f"{key}: changed"
        elif isinstance(before, Section) and isinstance(after, Section):
            yield from (f"{key}.{change}" for change in _changes(before, after))
        elif isinstance(before, tuple) and isinstance(after, tuple) and set(before) != set(after):
            yield f"{key}: {_moved(before, after)}"
        else:
            yield f"{key}: {_worded(before)} -> {_worded(after)}"


def _moved(before: tuple[object, ...], after: tuple[object, ...]) -> str:
    gone = [f"− {_worded(item)}" for item in before if item not in after]
    return ", ".join(gone + [f"+ {_worded(item)}" for item in after if item not in before])


def _worded(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, tuple):
        return "[" + ", ".join(_worded(item) for item in value) + "]"
    if isinstance(value, Section):
        return "on"
    return str(value).lower() if isinstance(value, bool) else str(value)
