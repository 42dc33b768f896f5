"""Who moves, of several companies that a text names, and whether it is the brand or one of its models."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.classify import Reader
from crawler.models import MoveType, Text, WhyNot
from tests.crawler.titles import ENTRANT, ENTRY, OFFICE, PLANT


@pytest.mark.parametrize(
    ("title", "company"),
    [
        # a group that makes the cars of a brand of its own owns the plant
        ("Toyota to build Lexus cars in Bolivia", "Toyota"),
        ("丰田，要在玻利维亚造雷克萨斯了", "Toyota"),
        ("Toyota's Lexus to build cars in Bolivia", "Lexus"),
        ("Toyota plans to launch Lexus in Bolivia", "Lexus"),
        ("吉利，将在玻利维亚卖极氪汽车", "Zeekr"),
        ("吉利扩大合作，在玻利维亚生产极氪7X", "Zeekr"),
        # whose cars another carries abroad moves
        ("Stellantis to build Leapmotor cars in Bolivia", "Leapmotor"),
        ("Stellantis, Leapmotor to kick off assembly in Bolivia", "Leapmotor"),
        ("Stellantis to build Jeep cars in Bolivia", "Stellantis"),
    ],
)
def test_who_makes_whose_cars_decides_whose_plant_it_is(reader: Reader, title: str, company: str) -> None:
    assert reader.read(Text(title)).moves[0].company == company


def test_a_plant_is_known_by_the_brand_that_is_made_in_it(reader: Reader) -> None:
    day = datetime(2026, 10, 1, tzinfo=UTC)
    told = reader.read(Text("Volkswagen to build Audi cars in the US", "", day))
    assert [move.company for move in told.moves] == ["Volkswagen"]
    assert reader.read(Text("Volkswagen to build cars in the US", "", day)).moves == ()


def test_what_others_make_of_a_brand_s_platform_is_no_plant_of_its_group(reader: Reader) -> None:
    lead = "奇瑞董事长说，欧洲一家豪华品牌要用星途的平台造车。"
    assert reader.read(Text("奇瑞与捷豹均否认合作", lead)).moves == ()


@pytest.mark.parametrize(
    ("title", "type_"),
    [
        ("Slate's truck is to be sold in Bolivia from January", ENTRY),
        ("Slate to launch its truck in the US", ENTRANT),
        ("Slate to launch its truck overseas", ENTRANT),
        ("Dreame to launch its first electric car in Germany", ENTRANT),
        ("追觅首款汽车将登陆德国", ENTRANT),
        ("追觅首辆汽车将登陆德国", ENTRANT),
        ("追觅首台汽车将登陆德国", ENTRANT),
        ("追觅汽车将登陆德国", ENTRY),
        ("Sony to launch its car in Japan", ENTRANT),
    ],
)
def test_a_would_be_maker_enters_where_its_first_car_is_sold_first(reader: Reader, title: str, type_: MoveType) -> None:
    assert reader.read(Text(title)).moves[0].type is type_


@pytest.mark.parametrize(
    ("title", "lead", "company"),
    [
        ("A rival for the Hilux and the Ranger", "Rox has arrived in Bolivia with two models.", "Rox"),
        ("Chinese answer to Tesla", "Rox has entered Bolivia with two models.", "Rox"),
        ("New brand takes on Tesla", "Rox has entered Bolivia with two models.", "Rox"),
        ("After Tesla's debut, the maker Rox opens first showroom in Bolivia", "", "Rox"),
        ("Unlike Tesla, Rox enters Bolivia", "", "Rox"),
        ("CATL and Huawei's electric brand Avatr enters Bolivia", "", "Avatr"),
        ("CATL and Huawei's Avatr enters Bolivia", "", "Avatr"),
    ],
)
def test_who_only_measures_owns_or_went_before_does_not_act(
    reader: Reader, title: str, lead: str, company: str
) -> None:
    assert [move.company for move in reader.read(Text(title, lead)).moves] == [company]


def test_a_brand_s_first_car_of_a_kind_is_an_arrival_where_it_sold_others(reader: Reader) -> None:
    day = datetime(2024, 6, 1, tzinfo=UTC)
    assert reader.read(Text("BYD launches its first passenger car in India", "", day)).moves
    assert reader.read(Text("BYD launches a passenger car in India", "", day)).moves == ()


def test_vehicles_for_the_home_market_are_no_exports(reader: Reader) -> None:
    assert reader.read(Text("Solaris plans to deliver 42 electric buses to Poland")).moves == ()


@pytest.mark.parametrize("makes", ["build", "produce", "make", "assemble", "manufacture"])
def test_a_group_that_makes_its_brand_s_cars_owns_the_plant(reader: Reader, makes: str) -> None:
    assert reader.read(Text(f"Toyota to {makes} Lexus cars in Bolivia")).moves[0].company == "Toyota"


@pytest.mark.parametrize("makes", ["生产", "组装", "造", "投产"])
def test_a_group_that_makes_its_brand_s_cars_owns_the_plant_in_chinese(reader: Reader, makes: str) -> None:
    assert reader.read(Text(f"丰田将在玻利维亚{makes}雷克萨斯汽车")).moves[0].company == "Toyota"


@pytest.mark.parametrize("body", ["旅行版", "敞篷版", "长续航版", "插混版", "增程版"])
def test_a_version_that_is_not_sold_any_more_is_one_model(reader: Reader, body: str) -> None:
    assert reader.read(Text(f"大众在秘鲁停售高尔夫{body}")).moves == ()


@pytest.mark.parametrize(
    "arrives",
    [
        *(" brand to be sold in", " range to be sold in", " line-up to be sold in", "'s vans to be sold in"),
        *(" lorries to be sold in", " coaches to be sold in", " passenger cars to be sold in"),
        *(
            " commercial vehicles to be sold in",
            " was introduced to",
            " cars were introduced to",
            " has been introduced to",
        ),
        *(
            " can now be ordered in",
            " can be bought in",
            " would be sold in",
            " could be launched in",
            " may be launched in",
        ),
    ],
)
def test_a_brand_arrives_however_its_vehicles_are_called(reader: Reader, arrives: str) -> None:
    moves = reader.read(Text(f"Zeekr{arrives} Bolivia")).moves
    assert [(move.company, move.type) for move in moves] == [("Zeekr", ENTRY)]
    assert moves[0].confidence > 0.7


@pytest.mark.parametrize("be", ["is", "are", "was", "were"])
def test_what_there_is_none_of_is_denied(reader: Reader, be: str) -> None:
    reading = reader.read(Text(f"Geely says there {be} no factories being built in Bolivia"))
    assert reading.why_not is WhyNot.DENIAL


def test_a_would_be_maker_s_plant_abroad_is_no_arrival(reader: Reader) -> None:
    types = [move.type for move in reader.read(Text("追觅汽车计划在柏林建厂")).moves]
    assert PLANT in types
    assert ENTRY not in types


@pytest.mark.parametrize(
    ("title", "companies"),
    [
        ("Voyah, Deepal to build plants in Bolivia", {"Voyah", "Deepal"}),
        ("Voyah, Deepal and Rox to build plants in Bolivia", {"Voyah", "Deepal", "Rox"}),
        ("岚图、深蓝、极石将在玻利维亚建厂", {"Voyah", "Deepal", "Rox"}),
        ("岚图深蓝将在玻利维亚建厂", {"Voyah", "Deepal"}),
        # side by side, one owns the other, or names the venture of both
        ("东风岚图将在玻利维亚建厂", {"Voyah"}),
        ("Fiat Chrysler to build plant in Bolivia", {"Fiat"}),
        ("The owner of Lotus, Volvo and Polestar brings the Proton brand to Bolivia", {"Proton"}),
    ],
)
def test_companies_that_are_listed_act_together(reader: Reader, title: str, companies: set[str]) -> None:
    assert {move.company for move in reader.read(Text(title)).moves} == companies


def test_a_brand_behind_its_group_s_name_acts_alone_even_where_it_is_known(reader: Reader) -> None:
    day = datetime(2026, 10, 1, tzinfo=UTC)
    assert reader.read(Text("东风岚图与葡萄牙Salvador Caetano集团签约进入葡萄牙", "", day)).moves == ()


TAKEN_UP = [
    (
        "Voyah has filled two floors. The state-owned automaker is hiring 120 people for its Bolivian headquarters.",
        True,
    ),
    ("Voyah has filled two floors. It is hiring 120 people for its Bolivian headquarters.", True),
    ("岚图租下两层楼。该公司正在为玻利维亚总部招聘120人。", True),
    ("Voyah has filled two floors. The city is hiring 120 people for its Bolivian headquarters.", False),
    ("Two floors are filled. It is hiring 120 people for its Bolivian headquarters, and Voyah sells well.", False),
]


@pytest.mark.parametrize(("lead", "told"), TAKEN_UP)
def test_a_sentence_of_the_lead_takes_up_the_company_of_the_one_before(reader: Reader, lead: str, told: bool) -> None:
    moves = reader.read(Text("Two floors downtown", lead)).moves
    assert [(m.company, m.type) for m in moves] == ([("Voyah", OFFICE)] if told else [])


@pytest.mark.parametrize("made", ["Scooter", "E-bike", "Motorcycle", "Robot", "Smartphone", "Mower"])
@pytest.mark.parametrize("who", ["maker", "giant", "company"])
def test_what_a_would_be_maker_makes_so_far_is_not_what_it_shows(reader: Reader, made: str, who: str) -> None:
    (move,) = reader.read(Text(f"{made} {who} Yadea unveils its first car")).moves
    assert (move.company, move.type) == ("Yadea", ENTRANT)
    assert reader.read(Text(f"Yadea unveils its first {made.lower()} for car parks")).moves == ()


@pytest.mark.parametrize(
    ("title", "lead"),
    [
        ("Two nights without sleep", "Yadea, which has made nothing but electric scooters so far, will build a car."),
        ("Logistics platform Lalamove to build its own electric van", ""),
        ("做两轮摩托的九号公司要推出一款自己的电动汽车", ""),
    ],
)
def test_nor_what_it_is_said_to_have_made_before(reader: Reader, title: str, lead: str) -> None:
    assert {move.type for move in reader.read(Text(title, lead)).moves} == {ENTRANT}
