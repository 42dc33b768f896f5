from __future__ import annotations

from pathlib import Path

import pytest

from crawler import knowledge
from scheduler.config import ConfigError, LoadedConfig, load, parse
from scheduler.config.words import knowledge_for, validate_words

ROOT = Path(__file__).parents[2]
SHIPPED = knowledge.load()


def understood(watchlist: str = "", rest: str = "") -> LoadedConfig:
    text = f"""\
version: 1
watchlists: [{{name: A, {watchlist}}}]
sources: [{{id: news, url: https://news.example/feed, every: 10m}}]
{rest}
"""
    return parse(text, Path("config.yaml"), {})


def test_the_shipped_configuration_names_only_what_is_known() -> None:
    assert validate_words(load(ROOT / "config.yaml", {}), SHIPPED) == ()


@pytest.mark.parametrize(
    ("watchlist", "rest"),
    [
        pytest.param("companies: [Xiaomi, 'group:SAIC']", "", id="roster"),
        pytest.param("companies: [Example]", "companies: [{name: Example, home: CN}]", id="own-company"),
        pytest.param(
            "companies: ['group:Mine']", "companies: [{name: Example, home: CN, group: Mine}]", id="own-group"
        ),
        pytest.param("markets: [EU, NO, OVERSEAS, SEA], home: [CN, JP]", "", id="places"),
        pytest.param(
            "", "companies: [{name: Xiaomi, aliases: [小米车], sells_in: [SEA]}]", id="more-about-a-known-one"
        ),
        pytest.param("", "tests: [{title: x, expect: {company: BYD, destinations: [TH, EU]}}]", id="test"),
    ],
)
def test_known_words_pass(watchlist: str, rest: str) -> None:
    assert validate_words(understood(watchlist, rest), SHIPPED) == ()


@pytest.mark.parametrize(
    ("watchlist", "rest", "key", "better"),
    [
        pytest.param("companies: [Xiaomi, BYDD]", "", "watchlists[A].companies[2]", "BYD", id="misspelt"),
        pytest.param("companies: xiaomi", "", "watchlists[A].companies", "Xiaomi", id="small-letters"),
        pytest.param("companies: [比亚迪]", "", "watchlists[A].companies[1]", "BYD", id="other-name"),
        pytest.param("companies: ['group:SAIK']", "", "watchlists[A].companies[1]", "group:SAIC", id="group"),
        pytest.param("companies: [Qqqqqq]", "", "watchlists[A].companies[1]", None, id="unknown"),
        pytest.param("markets: [Norway]", "", "watchlists[A].markets[1]", "NO", id="country-in-words"),
        pytest.param("markets: [UK]", "", "watchlists[A].markets[1]", "GB", id="common-slip"),
        pytest.param("markets: [QQ]", "", "watchlists[A].markets[1]", None, id="no-code"),
        pytest.param("home: [EU]", "", "watchlists[A].home[1]", None, id="region-as-home"),
        pytest.param("", "companies: [{name: Qqqqqq}]", "companies[Qqqqqq].name", None, id="new-without-home"),
        pytest.param("", "companies: [{name: 小米, home: CN}]", "companies[小米].name", "Xiaomi", id="alias"),
        pytest.param("", "companies: [{name: E, home: QQ}]", "companies[E].home", None, id="home-of-a-company"),
        pytest.param("", "companies: [{name: E, home: CN, sells_in: XX}]", "companies[E].sells_in", None, id="sold"),
        pytest.param("", "tests: [{title: x, expect: {company: Byd}}]", "tests[x].expect.company", "BYD", id="test"),
        pytest.param(
            "", "tests: [{title: x, expect: {destinations: Q}}]", "tests[x].expect.destinations", None, id="to"
        ),
    ],
)
def test_an_unknown_word_is_told_with_its_place_and_what_may_be_meant(
    watchlist: str, rest: str, key: str, better: str | None
) -> None:
    (problem,) = validate_words(understood(watchlist, rest), SHIPPED)
    assert (problem.key, problem.suggestion) == (key, better)
    assert (problem.line, problem.file) == (2 if watchlist else 4, "config.yaml")


def test_the_knowledge_of_a_configuration_has_its_companies() -> None:
    known = knowledge_for(understood("", "companies: [{name: Example Motors, home: CN, aliases: [示例汽车]}]"))
    company = known.roster.company("示例汽车")
    assert company is not None
    assert company.name == "Example Motors"


def test_no_knowledge_is_made_of_unknown_words() -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:2:"):
        knowledge_for(understood("companies: [BYDD]"))
