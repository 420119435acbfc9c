"""``scale``: other counts in the text of a file, and the apply that makes them true, now (decision 25)."""

import datetime as dt
from collections.abc import Callable, Iterable

from planner.config.count_edits import find_count_edits
from planner.config.errors import ConfigError
from planner.config.load import load_configuration
from planner.config.text_edits import NumberEdit, edit_numbers
from planner.core.addresses import Address
from planner.core.changes import Plan
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.holds import renew_holds
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.rollouts import keep_apart
from planner.core.scaling import ScaleTarget
from planner.core.tracking import Hold
from planner.workflow.apply import Applied, ApplyRequest, apply
from planner.workflow.errors import PlanError
from planner.workflow.scale_errand import HoldRequest, ScaleErrand, Scaling
from planner.workflow.state_edits import edit_record
from planner.workflow.workplace import Files, Workplace, load_files

ApproveEdits = Callable[[Plan, tuple[NumberEdit, ...]], bool]
"""Shows a plan with the edits of the file, and asks for both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """How the apply ended, the numbers that the file has now in place of others, and the holds that were put on."""

    applied: Applied
    edits: tuple[NumberEdit, ...]
    holds: tuple[Hold, ...]


def read_scaling(workplace: Workplace, address: Address, targets: Iterable[ScaleTarget]) -> Scaling:
    """Return the files as they would be with the counts of ``targets``; nothing is written. Raises PoolctlError."""
    files = load_files(workplace)
    sources = files.loaded.sources
    variables = files.loaded.variables
    found = find_count_edits(sources, files.desired, address=address, targets=targets, variables=variables)
    if found.faults:
        raise PlanError(*found.faults)
    original = sources.documents[sources.files[address]]
    edits = tuple(one for one in found.edits if one.before != one.after)
    edited = edit_numbers(original, edits)
    if edited is None:
        raise PlanError(_report_unreadable(edits))
    loaded = load_configuration(
        workplace.directory,
        workplace.environment,
        variables=workplace.variables,
        edited={original.file: edited},
    )
    if loaded.desired is None:
        raise ConfigError(*loaded.diagnostics, _report_faulty(original.file))
    return Scaling(
        address=address,
        files=Files(loaded=loaded, desired=loaded.desired),
        original=original,
        scaled=found.scaled,
        find_edits=lambda wanted: find_count_edits(sources, files.desired, address=address, targets=wanted).edits,
    )


def make_hold(workplace: Workplace, *, seconds: float, reason: str) -> HoldRequest:
    """Return a hold of so many seconds from now, in whole seconds."""
    until = (workplace.clock() + dt.timedelta(seconds=seconds)).replace(microsecond=0)
    return HoldRequest(until=until, who=workplace.who, reason=reason)


def scale(
    workplace: Workplace, scaling: Scaling, request: ApplyRequest, *, hold: HoldRequest | None, approve: ApproveEdits
) -> Scaled:
    """Apply ``scaling`` and write it into its file; with ``hold`` others leave its counts alone.

    The counts wait for no rollout: who scales a pool wants them now. A driver that the files ask for, too, has its turn
    as ever. Raises PoolctlError where nothing was sent and nothing was written.
    """
    errand = ScaleErrand(workplace, scaling, hold=hold, up_to_idle=request.inputs.up_to_idle)
    inputs = replace(request.inputs, target=(str(scaling.address),))
    desired = scaling.files.desired
    files = replace(scaling.files, desired=replace(desired, rollouts=keep_apart(desired.rollouts)))
    request = replace(request, inputs=inputs, operation="scale", files=files, errand=errand)
    applied = apply(workplace, request, approve=lambda plan: approve(plan, errand.find_edits(plan)))
    return Scaled(applied=applied, edits=errand.edits, holds=errand.holds)


def release(workplace: Workplace, address: Address, *, lock_timeout: float) -> tuple[Hold, ...]:
    """Take all holds off ``address`` and return those that were not over. Raises PoolctlError."""
    before = edit_record(
        workplace,
        address,
        lambda tracked: replace(tracked, holds=()),
        operation=f"scale --release {address}",
        lock_timeout=lock_timeout,
    )
    return renew_holds(before.holds, (), now=workplace.clock())


def _report_unreadable(edits: tuple[NumberEdit, ...]) -> Diagnostic:
    lines = "; ".join(f"{one.file}:{one.line} {one.label} = {one.after}" for one in edits)
    return make_error(
        "scale.unreadable",
        "The count cannot be edited where it stands",
        detail="Its number could not be found in the text with certainty. Nothing was changed. Write by hand: "
        f"{lines}; then run poolctl apply.",
    )


def _report_faulty(file: str) -> Diagnostic:
    return make_error(
        "scale.faulty",
        "With these counts the files would be wrong",
        detail=f"The errors are those of {file} as it would be; it is as it was. Nothing was sent.",
    )
