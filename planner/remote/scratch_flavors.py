"""The flavors that a scratch pool may be made of: small, without accelerators, sold by the hour (contract 2.11)."""

import re
from typing import Final

from planner.core.probe_values import ScratchFlavor
from planner.core.snapshot import LiveFlavor
from planner.core.trees import Tree, as_list, as_text, as_tree, find_member
from planner.remote.catalog import iterate_flavors
from planner.remote.client import Client

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_UNTOLD_SIZE: Final = 10**9
_BAREMETAL: Final = "os.modelarts.flavor/baremetal"


def fetch_scratch_flavors(client: Client) -> tuple[ScratchFlavor, ...]:
    """Return the CPU flavors on sale, smallest first. Raises RemoteError."""
    found = [_make(flavor, tree) for flavor, tree in iterate_flavors(client) if _is_small_enough(flavor, tree)]
    return tuple(sorted(found, key=lambda one: (one.size, one.name)))


def _make(flavor: LiveFlavor, tree: Tree) -> ScratchFlavor:
    spec = as_tree(tree.get("spec"))
    return ScratchFlavor(name=flavor.name, architecture=as_text(spec.get("cpuArch")), size=_find_size(spec))


def _is_small_enough(flavor: LiveFlavor, tree: Tree) -> bool:
    spec = as_tree(tree.get("spec"))
    modes = as_list(spec.get("billingModes", [0]))
    return (
        flavor.accelerators == 0
        and as_text(spec.get("type", "Dedicate")) == "Dedicate"
        and (0 in modes or "0" in modes)
        and (not flavor.zones or set(flavor.zones) != set(flavor.sold_out))
        and find_member(tree, "metadata", "labels", _BAREMETAL) != "true"
    )


def _find_size(spec: Tree) -> int:
    found = _NUMBER.match(str(spec.get("cpu", "")))
    return int(found[0]) if found else _UNTOLD_SIZE
