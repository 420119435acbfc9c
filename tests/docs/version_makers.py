"""Diagnostics of the versions of a state, each made by poolctl's own code."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Final

from planner.core.addresses import Address
from planner.core.desired import DesiredState, GitBackend
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.tracking import State, TrackedResource
from planner.state.documents.state_document import format_state
from planner.state.stores.history import SavedVersion, SaveNote
from planner.workflow import state_migrate, state_places, state_push, state_rollback, state_versions, stored

_PLACE: Final = "pools.state.json"
_GIT: Final = "[backend.git] pools.state.json on poolctl-state of origin"
_LINEAGE: Final = "5f2b7c1e-8a0d-4c3b-9e6f-1d2a3b4c5d6e"
_NOTE: Final = SaveNote(operation="apply", who="ci@runner-7", when="2026-11-25T09:12:00Z")
_STORE: Final = SimpleNamespace(
    shown=_PLACE,
    has_history=True,
    is_remote=False,
    load_seen=tuple,
    load_versions=lambda: tuple(SavedVersion(lineage=_LINEAGE, serial=one, note=_NOTE) for one in (9, 8, 7)),
)


def make_version_makers(directory: SimpleNamespace) -> Mapping[str, Callable[[], Diagnostic]]:
    """Return one maker a code; ``directory`` is a workplace without journals."""
    return {
        "state.moved": lambda: stored.report_moved(State(lineage=_LINEAGE, moved_to=_GIT), place=_PLACE),
        "state.older": lambda: _find(stored.find_older(directory, _STORE, State(lineage=_LINEAGE, serial=4))),
        "state.left-behind": lambda: _leave_behind(directory),
        "state.no-version": lambda: state_versions.report_unkept(_STORE, 3),
        "state.none": lambda: state_versions.report_none(_PLACE),
        "state.other-lineage": lambda: state_versions.report_lineage(
            "What is pushed", found="0a1b2c3d-0000-4000-8000-000000000000", known=_LINEAGE
        ),
        "state.not-newer": lambda: _find(
            state_push._find_refusal(State(lineage=_LINEAGE, serial=9), State(lineage=_LINEAGE, serial=7), lowest=9)
        ),
        "state.bad-place": lambda: state_places._report_bad("git:ref", why="'ref' is not of the form key=value."),
        "state.same-place": lambda: state_migrate.report_same("[backend.local] pools.state.json"),
        "state.target-taken": lambda: state_migrate.report_taken(_GIT, State(lineage=_LINEAGE, serial=12)),
        "state.unverified": lambda: state_migrate.report_unverified(_GIT, "[backend.local] pools.state.json"),
        "state.rollback": lambda: state_rollback._report_gone(
            "pool.training", "training-86c13962597848eeb29c5861153a391f"
        ),
    }


def _leave_behind(directory: SimpleNamespace) -> Diagnostic:
    tracked = {Address(kind="pool", name="training"): TrackedResource(id="training-1", last_applied={}, last_seen={})}
    (directory.directory / _PLACE).write_text(
        format_state(State(lineage=_LINEAGE, serial=4, resources=tracked)), encoding="utf-8"
    )
    (found,) = stored.find_left_behind(directory, DesiredState(git=GitBackend()), State(lineage=""))
    return found


def _find(found: Diagnostic | None) -> Diagnostic:
    return found or make_error("test.nothing", "nothing was found")
