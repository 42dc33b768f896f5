"""How fast the reader reads: loading, headlines, full articles, and all that with a roster of twice the names.

    make bench-reading
    .venv/bin/python bench/reading.py --headlines 500 --articles 50 --rounds 2

CPU time of one process that uses one core. Exits with 1 when a target is missed; the targets stand in bench/README.md.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from crawler.classify import Reader
from crawler.knowledge import Sort, load
from crawler.models import CompanyPatch, Text

ARTICLE = 5_000
"""Characters of an article's text."""
LOADS = 7
"""Fresh processes that load the reader; their median counts."""
_NAMES = (Sort.COMPANY, Sort.AMBIGUOUS, Sort.PERSON, Sort.MODEL)
_LOAD = """\
import time
begun = time.process_time()
from crawler.classify import Reader
from crawler.knowledge import load
from crawler.models import Text
reader = Reader(load())
ready = time.process_time()
reader.read(Text("BYD enters Kenya with three electric cars"))
reader.read(Text("比亚迪正式进入肯尼亚市场"))
print(ready - begun, time.process_time() - begun)
"""


def _lists(file: str) -> list[list[str]]:
    return [line.split() for line in (Path(__file__).parent / file).read_text(encoding="utf-8").splitlines()]


_MAKERS = dict(zip(("en", "zh"), _lists("words.txt")[0:2], strict=True))
_PLACES = dict(zip(("en", "zh"), _lists("words.txt")[2:4], strict=True))
_NOUNS = dict(zip(("en", "zh"), _lists("nouns.txt"), strict=True))

# Per cent of each kind among the headlines of a day: news of other things, car news that is no move, moves.
_KINDS = (("other", 50), ("cars", 38), ("moves", 12))
_HEADLINES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "en": {
        "other": (
            "Grid operators ask for more {w} before the winter",
            "Heat pumps outsell boilers in {place} for the {n}th month",
            "What {n} households learned from sharing a {w}",
            "Investors put {n} million into a start-up for {w} recycling",
        ),
        "cars": (
            "{maker} reports a {n} per cent rise in deliveries",
            "Review: {n} days with the new sedan from {maker}",
            "{maker} cuts the price of its smallest car by {n} per cent",
            "Why the charging network in {place} still lacks {w}",
            "Analysts doubt the forecast of {maker} for the {w}",
            "{maker} updates the {w} of its cars over the air",
        ),
        "moves": (
            "{maker} enters {place} with {n} electric models",
            "{maker} to build a car plant in {place}",
            "First {n} {maker} cars on their way to {place}",
            "{maker} closes its showrooms in {place}",
        ),
    },
    "zh": {
        "other": (
            "{n}家企业发布{w}白皮书",
            "{place}央行维持利率不变，{w}走强",
            "大模型公司完成{n}亿元融资，布局{w}",
            "消费观察：{w}为何重新流行",
        ),
        "cars": (
            "{maker}上月交付{n}辆，同比增长",
            "试驾{maker}新款轿车：{n}天体验",
            "{maker}下调入门车型价格{n}元",
            "{place}充电网络还缺什么：{w}",
            "分析师质疑{maker}的{w}预期",
            "{maker}发布新一代{w}",
        ),
        "moves": (
            "{maker}正式进入{place}市场，首批{n}辆交付",
            "{maker}将在{place}建设整车工厂",
            "{maker}首批{n}辆电动车发往{place}",
            "{maker}关闭{place}全部门店",
        ),
    },
}
_SENTENCES: Mapping[str, Sequence[str]] = {
    "en": (
        "The {w} of the {w} rose by {n} per cent in the {w}, according to the {w}.",
        "{maker} said that its {w} would be ready by the end of the year, after {n} months of work.",
        "In {place}, {n} charging points were added, which is less than the {w} had asked for.",
        "A spokesperson declined to say whether the {w} and the {w} belong together.",
        "Prices start at {n} euros, and the {w} is included in every version of the car.",
        "The plant has built {n} cars since it opened, most of them with the smaller {w}.",
        "“We are still learning what our customers want from a {w},” said its head of {w}.",
        "Sales of electric vehicles from {maker} reached {n} in the quarter, and the {w} followed.",
        "The {w} was delayed twice because the supplier of the {w} could not deliver.",
        "Nobody in {place} expects the {w} to change before the {w} does.",
    ),
    "zh": (
        "据{w}介绍，{w}在上月增长了{n}%，高于{w}的预期。",
        "{maker}表示，其{w}将在年底前完成，目前已投入{n}人。",
        "在{place}，新增充电桩{n}个，低于{w}此前的要求。",
        "公司未回应{w}与{w}之间的关系，也没有给出时间表。",
        "新车起售价{n}万元，全系标配{w}，交付将于下月开始。",
        "该工厂投产以来已生产{n}辆汽车，其中多数搭载较小的{w}。",
        "“我们仍在了解用户对{w}的需求。”{w}负责人说。",
        "{maker}本季度电动车销量为{n}辆，{w}也随之上升。",
        "由于供应商无法交付{w}，{w}两次推迟。",
        "{place}业内人士认为，{w}短期内不会改变。",
    ),
}


class Writer:
    """Writes headlines and articles in both languages by turns, the same in every run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def _filled(self, pattern: str, language: str) -> str:
        draw = self._random
        while "{w}" in pattern:
            pattern = pattern.replace("{w}", draw.choice(_NOUNS[language]), 1)
        maker, place = draw.choice(_MAKERS[language]), draw.choice(_PLACES[language])
        return pattern.format(maker=maker, place=place, n=draw.randint(2, 999))

    def headline(self, number: int) -> Text:
        """Return a title alone."""
        language = "zh" if number % 2 else "en"
        (kind,) = self._random.choices([kind for kind, _ in _KINDS], [share for _, share in _KINDS])
        return Text(self._filled(self._random.choice(_HEADLINES[language][kind]), language))

    def article(self, number: int) -> Text:
        """Return a title with a text of `ARTICLE` characters."""
        language = "zh" if number % 2 else "en"
        sentences: list[str] = []
        while sum(map(len, sentences)) < ARTICLE:
            sentences.append(self._filled(self._random.choice(_SENTENCES[language]), language) + " \n"[number % 2])
        return Text(self.headline(number).title, "".join(sentences)[:ARTICLE])


def invented(names: int) -> list[CompanyPatch]:
    """Return companies with so many names in all, half of them Chinese, none of which stands in any text here."""
    draw = random.Random(1)
    latin = [
        "".join(draw.choice(("vo", "ri", "qua", "ze", "lu", "xa", "mi")) for _ in range(5)) for _ in range(9 * names)
    ]
    chinese = ["".join(draw.choices("岚湛骁砺曜铠朔昊翊澜", k=4)) + draw.choice(("汽车", "")) for _ in range(9 * names)]
    pairs = list(zip(dict.fromkeys(latin), dict.fromkeys(chinese), strict=False))[: names // 2]
    each = 50
    return [
        CompanyPatch(pairs[at][0], tuple(name for pair in pairs[at : at + each] for name in pair)[1:], home="CN")
        for at in range(0, len(pairs), each)
    ]


def loading() -> tuple[float, float]:
    """Return the median CPU seconds of a fresh process until the reader is there, and until it has read a text each."""
    runs = []
    for _ in range(LOADS):
        done = subprocess.run([sys.executable, "-c", _LOAD], stdout=subprocess.PIPE, text=True, check=True)
        runs.append([float(word) for word in done.stdout.split()])
    return median(ready for ready, _ in runs), median(first for _, first in runs)


def rates(readers: Sequence[Reader], texts: Sequence[Text], rounds: int) -> list[float]:
    """Return texts read per CPU second by each reader: its best round, the readers by turns, after one to warm up."""
    best = [0.0] * len(readers)
    for number in range(rounds + 1):
        for index, reader in enumerate(readers):
            rate = len(texts) / _seconds(lambda: [reader.read(text) for text in texts])  # noqa: B023 - called at once
            if number:
                best[index] = max(best[index], rate)
    return best


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description="How fast the reader reads.")
    parser.add_argument("--headlines", type=int, default=2_000)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()

    ready, first = loading()
    names = sum(pattern.sort in _NAMES for pattern in load().roster.patterns)
    twice = load(invented(names))
    more = sum(pattern.sort in _NAMES for pattern in twice.roster.patterns)
    readers = (Reader(load()), Reader(twice))
    writer = Writer(7)
    headlines = [writer.headline(number) for number in range(given.headlines)]
    articles = [writer.article(number) for number in range(given.articles)]
    moves = [sum(readers[0].read(text).relevant for text in texts) / len(texts) for texts in (headlines, articles)]
    print(f"{names:,} names in the roster; with those invented {more:,}")
    print(f"a move in {moves[0]:.0%} of the headlines and {moves[1]:.0%} of the articles of {ARTICLE:,} characters")
    told = [text for text in articles if readers[0].read(text).relevant]
    print(f"articles that report a move, alone: {rates(readers[:1], told, given.rounds)[0]:.0f} a second")
    print(f"a fresh process has read a headline in each language after {1_000 * first:.0f} ms of CPU\n")
    titles, wholes = (rates(readers, texts, given.rounds) for texts in (headlines, articles))
    results = (
        ("loading, ms", 1_000 * ready, 300.0, False),
        ("headlines a second", titles[0], 2_000.0, True),
        ("articles a second", wholes[0], 200.0, True),
        ("headlines: time with twice the names", titles[0] / titles[1], 1.1, False),
        ("articles: time with twice the names", wholes[0] / wholes[1], 1.1, False),
    )
    print(*_table(results), sep="\n")
    return 0 if all(_met(found, wanted, least) for _, found, wanted, least in results) else 1


def _table(results: Sequence[tuple[str, float, float, bool]]) -> Iterator[str]:
    yield f"{'target':38} {'measured':>9} {'':>9} {'wanted':>7}"
    for name, found, wanted, least in results:
        bound = "at least" if least else "at most"
        verdict = "met" if _met(found, wanted, least) else "missed"
        yield f"{name:38} {found:9,.2f} {bound:>9} {wanted:7,.1f}  {verdict}"


def _met(found: float, wanted: float, least: bool) -> bool:
    return found >= wanted if least else found <= wanted


if __name__ == "__main__":
    sys.exit(main())
