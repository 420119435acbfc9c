"""A site over a real port, quick to try again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_site import Site, open_site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-a-test")
    # How long a client backs off is proven in tests/remote: here only that it does what it must.
    monkeypatch.setattr("planner.remote.retry.LONGEST_BACKOFF", 0.001)
    with open_site(tmp_path, settings='request_timeout = "500ms"\nmax_retries = 3\nwait_timeout = "20s"') as opened:
        yield opened
