"""Writes what README.md shows of the demo and of headlines, from what the program really says.

`python -m tools.readme_samples` writes; a test compares. The demo's part is cut from its transcript.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crawler.classify import Reader
from crawler.knowledge import Knowledge, load
from crawler.models import Reading, Text

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
TRANSCRIPT = ROOT / "tests" / "acceptance" / "demo-transcript.txt"

DAYS = ("Wednesday, 3 June", "Saturday, 6 June", "Tuesday, 9 June", "Monday, 22 June")
CHANNEL = "#europe-plants"

FILTER = re.compile(r"\b(?:enter|leav|launch|export|plant|goes on sale)|进入|进军|登陆|出海|出口|建厂", re.IGNORECASE)
"""A keyword filter as one would write it."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline of our own, and whether it reports a move."""

    title: str
    move: str
    """Empty where it reports none."""


HEADLINES = (
    Headline("No, NIO Is Not Leaving Norway", ""),
    Headline("XPENG Puts The Brakes On Its Turkish Plans", "withdrawal"),
    Headline("Xiaomi's Scooter Goes On Sale In France", ""),
    Headline("Chinese Carmakers Enter Brazil In Droves", ""),
    Headline("First 900 Denzas Are On The Water To Chile", "export"),
    Headline("岚图汽车在莫斯科近郊开始组装", "overseas_production"),
    Headline("小米新款手机登陆欧洲，售价999欧元起", ""),
    Headline("奇瑞汽车登陆港交所，首日上涨", ""),
    Headline("追觅科技首款汽车年内亮相", "new_entrant"),
    Headline("理想很丰满：一个留学生的出海故事", ""),
)


def main() -> None:
    """Write the README's parts anew."""
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")


def written(readme: str) -> str:
    """Return the README with both parts as they ought to be.

    Raises:
        ValueError: when a part's place is not marked.
    """
    transcript = TRANSCRIPT.read_text(encoding="utf-8")
    return with_parts(readme, {"demo": excerpt(transcript), "headlines": table(load())}, "make demo-golden")


def with_parts(page: str, parts: Mapping[str, str], command: str) -> str:
    """Return a page with the parts that a command writes, each in its marked place.

    Raises:
        ValueError: when a part's place is not marked.
    """
    for name, text in parts.items():
        begin, end = f"<!-- {name}: written by {command} -->\n", f"<!-- end of {name} -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"the page has no place for {name}: {begin.strip()} … {end}")
        page = f"{before}{begin}{text}\n{end}{after}"
    return page


def excerpt(transcript: str) -> str:
    """Return some days of the month, and a channel's first thread at its end.

    Raises:
        ValueError: when the transcript lacks one of them.
    """
    blocks = transcript.split("\n\n")
    days = [next((block for block in blocks if block.startswith(day)), None) for day in DAYS]
    channel = next((i for i, block in enumerate(blocks) if block.startswith(CHANNEL)), None)
    if None in days or channel is None:
        raise ValueError("the transcript lacks a day or the channel that README.md shows")
    shown = [block for block in days if block] + ["…", blocks[channel].lstrip("\n"), blocks[channel + 1]]
    return "```\n" + "\n\n".join(shown) + "\n```"


def table(knowledge: Knowledge) -> str:
    """Return the headlines with what a filter and what chuhai make of them, as Markdown."""
    reader = Reader(knowledge)
    rows = ["| headline | keyword filter | chuhai |", "|---|---|---|"]
    for headline in HEADLINES:
        reading = reader.read(Text(headline.title))
        filtered = _mark(bool(FILTER.search(headline.title)), headline, "alerts", "silent")
        right = {str(move.type) for move in reading.moves} == ({headline.move} - {""})
        rows.append(f"| {headline.title} | {filtered} | {_said(reading, knowledge)}{'' if right else ' ✗'} |")
    return "\n".join(rows)


def _mark(alerts: bool, headline: Headline, yes: str, no: str) -> str:
    return (yes if alerts else no) + ("" if alerts == bool(headline.move) else " ✗")


def _said(reading: Reading, knowledge: Knowledge) -> str:
    if not reading.moves:
        return f"nothing: {str(reading.why_not).replace('_', ' ')}"
    move = reading.moves[0]
    places = ", ".join(knowledge.gazetteer.name(place, "en") for place in move.destinations)
    return f"{move.company}: {str(move.type).replace('_', ' ')}, {places} ({move.stage.replace('_', ' ')})"


if __name__ == "__main__":
    main()
