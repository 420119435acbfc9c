"""A good body with one member of another type: the service refuses it or takes it, and never breaks."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from planner.simulator import seeding
from planner.simulator.documents import World, start_world
from planner.simulator.requests import Request
from planner.simulator.world import respond

CPU = "modelarts.vm.cpu.4ud"
NETWORK_ID = f"main-{seeding.PROJECT_ID}"
POOL_ID = f"training-{seeding.PROJECT_ID}"
ENTRY = {
    "flavor": CPU, "count": 2, "maxCount": 2, "nodePool": "np-a", "azs": [{"az": "eu-de-01", "count": 2}],
    "tags": [{"key": "a", "value": "b"}], "taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}],
    "labels": {"a": "b"}, "extendParams": {"runtime": "docker"}, "creatingStep": {"step": 1, "type": "rack"},
    "rootVolume": {"volumeType": "SSD", "size": "100Gi"}, "os": {"name": "x"}, "driver": {"version": "1"},
    "dataVolumes": [{"volumeType": "SSD", "size": "100Gi", "count": 1, "extendParams": {"volumeGroup": "default"}}],
}  # fmt: skip
METADATA = {
    "labels": {"os.modelarts/name": "fresh", "os.modelarts/workspace.id": "0", "os.modelarts/sharing": "shared"},
    "annotations": {"os.modelarts/description": "x", "os.modelarts/billing.mode": "0"},
}
SPEC = {
    "type": "Dedicate", "scope": ["Train"], "network": {"name": NETWORK_ID}, "resources": [ENTRY], "jobFlavors": ["x"],
    "driver": {"gpuVersion": "1", "updateStrategy": "idle"}, "masters": [{"az": "a"}], "parent": "",
    "containerNetwork": {"cidr": "10.0.0.0/16"}, "ipv6enable": False, "clusters": [{"providerId": "a"}],
}  # fmt: skip
PATCHED = {name: SPEC[name] for name in ("scope", "resources", "jobFlavors", "driver")}
NETWORK = {"cidr": "192.168.0.0/16", "ipv6enable": False, "connection": {"peerConnectionList": [{"peerVpcId": "a"}]}}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", f"/v2/{seeding.PROJECT_ID}/pools"): {
        "apiVersion": "v2",
        "kind": "Pool",
        "metadata": METADATA,
        "spec": SPEC,
    },
    ("PATCH", f"/v2/{seeding.PROJECT_ID}/pools/{POOL_ID}"): {"metadata": METADATA, "spec": PATCHED},
    ("POST", f"/v1/{seeding.PROJECT_ID}/networks"): {
        "apiVersion": "v1",
        "kind": "Network",
        "metadata": METADATA,
        "spec": NETWORK,
    },
    ("PATCH", f"/v1/{seeding.PROJECT_ID}/networks/{NETWORK_ID}"): {"metadata": METADATA, "spec": NETWORK},
}
ODD = [None, True, 1, 1.5, "x", [], {}, [[]], [{}], [None], {"x": []}]


def list_paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of ``value`` and of everything in it."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from list_paths(inner, (*path, name))


def put(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of ``body`` with ``value`` at ``path``."""
    if not path:
        return value
    changed = copy.deepcopy(body)
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return changed


@pytest.fixture(scope="module")
def world() -> World:
    there, _ = seeding.make_network(start_world(), name="main")
    there, _ = seeding.make_pool(there, name="training", flavors={CPU: 2}, network=NETWORK_ID)
    return there


@pytest.mark.parametrize(
    ("target", "path"),
    [
        pytest.param(target, path, id=f"{target[0]}-{target[1].split('/')[3]}-{'.'.join(map(str, path))}")
        for target, body in BODIES.items()
        for path in list_paths(body)
    ],
)
def test_an_odd_member_is_refused_or_taken(world: World, target: tuple[str, str], path: tuple[Any, ...]):
    method, place = target
    headers = {
        "x-auth-token": "any",
        "content-type": "application/merge-patch+json" if method == "PATCH" else "application/json",
    }
    bodies = [json.dumps(put(BODIES[target], path, value)).encode() for value in ODD]
    answers = [respond(world, Request(method=method, path=place, headers=headers, body=body)) for body in bodies]
    assert {answer.status for _, answer in answers} <= {200, 400, 409}
    assert [
        respond(after, Request(method="GET", path=place, headers=headers, body=b""), steps=9)[1].status
        for after, _ in answers
    ] == [200] * len(ODD)
