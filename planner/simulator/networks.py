"""Networks: the resources under /v1/{project}/networks (contract 2.10)."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from planner.simulator.bodies import parse_body, parse_merge_patch, require_object
from planner.simulator.calls import Call
from planner.simulator.catalog import NETWORK_RANGES
from planner.simulator.drafts import Draft
from planner.simulator.errors import NETWORK_IN_USE, Refusal, bad_request
from planner.simulator.lookups import (
    NAME_LABEL,
    WORKSPACE_LABEL,
    find_network,
    find_workspace,
    list_records,
    make_object_id,
    matches_labels,
)
from planner.simulator.merge_patches import apply_merge_patch
from planner.simulator.paging import cut_page, parse_limit
from planner.simulator.pool_patches import check_labels
from planner.simulator.pool_rules import judge_description
from planner.simulator.quotas import check_quota
from planner.simulator.records import record_deletion
from planner.simulator.requests import JsonObject, Response, make_json_response

_NAME = re.compile(r"[a-z][a-z0-9-]{2,30}[a-z0-9]")
_RANGES = tuple(map(ipaddress.IPv4Network, NETWORK_RANGES))
_LONGEST_PREFIX = 24
_SPEC_MEMBERS = frozenset({"cidr", "ipv6enable", "connection"})


def create_network(draft: Draft, call: Call) -> Response:
    """Answer POST /v1/{project}/networks: the network with an empty phase (N1).

    Raises:
        Refusal: 400 for a body that cannot be a network, and for a display name that is taken: the API declares
            no 409 here.

    """
    body = parse_body(call.request)
    metadata, spec = require_object(body, "metadata"), require_object(body, "spec")
    if body.get("kind") != "Network" or body.get("apiVersion") != "v1":
        raise bad_request("kind must be Network and apiVersion v1")
    check_labels(metadata, is_patch=False)
    labels = require_object(metadata, "labels")
    name = labels.get(NAME_LABEL, "")
    if not _NAME.fullmatch(name):
        raise bad_request(f"the label {NAME_LABEL} is missing or invalid")
    network = make_network_record(draft, name=name, project_id=call.project_id, spec=dict(spec))
    if network["metadata"]["name"] in draft.section("networks"):
        raise bad_request(f'network "{name}" already exists')
    network["metadata"]["labels"] |= labels
    network["metadata"]["annotations"] |= require_object(metadata, "annotations")
    check_quota(draft, "networks", project_id=call.project_id)
    _check_network(network, draft)
    draft.put("networks", network["metadata"]["name"], value=network)
    return make_json_response(format_network(network))


def make_network_record(draft: Draft, *, name: str, project_id: str, spec: JsonObject) -> JsonObject:
    """Return the record of a network that the service has only just accepted."""
    return {
        "metadata": {
            "name": make_object_id(name, project_id),
            "creationTimestamp": draft.now,
            "labels": {NAME_LABEL: name, WORKSPACE_LABEL: "0"},
            "annotations": {},
        },
        "spec": spec,
        "status": {"phase": ""},
        "simulator": {"project_id": project_id},
    }


def list_networks(draft: Draft, call: Call) -> Response:
    """Answer GET /v1/{project}/networks, in pages of ``limit`` (500 when blank) or of the world's page size."""
    query = call.request.query
    found = [
        one
        for one in list_records(draft, "networks", project_id=call.project_id)
        if find_workspace(one) == (query.get("workspaceId") or find_workspace(one))
        and matches_labels(one, query.get("labelSelector", ""))
        and one["metadata"]["name"] not in draft.options.list_omits
    ]
    size = min(parse_limit(query.get("limit", "")), draft.options.page_size or len(found) + 1)
    page, metadata = cut_page(found, size=size, token=query.get("continue", ""))
    items = [format_network(one) for one in page]
    return make_json_response({"apiVersion": "v1", "kind": "NetworkList", "metadata": metadata, "items": items})


def show_network(draft: Draft, call: Call) -> Response:
    """Answer GET /v1/{project}/networks/{network}."""
    return make_json_response(format_network(find_network(draft, call)))


def patch_network(draft: Draft, call: Call) -> Response:
    """Answer PATCH /v1/{project}/networks/{network}; ``null`` takes a connection list away (P11).

    Raises:
        Refusal: 404 for an unknown network, 400 for a changed cidr or name (N2) and for an invalid body.

    """
    patch = parse_merge_patch(call.request, draft.options, status=400)
    before = find_network(draft, call)
    check_labels(require_object(patch, "metadata"), is_patch=True)
    require_object(patch, "spec")
    kept: JsonObject = {name: patch[name] for name in ("metadata", "spec") if name in patch}
    name = before["metadata"]["name"]
    after = apply_merge_patch(draft.copy_record("networks", name), kept)
    if _find_fixed(before) != _find_fixed(after):
        raise bad_request("name and cidr of a network cannot be changed")
    if before["spec"].get("ipv6enable") is True and after["spec"].get("ipv6enable") is not True:
        raise bad_request("ipv6enable cannot be turned off")
    _check_network(after, draft)
    _connect(after)
    draft.put("networks", name, value=after)
    return make_json_response(format_network(after))


def delete_network(draft: Draft, call: Call) -> Response:
    """Answer DELETE /v1/{project}/networks/{network}: the network as it was, which is gone at once.

    Raises:
        Refusal: 404 for an unknown network, 400 with its own code for one that a pool uses (X2).

    """
    network = find_network(draft, call)
    name = network["metadata"]["name"]
    users = [one for one in draft.section("pools").values() if _find_network_name(one) == name]
    if users and draft.options.refuse_used_networks:
        raise Refusal(400, NETWORK_IN_USE, text=f'network is used by pool "{users[0]["metadata"]["name"]}"')
    draft.remove("networks", name)
    record_deletion(draft, kind="network", name=name)
    answer = format_network(network)
    return make_json_response(answer | {"metadata": network["metadata"] | {"deletionTimestamp": draft.now}})


def format_network(network: Mapping[str, Any]) -> JsonObject:
    """Return a network as the API answers it."""
    members = {name: network[name] for name in ("metadata", "spec", "status")}
    return {"apiVersion": "v1", "kind": "Network", **members}


def step_network(draft: Draft, name: str) -> None:
    """Bring a new network one phase on: "", Creating, Active (N1)."""
    network = draft.copy_record("networks", name)
    phase = network["status"].get("phase", "")
    network["status"]["phase"] = "Active" if phase == "Creating" else "Creating"
    if phase == "Creating":
        network["status"]["subnets"] = [{"networkId": f"subnet-{name}"}]
        _connect(network)
    draft.put("networks", name, value=network)


def _check_network(network: JsonObject, draft: Draft) -> None:
    from planner.simulator.shapes import NetworkInside, check_shape

    spec = network["spec"]
    unknown = sorted(set(spec) - _SPEC_MEMBERS)
    if unknown and draft.options.unknown_members == "refuse":
        raise bad_request(f"unknown member spec.{unknown[0]}")
    if not _is_cidr(spec.get("cidr")):
        raise bad_request("spec.cidr is missing or invalid")
    text = judge_description(network["metadata"]["annotations"])
    if text:
        raise bad_request(text)
    check_shape(NetworkInside, spec, place="spec")


def _is_cidr(text: object) -> bool:
    try:
        network = ipaddress.IPv4Network(text) if isinstance(text, str) else None
    except ValueError:
        return False
    return network is not None and network.prefixlen <= _LONGEST_PREFIX and any(map(network.subnet_of, _RANGES))


def _connect(network: JsonObject) -> None:
    connection = network["spec"].get("connection") or {}
    peers, shares = connection.get("peerConnectionList") or [], connection.get("sfsTurboConnectionList") or []
    network["status"]["connectionStatus"] = {
        "peerConnectionStatus": [one | {"phase": "Active"} for one in peers],
        "sfsTurboStatus": [one | {"connectionType": "VpcPort", "status": "Active"} for one in shares],
    }


def _find_fixed(network: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        network["metadata"].get("name"),
        network["metadata"].get("labels", {}).get(NAME_LABEL),
        network["spec"].get("cidr"),
    )


def _find_network_name(pool: Mapping[str, Any]) -> str | None:
    name: str | None = (pool["spec"].get("network") or {}).get("name")
    return name
