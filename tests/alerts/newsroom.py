"""A database to which a test adds news, and from which it reads what is owed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, func, insert, select, update

from alerts.config import SlackConfig, WatchlistConfig
from alerts.dispatch import Dispatcher, Transport
from alerts.evaluate import evaluate
from alerts.listing import list_alerts
from alerts.models import AlertRow, Card, EvaluationResult
from alerts.schema import deliveries
from crawler.knowledge import Knowledge
from crawler.models import FirstTime, MoveType, Stage
from crawler.storage.engine import reading, writing
from crawler.storage.schema import articles, event_places, event_stages, events, mentions, readings, sources, stories
from tests.alerts.views import NOW, watchlist

SETTLE = timedelta(seconds=45)


class Newsroom:
    """Adds articles, events and reports as the crawler would, and drives evaluation and sending."""

    def __init__(self, engine: Engine, knowledge: Knowledge) -> None:
        self.engine, self.knowledge = engine, knowledge
        self.now: datetime = NOW
        self.watchlists: tuple[WatchlistConfig, ...] = (watchlist(name="Abroad", send_to="#abroad"),)
        self.slack: SlackConfig | None = None

    def clock(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def _add(self, table: Any, **values: Any) -> int:
        with writing(self.engine) as connection:
            new: int = connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
        return new

    def source(self, name: str = "herald", **values: Any) -> None:
        with writing(self.engine) as connection:
            if connection.execute(select(sources.c.id).where(sources.c.id == name)).scalar() is None:
                connection.execute(insert(sources).values(id=name))
            if values:
                connection.execute(update(sources).where(sources.c.id == name).values(**values))

    def article(self, title: str, source: str = "herald", *, quiet: bool = False) -> int:
        self.source(source)
        return self._add(
            articles,
            source_id=source,
            url=f"https://{source}.example/{title.replace(' ', '-')}",
            title=title,
            text=f"{title}. More follows.",
            text_hash="0",
            entry_hash="0",
            language="en",
            published_at=self.now - timedelta(minutes=5),
            first_seen_at=self.now,
            updated_at=self.now,
            quiet=quiet,
        )

    def story(self, company: str = "XPENG") -> int:
        return self._add(stories, company=company, opened_at=self.now, last_event_at=self.now)

    def event(
        self,
        article: int,
        *,
        story: int | None = None,
        company: str = "XPENG",
        type: MoveType = MoveType.MARKET_ENTRY,
        places: Iterable[str] = ("NO",),
        stage: Stage = Stage.ANNOUNCED,
        confidence: float = 0.8,
        quiet: bool = False,
    ) -> int:
        new = self._add(
            events,
            story_id=story if story is not None else self.story(company),
            company=company,
            type=type,
            stage=stage,
            confidence=confidence,
            first_time=FirstTime.UNKNOWN,
            details={},
            quiet=quiet,
            revision=0,
            evaluated_revision=0,
            opened_at=self.now,
            updated_at=self.now,
        )
        with writing(self.engine) as connection:
            connection.execute(insert(event_places), [{"event_id": new, "place": place} for place in places])
        self.step(new, stage, article)
        self.mention(new, article, confidence=confidence, quiet=quiet)
        return new

    def story_of(self, event: int) -> int:
        with reading(self.engine) as connection:
            story: int = connection.execute(select(events.c.story_id).where(events.c.id == event)).scalar_one()
        return story

    def mention(self, event: int, article: int, *, confidence: float = 0.8, quiet: bool = False) -> int:
        reading_id = self._add(
            readings,
            article_id=article,
            reader="test",
            version=f"{event}",
            text_hash="0",
            confidence=confidence,
            moves=[],
            read_at=self.now,
        )
        new = self._add(
            mentions,
            event_id=event,
            article_id=article,
            reading_id=reading_id,
            stage=Stage.ANNOUNCED,
            places=[],
            confidence=confidence,
            evidence=f"Evidence {event}-{article}.",
            quiet=quiet,
            mentioned_at=self.now,
        )
        self.change(event)
        return new

    def step(self, event: int, stage: Stage, article: int) -> None:
        with writing(self.engine) as connection:
            count = select(func.count()).select_from(event_stages).where(event_stages.c.event_id == event)
            position = connection.execute(count).scalar_one()
            values = {"event_id": event, "position": position, "stage": stage, "at": self.now, "article_id": article}
            connection.execute(insert(event_stages).values(**values))
        self.change(event, stage=stage)

    def withdraw(self, event: int) -> None:
        """Take every report of an event back, as a veto does."""
        with writing(self.engine) as connection:
            connection.execute(delete(mentions).where(mentions.c.event_id == event))
        self.change(event, confidence=0.0)

    def change(self, event: int, **values: Any) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                update(events).where(events.c.id == event).values(revision=events.c.revision + 1, **values)
            )

    def evaluate(self) -> EvaluationResult:
        return evaluate(self.engine, self.watchlists, self.slack, self.knowledge, self.now)

    def owed(self) -> list[tuple[str, str]]:
        """Return kind and state of every delivery, in order."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(deliveries.c.kind, deliveries.c.state).order_by(deliveries.c.id))
            return [(kind, state) for kind, state in rows]

    def cards(self, kind: str) -> list[Card]:
        with reading(self.engine) as connection:
            query = select(deliveries.c.card).where(deliveries.c.kind == kind).order_by(deliveries.c.id)
            return [Card.from_json(card) for card in connection.execute(query).scalars()]

    def alerts(self) -> list[AlertRow]:
        with reading(self.engine) as connection:
            return list_alerts(connection)

    def dispatcher(self, transport: Transport, ops_channel: str | None = None) -> Dispatcher:
        return Dispatcher(self.engine, transport, self.clock, settle=SETTLE, ops_channel=ops_channel)

    def send_all(self, dispatcher: Dispatcher, most: int = 200) -> None:
        """Let the time pass until nothing is owed any more."""
        for _ in range(most):
            wait = dispatcher.step()
            if wait is None:
                return
            self.wait(wait)
        raise AssertionError(f"still owed: {self.owed()}")


def told(newsroom: Newsroom, title: str = "First") -> int:
    """Report a first move; return its event."""
    event = newsroom.event(newsroom.article(title))
    newsroom.evaluate()
    return event


def more(newsroom: Newsroom, event: int, title: str = "Second") -> None:
    """Report it once more, elsewhere."""
    newsroom.mention(event, newsroom.article(title, "courier"))
    newsroom.evaluate()


def states(newsroom: Newsroom) -> list[str]:
    """Return how far each message is, in order."""
    return [state for _, state in newsroom.owed()]
