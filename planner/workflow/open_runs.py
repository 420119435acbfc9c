"""Runs that were begun and have no end: by the journals of this disk, and by what is kept with a shared state."""

from planner.core.diagnostics import Diagnostic, make_warning
from planner.core.lazy_dataclass import replace
from planner.engine.journal import OpenRun, load_open_runs
from planner.engine.pending import parse_pending
from planner.state.locks.holders import Holder, format_holder_line
from planner.state.stores.store import HeldLock, Store
from planner.workflow.workplace import Workplace


def find_open_runs(workplace: Workplace, store: Store, *, lock: HeldLock | None = None) -> tuple[OpenRun, ...]:
    """Return the runs to settle; ``lock`` is ours where it is held. Raises StateError.

    Of a shared state, only the run that it names is open. A journal of another one was settled by somebody else, and
    its records are older than the state: it is only closed.
    """
    here = load_open_runs(workplace.directory)
    if not store.is_remote:
        return here
    text = store.load_pending()
    shared = parse_pending(text, source=store.shown) if text else None
    name = _name(shared)
    runs = tuple(one if one.is_running or (name and _name(one) == name) else replace(one, records=()) for one in here)
    if shared is None or any(_name(one) == name for one in runs):
        return runs
    return (*runs, _doubt(shared, store, lock=lock))


def _doubt(run: OpenRun, store: Store, *, lock: HeldLock | None) -> OpenRun:
    """Return ``run``, with a warning where somebody may be at it: what is read then is as of now."""
    holder = store.find_holder() if lock is None else None
    if holder is None or store.is_dead(holder):
        return run
    return replace(run, diagnostics=(_report_elsewhere(holder),))


def _name(run: OpenRun | None) -> str:
    return run.started.run_id if run is not None and run.started is not None else ""


def _report_elsewhere(holder: Holder) -> Diagnostic:
    return make_warning(
        "settle.elsewhere",
        "An apply may be running elsewhere",
        detail=f"The lock is held: {format_holder_line(holder)}. What it has not finished is shown as it is now. Plan "
        "again when it has ended. If it died, its lease runs out by itself; a lock without a lease is broken with "
        "`poolctl force-unlock`.",
    )
