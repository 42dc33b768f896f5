"""Scrapy's settings: every default that is unfit for a polite service, changed."""

from __future__ import annotations

from typing import Any

from crawler.feeds import MOST_BYTES

TIMEOUT = 25.0
"""Seconds that one request may take in all, from name look-up to the last byte."""
ROBOTS_TIMEOUT = 5.0
"""Seconds for a robots.txt, so that a host that hangs costs one source at most 30."""

_RETRIED = (
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
)


def scrapy_settings(*, contact: str, version: str, concurrency: int = 100) -> dict[str, Any]:
    """Return the settings of every crawl: plain values only, since Scrapy copies them deeply.

    Args:
        contact: address of a page or mailbox, for the User-Agent.
        version: of this program, for the User-Agent.
        concurrency: requests of a crawl under way at once or waiting for their host's turn.
    """
    return {
        "BOT_NAME": "chuhai",
        "SPIDER_MODULES": ["crawler.spiders"],
        "USER_AGENT": f"chuhai/{version} (+{contact})",
        **_network(concurrency),
        **_manners(),
        **_silence(),
        "ITEM_PIPELINES": {"crawler.pipelines.AnswerPipeline": 100},
        **_middlewares(),
        # a source whose request is dropped as a duplicate would never be answered
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
    }


def _middlewares() -> dict[str, Any]:
    """Return what every request and answer passes through: a list of our own, so that nothing else is even loaded.

    Left out are Scrapy's robots.txt, which forgets with every crawl, allows all where a server fails and knows no
    Crawl-delay, and what serves those who follow links, log in, keep cookies or want statistics.
    """
    of_requests, of_answers = "scrapy.downloadermiddlewares", "scrapy.spidermiddlewares"
    return {
        "DOWNLOADER_MIDDLEWARES_BASE": {
            "crawler.middlewares.GuardMiddleware": 10,
            "crawler.middlewares.RobotsMiddleware": 20,
            f"{of_requests}.defaultheaders.DefaultHeadersMiddleware": 400,
            f"{of_requests}.useragent.UserAgentMiddleware": 500,
            f"{of_requests}.retry.RetryMiddleware": 550,
            f"{of_requests}.httpcompression.HttpCompressionMiddleware": 590,
            f"{of_requests}.redirect.RedirectMiddleware": 600,
            f"{of_requests}.httpproxy.HttpProxyMiddleware": 750,
        },
        "SPIDER_MIDDLEWARES_BASE": {
            f"{of_answers}.httperror.HttpErrorMiddleware": 50,
            # sees to it that a redirect carries no Referer
            f"{of_answers}.referer.RefererMiddleware": 700,
        },
        "EXTENSIONS_BASE": {},
    }


def _network(concurrency: int) -> dict[str, Any]:
    handler = "crawler.middlewares.StoppableHandler"
    return {
        "DOWNLOAD_HANDLERS": {
            "http": handler,
            "https": handler,
            "file": None,
            "ftp": None,
            "s3": None,
            "data": None,
        },
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": MOST_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": TIMEOUT,
        # what came before the cut is used; the flag says that there was one
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "DNS_TIMEOUT": 10,
        "CONCURRENT_REQUESTS": concurrency,
        # Scrapy starts so many tasks for every response, and a response gives one item here
        "CONCURRENT_ITEMS": 1,
        # crawler.gate lets one at a time through to each host, over all crawls
        "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
        "REDIRECT_MAX_TIMES": 5,
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 504],
        "RETRY_EXCEPTIONS": list(_RETRIED),
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
    }


def _manners() -> dict[str, Any]:
    return {
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_DELAY_JITTER": 0,
        "COOKIES_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "AUTOTHROTTLE_ENABLED": False,
        # it would turn a 304 into a 200 and hide an outage
        "HTTPCACHE_ENABLED": False,
        "REFERER_ENABLED": True,
        "REFERRER_POLICY": "no-referrer",
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "application/rss+xml, application/atom+xml, application/feed+json, */*;q=0.5",
            "Accept-Language": "en, zh;q=0.9, *;q=0.5",
        },
    }


def _silence() -> dict[str, Any]:
    return {
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
    }
