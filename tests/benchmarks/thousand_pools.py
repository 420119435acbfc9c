"""Measure plan and apply of many pools over a real port, with the service in a process of its own.

Run by hand: ``python tests/benchmarks/thousand_pools.py [pools] [--profile]``. Prints seconds; asserts nothing.
"""

import contextlib
import cProfile
import io
import multiprocessing
import os
import pstats
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from planner.simulator.documents import start_world
from planner.simulator.http_server import LocalServer
from planner.simulator.seeding import make_network, make_pool

PROJECT = "86c13962597848eeb29c5861153a391f"
FLAVOR = "modelarts.vm.cpu.4ud"
HEAD = """
[provider.modelarts]
endpoint = "{url}"
region = "eu-de"
project_id = "{project}"
poll_interval = "0s"

[network.main]
name = "train-net"
cidr = "192.168.0.0/16"
"""
POOL = """
[pool.p{number}]
name = "pool-{number}"
type = "Dedicate"
scope = ["Train"]
description = "{description}"
network = "${{network.main.id}}"
[[pool.p{number}.resources]]
flavor = "{flavor}"
count = 2
"""


def serve(pools: int, ready: Connection) -> None:
    """Serve a world of so many pools until the other end says a word."""
    world, network_id = make_network(start_world(log_limit=0), name="train-net")
    for number in range(pools):
        world, _ = make_pool(world, name=f"pool-{number}", flavors={FLAVOR: 2}, network=network_id)
    with LocalServer(world, options={"log_limit": 0}) as server:
        ready.send(server.url)
        ready.recv()


def write_files(directory: Path, *, url: str, pools: int, description: str, is_importing: bool = False) -> None:
    """Write a configuration of so many pools."""
    blocks = [POOL.format(number=one, flavor=FLAVOR, description=description) for one in range(pools)]
    imports = [f'[[import]]\nto = "pool.p{one}"\nid = "pool-{one}-{PROJECT}"\n' for one in range(pools)]
    imports.append(f'[[import]]\nto = "network.main"\nid = "train-net-{PROJECT}"\n')
    text = HEAD.format(url=url, project=PROJECT) + "".join(blocks) + "".join(imports if is_importing else ())
    (directory / "a.pools.toml").write_text(text, encoding="utf-8")


def run(label: str, *arguments: str) -> None:
    """Run poolctl in this process and print how long it took."""
    from planner.cli.entry import main

    out, err = io.StringIO(), io.StringIO()
    began = time.perf_counter()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    seconds = time.perf_counter() - began
    last = (out.getvalue().strip().splitlines() or [err.getvalue()[-300:]])[-1]
    sys.stdout.write(f"{label:<40} {seconds:8.2f} s  exit {code}  {last}\n")


def measure(directory: Path, *, url: str, pools: int) -> None:
    """Adopt all pools, plan them unchanged, change all of them, plan again."""
    place = ("-C", str(directory))
    write_files(directory, url=url, pools=pools, description="first", is_importing=True)
    run("apply: import all, change all", "apply", *place, "--auto-approve", "--parallelism", "20")
    write_files(directory, url=url, pools=pools, description="first")
    run("plan: nothing to do", "plan", *place)
    write_files(directory, url=url, pools=pools, description="second")
    run("apply: change all", "apply", *place, "--auto-approve", "--parallelism", "20")
    run("plan: nothing to do", "plan", *place)


def print_profile(directory: Path) -> None:
    """Print where the time of an empty plan goes."""
    with cProfile.Profile() as profile:
        run("plan: profiled", "plan", "-C", str(directory))
    pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


def main() -> None:
    """Start the service, measure, and print a profile where it is asked for."""
    numbers = [int(one) for one in sys.argv[1:] if one.isdecimal()]
    pools = numbers[0] if numbers else 1_000
    os.environ["HW_AUTH_TOKEN"] = "token-of-a-benchmark"
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    service = multiprocessing.get_context("spawn").Process(target=serve, args=(pools, theirs))
    service.start()
    url = ours.recv()
    with tempfile.TemporaryDirectory() as directory:
        measure(Path(directory), url=url, pools=pools)
        if "--profile" in sys.argv:
            print_profile(Path(directory))
    ours.send("stop")
    service.join()


if __name__ == "__main__":
    main()
