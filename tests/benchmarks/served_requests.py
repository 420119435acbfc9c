"""Measure how many requests a second ``poolctl simulator serve`` answers, with clients in processes of their own.

Run by hand: ``python tests/benchmarks/served_requests.py [seconds] [connections]``. Prints rates, and the processor
time of the server for each request, which does not depend on what else the machine does; asserts nothing.
"""

import json
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from planner.simulator.documents import start_world
from planner.simulator.seeding import PROJECT_ID, make_network, make_pool
from planner.simulator.world_text import WorldFormatter

FLAVOR = "modelarts.vm.cpu.4ud"
POOLS = f"/v2/{PROJECT_ID}/pools"
POOL = f"{POOLS}/pool-0-{PROJECT_ID}"
CLIENTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One kind of request, sent again and again."""

    label: str
    method: str
    path: str
    body: bytes = b""

    def make_bytes(self) -> bytes:
        """Return the request as it is sent."""
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            "host: localhost",
            "x-auth-token: t",
            "content-type: application/merge-patch+json",
            f"content-length: {len(self.body)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


LOADS = (
    Load(label="GET one pool", method="GET", path=POOL),
    Load(label="GET all networks", method="GET", path=f"/v1/{PROJECT_ID}/networks"),
    Load(
        label="PATCH one pool",
        method="PATCH",
        path=POOL,
        body=json.dumps({"metadata": {"annotations": {"team": "vision"}}}).encode(),
    ),
    Load(label="GET all pools", method="GET", path=POOLS),
)


@contextmanager
def serve(pools: int) -> Iterator[tuple[int, int]]:
    """Serve a world of so many pools of two nodes, and yield the port and the process."""
    world, network_id = make_network(start_world(log_limit=100), name="train-net")
    for number in range(pools):
        world, _ = make_pool(world, name=f"pool-{number}", flavors={FLAVOR: 2}, network=network_id)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "world.json"
        path.write_text(WorldFormatter().format(world), encoding="utf-8")
        command = [sys.executable, "-m", "planner.cli.entry", "simulator", "serve", "--world", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            found = re.search(r":(\d+);", process.stdout.readline())
            assert found is not None
            yield int(found[1]), process.pid
            process.terminate()


def send(port: int, load: Load, *, connections: int, seconds: float) -> int:
    """Keep so many connections busy, and return how many answers with 200 came."""
    asked = load.make_bytes()
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        for one in sockets:
            one.sendall(asked)
        for one in sockets:
            receive(one)
        count += len(sockets)
    return count


def receive(one: socket.socket) -> None:
    """Read one answer to its end."""
    data = one.recv(65536)
    while b"\r\n\r\n" not in data:
        data += one.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    missing = int(re.search(rb"content-length: (\d+)", head)[1]) - len(body)  # type: ignore[index]  # always there
    while missing:
        missing -= len(one.recv(min(missing, 1 << 20)))


def find_processor_seconds(pid: int) -> float:
    """Return the processor time that a process has had so far; Linux only."""
    ticks = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def measure(port: int, load: Load, *, connections: int, seconds: float) -> int:
    """Return how many answers two processes get together."""
    with multiprocessing.get_context("spawn").Pool(CLIENTS) as clients:
        share = connections // CLIENTS
        asked = [
            clients.apply_async(send, (port, load), {"connections": share, "seconds": seconds}) for _ in range(CLIENTS)
        ]
        return sum(one.get() for one in asked)


def main() -> None:
    """Measure each kind of request over a small and a large world."""
    numbers = [int(one) for one in sys.argv[1:]]
    seconds, connections = (numbers + [5, 64][len(numbers) :])[:2]
    for pools in (10, 1_000):
        with serve(pools) as (port, pid):
            for load in LOADS:
                began = find_processor_seconds(pid)
                count = measure(port, load, connections=connections, seconds=seconds)
                each = (find_processor_seconds(pid) - began) / count * 1e6
                rate = f"{count / seconds:>8.0f} requests a second"
                sys.stdout.write(f"{pools:>5} pools  {load.label:<18} {rate}  {each:>8.0f} us each\n")


if __name__ == "__main__":
    main()
