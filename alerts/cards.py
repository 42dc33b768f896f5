"""What is new about an event, and the cards that say it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.models import Card, CardMove, Report
from crawler.knowledge import Knowledge
from crawler.models import OVERSEAS, EventView, MentionView, Stage

_LATE_REPLIES = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What the readers of a channel know of an event."""

    mention: int = 0
    """The highest id of the reports they were told or could have been told."""
    stage: Stage | None = None
    """None where they were told nothing."""


@dataclass(frozen=True, slots=True)
class News:
    """One article's news about an event, or about several."""

    report: MentionView
    events: tuple[int, ...]
    """Ids, the one the article is surest of first."""
    change: str = ""
    """What is new beside the article; empty where it is one more report."""
    step: bool = False
    """True where the stage has changed, which is shown to the whole channel."""


def news_of(event: EventView, told: Told, admitted: Sequence[MentionView], story: Iterable[EventView]) -> list[News]:
    """Return what is new about one event since it was told: one item per article, oldest first.

    Args:
        event: as it is now.
        told: what the channel knows of it.
        admitted: the reports a watchlist of the channel lets through.
        story: all events of the story; a step of the stage may come from a report of another one.
    """
    fresh = [mention for mention in admitted if mention.id > told.mention]
    if told.stage is None:
        return _first_news(event, admitted)
    items = [News(mention, (event.id,)) for mention in fresh]
    if not _stepped(told.stage, event.stage):
        return items
    change = _change(told.stage, event.stage)
    report = next(iter([*_reports_of_step(event, story), *reversed(admitted)]), None)
    if report is None or report.quiet:
        return items
    others = [item for item in items if item.report.article_id != report.article_id]
    return [*others, News(report, (event.id,), change, step=True)]


def merged(news: Iterable[News]) -> list[News]:
    """Return one item per article, in order; a step of the stage outweighs a further move, that a further report."""
    found: dict[int, News] = {}
    for item in news:
        old = found.get(item.report.article_id)
        if old is None:
            found[item.report.article_id] = item
            continue
        better, other = (item, old) if _weight(item) > _weight(old) else (old, item)
        events = tuple(dict.fromkeys((*better.events, *other.events)))
        found[item.report.article_id] = News(better.report, events, better.change, better.step)
    return list(found.values())


def move_of(event: EventView, knowledge: Knowledge, *, corrected: bool = False) -> CardMove:
    """Return an event as a card shows it."""
    return CardMove(
        company=event.company.name,
        type=event.type,
        places=tuple("overseas" if p == OVERSEAS else knowledge.gazetteer.name(p, "en") for p in event.places),
        stage=event.stage,
        first_time=event.first_time,
        confidence=event.confidence,
        articles=len(event.mentions),
        sources=event.sources,
        corrected=corrected,
        details=event.details,
    )


def report_of(mention: MentionView) -> Report:
    """Return an article as a card shows it."""
    return Report(
        mention.source,
        mention.title,
        mention.url,
        mention.evidence,
        mention.published,
        mention.seen,
        mention.english_url,
        mention.quoted_source,
    )


def card_of(
    moves: Iterable[CardMove], report: Report | None, watchlists: Iterable[str], reason: str, change: str = ""
) -> Card:
    """Return a card."""
    return Card(tuple(moves), report, tuple(dict.fromkeys(watchlists)), reason, change)


def _first_news(event: EventView, admitted: Sequence[MentionView]) -> list[News]:
    """Return the surest report, then the newest others: a late match must not flood the thread."""
    surest = min(admitted, key=lambda mention: (-mention.confidence, mention.id), default=None)
    if surest is None:
        return []
    others = [News(mention, (event.id,)) for mention in admitted if mention is not surest]
    return [News(surest, (event.id,), "Further move"), *others[-_LATE_REPLIES:]]


def _stepped(old: Stage, new: Stage) -> bool:
    """Say whether a stage is news: further on the ladder, cancelled, or taken up again."""
    return new.rank > old.rank or (old is Stage.CANCELLED and new is not Stage.CANCELLED)


def _change(old: Stage, new: Stage) -> str:
    was = old.replace("_", " ")
    return f"Cancelled (was {was})" if new is Stage.CANCELLED else f"Now {new.replace('_', ' ')} (was {was})"


def _reports_of_step(event: EventView, story: Iterable[EventView]) -> list[MentionView]:
    """Return the reports of the article that changed the stage; of a cancellation it is one of the withdrawal."""
    article = event.history[-1].article_id if event.history else None
    found = [mention for other in (event, *story) for mention in other.mentions]
    return [mention for mention in found if mention.article_id == article]


def _weight(news: News) -> tuple[bool, bool, float]:
    return news.step, bool(news.change), news.report.confidence
