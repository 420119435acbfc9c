"""The state as text: one JSON document that merges and reviews well."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from planner.core.addresses import Address, parse_address
from planner.core.diagnostics import Diagnostic
from planner.core.indexing import remember
from planner.core.tracking import Hold, ServiceIdentity, State, TrackedResource
from planner.state.documents.faults import check_document, make_fault
from planner.state.documents.formats import FORMAT_VERSION, MOMENT_FORMAT
from planner.state.documents.json_text import SourceText, format_json, parse_json
from planner.state.documents.state_shape import is_plain
from planner.state.errors import DocumentError

if TYPE_CHECKING:
    from planner.state.documents.models import ServiceDocument

_REMEDY = (
    "Go back to the newest version that is kept (`poolctl log` shows them, `poolctl state rollback SERIAL` brings one "
    "back), or restore a copy (from version control, or what `poolctl state pull` wrote); then run `poolctl plan`: it "
    "shows what differs from the service."
)


_NO_RESOURCES = '\n  "resources": {}'


def parse_state(text: str, *, source: str = "state") -> State:
    """Return the state that ``text`` holds; ``source`` names the file in diagnostics.

    Raises DocumentError, with every fault at once, for a text that is cut off, holds conflict
    markers, comes from a newer version, has other members or types, names a member twice, or
    tracks one object at two addresses.
    """
    origin = SourceText(text=text, source=source, what="state file", remedy=_REMEDY)
    document: dict[str, Any] = parse_json(origin)
    if not is_plain(document):
        _ask_models(document, origin)
    faults = tuple(_find_faults(document, origin))
    if faults:
        raise DocumentError(*faults)
    found = ((find_address(name), one) for name, one in document["resources"].items())
    service = document["service"]
    return State(
        lineage=document["lineage"],
        serial=document["serial"],
        service=None if service is None else ServiceIdentity(**service),
        applied_from=document["applied_from"],
        guards=document.get("guards", {}),
        moved_to=document.get("moved_to", ""),
        resources={address: parse_tracked(one) for address, one in found if address is not None},
    )


def format_state(state: State) -> str:
    """Return ``state`` as its document: names sorted, indent 2, one member a line, no clock.

    ``parse_state`` gives the same state back. Raises DocumentError for a number that JSON cannot hold.
    """
    document = {
        "format_version": FORMAT_VERSION,
        "lineage": state.lineage,
        "serial": state.serial,
        "service": format_service(state.service),
        "applied_from": state.applied_from,
        **({"guards": state.guards} if state.guards else {}),
        **({"moved_to": state.moved_to} if state.moved_to else {}),
        "resources": {},
    }
    text = format_json(_sort(document))
    if not state.resources:
        return text
    named = sorted(((str(address), one) for address, one in state.resources.items()), key=lambda pair: pair[0])
    members = ",\n".join(f"    {format_json(name).rstrip()}: {_format_member(one)}" for name, one in named)
    return text.replace(_NO_RESOURCES, f"{_NO_RESOURCES[:-1]}\n{members}\n  }}", 1)


@remember(16_384)
def _format_member(tracked: TrackedResource) -> str:
    """Return the text of one resource in a state: a run saves the state again and again, and few of them are new."""
    # A line break in JSON text is never part of a value.
    return format_json(_sort(format_tracked(tracked))).rstrip().replace("\n", "\n    ")


def parse_service(document: "ServiceDocument | None") -> ServiceIdentity | None:
    """Return the service that a document names, or None."""
    if document is None:
        return None
    return ServiceIdentity(endpoint=document.endpoint, region=document.region, project_id=document.project_id)


def format_service(service: ServiceIdentity | None) -> dict[str, str] | None:
    """Return ``service`` as the JSON object of a state and a plan, or None."""
    if service is None:
        return None
    return {"endpoint": service.endpoint, "region": service.region, "project_id": service.project_id}


def parse_tracked(document: Mapping[str, Any]) -> TrackedResource:
    """Return the tracked resource that a sound object of a state or a journal describes."""
    return TrackedResource(
        id=document["id"],
        last_applied=document["last_applied"],
        last_seen=document["last_seen"],
        prevent_destroy=document["prevent_destroy"],
        created_entries=tuple(document["created_entries"]),
        waiting=document["waiting"],
        holds=tuple(map(_parse_hold, document.get("holds", ()))),
    )


def format_tracked(tracked: TrackedResource) -> dict[str, Any]:
    """Return ``tracked`` as the JSON object that a state and a journal hold."""
    return {
        "id": tracked.id,
        "last_applied": tracked.last_applied,
        "last_seen": tracked.last_seen,
        "prevent_destroy": tracked.prevent_destroy,
        "created_entries": list(tracked.created_entries),
        "waiting": tracked.waiting,
        **({"holds": [_format_hold(one) for one in tracked.holds]} if tracked.holds else {}),
    }


def find_address(text: str) -> Address | None:
    """Return the address that ``text`` spells to the letter, or None."""
    address = parse_address(text)
    return address if address is not None and str(address) == text else None


def _ask_models(document: Any, origin: SourceText) -> None:
    """Raise DocumentError where the models find anything wrong."""
    from planner.state.documents.models import StateDocument

    check_document(origin, document, model=StateDocument)


def _parse_hold(document: dict[str, Any]) -> Hold:
    until = dt.datetime.strptime(document["until"], MOMENT_FORMAT).replace(tzinfo=dt.UTC)
    return Hold(**document | {"until": until})


def _format_hold(hold: Hold) -> dict[str, Any]:
    return {
        "entry": hold.entry,
        "count": hold.count,
        "until": hold.until.astimezone(dt.UTC).strftime(MOMENT_FORMAT),
        "who": hold.who,
        "reason": hold.reason,
    }


def _find_faults(document: dict[str, Any], origin: SourceText) -> Iterator[Diagnostic]:
    owners: dict[tuple[str, str], str] = {}
    for name, tracked in document["resources"].items():
        address = find_address(name)
        if address is None:
            words = "is no address such as pool.training"
            yield make_fault(origin, ("resources", name), words=words)
            continue
        owner = owners.setdefault((address.kind, tracked["id"]), name)
        if owner != name:
            words = (
                f"has the id {tracked['id']!r}, and so has {owner}: one object has one address. Take one of them out"
            )
            yield make_fault(origin, ("resources", name, "id"), words=words)


def _sort(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sort(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_sort(one) for one in value]
    return value
