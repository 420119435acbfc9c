"""What a pool looks like in an answer: its record, less what is private, plus the count of its nodes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from planner.simulator.drafts import Draft
from planner.simulator.entries import EntryKey, format_azs
from planner.simulator.node_records import find_node_key
from planner.simulator.options import Options
from planner.simulator.requests import JsonObject

_BUCKETS = {"Creating": "creating", "Checking": "creating", "Available": "available", "Abnormal": "abnormal"}


def format_pool(draft: Draft, pool: Mapping[str, Any]) -> JsonObject:
    """Return a pool as the API answers it.

    Buckets of ``status.resources`` that are empty are left out (P7); a logical pool has none. A pool that has no
    phase yet is Creating: only the answer to its POST may be without one (C4).
    """
    nodes = draft.nodes(pool["metadata"]["name"]) if pool["spec"].get("type") != "Logical" else ()
    resources = _format_buckets(nodes, draft.options)
    return {
        "apiVersion": "v2",
        "kind": "Pool",
        "metadata": pool["metadata"],
        "spec": pool["spec"],
        "status": {"phase": "Creating", **pool["status"], "resources": resources},
    }


def _format_buckets(nodes: Iterable[Mapping[str, Any]], options: Options) -> JsonObject:
    buckets: defaultdict[str, defaultdict[EntryKey, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for node in nodes:
        bucket = _BUCKETS.get(node["status"].get("phase", ""), "deleting")
        buckets[bucket][find_node_key(node)][node["status"].get("az", "")] += 1
    return {
        bucket: [_format_bucket_entry(key, azs, options=options) for key, azs in sorted(groups.items())]
        for bucket, groups in buckets.items()
    }


def _format_bucket_entry(key: EntryKey, azs: Counter[str], *, options: Options) -> JsonObject:
    flavor, node_pool = key
    entry: JsonObject = {"flavor": flavor, "count": azs.total(), "azs": format_azs(azs)}
    if options.fill_node_pool or node_pool != f"{flavor}-default":
        entry["nodePool"] = node_pool
    if options.fill_max_count:
        entry["maxCount"] = azs.total()
    return entry
