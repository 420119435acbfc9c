"""Rules of the service that a file alone can break, and that only the service judges for sure (contract 3 and 4)."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import Final

from planner.config.blocks import RawBlock, RawBlocks, read_rows, read_text
from planner.config.faults import Fault
from planner.config.wording import format_value
from planner.core.addresses import parse_address
from planner.core.diagnostics import Severity
from planner.core.trees import as_list, as_text, as_tree
from planner.kinds.block_trees import parse_reference
from planner.kinds.flavor_names import find_family
from planner.kinds.value_rules import MAXIMUM_ENTRIES, NETWORK_NAME, POOL_NAME


def find_service_faults(blocks: RawBlocks) -> Iterator[Fault]:
    """Yield what the service would refuse, or take for something else than was meant."""
    imported = {parse_address(read_text(row, "to")) for row in blocks.requests["import"]}
    adopted = {(one.kind, one.name) for one in imported if one is not None}
    for block in blocks.declared:
        # A rule for new names binds nothing that is there: its name cannot be changed either (decision 19).
        if block.path not in adopted:
            yield from _check_name(block)
        if block.kind == "pool":
            for keys, check in _CHECKS:
                if not keys.isdisjoint(block.body):
                    yield from check(block)
            if not _RANGES.isdisjoint(block.body):
                yield from _check_ranges(block, network=_find_network(blocks, block))


_NAMES: Final = {
    "pool": (re.compile(POOL_NAME), "4 to 25"),
    "network": (re.compile(NETWORK_NAME), "4 to 32"),
}
_PERIOD: Final = ("os.modelarts/period.num", "os.modelarts/period.type")
_BILLING: Final = "os.modelarts/billing.mode"


def _check_name(block: RawBlock) -> Iterator[Fault]:
    pattern, length = _NAMES[block.kind]
    name = block.body.get("name")
    if isinstance(name, str) and not pattern.fullmatch(name):
        yield block.make_fault(
            "name",
            code="config.name-pattern",
            summary="name is not accepted",
            detail=f"Found {format_value(name)}. A display name has {length} characters of a-z, 0-9 and -, begins with "
            "a letter and ends in no hyphen; the service refuses others, and it cannot be changed later. An object "
            "that is there already keeps its name: say so with an [[import]] block, and keep that block.",
        )


def _check_flavors(pool: RawBlock) -> Iterator[Fault]:
    entries = as_list(pool.body.get("resources"))
    if len(entries) > MAXIMUM_ENTRIES:
        yield pool.make_fault(
            "resources",
            MAXIMUM_ENTRIES,
            code="config.too-many-flavors",
            summary="more than ten flavors in a pool",
            detail=f"A pool takes {MAXIMUM_ENTRIES} entries, and this is number {MAXIMUM_ENTRIES + 1} of "
            f"{len(entries)}; the service refuses the whole request. Put some of them into a second pool.",
            is_value=False,
        )


def _check_accelerators(pool: RawBlock) -> Iterator[Fault]:
    if "driver" not in pool.body and not _has_entries_with(pool, "driver"):
        return
    entries = list(read_rows(pool, "resources"))
    families = [find_family(read_text(entry, "flavor")) for entry in entries]
    driver = as_tree(pool.body.get("driver"))
    for key, family, word in _DRIVERS:
        # A flavor whose name says nothing may have any accelerator.
        if key in driver and families and not {family, ""} & set(families):
            yield pool.make_fault(
                "driver",
                key,
                code="config.driver-without-accelerator",
                summary="a driver without its accelerator",
                detail=f"{key} is for pools with {word} flavors, and {_list_flavors(entries)} by name "
                f"{'is' if len(entries) == 1 else 'are'} none. The service refuses or ignores it. Delete {key}, or "
                "correct the flavor.",
                is_value=False,
            )
    for entry, family in zip(entries, families, strict=True):
        if family == "cpu" and "driver" in entry.body:
            yield entry.make_fault(
                "driver",
                code="config.driver-without-accelerator",
                summary="a driver without its accelerator",
                detail=f"{format_value(read_text(entry, 'flavor'))} is a CPU flavor by its name, and drivers are for "
                "accelerators. Delete driver, or correct the flavor.",
                is_value=False,
            )


_DRIVERS: Final = (("gpu_version", "gpu", "GPU"), ("npu_version", "npu", "Ascend"))
_SHOWN: Final = 3


def _list_flavors(entries: list[RawBlock]) -> str:
    names = [format_value(read_text(entry, "flavor")) for entry in entries]
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _has_entries_with(pool: RawBlock, key: str) -> bool:
    return any(key in as_tree(row) for row in as_list(pool.body.get("resources")))


def _check_dedicate(pool: RawBlock) -> Iterator[Fault]:
    if read_text(pool, "type") == "Dedicate" and read_text(pool, "parent"):
        fault = pool.make_fault(
            "parent",
            code="config.dedicate-pool",
            summary="key does not belong to a Dedicate pool",
            detail="A Dedicate pool has nodes of its own and stands below no other pool; what the service makes of a "
            'parent here is not documented. Delete parent, or write type = "Logical".',
            is_value=False,
        )
        yield replace(fault, severity=Severity.WARNING)


def _check_privileged(pool: RawBlock) -> Iterator[Fault]:
    if isinstance(pool.body.get("network"), dict) and as_list(pool.body.get("scope")):
        fault = pool.make_fault(
            "scope",
            code="config.privileged-pool",
            summary="scope on a privileged pool",
            detail="A pool in a VPC of one's own (network = { vpc_id, subnet_id }) takes no job types; clients leave "
            "scope out there. Delete scope, or name a ModelArts network.",
            is_value=False,
        )
        yield replace(fault, severity=Severity.WARNING)


def _check_subscription(pool: RawBlock) -> Iterator[Fault]:
    annotations = as_tree(pool.body.get("annotations"))
    missing = [name for name in _PERIOD if name not in annotations]
    if annotations.get(_BILLING) == "1" and missing:
        fault = pool.make_fault(
            "annotations",
            _BILLING,
            code="config.subscription",
            summary="a subscription without its period",
            detail=f'"1" buys nodes for a time, and the service needs to know for how long: {" and ".join(missing)} '
            f'{"is" if len(missing) == 1 else "are"} missing. Write them, or "0" (pay per use).',
        )
        yield replace(fault, severity=Severity.WARNING)


def _check_volume_groups(pool: RawBlock) -> Iterator[Fault]:
    if not _has_entries_with(pool, "data_volumes"):
        return
    for entry in read_rows(pool, "resources"):
        described = {read_text(row, "volume_group") for row in read_rows(entry, "volume_group_configs")}
        for row in read_rows(entry, "data_volumes"):
            group = as_text(as_tree(row.body.get("extend_params")).get("volume_group"))
            if group.startswith("vguser") and group not in described:
                fault = row.make_fault(
                    "extend_params",
                    "volume_group",
                    code="config.volume-group",
                    summary="a volume group that is not described",
                    detail=f"These disks form the group {format_value(group)}, and volume_group_configs of this entry "
                    "does not say what it is for; the service asks for it with disks of one's own. Describe it there.",
                )
                yield replace(fault, severity=Severity.WARNING)


_CHECKS: Final = (
    (frozenset({"resources"}), _check_flavors),
    (frozenset({"driver", "resources"}), _check_accelerators),
    (frozenset({"parent"}), _check_dedicate),
    (frozenset({"scope"}), _check_privileged),
    (frozenset({"annotations"}), _check_subscription),
    (frozenset({"resources"}), _check_volume_groups),
)
"""By the keys that each is about: a pool has few of them."""
_RANGES: Final = frozenset({"container_network", "kubernetes_svc_ip_range"})


def _find_network(blocks: RawBlocks, pool: RawBlock) -> RawBlock | None:
    reference = parse_reference(read_text(pool, "network"))
    return None if reference is None else blocks.by_address.get(reference.address)


def _check_ranges(pool: RawBlock, *, network: RawBlock | None) -> Iterator[Fault]:
    """Yield each range of ``pool`` that overlaps another one or that of its network."""
    written = (
        ("container_network.cidr", as_text(as_tree(pool.body.get("container_network")).get("cidr"))),
        ("kubernetes_svc_ip_range", read_text(pool, "kubernetes_svc_ip_range")),
        (f"cidr of {network.address}" if network else "", read_text(network, "cidr") if network else ""),
    )
    ranges = [(name, found) for name, text in written if (found := _parse_range(text))]
    for (name, inner), (other, outer) in combinations(ranges, 2):
        if inner.overlaps(outer):
            fault = pool.make_fault(
                *name.split("."),
                code="config.overlapping-ranges",
                summary="address ranges overlap",
                detail=f"{name} {inner} and {other} {outer} have addresses in common, so that containers, services or "
                "nodes could not be reached. Choose ranges that do not meet, such as 172.16.0.0/16 and 10.247.0.0/16 "
                "beside a network in 192.168.0.0/16.",
            )
            yield replace(fault, severity=Severity.WARNING)


@lru_cache(maxsize=1_024)
def _parse_range(text: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(text)
    except ValueError:
        return None
