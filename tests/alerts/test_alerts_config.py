from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from alerts.config import AlertsConfig, DigestConfig, Expectation, SlackConfig, TestConfig, WatchlistConfig
from crawler.models import Kind, MoveType, Stage
from crawler.section import Section


def watchlist(**keys: object) -> WatchlistConfig:
    return WatchlistConfig.model_validate({"name": "All", **keys})


def refused(model: type[Section], **keys: object) -> dict[str, object]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(keys)
    context = caught.value.errors()[0].get("ctx", {})
    return {"message": caught.value.errors()[0]["msg"], **context}


def test_a_watchlist_with_a_name_alone_wants_every_likely_move() -> None:
    everything = watchlist()
    assert everything.kinds == tuple(Kind)
    assert everything.events == tuple(MoveType)
    assert (everything.home, everything.companies, everything.markets, everything.exclude) == (None, None, None, ())
    assert (everything.threshold, everything.urgency, everything.send_to) == (0.6, "now", None)


@pytest.mark.parametrize(
    ("keys", "threshold"),
    [
        pytest.param({"certainty": "sure"}, 0.8, id="sure"),
        pytest.param({"certainty": "likely"}, 0.6, id="likely"),
        pytest.param({"certainty": "all"}, 0.4, id="all"),
        pytest.param({"min_confidence": "0.75"}, 0.75, id="number"),
        pytest.param({"min_confidence": "0"}, 0.0, id="zero"),
    ],
)
def test_how_sure_a_move_must_be_is_a_word_or_a_number(keys: dict[str, object], threshold: float) -> None:
    assert watchlist(**keys).threshold == threshold


def test_certainty_and_confidence_together_are_refused() -> None:
    assert "not both" in str(refused(WatchlistConfig, name="x", certainty="likely", min_confidence=0.6)["message"])


@pytest.mark.parametrize(
    ("given", "markets"),
    [
        pytest.param("any", "any", id="any"),
        pytest.param(["any"], "any", id="any-in-a-list"),
        pytest.param("no", ("NO",), id="one-code"),
        pytest.param(["EU", "th"], ("EU", "TH"), id="several"),
    ],
)
def test_markets_are_any_or_codes_in_capitals(given: object, markets: object) -> None:
    assert watchlist(markets=given).markets == markets


def test_companies_may_be_any_or_a_list() -> None:
    assert watchlist(companies="any").companies is None
    assert watchlist(companies=["Xiaomi", "group:SAIC"]).companies == ("Xiaomi", "group:SAIC")


@pytest.mark.parametrize("key", ["kinds", "home", "companies", "events", "markets"])
def test_an_empty_list_which_would_match_nothing_is_refused(key: str) -> None:
    assert "at least" in str(refused(WatchlistConfig, name="x", **{key: []})["message"])


def test_an_empty_word_to_exclude_is_refused() -> None:
    assert "every article" in str(refused(WatchlistConfig, name="x", exclude=["price", " "])["message"])


@pytest.mark.parametrize("name", ["#ev-exports", "#出海", "#a_b.c", "C0123ABCD"])
def test_a_channel_is_a_name_with_a_hash_or_an_id(name: str) -> None:
    assert watchlist(send_to=name).send_to == name


@pytest.mark.parametrize(
    ("name", "better"),
    [
        pytest.param("ev-exports", "#ev-exports", id="no-hash"),
        pytest.param("#EV Exports", "#ev-exports", id="capitals-and-blank"),
        pytest.param("<!channel>", "#-!channel-", id="markup"),
    ],
)
def test_what_is_no_channel_is_refused_with_a_better_name(name: str, better: str) -> None:
    assert refused(WatchlistConfig, name="x", send_to=name)["suggestion"] == better


def test_alerts_are_neither_held_nor_limited_but_to_twenty_an_hour() -> None:
    assert AlertsConfig() == AlertsConfig(quiet_hours=None, digest=DigestConfig(), max_per_hour=20)
    everything_off = AlertsConfig.model_validate({"quiet_hours": "off", "digest": "off", "max_per_hour": "off"})
    assert (everything_off.quiet_hours, everything_off.digest, everything_off.max_per_hour) == (None, None, None)


def test_quiet_hours_run_from_one_time_of_day_to_another() -> None:
    quiet = AlertsConfig.model_validate({"quiet_hours": {"from": "22:30", "to": "7:00"}}).quiet_hours
    assert quiet is not None
    assert (quiet.start, quiet.end) == (time(22, 30), time(7))


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        pytest.param({"quiet_hours": {"from": "1350", "to": "07:00"}}, "no time of day", id="a-number"),
        pytest.param({"quiet_hours": {"from": "24:00", "to": "07:00"}}, "no time of day", id="hour-24"),
        pytest.param({"quiet_hours": {"from": "07:00", "to": "7:00"}}, "nothing would ever be told", id="all-day"),
        pytest.param({"digest": {"days": "1-5"}}, "by name", id="days-as-numbers"),
        pytest.param({"max_per_hour": "0"}, "greater than", id="none-at-all"),
    ],
)
def test_times_that_make_no_sense_are_refused(keys: dict[str, object], part: str) -> None:
    assert part in str(refused(AlertsConfig, **keys)["message"])


@pytest.mark.parametrize("days", ["mon-fri", ["mon", "tue", "wed-fri"]])
def test_the_days_of_the_digest_are_names(days: object) -> None:
    assert DigestConfig.model_validate({"days": days}).days == (0, 1, 2, 3, 4)


def test_slack_is_reached_in_one_way_only() -> None:
    assert "not more than one" in str(refused(SlackConfig, token="xoxb-1-a", token_file="t")["message"])


def test_tokens_and_webhooks_are_never_shown() -> None:
    by_token, by_hook = (
        SlackConfig(token=SecretStr("xoxb-1-a")),
        SlackConfig(webhook_url=SecretStr("https://h.example/T")),
    )
    assert "xoxb" not in repr(by_token) + str(by_token)
    assert "h.example" not in repr(by_hook) + str(by_hook)
    assert "secret" not in str(refused(SlackConfig, webhook_url="secret"))


def test_the_token_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-1-a\n", encoding="utf-8")
    token = SlackConfig(token_file=tmp_path / "token").bot_token()
    assert token is not None
    assert token.get_secret_value() == "xoxb-1-a"
    assert SlackConfig(token=SecretStr("xoxb-2-b")).bot_token() == SecretStr("xoxb-2-b")
    assert SlackConfig().bot_token() is None


def test_slack_waits_45_seconds_and_its_address_ends_in_a_slash() -> None:
    assert SlackConfig().settle == timedelta(seconds=45)
    assert SlackConfig(api_url="http://127.0.0.1:8080/api").api_url == "http://127.0.0.1:8080/api/"
    assert "https://" in str(refused(SlackConfig, api_url="slack.com/api")["message"])


def test_a_test_expects_nothing_or_something_definite() -> None:
    assert TestConfig.model_validate({"title": "x", "expect": "nothing"}).expect is None
    wanted = TestConfig.model_validate({"title": "x", "expect": {"stage": "planned", "destinations": "no"}}).expect
    assert wanted == Expectation(stage=Stage.PLANNED, destinations=("NO",))
    assert "what to expect" in str(refused(TestConfig, title="x", expect={})["message"])
