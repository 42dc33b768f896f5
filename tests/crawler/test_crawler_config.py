from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from crawler.config import CompanyConfig, SourceConfig, StorageConfig
from crawler.models import CompanyPatch, Kind

FEED = "https://news.example/feed"


def source(**keys: object) -> SourceConfig:
    return SourceConfig.model_validate({"id": "news", "url": FEED, "every": "15m", **keys})


def refused(model: type[SourceConfig | CompanyConfig | StorageConfig], **keys: object) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(keys)
    return caught.value.errors()[0]["msg"]


def test_a_source_needs_only_id_address_and_interval() -> None:
    plain = source()
    assert (plain.url, plain.every, plain.schedule) == ((FEED,), timedelta(minutes=15), None)
    assert (plain.spider, plain.article_pages, plain.first_poll) == ("feed", "never", "quiet")


@pytest.mark.parametrize(
    ("url", "spider"),
    [
        pytest.param("https://cleantechnica.com/feed/", "cleantechnica", id="site"),
        pytest.param("https://www.36kr.com/feed-article", "36kr", id="subdomain"),
        pytest.param("https://not36kr.com/feed", "feed", id="another-site-with-the-same-ending"),
        pytest.param("https://36kr.com.example/feed", "feed", id="another-site-with-the-same-beginning"),
        pytest.param(["https://36kr.com/feed", FEED], "36kr", id="first-of-a-list"),
    ],
)
def test_the_spider_follows_from_the_address(url: object, spider: str) -> None:
    assert source(url=url).spider == spider


def test_a_spider_that_is_named_wins_over_the_address() -> None:
    assert source(url="https://36kr.com/feed", spider="feed").spider == "feed"


def test_a_source_may_be_polled_every_second() -> None:
    assert source(every="1s").every == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        pytest.param({"every": "15 minutes"}, "is no duration", id="words"),
        pytest.param({"every": "0s"}, "is no duration", id="zero"),
        pytest.param({"every": "999999999d"}, "longer than ten years", id="too-long"),
        pytest.param({"url": "ftp://news.example/feed"}, "no web address", id="other-scheme"),
        pytest.param({"url": "https:///feed"}, "no web address", id="no-host"),
        pytest.param({"url": "https://news.example:port/feed"}, "no web address", id="bad-port"),
        pytest.param({"url": "https://[::1/feed"}, "no web address", id="bad-address"),
        pytest.param({"url": "https://me:secret@news.example/feed"}, "user name and password", id="password"),
        pytest.param({"url": "http://a\\@127.0.0.1/"}, "backslashes", id="backslash"),
        pytest.param({"id": "my feed"}, "is no id", id="blank-in-id"),
        pytest.param({"id": "../../etc"}, "is no id", id="path-as-id"),
        pytest.param({"language": "english"}, "two small letters", id="language-in-words"),
    ],
)
def test_what_makes_no_source_is_refused(keys: dict[str, object], part: str) -> None:
    assert part in refused(SourceConfig, **({"id": "news", "url": FEED, "every": "15m"} | keys))


def test_a_source_says_exactly_once_when_it_is_polled() -> None:
    assert "not said when" in refused(SourceConfig, id="news", url=FEED)
    assert "not both" in refused(SourceConfig, id="news", url=FEED, every="5m", schedule="0 7 * * *")


def test_a_password_in_an_address_is_not_repeated_in_the_error() -> None:
    assert "secret" not in refused(SourceConfig, id="news", url="https://me:secret@news.example/", every="5m")


def test_a_company_becomes_a_patch_of_the_roster() -> None:
    company = CompanyConfig.model_validate(
        {"name": "Example Motors", "home": "cn", "kind": "bus", "aliases": "示例客车", "sells_in": ["no"]}
    )
    assert company.patch() == CompanyPatch("Example Motors", ("示例客车",), "CN", Kind.BUS, None, ("NO",))


def test_a_company_that_is_only_extended_leaves_the_rest_open() -> None:
    assert CompanyConfig(name="Xiaomi", aliases=("小米车",)).patch() == CompanyPatch("Xiaomi", ("小米车",))


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        pytest.param({"home": "China"}, "two letters", id="country-in-words"),
        pytest.param({"aliases": ["小"]}, "too short", id="alias-of-one-character"),
        pytest.param({"kind": "lorry"}, "", id="unknown-kind"),
    ],
)
def test_what_makes_no_company_is_refused(keys: dict[str, object], part: str) -> None:
    assert part in refused(CompanyConfig, name="Example", **keys)


def test_article_texts_are_kept_400_days_or_for_good() -> None:
    assert StorageConfig().keep == timedelta(days=400)
    assert StorageConfig.model_validate({"keep": "off"}).keep is None


def test_the_databases_address_is_never_shown() -> None:
    storage = StorageConfig.model_validate({"url": "postgresql://me:secret@db.example/chuhai"})
    assert "secret" not in repr(storage) + str(storage)
    assert "secret" not in refused(StorageConfig, url="mysql://me:secret@db.example/chuhai")
