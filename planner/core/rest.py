"""Whether the service has finished everything that it is doing to an object, be it accepted by another run."""

from collections.abc import Iterator

from planner.core.addresses import Address
from planner.core.kind_rules import KindRules
from planner.core.live_trees import find_phase, make_tree
from planner.core.node_tallies import make_tallies
from planner.core.node_waits import NodeReport, judge_nodes
from planner.core.preparing import find_entry_keys
from planner.core.progress import Broken, Pending, Progress, Reached, join_progress, report_failed_phase
from planner.core.snapshot import LiveResource
from planner.core.status_waits import Upgrade, await_phase, judge_connections, judge_driver
from planner.core.trees import ABSENT, as_list, as_text, as_tree, find_member

# Contract 4.3, 4.5, 4.6: each of these goes on to another state by itself.
_MOVING_PHASES = frozenset({"", "Creating", "Waiting", "Deleting"})
_MOVING_SCOPES = frozenset({"Enabling", "Disabling"})
_FAILED_PHASES = frozenset({"Error", "CreationFailed"})
_DRIVERS = (("gpu", "gpuVersion"), ("npu", "npuVersion"))


def find_rest(address: Address, live: LiveResource, previous: LiveResource | None, *, rules: KindRules) -> Progress:
    """Return whether everything that was asked of ``live`` is finished, still on its way, or has failed.

    ``previous`` is the read before it. Nodes that will not come, and a driver that runs or is abnormal,
    count only when two reads in a row say so (contract 4.6): without ``previous`` they are pending.
    """
    phase = find_phase(live)
    if phase in _FAILED_PHASES:
        return Broken(diagnostics=(report_failed_phase(address, phase, message=_find_message(live)),))
    return join_progress(_judge(address, live, previous, rules=rules))


def _judge(
    address: Address, live: LiveResource, previous: LiveResource | None, *, rules: KindRules
) -> Iterator[Progress]:
    yield _judge_phase(live)
    for row in map(as_tree, as_list(find_member(live.status, "scope"))):
        if as_text(row.get("state")) in _MOVING_SCOPES:
            yield Pending(what=f"job type {as_text(row.get('scopeType'))} {as_text(row.get('state'))}")
    yield from _judge_drivers(address, live, previous)
    if "connectionStatus" in live.status:
        yield judge_connections(live.status)
    # Contract 4.9: a logical pool has its parent's nodes, and its own status tells none.
    if "resources" in live.status and not _is_logical(live):
        yield _judge_nodes(address, live, previous, rules=rules)


def _judge_phase(live: LiveResource) -> Progress:
    phase = find_phase(live)
    # Semantics 7.2: an administrator approves a logical pool, which is made all the same.
    is_made = phase not in _MOVING_PHASES or (phase == "Waiting" and _is_logical(live))
    return Reached() if is_made else await_phase("that stays", phase)


def _is_logical(live: LiveResource) -> bool:
    return find_member(live.spec, "type") == "Logical"


def _judge_drivers(address: Address, live: LiveResource, previous: LiveResource | None) -> Iterator[Progress]:
    before = previous.status if previous else None
    for name, member in _DRIVERS:
        version = find_member(live.spec, "driver", member)
        if version is not ABSENT and find_member(live.status, "driver", name) is not ABSENT:
            upgrade = Upgrade(accelerator=name, version=as_text(version))
            yield judge_driver(upgrade, live.status, previous=before, address=address)


def _judge_nodes(address: Address, live: LiveResource, previous: LiveResource | None, *, rules: KindRules) -> Progress:
    before = _make_report(previous, rules=rules) if previous else None
    progress = judge_nodes(_make_report(live, rules=rules), before, address=address)
    buckets = as_tree(live.status["resources"])
    if isinstance(progress, Reached) and any(buckets.get(one) for one in ("creating", "deleting")):
        # Of an entry that was removed only the nodes are left.
        return Pending(what="nodes on their way")
    return progress


def _make_report(live: LiveResource, *, rules: KindRules) -> NodeReport:
    tree = make_tree(live)
    keys = find_entry_keys(tree, rules)
    return NodeReport(
        tallies=make_tallies(tree, live, rules=rules, keys=keys, counts_abnormal=True),
        is_over=find_phase(live) in ("Running", "ScalingFailed"),
        message=_find_message(live),
    )


def _find_message(live: LiveResource) -> str:
    return as_text(live.status.get("message"))
