"""Driver upgrades: who starts one, and how a pool and its nodes get through it (contract 4.6, S2, S3)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from planner.simulator.catalog import GPU, NPU, find_accelerator
from planner.simulator.drafts import Draft
from planner.simulator.node_records import index_flavors, is_staying
from planner.simulator.queueing import find_busy_addresses
from planner.simulator.records import BY_DRIVER
from planner.simulator.requests import JsonObject
from planner.simulator.workloads import fail_workloads

STATES_AFTER_UPGRADE: Final = ("Running", "Creating", "Running")
"""What a pool's driver goes through after ``Upgrading``: one ``Running`` is not final."""


ISOLATION: Final = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
"""The taint of a node that takes no new workloads."""


def start_upgrades(draft: Draft, pool: JsonObject, *, driver: Mapping[str, Any]) -> None:
    """Start the upgrades that ``driver``, the patch's ``spec.driver``, asks for; ``pool`` is edited.

    The version that is installed already aligns the nodes that differ (P15), and does nothing when
    none does. ``force`` fails the workloads of all such nodes at once, ``idle`` waits for them.
    """
    strategy = pool["spec"].get("driver", {}).get("updateStrategy", "force")
    for accelerator in (GPU, NPU):
        version = driver.get(f"{accelerator}Version")
        status = pool["status"].get("driver", {}).get(accelerator)
        if version is None or status is None:
            continue
        outdated = _find_outdated(draft, pool, accelerator=accelerator, version=version)
        if status.get("version") == version and not (outdated and draft.options.realign_drivers):
            continue
        if strategy == "force":
            fail_workloads(draft, pool["metadata"]["name"], nodes=outdated, by=BY_DRIVER)
        _change_nodes(draft, pool, nodes=outdated, change=_isolate if strategy == "idle" else _mark_updating)
        upgrade = {"version": version, "left": list(STATES_AFTER_UPGRADE), "strategy": strategy}
        pool.setdefault("simulator", {}).setdefault("drivers", {})[accelerator] = upgrade
        status["state"] = "Upgrading"


def step_drivers(draft: Draft, pool: JsonObject) -> None:
    """Bring the upgrades of ``pool``, which is edited, one step on."""
    upgrades = pool.get("simulator", {}).get("drivers", {})
    for accelerator, upgrade in list(upgrades.items()):
        status = pool["status"].setdefault("driver", {}).setdefault(accelerator, {})
        version = upgrade["version"]
        if status.get("state") == "Upgrading" and not _upgrade_nodes(draft, pool, upgrade, accelerator=accelerator):
            continue
        status["version"], status["state"] = version, upgrade["left"].pop(0)
        if not upgrade["left"]:
            del upgrades[accelerator]
    _start_drivers(pool)


def _start_drivers(pool: JsonObject) -> None:
    """Let a driver that is installed with the pool run when the pool does."""
    upgrades = pool.get("simulator", {}).get("drivers", {})
    for accelerator, status in pool["status"].get("driver", {}).items():
        is_new = status.get("state") == "Creating" and accelerator not in upgrades
        if is_new and pool["status"].get("phase") == "Running":
            status["state"] = "Running"


def _upgrade_nodes(draft: Draft, pool: JsonObject, upgrade: Mapping[str, Any], *, accelerator: str) -> bool:
    """Upgrade the nodes that may be; tell whether none is left."""
    outdated = _find_outdated(draft, pool, accelerator=accelerator, version=upgrade["version"])
    busy = find_busy_addresses(draft.workloads(pool["metadata"]["name"]))
    waits = upgrade.get("strategy") == "idle"
    ready = [one for one in outdated if not (waits and one["status"].get("privateIp") in busy)]
    _change_nodes(draft, pool, nodes=ready, change=_make_installer(upgrade["version"]))
    return len(ready) == len(outdated)


def _find_outdated(draft: Draft, pool: JsonObject, *, accelerator: str, version: str) -> list[JsonObject]:
    flavors = index_flavors(draft)
    return [
        node
        for node in filter(is_staying, draft.nodes(pool["metadata"]["name"]))
        if find_accelerator(flavors, node["spec"].get("flavor", "")) == accelerator
        and node["status"].get("driver", {}).get("version") != version
    ]


def _change_nodes(
    draft: Draft, pool: JsonObject, *, nodes: list[JsonObject], change: Callable[[JsonObject], JsonObject]
) -> None:
    if not nodes:
        return
    pool_id = pool["metadata"]["name"]
    names = {one["metadata"]["name"] for one in nodes}
    changed = [change(one) if one["metadata"]["name"] in names else one for one in draft.nodes(pool_id)]
    draft.put("nodes", pool_id, value=changed)


def _isolate(node: JsonObject) -> JsonObject:
    """Keep new workloads off a node that waits for its upgrade (S3)."""
    waiting = _set_driver(node, {"phase": "Pending"})
    return waiting | {"status": waiting["status"] | {"taints": [*_find_other_taints(node), dict(ISOLATION)]}}


def _mark_updating(node: JsonObject) -> JsonObject:
    return _set_driver(node, {"phase": "Updating"})


def _make_installer(version: str) -> Callable[[JsonObject], JsonObject]:
    return lambda node: _install(node, version)


def _install(node: JsonObject, version: str) -> JsonObject:
    installed = _set_driver(node, {"phase": "Running", "version": version})
    if "taints" not in node["status"]:
        return installed
    taints = _find_other_taints(node)
    members = {name: value for name, value in installed["status"].items() if name != "taints"}
    return installed | {"status": members | ({"taints": taints} if taints else {})}


def _find_other_taints(node: Mapping[str, Any]) -> list[JsonObject]:
    return [one for one in node["status"].get("taints", ()) if one.get("key") != ISOLATION["key"]]


def _set_driver(node: JsonObject, members: JsonObject) -> JsonObject:
    status = node["status"]
    return node | {"status": status | {"driver": status.get("driver", {}) | members}}
