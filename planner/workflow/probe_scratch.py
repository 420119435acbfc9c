"""The scratch pool of a probe and its network: made under a name that nobody mistakes, and taken away again."""

import time
from typing import Final

from planner.core.api_names import NAME_LABEL
from planner.core.diagnostics import PoolctlError
from planner.core.events import Emit, Noticed
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import find_display_name, find_phase, make_tree
from planner.core.probe_experiments import SCOPE
from planner.core.probe_values import JSON, ProbeAnswer, Verdict
from planner.core.snapshot import LiveResource
from planner.core.trees import Tree
from planner.remote.bodies import parse_resource
from planner.remote.client import Answer, Client
from planner.remote.errors import NotFound, RemoteError
from planner.remote.listings import Missing, fetch_listing, fetch_one
from planner.remote.paths import build_collection_path, build_resource_path
from planner.workflow.probe_bench import make_probe_error

_CIDR: Final = "192.168.0.0/16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """The display name that pool and network share, and how to reach the service."""

    client: Client
    name: str
    emit: Emit

    def tell(self, text: str) -> None:
        """Emit one line of progress."""
        self.emit(Noticed(text=f"probe: {text}"))

    def find_id(self) -> str:
        """Return the id that the service gives to the name (C3)."""
        return f"{self.name}-{self.client.endpoint.project_id}"


def make_network(scratch: Scratch) -> str:
    """Make the network, wait until it is active, and return its id. Raises ProbeError and RemoteError."""
    scratch.tell(f"making the network {scratch.name}")
    body: Tree = {"apiVersion": "v1", "kind": "Network"}
    body |= {"metadata": {"labels": {NAME_LABEL: scratch.name}}, "spec": {"cidr": _CIDR}}
    made = parse_resource(_post(scratch, "network", body).body)
    deadline = time.monotonic() + scratch.client.settings.wait_timeout
    while True:
        found = fetch_one(scratch.client, "network", resource_id=made.id)
        if isinstance(found, LiveResource) and find_phase(found) == "Active":
            return made.id
        if isinstance(found, Missing) or find_phase(found) == "Abnormal" or time.monotonic() > deadline:
            raise make_probe_error(f"The scratch network {made.id} does not become active.")
        time.sleep(scratch.client.poll_interval)


def make_pool(scratch: Scratch, *, network_id: str, flavor: str) -> tuple[LiveResource, tuple[ProbeAnswer, ...]]:
    """Ask for the pool of one node, and return the answer and what it says. Raises RemoteError."""
    scratch.tell(f"making the pool {scratch.name} with 1 node of {flavor}")
    body: Tree = {"apiVersion": "v2", "kind": "Pool", "metadata": {"labels": {NAME_LABEL: scratch.name}}}
    body["spec"] = {
        "type": "Dedicate",
        "scope": [SCOPE],
        "network": {"name": network_id},
        "resources": [{"flavor": flavor, "count": 1}],
    }
    made = parse_resource(_post(scratch, "pool", body).body)
    answers = (
        _answer("C3", "the id is the name and the project", is_held=made.id == scratch.find_id()),
        _answer("C4", "a create answers before there is a phase", is_held=not find_phase(made)),
    )
    return made, answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What came of the cleaning up: what may be ``left``, and whether a Ctrl-C ended it."""

    left: tuple[str, ...] = ()
    is_deleted: bool = False
    is_interrupted: bool = False


def clear_scratch(scratch: Scratch) -> Cleared:
    """Delete pool and network, wait until they are gone, and tell what could not be deleted. Raises nothing."""
    pool = _clear_safely(scratch, "pool")
    if pool.is_interrupted:
        network = f"network {scratch.name}"
        scratch.tell(f"the {network} was not cleaned up: delete it in the console")
        return replace(pool, left=(*pool.left, network))
    network_cleared = _clear_safely(scratch, "network")
    return replace(network_cleared, left=(*pool.left, *network_cleared.left), is_deleted=pool.is_deleted)


def _clear_safely(scratch: Scratch, kind: str) -> Cleared:
    try:
        return Cleared(is_deleted=_clear_one(scratch, kind))
    except (PoolctlError, KeyboardInterrupt) as error:
        left = f"{kind} {scratch.name}"
        scratch.tell(f"the {left} could not be cleaned up: delete it in the console")
        return Cleared(left=(left,), is_interrupted=isinstance(error, KeyboardInterrupt))


def make_deletion_answer() -> ProbeAnswer:
    """Return what a deletion that was waited for to its 404 proves."""
    return _answer("X1", "a deleted pool answers until it is gone, then 404", is_held=True)


def _clear_one(scratch: Scratch, kind: str) -> bool:
    """Delete what has the name, and tell whether there was something. Raises RemoteError where it stays."""
    ids = _find_ids(scratch, kind)
    for one in ids:
        scratch.tell(f"deleting the {kind} {scratch.name}")
        _delete(scratch.client, kind, resource_id=one)
        _await_gone(scratch.client, kind, resource_id=one)
    return bool(ids)


def _find_ids(scratch: Scratch, kind: str) -> list[str]:
    """Return the ids to delete: the usual one, where it answers, and whatever is listed with the name."""
    listed = fetch_listing(scratch.client, kind, workspaces=("",))
    ids = {one.id for one in listed if find_display_name(make_tree(one)) == scratch.name}
    usual = fetch_one(scratch.client, kind, resource_id=scratch.find_id())
    return sorted(ids | ({usual.id} if isinstance(usual, LiveResource) else set()))


def _delete(client: Client, kind: str, *, resource_id: str) -> None:
    path = build_resource_path(kind, resource_id, project_id=client.endpoint.project_id)
    number = 0
    while True:
        number += 1
        try:
            client.send("DELETE", path)
        except NotFound:
            return
        except RemoteError as error:
            # Repeating is safe: the name is this probe's own.
            if not client.wait_to_repeat("DELETE", error, number=number, is_rebuilt=True):
                raise
        else:
            return


def _await_gone(client: Client, kind: str, *, resource_id: str) -> None:
    deadline = time.monotonic() + client.settings.wait_timeout
    while not isinstance(fetch_one(client, kind, resource_id=resource_id), Missing):
        if time.monotonic() > deadline:
            raise make_probe_error(f"The {kind} {resource_id} was deleted and is still there.")
        time.sleep(client.poll_interval)


def _post(scratch: Scratch, kind: str, body: Tree) -> Answer:
    path = build_collection_path(kind, project_id=scratch.client.endpoint.project_id)
    return scratch.client.request("POST", path, body=body, content_type=JSON)


def _answer(claim_id: str, text: str, *, is_held: bool) -> ProbeAnswer:
    verdict = Verdict.HOLDS if is_held else Verdict.FAILS
    return ProbeAnswer(id=claim_id, text=text, verdict=verdict, words="as it says" if is_held else "it is not so")
