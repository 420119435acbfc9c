"""``log``: the receipts of all applies and the saves of all else, read without a lock, and what the service keeps."""

from collections.abc import Mapping
from dataclasses import field

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, make_warning
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.receipts import Receipt, narrow_receipt
from planner.core.tracking import State
from planner.core.trees import as_text, find_member
from planner.remote.errors import RemoteError
from planner.remote.records import ServiceRecord, fetch_records
from planner.state.stores.history import SavedVersion
from planner.workflow.receipts import load_receipts
from planner.workflow.service import check_identity, find_endpoint, open_service
from planner.workflow.state_records import refuse_unknown
from planner.workflow.stored import load_stored
from planner.workflow.workplace import Files, Workplace, load_files, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Receipts, the saves that have none, each newest first, and the service's own records where they were asked for.

    ``serials`` are those that the state came to, by receipt. Both are empty where the store has no history.
    """

    receipts: tuple[Receipt, ...]
    saves: tuple[SavedVersion, ...] = ()
    serials: Mapping[str, int] = field(default_factory=dict)
    records: tuple[tuple[Address, ServiceRecord], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def load_log(workplace: Workplace, *, address: Address | None = None, with_service: bool = False) -> Log:
    """Return what was applied, of ``address`` or of everything; a damaged receipt is a warning. Raises PoolctlError."""
    files = load_files(workplace)
    kept, told = load_receipts(workplace, files)
    versions = open_store(workplace, files.desired).load_versions()
    known = {one.id for one in kept}
    saves = tuple(one for one in versions if one.note.receipt_id not in known)
    if address is not None:
        kept = tuple(narrow_receipt(one, address) for one in kept if _names(one, address))
        saves = tuple(one for one in saves if str(address) in one.note.operation.split())
        if not kept and not saves:
            state = load_stored(open_store(workplace, files.desired)) or State(lineage="")
            refuse_unknown(address, {*files.desired.resources, *state.resources})
    serials = {one.note.receipt_id: one.serial for one in versions if one.note.receipt_id}
    log = Log(receipts=kept, saves=saves, serials=serials, diagnostics=told)
    return _add_records(workplace, files, log, address=address) if with_service else log


def _names(receipt: Receipt, address: Address) -> bool:
    return address in receipt.left_out or any(one.address == address for one in receipt.changes)


def _add_records(workplace: Workplace, files: Files, log: Log, *, address: Address | None) -> Log:
    endpoint = find_endpoint(workplace, files.desired)
    state = load_stored(open_store(workplace, files.desired))
    check_identity(endpoint, state)
    found: list[tuple[Address, ServiceRecord]] = []
    told: list[Diagnostic] = []
    with open_service(workplace, files.desired, endpoint, parallelism=None) as client:
        for one, (id_, name) in _find_pools(state, address).items():
            try:
                found += [(one, record) for record in fetch_records(client, id_, name=name)]
            except RemoteError as error:
                told.append(_report_unread(one, error))
    ordered = sorted(found, key=lambda row: row[1].time, reverse=True)
    return replace(log, records=tuple(ordered), diagnostics=(*log.diagnostics, *told))


def _find_pools(state: State | None, address: Address | None) -> dict[Address, tuple[str, str]]:
    """Return id and display name of the tracked pools; the service keeps no events of networks."""
    tracked = {} if state is None else state.resources
    return {
        one: (known.id, as_text(find_member(known.last_seen, "metadata", "labels", "os.modelarts/name")))
        for one, known in sorted(tracked.items())
        if one.kind == "pool" and address in {None, one}
    }


def _report_unread(address: Address, error: RemoteError) -> Diagnostic:
    return make_warning(
        "log.unread",
        "Events and orders could not be read",
        detail=" ".join(f"{one.summary}: {one.detail}" for one in error.diagnostics),
        address=str(address),
    )
