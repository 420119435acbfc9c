"""The proof of an adoption: what would be written is loaded and planned, and has to come to imports alone."""

from collections.abc import Iterator, Mapping

from planner.config.adoption import Adoption, Surroundings, drop_blocks
from planner.config.errors import ConfigError
from planner.config.load import Loaded, load_configuration
from planner.core.addresses import Address, parse_address
from planner.core.changes import Basis, Change, PlanInputs
from planner.core.desired import DesiredState
from planner.core.diagnostics import Diagnostic, Severity
from planner.core.lazy_dataclass import dataclass
from planner.core.plan_request import PlanningRequest
from planner.core.planning import build_plan
from planner.core.snapshot import LiveResource, Snapshot
from planner.core.tracking import State
from planner.kinds.table import KINDS
from planner.remote.reading import Reading
from planner.workflow.adoption_saving import Layout, lay_out
from planner.workflow.workplace import Files, Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What an adoption rests on: files, state and service as they were read, and where it is to be written."""

    workplace: Workplace
    files: Files
    state: State
    reading: Reading
    surroundings: Surroundings
    layout: Layout


def prove_adoption(adoption: Adoption, grounds: Grounds) -> Adoption:
    """Return ``adoption`` less the blocks that a plan would refuse or change, each with its reason.

    Raises ConfigError where the files as a whole would not be valid beside it.
    """
    while adoption.blocks:
        refused = _find_refused(adoption, grounds)
        if not refused:
            break
        adoption = drop_blocks(adoption, refused, grounds.surroundings)
    return adoption


def _find_refused(adoption: Adoption, grounds: Grounds) -> dict[Address, str]:
    workplace = grounds.workplace
    edited = lay_out(grounds.layout, adoption)
    loaded = load_configuration(
        workplace.directory, workplace.environment, variables=workplace.variables, edited=edited
    )
    ours = frozenset(one.address for one in adoption.blocks)
    if loaded.desired is None:
        refused = dict(_find_accused(loaded.diagnostics, ours))
        if not refused:
            raise ConfigError(*loaded.diagnostics)
        return refused
    plan = build_plan(_make_request(adoption, grounds, loaded=loaded, desired=loaded.desired))
    changed = {one.address: _name_fields(one) for one in plan.changes if one.address in ours and one.fields}
    return changed | dict(_find_accused(plan.diagnostics, ours))


def _make_request(adoption: Adoption, grounds: Grounds, *, loaded: Loaded, desired: DesiredState) -> PlanningRequest:
    return PlanningRequest(
        desired=desired,
        state=grounds.state,
        snapshot=Snapshot(
            resources={**grounds.reading.live, **_find_adopted(adoption, grounds.reading)},
            missing=grounds.reading.missing,
        ),
        kinds=KINDS,
        inputs=PlanInputs(target=tuple(str(one.address) for one in adoption.blocks)),
        basis=Basis(lineage="", serial=0, config_digest="", service=None),
        now=grounds.workplace.clock(),
        find_source=loaded.sources.find,
    )


def _find_adopted(adoption: Adoption, reading: Reading) -> Mapping[Address, LiveResource]:
    listed = {(kind, one.id): one for kind, group in reading.others.items() for one in group}
    return {one.address: listed[one.address.kind, one.id] for one in adoption.blocks}


def _find_accused(diagnostics: tuple[Diagnostic, ...], ours: frozenset[Address]) -> Iterator[tuple[Address, str]]:
    for one in diagnostics:
        address = parse_address(one.address)
        if one.severity is Severity.ERROR and address in ours and address is not None:
            yield address, one.summary


def _name_fields(change: Change) -> str:
    return f"its block would change {', '.join(one.label for one in change.fields)}"
