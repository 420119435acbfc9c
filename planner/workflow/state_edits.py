"""``state mv`` and ``state rm``: change what is recorded, under the lock; nothing is sent to the service."""

from collections.abc import Callable, Iterable, Mapping

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.core.lazy_dataclass import dataclass
from planner.core.shell_words import quote_word
from planner.core.tracking import State, TrackedResource
from planner.engine.journal import load_open_runs
from planner.state.stores.history import SaveNote
from planner.state.stores.store import Store
from planner.state.versions import make_next
from planner.workflow.state_records import find_tracked, load_state
from planner.workflow.stored import load_stored, refuse_older
from planner.workflow.workplace import Workplace, load_desired_state, make_lock_request, make_note, open_store

Resources = Mapping[Address, TrackedResource]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is said of an edit: the command that is remembered, and why; ``lock_timeout`` is in seconds."""

    operation: str
    lock_timeout: float = 0.0
    reason: str = ""


def move_record(
    workplace: Workplace, source: Address, *, target: Address, lock_timeout: float, reason: str = ""
) -> None:
    """Record under ``target`` what was recorded under ``source``.

    Raises PoolctlError where the kinds differ, the target is taken, or the source is not recorded.
    """
    if source.kind != target.kind:
        raise PoolctlError(_make_kind_fault(source, target=target))
    errand = Errand(operation=f"state mv {source} {target}", lock_timeout=lock_timeout, reason=reason)
    _edit(workplace, lambda resources: _move(resources, source, target=target), errand)


def forget_records(
    workplace: Workplace, addresses: Iterable[Address], *, lock_timeout: float, reason: str = ""
) -> None:
    """Drop the records of ``addresses``, of all or, where one is not recorded, of none; then raises PoolctlError."""
    chosen = tuple(addresses)
    operation = " ".join(("state rm", *map(str, chosen)))
    errand = Errand(operation=operation, lock_timeout=lock_timeout, reason=reason)
    _edit(workplace, lambda resources: _forget(resources, chosen), errand)


def refuse_unrecorded(workplace: Workplace, addresses: Iterable[Address]) -> None:
    """Raise PoolctlError where nothing is recorded of one of ``addresses``; read without a lock."""
    state = load_state(workplace)
    for address in addresses:
        find_tracked({} if state is None else state.resources, address)


def edit_record(
    workplace: Workplace,
    address: Address,
    change: Callable[[TrackedResource], TrackedResource],
    *,
    operation: str,
    lock_timeout: float,
) -> TrackedResource:
    """Record of ``address`` what ``change`` makes of it, and return what was recorded. Raises PoolctlError."""
    before: list[TrackedResource] = []

    def change_one(resources: Resources) -> Resources:
        before.append(find_tracked(resources, address))
        return {**resources, address: change(before[0])}

    _edit(workplace, change_one, Errand(operation=operation, lock_timeout=lock_timeout))
    return before[0]


def _edit(workplace: Workplace, change: Callable[[Resources], Resources], errand: Errand) -> None:
    store = open_store(workplace, load_desired_state(workplace))
    command = " ".join(errand.operation.split()[:2])
    lock = make_lock_request(workplace, operation=command, timeout=errand.lock_timeout, info=errand.reason)
    with store.acquire(lock):
        refuse_unsettled(workplace, store)
        state = load_stored(store)
        refuse_older(workplace, store, state)
        before: Resources = {} if state is None else state.resources
        after = change(before)
        if state is not None:
            note = make_note(workplace, operation=errand.operation, reason=errand.reason)
            save_next(store, state, make_next(state, resources=after), note=note)


def save_next(store: Store, state: State, following: State, *, note: SaveNote) -> None:
    """Save ``following`` where it differs from ``state``, which is stored. Raises StateError."""
    if following.serial != state.serial:
        store.save(following, note)


def refuse_unsettled(workplace: Workplace, store: Store) -> None:
    """Raise PoolctlError where a run is open: what its journal holds would come over what is edited."""
    # What an interrupted run recorded would come back from its journal, over what is edited here.
    if load_open_runs(workplace.directory) or store.load_pending():
        detail = (
            "Its journal holds what the state does not have yet, and would undo this. Nothing was changed. "
            "Run `poolctl apply` first: it reads what became of the interrupted run, and saves it."
        )
        raise PoolctlError(make_error("state.unsettled", "An apply was interrupted and is not settled", detail=detail))


def _move(resources: Resources, source: Address, *, target: Address) -> Resources:
    tracked = find_tracked(resources, source)
    if target == source:
        raise PoolctlError(_make_same_fault(target))
    if target in resources:
        raise PoolctlError(_make_taken_fault(target))
    return {address: one for address, one in resources.items() if address != source} | {target: tracked}


def _forget(resources: Resources, addresses: tuple[Address, ...]) -> Resources:
    for address in addresses:
        find_tracked(resources, address)
    return {address: tracked for address, tracked in resources.items() if address not in addresses}


def _make_kind_fault(source: Address, *, target: Address) -> Diagnostic:
    detail = (
        f"{source} is a {source.kind} and cannot become {target}: a record keeps its kind. Nothing was changed. "
        f"Name a target that begins with {source.kind}."
    )
    return make_error("state.kind-change", "The kinds of source and target differ", detail=detail, address=str(source))


def _make_same_fault(address: Address) -> Diagnostic:
    detail = "Source and target are the same: it is recorded there already, and nothing was changed."
    return make_error("state.address-taken", "There is nothing to move", detail=detail, address=str(address))


def _make_taken_fault(target: Address) -> Diagnostic:
    detail = (
        "Moving onto it would lose what is recorded there. Nothing was changed. "
        f"If that record is wrong, forget it first: poolctl state rm {quote_word(target)}"
    )
    return make_error("state.address-taken", "The target address is taken", detail=detail, address=str(target))
