"""Ways to say that a maker moves, word by word: each title is read whole."""

from __future__ import annotations

import pytest

from crawler.classify import Reader
from crawler.models import MoveType, Stage, Text

ENTRY, EXPORT, PLANT, RETREAT = (
    MoveType.MARKET_ENTRY,
    MoveType.EXPORT,
    MoveType.OVERSEAS_PRODUCTION,
    MoveType.WITHDRAWAL,
)

MOVES = [
    # arrivals, and what is on the way to one
    ("Voyah prepares Bolivian launch after new tariff", "Voyah", ENTRY, "BO", Stage.PLANNED),
    ("Voyah to expand in Bolivia", "Voyah", ENTRY, "BO", Stage.PLANNED),
    ("The Voyah Dream is going to Bolivia", "Voyah", ENTRY, "BO", Stage.PLANNED),
    ("Voyah vans to hit Bolivia", "Voyah", ENTRY, "BO", Stage.PLANNED),
    ("Voyah opens shop in Bolivia", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah starts Bolivian sales", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah quietly begins trading in Bolivia", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah switches on sales in Bolivia", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah order books open in Bolivia", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah's Bolivian reservations open", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah opens its Bolivian order books", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Sany brand launches electric tractor units in Bolivia", "Sany", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah handed to first Bolivian owners", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah wants back into Bolivia", "Voyah", ENTRY, "BO", Stage.PLANNED),
    ("Voyah considers selling its vans across the border in Bolivia", "Voyah", ENTRY, "BO", Stage.PLANNED),
    ("Voyah clears Bolivian type approval", "Voyah", ENTRY, "BO", Stage.UNDER_WAY),
    ("Bolivian dealer group signs up Voyah", "Voyah", ENTRY, "BO", Stage.ANNOUNCED),
    ("岚图飞进玻利维亚", "Voyah", ENTRY, "BO", Stage.ANNOUNCED),
    ("玻利维亚迎来岚图汽车", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("岚图在玻利维亚物色经销伙伴", "Voyah", ENTRY, "BO", Stage.PLANNED),
    ("岚图正在做玻利维亚认证", "Voyah", ENTRY, "BO", Stage.UNDER_WAY),
    ("玻利维亚集团拿下岚图代理权", "Voyah", ENTRY, "BO", Stage.ANNOUNCED),
    ("乐道最快明年二季度进入玻利维亚", "Onvo", ENTRY, "BO", Stage.PLANNED),
    ("Voyah launches its operations in Bolivia", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah begins commercial operations in Bolivia", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah widens its Bolivian presence", "Voyah", ENTRY, "BO", Stage.ANNOUNCED),
    ("Voyah bets big on Bolivia", "Voyah", ENTRY, "BO", Stage.ANNOUNCED),
    ("Voyah plans to beat Deepal in the Bolivian market", "Voyah", ENTRY, "BO", Stage.PLANNED),
    ("Voyah makes a grand entrance into Bolivia", "Voyah", ENTRY, "BO", Stage.LAUNCHED),
    ("Voyah van prepares Bolivian re-launch", "Voyah", ENTRY, "BO", Stage.PLANNED),
    ("Voyah SUV under discussion for Bolivia", "Voyah", ENTRY, "BO", Stage.PLANNED),
    # cars that leave for abroad
    ("Voyah fills a ship: 500 vehicles leave Wuhan for Bolivia", "Voyah", EXPORT, "BO", Stage.UNDER_WAY),
    ("Trainload of Voyah SUVs leaves for Bolivia", "Voyah", EXPORT, "BO", Stage.UNDER_WAY),
    ("Voyah's sales outside China top 80,000", "Voyah", EXPORT, "OVERSEAS", Stage.UNDER_WAY),
    ("岚图定下海外卖8万辆的目标", "Voyah", EXPORT, "OVERSEAS", Stage.PLANNED),
    ("首批500辆岚图汽车出口，10月底运抵欧洲", "Voyah", EXPORT, "EU", Stage.UNDER_WAY),
    # plants: looked for, decided, permitted, built, opened; who builds, and who is only named beside
    ("Voyah strikes deal to build cars in Bolivia", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("Voyah and Deepal eye Bolivia for car production", "Deepal", PLANT, "BO", Stage.PLANNED),
    ("Voyah gets its permits for a plant in Bolivia", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("Voyah venture in Bolivia makes its first cars in old textile factory", "Voyah", PLANT, "BO", Stage.LAUNCHED),
    ("Voyah explores Bolivian production amid new rules", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("Voyah mulls joint vehicle production with Nissan in Bolivia", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("Voyah weighs Bolivian manufacturing comeback", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("Voyah expands manufacturing to Bolivia", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("Bolivia: Voyah vans to be put together in Sucre", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("Voyah to screw together vans in Bolivia", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("First Bolivian-built Voyah rolls off the line", "Voyah", PLANT, "BO", Stage.LAUNCHED),
    ("Voyah draws up shortlist of Bolivian sites", "Voyah", PLANT, "BO", Stage.RUMOURED),
    ("Work starts on Voyah plant in Bolivia", "Voyah", PLANT, "BO", Stage.UNDER_WAY),
    ("Work starts on Voyah plant outside La Paz", "Voyah", PLANT, "BO", Stage.UNDER_WAY),
    ("Voyah and La Paz are talking about a plant in Bolivia", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("岚图玻利维亚工厂剪彩", "Voyah", PLANT, "BO", Stage.LAUNCHED),
    ("岚图就玻利维亚组装厂与当地接触", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("岚图与玻利维亚工业园签约", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("岚图拟与玻利维亚企业合资造电动大巴", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("Voyah and a fund collaborate on $200 million car plant in Bolivia", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("Ford-Voyah to build vans in Bolivia", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("Voyah about to agree with Nissan to build cars at Bolivian plant", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("Tesla's main rival Voyah to build cars in Bolivia", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("越南特斯拉在玻利维亚建厂", "VinFast", PLANT, "BO", Stage.ANNOUNCED),
    ("Voyah makes 1st EV in Bolivia", "Voyah", PLANT, "BO", Stage.LAUNCHED),
    ("Ford plans Voyah production in Bolivia", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("Voyah to build vans in Tg Malim", "Voyah", PLANT, "MY", Stage.ANNOUNCED),
    ("Voyah considers Bolivian plant at idled Sucre site", "Voyah", PLANT, "BO", Stage.PLANNED),
    ("Voyah to establish industrial operations in Bolivia", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("Voyah to build vans in Liverpool", "Voyah", PLANT, "GB", Stage.ANNOUNCED),
    ("Rivian to build vans in Rugao", "Rivian", PLANT, "CN", Stage.ANNOUNCED),
    ("岚图南美工厂花落玻利维亚", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("岚图南美工厂选定玻利维亚", "Voyah", PLANT, "BO", Stage.ANNOUNCED),
    ("温捷汽车将在玻利维亚建厂", "VinFast", PLANT, "BO", Stage.ANNOUNCED),
    # ends: who leaves, sells off, gives up or puts off
    ("Voyah to leave Bolivia by 2040", "Voyah", RETREAT, "BO", Stage.ANNOUNCED),
    ("Voyah bows out of Bolivia at the end of the year", "Voyah", RETREAT, "BO", Stage.ANNOUNCED),
    ("Brits must wait as Voyah delays its launch", "Voyah", RETREAT, "GB", Stage.PLANNED),
    ("岚图进入玻利维亚一事暂缓", "Voyah", RETREAT, "BO", Stage.PLANNED),
    ("Dreame calls off its supercar project", "Dreame", RETREAT, "CN", Stage.CANCELLED),
    ("戴森解散四轮车团队", "Dyson", RETREAT, "GB", Stage.CANCELLED),
    ("Voyah agrees to the sale of its Bolivian assets", "Voyah", RETREAT, "BO", Stage.CANCELLED),
    ("Voyah pulls the plug on its Bolivian plans", "Voyah", RETREAT, "BO", Stage.CANCELLED),
    ("Sony drops the car it was building with Honda", "Sony", RETREAT, "JP", Stage.CANCELLED),
    ("Apple scraps its electric car Project Titan", "Apple", RETREAT, "US", Stage.CANCELLED),
    ("自游家首款车无法交付", "Niutron", RETREAT, "CN", Stage.CANCELLED),
    ("自游家新车难产", "Niutron", RETREAT, "CN", Stage.CANCELLED),
    ("Voyah halts its expansion in Western markets", "Voyah", RETREAT, "OVERSEAS", Stage.CANCELLED),
    ("Voyah says sayonara Bolivia", "Voyah", RETREAT, "BO", Stage.CANCELLED),
]


@pytest.mark.parametrize(
    ("title", "company", "type_", "place", "stage"), [pytest.param(*row, id=row[0]) for row in MOVES]
)
def test_a_title_is_read_whole(
    reader: Reader, title: str, company: str, type_: MoveType, place: str, stage: Stage
) -> None:
    moves = reader.read(Text(title)).moves
    assert (company, type_, (place,), stage) in [(m.company, m.type, m.destinations, m.stage) for m in moves]
