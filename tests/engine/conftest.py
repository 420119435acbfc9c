"""A service on a real port for the parts of a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_site import EngineSite

from planner.simulator.http_server import LocalServer
from planner.simulator.seeding import make_network


@pytest.fixture
def site(tmp_path: Path) -> Iterator[EngineSite]:
    with LocalServer() as server:
        server.change(lambda world: make_network(world, name="network-maos")[0])
        yield EngineSite(directory=tmp_path, server=server)
