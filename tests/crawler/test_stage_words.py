"""Families of words that tell how far a move has come, each word with a text of its own."""

from __future__ import annotations

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
