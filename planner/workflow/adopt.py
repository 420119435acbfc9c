"""``import ADDR ID``: take one live resource into the state, now; nothing is sent to the service."""

from planner.core.addresses import Address
from planner.core.advance import record_import
from planner.core.changes import Applied as Done
from planner.core.changes import Plan, PlanInputs
from planner.core.desired import DesiredState, ImportBlock
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.events import ChangeEnded
from planner.core.lazy_dataclass import replace
from planner.core.near_words import make_hint
from planner.core.resource_changes import drop_fields
from planner.core.tracking import State
from planner.workflow.apply import Applied
from planner.workflow.desk import Desk, Opening, open_desk, save_settled, save_state
from planner.workflow.errors import PlanError
from planner.workflow.gather import Prepared, prepare
from planner.workflow.workplace import Workplace, load_files, make_lock_request


def adopt(workplace: Workplace, *, address: Address, id_: str, lock_timeout: float) -> Applied:
    """Record the live resource ``id_`` as ``address``, whose block is in the files. Raises PoolctlError."""
    files = load_files(workplace)
    _check_block(files.desired, address)
    request = make_lock_request(workplace, operation="import", timeout=lock_timeout, info=str(address))
    opening = Opening(
        files=replace(files, desired=_ask_for(files.desired, address, id_)),
        lock=request,
        check=lambda stored: _check_untracked(stored, address, id_),
    )
    with open_desk(workplace, opening) as desk:
        inputs = PlanInputs(target=(str(address),))
        prepared = prepare(workplace, desk.client, desk.files, recalled=desk.recalled, inputs=inputs)
        settled = save_settled(desk, prepared)
        note = replace(desk.note, operation=f"import {address}", reason="")
        return _record(replace(settled, note=note), prepared, address)


def _record(desk: Desk, prepared: Prepared, address: Address) -> Applied:
    live = prepared.request.snapshot.resources[address]
    lifecycle = desk.files.desired.resources[address].lifecycle
    tracked = record_import(live, prevent_destroy=lifecycle.prevent_destroy)
    save_state(desk, {**desk.state.resources, address: tracked})
    change = next(one for one in prepared.plan.changes if one.address == address)
    ended = ChangeEnded(address=address, action=change.action, outcome=Done(), seconds=0.0)
    desk.workplace.emit(ended)
    plan: Plan = replace(prepared.plan, changes=(drop_fields(change),))
    return Applied(plan=plan, ended=(ended,), diagnostics=prepared.warnings)


def _ask_for(desired: DesiredState, address: Address, id_: str) -> DesiredState:
    others = tuple(one for one in desired.imports if one.address != address)
    return replace(desired, imports=(*others, ImportBlock(address=address, id=id_)))


def _check_block(desired: DesiredState, address: Address) -> None:
    if address in desired.resources:
        return
    raise PlanError(
        make_error(
            "import.no-block",
            "There is no block to import into",
            detail=f"No file declares {address}.{make_hint(str(address), map(str, desired.resources))} Write its block "
            "first: what the files do not ask for is not tracked.",
            address=str(address),
        )
    )


def _check_untracked(state: State | None, address: Address, id_: str) -> None:
    resources = state.resources if state else {}
    tracked = resources.get(address)
    if tracked is not None:
        raise PlanError(_report_tracked(address, f"{address} is tracked already, as {tracked.id}."))
    owner = next((one for one, known in resources.items() if (one.kind, known.id) == (address.kind, id_)), None)
    if owner is not None:
        raise PlanError(_report_tracked(address, f"{id_} is tracked already, as {owner}."))


def _report_tracked(address: Address, what: str) -> Diagnostic:
    return make_error(
        "import.tracked",
        "The resource is tracked already",
        detail=f"{what} One object has one address. To rename it, run: poolctl state mv; to let go of it: "
        "poolctl state rm.",
        address=str(address),
    )
