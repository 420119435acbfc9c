"""``nodes``: every node of the tracked pools, or of those that are named, with the jobs on it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, PoolctlError, has_errors, make_error
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import find_display_name, find_phase, find_workspace, make_tree
from planner.core.near_words import make_hint
from planner.core.node_sights import PoolSight, add_evidence, compare_looks, find_matching
from planner.core.snapshot import LiveResource
from planner.core.tracking import State
from planner.remote.client import Client
from planner.remote.listings import fetch_one
from planner.remote.reading import ReadingRequest, fetch_evidence, read_service
from planner.threads.parallel import map_in_threads
from planner.workflow.errors import ServiceError
from planner.workflow.gather import recall_state
from planner.workflow.service import check_identity, find_endpoint, open_service
from planner.workflow.stored import load_stored
from planner.workflow.workplace import Workplace, load_desired_or_nothing, open_store

_MOST_NAMED: Final = 20
_GONE: Final = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesRequest:
    """Which pools: an address, an id, a display name or a glob; empty for the tracked ones, or all without any."""

    pattern: str = ""
    parallelism: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look found, at ``moment`` (RFC 3339, UTC); ``fault`` says why a later look could not be made."""

    moment: str
    pools: tuple[PoolSight, ...]
    fault: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    workplace: Workplace
    client: Client
    state: State
    pattern: str


def find_nodes(workplace: Workplace, request: NodesRequest) -> Look:
    """Return one look at the nodes; nothing is locked or written. Raises PoolctlError."""
    with _open(workplace, request) as site:
        return _look(site)


def watch_nodes(workplace: Workplace, request: NodesRequest, *, interval: float) -> Iterator[Look]:
    """Yield a look every ``interval`` seconds, without end; each knows what the ones before it saw.

    The first look raises PoolctlError; a later one that fails has the pools of the one before, and its fault.
    """
    with _open(workplace, request) as site:
        last = _look(site)
        while True:
            yield last
            time.sleep(interval)
            last = _look_again(site, last)


@contextmanager
def _open(workplace: Workplace, request: NodesRequest) -> Iterator[_Site]:
    desired = load_desired_or_nothing(workplace)
    endpoint = find_endpoint(workplace, desired)
    store = open_store(workplace, desired)
    stored = load_stored(store)
    check_identity(endpoint, stored)
    state = recall_state(workplace, store, state=stored).state
    with open_service(workplace, desired, endpoint, parallelism=request.parallelism) as client:
        yield _Site(workplace=workplace, client=client, state=state, pattern=request.pattern)


def _look_again(site: _Site, last: Look) -> Look:
    try:
        found = _look(site)
    except PoolctlError as error:
        return replace(last, fault=error.diagnostics)
    return replace(found, pools=compare_looks(last.pools, found.pools, now=found.moment))


def _look(site: _Site) -> Look:
    chosen = _choose(site, _list_pools(site))
    found = map_in_threads(
        lambda pool: pool if pool.phase == _GONE else add_evidence(pool, fetch_evidence(site.client, pool.id)),
        chosen,
        parallelism=site.client.settings.parallelism,
    )
    return Look(moment=f"{site.workplace.clock():%Y-%m-%dT%H:%M:%SZ}", pools=tuple(found))


def _list_pools(site: _Site) -> tuple[PoolSight, ...]:
    """Return the pools of the project, tracked ones first, in the order of address and id. Raises ServiceError."""
    tracked = {one: row for one, row in site.state.resources.items() if one.kind == "pool"}
    workspaces = tuple(sorted({"", *(find_workspace(one.last_seen) for one in tracked.values())}))
    ids = {address: one.id for address, one in tracked.items()}
    reading = read_service(site.client, ReadingRequest(ids=ids, workspaces=workspaces, kinds=("pool",)))
    if has_errors(reading.diagnostics):
        raise ServiceError(*reading.diagnostics)
    live = sorted(reading.live.items(), key=lambda pair: pair[0])
    gone = (PoolSight(id=ids[one], name="", phase=_GONE, address=str(one)) for one in sorted(reading.missing))
    others = (_make_sight(one) for one in reading.others.get("pool", ()))
    return (*(_make_sight(one, address) for address, one in live), *gone, *others)


def _choose(site: _Site, pools: tuple[PoolSight, ...]) -> tuple[PoolSight, ...]:
    if not site.pattern:
        return tuple(one for one in pools if one.address) or pools
    found = find_matching(pools, site.pattern) or _fetch_named(site)
    if found:
        return found
    known = ", ".join(one.address or one.name or one.id for one in pools[:_MOST_NAMED]) or "none"
    detail = (
        f"{site.pattern!r} is no address, id or display name of a pool, and no glob that fits one."
        f"{make_hint(site.pattern, (name for one in pools for name in (one.address, one.name, one.id) if name))} "
        f"Pools that are there: {known}{', …' if len(pools) > _MOST_NAMED else ''}."
    )
    raise ServiceError(make_error("nodes.unknown-pool", "There is no such pool", detail=detail))


def _fetch_named(site: _Site) -> tuple[PoolSight, ...]:
    """Return the pool whose id the pattern is: a list need not show it (semantics 1)."""
    if not site.pattern.endswith(site.client.endpoint.project_id):
        return ()
    found = fetch_one(site.client, "pool", resource_id=site.pattern)
    return (_make_sight(found),) if isinstance(found, LiveResource) else ()


def _make_sight(live: LiveResource, address: Address | None = None) -> PoolSight:
    return PoolSight(
        id=live.id,
        name=find_display_name(make_tree(live)),
        phase=find_phase(live),
        address="" if address is None else str(address),
    )
