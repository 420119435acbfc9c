"""Attributes of the huaweicloud provider as API-shaped trees; what Terraform holds secret or cannot order stays out."""

import json
from collections.abc import Callable, Mapping
from typing import Final, cast

from planner.config.adoption import LeftOut
from planner.core.api_names import DESCRIPTION, NAME_LABEL, NODE_PREFIX_LABEL, WORKSPACE_LABEL
from planner.core.trees import Maybe, Tree, Value, as_int, as_list, as_text, as_tree

Built = tuple[Tree, tuple[LeftOut, ...]]
"""A tree, and what is left out of it, whose address is still to be filled in."""


def drop_sensitive(values: Tree, sensitive: Maybe) -> tuple[Tree, list[str]]:
    """Return ``values`` without what ``sensitive`` marks with true, and the paths of what is gone."""
    hidden: list[str] = []
    kept = _drop(values, sensitive, path="", hidden=hidden)
    return as_tree(kept), hidden


def build_pool_tree(values: Tree) -> Built:
    """Return the tree of a pool; all pools of the provider are Dedicate."""
    entries = [_build_entry(as_tree(one)) for one in as_list(values.get("resources"))]
    spec: Tree = {
        "type": "Dedicate",
        "scope": values.get("scope"),
        "network": _build_network(values),
        "resources": [tree for tree, _ in entries],
    }
    annotations = _parse_object(_first(values, "metadata").get("annotations"))
    described = {DESCRIPTION: values.get("description")} if values.get("description") else {}
    tree: Tree = {
        "metadata": {"labels": _build_labels(values), "annotations": {**annotations, **described}},
        "spec": _prune(spec),
    }
    fixed = tuple(name for name in ("clusters", "user_login") if as_list(values.get(name)))
    left_out = tuple(one for _, rows in entries for one in rows)
    return tree, (*left_out, LeftOut(where="", labels=fixed, why=_FIXED)) if fixed else left_out


def build_network_tree(values: Tree) -> Built:
    """Return the tree of a network."""
    peers = _map_list(values.get("peer_connections"), lambda one: _rename(one, _PEER))
    spec: Tree = {"cidr": values.get("cidr"), "connection": _prune({"peerConnectionList": peers})}
    return {"metadata": {"labels": _build_labels(values), "annotations": {}}, "spec": _prune(spec)}, ()


_PEER: Final = {"vpc_id": "peerVpcId", "subnet_id": "peerSubnetId"}
_ENTRY_NETWORK: Final = {"vpc_id": "vpc", "subnet_id": "subnet", "security_group_ids": "securityGroups"}
_VOLUME: Final = {"volume_type": "volumeType", "size": "size", "count": "count"}
_TAINT: Final = {"key": "key", "value": "value", "effect": "effect"}
_OS: Final = {"name": "name", "image_id": "imageId", "image_type": "imageType"}
_FIXED: Final = "they are fixed at creation, and the service need not show them"
_NO_ORDER: Final = "Terraform keeps them in no order, and their order means something"


def _build_labels(values: Tree) -> Tree:
    labels: Tree = {
        NAME_LABEL: values.get("name"),
        WORKSPACE_LABEL: values.get("workspace_id"),
        NODE_PREFIX_LABEL: values.get("prefix"),
    }
    return _prune(labels)


def _build_network(values: Tree) -> Tree:
    if name := as_text(values.get("network_id")):
        return {"name": name}
    return _rename(values, {"vpc_id": "vpcId", "subnet_id": "subnetId"})


def _build_entry(values: Tree) -> Built:
    volumes = _map_list(values.get("data_volumes"), _build_volume)
    groups = _map_list(values.get("volume_group_configs"), _build_group)
    unordered = {"dataVolumes": volumes, "volumeGroupConfigs": groups}
    parameters = _parse_object(values.get("extend_params"))
    if script := as_text(values.get("post_install")):
        parameters = {"postInstall": script, **parameters}
    entry: Tree = {
        "flavor": values.get("flavor_id"),
        "count": values.get("count"),
        "nodePool": values.get("node_pool"),
        "tags": [{"key": key, "value": value} for key, value in sorted(as_tree(values.get("tags")).items())],
        "taints": _map_list(values.get("taints"), lambda one: _rename(one, _TAINT)),
        "labels": values.get("labels"),
        "network": _rename(values, _ENTRY_NETWORK),
        "extendParams": parameters,
        "creatingStep": _rename(_first(values, "creating_step"), {"step": "step", "type": "type"}),
        "rootVolume": _rename(_first(values, "root_volume"), {"volume_type": "volumeType", "size": "size"}),
        "os": _rename(_first(values, "os"), _OS),
        "driver": _rename(_first(values, "driver"), {"version": "version"}),
    }
    entry |= {name: rows for name, rows in unordered.items() if len(rows) == 1}
    flavor = as_text(values.get("flavor_id"))
    several = [name for name, rows in (("data_volumes", volumes), ("volume_group_configs", groups)) if len(rows) > 1]
    labels = tuple(f"resources[{flavor}].{name}" for name in several)
    return _prune(entry), (LeftOut(where="", labels=labels, why=_NO_ORDER),) if labels else ()


def _build_volume(values: Tree) -> Tree:
    group = _parse_object(values.get("extend_params")).get("volumeGroup")
    return _prune({**_rename(values, _VOLUME), "extendParams": _prune({"volumeGroup": group})})


def _build_group(values: Tree) -> Tree:
    layout = _rename(_first(values, "lvm_config"), {"lv_type": "lvType", "path": "path"})
    group: Tree = {
        "volumeGroup": values.get("volume_group"),
        "dockerThinPool": as_int(values.get("docker_thin_pool")) or None,
        "lvmConfig": layout,
        "types": values.get("types"),
    }
    return _prune(group)


def _rename(values: Tree, names: Mapping[str, str]) -> Tree:
    """Return the members of ``values`` under the API's names, without what was not set."""
    return _prune({api: values.get(name) or None for name, api in names.items()})


def _first(values: Tree, name: str) -> Tree:
    """Return the one block of a list that holds at most one."""
    return as_tree(next(iter(as_list(values.get(name))), None))


def _map_list(value: Maybe, build: Callable[[Tree], Tree]) -> list[Value]:
    return [build(as_tree(one)) for one in as_list(value)]


def _parse_object(value: Maybe) -> Tree:
    """Return the object that a JSON text holds; the provider keeps some attributes as such texts."""
    try:
        return as_tree(cast("Value", json.loads(as_text(value) or "{}")))
    except (ValueError, RecursionError):
        return {}


def _prune(tree: Tree) -> Tree:
    return {key: value for key, value in tree.items() if value is not None and value not in ("", [], {})}


def _drop(value: Value, sensitive: Maybe, *, path: str, hidden: list[str]) -> Value:
    if sensitive is True:
        hidden.append(path.removeprefix("."))
        return None
    if isinstance(value, dict) and isinstance(sensitive, dict):
        return {
            key: _drop(one, sensitive.get(key, False), path=f"{path}.{key}", hidden=hidden)
            for key, one in value.items()
        }
    if isinstance(value, list) and isinstance(sensitive, list):
        marks = [*sensitive, *[False] * len(value)]
        return [_drop(one, marks[index], path=f"{path}[{index}]", hidden=hidden) for index, one in enumerate(value)]
    return value
