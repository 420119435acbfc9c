"""``state rollback``: an earlier version of the state as a new one, once it is seen what comes of it."""

from collections.abc import Callable

from planner.core.changes import Plan, PlanInputs
from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.tracking import State
from planner.engine.settle import Recalled
from planner.remote.client import Client
from planner.remote.gateway import Gateway
from planner.workflow.errors import PlanError
from planner.workflow.gather import prepare
from planner.workflow.service import check_identity, find_endpoint, open_service
from planner.workflow.state_edits import Errand, refuse_unsettled
from planner.workflow.state_push import Replacement, load_replaceable
from planner.workflow.state_versions import load_serial, report_lineage
from planner.workflow.stored import find_last_known
from planner.workflow.workplace import Files, Workplace, load_files, make_lock_request, make_note, open_store

_TAKEN = "plan.exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What going back would do: to the state, and to the plan that comes next.

    ``plan`` is None where the next plan would stop; ``trouble`` says why.
    """

    replacement: Replacement
    plan: Plan | None = None
    trouble: tuple[Diagnostic, ...] = ()


Approve = Callable[[Rollback], bool]
"""Shows what would come of it and asks, under the lock."""


def roll_back(workplace: Workplace, serial: int, errand: Errand, *, approve: Approve) -> Rollback | None:
    """Store the version ``serial`` as a new one above all that are known; None where nobody approved.

    Nothing is sent to the service. Refused is a version that tracks an object that is gone, or after which the files
    ask for a name that is taken. What is stored may be damaged: this is a way back. Where nothing would change,
    ``before`` is ``after``. Raises PoolctlError.
    """
    files = load_files(workplace)
    endpoint = find_endpoint(workplace, files.desired)
    store = open_store(workplace, files.desired)
    lock = make_lock_request(workplace, operation="state rollback", timeout=errand.lock_timeout, info=errand.reason)
    with store.acquire(lock):
        refuse_unsettled(workplace, store)
        stored, damage = load_replaceable(store)
        version = load_serial(store, serial)
        check_identity(endpoint, version)
        if stored is not None and stored.lineage != version.lineage:
            raise PoolctlError(report_lineage(f"Serial {serial}", found=version.lineage, known=stored.lineage))
        known, _ = find_last_known(workplace, store, version.lineage, is_readable=stored is not None)
        following = _make_following(version, stored, known=known)
        replacement = Replacement(before=stored, after=following, damage=damage)
        if stored is not None and not replacement.difference.records:
            return Rollback(replacement=replace(replacement, after=stored))
        with open_service(workplace, files.desired, endpoint, parallelism=None) as client:
            _refuse_gone(client, replacement)
            rollback = _look_ahead(workplace, client, files, replacement)
        if not approve(rollback):
            return None
        store.save(replacement.after, make_note(workplace, operation=errand.operation, reason=errand.reason))
        return rollback


def _make_following(version: State, stored: State | None, *, known: int) -> State:
    """Return ``version`` as the next state; commit and guards stay those of the last apply, which was made for all."""
    last = stored or version
    serial = max(known, version.serial, last.serial) + 1
    return replace(version, serial=serial, applied_from=last.applied_from, guards=last.guards, moved_to="")


def _refuse_gone(client: Client, replacement: Replacement) -> None:
    gateway = Gateway(client)
    regained = [one for one in replacement.difference.records if one.word == "tracked"]
    gone = [one for one in regained if gateway.fetch(one.address.kind, one.id) is None]
    if gone:
        raise PoolctlError(*(_report_gone(str(one.address), one.id) for one in gone))


def _look_ahead(workplace: Workplace, client: Client, files: Files, replacement: Replacement) -> Rollback:
    recalled = Recalled(state=replacement.after)
    try:
        prepared = prepare(workplace, client, files, recalled=recalled, inputs=PlanInputs())
    except PlanError as error:
        if taken := [one for one in error.diagnostics if one.code == _TAKEN]:
            raise PoolctlError(*(_report_taken(one) for one in taken)) from error
        return Rollback(replacement=replacement, trouble=error.diagnostics)
    return Rollback(replacement=replacement, plan=prepared.plan)


def _report_gone(address: str, id_: str) -> Diagnostic:
    detail = (
        f"That version tracks {id_}, and the service says that it is not there any more. Nothing was changed. To make "
        "it anew, apply its block; to have the rest of that version, write its records by state mv and import."
    )
    return make_error("state.rollback", "The state cannot go back to that version", detail=detail, address=address)


def _report_taken(found: Diagnostic) -> Diagnostic:
    detail = (
        "That version does not track it, the files still have its block, and its name is taken: by the very object "
        f"that would be forgotten. Nothing was changed. Take the block out first, or stay. The next plan would say: "
        f"{' '.join(found.detail.split())}"
    )
    return make_error(
        "state.rollback", "The state cannot go back to that version", detail=detail, address=found.address
    )
