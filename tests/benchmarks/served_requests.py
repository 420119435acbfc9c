"""How many requests a second the served simulator answers, with clients in processes of their own."""

import json
import multiprocessing
import re
import socket
import time
from dataclasses import dataclass

from service import serve

from planner.simulator.seeding import PROJECT_ID

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


def measure(port: int, load: Load, *, connections: int, seconds: float) -> int:
    """Return how many answers two processes get together."""
    with multiprocessing.get_context("spawn").Pool(CLIENTS) as clients:
        share = connections // CLIENTS
        asked = [
            clients.apply_async(send, (port, load), {"connections": share, "seconds": seconds}) for _ in range(CLIENTS)
        ]
        return sum(one.get() for one in asked)


def measure_requests(pools: int, *, seconds: float, connections: int = 64) -> dict[str, float]:
    """Return the requests a second that the service answers, by what is asked, with a world of so many pools."""
    with serve(pools) as url:
        port = int(url.rpartition(":")[2])
        return {one.label: measure(port, one, connections=connections, seconds=seconds) / seconds for one in LOADS}
