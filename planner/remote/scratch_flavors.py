"""The flavors that a scratch pool may be made of: small, without accelerators, sold by the hour (contract 2.11)."""

import re
from typing import Final

from planner.core.probe_values import ScratchFlavor
from planner.core.trees import Tree, Value, as_list, as_text, as_tree, find_member
from planner.remote.client import Client
from planner.remote.listings import PAGE_SIZE, iterate_by_cursor
from planner.remote.paths import quote_segment
from planner.remote.shapes import expect_text, expect_tree

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_UNTOLD_SIZE: Final = 10**9
_BAREMETAL: Final = "os.modelarts.flavor/baremetal"


def fetch_scratch_flavors(client: Client) -> tuple[ScratchFlavor, ...]:
    """Return the CPU flavors on sale, smallest first. Raises RemoteError."""
    path = f"/v1/{quote_segment(client.endpoint.project_id)}/resourceflavors"
    items = iterate_by_cursor(client, path, query={"limit": PAGE_SIZE})
    found = [one for index, value in enumerate(items) if (one := _parse(value, f"items[{index}]"))]
    return tuple(sorted(found, key=lambda one: (one.size, one.name)))


def _parse(value: Value, member: str) -> ScratchFlavor | None:
    tree = expect_tree(value, member)
    spec = expect_tree(tree.get("spec"), f"{member}.spec")
    name = expect_text(as_tree(tree.get("metadata")).get("name"), f"{member}.metadata.name")
    if not _is_small_enough(tree, spec):
        return None
    return ScratchFlavor(name=name, architecture=as_text(spec.get("cpuArch")), size=_find_size(spec))


def _is_small_enough(tree: Tree, spec: Tree) -> bool:
    modes = as_list(spec.get("billingModes", [0]))
    zones = as_tree(find_member(tree, "status", "phase"))
    return (
        not as_tree(spec.get("gpu"))
        and not as_tree(spec.get("npu"))
        and as_text(spec.get("type", "Dedicate")) == "Dedicate"
        and (0 in modes or "0" in modes)
        and (not zones or "normal" in zones.values())
        and find_member(tree, "metadata", "labels", _BAREMETAL) != "true"
    )


def _find_size(spec: Tree) -> int:
    found = _NUMBER.match(str(spec.get("cpu", "")))
    return int(found[0]) if found else _UNTOLD_SIZE
