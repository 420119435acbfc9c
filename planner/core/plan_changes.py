"""One address: what the files, the state and the service together ask to be done about it (semantics 1-2, 7.2)."""

from dataclasses import field
from functools import partial

from planner.core.addresses import Address
from planner.core.advance import record_import
from planner.core.changes import Action, Change, DriftRow
from planner.core.desired import DesiredResource
from planner.core.diagnostics import Diagnostic
from planner.core.drift import DriftView, find_drift
from planner.core.evidence_sightings import report_held_back
from planner.core.field_paths import FieldPath
from planner.core.flatten import flatten
from planner.core.guards import VANISHED
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import find_phase, make_tree
from planner.core.plan_request import PlanningRequest, find_import, find_removed
from planner.core.references import find_references, resolve_tree
from planner.core.resource_changes import (
    Making,
    Replaced,
    make_creation,
    make_deletion,
    make_forgetting,
    make_import,
    make_replacement,
    make_unchanged,
    make_update,
)
from planner.core.selection import is_named
from planner.core.settled import Yardstick, is_settled
from planner.core.sightings import (
    find_ambiguous,
    report_ambiguous,
    report_import_mismatch,
    report_import_missing,
    report_missing_block,
)
from planner.core.snapshot import LiveResource
from planner.core.targets import Subject, Target, find_target
from planner.core.tracking import TrackedResource
from planner.core.trees import Reference, Tree

GONE = "gone"
CREATION_FAILED = "CreationFailed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """What one address comes to: its change, its drift, what becomes of drifted fields, and what is wrong."""

    address: Address
    change: Change | None = None
    drift: tuple[DriftRow, ...] = ()
    policies: dict[FieldPath, str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def consider(request: PlanningRequest, address: Address, *, renewed: frozenset[Address] = frozenset()) -> Considered:
    """Return what is to be done about ``address``.

    ``renewed`` are addresses that get another object in this plan: their ids are known after apply.
    """
    tracked = request.state.resources.get(address)
    desired = request.desired.resources.get(address)
    if request.inputs.refresh_only:
        return _consider_refreshing(request, address)
    if tracked is not None and (request.inputs.destroy or desired is None):
        return _consider_leaving(request, address, tracked)
    if desired is None or request.inputs.destroy:
        return Considered(address=address)
    if tracked is None:
        return _consider_untracked(request, desired, renewed=renewed)
    if address in request.snapshot.missing:
        tree = resolve_tree(desired.tree, _find_live_ids(request, desired.tree, renewed=renewed))
        making = _make_making(request, address)
        change = make_creation(desired, tree, making=making, reason=VANISHED, id_=tracked.id)
        return Considered(address=address, change=change)
    return _consider_tracked(request, desired, tracked, renewed=renewed)


def _consider_refreshing(request: PlanningRequest, address: Address) -> Considered:
    """Consider an address that is only looked at: nothing becomes of its drift, and what is gone is forgotten."""
    tracked = request.state.resources.get(address)
    desired = request.desired.resources.get(address)
    live = request.snapshot.resources.get(address)
    if tracked is None:
        return Considered(address=address)
    if live is None:
        return Considered(address=address, change=_forget(request, address, tracked, reason=GONE))
    target = None
    if desired is not None:
        target = find_target(_make_subject(request, desired, tracked, live=live), request.kinds[address.kind])
        target = replace(target, policies={})
    return Considered(address=address, drift=_find_drift(request, address, tracked, target=target))


def _consider_leaving(request: PlanningRequest, address: Address, tracked: TrackedResource) -> Considered:
    """Consider an address that is tracked and whose object is to go."""
    live = request.snapshot.resources.get(address)
    drift = _find_drift(request, address, tracked, target=None) if live else ()
    removed = find_removed(request, address)
    if removed is None and not request.inputs.destroy:
        return Considered(address=address, drift=drift, diagnostics=(report_missing_block(address, tracked.id),))
    reason = (removed.reason if removed else "") or "removed"
    if live is None:
        change = _forget(request, address, tracked, reason=GONE)
    elif request.inputs.destroy or (removed is not None and removed.destroy):
        change = make_deletion(address, live, making=_make_making(request, address), reason=reason)
    else:
        change = _forget(request, address, tracked, reason=reason)
    source = removed.location if removed else change.source
    return Considered(address=address, drift=drift, change=replace(change, source=source))


def _forget(request: PlanningRequest, address: Address, tracked: TrackedResource, *, reason: str) -> Change:
    live = request.snapshot.resources.get(address)
    return make_forgetting(address, tracked.id, live=live, making=_make_making(request, address), reason=reason)


def _consider_untracked(
    request: PlanningRequest, desired: DesiredResource, *, renewed: frozenset[Address]
) -> Considered:
    address, block = desired.address, find_import(request, desired.address)
    if block is None:
        tree = resolve_tree(desired.tree, _find_live_ids(request, desired.tree, renewed=renewed))
        return Considered(address=address, change=make_creation(desired, tree, making=_make_making(request, address)))
    live = request.snapshot.resources.get(address)
    if live is None:
        return Considered(address=address, diagnostics=(report_import_missing(address, block.id, block.location),))
    tracked = record_import(live, prevent_destroy=desired.lifecycle.prevent_destroy)
    subject = _make_subject(request, desired, tracked, live=live)
    faults = _find_ambiguity(request, subject)
    if faults:
        return Considered(address=address, diagnostics=faults)
    target = find_target(subject, request.kinds[address.kind])
    if target.immutable:
        mismatch = report_import_mismatch(address, target.immutable, block.location)
        return Considered(address=address, diagnostics=(mismatch,))
    change = make_import(desired, live, target, making=_make_making(request, address))
    return Considered(
        address=address, change=change, policies=target.policies, diagnostics=_tell_held_back(address, target)
    )


def _consider_tracked(
    request: PlanningRequest, desired: DesiredResource, tracked: TrackedResource, *, renewed: frozenset[Address]
) -> Considered:
    address, rules = desired.address, request.kinds[desired.address.kind]
    live = request.snapshot.resources[address]
    if not request.inputs.replace and find_phase(live) != CREATION_FAILED:
        by = Yardstick(rules=rules, find_id=partial(_find_known_id, request))
        if is_settled(desired, tracked, live=live, by=by):
            change = make_unchanged(address, live, before=make_tree(live), making=_make_making(request, address))
            return Considered(address=address, change=change)
    subject = _make_subject(request, desired, tracked, live=live)
    faults = _find_ambiguity(request, subject)
    if faults:
        return Considered(address=address, diagnostics=faults)
    target = find_target(subject, rules)
    making = _make_making(request, address)
    if reason := _find_replacement_reason(request, live, target=target, address=address):
        tree = resolve_tree(desired.tree, _find_live_ids(request, desired.tree, renewed=renewed))
        replaced = Replaced(live=live, target=target, reason=reason)
        change = make_replacement(address, tree, replaced=replaced, making=making)
    else:
        change = make_update(desired, live, target, making=making)
    return Considered(
        address=address,
        change=change,
        drift=_find_drift(request, address, tracked, target=target),
        policies=target.policies,
        diagnostics=() if change.action is Action.REPLACE else _tell_held_back(address, target),
    )


def _tell_held_back(address: Address, target: Target) -> tuple[Diagnostic, ...]:
    return tuple(report_held_back(address, one) for one in target.held_back)


def _find_replacement_reason(request: PlanningRequest, live: LiveResource, *, target: Target, address: Address) -> str:
    if target.immutable:
        return f"cannot be changed in place: {', '.join(target.immutable)}"
    if find_phase(live) == CREATION_FAILED:
        return "its creation failed"
    return "requested" if is_named(address, request.inputs.replace) else ""


def _make_subject(
    request: PlanningRequest, desired: DesiredResource, tracked: TrackedResource, *, live: LiveResource
) -> Subject:
    address = desired.address
    return Subject(
        desired=desired,
        tree=resolve_tree(desired.tree, _find_recorded_ids(request, desired.tree)),
        tracked=tracked,
        live=live,
        evidence=request.snapshot.evidence.get(address),
        revert_drift=is_named(address, request.inputs.revert_drift),
        up_to_idle=request.inputs.up_to_idle,
        find_source=lambda label: request.find_source(address, label),
    )


def _find_live_ids(request: PlanningRequest, tree: Tree, *, renewed: frozenset[Address]) -> dict[Address, str]:
    """Return the ids that the references of ``tree`` resolve to for a resource that is to be made."""
    live = request.snapshot.resources
    named = {one.address for one in find_references(tree)} - renewed
    return {address: live[address].id for address in named if address in live}


def _find_known_id(request: PlanningRequest, reference: Reference) -> str:
    """Return the id that a reference of a live object resolves to, as ``_find_recorded_ids`` does; empty for none."""
    live = request.snapshot.resources.get(reference.address)
    known = live if live is not None else request.state.resources.get(reference.address)
    return "" if known is None else known.id


def _find_recorded_ids(request: PlanningRequest, tree: Tree) -> dict[Address, str]:
    """Return the ids that the references of a live object resolve to: one that vanished keeps its last id."""
    tracked = request.state.resources
    live = request.snapshot.resources
    named = {one.address for one in find_references(tree)}
    known = ((address, live.get(address) or tracked.get(address)) for address in named)
    return {address: one.id for address, one in known if one is not None}


def _find_ambiguity(request: PlanningRequest, subject: Subject) -> tuple[Diagnostic, ...]:
    address = subject.desired.address
    keys = find_ambiguous(subject.tree, make_tree(subject.live), rules=request.kinds[address.kind])
    return (report_ambiguous(address, keys, request.find_source(address, "resources")),) if keys else ()


def _find_drift(
    request: PlanningRequest, address: Address, tracked: TrackedResource, *, target: Target | None
) -> tuple[DriftRow, ...]:
    rules = request.kinds[address.kind]
    managed = target.managed if target else frozenset(flatten(tracked.last_applied, rules))
    view = DriftView(
        address=address,
        tracked=tracked,
        live=request.snapshot.resources[address],
        is_managed=managed.__contains__,
        policies=target.policies if target else {},
    )
    return find_drift(view, rules=rules)


def _make_making(request: PlanningRequest, address: Address) -> Making:
    return Making(
        rules=request.kinds[address.kind],
        project_id=request.project_id,
        find_source=lambda label: request.find_source(address, label),
    )
