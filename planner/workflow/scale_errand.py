"""The edit and the hold that go with the apply of a ``scale``: made before its first request, undone if none came.

So files, state and service tell one truth whenever the run is cut off: the file asks for what was approved, and
the next plan shows what is left of it.
"""

import datetime as dt
from collections.abc import Callable, Iterable

from planner.config.documents import Document
from planner.config.text_edits import NumberEdit, edit_numbers
from planner.core.addresses import Address
from planner.core.changes import Failed, Plan, Skipped
from planner.core.diagnostics import Diagnostic, PoolctlError, make_error, make_warning
from planner.core.events import ChangeEnded
from planner.core.holds import name_entry, renew_holds
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import make_tree
from planner.core.pieces import is_deferred
from planner.core.scaling import ScaledEntry, ScaleTarget, find_change, find_planned, find_total
from planner.core.shell_words import quote_word
from planner.core.tracking import Hold, State
from planner.core.trees import Tree
from planner.kinds.table import KINDS
from planner.remote.errors import RemoteError
from planner.remote.gateway import Gateway
from planner.state.errors import StateError
from planner.workflow.desk import Desk, save_state
from planner.workflow.errors import PlanError
from planner.workflow.scale_files import replace_document
from planner.workflow.stored import load_stored
from planner.workflow.workplace import Files, Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """Counts to be made true: the ``files`` as they would be, and the file that they are written in as it is.

    ``find_edits`` returns the numbers to change for other targets.
    """

    address: Address
    files: Files
    original: Document
    scaled: tuple[ScaledEntry, ...]
    find_edits: Callable[[Iterable[ScaleTarget]], tuple[NumberEdit, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRequest:
    """Until when the counts are held, by whom, and why."""

    until: dt.datetime
    who: str
    reason: str


class ScaleErrand:
    """Writes the file and the hold before the first request; ``edits`` and ``holds`` say what stands at the end."""

    def __init__(self, workplace: Workplace, scaling: Scaling, *, hold: HoldRequest | None, up_to_idle: bool) -> None:
        """Begin with nothing written."""
        self._workplace = workplace
        self._scaling = scaling
        self._hold = hold
        self._up_to_idle = up_to_idle
        self._before: Tree = {}
        self._written: Document | None = None
        self._held: tuple[Hold, ...] | None = None
        self.edits: tuple[NumberEdit, ...] = ()
        self.holds: tuple[Hold, ...] = ()

    def check(self, stored: State | None) -> None:
        """Refuse a pool that was never applied: there is nothing to scale. Raises PlanError."""
        if stored is None or self._scaling.address not in stored.resources:
            raise PlanError(_report_untracked(self._scaling.address))

    def find_edits(self, plan: Plan) -> tuple[NumberEdit, ...]:
        """Return what is to be written: the counts that ``plan`` comes to. Raises PlanError where it leaves them be."""
        targets = [replace(one.target, count=self._find_count(plan, one)) for one in self._scaling.scaled]
        return tuple(one for one in self._scaling.find_edits(targets) if one.before != one.after)

    def begin(self, desk: Desk, plan: Plan) -> Desk:
        """Write the file, then the hold. Raises PoolctlError with both as they were."""
        edits = self.find_edits(plan)
        edited = edit_numbers(self._scaling.original, edits)
        change = find_change(plan, self._scaling.address)
        self._before = (change.before if change else None) or {}
        if edits and edited is not None:
            replace_document(self._workplace.directory, self._scaling.original, by=edited)
            self._written, self.edits = edited, edits
        try:
            return self._put_holds(desk, (change.after if change else None) or {})
        except StateError as error:
            error.diagnostics += self._restore_file()
            raise

    def give_up(self, desk: Desk) -> tuple[Diagnostic, ...]:
        """Take back file and hold, as far as nobody changed them since, and say so."""
        return self._take_back(desk)

    def end(self, desk: Desk, ended: tuple[ChangeEnded, ...]) -> tuple[Diagnostic, ...]:
        """Take back file and hold where nothing of the change came; otherwise say what is left to do."""
        outcome = next((one.outcome for one in ended if one.address == self._scaling.address), None)
        if not isinstance(outcome, Failed | Skipped) or is_deferred(outcome):
            # What a rollout leaves for later is never a count.
            return ()
        if self._has_come(desk):
            return (_report_unfinished(self._scaling.address, self._scaling.original.file),)
        if self.edits or self.holds:
            return self._take_back(desk)
        return ()

    def _find_count(self, plan: Plan, scaled: ScaledEntry) -> int:
        change = find_change(plan, self._scaling.address)
        planned = find_planned((change.after if change else None) or {}, scaled, rules=_RULES)
        asked = scaled.target.count
        if planned == asked or (self._up_to_idle and planned > asked):
            return planned
        raise PlanError(_report_kept(self._scaling.address, scaled.target, planned=planned))

    def _put_holds(self, desk: Desk, after: Tree) -> Desk:
        tracked = desk.state.resources.get(self._scaling.address)
        hold = self._hold
        if hold is None or tracked is None:
            return desk
        self.holds = tuple(
            Hold(
                entry=name_entry(one.key),
                count=find_total(after, one, rules=_RULES),
                until=hold.until,
                who=hold.who,
                reason=hold.reason,
            )
            for one in self._scaling.scaled
        )
        held = renew_holds(tracked.holds, self.holds, now=self._workplace.clock())
        self._held = tracked.holds
        resources = {**desk.state.resources, self._scaling.address: replace(tracked, holds=held)}
        return save_state(desk, resources)

    def _has_come(self, desk: Desk) -> bool:
        """Tell whether the service has another count than before; where nobody can look, it may have."""
        tracked = desk.state.resources[self._scaling.address]
        try:
            live = Gateway(desk.client).fetch(self._scaling.address.kind, tracked.id)
        except RemoteError:
            return True
        if live is None:
            return True
        tree = make_tree(live)
        pairs = ((find_planned(self._before, one, rules=_RULES), one) for one in self._scaling.scaled)
        return any(count != find_planned(tree, one, rules=_RULES) for count, one in pairs)

    def _take_back(self, desk: Desk) -> tuple[Diagnostic, ...]:
        told = (*self._restore_file(), *self._restore_holds(desk))
        self.edits, self.holds = (), ()
        return told

    def _restore_file(self) -> tuple[Diagnostic, ...]:
        if self._written is None:
            return ()
        written, self._written = self._written, None
        try:
            replace_document(self._workplace.directory, written, by=self._scaling.original)
        except PoolctlError as error:
            return (*error.diagnostics, _report_left_edit(self.edits))
        return (_report_taken_back(self._scaling.address, self._scaling.original.file),)

    def _restore_holds(self, desk: Desk) -> tuple[Diagnostic, ...]:
        if self._held is None:
            return ()
        try:
            # The run has saved the state since.
            state = load_stored(desk.store) or desk.state
            tracked = state.resources[self._scaling.address]
            resources = {**state.resources, self._scaling.address: replace(tracked, holds=self._held)}
            save_state(replace(desk, state=state), resources)
        except StateError as error:
            return error.diagnostics
        return ()


_RULES = KINDS["pool"]


def _report_untracked(address: Address) -> Diagnostic:
    return make_error(
        "scale.untracked",
        "There is nothing to scale yet",
        detail=f"{address} stands in the files and was never applied. Nothing was changed. Make it first: "
        f"poolctl apply --target {quote_word(address)}.",
        address=str(address),
    )


def _report_kept(address: Address, target: ScaleTarget, *, planned: int) -> Diagnostic:
    return make_error(
        "scale.kept",
        "The files leave this count to others",
        detail=f"With {target.name}={target.count} in the files the plan still comes to {planned}: "
        'lifecycle.ignore_changes or on_drift = "keep" leaves it as it is. Nothing was changed. Take that out of the '
        "files first.",
        address=str(address),
    )


def _report_taken_back(address: Address, file: str) -> Diagnostic:
    return make_warning(
        "scale.taken-back",
        "The file is as it was",
        detail=f"The service has the counts of before, so the edit of {file} was taken back.",
        address=str(address),
    )


def _report_left_edit(edits: Iterable[NumberEdit]) -> Diagnostic:
    lines = "; ".join(f"{one.file}:{one.line} {one.label} = {one.before}" for one in edits)
    return make_warning(
        "scale.left-edit",
        "The edit of the file could not be taken back",
        detail=f"The service has the counts of before. Write by hand: {lines}.",
    )


def _report_unfinished(address: Address, file: str) -> Diagnostic:
    return make_warning(
        "scale.unfinished",
        "The counts are not reached",
        detail=f"Something of the change may have come, so {file} keeps asking for the new counts. poolctl plan shows "
        f"what is left; poolctl apply --target {quote_word(address)} makes it.",
        address=str(address),
    )
