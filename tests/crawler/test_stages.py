"""How far a move has come: what the words around it make of the trigger's own stage."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.classify import Reader
from crawler.models import MoveType, Stage, Text
from tests.crawler.titles import ANNOUNCED, CANCELLED, LAUNCHED, PLANNED, RUMOURED, UNDER_WAY

TO_DO = (
    "commence deliveries in Peru",
    "kick off sales in Peru",
    "resume sales in Peru",
    "officially enter Peru",
    "re-enter Peru",
    "move van assembly to Argentina",
    "shift van assembly to Argentina",
    "put together vans in Argentina",
    "invest in Argentine plant",
    "recruit dealers in Peru",
    "found Peruvian subsidiary",
    "erect plant in Argentina",
    "use Argentine plant of Salvador Group",
    "buy plant in Argentina",
    "double Argentine plant",
    "unveil first Argentine showroom",
)

TITLES = [
    # a plant that is said to come is decided, unless it is somebody's word, a wish, or expected
    ("Deepal will build cars in Argentina", ANNOUNCED),
    ("Deepal to build a car plant in Argentina", ANNOUNCED),
    ("Deepal plans to build a car plant in Argentina", PLANNED),
    ("Deepal plans a car plant near Rosario in Argentina", PLANNED),
    ("Deepal to build a car plant in Argentina, chairman says", PLANNED),
    ("Deepal expected to build a car plant in Argentina", PLANNED),
    ("深蓝汽车将在阿根廷建厂", ANNOUNCED),
    ("深蓝汽车：将在阿根廷建厂", PLANNED),
    ("深蓝汽车预计明年在阿根廷建厂", PLANNED),
    ("深蓝汽车要在阿根廷建厂", PLANNED),
    ("深蓝汽车高管：将进军秘鲁市场，明年3月上市", PLANNED),
    ("深蓝汽车想在阿根廷建厂", PLANNED),
    ("深蓝汽车接近拿下阿根廷一家工厂", RUMOURED),
    ("深蓝汽车CEO：深蓝会卖到秘鲁", PLANNED),
    ("深蓝汽车：投资25亿元在阿根廷设研发中心", ANNOUNCED),
    ("Changan confirms launch for Avatr brand in Peru", ANNOUNCED),
    ("Deepal confirms that it enters Peru", ANNOUNCED),
    ("Deepal plans exit from Peru", ANNOUNCED),
    # a paper's word, and a wish that insiders tell
    ("Deepal picks Argentina for plant, says newspaper", RUMOURED),
    ("Deepal picks Argentina for plant, newspaper says", RUMOURED),
    ("Deepal picks Argentina for plant: magazine", RUMOURED),
    ("Deepal enters Argentina, paper says", RUMOURED),
    ("媒体称深蓝汽车进军秘鲁", RUMOURED),
    ("Deepal targets launch in Peru, insiders say", RUMOURED),
    ("Deepal targeting 8,000 exports to Peru, insiders say", PLANNED),
    # "to" before what is only then done
    *((f"Deepal to {told}", ANNOUNCED) for told in TO_DO),
    # how much of a plant stands, and what is made to try it
    ("Deepal plant in Argentina 60% complete", UNDER_WAY),
    ("Deepal's Argentine plant is 60 per cent finished", UNDER_WAY),
    ("Deepal begins pilot assembly in Argentina", UNDER_WAY),
    ("Deepal starts trial runs at Argentine plant", UNDER_WAY),
    ("Deepal readies its first Argentine showroom", PLANNED),
    # a signature makes a wish more than one, but not under a study
    ("Deepal considers Argentine plant, inks deal", ANNOUNCED),
    ("Deepal considers Argentine plant, inks feasibility study", PLANNED),
    ("深蓝汽车拟进军秘鲁，已签约经销商", ANNOUNCED),
    ("深蓝汽车考虑进军秘鲁，已签订协议", ANNOUNCED),
    ("深蓝汽车想去秘鲁卖车", PLANNED),
    ("深蓝汽车想把车卖到秘鲁", PLANNED),
    # a plant about to open is being built
    ("Deepal is about to open a car plant in Argentina", UNDER_WAY),
    ("Deepal opens a car plant in Argentina", LAUNCHED),
    ("Deepal starts building a car plant in Argentina", UNDER_WAY),
    ("Deepal completes 90 percent of its car plant in Argentina", UNDER_WAY),
    ("Deepal prepares for assembly in Argentina", PLANNED),
    ("Dreame is preparing to build its first electric car", UNDER_WAY),
    # a date that is set
    ("Deepal teases brand launch in Peru on April 4", ANNOUNCED),
    ("Deepal to expand into Peru next month", ANNOUNCED),
    ("Deepal partners with Foton to build vans in Argentina", ANNOUNCED),
    # of a market: with a place and no word on the future, it is more than a plan
    ("Deepal further expands into Peru", ANNOUNCED),
    ("Deepal to expand into Peru", PLANNED),
    ("Deepal is ramping up its expansion in Peru this year", UNDER_WAY),
    # who returns sells there again
    ("Deepal returns to Peru", LAUNCHED),
    ("Deepal to return to Peru", ANNOUNCED),
    # cars that are made are no plan, and the first to make them has made them; kits alone are neither
    ("Deepal's Argentina production starts early", LAUNCHED),
    ("Deepal begins CKD assembly in Argentina", LAUNCHED),
    ("Deepal picks Argentina for its first overseas CKD plant", ANNOUNCED),
    ("Deepal becomes the first Chinese carmaker to build cars in Argentina", LAUNCHED),
    ("Deepal becomes first Chinese brand to export cars to Peru", UNDER_WAY),
    ("深蓝汽车成为首家在阿根廷生产汽车的中国车企", LAUNCHED),
    ("深蓝汽车在阿根廷开始生产", LAUNCHED),
    ("深蓝汽车首辆试制车在阿根廷工厂下线", UNDER_WAY),
    ("深蓝汽车工厂设在阿根廷", ANNOUNCED),
    ("深蓝汽车与阿根廷伙伴签署CKD协议", ANNOUNCED),
    # people who are taken on, whatever is only planned yet
    ("深蓝汽车挖来三名工程师筹建西班牙设计中心", UNDER_WAY),
    ("Deepal hires engineers as it plans a design center in Spain", UNDER_WAY),
    # why it is done says nothing of how far it is
    ("Deepal brand enters Peru as it looks to further markets", LAUNCHED),
    ("Deepal opens Argentina car plant, seeks site for second", LAUNCHED),
    ("Deepal brand lands in Peru ahead of Bolivia launch this year", LAUNCHED),
    ("深蓝汽车抵达秘鲁并开启交付", LAUNCHED),
    ("深蓝汽车正式成立西班牙研发中心", LAUNCHED),
    ("深蓝汽车成立西班牙研发中心", ANNOUNCED),
    # a retreat that is only thought of
    ("Deepal considers scrapping its plant in Argentina", RUMOURED),
    ("深蓝汽车考虑取消在阿根廷建厂计划", RUMOURED),
    ("深蓝汽车取消在阿根廷建厂计划", CANCELLED),
    ("深蓝汽车宣布推迟在阿根廷建厂", PLANNED),
    ("Deepal announces exit from Norway", ANNOUNCED),
    ("Deepal exits Norway", CANCELLED),
    ("戴森宣布取消造车项目", CANCELLED),
    # an object before its verb is no future
    ("极氪将欧洲总部迁至荷兰", ANNOUNCED),
    # who says it
    ("深蓝汽车传拟在阿根廷建厂", RUMOURED),
    ("Deepal is among finalists to buy a car plant in Argentina", RUMOURED),
    ("Deepal is (probably) coming to Peru", RUMOURED),
    ("深蓝汽车与阿根廷洽谈建厂", RUMOURED),
    ("深蓝汽车申请在阿根廷建厂 年产能或达10万辆", ANNOUNCED),
    ("Local Deepal plant in Argentina may be key to its future", PLANNED),
    ("Dreame gears up to launch its first electric car", PLANNED),
    # a car that an entrant gives up is given up, by whatever hearsay
    ("Apple's car is reportedly scrapped", CANCELLED),
    ("传戴森取消造车项目", CANCELLED),
    ("传戴森推迟造车项目", RUMOURED),
    ("戴森取消造车项目：报道", RUMOURED),
    ("Deepal cancels plans to make cars in Argentina", CANCELLED),
    ("Deepal plans to end car production in Argentina", ANNOUNCED),
    ("Deepal plans to wind down its business in Argentina", ANNOUNCED),
    ("深蓝汽车决定退出挪威", ANNOUNCED),
    ("Deepal has left Norway, importer confirms", CANCELLED),
    ("Deepal to retreat from Norway", ANNOUNCED),
    ("Deepal is closing its plant in Argentina", ANNOUNCED),
    ("Deepal closes its plant in Argentina, ending its time there", CANCELLED),
    # a stop is a stop from its first day, one with an end puts off
    ("Deepal to suspend exports to Norway", CANCELLED),
    ("Deepal halts work on its plant in Argentina until spring", PLANNED),
    # whatever is to be done is not done
    ("深蓝汽车将在秘鲁设立研发中心", ANNOUNCED),
    ("深蓝汽车在秘鲁上市，首家门店明年开业", ANNOUNCED),
    ("Deepal hiring in Peru, moves to be first brand there", UNDER_WAY),
    ("Deepal to restart assembly at its plant in Argentina", ANNOUNCED),
    ("Deepal to kick off assembly in Argentina", ANNOUNCED),
    ("Deepal to reenter Peru", ANNOUNCED),
    ("Deepal to enter Peru next year", ANNOUNCED),
    ("Deepal to complete its plant in Argentina", UNDER_WAY),
    ("Deepal begins car production in Argentina to target Peru", LAUNCHED),
    ("Deepal doubles export goal for next year", PLANNED),
    ("Deepal first to export hydrogen trucks to Peru", UNDER_WAY),
    ("Deepal to be first to export hydrogen trucks to Peru", PLANNED),
    # a plan beside it, a signature beside a plan
    ("Deepal brand launches in Peru with ambitious plan", LAUNCHED),
    ("Deepal signs MoU to explore a plant in Argentina", ANNOUNCED),
    # an arrival is arranged, unless it is somebody's word
    ("Deepal is coming to Peru", ANNOUNCED),
    ("Deepal is coming to Peru, its importer says", PLANNED),
    # a paper is a source, talks on something else are no rumour and a trade deal is nobody's signature
    ("Deepal plans a plant in Argentina -newspaper", RUMOURED),
    ("外媒称深蓝汽车计划在阿根廷建厂", RUMOURED),
    ("Deepal to shut Argentine plant as merger talks end", ANNOUNCED),
    ("Deepal to expand into Peru after trade deal", PLANNED),
    ("Deepal confirms the possibility of a plant in Argentina", PLANNED),
    # a target is the company's own, whoever tells it
    ("Deepal targets 500,000 cars in overseas sales: report", PLANNED),
    # what stands behind a space is another clause
    ("深蓝汽车退出挪威 2030年推皮卡", CANCELLED),
    ("Deepal set to open a car plant in Argentina", UNDER_WAY),
    ("Deepal car production in Argentina begins", LAUNCHED),
    ("深蓝汽车开始启动秘鲁业务筹备", UNDER_WAY),
    ("Deepal in negotiations over a car plant in Argentina", RUMOURED),
    ("报道：深蓝汽车取消在阿根廷建厂计划", RUMOURED),
    ("Deepal cancels car plant in Argentina: report", RUMOURED),
    ("外媒：深蓝汽车取消在阿根廷建厂计划", RUMOURED),
    # what is nearly sure is not
    ("Deepal all but confirmed for Peru", RUMOURED),
    ("Deepal may have just opened its car plant in Argentina", LAUNCHED),
    ("Deepal to be sold in Peru from May", PLANNED),
    ("Deepal to enter Peru, people close to the company say", RUMOURED),
    ("Deepal opens car plant in Argentina after months of talks", LAUNCHED),
    ("Deepal to build a car plant in Argentina with an eye on Peru", ANNOUNCED),
    ("Deepal to enter Peru next spring", ANNOUNCED),
    ("奇瑞即将突破出口百万辆", UNDER_WAY),
    ("Deepal set to hit Peruvian roads", ANNOUNCED),
    ("Deepal is building a car plant in Argentina", UNDER_WAY),
    ("深蓝汽车把登陆秘鲁的时间推后到2028年", PLANNED),
    ("Deepal design studio in Argentina is on the drawing board", PLANNED),
]


@pytest.mark.parametrize(("title", "stage"), [pytest.param(*row, id=row[0]) for row in TITLES])
def test_a_title_tells_the_stage(reader: Reader, title: str, stage: Stage) -> None:
    moves = reader.read(Text(title)).moves
    assert moves
    assert moves[0].stage is stage


LEADS = [
    # an arrival that its lead tells as still to come, whatever the title has
    ("Deepal launches in Peru", "Sales will start in May.", ANNOUNCED),
    ("Deepal launches in Peru", "Sales begin in May.", ANNOUNCED),
    ("Deepal launches in Peru", "The brand will also open its first showroom in May.", ANNOUNCED),
    ("Deepal launches in Peru", "The cars will be offered from May.", ANNOUNCED),
    ("Deepal launches in Peru", "The cars are set to go on sale in May.", ANNOUNCED),
    ("Deepal launches in Peru", "The brand is preparing for its first deliveries.", ANNOUNCED),
    ("深蓝汽车进军秘鲁", "深蓝汽车将在秘鲁开设首店。", ANNOUNCED),
    ("深蓝汽车进军秘鲁", "深蓝汽车将于5月登陆秘鲁。", ANNOUNCED),
    ("深蓝汽车进军秘鲁", "首款车将于5月上市。", ANNOUNCED),
    ("深蓝汽车登陆秘鲁", "首店将于5月开业。", ANNOUNCED),
    # what a company "said it would" do
    ("Deepal packs its bags", "Deepal said it would begin sales in Peru in the third quarter.", ANNOUNCED),
    ("Deepal to build a car plant in Argentina", "Deepal plans to make 20,000 cars a year there.", PLANNED),
    ("Deepal to build a car plant in Argentina", "Deepal has bought a site for it in Rosario.", ANNOUNCED),
    ("深蓝汽车将在阿根廷建厂", "深蓝汽车正在当地选址。", PLANNED),
    # a medium that reports is no nameless source, one without a name is
    ("深蓝汽车将在阿根廷建厂", "有媒体报道，深蓝汽车已派人前往当地。", RUMOURED),
    ("深蓝汽车计划在阿根廷建厂", "知情人士称，深蓝汽车已有方案。", RUMOURED),
    ("深蓝汽车启动阿根廷建厂计划", "多个消息来源确认了这一计划。", RUMOURED),
    ("深蓝汽车计划在阿根廷建厂", "据外媒报道，深蓝汽车已有方案。", PLANNED),
    ("深蓝汽车阿根廷建厂即将官宣", "据消息人士称，合同已拟好。", RUMOURED),
    # the lead tells how far it is: cars are on their way, an arrival is still to come, so is an end
    ("Deepal to export 300 cars to Peru", "Deepal has started exporting them, the port said.", UNDER_WAY),
    ("Deepal to export 300 cars to Peru", "Deepal has found a buyer for them, the port said.", PLANNED),
    ("Deepal plans to export cars to Peru", "Deepal has started exporting vans to the region.", PLANNED),
    ("300辆深蓝汽车即将发往秘鲁", "首批深蓝汽车周四缓缓驶出厂区。", UNDER_WAY),
    ("Deepal to make cars in Argentina", "A plant is under construction in Rosario.", UNDER_WAY),
    ("Deepal to launch cars built in Argentina", "The plant is under construction in Rosario.", UNDER_WAY),
    ("Deepal brand enters Peru", "Its first shop opens next week.", ANNOUNCED),
    ("Deepal brand enters Peru", "Its first shop opened this week.", LAUNCHED),
    ("深蓝汽车在秘鲁上市", "首家门店下周开业。", ANNOUNCED),
    ("Deepal launches in Peru", "Deepal is preparing for its first season in Lima.", ANNOUNCED),
    ("Deepal returns to Peru", "Deepal will re-enter the country this autumn.", ANNOUNCED),
    ("深蓝汽车在秘鲁开设首家门店", "深蓝汽车将首次进入秘鲁市场，门店位于利马。", ANNOUNCED),
    ("Deepal leaves Norway", "Deepal has announced its intention to end sales there.", ANNOUNCED),
    ("深蓝汽车退出挪威市场", "深蓝汽车将于明年春天关闭在奥斯陆的门店。", ANNOUNCED),
    ("Deepal shuts its European headquarters", "Deepal plans to shutter its office in Munich in August.", ANNOUNCED),
    ("深蓝汽车撤离挪威", "深蓝汽车周一表示，将撤出在挪威的门店。", ANNOUNCED),
    ("深蓝汽车关闭阿根廷工厂", "深蓝汽车决定关闭在罗萨里奥的工厂。", ANNOUNCED),
    ("深蓝汽车撤离挪威", "深蓝汽车已将门店全部出售。", CANCELLED),
    ("Deepal leaves Norway", "Its last shop in Oslo has closed.", CANCELLED),
    ("Deepal further expands into Peru", "The cars are now in stock in Lima.", LAUNCHED),
    ("Deepal further expands into Peru", "Deepal has begun deliveries in Lima.", LAUNCHED),
    ("Deepal further expands into Peru", "The cars went on sale in Lima on Monday.", LAUNCHED),
    ("深蓝汽车开进秘鲁", "两款车型即日起在利马销售。", LAUNCHED),
    ("Deepal to enter Peru", "After a month of hints from insiders the importer has a date.", PLANNED),
    ("Deepal to enter Peru", "Insiders hint that the importer has a date.", RUMOURED),
    ("深蓝汽车开进秘鲁", "首批车主已在利马提车。", LAUNCHED),
    ("Deepal bets on Argentina factory", "Deepal has opened its plant in Rosario.", LAUNCHED),
    ("Deepal bets on Argentina factory", "Deepal reached a milestone by opening it in Rosario.", LAUNCHED),
    ("Deepal closes its plant in Argentina", "Deepal announced it will shut the site in autumn.", ANNOUNCED),
    ("Deepal to build a car plant in Argentina", "Deepal broke ground on it in Rosario on Monday.", UNDER_WAY),
    ("Deepal bets on Argentina factory", "Deepal broke ground on a plant in Rosario on Monday.", UNDER_WAY),
    ("Deepal further expands into Peru", "Deepal relaunched in Lima on Monday.", LAUNCHED),
    ("Deepal further expands into Peru", "Deepal has gone on sale in Lima.", LAUNCHED),
    ("深蓝汽车成立西班牙研发中心", "深蓝汽车西班牙研发中心正式开业。", LAUNCHED),
    ("深蓝汽车阿根廷本地组装", "深蓝汽车组装线已于本周投产。", LAUNCHED),
    ("Deepal comes to Peru", "Deepal named a distributor. Deliveries begin this summer.", ANNOUNCED),
    ("深蓝汽车将在阿根廷建厂", "据悉，深蓝汽车已派人前往当地。", RUMOURED),
    ("深蓝汽车将在阿根廷建厂", "深蓝汽车周一宣布，将在罗萨里奥建厂。据悉，这是其在南美的首个工厂。", ANNOUNCED),
    # what is signed is more than a plan, what others report is less; what is official is no rumour any more
    ("深蓝汽车将进入秘鲁市场", "深蓝汽车与当地经销商签署了协议。", ANNOUNCED),
    ("深蓝汽车将进入秘鲁市场", "深蓝汽车正在寻找经销商。", PLANNED),
    ("深蓝汽车拟在阿根廷建厂", "深蓝汽车周一与当地政府签署了协议。", ANNOUNCED),
    ("Deepal eyes a plant in Argentina", "Deepal has signed an MoU on a feasibility study.", PLANNED),
    ("Deepal eyes a plant in Argentina", "Deepal has signed an MoU on it with the province.", ANNOUNCED),
    ("Deepal to expand into Peru", "Deepal will start sales in Lima from September.", ANNOUNCED),
    ("Deepal to expand into Peru", "Deepal signed a contract with an importer in Lima.", ANNOUNCED),
    ("Deepal to restart its plant in Argentina", "Deepal announced today that work will go on in Rosario.", ANNOUNCED),
    ("Deepal's new plant in Argentina", "Deepal will launch a $1.2 billion hub in Rosario in October.", ANNOUNCED),
    ("Argentina approves Deepal car plant", "Deepal was rumored to plan a car plant in Argentina.", ANNOUNCED),
    ("Argentina greenlights Deepal car plant", "Deepal was rumored to plan a car plant in Argentina.", ANNOUNCED),
]


@pytest.mark.parametrize(("title", "lead", "stage"), [pytest.param(*row, id=row[1]) for row in LEADS])
def test_the_lead_tells_a_plan_from_a_decision_and_from_what_is_done(
    reader: Reader, title: str, lead: str, stage: Stage
) -> None:
    assert reader.read(Text(title, lead)).moves[0].stage is stage


YEARS = [
    ("深蓝汽车2027年在阿根廷工厂投产", 2026, ANNOUNCED),
    ("深蓝汽车2027年在阿根廷工厂投产", 2027, LAUNCHED),
    ("深蓝汽车2027年底在阿根廷工厂投产", 2027, ANNOUNCED),
    ("深蓝汽车2025年底在阿根廷工厂投产", 2027, LAUNCHED),
    ("Deepal opens car plant in Argentina in 2027", 2026, ANNOUNCED),
    ("Deepal opens car plant in Argentina in 2027", 2027, LAUNCHED),
    ("Deepal opens 2027 car plant in Argentina", 2026, LAUNCHED),
    ("Deepal opens car plant in Argentina mid-2027", 2026, ANNOUNCED),
    ("Deepal opens car plant in Argentina early 2027", 2026, ANNOUNCED),
    ("Deepal opens car plant in Argentina in spring 2027", 2026, ANNOUNCED),
    ("Deepal opens car plant in Argentina in Q3 2027", 2026, ANNOUNCED),
    ("Deepal opens car plant in Argentina, March 2027", 2026, ANNOUNCED),
    ("Deepal opens car plant in Argentina in the third quarter of 2027", 2026, ANNOUNCED),
    ("Deepal closes car plant in Argentina in 2027", 2026, ANNOUNCED),
    ("Deepal closes car plant in Argentina in 2027", 2027, CANCELLED),
]


def test_an_end_of_a_year_is_not_to_come_when_it_has_come(reader: Reader) -> None:
    december = datetime(2027, 12, 20, tzinfo=UTC)
    assert reader.read(Text("深蓝汽车2027年底在阿根廷工厂投产", published=december)).moves[0].stage is LAUNCHED


@pytest.mark.parametrize(("title", "year", "stage"), YEARS, ids=str)
def test_a_year_after_the_day_of_the_text_is_still_to_come(reader: Reader, title: str, year: int, stage: Stage) -> None:
    moves = reader.read(Text(title, published=datetime(year, 5, 15, tzinfo=UTC))).moves
    assert moves[0].stage is stage


@pytest.mark.parametrize(
    "aside",
    [
        *(f"to {verb} expected tariffs" for verb in ("avoid", "bypass", "dodge", "escape", "counter", "beat", "fight")),
        *(f"to {verb} planned curbs" for verb in ("challenge", "meet", "cut", "reduce", "support", "tap", "serve")),
        *(f"with {hope} to sell 9,000 cars by 2040" for hope in ("an ambition", "plans", "its goal", "the hope")),
        "with a focus on what is expected of EVs",
    ],
)
def test_what_an_arrival_is_for_does_not_put_it_off(reader: Reader, aside: str) -> None:
    assert reader.read(Text(f"Deepal enters Peru {aside}")).moves[0].stage is LAUNCHED


@pytest.mark.parametrize("what", ["上市", "开售", "开卖", "发售", "交付", "接单", "开业", "营业", "开店", "开门"])
@pytest.mark.parametrize("day", ["明年", "下个月", "下月", "下周"])
def test_an_arrival_whose_sales_begin_later_is_announced(reader: Reader, day: str, what: str) -> None:
    assert reader.read(Text(f"深蓝汽车登陆秘鲁，{day}{what}")).moves[0].stage is ANNOUNCED


@pytest.mark.parametrize("told", ["close", "halt", "shut", "wind down", "pull out of", "withdraw from", "cease"])
def test_an_exit_is_to_come_when_the_lead_says_so(reader: Reader, told: str) -> None:
    moves = reader.read(Text("Deepal exits Peru", f"The company will {told} its business there.")).moves
    assert moves[0].stage is ANNOUNCED


def test_a_year_of_the_next_clause_does_not_date_an_exit(reader: Reader) -> None:
    text = Text("深蓝汽车退出秘鲁转战智利 2030年推电动车", published=datetime(2027, 3, 1, tzinfo=UTC))
    assert (MoveType.WITHDRAWAL, CANCELLED) in [(m.type, m.stage) for m in reader.read(text).moves]
