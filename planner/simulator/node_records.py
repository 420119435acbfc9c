"""Nodes as records: how one is made, and how they group into entries (contract 2.9)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from planner.simulator.calls import Call
from planner.simulator.catalog import CPU, GPU, find_accelerator
from planner.simulator.drafts import Draft
from planner.simulator.entries import EntryKey, make_entry_key
from planner.simulator.errors import node_not_found
from planner.simulator.requests import JsonObject

NODE_POOL_LABEL = "os.modelarts.node/nodepool"
QUOTA_LABEL = "os.modelarts.node/elastic.quota"
LOCK_ANNOTATION = "os.modelarts.node/lock.action"
BILLING_ANNOTATION = "os.modelarts/billing.mode"

_ADDRESSES_PER_BYTE = 254


def make_node(draft: Draft, pool: Mapping[str, Any], *, entry: Mapping[str, Any], az: str) -> JsonObject:
    """Return a node of ``entry`` that is being created; its name and address come from the world's counter."""
    number = draft.next_number()
    flavor, node_pool = make_entry_key(entry)
    billing = pool["metadata"]["annotations"].get(BILLING_ANNOTATION, "0")
    return {
        "apiVersion": "v2",
        "kind": "Node",
        "metadata": {
            "name": f"os-node-created-{number:05}",
            "creationTimestamp": draft.now,
            "labels": {NODE_POOL_LABEL: node_pool},
            "annotations": {BILLING_ANNOTATION: billing},
        },
        "spec": {"flavor": flavor},
        "status": {
            "phase": "Creating",
            "az": az,
            "privateIp": _make_address(number),
            "driver": {"phase": "Pending"} | _make_version(draft, pool, flavor=flavor),
        },
        "simulator": {"remaining": draft.options.steps_per_node},
    }


def find_node_key(node: Mapping[str, Any]) -> EntryKey:
    """Return the key of the entry that a node belongs to."""
    labels = node["metadata"].get("labels", {})
    return make_entry_key({"flavor": node["spec"].get("flavor", ""), "nodePool": labels.get(NODE_POOL_LABEL, "")})


def find_named_nodes(draft: Draft, call: Call, *, names: Iterable[str]) -> list[JsonObject]:
    """Return the nodes of the path's pool that have ``names``; a node that is being deleted is gone.

    Raises:
        Refusal: 404 that names the first unknown one (X4).

    """
    present = {one["metadata"]["name"]: one for one in filter(is_staying, draft.nodes(call.names[0]))}
    chosen = list(names)
    unknown = [name for name in chosen if name not in present]
    if unknown:
        raise node_not_found(unknown[0])
    return [present[name] for name in chosen]


def is_staying(node: Mapping[str, Any]) -> bool:
    """Tell whether a node counts for its entry: all but those that are being deleted."""
    return bool(node["status"].get("phase") != "Deleting")


def is_subscribed(node: Mapping[str, Any]) -> bool:
    """Tell whether a node is paid by the month or year."""
    return str(node["metadata"].get("annotations", {}).get(BILLING_ANNOTATION, "0")) == "1"


def is_locked(node: Mapping[str, Any]) -> bool:
    """Tell whether a node carries a deletion lock."""
    return bool(node["metadata"].get("annotations", {}).get(LOCK_ANNOTATION))


def group_nodes(nodes: Iterable[JsonObject]) -> Mapping[EntryKey, list[JsonObject]]:
    """Return the staying nodes by entry key."""
    groups: defaultdict[EntryKey, list[JsonObject]] = defaultdict(list)
    for node in filter(is_staying, nodes):
        groups[find_node_key(node)].append(node)
    return groups


def count_azs(nodes: Iterable[JsonObject]) -> defaultdict[EntryKey, Counter[str]]:
    """Count the staying nodes by entry key and availability zone."""
    counts: defaultdict[EntryKey, Counter[str]] = defaultdict(Counter)
    for node in filter(is_staying, nodes):
        counts[find_node_key(node)][node["status"].get("az", "")] += 1
    return counts


def index_flavors(draft: Draft) -> dict[str, JsonObject]:
    """Return the catalog by flavor name."""
    return {one["metadata"]["name"]: one for one in draft.records("flavors")}


def _make_version(draft: Draft, pool: Mapping[str, Any], *, flavor: str) -> JsonObject:
    accelerator = find_accelerator(index_flavors(draft), flavor)
    if accelerator == CPU:
        return {}
    default = draft.options.default_gpu_driver if accelerator == GPU else draft.options.default_npu_driver
    installed = pool["status"].get("driver", {}).get(accelerator, {}).get("version") or default
    return {"version": draft.options.new_nodes_driver or installed}


def _make_address(number: int) -> str:
    third, fourth = divmod(number, _ADDRESSES_PER_BYTE)
    second, third = divmod(third, _ADDRESSES_PER_BYTE)
    return f"10.{second % _ADDRESSES_PER_BYTE}.{third}.{fourth + 1}"
