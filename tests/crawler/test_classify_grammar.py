"""Grammar by the headline: what a word or a mark beside the words of a move changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.classify import Reader
from crawler.models import Stage, Text, WhyNot
from tests.crawler.titles import ENTRANT, ENTRY, EXPORT, OFFICE, PLANT, RETREAT, Row, assert_told, each

MOVES = [
    # a return, or another brand of the group, where the company is known to sell
    ("Proton is back in Singapore with two dealers", "Proton", ENTRY, "SG", Stage.LAUNCHED),
    ("Chery to launch third brand in Australia", "Chery", ENTRY, "AU", Stage.ANNOUNCED),
    ("岚图成功打入玻利维亚市场", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    # a plant that lands somewhere is built there, a shop that closes as the last one ends it, wherever the words stand
    ("岚图首座海外工厂拟落地玻利维亚", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("岚图玻利维亚最后一家门店关闭", "Voyah", RETREAT, "BO", Stage.CANCELLED),
    ("岚图淡出玻利维亚市场", "Voyah", RETREAT, "BO", Stage.CANCELLED),
    ("岚图新车移至玻利维亚生产", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("Voyah plant closures in Bolivia", "Voyah", RETREAT, "BO", Stage.CANCELLED),
    ("Voyah plants in Bolivia on the chopping block", "Voyah", RETREAT, "BO", Stage.CANCELLED),
    ("Voyah lays foundation stone for plant in Tamilnadu", "Voyah", PLANT, "IN", Stage.UNDER_WAY),
    ("Voyah readies its PHL entry", "Voyah", ENTRY, "PH", Stage.PLANNED),
    ("苏州金龙进军玻利维亚", "Higer", ENTRY, "BO", Stage.ANNOUNCED),
    ("据说岚图进入玻利维亚市场", "Voyah", ENTRY, "BO", Stage.RUMOURED),
    # what cars are driven by is no other product
    ("JAC starts first exports of cars with sodium-ion batteries", "JAC", EXPORT, "OVERSEAS", Stage.UNDER_WAY),
    ("Nevo completes two million exports", "Nevo", EXPORT, "OVERSEAS", Stage.UNDER_WAY),
    ("岚图客车10月出口玻利维亚", "Voyah", EXPORT, "BO", Stage.UNDER_WAY),
    # an adjective before a plant, whoever buys it
    ("Voyah is to sell its South African plant to a Bolivian rival", "Voyah", RETREAT, "ZA", Stage.ANNOUNCED),
    # a number is no model
    ("Ford will stop making cars in Bolivia after 10 years", "Ford", RETREAT, "BO", Stage.ANNOUNCED),
    ("大众汽车筹划关闭玻利维亚工厂", "Volkswagen", RETREAT, "BO", Stage.ANNOUNCED),
    ("苹果首款电动车发布延期", "Apple", RETREAT, "US", Stage.PLANNED),
    ("Voyah ends sales in Bolivia in Q4", "Voyah", RETREAT, "BO", Stage.CANCELLED),
    ("Voyah cars assembled in Bolivia to go on sale soon", "Voyah", PLANT, "BO", Stage.LAUNCHED),
    ("岚图在玻利维亚的电动汽车工厂破土", "Voyah", PLANT, "BO", Stage.UNDER_WAY),
    ("玻利维亚：已与岚图签约，合资生产电动车", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("岚图海外首间工厂开幕", "Voyah", PLANT, "OVERSEAS", Stage.LAUNCHED),
    ("岚图在玻利维亚开设首座工厂", "Voyah", PLANT, "BO", Stage.LAUNCHED),
    ("岚图或买玻利维亚一工厂", "Voyah", PLANT, "BO", Stage.RUMOURED),
    # whose cars are built, of a group
    ("大众集团或在玻利维亚生产部分奥迪车型", "Volkswagen", PLANT, "BO", Stage.RUMOURED),
    ("岚图玻利维亚生产基地易主", "Voyah", RETREAT, "BO", Stage.CANCELLED),
    ("Jeep hits the brakes on shipments to Bolivia", "Jeep", RETREAT, "BO", Stage.CANCELLED),
    ("Voyah to drop its Bolivian plant project", "Voyah", RETREAT, "BO", Stage.ANNOUNCED),
    ("Voyah wants to drop its billion-dollar plan for Bolivia", "Voyah", RETREAT, "BO", Stage.ANNOUNCED),
    ("岚图海外首座厂忍痛关闭", "Voyah", RETREAT, "OVERSEAS", Stage.CANCELLED),
    ("海外最大纯电客车订单，岚图再创纪录", "Voyah", EXPORT, "OVERSEAS", Stage.ANNOUNCED),
    ("戴森放弃电动车计划", "Dyson", RETREAT, "GB", Stage.CANCELLED),
    ("Apple Car is dead", "Apple", RETREAT, "US", Stage.CANCELLED),
    ("岚图竞购玻利维亚工厂", "Voyah", PLANT, "BO", Stage.RUMOURED),
    ("岚图玻利维亚制造项目动工", "Voyah", PLANT, "BO", Stage.UNDER_WAY),
    # what is to be finished is being built, what is talked about is a rumour
    ("Voyah factory in Bolivia on track to open in May", "Voyah", PLANT, "BO", Stage.UNDER_WAY),
    ("Voyah opened a factory in Bolivia on May 5", "Voyah", PLANT, "BO", Stage.LAUNCHED),
    ("Voyah has built cars in its Bolivian factory since May", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("岚图玻利维亚工厂年底前建成", "Voyah", PLANT, "BO", Stage.UNDER_WAY),
    ("岚图与玻利维亚就建厂展开谈判", "Voyah", PLANT, "BO", Stage.RUMOURED),
    ("Voyah plans global expansion", "Voyah", ENTRY, "OVERSEAS", Stage.PLANNED),
    ("Voyah wants to enter 25 markets", "Voyah", ENTRY, "OVERSEAS", Stage.PLANNED),
    ("Voyah hopes to have a global presence by 2030", "Voyah", ENTRY, "OVERSEAS", Stage.PLANNED),
    ("Voyah wants to flee Bolivia for Peru", "Voyah", RETREAT, "BO", Stage.ANNOUNCED),
    ("Voyah's ambitious plans: EVs on the horizon for Bolivia", "Voyah", ENTRY, "BO", Stage.ANNOUNCED),
    ("Voyah will not go ahead with its plant in Bolivia", "Voyah", RETREAT, "BO", Stage.CANCELLED),
    ("Voyah is in no hurry to build its plant in Bolivia", "Voyah", RETREAT, "BO", Stage.PLANNED),
    ("Voyah opens a design and comfort center in Bolivia", "Voyah", OFFICE, "BO", Stage.LAUNCHED),
    ("Voyah holds off on its plant in Bolivia", "Voyah", RETREAT, "BO", Stage.PLANNED),
    ("岚图玻利维亚工业中心启用", "Voyah", PLANT, "BO", Stage.LAUNCHED),
    ("Voyah cars delayed again for Bolivia", "Voyah", RETREAT, "BO", Stage.PLANNED),
    ("Voyah's cars could be sold in Bolivia", "Voyah", ENTRY, "BO", Stage.RUMOURED),
    ("Voyah to build cars in S'pore", "Voyah", PLANT, "SG", Stage.ANNOUNCED),
    ("BYD expands into five new European markets", "BYD", ENTRY, "EU", Stage.ANNOUNCED),
    ("Voyah closes final physical shop in Bolivia", "Voyah", RETREAT, "BO", Stage.CANCELLED),
    ("Dyson scraps development of its solar cars", "Dyson", RETREAT, "GB", Stage.CANCELLED),
    ("苹果汽车再次跳票，售价不到10万美元", "Apple", RETREAT, "US", Stage.PLANNED),
    ("苹果汽车推迟至2026年发布", "Apple", RETREAT, "US", Stage.PLANNED),
    ("戴森寻求合作伙伴，进军电动车市场", "Dyson", ENTRANT, "GB", Stage.ANNOUNCED),
    ("岚图赴玻利维亚设EV厂", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("阔别多年，马恒达将带着电动车重返玻利维亚", "Mahindra", ENTRY, "BO", Stage.PLANNED),
    ("离开英国多年，马恒达打算带着电动SUV回来", "Mahindra", ENTRY, "GB", Stage.PLANNED),
    ("岚图工厂恢复对玻利维亚发车", "Voyah", EXPORT, "BO", Stage.UNDER_WAY),
    ("岚图明年海外要卖100万辆", "Voyah", EXPORT, "OVERSEAS", Stage.PLANNED),
    ("岚图皮卡本地化定点：东伦敦", "Voyah", PLANT, "ZA", Stage.ANNOUNCED),
    ("岚图SUV在玻利维亚试装", "Voyah", PLANT, "BO", Stage.UNDER_WAY),
    # the country of a plant, where its clause names only the region
    ("岚图正式落户匈牙利，将成首家在欧洲生产的车企", "Voyah", PLANT, "HU", Stage.ANNOUNCED),
]


@each(MOVES)
def test_words_beside_a_move_leave_it_one(reader: Reader, row: Row) -> None:
    assert_told(reader, row)


NO_MOVES = [
    ("Voyah plant in Bolivia won't be delayed, minister says", WhyNot.DENIAL),
    ("Voyah plant in Bolivia will not be closed, minister says", None),
    ("沃尔沃将其最便宜电动车撤出玻利维亚市场", WhyNot.MODEL_LAUNCH),
    ("Voyah UK plant to build first EV components in Europe", WhyNot.NO_VEHICLE),
    ("Toyota's electric saloon is in no hurry on German roads", WhyNot.NO_MOVE),
    ("回顾苹果手机与苹果造车失败", WhyNot.COMMENTARY),
    ("摇摆的百度、跳票的特斯拉、渐近的拐点", None),
    # what somebody else wants
    ("Proton should enter the Bolivian market, minister says", None),
    ("Voyah kills rumours of a launch in Bolivia", WhyNot.DENIAL),
    ("岚图暂不重返玻利维亚市场", WhyNot.DENIAL),
    ("比亚迪计划明年在日本推出售价百万的微型车", None),
    ("大众汽车两座工厂面临关闭，玻利维亚买家或接手", None),
    ("Skoda plans joint venture to assemble railway cars in Uzbekistan", WhyNot.NO_VEHICLE),
    ("玻利维亚邀请岚图在拉巴斯开店", WhyNot.COMMENTARY),
    ("再传推出电动车，华为重申不造车", WhyNot.DENIAL),
    ("斯柯达集团在玻利维亚生产地铁列车", WhyNot.NO_VEHICLE),
    ("Nevo to build sodium-ion battery plant in Bolivia", WhyNot.NO_VEHICLE),
    ("Jeep stops selling the Jeep 900 in Bolivia", WhyNot.MODEL_LAUNCH),
    # shares, engines, other people's plants
    ("NIO looks at Singapore after its Hong Kong listing", WhyNot.STAKE),
    ("Ford to restart Bolivian plant for engine exports", WhyNot.NO_VEHICLE),
    ("Tesla's Chinese suppliers to build a plant in Bolivia", None),
    ("特斯拉供应商在玻利维亚建厂", None),
    ("亚马逊入股的 Rivian 拟在美国再建一座工厂", WhyNot.HOME_MARKET),
    # more of what is there, less of it for a while
    ("BasiGo raises money for its fleet in Kenya and Rwanda", None),
    ("Toyota shuts Bolivian factories as covid disrupts supply", None),
    ("铃木玻利维亚工厂因疫情停产", None),
    ("雷诺改建罗马尼亚工厂", None),
    ("Voyah deliveries rose 9% in Bolivia", WhyNot.SALES_FIGURE),
    ("Tesla opens first shop in northern Chile", None),
    ("Geely's December deliveries rose 9%, of which 39,800 went abroad", None),
    ("Maruti Suzuki opens a plant in Kharkhoda, India", WhyNot.HOME_MARKET),
    # engines that go on, one model that does not
    ("Skoda abandons plan to sell only EVs in Bolivia", None),
    ("福特考虑放弃在欧停售燃油车的计划", None),
    ("本田暂停一款电动SUV在欧洲的研发", WhyNot.MODEL_LAUNCH),
    # a maker's kind before its name is no industry, but several makers are
    ("中国电动汽车制造商在玻利维亚建厂", WhyNot.NO_COMPANY),
    ("华为重申不造车", WhyNot.DENIAL),
    ("华为不造整车，只做零部件", WhyNot.DENIAL),
    ("Voyah scotches talk of leaving Bolivia", WhyNot.DENIAL),
    ("Voyah's truck could pull up in Bolivia first", None),
    ("拓普拟在玻利维亚设厂，就近配套斯特兰蒂斯", None),
    ("拓普玻利维亚工厂投产，为大众、沃尔沃配套底盘", None),
    # what a plant once was
    ("Bolivia revives car making at former Voyah plant", WhyNot.NO_COMPANY),
    ("Bolivia revives car making at ex-Voyah plant", WhyNot.NO_COMPANY),
]


@pytest.mark.parametrize(("title", "why"), [pytest.param(*row, id=row[0]) for row in NO_MOVES])
def test_words_beside_a_move_make_it_none(reader: Reader, title: str, why: WhyNot | None) -> None:
    reading = reader.read(Text(title))
    assert reading.moves == ()
    if why is not None:
        assert reading.why_not is why


def test_places_in_a_list_are_one_clause_whatever_stands_before_the_last(reader: Reader) -> None:
    move = reader.read(Text("Voyah considers Spain, Greece, and Portugal for its first European plant")).moves[0]
    assert move.type is PLANT
    assert move.destinations == ("ES", "GR", "PT")


def test_places_in_a_list_of_the_lead_are_one_clause_too(reader: Reader) -> None:
    lead = "Voyah considers Spain, Greece, and Portugal for its first European plant, it said on Monday."
    assert reader.read(Text("Voyah looks west", lead)).moves[0].destinations == ("ES", "GR", "PT")


@pytest.mark.parametrize(
    "lead",
    [
        "岚图透露，计划于明年下半年在玻利维亚推出售价逾十万元的微型车。",
        "岚图计划让玻利维亚工厂生产在该地区出售的车辆。",
        "岚图说，玻利维亚工厂明年起出售车辆。",
        "岚图在玻利维亚推出售后计划。",
        "岚图为玻利维亚工厂的新车给出售价。",
    ],
    ids=str,
)
def test_what_is_sold_or_priced_is_not_sold_off(reader: Reader, lead: str) -> None:
    assert RETREAT not in {move.type for move in reader.read(Text("岚图汽车的玻利维亚计划", lead)).moves}


def test_an_and_behind_a_place_still_begins_a_clause_of_its_own(reader: Reader) -> None:
    moves = reader.read(Text("Voyah enters Bolivia, and Deepal opens a plant in Argentina")).moves
    assert {(m.company, m.destinations) for m in moves} == {("Voyah", ("BO",)), ("Deepal", ("AR",))}


def test_a_country_that_talks_with_a_maker_of_some_kind_names_one_company(reader: Reader) -> None:
    reading = reader.read(Text("玻利维亚与中国电动汽车制造商岚图谈工厂投资"))
    assert [(m.company, m.type, m.destinations) for m in reading.moves] == [("Voyah", PLANT, ("BO",))]


@pytest.mark.parametrize(
    ("title", "low", "high"),
    [
        ("Bolivia opens its market and invites Voyah to sell cars in La Paz", 0.0, 0.6),
        ("Voyah plans to boost annual output at its plant in Bolivia", 0.0, 0.6),
        ("Voyah was back in Bolivia", 0.8, 1.0),
        ("Voyah works in Bolivia hit by walkout", 0.0, 0.6),
        ("岚图与玻利维亚洽谈建厂", 0.9, 1.0),
        ("Tesla is finally launching in Germany", 0.85, 1.0),
        ("Voyah, Dongfeng's boxy electric brand, will go on sale in Bolivia", 0.85, 1.0),
        ("Five plants of Voyah in Bolivia compared", 0.0, 0.75),
        ("Foton's truck sales abroad top 200,000 in a year for the first time", 0.95, 1.0),
        ("Voyah launches Deepal luxury car brand in Bolivia", 0.85, 1.0),
        ("Proton to introduce smart's new energy vehicles in Bolivia", 0.75, 1.0),
    ],
    ids=str,
)
def test_words_beside_a_move_make_it_more_or_less_sure(reader: Reader, title: str, low: float, high: float) -> None:
    assert low < reader.read(Text(title)).confidence < high


def test_a_plant_is_erected_too(reader: Reader) -> None:
    text = Text("Tesla is to erect its German plant from next spring", published=datetime(2019, 11, 15, tzinfo=UTC))
    assert [(m.type, m.destinations) for m in reader.read(text).moves] == [(PLANT, ("DE",))]


@pytest.mark.parametrize("title", ["Voyah refuses to scrap its plant in Bolivia", "岚图玻利维亚工厂停工？正常推进"])
def test_who_goes_on_does_not_retreat(reader: Reader, title: str) -> None:
    reading = reader.read(Text(title))
    assert (reading.moves, reading.why_not) == ((), WhyNot.DENIAL)


def test_a_title_denies_what_its_lead_has_from_others(reader: Reader) -> None:
    lead = "消息人士表示，华为正打算生产自有品牌汽车，或于明年推出部分车型。"
    reading = reader.read(Text("又传电动车，华为再说不造车", lead, datetime(2021, 2, 26, tzinfo=UTC)))
    assert (reading.moves, reading.why_not) == ((), WhyNot.DENIAL)


def test_what_a_plant_would_be_is_nobodys_opinion(reader: Reader) -> None:
    body = "Voyah will build a car plant in Bolivia, which would be its first abroad, the company said on Monday."
    assert reader.read(Text("Voyah goes west", body)).relevant


def test_a_push_with_a_launch_is_no_retreat(reader: Reader) -> None:
    moves = reader.read(Text("Voyah continues its push with launch in Bolivia")).moves
    assert RETREAT not in {m.type for m in moves}
    assert reader.read(Text("Voyah pushes back launch in Bolivia")).moves[0].type is RETREAT
    assert reader.read(Text("Voyah pushes Bolivia launch with new importer")).moves[0].type is ENTRY
    assert reader.read(Text("Voyah pushes back Bolivia launch")).moves[0].type is RETREAT
    assert {m.type for m in reader.read(Text("Voyah delays launching its brand in Bolivia")).moves} == {RETREAT}


@pytest.mark.parametrize(
    "title",
    ["Voyah brand enters Bolivia with two cars, CKD and an importer", "岚图玻利维亚再落子：KD工厂合作与校车交付"],
)
def test_kits_alone_are_a_plant_that_is_announced(reader: Reader, title: str) -> None:
    told = {m.type: m.stage for m in reader.read(Text(title)).moves}
    assert ENTRY in told
    assert told[PLANT] is Stage.ANNOUNCED


@pytest.mark.parametrize(
    "title",
    [
        "Sony and Honda scrap their “Living Room Car”",
        "Apple's car is dead",
        "Dyson has pulled the plug on its car",
        "Dreame puts on hold all work on an electric car",
        "An electric car is off the table at Ola Electric",
    ],
)
def test_a_car_that_is_dropped_is_no_entry(reader: Reader, title: str) -> None:
    assert {m.type for m in reader.read(Text(title)).moves} == {RETREAT}


def test_what_ends_with_a_car_drops_none_nor_does_a_high_end_one(reader: Reader) -> None:
    assert reader.read(Text("Dreame ends year with a new car")).moves == ()
    moves = reader.read(Text("Voyah rolls out first high-end truck at overseas plant in Bolivia")).moves
    assert [(m.type, m.stage) for m in moves] == [(PLANT, Stage.LAUNCHED)]


def test_a_short_stop_for_want_of_anything_is_no_retreat(reader: Reader) -> None:
    title = "Nissan to halt its Bolivian plant over a raw materials shortage"
    assert not reader.read(Text(title)).relevant


@pytest.mark.parametrize(
    ("title", "day", "company"),
    [
        ("Jetour readies its PHL entry", "2023-03-30", "Jetour"),
        ("Proton storms back to Singapore with a small e.Mas 5", "2025-09-14", "Proton"),
        ("XPeng opens dealerships in Switzerland", "2024-05-14", "XPENG"),
        ("VinFast goes on sale in the Middle East", "2024-09-14", "VinFast"),
        ("Tata passenger vehicles go on sale in South Africa", "2025-08-20", "Tata"),
    ],
)
def test_who_comes_for_the_first_time_or_comes_back_enters(reader: Reader, title: str, day: str, company: str) -> None:
    moves = reader.read(Text(title, published=datetime.fromisoformat(f"{day}T00:00:00+00:00"))).moves
    assert [(m.company, m.type) for m in moves] == [(company, ENTRY)]


def test_who_is_measured_by_another_acts(reader: Reader) -> None:
    moves = reader.read(Text("Ford EV rival Voyah to enter Bolivia: report")).moves
    assert [(m.company, m.destinations, m.stage) for m in moves] == [("Voyah", ("BO",), Stage.RUMOURED)]


NAMELESS = "Vietnam EV manufacturer to build a plant in Bolivia"


def test_a_maker_that_is_not_meant_does_not_act(reader: Reader) -> None:
    title = "Chinese EV automaker, not Deepal, to enter Bolivia"
    assert [m.company for m in reader.read(Text(title, "Voyah will open its first shop in La Paz.")).moves] == ["Voyah"]


def test_a_title_that_names_no_maker_means_the_one_of_its_lead(reader: Reader) -> None:
    reading = reader.read(Text(NAMELESS, "The site is being chosen, VinFast said on Monday."))
    assert [(m.company, m.type, m.destinations) for m in reading.moves] == [("VinFast", PLANT, ("BO",))]
    assert reading.confidence < reader.read(Text("VinFast to build a plant in Bolivia")).confidence - 0.1


@pytest.mark.parametrize(
    ("title", "lead", "company"),
    [
        ("Chinese electric SUV enters Bolivia", "Voyah has told dealers on Monday.", "Voyah"),
        ("China's EV enters Bolivia", "Voyah has told dealers on Monday.", "Voyah"),
        (NAMELESS, "Voyah, a brand of Dongfeng, chooses a site, Dongfeng said.", "Voyah"),
        ("Chinese EV makers arrive in Bolivia", "Voyah is the third, it was said on Monday.", None),
        ("Chinese EV boom reaches Bolivia", "Voyah is one of them, it was said on Monday.", None),
    ],
)
def test_a_title_means_the_one_of_its_lead_beside_whose_it_is(
    reader: Reader, title: str, lead: str, company: str | None
) -> None:
    told = {move.company for move in reader.read(Text(title, lead)).moves}
    assert told == ({company} if company else set())


def test_vehicles_that_are_counted_are_some_makers(reader: Reader) -> None:
    moves = reader.read(Text("已有500辆发往玻利维亚", "首批宇通客车周四驶出厂区。")).moves
    assert [(m.company, m.type, m.destinations) for m in moves] == [("Yutong", EXPORT, ("BO",))]


@pytest.mark.parametrize(
    ("title", "lead"),
    [
        (NAMELESS, "VinFast and Voyah are said to be looking for sites."),
        ("LGES to build a plant in Bolivia", "The site is being chosen, its customer VinFast said on Monday."),
        ("EV manufacturers to build plants in Bolivia", "One of them is VinFast, it was said on Monday."),
    ],
)
def test_nobody_is_meant_where_the_lead_names_two_or_the_title_means_another_or_many(
    reader: Reader, title: str, lead: str
) -> None:
    assert not reader.read(Text(title, lead)).relevant


@pytest.mark.parametrize("title", ["Voyah enters Bolivia after success in Peru", "Voyah enters Bolivia through Peru"])
def test_a_market_that_the_words_of_the_move_do_not_name_is_none_of_its_places(reader: Reader, title: str) -> None:
    assert reader.read(Text(title)).moves[0].destinations == ("BO",)


@pytest.mark.parametrize("lead", ["Voyah entered Bolivia in 2019.", "In 2019 Voyah started production in Bolivia."])
def test_what_a_lead_dates_years_back_is_history(reader: Reader, lead: str) -> None:
    told = {
        year: reader.read(Text("The road of Voyah", lead, datetime(year, 5, 1, tzinfo=UTC))) for year in (2019, 2026)
    }
    assert [bool(reading.moves) for reading in told.values()] == [True, False]


@pytest.mark.parametrize("dash", [" – ", " - ", " — ", "—"])
@pytest.mark.parametrize(
    "title", ["Voyah enters Bolivia{}Peru, it says, must wait", "Voyah opens plant in Bolivia{}in Peru it sells well"]
)
def test_a_dash_of_any_kind_begins_another_clause(reader: Reader, title: str, dash: str) -> None:
    assert reader.read(Text(title.format(dash))).moves[0].destinations == ("BO",)


@pytest.mark.parametrize(
    "title",
    [
        "Toyota eyes a fresh factory in India, and electric SUVs could be first in line",
        "Sharp Electronics wants to make electric cars, but questions remain",
        "Voyah opens plant in Bolivia while sales fall in Peru",
        "Voyah plans plants in Bolivia, Peru, and Chile",
    ],
)
def test_a_title_in_capitals_is_cut_as_any_other(reader: Reader, title: str) -> None:
    plain, capitals = (reader.read(Text(words)).moves for words in (title, title.title()))
    assert [replace(move, evidence="", details={}) for move in capitals] == [
        replace(move, evidence="", details={}) for move in plain
    ]
    assert plain
