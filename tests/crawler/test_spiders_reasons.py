"""What went wrong, in one plain line; and how long a server asks us to stay away."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from gzip import BadGzipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)

from crawler.gate import LONGEST_WAIT, retry_after
from crawler.network import RefusedUrl
from crawler.spiders.reasons import cookies_set, failure_reason, status_reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(CannotResolveHostError("x"), "cannot find the host news.example (DNS)", id="DNS"),
        pytest.param(DownloadConnectionRefusedError("x"), "connection refused by news.example", id="refused"),
        pytest.param(DownloadTimeoutError("x"), "no answer within 25 s", id="timeout"),
        pytest.param(DownloadCancelledError("x"), "the answer is larger than 5 MiB", id="size"),
        pytest.param(RefusedUrl("refused: why"), "refused: why", id="guard"),
        pytest.param(IgnoreRequest("max redirections reached"), "too many redirects", id="redirects"),
        pytest.param(EOFError(), "the compressed answer is cut or damaged", id="cut"),
        pytest.param(BadGzipFile(), "the compressed answer is cut or damaged", id="gzip"),
        pytest.param(zlib.error(), "the compressed answer is cut or damaged", id="deflate"),
        pytest.param(
            DownloadFailedError("[('SSL routines', '', 'certificate verify failed')] certificate has expired"),
            "certificate not valid: expired",
            id="certificate",
        ),
        pytest.param(DownloadFailedError("a\nb\x1b"), "connection failed: a b", id="any other"),
        pytest.param(DownloadFailedError(), "connection failed: DownloadFailedError", id="without words"),
    ],
)
def test_a_failure_is_told_in_one_plain_line(error: Exception, reason: str) -> None:
    assert failure_reason(error, "https://news.example/feed", 25.0) == reason


def test_a_status_is_told_with_its_name_where_it_has_one() -> None:
    assert [status_reason(status) for status in (503, 599)] == ["HTTP 503 (service unavailable)", "HTTP 599"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("120", 120.0, id="seconds"),
        pytest.param("0", 0.0, id="at once"),
        pytest.param("Sun, 01 Mar 2026 12:05:00 GMT", 300.0, id="date"),
        pytest.param("Sun, 01 Mar 2026 11:00:00 GMT", 0.0, id="date gone by"),
        pytest.param("Sun, 01 Mar 2026 12:05:00", 300.0, id="date without a zone"),
        pytest.param("1" * 400, LONGEST_WAIT, id="for ever"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT, id="till the end of days"),
        pytest.param("soon", None, id="no time"),
        pytest.param("-5", None, id="negative"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_a_retry_after_is_seconds_up_to_a_day(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@given(st.text())
def test_any_retry_after_is_read_or_none(header: str) -> None:
    seconds = retry_after(header, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("headers", "cookie"),
    [
        pytest.param(["a=1; Path=/; HttpOnly", "b=2"], "a=1; b=2", id="two"),
        pytest.param(["a=; Max-Age=0", "b"], "", id="none with a value"),
        pytest.param(["a=1\r\nX-Evil: 1", "b=\x00", "c=\xe9"], "", id="characters that break a header"),
        pytest.param([f"c{n}={n}" for n in range(30)], "; ".join(f"c{n}={n}" for n in range(10)), id="many"),
        pytest.param([], "", id="none"),
    ],
)
def test_cookies_are_given_back_as_they_were_set(headers: list[str], cookie: str) -> None:
    assert cookies_set(headers) == cookie
