"""What is wrong with a run as a whole, or between a change and the objects around it (semantics 1.2, 1.3, 7.3, 7.4)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from planner.core.addresses import Address
from planner.core.changes import Action, Change
from planner.core.diagnostics import Diagnostic
from planner.core.guards import VANISHED
from planner.core.indexing import index_once
from planner.core.live_trees import find_display_name, make_tree
from planner.core.permissions import RECREATE, is_allowed, parse_permission
from planner.core.plan_blocks import find_permissions
from planner.core.plan_order import LEAVING
from planner.core.plan_request import (
    Owners,
    PlanningRequest,
    find_addresses,
    find_live_needs,
    find_removed,
    find_wanted_needs,
)
from planner.core.preparing import RESOURCES
from planner.core.references import find_literals
from planner.core.selection import find_unmatched
from planner.core.sightings import (
    is_vanishing_together,
    report_above_max_count,
    report_bad_permission,
    report_gaps,
    report_idle_permission,
    report_in_use,
    report_named_reference,
    report_tracked_twin,
    report_unmatched,
    report_untracked_twin,
    report_vanished,
)
from planner.core.snapshot import LiveResource
from planner.core.trees import ABSENT, as_int, as_list, as_text, as_tree, find_member

_MAKING = frozenset({Action.CREATE, Action.REPLACE})
_Name: TypeAlias = tuple[str, str]
"""A kind and a display name."""
_PATTERN_OPTIONS = ("target", "exclude", "replace", "revert_drift")


def find_request_faults(request: PlanningRequest) -> Iterator[Diagnostic]:
    """Yield what is wrong with the options, and that too much is gone to be in the right project."""
    addresses = find_addresses(request)
    for option in _PATTERN_OPTIONS:
        for pattern in find_unmatched(addresses, getattr(request.inputs, option)):
            yield report_unmatched(option, pattern, addresses=sorted(addresses))
    for text in request.inputs.allow:
        permission = parse_permission(text)
        if permission is None:
            yield report_bad_permission(text)
        elif find_unmatched(addresses, (permission.address,)):
            yield report_idle_permission(text, permission.address, addresses=sorted(addresses))
    tracked = request.snapshot.missing & request.state.resources.keys()
    gone = sorted(address for address in tracked if find_removed(request, address) is None)
    if is_vanishing_together(gone):
        yield report_vanished(gone)


def find_surroundings_faults(
    request: PlanningRequest, changes: tuple[Change, ...], *, owners: Owners
) -> Iterator[Diagnostic]:
    """Yield names that are taken, objects that others use, and references that spell a name."""
    by_address = {one.address: one for one in changes}
    for change in changes:
        if change.action is Action.CREATE:
            yield from _find_twins(request, change, by_address)
        gaps = request.kinds[change.kind].find_gaps(change.after or {}) if change.action in _MAKING else ()
        if gaps and not _is_held_back(request, change):
            yield report_gaps(change.address, gaps, change.source)
        yield from _find_above_max_count(change)
        if change.action in LEAVING:
            yield from _find_users(request, change, by_address, owners=owners)
        yield from _find_named_references(request, change.address)


def _is_held_back(request: PlanningRequest, change: Change) -> bool:
    """Tell whether ``change`` makes anew what vanished, and may not: what it would need does not matter then."""
    return change.reason == VANISHED and not is_allowed(RECREATE, find_permissions(request, change.address))


def _find_above_max_count(change: Change) -> Iterator[Diagnostic]:
    """Yield entries of a Logical pool that ask for more than their quota, be it one that the files let be (3.2)."""
    after = change.after or {}
    is_resized = any(one.path[:2] == RESOURCES for one in change.fields)
    if not is_resized or find_member(after, "spec", "type") != "Logical":
        return
    for entry in map(as_tree, as_list(find_member(after, *RESOURCES))):
        count, quota = (as_int(entry.get(name, ABSENT)) for name in ("count", "maxCount"))
        if count > quota > 0:
            yield report_above_max_count(change.address, as_text(entry.get("flavor", ABSENT)), counts=(count, quota))


def _find_twins(request: PlanningRequest, change: Change, changes: dict[Address, Change]) -> Iterator[Diagnostic]:
    name, location = find_display_name(change.after or {}), change.source
    for live in _index_strange_names(request.snapshot.others).get((change.kind, name), ()):
        yield report_untracked_twin(change.address, live, location)
    for address in _index_names(request.snapshot.resources).get((change.kind, name), ()):
        if address not in changes or changes[address].action is not Action.DELETE:
            yield report_tracked_twin(change.address, address, location)


@index_once
def _index_strange_names(others: Mapping[str, tuple[LiveResource, ...]]) -> dict[_Name, list[LiveResource]]:
    found: dict[_Name, list[LiveResource]] = {}
    for kind, listed in others.items():
        for live in listed:
            found.setdefault((kind, find_display_name(make_tree(live))), []).append(live)
    return found


@index_once
def _index_names(resources: Mapping[Address, LiveResource]) -> dict[_Name, list[Address]]:
    found: dict[_Name, list[Address]] = {}
    for address, live in resources.items():
        found.setdefault((address.kind, find_display_name(make_tree(live))), []).append(address)
    return found


def _find_users(
    request: PlanningRequest, change: Change, changes: dict[Address, Change], *, owners: Owners
) -> Iterator[Diagnostic]:
    """Yield that others use what goes: all but those that go first, or that are made anew without it."""
    users = [
        str(address)
        for address in _index_users(request, owners).get(change.address, ())
        if not _is_letting_go(request, change, changes.get(address), owners=owners)
    ]
    users += [live.id for live in _find_strange_users(request, change)]
    if users:
        yield report_in_use(change.address, users, change.source)


@index_once
def _index_users(request: PlanningRequest, owners: Owners) -> dict[Address, list[Address]]:
    """Return the sorted addresses whose live objects use that of each address."""
    found: dict[Address, list[Address]] = {}
    for address in sorted(request.snapshot.resources):
        for used in find_live_needs(request, address, owners=owners):
            found.setdefault(used, []).append(address)
    return found


def _is_letting_go(request: PlanningRequest, change: Change, user: Change | None, *, owners: Owners) -> bool:
    if user is None:
        return False
    if user.action is Action.DELETE:
        return True
    return user.action is Action.REPLACE and change.address not in find_wanted_needs(
        request, user.address, owners=owners
    )


def _find_strange_users(request: PlanningRequest, change: Change) -> Iterator[LiveResource]:
    for kind, listed in sorted(request.snapshot.others.items()):
        for live in listed:
            if (change.kind, change.id) in find_literals(make_tree(live), request.kinds[kind]):
                yield live


def _find_named_references(request: PlanningRequest, address: Address) -> Iterator[Diagnostic]:
    resource = request.desired.resources.get(address)
    literals = find_literals(resource.tree, request.kinds[address.kind]) if resource else ()
    for kind, text in literals:
        ids, names = _index_all(request, kind)
        if text in names and text not in ids:
            yield report_named_reference(address, text, names[text], request.find_source(address, ""))


def _index_all(request: PlanningRequest, kind: str) -> tuple[frozenset[str], dict[str, str]]:
    return _index_objects(request.snapshot.resources, request.snapshot.others)[kind]


@index_once
def _index_objects(
    resources: Mapping[Address, LiveResource], others: Mapping[str, tuple[LiveResource, ...]]
) -> dict[str, tuple[frozenset[str], dict[str, str]]]:
    """Return by kind the ids of all objects, and the id of the first one of each display name, tracked ones first."""
    by_kind: dict[str, list[LiveResource]] = defaultdict(list)
    for address, live in resources.items():
        by_kind[address.kind].append(live)
    for kind, listed in others.items():
        by_kind[kind] += listed
    found: dict[str, tuple[frozenset[str], dict[str, str]]] = defaultdict(lambda: (frozenset(), {}))
    for kind, there in by_kind.items():
        names = {find_display_name(make_tree(live)): live.id for live in reversed(there)}
        found[kind] = (frozenset(live.id for live in there), names)
    return found
