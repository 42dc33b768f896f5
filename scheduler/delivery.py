"""Matching and sending as the service drives them: evaluate what changed, send what is owed."""

from __future__ import annotations

import logging
import sys
import threading

from alerts import evaluate, outbox
from alerts.console import ConsoleTransport
from alerts.dispatch import Dispatcher, Transport
from alerts.slack import SlackTransport, WebhookTransport
from crawler.storage.engine import writing
from crawler.units import Clock
from scheduler.config import Config
from scheduler.jobs import Setup

log = logging.getLogger(__name__)


class Delivery:
    """What is owed to people, and its way to them; its methods block, and are called in worker threads."""

    def __init__(self, setup: Setup, clock: Clock, *, dry_run: bool = False) -> None:
        """Prepare; nothing is sent before `begin` and `step`."""
        self._clock, self._dry_run = clock, dry_run
        self._stopping = threading.Event()
        self._setup, self._dispatcher, self.destination = (
            setup,
            self._make_dispatcher(setup),
            destination(setup, dry_run),
        )

    def begin(self) -> None:
        """Find out what was under way when the program last ended."""
        with writing(self._setup.desk.engine) as connection:
            found = outbox.recover(connection, self._clock(), self._setup.config.slack.settle)
        if found:
            log.info(
                "%d messages were being sent when the program ended: Slack is asked before they are repeated", found
            )

    def change(self, setup: Setup) -> None:
        """Send by another configuration from now on; a token or channel that was refused is tried again at once."""
        self._setup, self._dispatcher, self.destination = (
            setup,
            self._make_dispatcher(setup),
            destination(setup, self._dry_run),
        )
        self._dispatcher.recheck()

    def stop(self) -> None:
        """Begin no further attempt."""
        self._stopping.set()

    def match(self) -> bool:
        """Match what changed since the last time, and note what ops should hear; return whether anything is owed."""
        setup, config, now = self._setup, self._setup.config, self._clock()
        engine = setup.desk.engine
        result = evaluate.evaluate(engine, config.watchlists, config.slack, setup.knowledge, now)
        if result.new_alerts or result.deliveries:
            log.info(
                "%d events looked at: %d new alerts, %d messages", result.events, result.new_alerts, result.deliveries
            )
        told = evaluate.notices(engine, config.slack.ops_channel, setup.knowledge, now)
        return bool(result.deliveries or told)

    def step(self) -> float | None:
        """Make at most one attempt per channel; return the seconds until the next is due, None when nothing is owed."""
        return self._dispatcher.step(self._stopping.is_set)

    def tell_ops(self, key: str, text: str) -> bool:
        """Queue a message for the ops channel, once per key; return whether there is one more to send."""
        channel = self._setup.config.slack.ops_channel
        if channel is None:
            return False
        with writing(self._setup.desk.engine) as connection:
            return outbox.enqueue_ops(connection, key, text, self._clock(), channel)

    def health(self) -> tuple[str, ...]:
        """Return what keeps messages from going out, in words."""
        return self._dispatcher.health()

    def _make_dispatcher(self, setup: Setup) -> Dispatcher:
        slack = setup.config.slack
        return Dispatcher(
            setup.desk.engine,
            _transport(setup.config, dry_run=self._dry_run),
            self._clock,
            settle=slack.settle,
            ops_channel=slack.ops_channel,
        )


def _transport(config: Config, *, dry_run: bool) -> Transport:
    token = config.slack.bot_token()
    if token is not None and not dry_run:
        return SlackTransport(token, str(config.slack.api_url))
    if config.slack.webhook_url is not None and not dry_run:
        return WebhookTransport(config.slack.webhook_url)
    return ConsoleTransport(sys.stdout)


def destination(setup: Setup, dry_run: bool) -> str:
    """Return in words where alerts go."""
    slack = setup.config.slack
    if dry_run:
        return "dry run: alerts are printed, nothing is posted or kept"
    if slack.bot_token() is not None:
        return f"alerts go to Slack ({slack.api_url})"
    if slack.webhook_url is not None:
        return "alerts go to a Slack webhook: no threads, and a message may come twice"
    return "alerts go to this terminal until SLACK_BOT_TOKEN is set"
