"""What ``doctor`` checks on this machine: versions, files, the state with its journal, and the lock."""

import sys
from collections.abc import Iterator
from typing import Final

import planner
from planner.config.documents import NO_FILES
from planner.config.load import load_configuration
from planner.core.checkup import Check, make_doubt, make_ok, make_problem, make_skipped
from planner.core.desired import DesiredState
from planner.core.diagnostics import Diagnostic, PoolctlError, Severity
from planner.core.lazy_dataclass import dataclass
from planner.core.tracking import State
from planner.engine.journal import load_open_runs
from planner.state.locks.holders import format_holder_line
from planner.state.stores.store import Store
from planner.workflow.stored import find_older, report_moved
from planner.workflow.workplace import Workplace, find_store_warnings, open_store, probe_store

_OLDEST: Final = (3, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """What was found on this machine; ``desired`` is None where the files are wrong, ``state`` where there is none."""

    checks: tuple[Check, ...]
    desired: DesiredState | None
    state: State | None


def examine_disk(workplace: Workplace) -> Disk:
    """Check everything that needs no service; nothing is written but a scratch object in a bucket."""
    configuration, desired = _check_configuration(workplace)
    if desired is None:
        skipped = tuple(make_skipped(name, "The files have errors.") for name in ("state", "journal", "lock"))
        return Disk(checks=(check_version(), configuration, *skipped), desired=None, state=None)
    try:
        store = open_store(workplace, desired)
    except PoolctlError as error:
        lock = make_skipped("lock", "The state's place cannot be used.")
        checks = (check_version(), configuration, _report("state", error), _check_journal(workplace), lock)
        return Disk(checks=checks, desired=desired, state=None)
    stored, state = _check_state(workplace, store, doubts=find_store_warnings(workplace, desired))
    state_checks = (stored, *_check_proof(workplace, desired), _check_journal(workplace), _check_lock(store))
    return Disk(checks=(check_version(), configuration, *state_checks), desired=desired, state=state)


def check_version(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    """Return which Python and which poolctl this is."""
    found = f"poolctl {planner.__version__} on Python {'.'.join(map(str, version))}."
    if version < _OLDEST:
        return make_problem("version", found, advice="poolctl needs Python 3.11 or newer.")
    return make_ok("version", found)


def format_told(diagnostic: Diagnostic) -> str:
    """Return a diagnostic as one sentence after the other."""
    place = f" ({diagnostic.location.file} line {diagnostic.location.line})" if diagnostic.location else ""
    return f"{diagnostic.summary}{place}. {' '.join(diagnostic.detail.split())}".strip()


def _check_configuration(workplace: Workplace) -> tuple[Check, DesiredState | None]:
    try:
        loaded = load_configuration(workplace.directory, workplace.environment, variables=workplace.variables)
    except PoolctlError as error:
        return _report("configuration", error), None
    errors = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
    if [one.code for one in errors] == [NO_FILES]:
        advice = "Write a first one: poolctl init. Until then only the environment is looked at."
        return make_doubt("configuration", "There is no *.pools.toml here.", advice=advice), DesiredState()
    if loaded.desired is None:
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        advice = "Run `poolctl validate`: it shows each with its line."
        return make_problem("configuration", f"The files have {count}.", advice=advice), None
    found = f"The files are sound: {len(loaded.desired.resources)} resources."
    if loaded.diagnostics:
        return make_doubt("configuration", found, advice=format_told(loaded.diagnostics[0])), loaded.desired
    return make_ok("configuration", found), loaded.desired


def _check_state(workplace: Workplace, store: Store, *, doubts: tuple[Diagnostic, ...]) -> tuple[Check, State | None]:
    try:
        state = store.load()
        aged = find_older(workplace, store, state)
    except PoolctlError as error:
        return _report("state", error), None
    path = store.shown
    found = f"{path}: serial {state.serial}, {len(state.resources)} tracked." if state else f"{path} is not there yet."
    if state is not None and state.moved_to:
        return make_problem("state", found, advice=format_told(report_moved(state, place=path))), None
    if aged:
        return make_problem("state", found, advice=format_told(aged)), state
    if advice := store.find_obstacle():
        return make_problem("state", found, advice=advice), state
    if doubts:
        return make_doubt("state", found, advice=format_told(doubts[0])), state
    return make_ok("state", found), state


def _check_proof(workplace: Workplace, desired: DesiredState) -> Iterator[Check]:
    """Yield whether the store can hold a lock, where that has to be proved."""
    try:
        if probe_store(workplace, desired):
            yield make_ok("store", "It keeps the conditions of writes (tried on a scratch object).")
    except PoolctlError as error:
        first = error.diagnostics[0]
        if first.code == "state.unconditional":
            yield _report("store", error)
        else:
            advice = f"{format_told(first)} A plan works without it; an apply needs the right to write."
            yield make_doubt("store", "Whether it can hold a lock could not be tried.", advice=advice)


def _check_journal(workplace: Workplace) -> Check:
    try:
        runs = load_open_runs(workplace.directory)
    except PoolctlError as error:
        return _report("journal", error)
    running = [one for one in runs if one.is_running]
    if running:
        return make_doubt("journal", "An apply is running here now.", advice="Wait until it has ended.")
    if runs:
        found = "1 run was interrupted." if len(runs) == 1 else f"{len(runs)} runs were interrupted."
        advice = "Nothing to do by hand: the next plan or apply reads the service and settles it."
        return make_doubt("journal", found, advice=advice)
    return make_ok("journal", "No run is open.")


def _check_lock(store: Store) -> Check:
    try:
        holder = store.find_holder()
        is_dead = holder is not None and store.is_dead(holder)
    except PoolctlError as error:
        return _report("lock", error)
    if holder is None:
        return make_ok("lock", "Nobody holds it.")
    found = f"It is held: {format_holder_line(holder)}."
    if is_dead:
        advice = "Nothing to do: that process is gone, and the next apply takes the lock over."
        return make_doubt("lock", found, advice=advice)
    advice = f"Wait for it. If it surely runs no more, break the lock: poolctl force-unlock {holder.id}"
    return make_doubt("lock", found, advice=advice)


def _report(name: str, error: PoolctlError) -> Check:
    first = error.diagnostics[0]
    return make_problem(name, f"{first.summary}.", advice=" ".join(first.detail.split()))
