"""What is told about jobs, nodes, flavors and quotas beside a plan (semantics 4)."""

from collections.abc import Iterable
from typing import Final

from planner.core.addresses import Address
from planner.core.changes import NodeConstraint
from planner.core.diagnostics import Diagnostic, make_warning
from planner.core.first_zones import FirstZones
from planner.core.node_tallies import NodeTally
from planner.core.snapshot import LiveQuota
from planner.core.up_to_idle import HeldBack

HELD_BACK: Final = "plan.held-back"
"""The code of the warning that ``--up-to-idle`` lets nodes stay."""


def report_no_evidence(address: Address, why: str) -> Diagnostic:
    """Say that nodes and workloads could not be looked at, so that the worst is assumed (semantics 4)."""
    return make_warning(
        "plan.no-evidence",
        "The running jobs could not be looked at",
        detail=f"{why} The plan assumes the worst: that every job on these nodes dies.",
        address=str(address),
    )


def report_few_idle(address: Address, constraint: NodeConstraint, *, idle: int) -> Diagnostic:
    """Say how many of the nodes to remove are idle, where they are too few."""
    return make_warning(
        "plan.few-idle",
        "Fewer nodes are idle than are to go",
        detail=f"{idle} of the {constraint.count} nodes of {_format_place(constraint)} to remove are idle and "
        "unlocked. To remove the others as well, the service would choose them, and their jobs would die. Wait for the "
        "jobs, ask for fewer, or remove only those that are idle with --up-to-idle.",
        address=str(address),
    )


def report_first_zones(address: Address, found: FirstZones) -> Diagnostic:
    """Say that the service would choose the nodes that go, because the files name the zones only now."""
    counts = ", ".join(f"{count} in {az or 'an unknown zone'}" for az, count in found.present.items())
    zones = ", ".join(f'{{ az = "{az}", count = {count} }}' for az, count in found.present.items() if az)
    return make_warning(
        "plan.first-zones",
        "The service would choose which nodes go",
        detail=f"The files name the zones of {found.key} for the first time, and do not have its nodes where they are: "
        f"{counts}. Nodes cannot be removed by name then, and busy ones may go. In two steps no job is in danger: "
        f"first apply azs = [{zones}], which changes no node; then change the counts of the zones.",
        address=str(address),
    )


def report_held_back(address: Address, held: HeldBack) -> Diagnostic:
    """Say how many nodes go and how many stay, where only idle ones may go."""
    left = held.asked.count - held.idle
    return make_warning(
        HELD_BACK,
        "Nodes stay because they are not idle",
        detail=f"{held.idle} of the {held.asked.count} nodes of {_format_place(held.asked)} to remove are known to be "
        f"idle and unlocked, and --up-to-idle removes no others: {left} stay. The pool does not match the files yet; "
        "plan again when their jobs have ended.",
        address=str(address),
    )


def _format_place(constraint: NodeConstraint) -> str:
    return "/".join(part for part in (constraint.flavor, constraint.node_pool, constraint.az) if part)


def report_missing_nodes(address: Address, tallies: Iterable[NodeTally]) -> Diagnostic:
    """Say that a pool has fewer nodes than its counts say, because the service failed to make them."""
    counts = ", ".join(f"{one.present} of {one.wanted} nodes of {one.name}" for one in tallies)
    return make_warning(
        "plan.missing-nodes",
        "The pool has fewer nodes than it asks for",
        detail=f"{counts} are there, and the pool is in phase ScalingFailed: the service made no more. They may be "
        "sold out. Lower the count to what is there, and raise it again when nodes are to be had.",
        address=str(address),
    )


def report_unread(what: str, why: str) -> Diagnostic:
    """Say that flavors or quotas of the project could not be looked at, and what is not known therefore."""
    unknown = {
        "flavors": "Sold-out zones are not known, and a guard that counts accelerators assumes the worst.",
        "quotas": "What the project may still have is not known: growth may be refused.",
    }
    return make_warning(
        f"plan.no-{what}",
        f"The {what} of the project could not be looked at",
        detail=f"{why} {unknown[what]}",
    )


def report_over_quota(quota: LiveQuota, *, wanted: int) -> Diagnostic:
    """Say that more is to be made than the quota of the project leaves."""
    return make_warning(
        "plan.over-quota",
        "The plan makes more than the quota leaves",
        detail=f"It makes {wanted} of type {quota.type}; of {quota.quota} {quota.used} are used, and {quota.left} "
        "are left. The service would refuse the rest: ask for a larger quota, or make less.",
    )
