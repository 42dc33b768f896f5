"""What the shipped knowledge must know, and the rules it keeps."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.knowledge import Found, Knowledge, Matcher, Pattern, Sort, load
from crawler.models import OVERSEAS, CompanyPatch, FirstTime, Kind, MoveType

ROOT = Path(__file__).resolve().parents[2]
ANY = st.text(st.characters(codec=None, categories=None), max_size=200)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def test_the_built_file_is_what_the_yaml_says() -> None:
    check = subprocess.run(
        [sys.executable, "tools/build_knowledge.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr


# --- roster ---


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        pytest.param("BYD", "BYD", id="canonical"),
        pytest.param("byd auto", "BYD", id="any-case"),
        pytest.param("小鹏汽车", "XPENG", id="chinese"),
        pytest.param(" XPeng Motors ", "XPENG", id="blanks-around"),
        pytest.param("citroën", "Citroen", id="accent"),
        pytest.param("雷军", "Xiaomi", id="person"),
        pytest.param("广汽埃安", "GAC Aion", id="sub-brand"),
        pytest.param("No Such Maker", None, id="unknown"),
    ],
)
def test_a_company_is_known_by_every_name(knowledge: Knowledge, alias: str, name: str | None) -> None:
    company = knowledge.roster.company(alias)
    assert (company.name if company else None) == name


@pytest.mark.parametrize(
    ("company", "group", "belongs"),
    [
        pytest.param("Denza", "BYD", True, id="brand"),
        pytest.param("MAN", "Volkswagen", True, id="through-another"),
        pytest.param("BYD", "BYD", True, id="itself"),
        pytest.param("BYD", "Denza", False, id="not-the-other-way"),
        pytest.param("BYD", "Geely", False, id="another-group"),
        pytest.param("No Such Maker", "BYD", False, id="unknown"),
    ],
)
def test_a_brand_belongs_to_its_group(knowledge: Knowledge, company: str, group: str, belongs: bool) -> None:
    assert knowledge.roster.belongs(company, group) is belongs


def test_every_group_named_exists_or_is_written_the_same_everywhere(knowledge: Knowledge) -> None:
    assert {c.group for c in knowledge.roster.companies() if c.group} <= set(knowledge.roster.by_name)


def _names(found: tuple[Found, ...]) -> list[str]:
    return [name for f in found for name in f.names]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("理想汽车与蔚来", ["Li Auto", "NIO"], id="clear-names"),
        pytest.param("理想的生活", [], id="a-word-not-a-maker"),
        pytest.param("理想新车曝光", ["Li Auto"], id="a-vehicle-word-near"),
        pytest.param("新车曝光：理想", ["Li Auto"], id="a-vehicle-word-before"),
        pytest.param("理想与华为的手机", ["Huawei"], id="a-phone-maker-is-no-second-signal"),
        pytest.param("红旗连锁半年报", [], id="a-longer-name-of-another"),
        pytest.param("a tank of fish", [], id="an-english-word"),
        pytest.param("The Tank SUV by GWM", ["Tank", "Great Wall"], id="an-english-word-as-a-brand"),
        pytest.param("the mg of magnesium", [], id="only-in-capitals"),
        pytest.param("MG cars", ["MG"], id="in-capitals"),
        pytest.param("fabyd", [], id="inside-a-word"),
        pytest.param("看BYD车", ["BYD"], id="latin-beside-chinese"),
        pytest.param("比亚迪腾势", ["BYD", "Denza"], id="two-in-a-row"),
        pytest.param("ＢＹＤ工厂", ["BYD"], id="full-width"),
        pytest.param("Henry Ford's idea", [], id="a-person-not-the-maker"),
    ],
)
def test_names_are_found_where_they_are_meant(knowledge: Knowledge, text: str, names: list[str]) -> None:
    assert _names(knowledge.roster.find(text)) == names


# --- gazetteer ---


@pytest.mark.parametrize(
    ("word", "code"),
    [
        pytest.param("Norway", "NO", id="english"),
        pytest.param("挪威", "NO", id="chinese"),
        pytest.param("no", "NO", id="code"),
        pytest.param("uk", "GB", id="short-form"),
        pytest.param("香港", "HK", id="hong-kong"),
        pytest.param("中国香港", "HK", id="hong-kong-in-full"),
        pytest.param("Europe", "EU", id="region"),
        pytest.param("东南亚", "SEA", id="region-chinese"),
        pytest.param("overseas", OVERSEAS, id="overseas"),
        pytest.param("Atlantis", None, id="unknown"),
    ],
)
def test_a_place_is_known_by_every_name(knowledge: Knowledge, word: str, code: str | None) -> None:
    assert knowledge.gazetteer.code(word) == code


@pytest.mark.parametrize(
    ("outer", "inner", "contains"),
    [
        pytest.param("EU", "NO", True, id="europe-is-more-than-the-union"),
        pytest.param("EU", "GB", True, id="britain"),
        pytest.param("NO", "NO", True, id="itself"),
        pytest.param("NO", "EU", False, id="not-the-other-way"),
        pytest.param(OVERSEAS, "SEA", True, id="overseas-regions"),
        pytest.param(OVERSEAS, "CL", True, id="overseas-countries"),
        pytest.param("SEA", "JP", False, id="another-region"),
        pytest.param("EU", "XX", False, id="unknown"),
    ],
)
def test_places_contain_places(knowledge: Knowledge, outer: str, inner: str, contains: bool) -> None:
    assert knowledge.gazetteer.contains(outer, inner) is contains


def test_every_region_of_the_contract_is_there_and_overseas_holds_all(knowledge: Knowledge) -> None:
    gazetteer = knowledge.gazetteer
    assert set(gazetteer.regions()) == {"EU", "NORTHAM", "LATAM", "MENA", "SEA", "AFRICA", OVERSEAS}
    assert gazetteer.regions()[-1] == OVERSEAS
    for region in gazetteer.regions():
        assert gazetteer.members(region) <= gazetteer.members(OVERSEAS)
        assert all(gazetteer.is_place(code) for code in gazetteer.members(region))


def test_members_of_what_is_no_place_are_an_error(knowledge: Knowledge) -> None:
    with pytest.raises(KeyError, match="XX"):
        knowledge.gazetteer.members("XX")


def test_every_country_has_a_name_in_both_languages(knowledge: Knowledge) -> None:
    gazetteer = knowledge.gazetteer
    assert len(gazetteer.members(OVERSEAS)) > 240
    for code in gazetteer.members(OVERSEAS):
        assert gazetteer.code(gazetteer.name(code)) == code
        assert gazetteer.code(gazetteer.name(code, "zh")) == code
    assert gazetteer.name("HK", "zh") == "香港"
    assert gazetteer.name("XX") == "XX"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param("tell us more", [], id="us-is-a-pronoun"),
        pytest.param("tell US dealers", ["US"], id="US-is-a-country"),
        pytest.param("印度尼西亚和印度", ["ID", "IN"], id="the-longer-name-wins"),
        pytest.param("New Mexico", [], id="a-state-is-no-country"),
        pytest.param("plant in Rayong", ["TH"], id="a-city-stands-for-its-country"),
        pytest.param("Benelux", ["BE", "NL", "LU"], id="several"),
        pytest.param("东京车展", [], id="a-motor-show-is-no-market"),
    ],
)
def test_places_are_found_where_they_are_meant(knowledge: Knowledge, text: str, codes: list[str]) -> None:
    assert _names(knowledge.gazetteer.find(text)) == codes


# --- presence ---


@pytest.mark.parametrize(
    ("company", "type_", "places", "expected"),
    [
        pytest.param("BYD", MoveType.MARKET_ENTRY, ["NO"], FirstTime.KNOWN, id="known"),
        pytest.param("Xiaomi", MoveType.MARKET_ENTRY, ["DE"], FirstTime.FIRST, id="complete-data"),
        pytest.param("Xiaomi", MoveType.EXPORT, [OVERSEAS], FirstTime.FIRST, id="nowhere-abroad"),
        pytest.param("Voyah", MoveType.MARKET_ENTRY, ["CL"], FirstTime.UNKNOWN, id="missing-is-unknown"),
        pytest.param("Voyah", MoveType.MARKET_ENTRY, ["NO", "CL"], FirstTime.UNKNOWN, id="one-of-two"),
        pytest.param("BYD", MoveType.OVERSEAS_PRODUCTION, ["BR"], FirstTime.KNOWN, id="builds-there"),
        pytest.param("BYD", MoveType.OVERSEAS_PRODUCTION, ["NO"], FirstTime.UNKNOWN, id="sells-only"),
        pytest.param("No Such Maker", MoveType.EXPORT, ["NO"], FirstTime.UNKNOWN, id="unknown-company"),
        pytest.param("BYD", MoveType.EXPORT, ["XX"], FirstTime.UNKNOWN, id="unknown-place"),
    ],
)
def test_first_time_is_told_from_the_data_alone(
    knowledge: Knowledge, company: str, type_: MoveType, places: list[str], expected: FirstTime
) -> None:
    assert knowledge.presence.first_time(company, type_, places) is expected


def test_a_brand_is_not_there_before_it_came(knowledge: Knowledge) -> None:
    sells_in = knowledge.presence.sells_in
    assert sells_in("BYD", "KR", datetime(2024, 6, 1, tzinfo=UTC)) is False
    assert sells_in("BYD", "KR", datetime(2026, 6, 1, tzinfo=UTC)) is True
    assert sells_in("BYD", "CN") is True


# --- the user's additions ---


def test_a_patch_adds_a_company_with_all_its_names() -> None:
    patch = CompanyPatch("Nordwagen", aliases=("北方车辆",), home="FI", sells_in=("SE",))
    knowledge = load([patch])
    assert _names(knowledge.roster.find("北方车辆 and Nordwagen")) == ["Nordwagen", "Nordwagen"]
    assert knowledge.presence.sells_in("Nordwagen", "SE") is True
    assert knowledge.version != load().version


def test_a_patch_extends_a_known_company_and_leaves_the_rest() -> None:
    knowledge = load([CompanyPatch("byd", aliases=("Build Your Dreams",), group="Dream Group")])
    company = knowledge.roster.company("Build Your Dreams")
    assert company is not None
    assert (company.name, company.home, company.group, company.kind) == ("BYD", "CN", "Dream Group", Kind.CAR)
    assert knowledge.roster.belongs("Denza", "Dream Group")


def test_a_patch_makes_an_ambiguous_name_clear() -> None:
    assert not load().roster.find("理想发布新品")
    assert load([CompanyPatch("Li Auto", aliases=("理想",))]).roster.find("理想发布新品")


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        pytest.param(CompanyPatch("Nordwagen"), "'Nordwagen' is not in the roster: give its home", id="no-home"),
        pytest.param(CompanyPatch("Nordwagen", home="EU"), "home 'EU' is no country", id="a-region-as-home"),
        pytest.param(CompanyPatch("BYD", sells_in=("XX",)), "sells_in 'XX' is no market", id="unknown-market"),
    ],
)
def test_a_patch_that_cannot_be_used_is_refused_with_what_to_do(patch: CompanyPatch, said: str) -> None:
    with pytest.raises(ValueError, match="company") as error:
        load([patch])
    assert said in str(error.value)


# --- the matcher ---


@settings(deadline=None)
@given(ANY, st.lists(ANY, max_size=6))
def test_matches_lie_in_order_inside_any_text(text: str, aliases: list[str]) -> None:
    found = Matcher(Pattern(alias, Sort.DECOY) for alias in aliases).find(text)
    last = 0
    for match in found:
        assert last <= match.start < match.end <= len(text)
        assert text[match.start : match.end] == match.alias
        last = match.end


@settings(deadline=None)
@given(ANY)
def test_the_shipped_names_are_looked_for_in_any_text(text: str) -> None:
    assert all(f.start < f.end for f in _KNOWLEDGE.roster.find(text))
    assert all(f.start < f.end for f in _KNOWLEDGE.gazetteer.find(text))


_KNOWLEDGE = load()
