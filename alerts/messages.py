"""Cards as people read them: Slack text and blocks, and lines for a terminal. Pure; nothing from feeds becomes markup.

Feed text goes only into `plain_text` objects, which Slack shows as they are; `text` and `mrkdwn` hold only our own
words, escaped (https://docs.slack.dev/messaging/formatting-message-text#escaping).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from alerts.models import Card, CardMove, DeliveryKind, Rendered, Report
from crawler.models import DETAIL_KEYS, FirstTime, MoveType, Stage
from crawler.text import clean, one_line, shorten
from crawler.units import describe_age

_HEADER = 150
"""Slack's limit for a header; https://docs.slack.dev/reference/block-kit/blocks/header-block."""
_NOTIFICATION = 560
"""Escaping makes a character five at most: the text stays under 3,000, well below the 4,000 at which Slack splits."""
_REDUCED = 300
_QUOTE = 600
_OUTLET = 80
_URL = 2000
_LONG = 2900
_MOST_MOVES = 5
_MOST_QUOTES = 5
_DETAIL = 60

_WORDS = {
    MoveType.NEW_ENTRANT: "first car of its own",
    MoveType.MARKET_ENTRY: "market entry",
    MoveType.EXPORT: "exports",
    MoveType.OVERSEAS_PRODUCTION: "production abroad",
    MoveType.OVERSEAS_ORGANISATION: "organisation abroad",
    MoveType.WITHDRAWAL: "withdrawal",
}
_SAYS_ABROAD = (MoveType.OVERSEAS_PRODUCTION, MoveType.OVERSEAS_ORGANISATION)
_ANYWHERE = "overseas"

Block = dict[str, Any]


def render(kind: DeliveryKind, card: Card, *, reduced: bool = False, repeat: bool = False) -> Rendered:
    """Return a card in the forms Slack and a terminal need.

    Args:
        kind: what the delivery does; a head says everything, a reply what is new.
        card: what to say.
        reduced: text only, without a word from a feed: for a message that Slack refused as it was.
        repeat: marked as possibly shown before, where nobody can find out.
    """
    if kind in (DeliveryKind.SUMMARY, DeliveryKind.OPS):
        line, blocks, lines = _notice(card)
    elif kind in (DeliveryKind.HEAD, DeliveryKind.EDIT):
        line, blocks, lines = _head(card)
    else:
        line, blocks, lines = _follow_up(card)
    if repeat:
        line = f"(possible repeat) {line}"
        blocks = [_context(["possible repeat: Slack did not say whether it took the first attempt"]), *blocks]
    if kind is DeliveryKind.EDIT and not all(move.corrected for move in card.moves):
        lines = []
    text = escape(shorten(line, _NOTIFICATION))
    if reduced:
        text, blocks = " ".join(filter(None, (escape(shorten(line, _REDUCED)), _link(card.report)))), []
    return Rendered(text=text, blocks=tuple(blocks), terminal="\n".join(lines))


def escape(text: str) -> str:
    """Return the text with Slack's three control characters made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def headline(card: Card) -> str:
    """Return the one line that stands alone: who -> what, where · how far · how many sources · first time."""
    if not card.moves:
        return shorten(one_line(card.text), _NOTIFICATION)
    first, more = card.moves[0], len(card.moves) - 1
    parts = [f"{_status(card.moves)}{one_line(first.company)} → {_what(first)}", *_state(first)]
    if more:
        parts.append(f"+{more} {'move' if more == 1 else 'moves'}")
    return " · ".join(parts)


def describe(move: CardMove) -> str:
    """Return one move in one line, without its sources."""
    return " · ".join([f"{one_line(move.company)} → {_what(move)}", _stage(move)])


def outlet(report: Report) -> str:
    """Return the host an article is read at, or the name of its source."""
    url = web_url(report.url)
    host = (urlsplit(url).hostname or "") if url else ""
    named = host.removeprefix("www.") if re.fullmatch(r"[A-Za-z0-9.-]+", host) else one_line(report.source)
    return shorten(named, _OUTLET)


def web_url(url: str | None) -> str | None:
    """Return the URL in a form that cannot end or split a Slack link; None where it is no http(s) address."""
    if not url:
        return None
    safe = quote(url, safe="!#$%&'()*+,/:;=?@[]~", errors="replace")
    try:
        parts = urlsplit(safe)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    safe = parts.scheme + safe[len(parts.scheme) :]
    return safe if len(escape(safe)) <= _URL else None


def _head(card: Card) -> tuple[str, list[Block], list[str]]:
    line = headline(card)
    also = [_also(move) for move in card.moves[1 : _MOST_MOVES + 1]]
    if len(card.moves) > _MOST_MOVES + 1:
        also.append(f"and {len(card.moves) - _MOST_MOVES - 1} more")
    blocks = [{"type": "header", "text": _plain(shorten(line, _HEADER))}]
    said = [*also, *_details(card.moves[:1])]
    blocks += [_section("\n".join(said))] if said else []
    blocks += [*_quotation(card.report), _context(_circumstances(card)), *_link_block(card.report)]
    return line, blocks, [line, *_indented(said), *_report_lines(card)]


def _follow_up(card: Card) -> tuple[str, list[Block], list[str]]:
    about = describe(card.moves[0]) if card.moves else ""
    said = one_line(card.change) or (_also_reported(card.report) if card.report else "News")
    line = f"{said}: {about}"
    blocks = [_section(line), *_quotation(card.report), _context(_circumstances(card)), *_link_block(card.report)]
    return line, blocks, [line, *_report_lines(card)]


def _also_reported(report: Report) -> str:
    quoted = f", quoting {shorten(one_line(report.quoted_source), _OUTLET)}" if report.quoted_source else ""
    return f"Also reported by {outlet(report)}{quoted}"


def _notice(card: Card) -> tuple[str, list[Block], list[str]]:
    text = shorten(clean(card.text), _LONG)
    return one_line(text), [_section(text)], text.split("\n")


def _status(moves: Iterable[CardMove]) -> str:
    states = list(moves)
    if all(move.corrected for move in states):
        return "Corrected, no longer reported: "
    return "Ended: " if states[0].stage == Stage.CANCELLED and states[0].type != MoveType.WITHDRAWAL else ""


def _what(move: CardMove) -> str:
    words = _WORDS[MoveType(move.type)]
    places = [one_line(place) for place in move.places]
    if places == [_ANYWHERE] and MoveType(move.type) in _SAYS_ABROAD:
        return words
    return f"{words}, {', '.join(places)}" if places else words


def _stage(move: CardMove) -> str:
    return move.stage.replace("_", " ")


def _state(move: CardMove) -> list[str]:
    parts = [_stage(move), _support(move)]
    if move.first_time == FirstTime.FIRST and move.type not in (MoveType.NEW_ENTRANT, MoveType.WITHDRAWAL):
        parts.append("first time abroad" if move.places == (_ANYWHERE,) else "first time there")
    return parts


def _support(move: CardMove) -> str:
    """Return how many know of it by themselves, and how many articles only repeat them."""
    count, repeats = len(move.sources), move.articles - len(move.sources)
    known = f"{count} source" if count == 1 else f"{count} sources"
    if repeats <= 0:
        return known
    return f"{known}, {repeats} repeat" if repeats == 1 else f"{known}, {repeats} repeats"


def _also(move: CardMove) -> str:
    mark = "corrected, no longer reported: " if move.corrected else ""
    return f"also: {mark}{' · '.join([_what(move), *_state(move)])}"


def _details(moves: Iterable[CardMove]) -> list[str]:
    """Return one line of what is quoted of each move: "models: G6, G9 · when: in June"."""
    told = [[(kind, move.details[kind]) for kind in DETAIL_KEYS if move.details.get(kind)] for move in moves]
    return [" · ".join(f"{kind}: {_listed(quotes)}" for kind, quotes in kinds) for kinds in told if kinds]


def _listed(quotes: Sequence[str]) -> str:
    more = f" +{len(quotes) - _MOST_QUOTES}" if len(quotes) > _MOST_QUOTES else ""
    return ", ".join(shorten(one_line(quote), _DETAIL) for quote in quotes[:_MOST_QUOTES]) + more


def _circumstances(card: Card) -> list[str]:
    """Where and when it was reported, who asked for it, how sure it is, why it matched: the context line."""
    parts = [*_dates(card.report)] if card.report else []
    if card.watchlists:
        parts.append("watchlist " + ", ".join(one_line(name) for name in card.watchlists))
    if card.moves:
        parts.append(f"confidence {card.moves[0].confidence:.2f}")
    if card.reason:
        parts.append(one_line(card.reason))
    return parts


def _dates(report: Report) -> list[str]:
    if report.published is None:
        return [outlet(report), "no date given", f"seen {_moment(report.seen)}"]
    parts = [outlet(report), f"published {_moment(report.published)}"]
    if report.seen >= report.published:
        parts.append(f"seen after {describe_age(report.seen - report.published)}")
    return parts


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _quotation(report: Report | None) -> list[Block]:
    return [_section("\n".join(_quoted(report)))] if report and _quoted(report) else []


def _quoted(report: Report) -> list[str]:
    """Return the title and the sentence that states the move; once where they are the same."""
    title, evidence = shorten(one_line(report.title), _QUOTE), shorten(one_line(report.evidence), _QUOTE)
    if not evidence or evidence in title:
        return [f"“{title}”"] if title else []
    return [title, f"“{evidence}”"] if title else [f"“{evidence}”"]


def _report_lines(card: Card) -> list[str]:
    quoted = _quoted(card.report) if card.report else []
    url = web_url(card.report.url) if card.report else None
    return _indented([*quoted, " · ".join(_circumstances(card)), *([url] if url else [])])


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines if line]


def _link(report: Report | None) -> str:
    url = web_url(report.url) if report else None
    if report is None or url is None:
        return ""
    link = f"<{url.replace('&', '&amp;')}|Read it at {escape(re.sub(r'[^A-Za-z0-9. -]', ' ', outlet(report)))}>"
    english = web_url(report.english_url)
    return f"{link} · <{english.replace('&', '&amp;')}|English edition, if translated>" if english else link


def _link_block(report: Report | None) -> list[Block]:
    link = _link(report)
    return [{"type": "section", "text": {"type": "mrkdwn", "text": link, "verbatim": True}}] if link else []


def _plain(text: str) -> Block:
    # Slack refuses an empty text object
    return {"type": "plain_text", "text": text or "…", "emoji": False}


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(shorten(text, _LONG))}


def _context(parts: Iterable[str]) -> Block:
    return {"type": "context", "elements": [_plain(shorten(" · ".join(parts), _LONG))]}
