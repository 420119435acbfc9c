"""Making a pool: what a POST must hold, and the record that comes of it (contract 2.1, C1 to C5)."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from planner.simulator.bodies import parse_body, require_object, require_texts
from planner.simulator.calls import Call
from planner.simulator.catalog import find_accelerator
from planner.simulator.drafts import Draft
from planner.simulator.entries import EntryKey, count_nodes, fill_entries, make_entry_key, parse_entries
from planner.simulator.errors import POOL_EXISTS, Refusal, bad_request
from planner.simulator.lookups import NAME_LABEL, WORKSPACE_LABEL, make_object_id
from planner.simulator.node_records import index_flavors
from planner.simulator.orders import start_order
from planner.simulator.pool_patches import check_driver, check_labels
from planner.simulator.pool_rules import judge_counts, judge_description, judge_driver, judge_entries, judge_scope
from planner.simulator.quotas import check_quota
from planner.simulator.refusals import refuse_silently
from planner.simulator.requests import JsonObject, Response, make_json_response

_NAME = re.compile(r"[a-z][a-z0-9-]{2,62}[a-z0-9]")
_SUBPOOLS = "os.modelarts.pool/subpools.count"
_SPEC_MEMBERS = frozenset(
    {
        "clusterFlavor",
        "clusters",
        "containerNetwork",
        "driver",
        "ipv6enable",
        "jobFlavors",
        "kubernetesSvcIpRange",
        "masters",
        "network",
        "parent",
        "resources",
        "scope",
        "type",
        "userLogin",
    }
)
_LOGICAL_FORBIDDEN = ("network", "masters", "driver")


def create_pool(draft: Draft, call: Call) -> Response:
    """Answer POST /v2/{project}/pools: the pool before it has a phase or a node (C4).

    Raises:
        Refusal: 409 for a display name that is taken, 400 for a body that cannot be a pool.

    """
    body = parse_body(call.request)
    pool = _parse_pool(draft, body, project_id=call.project_id)
    pool_id = pool["metadata"]["name"]
    if pool_id in draft.section("pools"):
        raise Refusal(409, POOL_EXISTS, text="Pool already exists.")
    check_quota(draft, "pools", project_id=call.project_id)
    _check_references(draft, pool, project_id=call.project_id)
    _check_rules(draft, pool)
    spec = pool["spec"]
    wanted = count_nodes(spec["resources"])
    start_order(draft, pool, operation="apply", before={}, after=wanted)
    draft.put("pools", pool_id, value=pool)
    _count_subpool(draft, spec.get("parent", ""), change=1)
    return make_json_response(_format_created(pool))


def forget_subpool(draft: Draft, pool: Mapping[str, Any]) -> None:
    """Lower the count of logical pools of the parent of ``pool``, when it has one."""
    _count_subpool(draft, pool["spec"].get("parent", ""), change=-1)


def make_pool_record(draft: Draft, *, name: str, project_id: str, spec: JsonObject) -> JsonObject:
    """Return the record of a pool that the service has only just accepted, with the metadata it adds itself."""
    number = draft.next_number()
    return {
        "metadata": {
            "name": make_object_id(name, project_id),
            "creationTimestamp": draft.now,
            "labels": {
                NAME_LABEL: name,
                WORKSPACE_LABEL: "0",
                "os.modelarts/node.prefix": "",
                "os.modelarts/resource.id": f"maos-{name}-{number:05}",
                "os.modelarts/tenant.project.id": project_id,
            },
            "annotations": {"os.modelarts/billing.mode": "0", _SUBPOOLS: "0"},
        },
        "spec": spec,
        "status": {},
        "simulator": {"project_id": project_id},
    }


def _parse_pool(draft: Draft, body: JsonObject, *, project_id: str) -> JsonObject:
    metadata, spec = require_object(body, "metadata"), require_object(body, "spec")
    if body.get("kind") != "Pool" or body.get("apiVersion") not in ("v1", "v2"):
        raise bad_request("kind must be Pool and apiVersion v2")
    check_labels(metadata, is_patch=False)
    labels = require_object(metadata, "labels")
    name = labels.get(NAME_LABEL, "")
    if not _NAME.fullmatch(name):
        raise bad_request(f"the label {NAME_LABEL} is missing or invalid")
    pool = make_pool_record(draft, name=name, project_id=project_id, spec=_parse_spec(draft, spec))
    pool["metadata"]["labels"] |= labels
    pool["metadata"]["annotations"] |= require_object(metadata, "annotations")
    return pool


def _parse_spec(draft: Draft, spec: JsonObject) -> JsonObject:
    options = draft.options
    unknown = sorted(set(spec) - _SPEC_MEMBERS)
    if unknown and options.unknown_members == "refuse":
        raise bad_request(f"unknown member spec.{unknown[0]}")
    parsed = {key: value for key, value in spec.items() if key in _SPEC_MEMBERS}
    if parsed.get("type") not in ("Dedicate", "Logical"):
        raise bad_request("spec.type must be Dedicate or Logical")
    is_logical = parsed["type"] == "Logical"
    _check_types(parsed)
    entries = parse_entries(parsed.get("resources"), is_logical=is_logical, options=options)
    if not entries:
        raise bad_request("spec.resources is required")
    parsed["resources"] = entries if is_logical else fill_entries(entries, options=options, azs=_place(draft, entries))
    for name in ("scope", "jobFlavors"):
        if name in parsed:
            parsed[name] = require_texts(parsed, name)
    if "userLogin" in parsed:
        parsed["userLogin"] = {key: value for key, value in parsed["userLogin"].items() if key != "password"}
    return parsed


def _place(draft: Draft, entries: list[JsonObject]) -> dict[EntryKey, Counter[str]]:
    """Return where the nodes of new entries will stand when no zones are written: in the first one."""
    return {make_entry_key(one): Counter({draft.options.azs[0]: one["count"]}) for one in entries}


def _check_types(spec: JsonObject) -> None:
    from planner.simulator.shapes import PoolInside, check_shape

    check_shape(PoolInside, spec, place="spec")
    check_driver(require_object(spec, "driver"))


def _check_references(draft: Draft, pool: JsonObject, *, project_id: str) -> None:
    spec = pool["spec"]
    network, parent = spec.get("network", {}), spec.get("parent", "")
    if spec["type"] == "Logical":
        forbidden = [name for name in _LOGICAL_FORBIDDEN if spec.get(name)]
        if forbidden:
            raise bad_request(f"spec.{forbidden[0]} is not supported for logical pools")
    elif not network.get("name") and not (network.get("vpcId") and network.get("subnetId")):
        raise bad_request("spec.network is required")
    elif network.get("name", "") not in {"", *_list_ids(draft, "networks", project_id)}:
        raise bad_request(f'network "{network["name"]}" not found')
    if parent and parent not in _list_ids(draft, "pools", project_id):
        raise bad_request(f'parent pool "{parent}" not found')


def _list_ids(draft: Draft, section: str, project_id: str) -> set[str]:
    records = draft.section(section).items()
    return {key for key, one in records if one.get("simulator", {}).get("project_id", project_id) == project_id}


def _check_rules(draft: Draft, pool: JsonObject) -> None:
    spec, options = pool["spec"], draft.options
    flavors = index_flavors(draft)
    accelerators = frozenset(find_accelerator(flavors, one["flavor"]) for one in spec["resources"])
    text = (
        judge_description(pool["metadata"]["annotations"])
        or judge_scope(spec.get("scope", []))
        or judge_entries(spec["resources"], options, flavors=flavors)
        or judge_counts(spec["resources"], options, is_logical=spec["type"] == "Logical")
    )
    if not text and options.driver_without_accelerator == "refuse":
        text = judge_driver(spec.get("driver", {}), accelerators=accelerators)
    if text:
        raise refuse_silently(options, text)


def _count_subpool(draft: Draft, parent: str, *, change: int) -> None:
    if parent not in draft.section("pools"):
        return
    record = draft.copy_record("pools", parent)
    annotations = record["metadata"]["annotations"]
    count = annotations.get(_SUBPOOLS, "0")
    annotations[_SUBPOOLS] = str(int(count if str(count).isdigit() else 0) + change)
    draft.put("pools", parent, value=record)


def _format_created(pool: JsonObject) -> JsonObject:
    return {
        "apiVersion": "v2",
        "kind": "Pool",
        "metadata": pool["metadata"],
        "spec": pool["spec"],
        "status": {"resources": {}},
    }
