"""Canonical URLs and the keys by which an article is known again."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"(utm_\w+|f|from|ktm_source|fbclid|gclid|mc_cid|mc_eid|ref|spm|amp|_hs\w+|cmpid)", re.IGNORECASE
)
_AMP_SUFFIX = re.compile(r"/amp/?$", re.IGNORECASE)
_HOST_PREFIX = re.compile(r"^(www|m|amp)\.")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE = "/:@!$&'()*+,;=~-._%"
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(1_000)
def is_web_url(url: str) -> bool:
    """Say whether this is an absolute http(s) URL with a host, without user name, backslash or control character.

    Nor with half a character (a lone surrogate), which no address can carry.
    """
    if "\\" in url or _CONTROL.search(url) or _SURROGATE.search(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and "@" not in parts.netloc and _port(url) >= 0
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL.

    Raises:
        ValueError: when the port is no number.
    """
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").rstrip("."), _port(url)


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


@lru_cache(1_000)
def canonical_url(url: str) -> str:
    """Return one form for all addresses of a page; never raises, and a second application changes nothing.

    Scheme, `www.`, mobile and AMP forms, tracking parameters, fragments, order of parameters, default ports,
    case of the host and a closing slash do not tell pages apart. What is no web address is returned as it came.
    """
    text = _CONTROL.sub("", url)
    if not is_web_url(text):
        return url
    parts = urlsplit(text)
    host = _canonical_host((parts.hostname or "").rstrip("."))
    port = parts.port
    if port and port not in _DEFAULT_PORTS.values():
        host = f"{host}:{port}"
    path = quote(unquote(parts.path, errors="surrogateescape"), safe=_SAFE.replace("%", ""), errors="surrogateescape")
    query = urlencode(sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if _tells_apart(pair[0])))
    return urlunsplit(("https", host, _canonical_path(path), query, ""))


def _canonical_host(host: str) -> str:
    while (shorter := _HOST_PREFIX.sub("", host)) != host and "." in shorter:
        host = shorter
    return f"[{host}]" if ":" in host else host


def _canonical_path(path: str) -> str:
    while (shorter := _AMP_SUFFIX.sub("", path).rstrip("/")) != path:
        path = shorter
    return path or "/"


def _tells_apart(parameter: str) -> bool:
    return _TRACKING.fullmatch(parameter) is None


def article_keys(
    source: str, url: str | None, guid: str | None, title: str, published: datetime | None
) -> tuple[str, ...]:
    """Return the identities of an entry, strongest first; known is who has any of them.

    The canonical link is shared by all sources, so that two feeds of one site store an article once. A guid counts
    only within its source (some number their items from 1). Title and date serve where there is no link.
    """
    keys = []
    if url and is_web_url(url) and names_a_page(url):
        keys.append("url:" + _bounded(canonical_url(url)))
    if guid:
        keys.append(f"guid:{source}:" + _bounded(guid.strip()))
    if not url or not keys:
        day = published.isoformat() if published else ""
        keys.append(f"title:{source}:" + _digest(f"{title.strip()}\n{day}"))
    return tuple(keys)


def names_a_page(url: str) -> bool:
    """Say whether a link leads further than a site's front page."""
    parts = urlsplit(canonical_url(url))
    return parts.path not in ("", "/") or bool(parts.query)


def _bounded(text: str) -> str:
    return text if len(text) <= 400 else text[:300] + "#" + _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
