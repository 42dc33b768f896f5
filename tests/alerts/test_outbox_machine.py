"""Whatever fails and wherever the power is cut: nothing is lost, nothing comes twice, the order is kept."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, event, select

from alerts import outbox
from alerts.dispatch import Dispatcher
from alerts.messages import headline
from alerts.models import Card, Later, Unsure
from alerts.schema import deliveries, messages
from crawler.knowledge import load
from crawler.models import MoveType
from crawler.storage.engine import open_engine, reading, writing
from scheduler.schema import WHOLE
from tests.alerts.model_slack import ModelSlack, Posted, PowerCutError
from tests.alerts.newsroom import SETTLE, Newsroom
from tests.alerts.views import watchlist

KNOWLEDGE = load()
DOUBT = [Unsure("?"), PowerCutError()]
FAULTS = st.sampled_from(
    [("refuse", meets) for meets in [Later(None, "no"), Later(20, "slow", whole_channel=True), *DOUBT]]
    + [("lose", meets) for meets in DOUBT]
)


class Queue(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        engine = open_engine("sqlite:///:memory:")
        WHOLE.create_all(engine)
        event.listen(engine, "commit", self._commit)
        self.commits_left: int | None = None
        self.room = Newsroom(engine, KNOWLEDGE)
        self.room.watchlists = (
            watchlist(name="All", send_to="#all"),
            watchlist(name="Exports", events=["export"], send_to="#exports"),
        )
        self.slack = ModelSlack(self.room.clock)
        self.events: list[int] = []
        self.ops = 0
        self.dispatcher = self._begin()

    def _commit(self, _connection: Connection) -> None:
        if self.commits_left is not None:
            self.commits_left -= 1
            if self.commits_left < 0:
                self.commits_left = None
                raise PowerCutError

    def _begin(self) -> Dispatcher:
        with writing(self.room.engine) as connection:
            outbox.recover(connection, self.room.now, SETTLE)
        return self.room.dispatcher(self.slack)

    @initialize()
    def first_news(self) -> None:
        self.news(MoveType.EXPORT)

    @rule(type=st.sampled_from([MoveType.EXPORT, MoveType.MARKET_ENTRY]))
    def news(self, type: MoveType) -> None:
        self.events.append(self.room.event(self.room.article(f"News {len(self.events)}"), type=type))

    @rule(which=st.integers(0, 9), number=st.integers(0, 999))
    def another_report(self, which: int, number: int) -> None:
        chosen = self.events[which % len(self.events)]
        self.room.mention(chosen, self.room.article(f"Report {number}", f"paper{number % 3}"))

    @rule(which=st.integers(0, 9), sure=st.sampled_from([0.1, 0.9]))
    def weigh_anew(self, which: int, sure: float) -> None:
        self.room.change(self.events[which % len(self.events)], confidence=sure)

    @rule()
    def word_to_ops(self) -> None:
        self.ops += 1
        with writing(self.room.engine) as connection:
            assert outbox.enqueue_ops(connection, f"k{self.ops}", f"Word {self.ops}", self.room.now, "#all")
            assert not outbox.enqueue_ops(connection, f"k{self.ops}", "again", self.room.now, "#all")

    @rule(cut=st.none() | st.integers(0, 2))
    def evaluate(self, cut: int | None) -> None:
        self.commits_left = cut
        try:
            self.room.evaluate()
        except PowerCutError:
            self.dispatcher = self._begin()
        self.commits_left = None

    @rule(fault=st.none() | FAULTS, cut=st.none() | st.integers(0, 8), wait=st.integers(0, 90))
    def send(self, fault: tuple[str, Later | Unsure | PowerCutError] | None, cut: int | None, wait: int) -> None:
        self.room.wait(wait)
        if fault is not None:
            setattr(self.slack, *fault)
        self.commits_left = cut
        try:
            self.dispatcher.step()
        except PowerCutError:
            self.commits_left = None
            self.dispatcher = self._begin()
        self.commits_left = self.slack.refuse = self.slack.lose = None

    @invariant()
    def nothing_comes_twice(self) -> None:
        uids = [posted.uid for posted in self.slack.posted]
        assert len(uids) == len(set(uids))

    def teardown(self) -> None:
        self.room.evaluate()
        self.room.wait(timedelta(hours=1).total_seconds())
        self.room.send_all(self.dispatcher, 500)
        with reading(self.room.engine) as connection:
            rows = list(connection.execute(select(deliveries).order_by(deliveries.c.id)).mappings())
            heads = {row["id"]: row for row in connection.execute(select(messages)).mappings()}
        posted = {message.uid: message for message in self.slack.posted}
        assert {row["state"] for row in rows} <= {"sent", "cancelled"}
        told = [row for row in rows if row["state"] == "sent" and row["kind"] != "edit"]
        assert {row["uid"] for row in told} == set(posted)
        for channel in ("#all", "#exports"):
            _check_order([posted[row["uid"]] for row in told if row["channel"] == channel])
        for row in told:
            if row["kind"] == "head":
                assert posted[row["uid"]].ts == heads[row["message_id"]]["ts"]
                assert posted[row["uid"]].text == headline(Card.from_json(heads[row["message_id"]]["card"]))
            elif row["message_id"] is not None:
                assert posted[row["uid"]].thread_ts == heads[row["message_id"]]["ts"]
        self.room.engine.dispose()


def _check_order(shown: list[Posted]) -> None:
    keys = [(float(message.ts.split(".")[0]), int(message.ts.split(".")[1])) for message in shown]
    assert keys == sorted(keys)


TestQueue = Queue.TestCase
TestQueue.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
