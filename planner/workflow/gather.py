"""What a plan is made from: files, state with its journals, and a snapshot of the service."""

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from planner.config.policies import judge_policy
from planner.core.addresses import Address
from planner.core.api_names import DEFAULT_WORKSPACE
from planner.core.changes import Basis, Plan, PlanInputs
from planner.core.desired import DesiredState
from planner.core.diagnostics import Diagnostic, has_errors
from planner.core.evidence_needs import EvidenceNeeds, find_evidence_needs
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import find_workspace
from planner.core.moves import find_moves, rename, rename_snapshot
from planner.core.plan_request import PlanningRequest, find_addresses, find_id
from planner.core.planning import build_plan
from planner.core.snapshot import Evidence, LiveResource, Snapshot, Unread
from planner.core.tracking import State
from planner.engine.settle import Recalled, Settled, find_awaited, recall, settle
from planner.kinds.table import KINDS
from planner.remote.catalog import fetch_flavors, fetch_quotas
from planner.remote.client import Client
from planner.remote.errors import RemoteError
from planner.remote.gateway import Gateway
from planner.remote.reading import ReadingRequest, fetch_evidence, read_service
from planner.state.stores.store import HeldLock, Store
from planner.threads.parallel import map_in_threads
from planner.workflow.errors import PlanError
from planner.workflow.open_runs import find_open_runs
from planner.workflow.stored import find_left_behind, find_vanished
from planner.workflow.taking_back import ask_after, ask_before, find_undone
from planner.workflow.workplace import Files, Workplace, find_store_warnings

if TYPE_CHECKING:
    from planner.core.undo import UndoStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A plan with everything that it was made from. ``warnings`` are those that stand outside of the plan.

    ``settled`` is the state as it is to be saved before anything is done: what moves is under its old address.
    ``under_way`` is what the service still works on for an interrupted run, and until when.
    """

    request: PlanningRequest
    plan: Plan
    settled: State
    warnings: tuple[Diagnostic, ...]
    undo_steps: "tuple[UndoStep, ...]" = ()
    under_way: Mapping[Address, str] = field(default_factory=dict)


def recall_state(workplace: Workplace, store: Store, *, state: State | None, lock: HeldLock | None = None) -> Recalled:
    """Return the state with what the records of interrupted runs add; an empty one before the first apply.

    ``lock`` is ours where it is held. Raises StateError.
    """
    recalled = recall(state or State(lineage=""), find_open_runs(workplace, store, lock=lock))
    return replace(recalled, diagnostics=(*find_vanished(store, state), *recalled.diagnostics))


def prepare(workplace: Workplace, client: Client, files: Files, *, recalled: Recalled, inputs: PlanInputs) -> Prepared:
    """Read the service and build the plan; raises PlanError with all that is wrong."""
    receipt = find_undone(workplace, files, inputs)
    asked = ask_before(files, receipt, state=recalled.state)
    request, settled = _read(workplace, client, asked, recalled=recalled, inputs=inputs)
    told = (*find_left_behind(workplace, files.desired, recalled.state), *settled.diagnostics)
    settled_state = request.state
    request = _move(request)
    request, steps = ask_after(request, files, receipt=receipt)
    draft = build_plan(request)
    if has_errors(draft.diagnostics):
        raise PlanError(*recalled.diagnostics, *told, *draft.diagnostics)
    needs = find_evidence_needs(draft, files.desired)
    if needs.is_any:
        request = _add_evidence(client, request, needs)
    plan = build_plan(request) if needs.is_any else draft
    warnings = (*files.loaded.diagnostics, *find_store_warnings(workplace, files.desired), *recalled.diagnostics, *told)
    return Prepared(
        request=request,
        plan=plan,
        settled=settled_state,
        warnings=warnings,
        undo_steps=steps,
        under_way=settled.under_way,
    )


def _move(request: PlanningRequest) -> PlanningRequest:
    """Return ``request`` with what ``[[moved]]`` moves under its new address; raises PlanError where it cannot be."""
    if request.inputs.refresh_only or request.inputs.undo:
        return request
    moving = find_moves(request.state.resources, request.desired.moved)
    if moving.diagnostics:
        raise PlanError(*moving.diagnostics)
    return replace(
        request,
        state=replace(request.state, resources=rename(request.state.resources, moving.previous)),
        snapshot=rename_snapshot(request.snapshot, moving.previous),
        previous=moving.previous,
    )


def _read(
    workplace: Workplace, client: Client, files: Files, *, recalled: Recalled, inputs: PlanInputs
) -> tuple[PlanningRequest, Settled]:
    """Return what to plan on, settled by what was read; raises PlanError where something is unread."""
    state = recalled.state
    request = PlanningRequest(
        desired=files.desired,
        state=state,
        snapshot=Snapshot(),
        kinds=KINDS,
        inputs=replace(inputs, variables=files.loaded.variables),
        basis=Basis(
            lineage=state.lineage,
            serial=state.serial,
            config_digest=files.loaded.config_digest,
            service=client.endpoint.identity,
        ),
        now=workplace.clock(),
        find_source=files.loaded.sources.find,
        judge=judge_policy,
    )
    ids = {address: id_ for address in find_addresses(request) if (id_ := find_id(request, address))}
    reading = read_service(client, ReadingRequest(ids=ids, workspaces=find_workspaces(files.desired, state)))
    if has_errors(reading.diagnostics):
        raise PlanError(*reading.diagnostics)
    snapshot = Snapshot(resources=reading.live, missing=reading.missing, others=reading.others)
    again = _read_again(client, snapshot, find_awaited(recalled, snapshot))
    settled = settle(recalled, snapshot, kinds=KINDS, again=again)
    settled_state = replace(state, resources=settled.resources)
    return replace(request, state=settled_state, snapshot=settled.snapshot), settled


def _read_again(client: Client, snapshot: Snapshot, awaited: tuple[Address, ...]) -> dict[Address, LiveResource]:
    """Return a second read of what is waited for; what cannot be read is waited for on."""

    def fetch(address: Address) -> LiveResource | None:
        try:
            return Gateway(client).fetch(address.kind, snapshot.resources[address].id)
        except RemoteError:
            return None

    found = map_in_threads(fetch, awaited, parallelism=client.settings.parallelism)
    return {address: live for address, live in zip(awaited, found, strict=True) if live is not None}


def find_workspaces(desired: DesiredState, state: State) -> tuple[str, ...]:
    """Return the workspaces that files and state name; the default one, the empty name, is always among them."""
    trees = [*(one.tree for one in desired.resources.values()), *(one.last_seen for one in state.resources.values())]
    return tuple(sorted({"", *map(find_workspace, trees)} - {DEFAULT_WORKSPACE}))


def _add_evidence(client: Client, request: PlanningRequest, needs: EvidenceNeeds) -> PlanningRequest:
    wanted = [one for one in sorted(needs.pools) if one in request.snapshot.resources]

    def fetch(address: Address) -> Evidence | Unread:
        return fetch_evidence(client, request.snapshot.resources[address].id)

    found = map_in_threads(fetch, wanted, parallelism=client.settings.parallelism)
    snapshot = replace(
        request.snapshot,
        evidence=dict(zip(wanted, found, strict=True)),
        flavors=fetch_flavors(client) if needs.flavors else None,
        quotas=fetch_quotas(client) if needs.quotas else None,
    )
    return replace(request, snapshot=snapshot)
