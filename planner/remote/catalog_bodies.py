"""Bodies of the project's answers about flavors and quotas → values, with their shape checked (contract 2.11, 2.12)."""

import re
from typing import Final

from planner.core.snapshot import LiveFlavor, LiveQuota
from planner.core.trees import Tree, Value, as_tree
from planner.remote.shapes import expect_list, expect_optional_tree, expect_text, expect_tree

_ACCELERATORS: Final = ("gpu", "npu")
_SOLD_OUT: Final = "soldout"
_DIGITS: Final = re.compile(r"[0-9]{1,9}")


def parse_flavor(value: Value, member: str) -> LiveFlavor:
    """Return the flavor that ``value`` holds.

    A flavor with neither gpu nor npu has no accelerators; one whose ``size`` is no number has an unknown count.
    """
    tree = expect_tree(value, member)
    metadata = expect_tree(tree.get("metadata"), f"{member}.metadata")
    spec = expect_tree(tree.get("spec"), f"{member}.spec")
    status = expect_optional_tree(tree.get("status"), f"{member}.status")
    zones = expect_optional_tree(status.get("phase"), f"{member}.status.phase")
    return LiveFlavor(
        name=expect_text(metadata.get("name"), f"{member}.metadata.name"),
        accelerators=_count_accelerators(spec),
        zones=tuple(sorted(zones)),
        sold_out=tuple(sorted(az for az, phase in zones.items() if phase == _SOLD_OUT)),
    )


def parse_quotas(body: Value) -> tuple[LiveQuota, ...]:
    """Return the quotas that an answer holds, by type; editions write the numbers as integers or as texts."""
    resources = expect_list(
        expect_tree(expect_tree(body, "body").get("quotas"), "quotas").get("resources"), "quotas.resources"
    )
    rows = (_parse_quota(one, f"quotas.resources[{index}]") for index, one in enumerate(resources))
    return tuple(sorted((row for row in rows if row is not None), key=lambda one: one.type))


def _parse_quota(value: Value, member: str) -> LiveQuota | None:
    """Return a quota; None where it is without limit, which clouds spell as a negative number."""
    tree = expect_tree(value, member)
    quota, used = _parse_count(tree.get("quota")), _parse_count(tree.get("used"))
    name = expect_text(tree.get("type"), f"{member}.type")
    return LiveQuota(type=name, quota=quota, used=used) if quota is not None and used is not None else None


def _count_accelerators(spec: Tree) -> int | None:
    sizes = [_parse_count(as_tree(spec[name]).get("size")) for name in _ACCELERATORS if as_tree(spec.get(name))]
    return None if None in sizes else sum(size for size in sizes if size is not None)


def _parse_count(value: Value) -> int | None:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
