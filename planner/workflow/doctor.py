"""``doctor``: every check of the set-up, all of them made even where some fail."""

from collections.abc import Iterable

from planner.core.checkup import Check, make_doubt, make_ok
from planner.core.diagnostics import PoolctlError
from planner.core.live_trees import find_display_name, make_tree
from planner.core.probe_values import PROBE_PREFIX, ProbeRecord, Verdict
from planner.core.snapshot import LiveResource
from planner.remote.endpoint import Endpoint
from planner.workflow.doctor_disk import examine_disk, format_told
from planner.workflow.doctor_service import examine_service, skip_service
from planner.workflow.probe_record import find_asked, load_probe
from planner.workflow.workplace import Workplace


def examine(workplace: Workplace) -> tuple[Check, ...]:
    """Return every check of this machine and of the service; the service is sent reads alone.

    Nothing is written but a scratch object in the bucket of ``[backend.s3]``, which is deleted again.
    """
    disk = examine_disk(workplace)
    if disk.desired is None:
        return (*disk.checks, *skip_service(workplace), _check_probe(workplace, endpoint=None))
    remote = examine_service(workplace, disk.desired, state=disk.state)
    left_over = tuple(_find_left_over(remote.pools or ()))
    return (*disk.checks, *remote.checks, *left_over, _check_probe(workplace, endpoint=remote.endpoint))


def find_left_over(pools: Iterable[LiveResource]) -> tuple[str, ...]:
    """Return the ids of scratch pools or networks that an earlier probe left behind."""
    return tuple(one.id for one in pools if find_display_name(make_tree(one)).startswith(PROBE_PREFIX))


def _find_left_over(pools: Iterable[LiveResource]) -> Iterable[Check]:
    ids = find_left_over(pools)
    if ids:
        advice = (
            "Unless a probe is running, delete it in the console, with the network of the same name: it costs money."
        )
        yield make_doubt("left-over", f"A scratch pool of a probe is still there: {', '.join(ids)}.", advice=advice)


def _check_probe(workplace: Workplace, *, endpoint: Endpoint | None) -> Check:
    try:
        record = load_probe(workplace.directory)
    except PoolctlError as error:
        first = error.diagnostics[0]
        return make_doubt("probe", f"{first.summary}.", advice=format_told(first))
    if record is None:
        return make_ok("probe", "None is recorded.", advice="`poolctl doctor --probe` proves what is only inferred.")
    if endpoint is not None and find_asked(endpoint) != (record.endpoint, record.region, record.project):
        found = f"The one of {record.date} was of another service."
        return make_doubt("probe", found, advice="Run `poolctl doctor --probe` again for this one.")
    return _judge_probe(record)


def _judge_probe(record: ProbeRecord) -> Check:
    failing = [one.id for one in record.answers if one.verdict is Verdict.FAILS]
    unknown = sum(one.verdict is Verdict.UNKNOWN for one in record.answers)
    held = len(record.answers) - len(failing) - unknown
    found = f"{record.date}, poolctl {record.version}: {held} hold, {len(failing)} do not, {unknown} unknown."
    if record.left:
        advice = f"It could not clean up. Delete in the console: {', '.join(record.left)}."
        return make_doubt("probe", found, advice=advice)
    if failing:
        advice = f"The service differs from what poolctl assumes ({', '.join(failing)}): report .poolctl/probe.json."
        return make_doubt("probe", found, advice=advice)
    return make_ok("probe", found)
