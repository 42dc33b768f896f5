"""An explanation in lines for people: what was seen, what spoke for and against, what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from alerts.models import Match, Miss
from crawler.classify.explanation import Explanation, NameSeen, Quote, TriggerSeen, Weighed
from crawler.classify.judge import Fate
from crawler.knowledge import Sort
from crawler.models import EventView, Move, Text
from crawler.text import one_line, shorten

Results = Sequence[tuple[EventView, Mapping[str, Match | Miss]]]

_MOST_BODY = 300
_PLACES = (Sort.PLACE, Sort.CITY, Sort.DEMONYM)
_FATES = {
    Fate.REPORTED: "reported",
    Fate.VETOED: "vetoed",
    Fate.TOO_WEAK: "too weak",
    Fate.REPEATED: "the same move stands elsewhere in the text, more surely",
    Fate.OUTWEIGHED: "another type fits the same words better",
    Fate.OTHER_COMPANY: "title and lead speak of somebody else",
    Fate.ADDS_NOTHING: "no step of what title and lead tell",
    Fate.TOLD_OF_BRAND: "told of a brand of this group already",
    Fate.OVER_LIMIT: "there are enough surer ones",
}


def told(text: Text, explanation: Explanation, results: Results, *, stored: bool) -> Iterator[str]:
    """Give the explanation line by line."""
    yield one_line(text.title) or "(no title)"
    if text.body:
        yield shorten(one_line(text.body), _MOST_BODY)
    yield ""
    yield _verdict(explanation)
    yield from (line for move in explanation.reading.moves for line in _told(move))
    yield from _section("Names found", [_name(seen) for seen in explanation.names])
    yield from _section("Words that report a move", [_trigger(seen) for seen in explanation.triggers])
    weighed = [line for number, seen in enumerate(explanation.proposals, 1) for line in _weighed(number, seen)]
    yield from _section("What was weighed", weighed)
    title = "What it is stored as, and who would be told" if stored else "Who would be told"
    nobody = [] if results else ["nobody: there is no move to tell"]
    yield from _section(title, nobody or [line for event, verdict in results for line in _event(event, verdict)])


def _verdict(explanation: Explanation) -> str:
    reading = explanation.reading
    how = f"read as {explanation.language}{', a digest of several items' if explanation.digest else ''}"
    if reading.moves:
        moves = "one move" if len(reading.moves) == 1 else f"{len(reading.moves)} moves"
        return (
            f"Reports {moves}, confidence {reading.confidence:.2f} ({how}; reader {reading.reader} {reading.version})"
        )
    why = str(reading.why_not).replace("_", " ")
    return f"Reports no move: {why} ({how}; reader {reading.reader} {reading.version})"


def _told(move: Move) -> Iterator[str]:
    yield f"  {_words(move.type)} of {move.company}: “{move.evidence}”"
    for kind, quotes in move.details.items():
        yield f"    {kind}: {', '.join(f'“{one_line(quote)}”' for quote in quotes)}"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield ""
    yield title if lines else f"{title}: none"
    yield from (f"  {line}" for line in lines)


def _name(seen: NameSeen) -> str:
    stands_for = ", ".join(seen.names)
    what = {
        Sort.COMPANY: f"the company {stands_for}",
        Sort.AMBIGUOUS: f"perhaps the company {stands_for}",
        Sort.DOUBTFUL: f"perhaps the company {stands_for}",
        Sort.PERSON: f"a person, for {stands_for}",
        Sort.MODEL: f"a model of {stands_for}",
        Sort.PLACE: f"the market {stands_for}",
        Sort.CITY: f"a city, for {stands_for}",
        Sort.DEMONYM: f"an adjective of {stands_for}",
        Sort.VEHICLE: "speaks of vehicles",
        Sort.DECOY: "only looks like a name",
        Sort.DISPROOF: f"speaks against {stands_for} beside it",
    }[seen.sort]
    said = seen.counts or seen.sort in (Sort.DECOY, Sort.DISPROOF)
    return f"{_where(seen.quote)}  {what}{'' if said else f' – does not count: {_why_not_meant(seen)}'}"


def _why_not_meant(seen: NameSeen) -> str:
    if seen.sort is Sort.AMBIGUOUS:
        return "nothing near it bears out that the company is meant"
    return "it says where somebody comes from" if seen.sort in _PLACES else "not meant here"


def _trigger(seen: TriggerSeen) -> str:
    says = f"{_words(seen.type)}, {_words(seen.stage)}; {seen.strength}"
    says += ", if a place abroad is named" if seen.needs_abroad else ""
    says += ", if it makes no cars yet" if seen.for_entrants else ""
    denied = f" – denied by “{one_line(seen.denied_by.words)}”" if seen.denied_by else ""
    return f"{_where(seen.quote)}  {says}{denied}"


def _weighed(number: int, seen: Weighed) -> Iterator[str]:
    veto = f" by {_words(seen.veto)}" if seen.veto else ""
    veto += f" (“{one_line(seen.denied_by.words)}”)" if seen.denied_by else ""
    fate = f"{_FATES[seen.fate]}{veto if seen.fate is Fate.VETOED else ''}"
    yield f"{number}. {_move(seen.company, seen)}: {fate}"
    yield f"   “{one_line(seen.clause.words)}”"
    for signal in seen.signals:
        words = f": “{one_line(signal.words)}”" if signal.words else ""
        yield f"   {signal.weight:+6.2f}  {signal.says}{words}"
    probability = 1 / (1 + math.exp(-seen.score))
    lowered = f", lowered to {seen.confidence:.2f} by the veto" if seen.confidence < probability - 0.005 else ""
    yield f"   {seen.score:+6.2f}  in all: confidence {probability:.2f}{lowered}"


def _event(event: EventView, verdict: Mapping[str, Match | Miss]) -> Iterator[str]:
    known = f"event {event.id}: " if event.id else ""
    yield f"{known}{_move(event.company.name, event)} · {event.confidence:.2f}"
    for name, result in verdict.items():
        yield f"   {name}: {'ALERTS' if isinstance(result, Match) else 'no alert'} – {_reason(result)}"


def _move(company: str, told: EventView | Weighed) -> str:
    return f"{company} → {_words(told.type)}, {', '.join(told.places)} · {_words(told.stage)}"


def _reason(result: Match | Miss) -> str:
    return result.reason.removeprefix("matches: ").removeprefix("no match: ")


def _where(quote: Quote) -> str:
    return f"{quote.part}: “{one_line(quote.words)}”"


def _words(name: str) -> str:
    return str(name).replace("_", " ")
