"""Nodes follow ``spec.resources``: who comes, who goes (contract 4.1, 4.4)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from planner.simulator.catalog import CPU, GPU, find_accelerator
from planner.simulator.drafts import Draft
from planner.simulator.entries import make_entry_key
from planner.simulator.node_records import find_node_key, group_nodes, index_flavors, is_staying, make_node
from planner.simulator.queueing import find_busy_addresses
from planner.simulator.records import BY_REMOVAL, record_removals
from planner.simulator.requests import JsonObject
from planner.simulator.workloads import fail_workloads, index_workloads


def resize_pool(draft: Draft, pool: JsonObject) -> bool:
    """Make nodes come and go until they fit the entries of ``pool``; tell whether any had to.

    A removed node is Deleting until the next step, and its workloads fail. ``pool`` gets the driver
    status of accelerators that are new to it.
    """
    pool_id = pool["metadata"]["name"]
    groups = group_nodes(draft.nodes(pool_id))
    busy = find_busy_addresses(draft.workloads(pool_id))
    added: list[JsonObject] = []
    victims: list[JsonObject] = []
    for entry in merge_entries(pool["spec"].get("resources", ())):
        nodes = groups.get(make_entry_key(entry), [])
        surplus = _find_surplus(entry, nodes)
        for az, count in surplus.items():
            candidates = [one for one in nodes if az in {None, one["status"].get("az", "")}]
            victims += _choose_victims(candidates, count, order=draft.options.removal_order, busy=busy)
            added += [make_node(draft, pool, entry=entry, az=az or draft.options.azs[0]) for _ in range(-min(count, 0))]
    keys = {make_entry_key(entry) for entry in pool["spec"].get("resources", ())}
    victims += [one for key, nodes in groups.items() if key not in keys for one in nodes]
    if added:
        draft.put("nodes", pool_id, value=[*draft.nodes(pool_id), *_stagger(added, draft.options.nodes_per_step)])
    remove_nodes(draft, pool_id, names={one["metadata"]["name"] for one in victims})
    complete_drivers(draft, pool)
    return bool(added or victims)


def remove_nodes(draft: Draft, pool_id: str, *, names: Iterable[str]) -> None:
    """Mark nodes as Deleting, fail the workloads that run on them, and note both."""
    gone = frozenset(names)
    if not gone:
        return
    nodes = draft.nodes(pool_id)
    leaving = [one for one in nodes if one["metadata"]["name"] in gone]
    busy = index_workloads(draft.workloads(pool_id))
    removals = [
        (one["metadata"]["name"], find_node_key(one), busy.get(one["status"].get("privateIp", ""), ()))
        for one in leaving
        if is_staying(one)
    ]
    record_removals(draft, pool_id, nodes=removals)
    fail_workloads(draft, pool_id, nodes=leaving, by=BY_REMOVAL)
    kept = [_mark_deleting(one) if one["metadata"]["name"] in gone else one for one in nodes]
    draft.put("nodes", pool_id, value=kept)


def complete_drivers(draft: Draft, pool: JsonObject) -> None:
    """Give ``pool``, which is edited, a driver status for each accelerator that its entries have."""
    flavors = index_flavors(draft)
    options, spec = draft.options, pool["spec"].get("driver", {})
    for entry in pool["spec"].get("resources", ()):
        accelerator = find_accelerator(flavors, entry["flavor"])
        if accelerator == CPU or accelerator in pool["status"].get("driver", {}):
            continue
        default = options.default_gpu_driver if accelerator == GPU else options.default_npu_driver
        version = spec.get(f"{accelerator}Version") or default
        pool["status"].setdefault("driver", {})[accelerator] = {"version": version, "state": "Creating"}


def merge_entries(entries: Sequence[Mapping[str, Any]]) -> list[JsonObject]:
    """Return the entries with those of the same key taken together."""
    merged: dict[object, JsonObject] = {}
    for entry in entries:
        first = merged.get(make_entry_key(entry))
        if first is None:
            merged[make_entry_key(entry)] = dict(entry)
        else:
            first["count"] += entry["count"]
            first["azs"] = [*first.get("azs", ()), *entry.get("azs", ())]
    return list(merged.values())


def count_kept(draft: Draft, pool_id: str) -> Counter[tuple[str, str]]:
    """Count the staying nodes of a pool by entry key."""
    return Counter(find_node_key(one) for one in draft.nodes(pool_id) if is_staying(one))


def _stagger(nodes: Sequence[JsonObject], per_step: int) -> list[JsonObject]:
    """Return new nodes that come in groups of ``per_step``, a step after the other; 0 lets all come at once."""
    return [_delay(one, index // per_step if per_step else 0) for index, one in enumerate(nodes)]


def _delay(node: JsonObject, steps: int) -> JsonObject:
    private = node["simulator"]
    return node | {"simulator": private | {"remaining": private["remaining"] + steps}}


def _find_surplus(entry: Mapping[str, Any], nodes: Sequence[JsonObject]) -> dict[str | None, int]:
    """Return how many nodes are too many (or, below 0, missing) by AZ; AZ ``None`` leaves the place open."""
    if not entry.get("azs"):
        return {None: len(nodes) - entry["count"]}
    wanted: Counter[str] = Counter()
    for one in entry["azs"]:
        wanted[one["az"]] += one["count"]
    _fit_total(wanted, entry["count"])
    present = Counter(one["status"].get("az", "") for one in nodes)
    return {az: present[az] - wanted[az] for az in sorted({*present, *wanted})}


def _fit_total(wanted: Counter[str], count: int) -> None:
    """Make ``azs`` that disagree with ``count`` (P25) agree: the first zone takes more, the last ones give up."""
    azs = list(wanted)
    wanted[azs[0]] += max(0, count - wanted.total())
    for az in reversed(azs):
        wanted[az] -= min(wanted[az], max(0, wanted.total() - count))


def _choose_victims(
    nodes: Sequence[JsonObject], count: int, *, order: str, busy: frozenset[str]
) -> Sequence[JsonObject]:
    if count <= 0:
        return ()
    ordered = nodes if order == "oldest" else nodes[::-1]
    if order == "busiest":
        ordered = sorted(ordered, key=lambda one: one["status"].get("privateIp") not in busy)
    return ordered[:count]


def _mark_deleting(node: JsonObject) -> JsonObject:
    private = {name: value for name, value in node.get("simulator", {}).items() if name != "remaining"}
    return node | {"status": node["status"] | {"phase": "Deleting"}, "simulator": private}
