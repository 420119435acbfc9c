"""A case over the embedded simulator, whose world is a file like the state: how it begins, and how it must end."""

import json
from pathlib import Path
from typing import Any

from fault_site import POOL_ID, PROJECT, run_poolctl
from write_cases import WriteCase

SIMULATOR = f'[provider.modelarts]\nendpoint = "simulator"\nregion = "eu-de"\nproject_id = "{PROJECT}"\n'


def prepare(directory: Path, case: WriteCase) -> Path:
    """Bring service and state to where the case begins."""
    files = directory / "a.pools.toml"
    files.write_text(SIMULATOR + "".join(case.before), encoding="utf-8")
    assert run_poolctl("-C", str(directory), "apply", "--auto-approve").code == 0
    files.write_text(SIMULATOR + "".join(case.blocks), encoding="utf-8")
    return directory


def find_arguments(directory: Path, case: WriteCase) -> list[str]:
    return ["-C", str(directory), "apply", "--auto-approve", *(("--allow", case.allow) if case.allow else ())]


def load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def find_live(directory: Path) -> list[str]:
    world = load(directory / ".poolctl" / "simulator.json")
    return sorted([*world["networks"], *world["pools"]])


def find_wanted(case: WriteCase) -> dict[str, str]:
    """Return the ids that there are in the end, by address."""
    return {"network.main" if "net" in id_ else "pool.a": id_ for id_ in case.live}


def check_plan(directory: Path, case: WriteCase) -> None:
    """Check that a plan says what is there: what is live is not made again, what is gone is not deleted."""
    live = find_live(directory)
    ended = run_poolctl("-C", str(directory), "plan", "--format", "json")
    assert ended.code == 0, ended.err
    planned = {one["address"]: one["action"] for one in json.loads(ended.out)["changes"]}
    wanted = find_wanted(case)
    missing = {address for address, id_ in wanted.items() if id_ not in live}
    assert {one for one, action in planned.items() if action in {"create", "replace"}} == missing
    gone = {"pool.a"} - {"pool.a" for id_ in live if id_ == POOL_ID}
    assert {one for one, action in planned.items() if action == "delete"} & gone == set()


def check_end(directory: Path, case: WriteCase) -> None:
    """Check service and state once an apply has ended."""
    world = load(directory / ".poolctl" / "simulator.json")
    resources = load(directory / "pools.state.json")["resources"]
    assert find_live(directory) == sorted(case.live)
    assert {address: one["id"] for address, one in resources.items()} == find_wanted(case)
    assert [one["last_applied"].get("metadata", {}).get("labels", {}) for one in resources.values()] != [{}]
    taken = [(one["method"], one["path"]) for one in world["requests"] if one["status"] < 300]
    assert sum(1 for method, path in taken if method == "POST" and path.endswith("/pools")) == case.pools_made
    assert sum(1 for method, path in taken if method == "POST" and path.endswith("/networks")) == 1
    assert sum(1 for method, _ in taken if method == "DELETE") == bool(case.allow)
    assert [one for one in world["requests"] if one["method"] == "DELETE" and one["status"] == 404] == []
    assert world["killed"] == []
