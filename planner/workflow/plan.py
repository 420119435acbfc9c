"""``plan``: read everything, build the plan, write nothing."""

from planner.core.changes import Plan, PlanInputs
from planner.core.diagnostics import Diagnostic, Severity
from planner.core.lazy_dataclass import dataclass
from planner.workflow.gather import prepare, recall_state
from planner.workflow.service import check_identity, find_endpoint, open_service
from planner.workflow.stored import find_older, load_stored
from planner.workflow.workplace import Workplace, load_files, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, and all that is to be said about it."""

    plan: Plan
    warnings: tuple[Diagnostic, ...]


def make_plan(workplace: Workplace, inputs: PlanInputs, *, parallelism: int | None = None) -> Planned:
    """Return the plan of the configuration; nothing is locked or written. Raises PoolctlError."""
    files = load_files(workplace)
    endpoint = find_endpoint(workplace, files.desired)
    store = open_store(workplace, files.desired)
    state = load_stored(store)
    check_identity(endpoint, state)
    recalled = recall_state(workplace, store, state=state)
    with open_service(workplace, files.desired, endpoint, parallelism=parallelism) as client:
        prepared = prepare(workplace, client, files, recalled=recalled, inputs=inputs)
    aged = find_older(workplace, store, state, severity=Severity.WARNING)
    warnings = (*prepared.warnings, *prepared.plan.diagnostics)
    return Planned(plan=prepared.plan, warnings=(aged, *warnings) if aged else warnings)
