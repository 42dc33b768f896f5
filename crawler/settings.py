"""Scrapy's settings: every default that is unfit for a polite service, changed."""

from __future__ import annotations

from typing import Any

from crawler.feeds import MOST_BYTES

TIMEOUT = 25.0
"""Seconds that one request may take in all, from name look-up to the last byte."""
ROBOTS_TIMEOUT = 5.0
"""Seconds for a robots.txt, so that a host that hangs costs one source at most 30."""

_OFF = dict.fromkeys(
    (
        "scrapy.extensions.telnet.TelnetConsole",
        "scrapy.extensions.memusage.MemoryUsage",
        "scrapy.extensions.feedexport.FeedExporter",
        "scrapy.extensions.logstats.LogStats",
        "scrapy.extensions.spiderstate.SpiderState",
        "scrapy.extensions.throttle.AutoThrottle",
        "scrapy.extensions.remote_control.RemoteControl",
        "scrapy.extensions.corestats.CoreStats",
        "scrapy.extensions.logcount.LogCount",
    )
)
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
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.middlewares.GuardMiddleware": 10,
            "crawler.middlewares.RobotsMiddleware": 20,
            # it forgets with every crawl, allows all where a server fails, and knows no Crawl-delay
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            # every request of ours has a limit of its own
            "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,
            "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
        },
        "SPIDER_MIDDLEWARES": {
            # no spider of ours follows links
            "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
            "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
            "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
        },
        # a source whose request is dropped as a duplicate would never be answered
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
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
        "EXTENSIONS": dict(_OFF),
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
    }
