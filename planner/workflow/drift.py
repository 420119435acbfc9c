"""``drift``: what others changed since the last apply."""

from dataclasses import replace
from typing import Final

from planner.core.changes import DriftRow, PlanInputs
from planner.core.diagnostics import Diagnostic, PoolctlError
from planner.core.lazy_dataclass import dataclass
from planner.workflow.plan import make_plan
from planner.workflow.workplace import Workplace

_UNMATCHED: Final = "plan.unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """The drifted fields, how many more there are that nobody manages, and what there is to say besides."""

    rows: tuple[DriftRow, ...]
    hidden: int
    warnings: tuple[Diagnostic, ...]


def find_drift(
    workplace: Workplace, *, address: str = "", is_all: bool = False, parallelism: int | None = None
) -> Drifted:
    """Return what differs from what was last seen, with ``is_all`` unmanaged fields too. Raises PoolctlError.

    ``address`` (globs) narrows it down; empty for every tracked resource.
    """
    inputs = PlanInputs(target=(address,) if address else ())
    try:
        planned = make_plan(workplace, inputs, parallelism=parallelism)
    except PoolctlError as error:
        if all(one.code != _UNMATCHED for one in error.diagnostics):
            raise
        raise PoolctlError(*map(_name_argument, error.diagnostics)) from error
    rows = tuple(row for row in planned.plan.drift if is_all or row.is_managed)
    return Drifted(rows=rows, hidden=len(planned.plan.drift) - len(rows), warnings=planned.warnings)


def _name_argument(fault: Diagnostic) -> Diagnostic:
    """Return ``fault`` without the option that nobody typed: here the address is an argument."""
    if fault.code != _UNMATCHED:
        return fault
    return replace(fault, summary="There is no such address", detail=fault.detail.removeprefix("--target "))
