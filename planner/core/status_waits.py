"""What a status says of job types, drivers, connections and phases that an operation asked for."""

from collections.abc import Iterable, Iterator

from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass
from planner.core.node_waits import format_count
from planner.core.progress import (
    Broken,
    Pending,
    Progress,
    Reached,
    report_driver_failed,
    report_scope_failed,
)
from planner.core.trees import ABSENT, Tree, as_list, as_text, as_tree, find_member, is_same

_CONNECTION_STATES = (("peerConnectionStatus", "phase"), ("sfsTurboStatus", "status"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """A driver upgrade: the member of ``status.driver`` (``gpu``, ``npu``) and the wanted version."""

    accelerator: str
    version: str


def judge_scope(
    status: Tree, wanted: Iterable[str], *, removed: Iterable[str], previous: Tree | None, address: Address
) -> Iterator[Progress]:
    """Judge every job type: a wanted one is Enabled; a removed one may vanish or stay Disabled (contract 4.5).

    ``previous`` is the status of the running pool's read before, if there was one. A status that twice
    lists other types alone, or a removed one as Enabled still, does not follow the change (P12): it is
    not waited for.
    """
    rows = {as_text(row.get("scopeType")): row for row in map(as_tree, as_list(status.get("scope")))}
    states = {name: as_text(row.get("state")) for name, row in rows.items()}
    is_still = bool(states) and previous is not None and is_same(previous.get("scope", ABSENT), status["scope"])
    for name in wanted:
        if states.get(name) == "EnableFailed":
            message = as_text(rows[name].get("message"))
            yield Broken(diagnostics=(report_scope_failed(address, name, message=message),))
        elif states.get(name) != "Enabled" and not (is_still and name not in states):
            yield Pending(what=f"job type {name} enabled")
    for name in removed:
        state = states.get(name, "Disabled")
        if state != "Disabled" and not (is_still and state == "Enabled"):
            yield Pending(what=f"job type {name} disabled")


def judge_driver(upgrade: Upgrade, status: Tree, *, previous: Tree | None, address: Address) -> Progress:
    """Judge a driver: it runs, or is abnormal, when two reads in a row say so (contract 4.6)."""
    rows = [as_tree(find_member(one, "driver", upgrade.accelerator)) for one in (status, previous) if one is not None]
    states = [as_text(row.get("state")) for row in rows]
    if states == ["Abnormal"] * 2:
        diagnostic = report_driver_failed(address, upgrade.accelerator, version=upgrade.version)
        return Broken(diagnostics=(diagnostic,))
    if states == ["Running"] * 2 and all(row.get("version") == upgrade.version for row in rows):
        return Reached()
    now, version = states[0] or "not told", as_text(rows[0].get("version"))
    # Where jobs are waited for, the driver of before may run for long.
    is_other = now == "Running" and version not in {"", upgrade.version}
    kept = f" with {version}" if is_other else ""
    return Pending(what=f"{upgrade.accelerator} driver {upgrade.version} running (now {now}{kept})")


def judge_connections(status: Tree) -> Progress:
    """Judge a network's connections: all that the status lists are Active (contract 2.10)."""
    states = [
        as_text(as_tree(row).get(member))
        for name, member in _CONNECTION_STATES
        for row in as_list(find_member(status, "connectionStatus", name))
    ]
    active = states.count("Active")
    if active == len(states):
        return Reached()
    return Pending(what=f"{active} of {format_count(len(states), 'connection')} active")


def await_phase(wanted: str, phase: str) -> Pending:
    """Return that a phase is awaited; ``phase`` is the one there is, empty before the first."""
    return Pending(what=f"phase {wanted} (now {phase or 'none yet'})")
