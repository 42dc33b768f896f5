"""Ways to say that a maker moves, word by word: each title is read whole."""

from __future__ import annotations

import pytest

from crawler.classify import Reader
from crawler.models import Stage, Text
from tests.crawler.titles import (
    ANNOUNCED,
    CANCELLED,
    ENTRANT,
    ENTRY,
    EXPORT,
    LAUNCHED,
    OFFICE,
    PLANNED,
    PLANT,
    RETREAT,
    RUMOURED,
    UNDER_WAY,
    Row,
    assert_told,
    each,
)

MOVES = [
    ("Bolivia is next for Zeekr", "Zeekr", ENTRY, "BO", ANNOUNCED),
    ("Drivers in Bolivia will soon be able to buy a Zeekr", "Zeekr", ENTRY, "BO", PLANNED),
    ("Zeekr makes Bolivia its next stop", "Zeekr", ENTRY, "BO", ANNOUNCED),
    ("Zeekr tests cars in Bolivia ahead of its launch", "Zeekr", ENTRY, "BO", UNDER_WAY),
    ("Zeekr registers its trademark in Bolivia", "Zeekr", ENTRY, "BO", UNDER_WAY),
    ("Zeekr is finally in Bolivia", "Zeekr", ENTRY, "BO", LAUNCHED),
    ("Zeekr applies for a permit to sell in Bolivia", "Zeekr", ENTRY, "BO", UNDER_WAY),
    ("Zeekr is cleared to sell cars in Bolivia", "Zeekr", ENTRY, "BO", UNDER_WAY),
    ("Zeekr will go to Bolivia", "Zeekr", ENTRY, "BO", PLANNED),
    ("Zeekr wants in on Bolivia", "Zeekr", ENTRY, "BO", PLANNED),
    ("Rox heads Down Under", "Rox", ENTRY, "AU", ANNOUNCED),
    ("Zeekr opens in Bolivia", "Zeekr", ENTRY, "BO", LAUNCHED),
    ("Zeekr awards its franchise for Bolivia to Salvador Group", "Zeekr", ENTRY, "BO", ANNOUNCED),
    ("The first model Zeekr sells in Bolivia is an SUV", "Zeekr", ENTRY, "BO", LAUNCHED),
    ("Zeekr hits pause on Bolivia", "Zeekr", RETREAT, "BO", CANCELLED),
    ("Zeekr pulls the plug in Bolivia", "Zeekr", RETREAT, "BO", CANCELLED),
    ("Zeekr cars will not be sold in Bolivia any more", "Zeekr", RETREAT, "BO", ANNOUNCED),
    ("A Bolivia-exit for Zeekr", "Zeekr", RETREAT, "BO", CANCELLED),
    ("Zeekr plans to deliver 500 cars to Bolivia", "Zeekr", EXPORT, "BO", PLANNED),
    ("Zeekr has shipped its cars to Bolivia", "Zeekr", EXPORT, "BO", UNDER_WAY),
    ("Zeekr sold more cars abroad than in any year", "Zeekr", EXPORT, "OVERSEAS", UNDER_WAY),
    ("Zeekr wants every second car to be sold abroad by 2029", "Zeekr", EXPORT, "OVERSEAS", PLANNED),
    ("Zeekr is set to surpass a million vehicle exports", "Zeekr", EXPORT, "OVERSEAS", UNDER_WAY),
    ("Bolivia courts Zeekr for a car plant", "Zeekr", PLANT, "BO", PLANNED),
    ("Zeekr localises production in Bolivia", "Zeekr", PLANT, "BO", PLANNED),
    ("First Zeekr pieced together in Bolivia", "Zeekr", PLANT, "BO", LAUNCHED),
    ("Zeekr is now building cars in Bolivia", "Zeekr", PLANT, "BO", LAUNCHED),
    ("Zeekr builds plant in Bolivia", "Zeekr", PLANT, "BO", ANNOUNCED),
    ("Great Wall opens Brazil plant", "Great Wall", PLANT, "BR", LAUNCHED),
    ("Hyundai acquires GM's plant in India", "Hyundai", PLANT, "IN", ANNOUNCED),
    ("Zeekr registers a company in Bolivia", "Zeekr", OFFICE, "BO", ANNOUNCED),
    ("Zeekr sets up engineering unit in Bolivia", "Zeekr", OFFICE, "BO", ANNOUNCED),
    ("Zeekr grows with Bolivia international headquarters", "Zeekr", OFFICE, "BO", ANNOUNCED),
    ("Dreame emerges with an electric SUV", "Dreame", ENTRANT, "CN", ANNOUNCED),
    ("极氪想进玻利维亚", "Zeekr", ENTRY, "BO", PLANNED),
    ("极氪最快明年玻利维亚销售电动车", "Zeekr", ENTRY, "BO", PLANNED),
    ("极氪玻利维亚产线启动", "Zeekr", PLANT, "BO", LAUNCHED),
    ("现代汽车收购通用印度工厂", "Hyundai", PLANT, "IN", ANNOUNCED),
    # arrivals, and what is on the way to one
    ("Voyah and Deepal eye Bolivia", "Deepal", ENTRY, "BO", PLANNED),
    ("Voyah grows its presence in Bolivia", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("Voyah close to deal with Salvador Group over Bolivia", "Voyah", ENTRY, "BO", RUMOURED),
    ("Voyah close to a deal for a plant in Bolivia", "Voyah", PLANT, "BO", RUMOURED),
    ("Voyah would be sold in Bolivia by Salvador Group", "Voyah", ENTRY, "BO", PLANNED),
    ("Voyah vans can now be ordered in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah is talking to Magna about building cars in Bolivia", "Voyah", PLANT, "BO", RUMOURED),
    ("Voyah heads to Bolivia with a sedan", "Voyah", ENTRY, "BO", PLANNED),
    ("Kenyans can finally buy a Voyah", "Voyah", ENTRY, "KE", LAUNCHED),
    ("Voyah is suddenly selling EVs in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah is training dealers in Bolivia", "Voyah", ENTRY, "BO", UNDER_WAY),
    ("岚图过了玻利维亚认证关", "Voyah", ENTRY, "BO", UNDER_WAY),
    ("岚图玻利维亚代理商已签", "Voyah", ENTRY, "BO", PLANNED),
    ("Voyah goes live in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah back in Bolivian showrooms after ten years", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah said to be sounding out dealers in Bolivia", "Voyah", ENTRY, "BO", RUMOURED),
    ("Voyah turns to Bolivia", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("Mine gets Bolivia's first Voyah trucks", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah buzzes into Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah vans will be offered in Bolivia", "Voyah", ENTRY, "BO", PLANNED),
    ("Voyah adds Bolivia to its map", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("Voyah taps Salvador Group to sell its cars in Bolivia", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("Chery to add Omoda brand in Bolivia", "Omoda", ENTRY, "BO", ANNOUNCED),
    ("Voyah is headed to Bolivia", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("Voyah confirms spring launch of its brand in Bolivia", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("昊铂在新加坡上市", "Hyptec", ENTRY, "SG", LAUNCHED),
    ("岚图玻利维亚定档8月18日上市", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("岚图海外第一站玻利维亚", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah prepares Bolivian launch after new tariff", "Voyah", ENTRY, "BO", PLANNED),
    ("Voyah to expand in Bolivia", "Voyah", ENTRY, "BO", PLANNED),
    ("The Voyah Dream is going to Bolivia", "Voyah", ENTRY, "BO", PLANNED),
    ("Voyah vans to hit Bolivia", "Voyah", ENTRY, "BO", PLANNED),
    ("Voyah opens shop in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah starts Bolivian sales", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah quietly begins trading in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah switches on sales in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah order books open in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah's Bolivian reservations open", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah opens its Bolivian order books", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Sany brand launches electric tractor units in Bolivia", "Sany", ENTRY, "BO", LAUNCHED),
    ("Voyah handed to first Bolivian owners", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah wants back into Bolivia", "Voyah", ENTRY, "BO", PLANNED),
    ("Voyah considers selling its vans across the border in Bolivia", "Voyah", ENTRY, "BO", PLANNED),
    ("Voyah clears Bolivian type approval", "Voyah", ENTRY, "BO", UNDER_WAY),
    ("Bolivian dealer group signs up Voyah", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("岚图飞进玻利维亚", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("玻利维亚迎来岚图汽车", "Voyah", ENTRY, "BO", LAUNCHED),
    ("岚图在玻利维亚物色经销伙伴", "Voyah", ENTRY, "BO", PLANNED),
    ("岚图正在做玻利维亚认证", "Voyah", ENTRY, "BO", UNDER_WAY),
    ("玻利维亚集团拿下岚图代理权", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("乐道最快明年二季度进入玻利维亚", "Onvo", ENTRY, "BO", PLANNED),
    ("Voyah launches its operations in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah begins commercial operations in Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah widens its Bolivian presence", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("Voyah bets big on Bolivia", "Voyah", ENTRY, "BO", ANNOUNCED),
    ("Voyah plans to beat Deepal in the Bolivian market", "Voyah", ENTRY, "BO", PLANNED),
    ("Voyah makes a grand entrance into Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah van prepares Bolivian re-launch", "Voyah", ENTRY, "BO", PLANNED),
    ("Voyah SUV under discussion for Bolivia", "Voyah", ENTRY, "BO", PLANNED),
    # cars that leave for abroad
    ("First Voyah vans are on a ship to Bolivia", "Voyah", EXPORT, "BO", UNDER_WAY),
    ("Voyah smashes its overseas record", "Voyah", EXPORT, "OVERSEAS", UNDER_WAY),
    ("岚图：明年海外要卖5万辆", "Voyah", EXPORT, "OVERSEAS", PLANNED),
    ("Voyah just sent its 100,000th EV overseas", "Voyah", EXPORT, "OVERSEAS", UNDER_WAY),
    ("Voyah's biggest ship leaves for Bolivia", "Voyah", EXPORT, "BO", UNDER_WAY),
    ("Voyah ships more than 100,000 cars abroad", "Voyah", EXPORT, "OVERSEAS", UNDER_WAY),
    ("Voyah to ship 800 vans to Bolivia from April", "Voyah", EXPORT, "BO", PLANNED),
    ("Voyah fills a ship: 500 vehicles leave Wuhan for Bolivia", "Voyah", EXPORT, "BO", UNDER_WAY),
    ("Trainload of Voyah SUVs leaves for Bolivia", "Voyah", EXPORT, "BO", UNDER_WAY),
    ("Voyah's sales outside China top 80,000", "Voyah", EXPORT, "OVERSEAS", UNDER_WAY),
    ("岚图定下海外卖8万辆的目标", "Voyah", EXPORT, "OVERSEAS", PLANNED),
    ("首批500辆岚图汽车出口，10月底运抵欧洲", "Voyah", EXPORT, "EU", UNDER_WAY),
    ("Voyah to restart Bolivian plant for export", "Voyah", EXPORT, "BO", PLANNED),
    # plants: looked for, decided, permitted, built, opened; who builds, and who is only named beside
    ("Voyah begins van assembly outside La Paz", "Voyah", PLANT, "BO", LAUNCHED),
    ("Voyah plans to put them together in Bolivia", "Voyah", PLANT, "BO", PLANNED),
    ("Voyah vans are now Bolivian-made", "Voyah", PLANT, "BO", LAUNCHED),
    ("岚图玻利维亚装配车间破土", "Voyah", PLANT, "BO", UNDER_WAY),
    ("岚图玻利维亚工厂正式开产", "Voyah", PLANT, "BO", LAUNCHED),
    ("Voyah's Bolivian plant is 60 pct complete", "Voyah", PLANT, "BO", UNDER_WAY),
    ("Voyah and Magna ink deal for Bolivian-built vans", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Voyah van assembly kicks off near La Paz", "Voyah", PLANT, "BO", LAUNCHED),
    ("Voyah assembly gets going in Bolivia", "Voyah", PLANT, "BO", LAUNCHED),
    ("Voyah begins trial production at Bolivian plant", "Voyah", PLANT, "BO", UNDER_WAY),
    ("Voyah buys mothballed factory in Bolivia", "Voyah", PLANT, "BO", ANNOUNCED),
    ("岚图接手玻利维亚停产旧厂", "Voyah", PLANT, "BO", ANNOUNCED),
    ("岚图玻利维亚装配厂开建", "Voyah", PLANT, "BO", UNDER_WAY),
    ("岚图大巴厂落户玻利维亚", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Voyah strikes deal to build cars in Bolivia", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Voyah and Deepal eye Bolivia for car production", "Deepal", PLANT, "BO", PLANNED),
    ("Voyah gets its permits for a plant in Bolivia", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Voyah venture in Bolivia makes its first cars in old textile factory", "Voyah", PLANT, "BO", LAUNCHED),
    ("Voyah explores Bolivian production amid new rules", "Voyah", PLANT, "BO", PLANNED),
    ("Voyah mulls joint vehicle production with Nissan in Bolivia", "Voyah", PLANT, "BO", PLANNED),
    ("Voyah weighs Bolivian manufacturing comeback", "Voyah", PLANT, "BO", PLANNED),
    ("Voyah expands manufacturing to Bolivia", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Bolivia: Voyah vans to be put together in Sucre", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Voyah to screw together vans in Bolivia", "Voyah", PLANT, "BO", ANNOUNCED),
    ("First Bolivian-built Voyah rolls off the line", "Voyah", PLANT, "BO", LAUNCHED),
    ("Voyah draws up shortlist of Bolivian sites", "Voyah", PLANT, "BO", RUMOURED),
    ("Work starts on Voyah plant in Bolivia", "Voyah", PLANT, "BO", UNDER_WAY),
    ("Work starts on Voyah plant outside La Paz", "Voyah", PLANT, "BO", UNDER_WAY),
    ("岚图玻利维亚工厂剪彩", "Voyah", PLANT, "BO", LAUNCHED),
    ("岚图就玻利维亚组装厂与当地接触", "Voyah", PLANT, "BO", PLANNED),
    ("岚图与玻利维亚工业园签约", "Voyah", PLANT, "BO", ANNOUNCED),
    ("岚图拟与玻利维亚企业合资造电动大巴", "Voyah", PLANT, "BO", PLANNED),
    ("Voyah and a fund collaborate on $200 million car plant in Bolivia", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Ford-Voyah to build vans in Bolivia", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Voyah about to agree with Nissan to build cars at Bolivian plant", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Tesla's main rival Voyah to build cars in Bolivia", "Voyah", PLANT, "BO", ANNOUNCED),
    ("越南特斯拉在玻利维亚建厂", "VinFast", PLANT, "BO", ANNOUNCED),
    ("Voyah makes 1st EV in Bolivia", "Voyah", PLANT, "BO", LAUNCHED),
    ("Ford plans Voyah production in Bolivia", "Voyah", PLANT, "BO", PLANNED),
    ("Voyah to build vans in Tg Malim", "Voyah", PLANT, "MY", ANNOUNCED),
    ("Voyah considers Bolivian plant at idled Sucre site", "Voyah", PLANT, "BO", PLANNED),
    ("Voyah to establish industrial operations in Bolivia", "Voyah", PLANT, "BO", ANNOUNCED),
    ("Voyah to build vans in Liverpool", "Voyah", PLANT, "GB", ANNOUNCED),
    ("Rivian to build vans in Rugao", "Rivian", PLANT, "CN", ANNOUNCED),
    ("岚图南美工厂花落玻利维亚", "Voyah", PLANT, "BO", ANNOUNCED),
    ("岚图南美工厂选定玻利维亚", "Voyah", PLANT, "BO", ANNOUNCED),
    ("温捷汽车将在玻利维亚建厂", "VinFast", PLANT, "BO", ANNOUNCED),
    # ends: who leaves, sells off, gives up or puts off
    ("Voyah throws in the towel in Bolivia", "Voyah", RETREAT, "BO", CANCELLED),
    ("Voyah calls it quits in Bolivia", "Voyah", RETREAT, "BO", CANCELLED),
    ("Voyah closes last stores in Bolivia", "Voyah", RETREAT, "BO", CANCELLED),
    ("Voyah's Bolivian plant is officially dead", "Voyah", RETREAT, "BO", CANCELLED),
    ("Voyah stops shipping cars to Bolivia", "Voyah", RETREAT, "BO", CANCELLED),
    ("Dyson pushes its first car back to 2040", "Dyson", RETREAT, "GB", PLANNED),
    ("岚图将撤掉玻利维亚公司", "Voyah", RETREAT, "BO", ANNOUNCED),
    ("岚图进玻利维亚的时间表往后挪", "Voyah", RETREAT, "BO", PLANNED),
    # a first car
    ("戴森组建整车团队", "Dyson", ENTRANT, "GB", UNDER_WAY),
    ("Dyson delays its first car again", "Dyson", RETREAT, "GB", PLANNED),
    ("Dyson's first car slips to 2040", "Dyson", RETREAT, "GB", PLANNED),
    # people taken on
    ("Voyah is staffing up in Bolivia", "Voyah", OFFICE, "BO", UNDER_WAY),
    ("岚图在玻利维亚放出50个岗位", "Voyah", OFFICE, "BO", UNDER_WAY),
    ("Dyson says an electric car is coming", "Dyson", ENTRANT, "GB", PLANNED),
    ("Dyson has an electric car in the works", "Dyson", ENTRANT, "GB", PLANNED),
    ("Voyah to leave Bolivia by 2040", "Voyah", RETREAT, "BO", ANNOUNCED),
    ("Voyah bows out of Bolivia at the end of the year", "Voyah", RETREAT, "BO", ANNOUNCED),
    ("Brits must wait as Voyah delays its launch", "Voyah", RETREAT, "GB", PLANNED),
    ("岚图进入玻利维亚一事暂缓", "Voyah", RETREAT, "BO", PLANNED),
    ("Dreame calls off its supercar project", "Dreame", RETREAT, "CN", CANCELLED),
    ("戴森解散四轮车团队", "Dyson", RETREAT, "GB", CANCELLED),
    ("Voyah agrees to the sale of its Bolivian assets", "Voyah", RETREAT, "BO", CANCELLED),
    ("Voyah pulls the plug on its Bolivian plans", "Voyah", RETREAT, "BO", CANCELLED),
    ("Sony drops the car it was building with Honda", "Sony", RETREAT, "JP", CANCELLED),
    ("Apple scraps its electric car Project Titan", "Apple", RETREAT, "US", CANCELLED),
    ("自游家首款车无法交付", "Niutron", RETREAT, "CN", CANCELLED),
    ("自游家新车难产", "Niutron", RETREAT, "CN", CANCELLED),
    ("Voyah halts its expansion in Western markets", "Voyah", RETREAT, "OVERSEAS", CANCELLED),
    ("Voyah says sayonara Bolivia", "Voyah", RETREAT, "BO", CANCELLED),
]


@each(MOVES)
def test_a_title_is_read_whole(reader: Reader, row: Row) -> None:
    assert_told(reader, row)


def test_a_wish_to_be_back_is_as_sure_as_any_plan(reader: Reader) -> None:
    (back,) = reader.read(Text("Voyah wants back into Bolivia")).moves
    (plan,) = reader.read(Text("Voyah plans to sell its cars in Bolivia")).moves
    assert back.confidence == plan.confidence >= 0.8


@pytest.mark.parametrize("told", ["make its debut", "make its first appearance", "make its mark", "make headway"])
def test_what_is_only_said_to_be_made_is_no_plant(reader: Reader, told: str) -> None:
    types = [m.type for m in reader.read(Text(f"Voyah will {told} in Bolivia")).moves]
    assert PLANT not in types


def test_a_return_and_the_subsidiary_for_it_are_two_moves(reader: Reader) -> None:
    moves = reader.read(Text("Voyah returns to Bolivia with a subsidiary of its own")).moves
    assert {(m.type, m.stage) for m in moves} == {(OFFICE, Stage.ANNOUNCED), (ENTRY, Stage.LAUNCHED)}


@pytest.mark.parametrize(
    "title",
    [
        *(
            f"Voyah {buys} shuttered plant in Bolivia"
            for buys in ("buys", "bought", "acquires", "takes over", "leases")
        ),
        *(f"Voyah {buys} shuttered plant in Bolivia" for buys in ("snaps up", "purchases", "revives", "reopens")),
        *(f"岚图{buys}玻利维亚停产工厂" for buys in ("收购", "接手", "买下", "盘下", "租下", "重启")),
    ],
)
def test_who_takes_over_what_ended_does_not_retreat(reader: Reader, title: str) -> None:
    assert RETREAT not in [m.type for m in reader.read(Text(title)).moves]
