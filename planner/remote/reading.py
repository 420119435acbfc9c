"""Reading of the service for a plan: one list call per kind and workspace, single reads for the rest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import TypeAlias, TypeVar

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.core.snapshot import Evidence, LiveResource, Unread
from planner.core.trees import Value
from planner.remote.bodies import parse_node, parse_workload
from planner.remote.client import Client
from planner.remote.errors import RemoteError, format_error
from planner.remote.listings import PAGE_SIZE, Missing, fetch_listing, fetch_one, iterate_by_cursor, iterate_by_offset
from planner.remote.outside_text import format_outside_text
from planner.remote.paths import KINDS, build_resource_path
from planner.threads.parallel import map_in_threads

T = TypeVar("T")
_Key: TypeAlias = tuple[str, str]
_Listed: TypeAlias = tuple[str, tuple[LiveResource, ...] | Diagnostic]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRequest:
    """What to read: the ids that are tracked or imported, and where to list.

    ``workspaces``: ids named in files or state; the empty one, like none at all, is the default
    workspace. ``kinds`` are listed even where no id of them is asked for.
    """

    ids: Mapping[Address, str] = field(default_factory=dict)
    workspaces: tuple[str, ...] = ()
    kinds: tuple[str, ...] = KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the service said; an address in neither ``live`` nor ``missing`` is unread, and has an error.

    ``others`` are listed resources that no address claims, by kind, in the order of their ids.
    """

    live: Mapping[Address, LiveResource]
    missing: frozenset[Address]
    others: Mapping[str, tuple[LiveResource, ...]]
    diagnostics: tuple[Diagnostic, ...]


def read_service(client: Client, request: ReadingRequest) -> Reading:
    """Return everything that ``request`` asks for, with every fault collected (semantics 1.1).

    Where a list cannot be read, the ids of its kind that no other list shows are not read either:
    they are unread by the one error of the list. Raises nothing of the service.
    """
    keys = {address: (address.kind, request.ids[address]) for address in sorted(request.ids)}
    listings = _fetch_listings(client, request)
    listed = {(kind, one.id): one for kind, found in listings if isinstance(found, tuple) for one in found}
    unlisted_kinds = {kind for kind, found in listings if isinstance(found, Diagnostic)}
    unseen = [one for one, key in keys.items() if key not in listed and key[0] not in unlisted_kinds]
    answers = dict(zip(unseen, _fetch_unseen(client, [keys[one] for one in unseen]), strict=True))
    faults = [found for _, found in listings if isinstance(found, Diagnostic)]
    faults += [_build_unread(one, answer) for one, answer in answers.items() if isinstance(answer, RemoteError)]
    return Reading(
        live={one: listed[key] for one, key in keys.items() if key in listed}
        | {one: answer for one, answer in answers.items() if isinstance(answer, LiveResource)},
        missing=frozenset(one for one, answer in answers.items() if isinstance(answer, Missing)),
        others=_find_others(listed, claimed=set(keys.values())),
        diagnostics=tuple(faults),
    )


def fetch_evidence(client: Client, pool_id: str) -> Evidence | Unread:
    """Return the nodes and workloads of a pool, or the words that say why they could not be read."""
    try:
        path = build_resource_path("pool", pool_id, project_id=client.endpoint.project_id)
        items = iterate_by_cursor(client, f"{path}/nodes", query={"limit": PAGE_SIZE})
        nodes = {one.name: one for one in _parse_items(items, parse_node)}
        workloads = tuple(_parse_items(iterate_by_offset(client, f"{path}/workloads"), parse_workload))
    except RemoteError as error:
        return Unread(why=format_error(error))
    return Evidence(nodes=tuple(nodes[one] for one in sorted(nodes)), workloads=workloads)


def _fetch_listings(client: Client, request: ReadingRequest) -> list[_Listed]:
    kinds = sorted({*request.kinds, *(address.kind for address in request.ids)})
    wanted = [(kind, one) for kind in kinds for one in dict.fromkeys(request.workspaces or ("",))]

    def fetch(key: _Key) -> _Listed:
        kind, workspace = key
        try:
            return kind, fetch_listing(client, kind, workspaces=(workspace,))
        except RemoteError as error:
            return kind, _build_unlisted(kind, workspace, error=error)

    return map_in_threads(fetch, wanted, parallelism=client.settings.parallelism)


def _fetch_unseen(client: Client, keys: list[_Key]) -> list[LiveResource | Missing | RemoteError]:
    def fetch(key: _Key) -> LiveResource | Missing | RemoteError:
        kind, resource_id = key
        try:
            return fetch_one(client, kind, resource_id=resource_id)
        except RemoteError as error:
            return error

    return map_in_threads(fetch, keys, parallelism=client.settings.parallelism)


def _find_others(listed: Mapping[_Key, LiveResource], *, claimed: set[_Key]) -> dict[str, tuple[LiveResource, ...]]:
    kinds = sorted({kind for kind, _ in listed})
    free = sorted(key for key in listed if key not in claimed)
    return {kind: tuple(listed[key] for key in free if key[0] == kind) for kind in kinds}


def _parse_items(items: Iterator[Value], parse: Callable[[Value, str], T]) -> Iterator[T]:
    return (parse(value, f"items[{index}]") for index, value in enumerate(items))


def _build_unlisted(kind: str, workspace: str, *, error: RemoteError) -> Diagnostic:
    where = f" of workspace {format_outside_text(workspace)}" if workspace else ""
    return make_error(
        "remote.unread",
        f"The {kind}s of the project could not be listed",
        detail=f"The list{where}: {format_error(error)} Nothing is planned on what was not read.",
    )


def _build_unread(address: Address, error: RemoteError) -> Diagnostic:
    return make_error(
        "remote.unread",
        "A resource could not be read",
        detail=f"{format_error(error)} It does not count as missing: nothing is planned on what was not read.",
        address=str(address),
    )
