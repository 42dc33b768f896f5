"""Families of words that tell how far a move has come, each word with a text of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.classify import Reader
from crawler.models import MoveType, Stage, Text


@pytest.mark.parametrize("near", ["set", "on track", "about", "poised"])
@pytest.mark.parametrize("reached", ["surpass", "pass", "top", "cross", "hit", "break", "reach", "exceed"])
def test_exports_that_are_near_a_round_number_go_on(reader: Reader, near: str, reached: str) -> None:
    (move,) = reader.read(Text(f"Deepal {near} to {reached} a million vehicle exports")).moves
    assert move.stage is Stage.UNDER_WAY


@pytest.mark.parametrize("source", ["close to the deal", "familiar with it", "involved in it", "briefed on it"])
@pytest.mark.parametrize("who", ["people", "a person"])
def test_what_people_who_are_not_named_say_is_a_rumour(reader: Reader, who: str, source: str) -> None:
    assert reader.read(Text(f"Deepal to enter Peru, says {who} {source}")).moves[0].stage is Stage.RUMOURED


@pytest.mark.parametrize("words", ["may have just", "may have already", "may have only", "may have been and"])
def test_a_may_that_grants_something_is_no_rumour(reader: Reader, words: str) -> None:
    (move,) = reader.read(Text(f"Deepal {words} opened its car plant in Argentina, but it wants more")).moves
    assert move.stage is Stage.LAUNCHED


@pytest.mark.parametrize("month", ["from May", "before May", "of May", "to May", "on May Day"])
def test_may_is_a_month_behind_these_words(reader: Reader, month: str) -> None:
    assert reader.read(Text(f"Deepal to open its car plant in Argentina {month}")).moves[0].stage is not Stage.RUMOURED


@pytest.mark.parametrize("what", ["cars", "evs", "vehicles", "suvs", "trucks", "buses"])
def test_who_is_building_vehicles_has_a_plant_that_runs(reader: Reader, what: str) -> None:
    assert reader.read(Text(f"Deepal is now building {what} in Argentina")).moves[0].stage is Stage.LAUNCHED


@pytest.mark.parametrize(
    "told",
    ["are on sale", "are now on sale", "are already in stock", "went on sale", "have gone on sale", "have begun sales"],
)
def test_a_lead_tells_that_an_arrival_is_done(reader: Reader, told: str) -> None:
    moves = reader.read(Text("Deepal further expands into Peru", f"The cars {told} in Lima.")).moves
    assert moves[0].stage is Stage.LAUNCHED


@pytest.mark.parametrize("begun", ["has started selling", "has begun deliveries", "has started sales"])
def test_a_lead_tells_that_sales_have_begun(reader: Reader, begun: str) -> None:
    moves = reader.read(Text("Deepal further expands into Peru", f"The firm {begun} in Lima.")).moves
    assert moves[0].stage is Stage.LAUNCHED


@pytest.mark.parametrize("season", ["spring", "summer", "autumn", "fall", "winter"])
def test_an_arrival_of_next_season_is_announced(reader: Reader, season: str) -> None:
    assert reader.read(Text(f"Deepal to enter Peru next {season}")).moves[0].stage is Stage.ANNOUNCED


@pytest.mark.parametrize("hoped", ["planned", "expected", "scheduled", "promised"])
def test_what_opens_later_than_hoped_for_is_a_delay(reader: Reader, hoped: str) -> None:
    (move,) = reader.read(Text(f"Deepal plant in Argentina will open later than {hoped}")).moves
    assert (move.type, move.stage) == (MoveType.WITHDRAWAL, Stage.PLANNED)


@pytest.mark.parametrize(
    "words",
    [
        "Walls go up at Voyah plant in Bolivia",
        "Cranes at Voyah plant in Bolivia",
        "Voyah plant in Bolivia rises from the mud",
        "Partner pours concrete at Voyah plant in Bolivia",
        "Cement for Voyah plant in Bolivia",
        "President lays foundation stone of Voyah plant in Bolivia",
        "First sod of Voyah plant in Bolivia",
        "Sod turned at Voyah plant in Bolivia",
        "Piling at Voyah plant in Bolivia",
        "Voyah plant in Bolivia takes shape",
        "Bulldozers at Voyah plant in Bolivia",
        "Voyah plant in Bolivia gets its roof",
        "Lines in Bolivia readied for Voyah",
        "Partner tools up for Voyah plant in Bolivia",
        "Voyah plant in Bolivia at equipment-fitting stage",
        "Trial builds at Voyah plant in Bolivia",
        "Voyah plant in Bolivia in pre-production",
        "Crew in training for Voyah plant in Bolivia",
        "Voyah plant in Bolivia is under construction",
        "岚图玻利维亚工厂施工过半",
        "岚图玻利维亚工厂打桩",
        "岚图玻利维亚工厂设备进场",
    ],
)
def test_a_plant_that_is_being_built_is_under_way(reader: Reader, words: str) -> None:
    (move, *_) = reader.read(Text(words)).moves
    assert (move.type, move.stage) == (MoveType.OVERSEAS_PRODUCTION, Stage.UNDER_WAY)


@pytest.mark.parametrize(
    "words",
    [
        "President opens Voyah plant in Bolivia",
        "Minister cuts ribbon on Voyah plant in Bolivia",
        "Voyah SUV goes into production at plant in Bolivia",
        "Bolivia starts putting Voyah SUVs together at plant",
        "Line starts at Voyah works in Bolivia",
        "Voyah resumes output at Bolivian works",
        "Voyah SUVs now assembled in Bolivia",
        "Voyah plant in Bolivia hands over its first SUV",
        "Bolivian works just built its first Voyah",
        "Bolivian firm Tamengo puts the first Voyah SUVs together",
        "Tamengo bolts together its first Voyah SUVs in Bolivia",
        "Bolivian plant produces Voyah SUVs",
        "Bolivian plant wheels out a Voyah",
        "Voyah plant in Bolivia clocks on",
        "Voyah starts rolling at works in Bolivia",
        "Voyah works in Bolivia gets going",
        "岚图玻利维亚工厂正式投产",
    ],
)
def test_a_plant_that_makes_cars_is_launched(reader: Reader, words: str) -> None:
    (move, *_) = reader.read(Text(words)).moves
    assert (move.type, move.stage) == (MoveType.OVERSEAS_PRODUCTION, Stage.LAUNCHED)


@pytest.mark.parametrize(
    "source",
    ["says Nikkei", "Handelsblatt says", "El País reports", "workers say", "union says", "Vedomosti cites sources"],
)
def test_what_a_paper_or_workers_say_is_a_rumour(reader: Reader, source: str) -> None:
    assert reader.read(Text(f"Deepal to build plant in Peru, {source}")).moves[0].stage is Stage.RUMOURED


@pytest.mark.parametrize(
    "words",
    [
        "Voyah makes its debut in Bolivia",
        "Voyah makes landfall in Bolivia",
        "Voyah makes inroads into Bolivia",
        "Voyah reaches Bolivia",
        "Voyah plants its flag in Bolivia",
        "Voyah sets up shop in Bolivia",
        "Voyah wades into Bolivia",
        "Voyah drives into Bolivia",
        "Voyah opens its Bolivian order book",
        "Voyah opens Bolivian showroom",
        "Voyah gets Bolivian launch",
    ],
)
def test_a_brand_that_is_there_has_arrived(reader: Reader, words: str) -> None:
    assert reader.read(Text(words)).moves[0].stage is Stage.LAUNCHED


def test_unless_its_lead_tells_of_a_later_day(reader: Reader) -> None:
    text = Text("Voyah plants its flag in Bolivia", "Voyah will launch in Bolivia next year, it said.")
    assert reader.read(text).moves[0].stage is not Stage.LAUNCHED


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        # what ends are the talks, and what is weighed stands before what is done
        ("Voyah pauses talks of Bolivian plant", Stage.CANCELLED),
        ("Voyah in talks to sell its Bolivian plant", Stage.RUMOURED),
        ("岚图将关闭玻利维亚工厂并考虑出售", Stage.ANNOUNCED),
        ("岚图考虑关闭玻利维亚工厂", Stage.RUMOURED),
        ("Voyah assesses closure of its Bolivian plant", Stage.RUMOURED),
        ("Apple Car延至2026年发布", Stage.PLANNED),
        ("路透：岚图将在玻利维亚建厂", Stage.RUMOURED),
        ("彭博社：岚图进入玻利维亚", Stage.RUMOURED),
        ("岚图盯上玻利维亚市场", Stage.PLANNED),
        ("⚡Reuters: Voyah is going to build a plant in Bolivia", Stage.RUMOURED),
        ("Voyah begins making cars in Bolivia", Stage.LAUNCHED),
        # a ship that is named and on its way, a year that is only hoped for
        ("Voyah's first cargo ship heads to Bolivia", Stage.UNDER_WAY),
        ("岚图首批新车将突破万辆出口玻利维亚", Stage.PLANNED),
        ("Voyah to launch EVs in Bolivia by 2031", Stage.PLANNED),
        ("Voyah will be sold in Bolivia by the Garden group", Stage.ANNOUNCED),
        ("Voyah will be sold in Bolivia", Stage.PLANNED),
        ("Voyah to launch EVs in Bolivia in 2031", Stage.ANNOUNCED),
        ("Voyah chases growth in Bolivia", Stage.PLANNED),
        # a day that is set, or near
        ("Tesla to open first India showroom in Mumbai on 15 July", Stage.ANNOUNCED),
        ("Voyah is opening its first store in Bolivia this week", Stage.ANNOUNCED),
        ("Voyah is opening its first store in Bolivia", Stage.LAUNCHED),
        ("Voyah car hits Bolivian market soon", Stage.ANNOUNCED),
        ("Voyah building out first store in Bolivia", Stage.UNDER_WAY),
        ("Voyah has started to hire for a research centre in Bolivia", Stage.UNDER_WAY),
        ("Voyah partners with Comibol to assess viability of a kit plant in Bolivia", Stage.PLANNED),
    ],
)
def test_words_around_a_move_tell_how_far_it_is(reader: Reader, title: str, stage: Stage) -> None:
    assert reader.read(Text(title)).moves[0].stage is stage


@pytest.mark.parametrize(
    ("title", "lead", "stage"),
    [
        ("Voyah to launch EVs in Bolivia", "The maker is planning a return to the Bolivian market.", Stage.PLANNED),
        ("Voyah to launch EVs in Bolivia", "The cars were shown in La Paz.", Stage.ANNOUNCED),
        ("Bolivia to host a Voyah plant", "The group announced, on Monday, an agreement with it.", Stage.ANNOUNCED),
        ("Bolivia to host a Voyah plant", "The group announced its sales.", Stage.PLANNED),
        ("Voyah to produce in Bolivia", "Voyah officially launched vehicle production in La Paz.", Stage.LAUNCHED),
        (
            "Voyah eyes Bolivian plant",
            "According to the business newspaper El Deber, it looks at sites.",
            Stage.RUMOURED,
        ),
    ],
)
def test_the_lead_tells_how_far_it_is(reader: Reader, title: str, lead: str, stage: Stage) -> None:
    assert reader.read(Text(title, lead)).moves[0].stage is stage


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("Voyah opens design centre in Bolivia for 2027 debut", Stage.LAUNCHED),
        ("BYD pushes start of Turkish factory back to late 2027", Stage.PLANNED),
        ("Voyah to open design centre in Bolivia in 2027", Stage.ANNOUNCED),
    ],
)
def test_a_year_to_come_dates_what_is_told_or_only_what_it_is_for(reader: Reader, title: str, stage: Stage) -> None:
    assert reader.read(Text(title, "", datetime(2026, 5, 1, tzinfo=UTC))).moves[0].stage is stage
