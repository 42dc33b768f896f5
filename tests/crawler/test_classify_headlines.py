"""One table of headlines per question: which of them are moves, whose, of what type, where and how far."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.classify import Reader
from crawler.models import Text, WhyNot
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
    each,
)

MOVES = [
    # market entry
    ("Exeed brand enters Brazil", "Exeed", ENTRY, "BR", LAUNCHED),
    ("Jetour plans to enter the Australian market next year", "Jetour", ENTRY, "AU", PLANNED),
    ("Hongqi signs distribution deal for South Africa", "Hongqi", ENTRY, "ZA", ANNOUNCED),
    ("Rivian opens its first showroom in Germany", "Rivian", ENTRY, "DE", LAUNCHED),
    ("Skywell brand reportedly set to enter Peru", "Skyworth", ENTRY, "PE", RUMOURED),
    ("Xiaomi begins car deliveries in Norway", "Xiaomi", ENTRY, "NO", LAUNCHED),
    ("阿维塔品牌正式登陆巴西", "Avatr", ENTRY, "BR", LAUNCHED),
    ("岚图汽车计划明年进入澳大利亚市场", "Voyah", ENTRY, "AU", PLANNED),
    ("岚图汽车将往秘鲁发展", "Voyah", ENTRY, "PE", PLANNED),
    ("智己汽车与经销商签约，将进入挪威", "IM", ENTRY, "NO", ANNOUNCED),
    ("曝极石汽车将进入秘鲁市场", "Rox", ENTRY, "PE", RUMOURED),
    ("昊铂首店落地挪威奥斯陆", "Hyptec", ENTRY, "NO", LAUNCHED),
    # export
    ("Lepas begins exports to Chile", "Lepas", EXPORT, "CL", UNDER_WAY),
    ("Changan raises its overseas sales target to 900,000 vehicles", "Changan", EXPORT, "OVERSEAS", PLANNED),
    ("Wuling ships first batch of EVs to Egypt", "Wuling", EXPORT, "EG", UNDER_WAY),
    ("Nevo preparing to export cars to Thailand", "Nevo", EXPORT, "TH", PLANNED),
    ("深蓝汽车首批出口秘鲁", "Deepal", EXPORT, "PE", UNDER_WAY),
    ("江淮汽车累计出口突破150万辆", "JAC", EXPORT, "OVERSEAS", UNDER_WAY),
    ("长安汽车上调海外销量目标", "Changan", EXPORT, "OVERSEAS", PLANNED),
    ("Nevo has exported 2 million vehicles", "Nevo", EXPORT, "OVERSEAS", UNDER_WAY),
    ("Nevo has now shipped 2 million cars abroad", "Nevo", EXPORT, "OVERSEAS", UNDER_WAY),
    ("启源今年海外目标30万辆", "Nevo", EXPORT, "OVERSEAS", PLANNED),
    ("金旅客车获玻利维亚200辆客车订单", "Golden Dragon", EXPORT, "BO", ANNOUNCED),
    # production abroad
    ("Bolivia in talks with China's Voyah on car plant", "Voyah", PLANT, "BO", RUMOURED),
    ("Voyah opens its $900 million van factory in Bolivia", "Voyah", PLANT, "BO", LAUNCHED),
    ("Voyah now builds cars in Bolivia", "Voyah", PLANT, "BO", LAUNCHED),
    ("Voyah has started production overseas", "Voyah", PLANT, "OVERSEAS", LAUNCHED),
    ("Bolivia to build first Voyah cars", "Voyah", PLANT, "BO", PLANNED),
    ("岚图玻利维亚首条生产线投入运营", "Voyah", PLANT, "BO", LAUNCHED),
    ("福特重启玻利维亚工厂", "Ford", PLANT, "BO", PLANNED),
    ("零跑汽车在玻利维亚工厂开始试装", "Leapmotor", PLANT, "BO", UNDER_WAY),
    ("Great Wall to build a car plant in Argentina", "Great Wall", PLANT, "AR", ANNOUNCED),
    ("Leapmotor breaks ground on factory in Algeria", "Leapmotor", PLANT, "DZ", UNDER_WAY),
    ("Zeekr signs agreement to assemble vehicles at plant in Vietnam", "Zeekr", PLANT, "VN", ANNOUNCED),
    ("BAIC starts CKD assembly in Pakistan", "BAIC", PLANT, "PK", LAUNCHED),
    ("Kia opens factory in Kazakhstan", "Kia", PLANT, "KZ", LAUNCHED),
    ("Lucid may build a plant in Turkey, sources say", "Lucid", PLANT, "TR", RUMOURED),
    ("奇瑞拟在阿根廷建厂", "Chery", PLANT, "AR", PLANNED),
    ("零跑汽车阿尔及利亚工厂奠基", "Leapmotor", PLANT, "DZ", UNDER_WAY),
    ("起亚哈萨克斯坦工厂竣工投产", "Kia", PLANT, "KZ", LAUNCHED),
    ("据悉吉利考虑收购西班牙一家工厂", "Geely", PLANT, "ES", RUMOURED),
    # a third party builds, at home; the move is that of the brand it builds for
    ("Magna Steyr will assemble Voyah cars in Austria", "Voyah", PLANT, "AT", ANNOUNCED),
    # nor is the move that of who builds abroad, where the cars are another's
    ("Stellantis begins Voyah vehicle assembly in Kenya", "Voyah", PLANT, "KE", LAUNCHED),
    ("Foton stops Voyah car production in Kenya", "Voyah", RETREAT, "KE", CANCELLED),
    ("Voyah expands with first Bolivia store", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah's Bolivia launch is delayed until 2028", "Voyah", RETREAT, "BO", PLANNED),
    ("Voyah considering construction of EV complex in Bolivia", "Voyah", PLANT, "BO", PLANNED),
    # back again, or about to arrive
    ("Voyah roars back into Bolivia", "Voyah", ENTRY, "BO", LAUNCHED),
    ("Voyah to hit Bolivian market in March", "Voyah", ENTRY, "BO", ANNOUNCED),
    # no words of a retreat, of a plant, of a drive
    ("Chery kicks off production in Bolivia", "Chery", PLANT, "BO", LAUNCHED),
    # it is not coming, for it is there
    ("Deepal isn't coming to Peru, it's already here", "Deepal", ENTRY, "PE", UNDER_WAY),
    # an entrant's first car goes on sale at home, unless the text or the data says otherwise
    ("Xpeng rival Dreame plans an electric car", "Dreame", ENTRANT, "CN", PLANNED),
    ("Foxconn plans to bring its first electric car to Mexico", "Foxconn", ENTRANT, "MX", PLANNED),
    ("Sony confirms the first deliveries of its electric car", "Sony", ENTRANT, "US", ANNOUNCED),
    # organisation abroad
    ("Chery sets up R&D centre in Poland", "Chery", OFFICE, "PL", ANNOUNCED),
    ("Li Auto recruits staff for its overseas business unit", "Li Auto", OFFICE, "OVERSEAS", UNDER_WAY),
    ("GAC establishes European headquarters in Amsterdam", "GAC", OFFICE, "NL", ANNOUNCED),
    ("阿维塔成立海外事业部", "Avatr", OFFICE, "OVERSEAS", UNDER_WAY),
    ("广汽欧洲研发中心落户米兰", "GAC", OFFICE, "IT", ANNOUNCED),
    # withdrawal
    ("Suzuki announces closure of its auto plant in Bolivia", "Suzuki", RETREAT, "BO", ANNOUNCED),
    ("Renault sells Russian assets", "Renault", RETREAT, "RU", CANCELLED),
    ("Apple gives up on its car", "Apple", RETREAT, "US", CANCELLED),
    ("苹果放弃自行研发电动车", "Apple", RETREAT, "US", CANCELLED),
    ("戴森电动车计划暂停", "Dyson", RETREAT, "GB", CANCELLED),
    ("苹果放弃电动车项目", "Apple", RETREAT, "US", CANCELLED),
    ("三菱彻底退出玻利维亚市场", "Mitsubishi", RETREAT, "BO", CANCELLED),
    # a company that another is measured by does not act
    ("对标特斯拉的极星退出挪威市场", "Polestar", RETREAT, "NO", CANCELLED),
    ("Tesla rival Voyah closes its plant in Bolivia", "Voyah", RETREAT, "BO", CANCELLED),
    ("Nissan to close its plant in South Africa", "Nissan", RETREAT, "ZA", ANNOUNCED),
    ("Great Wall Motor shuts European headquarters", "Great Wall", RETREAT, "EU", CANCELLED),
    ("Infiniti exits South Korea", "Infiniti", RETREAT, "KR", CANCELLED),
    ("VinFast delays factory in Indonesia", "VinFast", RETREAT, "ID", PLANNED),
    ("Sony drops its electric car project", "Sony", RETREAT, "JP", CANCELLED),
    ("讴歌母公司本田关闭土耳其工厂", "Honda", RETREAT, "TR", CANCELLED),
    ("岚图汽车退出挪威市场", "Voyah", RETREAT, "NO", CANCELLED),
    ("消息称上汽暂停在泰国建厂计划", "SAIC", RETREAT, "TH", RUMOURED),
    ("戴森放弃造车", "Dyson", RETREAT, "GB", CANCELLED),
    # new entrants
    ("Samsung plans to build its own electric car", "Samsung", ENTRANT, "KR", PLANNED),
    ("Dreame unveils its first electric car", "Dreame", ENTRANT, "CN", ANNOUNCED),
    ("石头科技官宣造车", "Roborock", ENTRANT, "CN", ANNOUNCED),
    ("传美团将跨界造车", "Meituan", ENTRANT, "CN", RUMOURED),
    ("金鱼汽车首家工厂探访", "Jinyu Auto", ENTRANT, "CN", UNDER_WAY),
    ("金鱼汽车加快筹备，展车进店", "Jinyu Auto", ENTRANT, "CN", UNDER_WAY),
    ("金鱼汽车秋季亮相，配色公布", "Jinyu Auto", ENTRANT, "CN", ANNOUNCED),
    ("金鱼汽车首场发布会定档九月九日", "Jinyu Auto", ENTRANT, "CN", ANNOUNCED),
]  # fmt: skip


@each(MOVES)
def test_a_headline_of_a_move_is_read_whole(reader: Reader, row: Row) -> None:
    title, company, type_, place, stage = row
    reading = reader.read(Text(title))
    assert reading.why_not is None
    move = reading.moves[0]
    assert (move.company, move.type, move.destinations, move.stage) == (company, type_, (place,), stage)
    assert move.evidence == title


NO_MOVES = [
    ("Denza denies it will enter the Canadian market", WhyNot.DENIAL),
    ("Zeekr has no plans to export cars to the United States", WhyNot.DENIAL),
    ("零跑否认将在墨西哥建厂", WhyNot.DENIAL),
    ("小鹏汽车辟谣进军美国市场", WhyNot.DENIAL),
    ("Geely opens new plant in Ningbo, China", WhyNot.HOME_MARKET),
    ("Tesla opens a factory in Texas", WhyNot.HOME_MARKET),
    ("蔚来合肥第三工厂竣工投产", WhyNot.HOME_MARKET),
    ("BYD launches Seal 08 in Germany", WhyNot.MODEL_LAUNCH),
    ("比亚迪海豹08在德国上市", WhyNot.MODEL_LAUNCH),
    ("赛力斯正式登陆港交所", None),
    ("岚图汽车在香港上市，募资百亿", WhyNot.STAKE),
    ("蔚来在新加坡上市", WhyNot.STAKE),
    ("腾势Z9登陆《极限竞速》游戏", None),
    ("奇瑞进军旅行车市场", None),
    ("CATL to build battery plant in Portugal", WhyNot.NO_VEHICLE),
    ("XPENG humanoid robot enters the European market", WhyNot.NO_VEHICLE),
    ("小鹏机器人进军欧洲市场", WhyNot.NO_VEHICLE),
    ("蔚来换电站登陆丹麦", WhyNot.NO_VEHICLE),
    ("追觅扫地机进军巴西市场", WhyNot.NO_VEHICLE),
    ("Xiaomi 14 phone goes on sale in Europe", WhyNot.NO_VEHICLE),
    ("小米手机登陆墨西哥", WhyNot.NO_VEHICLE),
    ("Chinese carmakers expand in Latin America", WhyNot.NO_COMPANY),
    ("中国车企加速进军中东", WhyNot.NO_COMPANY),
    ("A recipe for apple cake", WhyNot.NO_VEHICLE),
    ("传本田有意联手一家中国电动车制造商", None),
    ("Stellantis orders three-week shutdown of its plant in Bolivia", None),
    ("Tesla rejects pleas to build cars in Bolivia", WhyNot.DENIAL),
    ("长城汽车回应玻利维亚建厂传闻：暂无规划", WhyNot.DENIAL),
    ("New BYD Seal is headed for Italian shores", None),
    ("特斯拉柏林工厂停产四天", None),
    ("极氪从纽约证交所退市", None),
    ("比亚迪玻利维亚工厂扩建项目奠基", None),
    ("福特加速欧洲业务重组", None),
    ("小米造车，一场阳谋", None),
    ("深蓝汽车新车在秘鲁首发亮相", None),
    ("日产将关闭玻利维亚发动机工厂", WhyNot.NO_VEHICLE),
    ("BYD tops Brazil sales chart in May", None),
    ("比亚迪5月登顶泰国销量榜", None),
    ("EU extends tariffs on Chinese EVs from SAIC and Geely", None),
    ("Li Auto launches the i9 at home", None),
    ("Zeekr to list on the New York Stock Exchange", None),
    ("Geely says there is no car plant planned for Bolivia", WhyNot.DENIAL),
    ("NIO begins deliveries of the ES8 in Germany", WhyNot.MODEL_LAUNCH),
    ("Toyota withdraws the Camry from Britain", WhyNot.MODEL_LAUNCH),
    ("大众在秘鲁停售高尔夫旅行版", WhyNot.MODEL_LAUNCH),
    ("极氪玻利维亚业务总经理离任", None),
]


@pytest.mark.parametrize(("title", "why"), [pytest.param(*row, id=row[0]) for row in NO_MOVES])
def test_a_headline_of_something_else_is_no_move(reader: Reader, title: str, why: WhyNot | None) -> None:
    reading = reader.read(Text(title))
    assert reading.moves == ()
    assert reading.why_not is not None
    assert reading.confidence < 0.5
    if why is not None:
        assert reading.why_not is why


def test_a_digest_never_joins_the_company_of_one_item_to_the_place_of_another(reader: Reader) -> None:
    reading = reader.read(Text("出海速递｜理想汽车发布新车/某茶饮品牌进军墨西哥"))
    assert not reading.relevant


@pytest.mark.parametrize(
    "title",
    [
        "36氪晚报｜极氪发布财报；将在玻利维亚建厂的企业越来越多",
        "8点1氪丨极氪公布新配色；进军玻利维亚市场，今年开店",
    ],
)
def test_an_item_that_names_no_maker_does_not_speak_of_the_one_of_another(reader: Reader, title: str) -> None:
    assert reader.read(Text(title)).moves == ()


def test_a_digest_reports_the_move_among_its_items(reader: Reader) -> None:
    reading = reader.read(Text("氪星晚报｜某手机厂商发布新机；岚图汽车进军智利市场；油价上调"))
    assert [(m.company, m.type, m.destinations) for m in reading.moves] == [("Voyah", ENTRY, ("CL",))]


@pytest.mark.parametrize("title", ["Chery considers plants in Europe and the UK", "奇瑞研究在欧洲和英国建厂"])
def test_two_markets_joined_by_and_are_both_meant_though_one_is_part_of_the_other(reader: Reader, title: str) -> None:
    assert reader.read(Text(title)).moves[0].destinations == ("EU", "GB")


def test_a_subsidiary_is_no_subsidy(reader: Reader) -> None:
    chosen = reader.judge(Text("Dongfeng subsidiary Voyah opens its first showroom in Bolivia")).chosen
    assert chosen
    assert not any(proposal.says("tariff") for proposal in chosen)


def test_where_cars_are_made_is_not_where_they_are_exported_to(reader: Reader) -> None:
    text = Text("Nissan to export electric cars", "Nissan will export cars made at its Chinese plants to Bolivia.")
    assert reader.read(text).moves[0].destinations == ("BO",)


@pytest.mark.parametrize(
    "title",
    [
        "Voyah hopes to have a right-hand drive model for Bolivia soon",
        "Voyah looks to dealers to plant its flag in Bolivia",
    ],
)
def test_a_drive_and_what_is_planted_are_no_production(reader: Reader, title: str) -> None:
    assert PLANT not in [proposal.type for proposal in reader.judge(Text(title)).chosen]


def test_a_factory_that_shows_close_cooperation_is_not_closed(reader: Reader) -> None:
    moves = reader.read(Text("Proton factory in Bolivia shows close cooperation of both countries")).moves
    assert RETREAT not in [move.type for move in moves]


def test_two_companies_joined_by_and_make_a_move_each(reader: Reader) -> None:
    reading = reader.read(Text("极氪与岚图宣布进军智利市场"))
    assert {m.company for m in reading.moves} == {"Zeekr", "Voyah"}


def test_a_sub_brand_named_with_its_group_acts_itself(reader: Reader) -> None:
    assert reader.read(Text("比亚迪的腾势品牌在智利登陆")).moves[0].company == "Denza"


def test_a_move_told_of_a_brand_is_not_told_of_its_group_again(reader: Reader) -> None:
    reading = reader.read(Text("Lepas begins CKD assembly in Peru - the first plant of the Chery brand outside China"))
    assert [(m.company, m.type, m.destinations) for m in reading.moves] == [("Lepas", PLANT, ("PE",))]


@pytest.mark.parametrize(
    "title", ["小米官宣造车，首款车将发布", "雷军在京发布小米SU7", "雷军今晚发布小米SU7，只字不提价格？"]
)
def test_what_was_a_new_entrant_is_none_once_its_first_car_is_on_sale(reader: Reader, title: str) -> None:
    before, after = datetime(2022, 5, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    assert reader.read(Text(title, published=before)).moves[0].type is ENTRANT
    assert not reader.read(Text(title, published=after)).relevant


def test_the_first_sale_in_a_market_counts_until_the_data_knows_the_brand_there(reader: Reader) -> None:
    title = "BYD goes on sale in South Korea"
    assert reader.read(Text(title, published=datetime(2024, 11, 1, tzinfo=UTC))).relevant
    assert not reader.read(Text(title, published=datetime(2026, 5, 1, tzinfo=UTC))).relevant
