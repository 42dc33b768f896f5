"""Scrapy's settings, as a crawl really has them."""

from __future__ import annotations

import json

import pytest
from scrapy.settings import Settings

from crawler.settings import scrapy_settings

SETTINGS = Settings(scrapy_settings(contact="https://bot.example", version="1.2"))


@pytest.mark.parametrize(
    "name",
    [
        "REMOTE_CONTROL_ENABLED",
        "TELNETCONSOLE_ENABLED",
        "COOKIES_ENABLED",
        "METAREFRESH_ENABLED",
        "AUTOTHROTTLE_ENABLED",
        "HTTPCACHE_ENABLED",
        "LOG_ENABLED",
        "LOG_INSTALL_ROOT_HANDLER",
    ],
)
def test_what_a_service_has_no_use_for_is_off(name: str) -> None:
    assert SETTINGS.getbool(name) is False


@pytest.mark.parametrize("name", ["ROBOTSTXT_OBEY", "DOWNLOAD_VERIFY_CERTIFICATES"])
def test_what_manners_ask_for_is_on(name: str) -> None:
    assert SETTINGS.getbool(name) is True


def test_only_http_is_spoken() -> None:
    handlers = SETTINGS.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}


def test_a_server_that_asks_us_to_wait_is_not_asked_again() -> None:
    assert not {"429", "503"} & {str(code) for code in SETTINGS.getlist("RETRY_HTTP_CODES")}


def test_the_settings_are_plain_values_that_can_be_copied() -> None:
    assert json.loads(json.dumps(scrapy_settings(contact="x", version="1"))) == scrapy_settings(
        contact="x", version="1"
    )


def test_the_user_agent_names_the_program_its_version_and_whom_to_ask() -> None:
    assert SETTINGS["USER_AGENT"] == "chuhai/1.2 (+https://bot.example)"
