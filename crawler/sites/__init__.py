"""What is peculiar to one site, a small file each: identity, boilerplate, where a page keeps its article."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.sites.cleantechnica import CLEANTECHNICA
from crawler.sites.kr36 import KR36
from crawler.sites.rules import Site, tidy, tidy_text

SITES = (CLEANTECHNICA, KR36)
"""A new site: its file, its name here, a class of two lines in `crawler/spiders/sites.py`, its name in the config."""

__all__ = ["CLEANTECHNICA", "KR36", "SITES", "Site", "site_of", "tidy", "tidy_text"]


def site_of(url: str) -> Site | None:
    """Return the rules for the site that an address belongs to, subdomains included; None for any other site."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    return next((site for site in SITES if f".{host}".endswith(f".{site.host}")), None)
