"""A site over a real port, quick to try again, and a warm process whose children are killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_site import Site, open_site
from nursery import Nursery


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-a-test")
    # How long a client backs off is proven in tests/remote: here only that it does what it must.
    monkeypatch.setattr("planner.remote.retry.LONGEST_BACKOFF", 0.001)
    with open_site(tmp_path, settings='request_timeout = "500ms"\nmax_retries = 3\nwait_timeout = "20s"') as opened:
        yield opened


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Yield a process that has poolctl warm, and forks a child for each run."""
    with Nursery(tmp_path_factory.mktemp("warm")) as warm:
        yield warm
