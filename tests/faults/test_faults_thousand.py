"""A thousand pools at twenty at a time, from a service that loses one request in a hundred."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fault_site import CPU, NETWORK, PROJECT, run_poolctl

from planner.simulator.fault_files import parse_script
from planner.simulator.requests import Request

POOLS = 1_000
KINDS = ('kind = "status"\nretry_after = "0"', 'kind = "reset_before"', 'kind = "reset_after"', 'kind = "truncated"')
SCRIPT = "".join(
    f"[[fault]]\n{kind}\ntimes = 0\nrate = {0.01 / len(KINDS)}\nseed = {seed}\n" for seed, kind in enumerate(KINDS)
)
POOL = """
[pool.p{number}]
name = "pool-{number}"
type = "Dedicate"
network = "${{network.main.id}}"
[[pool.p{number}.resources]]
flavor = "{flavor}"
count = 2
"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The url of a service, and its process: when that has ended, its world is on the disk."""
    (tmp_path / "faults.toml").write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, "-m", "planner.cli.entry", "simulator", "serve", "--speed", "0"]
    options = ["--world", str(tmp_path / "world.json"), "--faults", str(tmp_path / "faults.toml")]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+:\d+", process.stdout.readline())
        assert found is not None
        yield found[0], process
        process.terminate()


def write_files(directory: Path, url: str) -> None:
    provider = f'[provider.modelarts]\nendpoint = "{url}"\nregion = "eu-de"\nproject_id = "{PROJECT}"\n'
    blocks = [POOL.format(number=number, flavor=CPU) for number in range(POOLS)]
    head = f'{provider}poll_interval = "0s"\n[guards]\nmax_nodes_added = {2 * POOLS}\n{NETWORK}'
    (directory / "a.pools.toml").write_text(head + "".join(blocks), encoding="utf-8")


def load_world(directory: Path) -> dict[str, Any]:
    world: dict[str, Any] = json.loads((directory / "world.json").read_text(encoding="utf-8"))
    return world


def count_made(world: dict[str, Any]) -> Counter[str]:
    made = [one["path"] for one in world["requests"] if one["method"] == "POST" and one["status"] < 300]
    return Counter(path.rpartition("/")[2] for path in made)


def test_a_thousand_pools_are_made_once_each_whatever_one_request_in_a_hundred_meets(
    tmp_path: Path, service: tuple[str, subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-a-test")
    url, process = service
    write_files(tmp_path, url)
    ended = run_poolctl("-C", str(tmp_path), "apply", "--auto-approve", "--parallelism", "20")
    assert ended.code == 0, ended.err[-2000:]
    assert f"Apply complete! Resources: {POOLS + 1} added, 0 changed, 0 destroyed." in ended.out
    plan = run_poolctl("-C", str(tmp_path), "plan", "--detailed-exitcode")
    assert (plan.code, plan.out) == (0, "No changes. Your infrastructure matches the configuration.\n")
    state = json.loads((tmp_path / "pools.state.json").read_text(encoding="utf-8"))["resources"]
    process.terminate()
    process.wait()
    world = load_world(tmp_path)
    assert count_made(world) == {"networks": 1, "pools": POOLS}
    assert {one["id"] for one in state.values()} == {*world["pools"], *world["networks"]}


def test_the_script_loses_about_one_request_in_a_hundred():
    script, asked = parse_script(SCRIPT), Request(method="POST", path=f"/v2/{PROJECT}/pools")
    assert 60 < sum(script(asked) is not None for _ in range(10_000)) < 140
