"""The service's own life: one step brings everything that moves a bit further (contract 4.2, 4.3).

A step is what happens between two looks at the service: creating nodes come, deleted ones go, phases follow.
"""

from collections.abc import Mapping

from planner.simulator.documents import World
from planner.simulator.drafts import Draft
from planner.simulator.drivers import step_drivers
from planner.simulator.entries import EntryKey, make_entry_key
from planner.simulator.events import count_phases, record_counts, set_phase
from planner.simulator.motion import find_remaining, is_awaiting_approval
from planner.simulator.networks import step_network
from planner.simulator.node_records import is_staying
from planner.simulator.orders import settle_order
from planner.simulator.pool_creation import forget_subpool
from planner.simulator.requests import JsonObject
from planner.simulator.scaling import count_kept, resize_pool
from planner.simulator.scopes import change_scope, step_scope
from planner.simulator.workloads import step_workloads


def step_world(world: World) -> World:
    """Return ``world`` one step later, with everything moved that moves."""
    draft = Draft(world, cause="step")
    for section, name in sorted(world.moving):
        if section == "networks":
            step_network(draft, name)
        else:
            _step_pool(draft, name)
    return draft.finish()


def _step_pool(draft: Draft, pool_id: str) -> None:
    pool = draft.copy_record("pools", pool_id)
    counted = count_phases(draft, pool_id)
    step_workloads(draft, pool_id)
    if pool["status"].get("phase") == "Deleting" and not draft.nodes(pool_id):
        _remove_pool(draft, pool)
        return
    came, missing = _step_nodes(draft, pool)
    private = pool.setdefault("simulator", {})
    private["missing"] = private.get("missing", 0) + missing
    private["came"] = private.get("came", False) or came
    step_scope(pool, draft.options)
    _step_phase(draft, pool)
    step_drivers(draft, pool)
    _settle(draft, pool)
    draft.put("pools", pool_id, value=pool)
    record_counts(draft, pool_id, before=counted)


def _remove_pool(draft: Draft, pool: JsonObject) -> None:
    pool_id = pool["metadata"]["name"]
    if "order" in pool.get("simulator", {}):
        settle_order(draft, pool, reached={}, missing=0, came=False)
    forget_subpool(draft, pool)
    for section in ("pools", "nodes", "workloads"):
        draft.remove(section, pool_id)


def _step_nodes(draft: Draft, pool: JsonObject) -> tuple[bool, int]:
    """Move the nodes of ``pool``; return whether some came, and how many never will."""
    pool_id = pool["metadata"]["name"]
    nodes = draft.nodes(pool_id)
    stepped = [(one, _step_node(one)) for one in nodes if not _is_leaving(one)]
    arrived = [after for before, after in stepped if after["status"].get("phase") != before["status"].get("phase")]
    lost = {one["metadata"]["name"] for one in arrived if one["spec"].get("flavor") in draft.options.sold_out}
    kept = [after for _, after in stepped if after["metadata"]["name"] not in lost]
    if kept != nodes:
        draft.put("nodes", pool_id, value=kept)
    return len(arrived) > len(lost), len(lost)


def _is_leaving(node: JsonObject) -> bool:
    return not is_staying(node) and find_remaining(node, 1) is not None


def _step_node(node: JsonObject) -> JsonObject:
    remaining = find_remaining(node, 1)
    if node["status"].get("phase") != "Creating" or remaining is None:
        return node
    private = {name: value for name, value in node.get("simulator", {}).items() if name != "remaining"}
    if remaining > 1:
        return node | {"simulator": private | {"remaining": remaining - 1}}
    driver = node["status"].get("driver", {}) | {"phase": "Running"}
    return node | {"status": node["status"] | {"phase": "Available", "driver": driver}, "simulator": private}


def _step_phase(draft: Draft, pool: JsonObject) -> None:
    phase = pool["status"].get("phase")
    if phase is None:
        _start_pool(draft, pool)
    elif is_awaiting_approval(pool, draft.options):
        set_phase(draft, pool, phase="Running")
    elif phase == "Creating" and not _is_any(draft, pool, phase="Creating"):
        _finish_creation(draft, pool)
    elif phase == "Running" and pool["simulator"]["missing"] and not _is_any(draft, pool, phase="Creating"):
        set_phase(draft, pool, phase="ScalingFailed", message="some nodes could not be created: sold out")


def _start_pool(draft: Draft, pool: JsonObject) -> None:
    status = pool["status"]
    parent = pool["spec"].get("parent", "")
    status["root"] = parent or pool["metadata"]["name"]
    if parent:
        status["parent"] = parent
    if pool["spec"].get("type") == "Logical":
        set_phase(draft, pool, phase="Waiting")
        return
    set_phase(draft, pool, phase="Creating")
    resize_pool(draft, pool)
    change_scope(pool, pool["spec"].get("scope", []))


def _finish_creation(draft: Draft, pool: JsonObject) -> None:
    if pool["spec"].get("type") == "Logical" or count_kept(draft, pool["metadata"]["name"]):
        set_phase(draft, pool, phase="Running")
    else:
        pool["simulator"]["failed"] = draft.now
        set_phase(draft, pool, phase="CreationFailed", message="no node could be created: sold out")


def _is_any(draft: Draft, pool: JsonObject, *, phase: str) -> bool:
    return any(one["status"].get("phase") == phase for one in draft.nodes(pool["metadata"]["name"]))


def _settle(draft: Draft, pool: JsonObject) -> None:
    """End the pool's order when nothing is on its way any more, and forget what was counted for it."""
    private = pool["simulator"]
    moves = any(_is_any(draft, pool, phase=phase) for phase in ("Creating", "Deleting"))
    if moves or pool["status"].get("phase") in {"Creating", "Waiting", "Deleting"}:
        return
    missing, came = private.pop("missing"), private.pop("came")
    reached = count_kept(draft, pool["metadata"]["name"])
    if missing and draft.options.scaling_failure_lowers_count:
        _lower_counts(pool, reached)
    if "order" in private:
        settle_order(draft, pool, reached=reached, missing=missing, came=came)


def _lower_counts(pool: JsonObject, reached: Mapping[EntryKey, int]) -> None:
    entries = [one | {"count": min(one["count"], reached[make_entry_key(one)])} for one in pool["spec"]["resources"]]
    kept = [one | ({"maxCount": one["count"]} if "maxCount" in one else {}) for one in entries if one["count"]]
    pool["spec"]["resources"] = kept
