"""What an interrupted run left open, settled by reading alone (semantics 8.1, 8.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import field

from planner.core.addresses import Address
from planner.core.adoption import is_made_from
from planner.core.assign import find_field
from planner.core.diagnostics import Diagnostic, Severity, make_notice, make_warning
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import find_display_name, find_phase, make_seen, make_tree
from planner.core.preparing import RESOURCES, find_entry_keys
from planner.core.progress import Broken, Pending
from planner.core.rest import find_rest
from planner.core.schedule import GONE, NODE_REMOVAL
from planner.core.snapshot import LiveResource, Snapshot
from planner.core.tracking import State, TrackedResource
from planner.core.trees import ABSENT, as_tree, is_same
from planner.engine.journal import OpenRun, OperationStarted, find_unsettled, replay

Resources = Mapping[Address, TrackedResource]

_NODES_GONE = "these nodes gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """A state with everything that the journals of interrupted runs add to it, before the service is read.

    ``runs`` are those that may be closed once the settled state is saved.
    """

    state: State
    unsettled: tuple[OperationStarted, ...] = ()
    runs: tuple[OpenRun, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Tracked resources and snapshot after settling.

    ``under_way`` is what the service still works on for an interrupted run, and until when: the state has to
    remember it, or what comes of it would look like the doing of others.
    """

    resources: Resources
    snapshot: Snapshot
    under_way: Mapping[Address, str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def recall(state: State, runs: Iterable[OpenRun]) -> Recalled:
    """Return ``state`` with what interrupted runs of its lineage recorded; a run that goes on is told of."""
    resources: Resources = state.resources
    unsettled: list[OperationStarted] = []
    closable: list[OpenRun] = []
    told: list[Diagnostic] = []
    for run in runs:
        told += run.diagnostics
        if run.is_running:
            told.append(_report_running())
            continue
        closable.append(run)
        started = run.started
        if started is not None and started.lineage == state.lineage:
            resources = replay(resources, run)
            unsettled += find_unsettled(run)
    return Recalled(
        state=replace(state, resources=resources),
        unsettled=tuple(unsettled),
        runs=tuple(closable),
        diagnostics=tuple(told),
    )


def find_awaited(recalled: Recalled, snapshot: Snapshot) -> tuple[Address, ...]:
    """Return the addresses that wait for the service and are there: a second read tells whether they still do."""
    waiting = (address for address, one in sorted(recalled.state.resources.items()) if one.waiting)
    return tuple(address for address in waiting if address in snapshot.resources)


def settle(
    recalled: Recalled,
    snapshot: Snapshot,
    *,
    kinds: Mapping[str, KindRules],
    again: Mapping[Address, LiveResource] | None = None,
) -> Settled:
    """Return what is tracked, and what is live, once each open operation was compared with ``snapshot``.

    ``again`` holds later reads of what is waited for. Nothing is sent again: what did not happen is planned anew.
    """
    settled = Settled(resources=recalled.state.resources, snapshot=snapshot)
    for operation in recalled.unsettled:
        settled = _settle_one(settled, operation, rules=kinds[operation.address.kind])
    for address, tracked in sorted(settled.resources.items()):
        if tracked.waiting:
            settled = _settle_waiting(settled, address, (again or {}).get(address), rules=kinds[address.kind])
    return settled


def _settle_one(settled: Settled, operation: OperationStarted, *, rules: KindRules) -> Settled:
    address = operation.address
    if operation.tracked is None:
        return _settle_deletion(settled, address)
    if address in settled.resources:
        if operation.path.endswith(NODE_REMOVAL):
            return _settle_removal(settled, operation, operation.tracked, rules=rules)
        return _settle_update(settled, operation, operation.tracked)
    return _settle_creation(settled, operation, operation.tracked, rules=rules)


def _settle_deletion(settled: Settled, address: Address) -> Settled:
    live = settled.snapshot.resources.get(address)
    if live is not None and find_phase(live) == "Deleting":
        return _keep_under_way(settled, address, until=GONE)
    if address not in settled.snapshot.missing:
        return settled
    kept = {one: tracked for one, tracked in settled.resources.items() if one != address}
    snapshot = replace(settled.snapshot, missing=settled.snapshot.missing - {address})
    return _tell(replace(settled, resources=kept, snapshot=snapshot), address, "it is deleted")


def _settle_update(settled: Settled, operation: OperationStarted, tracked: TrackedResource) -> Settled:
    live = settled.snapshot.resources.get(operation.address)
    body = operation.body
    if live is None or not isinstance(body, dict) or not _is_contained(body, make_tree(live)):
        return settled
    known = settled.resources[operation.address]
    resources = {
        **settled.resources,
        operation.address: replace(tracked, id=known.id, last_seen=make_seen(live), waiting=known.waiting),
    }
    return _tell(replace(settled, resources=resources), operation.address, "it was changed as asked")


def _settle_removal(
    settled: Settled, operation: OperationStarted, tracked: TrackedResource, *, rules: KindRules
) -> Settled:
    """Take nodes for removed once the counts have followed; until then they may be on their way out."""
    live = settled.snapshot.resources.get(operation.address)
    if live is None:
        return settled
    counts = [(*RESOURCES, key, "count") for key in find_entry_keys(tracked.last_applied, rules)]
    asked, found = tracked.last_applied, make_tree(live)
    if any(find_field(asked, one, rules=rules) not in (ABSENT, find_field(found, one, rules=rules)) for one in counts):
        return _keep_under_way(settled, operation.address, until=_NODES_GONE)
    known = settled.resources[operation.address]
    removed = replace(tracked, id=known.id, last_seen=make_seen(live), waiting=known.waiting)
    resources = {**settled.resources, operation.address: removed}
    return _tell(replace(settled, resources=resources), operation.address, "the nodes are gone")


def _settle_creation(
    settled: Settled, operation: OperationStarted, tracked: TrackedResource, *, rules: KindRules
) -> Settled:
    address, tree = operation.address, tracked.last_applied
    others = settled.snapshot.others.get(address.kind, ())
    twin = next((one for one in others if find_display_name(make_tree(one)) == find_display_name(tree)), None)
    if twin is None or not is_made_from(tree, twin, since=operation.service_date, rules=rules):
        return settled
    adopted = replace(tracked, id=twin.id, last_seen=make_seen(twin))
    snapshot = replace(
        settled.snapshot,
        resources={**settled.snapshot.resources, address: twin},
        others={**settled.snapshot.others, address.kind: tuple(one for one in others if one is not twin)},
    )
    resources = {**settled.resources, address: adopted}
    if isinstance(find_rest(address, twin, None, rules=rules), Pending):
        settled = _keep_under_way(settled, address, until=" or ".join(rules.api.created_phases))
    return _tell(replace(settled, resources=resources, snapshot=snapshot), address, f"it was made: {twin.id}")


def _settle_waiting(settled: Settled, address: Address, again: LiveResource | None, *, rules: KindRules) -> Settled:
    """Wait no more for what the service has finished, and tell what did not end well."""
    tracked, first = settled.resources[address], settled.snapshot.resources.get(address)
    if first is None:
        # The DELETE was accepted, and the object is gone: nobody else made it vanish.
        return _settle_deletion(settled, address) if tracked.waiting == GONE else settled
    live, previous = (again, first) if again is not None else (first, None)
    progress = find_rest(address, live, previous, rules=rules)
    if isinstance(progress, Pending):
        return settled
    finished = replace(tracked, waiting="", last_seen=make_seen(live))
    faults = progress.diagnostics if isinstance(progress, Broken) else ()
    warnings = tuple(replace(one, severity=Severity.WARNING) for one in faults)
    return replace(
        settled,
        resources={**settled.resources, address: finished},
        diagnostics=(*settled.diagnostics, *warnings),
    )


def _keep_under_way(settled: Settled, address: Address, *, until: str) -> Settled:
    return replace(settled, under_way={**settled.under_way, address: until})


def _is_contained(body: object, live: object) -> bool:
    """Tell whether applying the merge patch ``body`` to ``live`` would change nothing."""
    if isinstance(body, dict):
        there = as_tree(live) if isinstance(live, dict) else {}
        return all(
            name not in there if value is None else name in there and _is_contained(value, there[name])
            for name, value in body.items()
        )
    if isinstance(body, list) and isinstance(live, list):
        return len(body) == len(live) and all(map(_is_contained, body, live))
    return is_same(body, live)  # type: ignore[arg-type]


def _tell(settled: Settled, address: Address, what: str) -> Settled:
    told = make_notice(
        "settle.done",
        "A request of an interrupted run is settled",
        detail=f"No answer was recorded for it; the service shows that {what}.",
        address=str(address),
    )
    return replace(settled, diagnostics=(*settled.diagnostics, told))


def _report_running() -> Diagnostic:
    return make_warning(
        "settle.running",
        "An apply is running on this machine",
        detail="What it has not finished is shown as it is now. Plan again when it has ended.",
    )
