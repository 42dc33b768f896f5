"""What the reviewed data hold: how broad, in both scripts, where they come from; what the build refuses."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.knowledge import Knowledge, Sort, load
from crawler.knowledge.presence import Presence
from crawler.models import Company, Kind
from tools import build_knowledge

Sources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


@pytest.fixture(scope="module")
def sources() -> Sources:
    """The three files by name, read once: the roster takes a second."""
    return {name: build_knowledge._read(name) for name in ("roster.yaml", "places.yaml", "presence.yaml")}


# --- breadth ---


@pytest.mark.parametrize(
    ("region", "least"),
    [
        pytest.param("EU", 150, id="europe"),
        pytest.param("NORTHAM", 80, id="north-america"),
        pytest.param("MENA", 30, id="middle-east-and-north-africa"),
        pytest.param("AFRICA", 20, id="africa"),
        pytest.param("LATAM", 18, id="latin-america"),
        pytest.param("SEA", 15, id="south-east-asia"),
        pytest.param("CN", 200, id="china"),
        pytest.param("JP", 25, id="japan"),
        pytest.param("IN", 20, id="india"),
        pytest.param("KR", 10, id="korea"),
        pytest.param("OVERSEAS", 600, id="everywhere"),
    ],
)
def test_the_roster_knows_makers_of_all_continents(knowledge: Knowledge, region: str, least: int) -> None:
    homes = knowledge.gazetteer.members(region)
    assert len([c for c in knowledge.roster.companies() if c.home in homes]) >= least


def test_the_roster_knows_makers_of_every_kind(knowledge: Knowledge) -> None:
    kinds = Counter(c.kind for c in knowledge.roster.companies())
    assert kinds[Kind.CAR] >= 300
    assert kinds[Kind.ENTRANT] >= 120
    assert kinds[Kind.TRUCK] >= 100
    assert kinds[Kind.BUS] >= 80


def test_presence_is_known_of_the_active_exporters(knowledge: Knowledge) -> None:
    known = knowledge.presence.footprints
    homes = Counter(knowledge.roster.by_name[name].home for name in known)
    assert len(known) >= 150
    assert homes["CN"] >= 55
    assert {"JP", "KR", "DE", "US", "VN", "IN", "TR"} <= homes.keys()


# --- names ---


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        pytest.param("比亞迪", "BYD", id="traditional"),
        pytest.param("蔚來", "NIO", id="traditional-one-character"),
        pytest.param("小鵬汽車", "XPENG", id="traditional-two-characters"),
        pytest.param("長城汽車", "Great Wall", id="traditional-great-wall"),
        pytest.param("納智捷", "Luxgen", id="taiwan"),
        pytest.param("賓士", "Mercedes-Benz", id="what-taiwan-calls-it"),
        pytest.param("余承东", "Huawei", id="a-person-who-keeps-the-simple-form"),
        pytest.param("王傳福", "BYD", id="a-person-traditional"),
        pytest.param("东风风神", "Aeolus", id="a-sub-brand-not-its-group"),
        pytest.param("汕德卡", "Sitrak", id="truck"),
        pytest.param("Ford Otosan", "Ford Otosan", id="a-joint-firm-not-its-owner"),
        pytest.param("SU7", "Xiaomi", id="model"),
        pytest.param("坦克300", "Tank", id="model-of-an-ambiguous-brand"),
        pytest.param("Škoda", "Skoda", id="accent"),
    ],
)
def test_makers_are_known_in_both_scripts(knowledge: Knowledge, alias: str, name: str) -> None:
    company = knowledge.roster.company(alias)
    assert company is not None
    assert company.name == name


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("席卷整个时尚界的新车", id="fashion-is-no-shangjie"),
        pytest.param("车企重启境外融资", id="abroad-is-no-aistaland"),
        pytest.param("整车厂商的访问界面", id="a-screen-is-no-aito"),
        pytest.param("卖车要靠价格力", id="prices-are-no-gree"),
        pytest.param("充电站的密集度", id="density-is-no-jiyue"),
        pytest.param("电动车的北极星指标", id="the-pole-star-is-no-polestar"),
        pytest.param("味道奇怪的新车", id="a-smell-is-no-dodge"),
        pytest.param("联合创始人谈造车", id="a-founder-is-no-hycan"),
        pytest.param("飞入大众视野的电动车", id="the-public-is-no-volkswagen"),
        pytest.param("电动车票房，电影哪吒之后", id="a-film-is-no-neta"),
        pytest.param("the radar of this car", id="a-sensor-is-no-radar"),
        pytest.param("a smart EV for everybody", id="an-adjective-is-no-smart"),
        pytest.param("Mona Lisa in a car", id="a-painting-is-no-mona"),
        pytest.param("the price is 10,000 yuan plus tax", id="money-is-no-model"),
        pytest.param("99元PLUS会员", id="a-membership-is-no-model"),
    ],
)
def test_what_only_looks_like_a_maker_is_none(knowledge: Knowledge, text: str) -> None:
    assert knowledge.roster.find(text) == ()


@pytest.mark.parametrize(
    ("word", "code"),
    [
        pytest.param("義大利", "IT", id="what-taiwan-calls-italy"),
        pytest.param("意大利", "IT", id="what-the-mainland-calls-italy"),
        pytest.param("紐西蘭", "NZ", id="what-taiwan-calls-new-zealand"),
        pytest.param("Szeged", "HU", id="plant"),
        pytest.param("塞格德", "HU", id="plant-chinese"),
        pytest.param("Camaçari", "BR", id="accents"),
        pytest.param("Camacari", "BR", id="without-accents"),
        pytest.param("卡马萨里", "BR", id="brazil-chinese"),
        pytest.param("Coega", "ZA", id="africa"),
        pytest.param("KAEC", "SA", id="short"),
        pytest.param("Karawang", "ID", id="indonesia"),
        pytest.param("吉扎克", "UZ", id="central-asia"),
        pytest.param("狮城", "SG", id="nickname"),
        pytest.param("Down Under", "AU", id="nickname-english"),
        pytest.param("Tbilisi, Georgia", "GE", id="the-country"),
        pytest.param("佐治亚州", "US", id="the-state"),
        pytest.param("Burma", "MM", id="old-name"),
    ],
)
def test_places_are_known_in_both_scripts(knowledge: Knowledge, word: str, code: str | None) -> None:
    assert knowledge.gazetteer.code(word) == code


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("越来越多的车在越来越远的地方", id="ever-more"),
        pytest.param("百万匹大马力", id="horsepower"),
        pytest.param("马云回到舞台中央", id="centre-stage"),
        pytest.param("又一黑马赛道", id="dark-horse"),
        pytest.param("大股东加码", id="shareholders-are-no-tonga"),
        pytest.param("发动机丹佛斯", id="a-firm-is-no-denver"),
        pytest.param("完美加持的新马力", id="perfect-is-not-the-us"),
        pytest.param("理查德谈车", id="a-first-name"),
        pytest.param("wild turkey", id="a-bird"),
        pytest.param("a family reunion that is worth it", id="accents-that-texts-lose"),
        pytest.param("Chevy Colorado", id="a-pickup"),
    ],
)
def test_what_only_looks_like_a_place_is_none(knowledge: Knowledge, text: str) -> None:
    assert knowledge.gazetteer.find(text) == ()


def test_every_adjective_belongs_to_a_place_and_most_countries_that_buy_cars_have_one(knowledge: Knowledge) -> None:
    codes = {code for p in knowledge.gazetteer.patterns if p.sort is Sort.DEMONYM for code in p.names}
    assert len(codes) >= 110
    assert all(knowledge.gazetteer.is_place(code) for code in codes)


# --- presence by date ---


@pytest.mark.parametrize(
    ("company", "place", "year", "sells"),
    [
        pytest.param("BYD", "PL", 2023, False, id="a-country-of-a-region-later-than-the-region"),
        pytest.param("BYD", "PL", 2026, True, id="and-after"),
        pytest.param("NIO", "AT", 2024, False, id="a-country-by-itself"),
        pytest.param("Soueast", "AE", 2023, False, id="a-new-row"),
        pytest.param("Skoda", "DE", 2021, True, id="since-ever"),
    ],
)
def test_a_brand_is_where_it_is_from_its_date_on(
    knowledge: Knowledge, company: str, place: str, year: int, sells: bool
) -> None:
    assert knowledge.presence.sells_in(company, place, datetime(year, 7, 1, tzinfo=UTC)) is sells


@pytest.mark.parametrize(
    ("month", "sells", "builds"),
    [
        pytest.param("2024-12", None, None, id="before"),
        pytest.param("2025-07", None, None, id="in-the-year-itself"),
        pytest.param("2026-06", True, True, id="after"),
    ],
)
def test_of_a_year_nothing_is_known_until_it_is_over(month: str, sells: bool | None, builds: bool | None) -> None:
    company = Company("Voyah", "CN", Kind.CAR)
    row = {"company": "Voyah", "places": ["BO"], "since": "2025", "builds_in": ["BO"], "as_of": "2026-01"}
    presence = Presence.from_data([row], [company], load().gazetteer)
    at = datetime.fromisoformat(f"{month}-15T00:00:00+00:00")
    assert presence.sells_in("Voyah", "BO", at) is sells
    assert presence.builds_in("Voyah", "BO", at) is builds


# --- where it comes from, and what the build refuses ---


@pytest.mark.parametrize("name", ["roster.yaml", "places.yaml", "presence.yaml"])
def test_a_header_says_where_the_facts_come_from_and_how_to_extend(name: str) -> None:
    header = (build_knowledge.FOLDER / name).read_text(encoding="utf-8").partition("\n\n")[0].partition("\n_")[0]
    assert "# Where it comes from:" in header
    assert "# How to extend:" in header


def test_every_row_has_a_date_and_a_source(sources: Sources) -> None:
    for data in (sources["roster.yaml"], sources["places.yaml"], *sources["presence.yaml"]["presence"]):
        assert str(data["as_of"]).startswith("202")
        assert data["source"]


def test_no_word_that_disproves_a_name_is_that_name(sources: Sources) -> None:
    for row in sources["roster.yaml"]["companies"]:
        assert not {*row.get("disproved_by", ())} & {*row.get("ambiguous", ()), *row.get("zh", ()), row["name"]}


Change = Mapping[str, Any]


@pytest.mark.parametrize(
    ("file", "row", "change", "said"),
    [
        pytest.param("roster", "NIO", {"zh": ["比亚迪"]}, "stands for BYD and for NIO", id="an-alias-of-two"),
        pytest.param("roster", "NIO", {"zh": ["小鵬"]}, "stands for NIO and for XPENG", id="in-another-script"),
        pytest.param("roster", "NIO", {"group": "Nobody"}, "group 'Nobody'", id="no-such-group"),
        pytest.param("roster", "NIO", {"home": "XX"}, "'XX' is no country", id="no-such-home"),
        pytest.param("roster", "NIO", {"hom": "CN"}, "unknown fields", id="a-slip"),
        pytest.param("roster", "NIO", {"disproved_by": ["film"]}, "nothing ambiguous", id="nothing-to-disprove"),
        pytest.param("roster", "", {"as_of": "autumn"}, "say as of when", id="no-date"),
        pytest.param("places", "", {"demonyms": {"HU": ["Rayong"]}}, "'Rayong' stands for", id="a-city-of-two"),
        pytest.param("places", "", {"several": {"Szeged": ["HU", "RO"]}}, "for several", id="one-or-several"),
        pytest.param("presence", "Lucid", {"opened": {"DE": 2023}}, "does not build there", id="opened-nowhere"),
        pytest.param("presence", "Lucid", {"entered": {"DE": "2023-13"}}, "no dates", id="a-thirteenth-month"),
        pytest.param("presence", "Lucid", {"places": ["XX"]}, r"place \['XX'\]", id="no-such-place"),
        pytest.param("presence", "Lucid", {"company": "Lucidd"}, "unknown company", id="nobody-of-the-roster"),
        pytest.param("presence", "Lucid", {"company": "Rivian"}, "twice", id="two-rows-for-one"),
        pytest.param("presence", "Lucid", {"source": ""}, "where it comes from", id="no-source"),
    ],
)
def test_data_that_contradict_themselves_are_refused(
    sources: Sources, file: str, row: str, change: Change, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = copy.deepcopy(sources)
    data = changed[f"{file}.yaml"]
    rows = data["companies"] if file == "roster" else data.get("presence", [])
    chosen = next(r for r in rows if row in (r.get("name"), r.get("company"))) if row else data
    chosen.update(change)
    monkeypatch.setattr(build_knowledge, "_read", changed.__getitem__)
    with pytest.raises(ValueError, match=said):
        build_knowledge.build()
