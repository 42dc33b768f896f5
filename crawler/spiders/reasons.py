"""What went wrong, in one plain line."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from gzip import BadGzipFile
from http import HTTPStatus

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from twisted.python.failure import Failure

from crawler.gate import Postponed
from crawler.middlewares import Forbidden, RobotsUnreachable, Stopped
from crawler.network import RefusedUrl, origin
from crawler.settings import ROBOTS_TIMEOUT
from crawler.text import one_line, shorten

_TOO_LARGE = "the answer is larger than 5 MiB"
_COOKIE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}=[!-:<-\[\]-~ ]{1,4000}")
"""Name and value as RFC 6265 has them, blanks within a value allowed."""
_MOST_COOKIES = 10
_CERTIFICATE = re.compile(
    r"certificate[ _]verify[ _]failed|VerificationError|CertificateError|hostname mismatch", re.IGNORECASE
)
_WHY = re.compile(
    r"(?:self.signed|expired|not yet valid|unable to get local issuer|mismatch)[^'\")\]]{0,60}", re.IGNORECASE
)


def failure_reason(error: BaseException | None, url: str, seconds: float) -> str:
    """Return one line for what kept us from an answer; `seconds` is how long we waited at most."""
    host = origin(url)[1]
    match error:
        case RefusedUrl() | Forbidden() | Postponed():
            reason = str(error)
        case RobotsUnreachable():
            reason = _without_robots(error.__cause__, url)
        case Stopped():
            reason = "no answer by the end of the poll"
        case CannotResolveHostError():
            reason = f"cannot find the host {host} (DNS)"
        case DownloadConnectionRefusedError():
            reason = f"connection refused by {host}"
        case DownloadTimeoutError():
            reason = f"no answer within {seconds:.0f} s"
        case DownloadCancelledError():
            reason = _TOO_LARGE
        case IgnoreRequest():
            reason = _ignored(str(error))
        case EOFError() | BadGzipFile() | zlib.error():
            reason = "the compressed answer is cut or damaged"
        case _:
            reason = _other(error)
    return shorten(one_line(reason), 300)


def _without_robots(cause: BaseException | None, url: str) -> str:
    reason = failure_reason(cause, url, ROBOTS_TIMEOUT)
    plain = isinstance(cause, CannotResolveHostError | DownloadConnectionRefusedError)
    return reason if plain else f"{reason}, when asked for its robots.txt"


def _ignored(why: str) -> str:
    if "redirections" in why:
        return "too many redirects"
    if "DOWNLOAD_MAXSIZE" in why:
        return _TOO_LARGE
    return shorten(one_line(why), 200)


def _other(error: BaseException | None) -> str:
    told = " ".join(str(part) for part in _causes(error))
    if _CERTIFICATE.search(told):
        why = _WHY.search(told)
        return f"certificate not valid: {one_line(why[0]) if why else 'it was refused'}"
    if "SSL" in told or "TLS" in told:
        return f"no secure connection: {shorten(one_line(told), 120)}"
    return f"connection failed: {shorten(one_line(told) or type(error).__name__, 160)}"


def _causes(error: BaseException | None) -> Iterator[str]:
    """Yield what an error and those within it say; Twisted wraps a list of failures."""
    if error is None:
        return
    yield str(error)
    for reason in getattr(error, "reasons", None) or ():
        yield repr(reason.value) if isinstance(reason, Failure) else str(reason)
    yield from _causes(error.__cause__)


def status_reason(status: int) -> str:
    """Return `HTTP 503 (service unavailable)`."""
    try:
        return f"HTTP {status} ({HTTPStatus(status).phrase.lower()})"
    except ValueError:
        return f"HTTP {status}"


def cookies_set(headers: Iterable[str]) -> str:
    """Return what `Set-Cookie` headers set, as the `Cookie` header that gives it back; empty where it is nothing."""
    pairs = [header.partition(";")[0].strip() for header in headers]
    kept = [pair for pair in pairs if _COOKIE.fullmatch(pair)]
    return "; ".join(kept[:_MOST_COOKIES])
