"""What a plan is made from, and who owns which id."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import field

from planner.core.addresses import Address
from planner.core.changes import Basis, PlanInputs
from planner.core.desired import DesiredState, ImportBlock, RemovedBlock
from planner.core.diagnostics import SourceLocation
from planner.core.indexing import index_once
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass
from planner.core.live_trees import make_tree
from planner.core.policies import Judge, judge_nothing
from planner.core.references import find_dependencies
from planner.core.selection import Needs
from planner.core.snapshot import Snapshot
from planner.core.tracking import State

Owners = Mapping[tuple[str, str], Address]
"""Addresses by the kind and id of the object that they stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningRequest:
    """Files, state and snapshot, the options of the run, and the time that clocks are judged by.

    ``find_source`` returns the line that sets a config path of an address. ``previous`` are the old addresses of
    what ``[[moved]]`` gives another; state and snapshot are under the new ones. ``judge`` evaluates the
    conditions of policies.
    """

    desired: DesiredState
    state: State
    snapshot: Snapshot
    kinds: Mapping[str, KindRules]
    inputs: PlanInputs
    basis: Basis
    now: dt.datetime
    find_source: Callable[[Address, str], SourceLocation | None]
    previous: Mapping[Address, Address] = field(default_factory=dict)
    judge: Judge = judge_nothing

    @property
    def project_id(self) -> str:
        """Return the project that paths are built for."""
        return self.basis.service.project_id if self.basis.service else ""


def find_import(request: PlanningRequest, address: Address) -> ImportBlock | None:
    """Return the ``[[import]]`` block of ``address``; where that is tracked already, it is done."""
    return _index_imports(request.desired.imports).get(address)


def find_removed(request: PlanningRequest, address: Address) -> RemovedBlock | None:
    """Return the ``[[removed]]`` block of ``address``: its own before that of all instances."""
    own = _index_removed(request.desired.removed)
    return own.get(address) or own.get(Address(kind=address.kind, name=address.name))


@index_once
def _index_imports(imports: tuple[ImportBlock, ...]) -> dict[Address, ImportBlock]:
    return {one.address: one for one in reversed(imports)}


@index_once
def _index_removed(removed: tuple[RemovedBlock, ...]) -> dict[Address, RemovedBlock]:
    return {one.address: one for one in reversed(removed)}


def find_id(request: PlanningRequest, address: Address) -> str:
    """Return the id that ``address`` is tracked by or to be imported by; empty where it has none."""
    if address in request.state.resources:
        return request.state.resources[address].id
    block = find_import(request, address)
    return block.id if block else ""


def find_addresses(request: PlanningRequest) -> frozenset[Address]:
    """Return every address that is declared or tracked."""
    return frozenset({*request.desired.resources, *request.state.resources})


def find_owners(request: PlanningRequest) -> Owners:
    """Return the address of each object that is tracked or to be imported."""
    found = ((address, find_id(request, address)) for address in sorted(find_addresses(request)))
    return {(address.kind, id_): address for address, id_ in found if id_}


def find_needs(request: PlanningRequest, *, owners: Owners) -> Needs:
    """Return what each declared address needs, and what an address without a block uses now."""
    return {
        address: find_wanted_needs(request, address, owners=owners)
        if address in request.desired.resources and not request.inputs.destroy
        else find_live_needs(request, address, owners=owners)
        for address in find_addresses(request)
    }


def find_wanted_needs(request: PlanningRequest, address: Address, *, owners: Owners) -> frozenset[Address]:
    """Return the addresses that the block of ``address``, which has one, needs."""
    resource = request.desired.resources[address]
    return find_dependencies(resource.tree, request.kinds[address.kind], owners=owners) - {address}


def find_live_needs(request: PlanningRequest, address: Address, *, owners: Owners) -> frozenset[Address]:
    """Return the addresses that the live object of ``address`` uses."""
    live = request.snapshot.resources.get(address)
    if live is None:
        return frozenset()
    return find_dependencies(make_tree(live), request.kinds[address.kind], owners=owners) - {address}
