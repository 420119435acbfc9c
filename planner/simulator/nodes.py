"""Nodes of a pool: list, and removal by name (contract 2.9)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from planner.simulator.bodies import parse_names
from planner.simulator.calls import Call
from planner.simulator.drafts import Draft
from planner.simulator.entries import EntryKey, count_nodes, format_azs, make_entry_key
from planner.simulator.events import count_phases, record_counts
from planner.simulator.lookups import find_pool
from planner.simulator.node_records import (
    find_named_nodes,
    find_node_key,
    is_locked,
    is_staying,
    is_subscribed,
    make_node,
)
from planner.simulator.orders import start_order
from planner.simulator.refusals import refuse_silently
from planner.simulator.requests import JsonObject, Response, make_json_response
from planner.simulator.scaling import remove_nodes


def list_nodes(draft: Draft, call: Call) -> Response:
    """Answer GET .../nodes: all nodes; the live service ignores ``limit`` and ``continue`` here."""
    pool_id = find_pool(draft, call)["metadata"]["name"]
    items = [{name: value for name, value in one.items() if name != "simulator"} for one in draft.nodes(pool_id)]
    return make_json_response({"apiVersion": "v2", "kind": "NodeList", "metadata": {}, "items": items})


def delete_nodes(draft: Draft, call: Call) -> Response:
    """Answer POST .../nodes/batch-delete ``{deleteNodeNames}``; jobs on the nodes fail.

    The counts of the pool's entries follow, or the service makes new nodes, as the option says.

    Raises:
        Refusal: 404 for an unknown pool or node (X4), 400 when no node would stay (X3), or for a locked or
            subscribed node.

    """
    found = find_pool(draft, call)
    pool_id = found["metadata"]["name"]
    nodes = find_named_nodes(draft, call, names=parse_names(call.request, "deleteNodeNames"))
    _check_removal(draft, pool_id, nodes=nodes)
    pool = draft.copy_record("pools", pool_id)
    before = count_nodes(pool["spec"].get("resources", ()))
    if draft.options.batch_delete_lowers_count:
        pool["spec"]["resources"] = _lower_counts(pool["spec"].get("resources", ()), nodes)
    else:
        _rebuild_nodes(draft, pool, nodes=nodes)
    counted = count_phases(draft, pool_id)
    remove_nodes(draft, pool_id, names=[one["metadata"]["name"] for one in nodes])
    record_counts(draft, pool_id, before=counted)
    start_order(draft, pool, operation="modify", before=before, after=count_nodes(pool["spec"].get("resources", ())))
    draft.put("pools", pool_id, value=pool)
    return make_json_response({})


def _check_removal(draft: Draft, pool_id: str, *, nodes: Sequence[JsonObject]) -> None:
    if len(nodes) == sum(1 for one in draft.nodes(pool_id) if is_staying(one)):
        raise refuse_silently(draft.options, "at least one node must stay in the pool")
    if any(map(is_locked, nodes)):
        raise refuse_silently(draft.options, "a node is locked")
    if draft.options.refuse_removing_subscribed and any(map(is_subscribed, nodes)):
        raise refuse_silently(draft.options, "a subscribed node cannot be deleted")


def _lower_counts(entries: Sequence[JsonObject], nodes: Sequence[JsonObject]) -> list[JsonObject]:
    """Return the entries less ``nodes``; an entry that loses its last node goes."""
    removed: Counter[EntryKey] = Counter(find_node_key(one) for one in nodes)
    places = Counter((find_node_key(one), one["status"].get("az", "")) for one in nodes)
    lowered = [_lower_count(one, removed, places=places) for one in entries]
    return [one for one in lowered if one["count"] > 0]


def _lower_count(
    entry: JsonObject, removed: Counter[EntryKey], *, places: Mapping[tuple[EntryKey, str], int]
) -> JsonObject:
    key = make_entry_key(entry)
    taken = min(removed[key], entry["count"])
    removed[key] -= taken
    lowered: dict[str, Any] = entry | {"count": entry["count"] - taken}
    if entry.get("maxCount") == entry["count"]:
        lowered["maxCount"] = lowered["count"]
    if entry.get("azs"):
        lowered["azs"] = format_azs({one["az"]: one["count"] - places.get((key, one["az"]), 0) for one in entry["azs"]})
    return lowered


def _rebuild_nodes(draft: Draft, pool: JsonObject, *, nodes: Sequence[JsonObject]) -> None:
    made = [
        make_node(draft, pool, entry={"flavor": key[0], "nodePool": key[1]}, az=node["status"].get("az", ""))
        for node in nodes
        for key in [find_node_key(node)]
    ]
    pool_id = pool["metadata"]["name"]
    draft.put("nodes", pool_id, value=[*draft.nodes(pool_id), *made])
