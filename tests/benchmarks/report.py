"""The document of the benchmarks: machine, targets, tables; no name of a host and no path."""

import itertools
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from peer import Peer
from processes import Cost
from suites import Sized
from tables import Table, Target, find_exponent, format_number, format_table, format_targets

HEAD = """\
# How fast it is

Written by `make bench`, from one run; nothing here is typed by hand. Each number is a median of a few runs of a real
process, started as a user starts it, from the wheel in an environment of its own. The service is the simulator, served on
a port of the same machine from a process of its own, so that its work counts in the seconds, too. What the parts are, and
why they are built so: [decision 36](decisions/0036-fast-by-shape.md).
"""
COMMAND = "make bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that one run of the benchmarks found."""

    start: Mapping[str, Cost]
    sized: Sequence[Sized]
    formats: Mapping[str, Cost]
    formats_size: int
    storage: Mapping[int, Mapping[str, float]]
    requests: Mapping[int, Mapping[str, float]]
    peer: Peer | None


def format_report(measured: Measured, *, version: str) -> str:
    """Return the document."""
    tables = [
        _tabulate_start(measured),
        _tabulate_plans(measured),
        *_tabulate_work(measured),
        _tabulate_growth(measured),
        *_tabulate_peer(measured),
        _tabulate_storage(measured),
        _tabulate_formats(measured),
        _tabulate_requests(measured),
    ]
    parts = [HEAD, _describe_machine(version), "## Targets", "", format_targets(find_targets(measured))]
    return "\n".join([*parts, *map(format_table, tables)]).rstrip() + "\n"


def find_targets(measured: Measured) -> list[Target]:
    """Return the targets that this run has numbers for."""
    start, by_size = measured.start, {one.size: one for one in measured.sized}
    targets = [
        Target(work=f"`{name}`", limit=limit, measured=start[name].seconds * 1000, unit="ms")
        for name, limit in _find_start_limits(measured.peer).items()
    ]
    targets += [
        Target(
            work=f"no-op plan, {size:,} {'pool' if size == 1 else 'pools'}",
            limit=limit,
            measured=by_size[size].unchanged[0].seconds,
            unit="s",
        )
        for size, limit in ((1, 0.35), (1_000, 0.6), (10_000, 5))
        if size in by_size
    ]
    if 1_000 in by_size:
        targets += _find_targets_of_thousand(by_size[1_000])
    if len(by_size) > 1:
        sizes = sorted(by_size)
        for what, values in _list_growing(measured.sized).items():
            if len(values) < 2:
                # A single size was applied: nothing grows.
                continue
            exponent = find_exponent(sizes[: len(values)], values)
            targets.append(Target(work=f"growth of {what}, exponent", limit=1.1, measured=exponent, unit=""))
    return targets


def _find_start_limits(peer: Peer | None) -> dict[str, float]:
    """Return the milliseconds that commands may take: those that print, one and a half times Terraform's own start."""
    limit = 50.0 if peer is None else 1.5 * peer.version.seconds * 1000
    printing = ("poolctl --help", "poolctl plan --help", "poolctl plan --ta<TAB>")
    return {**dict.fromkeys(printing, limit), "poolctl validate": 150.0}


def _find_targets_of_thousand(sized: Sized) -> list[Target]:
    plan = sized.unchanged[0]
    assert sized.floor is not None
    found = [
        Target(work="peak memory of a no-op plan, 1,000 pools", limit=120, measured=plan.megabytes, unit="MB"),
        Target(
            work="no-op plan over its floor, 1,000 pools",
            limit=3,
            measured=plan.seconds / sized.floor.seconds,
            unit="times",
        ),
    ]
    if 0 in sized.applied:
        work = "apply of 1,000 changed pools, `--parallelism 20`"
        found.append(Target(work=work, limit=10, measured=sized.applied[0].seconds, unit="s"))
    return found


def _list_growing(sized: Sequence[Sized]) -> dict[str, list[float]]:
    return {
        "seconds of a no-op plan": [one.unchanged[0].seconds for one in sized],
        "memory of a no-op plan": [one.unchanged[0].megabytes for one in sized],
        "seconds of an all-changed plan": [one.changed[0].seconds for one in sized],
        "seconds of an apply": [one.applied[0].seconds for one in sized if 0 in one.applied],
    }


def _describe_machine(version: str) -> str:
    facts = f"{os.cpu_count()} cores, {platform.system()} on {platform.machine()}, Python {platform.python_version()}"
    return f"Measured with poolctl {version} on {facts}.\n"


def _tabulate_start(measured: Measured) -> Table:
    rows = [(f"`{name}`", *_format_milliseconds(cost)) for name, cost in measured.start.items()]
    if measured.peer is not None:
        rows.append(("`terraform version`", *_format_milliseconds(measured.peer.version)))
    return Table(
        title="Start", command=COMMAND, head=("Command", "Time, ms", "Processor, ms", "Memory, MB"), rows=tuple(rows)
    )


def _tabulate_plans(measured: Measured) -> Table:
    rows = tuple(
        (
            f"{one.size:,}",
            *_compare_to_floor(one),
            format_number(one.unchanged[0].processor),
            *_format_latency(one.unchanged),
        )
        for one in measured.sized
    )
    return Table(
        title="A plan with nothing to do",
        command="poolctl plan",
        head=(
            "Pools",
            "Time, s",
            "Floor, s",
            "Over the floor",
            "Memory, MB",
            "Processor, s",
            "With 50 ms of latency, s",
        ),
        rows=rows,
        note="The floor is an interpreter that imports click and httpx, makes the same list calls and decodes the answers: "
        "`tests/benchmarks/floor.py`.",
    )


def _compare_to_floor(one: Sized) -> tuple[str, ...]:
    assert one.floor is not None
    plan = one.unchanged[0]
    numbers = (plan.seconds, one.floor.seconds, plan.seconds / one.floor.seconds, plan.megabytes)
    return tuple(map(format_number, numbers))


def _tabulate_work(measured: Measured) -> Iterator[Table]:
    yield Table(
        title="A plan that changes every pool",
        command="poolctl plan",
        head=("Pools", "Time, s", "Processor, s", "Memory, MB", "With 50 ms of latency, s"),
        rows=tuple(_format_work(one.size, one.changed) for one in measured.sized),
    )
    yield Table(
        title="An apply that changes every pool",
        command="poolctl apply --auto-approve --parallelism 20",
        head=("Pools", "Time, s", "Processor, s", "Memory, MB", "With 50 ms of latency, s"),
        rows=tuple(_format_work(one.size, one.applied) for one in measured.sized if one.applied),
        note="Each operation is in the journal, on the disk, before its request is sent.",
    )


def _format_work(size: int, costs: Mapping[float, Cost]) -> tuple[str, ...]:
    cost = costs[0]
    numbers = (cost.seconds, cost.processor, cost.megabytes)
    return (f"{size:,}", *map(format_number, numbers), *_format_latency(costs))


def _format_latency(costs: Mapping[float, Cost]) -> tuple[str]:
    return ("".join(format_number(cost.seconds) for latency, cost in costs.items() if latency),)


def _tabulate_growth(measured: Measured) -> Table:
    sizes = [one.size for one in measured.sized]
    rows = tuple(
        (what, *(f"{find_exponent(sizes[: end + 1], values[: end + 1]):.2f}" for end in range(1, len(values))))
        for what, values in _list_growing(measured.sized).items()
    )
    steps = tuple(f"{small:,} to {large:,}" for small, large in itertools.pairwise(sizes))
    return Table(
        title="Growth",
        command=COMMAND,
        head=("Exponent of", *steps),
        rows=tuple((*row, *[""] * (len(steps) + 1 - len(row))) for row in rows),
        note="1 is in proportion to the number of pools, 2 is its square.",
    )


def _tabulate_peer(measured: Measured) -> Iterator[Table]:
    peer = measured.peer
    if peer is None:
        return
    ours = {one.size: one for one in measured.sized}
    rows = []
    for size in peer.plans:
        pairs = ((ours[size].unchanged[0], peer.plans[size]), (ours[size].applied[0], peer.applies[size]))
        rows.append((f"{size:,}", *(format_number(cost.seconds) for pair in pairs for cost in pair)))
    yield Table(
        title="Beside Terraform",
        command="terraform plan; terraform apply -auto-approve -parallelism=20",
        head=(
            "Resources",
            "poolctl plan, s",
            "terraform plan, s",
            "poolctl apply (change), s",
            "terraform apply (create), s",
        ),
        rows=tuple(rows),
        note="Terraform has `terraform_data` here: its own built-in resource, without a provider and without any request. "
        "poolctl asks a service and changes what it has.",
    )


def _tabulate_storage(measured: Measured) -> Table:
    rows = tuple(
        (f"{size:,}", format_number(cost["record"]), format_number(cost["save"]))
        for size, cost in measured.storage.items()
    )
    return Table(
        title="Durability",
        command=COMMAND,
        head=("Pools in the state", "A record of the journal, on the disk, ms", "A save of the whole state, ms"),
        rows=rows,
        note="A record is written before and after each operation; its cost does not grow. The state is saved at most once "
        "a second.",
    )


def _tabulate_formats(measured: Measured) -> Table:
    rows = tuple((f"`{name}`", *_format_milliseconds(cost)) for name, cost in measured.formats.items())
    return Table(
        title=f"A saved plan of {measured.formats_size:,} changes, shown",
        command="poolctl show plan.json --format FORMAT",
        head=("Format", "Time, ms", "Processor, ms", "Memory, MB"),
        rows=rows,
    )


def _tabulate_requests(measured: Measured) -> Table:
    kinds = [*next(iter(measured.requests.values()))]
    return Table(
        title="The simulator itself",
        command=COMMAND,
        head=("Pools", *(f"{kind}, a second" for kind in kinds)),
        rows=tuple(
            (f"{size:,}", *(f"{rates[kind]:,.0f}" for kind in kinds)) for size, rates in measured.requests.items()
        ),
        note="Requests that `poolctl simulator serve` answers over 64 connections from two other processes.",
    )


def _format_milliseconds(cost: Cost) -> tuple[str, str, str]:
    return format_number(cost.seconds * 1000), format_number(cost.processor * 1000), format_number(cost.megabytes)
