"""Decides whether an event is what a watchlist asked for, and says why in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from alerts.config import WatchlistConfig
from alerts.models import Match, Miss
from crawler.knowledge import Knowledge
from crawler.models import OVERSEAS, EventView, Kind, MentionView, MoveType
from crawler.text import fold, lead_end


class _Check(NamedTuple):
    """One condition of a watchlist: whether it holds, and the words for either case."""

    holds: bool
    yes: str
    no: str


def match(event: EventView, watchlist: WatchlistConfig, knowledge: Knowledge) -> Match | Miss:
    """Return whether the watchlist asked for the event: all its conditions hold; the reason names them.

    A miss names every condition that fails, so that a user who edits the watchlist need not guess again and again.
    """
    checks = list(_checks(event, watchlist, knowledge))
    sure = _check_confidence(event, watchlist)
    failed = [check.no for check in (*checks, sure) if not check.holds]
    if failed:
        return Miss("no match: " + "; ".join(failed))
    return Match(f"matches: {', '.join(check.yes for check in checks if check.yes)}; {sure.yes}")


def admitted(event: EventView, watchlist: WatchlistConfig) -> tuple[MentionView, ...]:
    """Return the reports that may be told to the watchlist: news, and without a word it excludes."""
    return tuple(m for m in event.mentions if not m.quiet and _excluded_by(m, watchlist.exclude) is None)


def _checks(event: EventView, watchlist: WatchlistConfig, knowledge: Knowledge) -> Iterator[_Check]:
    yield _check_news(event)
    yield _check_exclude(event, watchlist)
    company, kinds = event.company, watchlist.kinds
    if set(kinds) != set(Kind):
        yield _Check(company.kind in kinds, f"kind {company.kind}", f"kind {company.kind} is not {_either(kinds)}")
    if watchlist.home is not None:
        home = company.home or "unknown"
        yield _Check(company.home in watchlist.home, f"home {home}", f"home {home} is not {_either(watchlist.home)}")
    if watchlist.companies is not None:
        yield _check_company(company.name, watchlist.companies, knowledge)
    yield _Check(event.type in watchlist.events, f"type {event.type}", f"type {event.type} is not asked for")
    if watchlist.markets is not None:
        yield _check_markets(event, watchlist.markets, knowledge)


def _check_news(event: EventView) -> _Check:
    news = not event.quiet and any(not mention.quiet for mention in event.mentions)
    if not event.mentions:
        return _Check(False, "", "no article supports it any more")
    return _Check(news, "", "known before the first poll of its source, so no news")


def _check_exclude(event: EventView, watchlist: WatchlistConfig) -> _Check:
    news = [mention for mention in event.mentions if not mention.quiet]
    found = [_excluded_by(mention, watchlist.exclude) for mention in news]
    words = dict.fromkeys(word for word in found if word is not None)
    return _Check(not news or None in found, "", f"excluded by the word {_either(words)}")


def _check_company(name: str, wanted: Iterable[str], knowledge: Knowledge) -> _Check:
    for item in wanted:
        if item.startswith("group:") and knowledge.roster.belongs(name, item.removeprefix("group:")):
            return _Check(True, f"company {name} ({item})", "")
        if item.casefold() == name.casefold():
            return _Check(True, f"company {name}", "")
    return _Check(False, "", f"company {name} is not on the list")


def _check_markets(event: EventView, markets: str | tuple[str, ...], knowledge: Knowledge) -> _Check:
    places = ", ".join(event.places) or "no place"
    if markets == "any":
        abroad = _moves_of_an_entrant(event) or any(place != event.company.home for place in event.places)
        return _Check(abroad, f"markets any ({places})", f"{places} is its home, not a market abroad")
    for wanted in markets:
        for place in event.places:
            if _covers(wanted, place, event.company.home, knowledge):
                return _Check(True, f"market {place}" + (f" (in {wanted})" if wanted != place else ""), "")
    return _Check(False, "", f"{places} is not in {_either(markets)}")


def _moves_of_an_entrant(event: EventView) -> bool:
    """Say whether the move is an entrant's: it happens at home, so that home says nothing against it."""
    at_home = event.places == (event.company.home,)
    ended = event.type is MoveType.WITHDRAWAL and event.company.kind is Kind.ENTRANT and at_home
    return event.type is MoveType.NEW_ENTRANT or ended


def _covers(wanted: str, place: str, home: str, knowledge: Knowledge) -> bool:
    """Say whether a place is asked for: OVERSEAS covers all but home, a region all in it, a country only itself."""
    if wanted == OVERSEAS:
        return place != home
    return knowledge.gazetteer.contains(wanted, place)


def _check_confidence(event: EventView, watchlist: WatchlistConfig) -> _Check:
    given, needed = f"{event.confidence:.2f}", f"{watchlist.threshold:g}"
    holds = event.confidence >= watchlist.threshold
    return _Check(holds, f"confidence {given} >= {needed}", f"confidence {given} < {needed}")


def _excluded_by(mention: MentionView, words: Iterable[str]) -> str | None:
    """Return the word of the list that the title or the lead holds, if any."""
    lead = mention.lead[: lead_end(mention.lead, mention.language)]
    text = fold(f"{mention.title}\n{lead}").text
    return next((word for word in words if _holds(text, word)), None)


def _holds(text: str, word: str) -> bool:
    """Say whether the folded text holds the word: whole, or in the plural, where it is written in Latin letters."""
    folded = fold(word.strip()).text
    before = r"(?<![a-z0-9])" if folded[:1].isascii() and folded[:1].isalnum() else ""
    after = r"(?:s|es)?(?![a-z0-9])" if folded[-1:].isascii() and folded[-1:].isalnum() else ""
    return re.search(before + re.escape(folded) + after, text) is not None


def _either(words: Iterable[object]) -> str:
    return " or ".join(str(word) for word in words)
