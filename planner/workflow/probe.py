"""``doctor --probe``: what the contract only infers, tried on a scratch pool that is taken away again, always."""

from collections.abc import Callable, Sequence
from typing import Final

import planner
from planner.core.diagnostics import PoolctlError
from planner.core.events import Noticed
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.probe_experiments import EARLY, EXPERIMENTS
from planner.core.probe_values import PROBE_PREFIX, ProbeAnswer, ProbeRecord, Scene, ScratchFlavor
from planner.remote.client import Client
from planner.remote.listings import fetch_listing
from planner.remote.scratch_flavors import fetch_scratch_flavors
from planner.workflow.doctor import find_left_over
from planner.workflow.probe_bench import Bench, make_probe_error, run_experiment, settle
from planner.workflow.probe_record import find_asked, save_probe
from planner.workflow.probe_scratch import Scratch, clear_scratch, make_deletion_answer, make_network, make_pool
from planner.workflow.service import find_endpoint, open_service
from planner.workflow.workplace import Workplace, load_desired_or_nothing

COMPLETE: Final = "complete"
_MOST_NODES: Final = 3
_ID_LENGTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePlan:
    """What a probe will make: shown before anything is. ``left_over`` names what earlier ones left behind."""

    service: str
    project_id: str
    name: str
    flavors: tuple[str, ...]
    most_nodes: int
    left_over: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What a probe found, and what stopped it, if anything did."""

    record: ProbeRecord
    error: PoolctlError | None = None


def probe(workplace: Workplace, *, approve: Callable[[ProbePlan], bool], flavor: str = "") -> Probed | None:
    """Make a scratch pool where ``approve`` says yes, try everything on it, and take it away; None for a no.

    State and journal are not touched. The record is written whatever happens, an interrupt too, which is raised
    again after the cleaning up. Raises PoolctlError where nothing was made.
    """
    desired = load_desired_or_nothing(workplace)
    endpoint = find_endpoint(workplace, desired)
    with open_service(workplace, desired, endpoint, parallelism=None) as client:
        plan = _plan(workplace, client, flavor=flavor)
        return _run(workplace, client, plan) if approve(plan) else None


def _plan(workplace: Workplace, client: Client, *, flavor: str) -> ProbePlan:
    flavors = _choose_flavors(fetch_scratch_flavors(client), flavor)
    left_over = find_left_over(
        one for kind in ("pool", "network") for one in fetch_listing(client, kind, workspaces=("",))
    )
    endpoint = client.endpoint
    return ProbePlan(
        service="the embedded simulator" if endpoint.kind == "simulator" else endpoint.base_url,
        project_id=endpoint.project_id,
        name=f"{PROBE_PREFIX}{workplace.make_id().replace('-', '')[:_ID_LENGTH]}",
        flavors=flavors,
        most_nodes=min(_MOST_NODES, len(flavors) + 1),
        left_over=left_over,
    )


def _choose_flavors(flavors: Sequence[ScratchFlavor], wanted: str) -> tuple[str, ...]:
    """Return the wanted or the smallest flavor, and the next one of its architecture where there is one."""
    first = next((one for one in flavors if wanted in ("", one.name)), None)
    if first is None:
        named = f"{wanted!r} is none of them" if wanted else "none is on sale"
        raise make_probe_error(
            f"A probe takes CPU flavors that are paid by the hour, and {named}. Nothing was made. "
            f"On sale: {', '.join(one.name for one in flavors) or 'nothing'}."
        )
    others = (one for one in flavors if one.architecture == first.architecture and one.name != first.name)
    return (first.name, *(one.name for one in list(others)[:1]))


def _run(workplace: Workplace, client: Client, plan: ProbePlan) -> Probed:
    scratch = Scratch(client=client, name=plan.name, emit=workplace.emit)
    answers: list[ProbeAnswer] = []
    error: PoolctlError | None = None
    ended = "interrupted"
    try:
        _try_all(scratch, plan, answers=answers)
        ended = COMPLETE
    except PoolctlError as one:
        error, ended = one, " ".join(f"{told.summary}: {told.detail}" for told in one.diagnostics)
    finally:
        record = _clean_up(workplace, scratch, _make_record(workplace, plan, client=client, answers=answers), ended)
    return Probed(record=record, error=error)


def _try_all(scratch: Scratch, plan: ProbePlan, *, answers: list[ProbeAnswer]) -> None:
    network_id = make_network(scratch)
    made, told = make_pool(scratch, network_id=network_id, flavor=plan.flavors[0])
    answers += told
    bench = Bench(
        client=scratch.client,
        emit=scratch.emit,
        pool_id=made.id,
        first=plan.flavors[0],
        second=plan.flavors[1] if len(plan.flavors) > 1 else "",
    )
    # At once: a look would give a fast service the time to finish.
    answers += run_experiment(bench, EARLY, before=Scene(live=made, nodes=(), first=bench.first))
    settle(bench)
    for experiment in EXPERIMENTS:
        answers += run_experiment(bench, experiment)


def _clean_up(workplace: Workplace, scratch: Scratch, record: ProbeRecord, ended: str) -> ProbeRecord:
    """Take away what was made, and write the record in any case. Raises KeyboardInterrupt after that."""
    cleared = clear_scratch(scratch)
    proven = (make_deletion_answer(),) if cleared.is_deleted else ()
    record = replace(
        record,
        answers=(*record.answers, *proven),
        left=cleared.left,
        ended=_mask(ended, scratch.client.endpoint.project_id),
    )
    path = save_probe(workplace.directory, record)
    workplace.emit(Noticed(text=f"probe: recorded in {path.name} below .poolctl"))
    if cleared.is_interrupted:
        raise KeyboardInterrupt
    return record


def _make_record(
    workplace: Workplace, plan: ProbePlan, *, client: Client, answers: Sequence[ProbeAnswer]
) -> ProbeRecord:
    kind, region, project = find_asked(client.endpoint)
    return ProbeRecord(
        date=f"{workplace.clock():%Y-%m-%dT%H:%M:%SZ}",
        version=planner.__version__,
        endpoint=kind,
        region=region,
        project=project,
        flavors=plan.flavors,
        answers=tuple(answers),
    )


def _mask(text: str, project_id: str) -> str:
    return text.replace(project_id, "PROJECT")
