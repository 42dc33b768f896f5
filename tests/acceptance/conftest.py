"""The reactor and the poller, for tests that drive the real runner in this process."""

from __future__ import annotations

from tests.crawler.conftest import poller, reactor

__all__ = ["poller", "reactor"]
