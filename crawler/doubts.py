"""What is odd about a feed that answers: a flood of known entries, old ones all at once, a gap, no items; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from crawler.models import Entry, FeedAnswer, Outcome
from crawler.storage.articles import KnownArticle
from crawler.storage.sources import SourceState

FEW_RENAMED = 3
"""Fewer known titles under new addresses than this are what columns and corrections make (a choice)."""
FEW_OLD = 10
"""Fewer entries older than what is known than this are what an editor publishes late (a choice)."""
LATE = timedelta(days=2)
"""What is dated so much earlier than the newest entry known is an old one (a choice; no feed is in order)."""
EMPTY_POLLS = 3
"""So many polls without any item in a row are no pause (a choice)."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """What one healthy answer gives reason to doubt."""

    hushed: frozenset[Entry] = frozenset()
    """New entries that are stored, but not told as news."""
    gap: bool = False
    """Items may have been missed since the last poll."""
    empty_polls: int = 0
    """Successful polls in a row, this one included, that brought no item at all."""
    degraded: str | None = None
    """What is wrong with the source, in one line."""


def renamed(fresh: Sequence[Entry], titled: Mapping[str, KnownArticle]) -> dict[str, KnownArticle]:
    """Return the known articles that unknown entries are, by the entries' keys, where the feed has renamed its items.

    `titled` are the articles of that source by title, each title that it gave to one article alone. Only where most
    of several unknown entries have such a title are they taken for those articles: a column of one name comes alone.
    Whoever is not among them is new, whatever else comes in the same poll.
    """
    counts = Counter(entry.title for entry in fresh)
    same = [entry for entry in fresh if entry.title in titled and counts[entry.title] == 1]
    if len(same) < FEW_RENAMED or 2 * len(same) <= len(fresh):
        return {}
    return {key: titled[entry.title] for entry in same for key in entry.keys}


def doubts(
    answer: FeedAnswer, entries: Sequence[Entry], known: Mapping[str, object], state: SourceState, *, flooded: int
) -> Doubts:
    """Return what is odd about a healthy answer.

    Args:
        answer: the answer.
        entries: its entries, each once.
        known: the keys that were known before it.
        state: the source as it was before it.
        flooded: how many entries were known articles under new keys.
    """
    fresh = [entry for entry in entries if not any(key in known for key in entry.keys)]
    hushed = _old(fresh, state)
    empty = _empty_polls(answer, state)
    said = [
        None if answer.complete else answer.degraded or "the answer was cut: what was whole of it is kept",
        _emptied(empty),
        flooded and f"{flooded} known articles came again under other addresses: taken for known, not told again",
        hushed and f"{len(hushed)} entries older than what was known came at once: stored, not told",
    ]
    return Doubts(
        frozenset(hushed), _gap(answer, entries, fresh, state), empty, "; ".join(part for part in said if part) or None
    )


def _old(fresh: Sequence[Entry], state: SourceState) -> list[Entry]:
    """Return the new entries that are older than the newest known; where they are few they are just late."""
    if state.baseline_at is None:
        return []
    floor = state.newest_at - LATE if state.newest_at else state.baseline_at
    old = [entry for entry in fresh if entry.published is not None and entry.published < floor]
    return old if len(old) >= FEW_OLD else []


def _empty_polls(answer: FeedAnswer, state: SourceState) -> int:
    if answer.outcome is Outcome.NOT_MODIFIED:
        return state.empty_polls + 1 if state.empty_polls else 0
    return 0 if answer.entries else state.empty_polls + 1


def _emptied(polls: int) -> str | None:
    return f"the feed had items before and has none for {polls} polls now" if polls >= EMPTY_POLLS else None


def _gap(answer: FeedAnswer, entries: Sequence[Entry], fresh: Sequence[Entry], state: SourceState) -> bool:
    """Say whether everything is newer than anything known: then what came between was never seen."""
    dates = [entry.published for entry in entries if entry.published is not None]
    if state.newest_at is None or state.baseline_at is None or not answer.complete or len(dates) < 2:
        return False
    return len(fresh) == len(entries) and min(dates) > state.newest_at
