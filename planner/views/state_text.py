"""The recorded state as text and for machines: the list, one resource, the overview."""

from collections.abc import Iterable
from typing import Final

from planner.core.addresses import Address
from planner.core.holds import format_moment
from planner.core.tracking import Hold, State, TrackedResource
from planner.core.trees import Tree, Value, as_text
from planner.views.escape import escape_text
from planner.views.spans import measure_text, pad_text
from planner.views.values import format_value, lay_out_value, quote_text
from planner.views.widths import fit_width

_INDENT: Final = 4


def format_state_list(addresses: Iterable[Address]) -> str:
    """Return one address a line, sorted; an empty text for an empty state."""
    return "".join(f"{escape_text(str(address))}\n" for address in sorted(addresses))


def format_tracked(address: Address, tracked: TrackedResource, *, width: int) -> str:
    """Return all that is recorded of one resource, as ``terraform state show`` prints it.

    ``last_applied`` and ``last_seen`` keep the API's names: that is what the state file holds.
    """
    members = _list_members(tracked)
    longest = max(map(len, members))
    lines = [f"# {escape_text(str(address))}:", f"{escape_text(address.kind)} {quote_text(address.name)} {{"]
    for name, value in members.items():
        start = f"{' ' * _INDENT}{pad_text(name, width=longest)} = "
        first, *rest = lay_out_value(value, indent=_INDENT, taken=measure_text(start), width=fit_width(width))
        lines += [start + first, *rest]
    return "".join(f"{line}\n" for line in (*lines, "}"))


def format_state(state: State) -> str:
    """Return the state's identity, its service, and one line a resource: address, phase, id, what is awaited."""
    service = state.service
    where = "none yet" if service is None else f"{service.endpoint}, {service.region}, project {service.project_id}"
    head = [
        f"lineage: {escape_text(state.lineage)}",
        f"serial:  {state.serial}",
        f"service: {escape_text(where)}",
        *([f"applied from: {escape_text(state.applied_from)}"] if state.applied_from else []),
        f"resources: {len(state.resources)}",
    ]
    return "".join(f"{line}\n" for line in (*head, *_list_resources(state)))


def build_state_list_json(state: State) -> dict[str, Value]:
    """Return ``state list -o json``: address, kind, id, phase and what is awaited, sorted by address."""
    rows: list[Value] = [
        {
            "address": str(address),
            "kind": address.kind,
            "id": tracked.id,
            "phase": as_text(tracked.last_seen.get("phase")),
            "waiting": tracked.waiting,
        }
        for address, tracked in sorted(state.resources.items(), key=lambda pair: pair[0])
    ]
    return {"format_version": "1.0", "lineage": state.lineage, "serial": state.serial, "resources": rows}


def _list_members(tracked: TrackedResource) -> Tree:
    members: Tree = {"id": tracked.id, "prevent_destroy": tracked.prevent_destroy}
    if tracked.waiting:
        members["waiting"] = tracked.waiting
    if tracked.holds:
        members["holds"] = [_format_hold(one) for one in tracked.holds]
    if tracked.created_entries:
        members["created_entries"] = [*tracked.created_entries]
    return members | {"last_applied": tracked.last_applied, "last_seen": tracked.last_seen}


def _format_hold(hold: Hold) -> str:
    why = f" ({hold.reason})" if hold.reason else ""
    return f"{hold.entry} at {hold.count} until {format_moment(hold.until)}, by {hold.who}{why}"


def _list_resources(state: State) -> list[str]:
    resources = sorted(state.resources.items(), key=lambda pair: pair[0])
    names = {address: escape_text(str(address)) for address, _ in resources}
    longest = max(map(measure_text, names.values()), default=0)
    return [f"  {pad_text(names[address], width=longest)}  {_describe(tracked)}" for address, tracked in resources]


def _describe(tracked: TrackedResource) -> str:
    phase = escape_text(as_text(tracked.last_seen.get("phase"))) or "unknown"
    waiting = f"  waiting for {escape_text(tracked.waiting)}" if tracked.waiting else ""
    return f"{phase}  {format_value(tracked.id)}{waiting}".rstrip()
