"""The spiders of the sites that have rules of their own: `FeedSpider` with the site's rules."""

from __future__ import annotations

from crawler.sites import CLEANTECHNICA, KR36
from crawler.spiders.feed import FeedSpider


class CleanTechnicaSpider(FeedSpider):
    """Polls CleanTechnica's feeds."""

    name = "cleantechnica"
    site = CLEANTECHNICA


class Kr36Spider(FeedSpider):
    """Polls 36Kr's feeds, the official ones and those that RSSHub makes."""

    name = "36kr"
    site = KR36
