"""What the steps of an apply share while the lock is held, and how they save the state."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from planner.core.addresses import Address
from planner.core.changes import Action, Applied
from planner.core.events import ChangeEnded
from planner.core.guard_record import GuardRecord
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import make_seen
from planner.core.tracking import State, TrackedResource
from planner.engine.journal import close_run
from planner.engine.settle import Recalled
from planner.remote.client import Client
from planner.state.locks.holders import LockRequest
from planner.state.stores.history import SaveNote
from planner.state.stores.store import HeldLock, Store
from planner.state.versions import make_next
from planner.workflow.gather import Prepared, recall_state
from planner.workflow.receipts import keep_settled
from planner.workflow.service import check_identity, find_endpoint, open_service
from planner.workflow.stored import load_stored, refuse_older
from planner.workflow.workplace import Files, Workplace, format_when, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Files, store, client and state of one apply; ``recalled`` holds what journals add to the stored state.

    ``note`` is what is said of a save, but for when it is.
    """

    workplace: Workplace
    files: Files
    store: Store
    lock: HeldLock
    client: Client
    state: State
    recalled: Recalled
    note: SaveNote


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a desk is opened: ``check`` looks at the stored state under the lock, before the service is called."""

    files: Files
    lock: LockRequest
    check: Callable[[State | None], None]
    parallelism: int | None = None


@contextmanager
def open_desk(workplace: Workplace, opening: Opening) -> Iterator[Desk]:
    """Take the lock, load and check the state, and open the service; all is given back at the end.

    Raises PoolctlError where one of them fails; nothing was sent or written then.
    """
    files = opening.files
    endpoint = find_endpoint(workplace, files.desired)
    store = open_store(workplace, files.desired)
    with store.acquire(opening.lock) as lock:
        stored = load_stored(store)
        refuse_older(workplace, store, stored)
        check_identity(endpoint, stored)
        opening.check(stored)
        with open_service(workplace, files.desired, endpoint, parallelism=opening.parallelism) as client:
            yield Desk(
                workplace=workplace,
                files=files,
                store=store,
                lock=lock,
                client=client,
                state=stored or State(lineage=workplace.make_id()),
                recalled=recall_state(workplace, store, state=stored, lock=lock),
                note=SaveNote(operation=opening.lock.operation, who=opening.lock.who, reason=opening.lock.info),
            )


def save_state(
    desk: Desk,
    resources: Mapping[Address, TrackedResource],
    *,
    applied_from: str | None = None,
    guards: GuardRecord | None = None,
) -> Desk:
    """Store ``resources`` where they differ from what is stored, and return the desk with the new state.

    ``applied_from`` is the commit of the files, ``guards`` are theirs; None leaves what the state remembers.
    """
    service = desk.client.endpoint.identity
    following = make_next(desk.state, resources=resources, service=service, applied_from=applied_from, guards=guards)
    if following.serial != desk.state.serial:
        desk.store.save(following, replace(desk.note, when=format_when(desk.workplace)))
    return replace(desk, state=following)


def save_settled(desk: Desk, prepared: Prepared) -> Desk:
    """Store what settling found, close the journals of the interrupted runs, and return the desk without them.

    What is still under way is stored as waited for: once its journal is closed, nothing else knows of it.
    """
    settled = _mark_waiting(prepared.settled, prepared.under_way)
    if not desk.recalled.runs and settled.resources == desk.state.resources:
        return desk
    saved = save_state(replace(desk, note=SaveNote(operation="settle", who=desk.note.who)), settled.resources)
    for run in desk.recalled.runs:
        keep_settled(saved, run, before=desk.recalled.state.resources, after=settled.resources)
    if desk.store.is_remote and desk.recalled.runs:
        desk.store.save_pending("")
    for path in filter(None, (run.path for run in desk.recalled.runs)):
        close_run(path, time=format_when(desk.workplace))
    return replace(saved, recalled=Recalled(state=saved.state), note=desk.note)


def _mark_waiting(state: State, under_way: Mapping[Address, str]) -> State:
    marked = {
        address: replace(state.resources[address], waiting=until)
        for address, until in under_way.items()
        if address in state.resources
    }
    return replace(state, resources={**state.resources, **marked})


def save_refreshed(desk: Desk, prepared: Prepared) -> tuple[ChangeEnded, ...]:
    """Store what was seen of every selected address and drop what is gone; return how that ended."""
    selected = {row.address for row in prepared.plan.drift}
    gone = [one for one in prepared.plan.changes if one.action is Action.FORGET]
    live = prepared.request.snapshot.resources
    resources = {
        address: replace(tracked, last_seen=make_seen(live[address])) if address in selected else tracked
        for address, tracked in prepared.request.state.resources.items()
        if all(one.address != address for one in gone)
    }
    save_state(desk, resources)
    return tuple(ChangeEnded(address=one.address, action=one.action, outcome=Applied(), seconds=0.0) for one in gone)
