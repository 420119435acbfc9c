"""Marks on nodes that clients set: deletion locks, redundancy, tags (contract 2.9)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from planner.simulator.bodies import parse_body, parse_names
from planner.simulator.calls import Call
from planner.simulator.drafts import Draft
from planner.simulator.errors import bad_request
from planner.simulator.lookups import find_pool
from planner.simulator.motion import find_private
from planner.simulator.node_records import LOCK_ANNOTATION, find_named_nodes
from planner.simulator.requests import JsonObject, Response, make_json_response
from planner.simulator.tags import TAGS_ANNOTATION, parse_tags

REDUNDANCY_LABEL = "os.modelarts.node/ha.redundant"

Mark = Callable[[JsonObject], JsonObject]

_EFFECTS = ("NoSchedule", "NoExecute")


def lock_nodes(draft: Draft, call: Call) -> Response:
    """Answer POST .../nodes/batch-lock ``{nodeNames, actions: ["delete"]}``.

    Raises:
        Refusal: 404 for an unknown pool or node, 400 for another body.

    """
    return _lock(draft, call, is_set=True)


def unlock_nodes(draft: Draft, call: Call) -> Response:
    """Answer POST .../nodes/batch-unlock; see ``lock_nodes``."""
    return _lock(draft, call, is_set=False)


def update_nodes(draft: Draft, call: Call) -> Response:
    """Answer POST .../nodes/batch-update ``{nodeNames, action}``: redundancy on or off, tags added or removed.

    Raises:
        Refusal: 404 for an unknown pool or node, 400 for another body.

    """
    find_pool(draft, call)
    return _mark_nodes(draft, call, mark=_choose_mark(parse_body(call.request)))


def set_lock(node: JsonObject, *, is_set: bool) -> JsonObject:
    """Return ``node`` with or without a deletion lock."""
    return _set_metadata(node, "annotations", {LOCK_ANNOTATION: "delete" if is_set else None})


def _lock(draft: Draft, call: Call, *, is_set: bool) -> Response:
    find_pool(draft, call)
    if set(parse_names(call.request, "actions")) != {"delete"}:
        raise bad_request('actions must be ["delete"]')
    return _mark_nodes(draft, call, mark=lambda node: set_lock(node, is_set=is_set))


def _mark_nodes(draft: Draft, call: Call, *, mark: Mark) -> Response:
    pool_id = call.names[0]
    named = find_named_nodes(draft, call, names=parse_names(call.request, "nodeNames"))
    names = sorted(one["metadata"]["name"] for one in named)
    changed = [mark(one) if one["metadata"]["name"] in names else one for one in draft.nodes(pool_id)]
    draft.put("nodes", pool_id, value=changed)
    nodes = [{"name": name, "status": "success"} for name in names]
    return make_json_response({"nodes": nodes, "successNodeNames": names, "failNodeNames": []})


def _choose_mark(body: JsonObject) -> Mark:
    action, effect = body.get("action"), body.get("haRedundantEffect", _EFFECTS[0])
    if effect not in _EFFECTS:
        raise bad_request("haRedundantEffect must be NoSchedule or NoExecute")
    if action in ("openHaRedundant", "closeHaRedundant"):
        value = effect if action == "openHaRedundant" else None
        return lambda node: _set_metadata(node, "labels", {REDUNDANCY_LABEL: value})
    if action in ("createTags", "deleteTags"):
        tags, is_added = parse_tags(body.get("tags", [])), action == "createTags"
        return lambda node: _change_tags(node, tags, is_added=is_added)
    raise bad_request("unknown action")


def _change_tags(node: JsonObject, given: Mapping[str, str], *, is_added: bool) -> JsonObject:
    private = find_private(node)
    before: Mapping[str, str] = private.get("tags", {})
    tags = {**before, **given} if is_added else {key: one for key, one in before.items() if given.get(key) != one}
    text = json.dumps([{"key": key, "value": value} for key, value in sorted(tags.items())], separators=(",", ":"))
    return _set_metadata(node, "annotations", {TAGS_ANNOTATION: text}) | {"simulator": {**private, "tags": tags}}


def _set_metadata(node: JsonObject, member: str, values: Mapping[str, Any]) -> JsonObject:
    """Return ``node`` with some labels or annotations; None takes one away."""
    metadata = node["metadata"]
    merged = {**metadata.get(member, {}), **values}
    return node | {"metadata": metadata | {member: {key: value for key, value in merged.items() if value is not None}}}
