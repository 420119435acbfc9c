"""Names that a shell completes: from the files and from a state on this disk, never over a network.

A configuration that is being typed is seldom sound: what it names is found all the same. What cannot be read is
left out in silence, for a shell in the middle of a line has no place for messages.
"""

from collections.abc import Iterable, Mapping
from itertools import islice

from planner.config.load import Loaded, load_configuration
from planner.core.desired import DesiredState
from planner.core.diagnostics import PoolctlError
from planner.core.trees import as_list, as_text, as_tree
from planner.state.stores.store import Store
from planner.workflow.receipts import LATEST, load_receipts
from planner.workflow.workplace import Files, Workplace, open_store

_MOST_RECEIPTS = 50
_MOST_VERSIONS = 50


def list_declared(workplace: Workplace) -> tuple[str, ...]:
    """Return the addresses of all blocks in the files, sorted."""
    return _sort(_load(workplace).sources.files)


def list_recorded(workplace: Workplace) -> tuple[str, ...]:
    """Return the addresses that the state has, sorted; none where it is kept on another machine."""
    store = _open_near(workplace, _load(workplace))
    try:
        state = None if store is None else store.load()
    except PoolctlError:
        return ()
    return _sort(() if state is None else state.resources)


def list_known(workplace: Workplace) -> tuple[str, ...]:
    """Return all addresses of files and state, sorted."""
    return tuple(sorted({*list_declared(workplace), *list_recorded(workplace)}))


def list_flavors(workplace: Workplace, address: str) -> tuple[str, ...]:
    """Return the flavors that the files ask for at ``address``, in the order of its entries."""
    desired = _load(workplace).desired
    found = [one for one in (() if desired is None else desired.resources.values()) if str(one.address) == address]
    entries = (as_tree(entry) for one in found for entry in as_list(as_tree(one.tree["spec"]).get("resources", [])))
    return tuple(dict.fromkeys(filter(None, (as_text(entry.get("flavor", "")) for entry in entries))))


def list_receipts(workplace: Workplace) -> Mapping[str, str]:
    """Return the latest receipts by id, newest first, each with what it was; before them the word for the newest."""
    loaded = _load(workplace)
    store = _open_near(workplace, loaded)
    if store is None or loaded.desired is None:
        return {}
    try:
        receipts, _ = load_receipts(workplace, Files(loaded=loaded, desired=loaded.desired))
    except PoolctlError:
        return {}
    told = {one.id: f"{one.operation} by {one.who}" for one in islice(receipts, _MOST_RECEIPTS)}
    return {LATEST: "the newest receipt"} | told if told else {}


def list_versions(workplace: Workplace) -> Mapping[str, str]:
    """Return the serials of the versions of the state that are kept here, newest first, each with what saved it."""
    store = _open_near(workplace, _load(workplace))
    try:
        versions = () if store is None else store.load_versions()
    except PoolctlError:
        return {}
    return {str(one.serial): f"{one.note.operation} by {one.note.who}" for one in islice(versions, _MOST_VERSIONS)}


def find_lock_id(workplace: Workplace) -> str:
    """Return the id of the lock that is held; empty where none is, or where it is held on another machine."""
    store = _open_near(workplace, _load(workplace))
    try:
        holder = None if store is None else store.find_holder()
    except PoolctlError:
        return ""
    return "" if holder is None else holder.id


def _load(workplace: Workplace) -> Loaded:
    return load_configuration(workplace.directory, workplace.environment, variables=workplace.variables)


def _open_near(workplace: Workplace, loaded: Loaded) -> Store | None:
    """Return the store where it is on this disk: that of a faulty configuration is taken to be at the usual place."""
    try:
        store = open_store(workplace, loaded.desired or loaded.place or DesiredState())
    except PoolctlError:
        return None
    return None if store.is_remote else store


def _sort(addresses: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(map(str, addresses)))
