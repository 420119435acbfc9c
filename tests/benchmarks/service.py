"""A served service for benchmarks: the simulator in a process of its own, its world in memory.

Run by the benchmarks: ``python service.py POOLS LATENCY``. It prints its address and ends with its stdin.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.simulator.documents import World, start_world
from planner.simulator.faults import Delay, Rule, Script
from planner.simulator.http_server import LocalServer, Serving
from planner.simulator.seeding import make_network, make_pool

FLAVOR = "modelarts.vm.cpu.4ud"
NETWORK = "train-net"


@contextmanager
def serve(pools: int, *, latency: float = 0.0) -> Iterator[str]:
    """Serve a world of so many pools of two nodes; each answer comes ``latency`` seconds late. Yields the address."""
    command = [sys.executable, str(Path(__file__)), str(pools), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


def make_world(pools: int) -> World:
    """Return a world of so many pools that use one network."""
    world, network_id = make_network(start_world(log_limit=0), name=NETWORK)
    for number in range(pools):
        world, _ = make_pool(world, name=f"pool-{number}", flavors={FLAVOR: 2}, network=network_id)
    return world


def main() -> None:
    """Serve until stdin ends."""
    pools, latency = int(sys.argv[1]), float(sys.argv[2])
    slow = Script([Rule(fault=Delay(seconds=latency), times=0)]) if latency else None
    with LocalServer(
        make_world(pools), options={"log_limit": 0}, faults=slow, serving=Serving(has_record=False)
    ) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
