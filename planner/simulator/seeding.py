"""Worlds made by hand: pools, nodes, networks and workloads as if they had been there for long.

Each function takes a world and returns the next one; nothing that it makes moves unless it is asked to.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypedDict, Unpack

from planner.simulator.catalog import make_flavor
from planner.simulator.documents import World
from planner.simulator.drafts import Draft
from planner.simulator.entries import fill_entries
from planner.simulator.networks import make_network_record
from planner.simulator.node_marks import set_lock
from planner.simulator.node_records import BILLING_ANNOTATION, QUOTA_LABEL, count_azs, index_flavors
from planner.simulator.pool_creation import make_pool_record
from planner.simulator.requests import JsonObject
from planner.simulator.scaling import resize_pool

PROJECT_ID: Final = "86c13962597848eeb29c5861153a391f"
"""The project of the page's example, in which everything is seeded that names no other."""


class PoolSeed(TypedDict, total=False):
    """What a seeded pool may be told; only ``name`` is needed.

    ``flavors`` counts nodes by flavor; ``entries`` are whole entries instead. ``labels``, ``annotations``, ``spec``
    and ``status`` are laid over what the seed makes. ``stuck`` keeps whatever its phase is from moving.
    """

    name: str
    project_id: str
    flavors: Mapping[str, int]
    entries: Sequence[Mapping[str, Any]]
    type: str
    scope: Sequence[str]
    network: str
    parent: str
    phase: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    spec: Mapping[str, Any]
    status: Mapping[str, Any]
    stuck: bool


class WorkloadSeed(TypedDict, total=False):
    """What a seeded workload may be told.

    ``steps`` is the number of steps that it runs; left out, it runs on. One that waits starts by itself when ``needs``
    nodes are free; left out, it waits for ever.
    """

    name: str
    status: str
    type: str
    steps: int
    needs: int
    seconds: int


class NodeSeed(TypedDict, total=False):
    """What of a seeded node may be changed: phase, lock, subscription, binding to a logical pool, driver version."""

    phase: str
    az: str
    is_locked: bool
    is_subscribed: bool
    bound_to: str
    driver: str


def make_pool(world: World, **seed: Unpack[PoolSeed]) -> tuple[World, str]:
    """Add a pool that runs, with all its nodes available; return the world and the pool's id."""
    draft = Draft(world)
    project_id = seed.get("project_id", PROJECT_ID)
    spec = _make_spec(seed)
    _sell_flavors(draft, spec["resources"])
    pool = make_pool_record(draft, name=seed["name"], project_id=project_id, spec=spec)
    pool["metadata"]["labels"] |= seed.get("labels", {})
    pool["metadata"]["annotations"] |= seed.get("annotations", {})
    pool_id: str = pool["metadata"]["name"]
    scope = [{"scopeType": one, "state": "Enabled"} for one in spec.get("scope", ())]
    pool["status"] = {"phase": seed.get("phase", "Running"), "root": seed.get("parent", pool_id), "scope": scope}
    if seed.get("stuck"):
        pool["simulator"]["stuck"] = True
    if spec["type"] == "Dedicate":
        _make_nodes(draft, pool)
    pool["status"] |= seed.get("status", {})
    draft.put("pools", pool_id, value=pool)
    return draft.finish(), pool_id


def make_network(
    world: World, *, name: str, project_id: str = PROJECT_ID, cidr: str = "192.168.0.0/16", phase: str = "Active"
) -> tuple[World, str]:
    """Add a network; return the world and the network's id."""
    draft = Draft(world)
    network = make_network_record(draft, name=name, project_id=project_id, spec={"cidr": cidr})
    network["status"]["phase"] = phase
    network_id: str = network["metadata"]["name"]
    draft.put("networks", network_id, value=network)
    return draft.finish(), network_id


def make_workload(world: World, pool_id: str, *, nodes: Sequence[str], **seed: Unpack[WorkloadSeed]) -> World:
    """Add a workload that runs on the named nodes of a pool; without nodes it waits in the queue."""
    draft = Draft(world)
    number = draft.next_number()
    addresses = [one["status"]["privateIp"] for one in draft.nodes(pool_id) if one["metadata"]["name"] in nodes]
    workload = {
        "apiVersion": "v1",
        "kind": "Workload",
        "type": seed.get("type", "train"),
        "namespace": pool_id,
        "name": seed.get("name", f"job-{number:05}"),
        "jobName": seed.get("name", f"job-{number:05}"),
        "uid": f"{number:032x}",
        "status": seed.get("status", "Running" if nodes else "Queue"),
        "createTime": draft.now_milliseconds,
        "runningDuration": seed.get("seconds", 0),
        "hostIps": ",".join(addresses),
    }
    private = {"remaining": seed.get("steps"), "needs": seed.get("needs")}
    if any(value is not None for value in private.values()):
        workload["simulator"] = {member: value for member, value in private.items() if value is not None}
    draft.put("workloads", pool_id, value=[*draft.workloads(pool_id), workload])
    return draft.finish()


def change_node(world: World, pool_id: str, *, name: str, **seed: Unpack[NodeSeed]) -> World:
    """Change one node of a pool."""
    return _map_node(world, pool_id, name=name, change=lambda node: _change_node(node, seed))


def change_pool(world: World, pool_id: str, *, change: Callable[[JsonObject], None]) -> World:
    """Change the record of a pool in place of a colleague at the console: ``change`` edits a copy."""
    draft = Draft(world)
    pool = draft.copy_record("pools", pool_id)
    change(pool)
    draft.put("pools", pool_id, value=pool)
    return draft.finish()


def remove_pool(world: World, pool_id: str) -> World:
    """Take a pool away at once, with its nodes and workloads."""
    draft = Draft(world)
    for section in ("pools", "nodes", "workloads"):
        draft.remove(section, pool_id)
    return draft.finish()


def let_pass(world: World, *, seconds: int) -> World:
    """Move the clock alone: nothing else happens meanwhile."""
    draft = Draft(world)
    draft.tick(seconds)
    return draft.finish()


def list_node_names(world: World, pool_id: str) -> list[str]:
    """Return the names of a pool's nodes, oldest first."""
    return [one["metadata"]["name"] for one in Draft(world).nodes(pool_id)]


def _make_spec(seed: PoolSeed) -> JsonObject:
    entries = [dict(one) for one in seed.get("entries", ())]
    entries += [{"flavor": flavor, "count": count} for flavor, count in seed.get("flavors", {}).items()]
    spec: JsonObject = {"type": seed.get("type", "Dedicate"), "resources": entries}
    if spec["type"] == "Dedicate":
        spec["scope"] = list(seed.get("scope", ("Train",)))
        spec["network"] = {"name": seed.get("network", f"network-maos-{seed.get('project_id', PROJECT_ID)}")}
    if "parent" in seed:
        spec["parent"] = seed["parent"]
    return {**spec, **seed.get("spec", {})}


def _sell_flavors(draft: Draft, entries: Sequence[JsonObject]) -> None:
    known = index_flavors(draft)
    new = sorted({one["flavor"] for one in entries} - set(known))
    if new:
        made = [make_flavor(name, draft.options.azs) for name in new]
        draft.replace_records("flavors", [*draft.records("flavors"), *made])


def _make_nodes(draft: Draft, pool: JsonObject) -> None:
    pool_id = pool["metadata"]["name"]
    resize_pool(draft, pool)
    nodes = draft.nodes(pool_id)
    draft.put("nodes", pool_id, value=[_finish_node(one) for one in nodes])
    for driver in pool["status"].get("driver", {}).values():
        driver["state"] = "Running"
    azs = count_azs(nodes)
    pool["spec"]["resources"] = fill_entries(pool["spec"]["resources"], options=draft.options, azs=azs)


def _finish_node(node: JsonObject) -> JsonObject:
    members = {name: value for name, value in node.items() if name != "simulator"}
    driver = node["status"]["driver"] | {"phase": "Running"}
    return members | {"status": node["status"] | {"phase": "Available", "driver": driver}}


def _map_node(world: World, pool_id: str, *, name: str, change: Callable[[JsonObject], JsonObject]) -> World:
    draft = Draft(world)
    changed = [change(one) if one["metadata"]["name"] == name else one for one in draft.nodes(pool_id)]
    draft.put("nodes", pool_id, value=changed)
    return draft.finish()


def _change_node(node: JsonObject, seed: NodeSeed) -> JsonObject:
    status, metadata = dict(node["status"]), dict(node["metadata"])
    status |= {member: seed[member] for member in ("phase", "az") if member in seed}
    if "driver" in seed:
        status["driver"] = status.get("driver", {}) | {"version": seed["driver"]}
    if "is_subscribed" in seed:
        mode = "1" if seed["is_subscribed"] else "0"
        metadata["annotations"] = metadata.get("annotations", {}) | {BILLING_ANNOTATION: mode}
    if "bound_to" in seed:
        metadata["labels"] = metadata.get("labels", {}) | {QUOTA_LABEL: seed["bound_to"]}
    changed = node | {"metadata": metadata, "status": status}
    return set_lock(changed, is_set=seed["is_locked"]) if "is_locked" in seed else changed
