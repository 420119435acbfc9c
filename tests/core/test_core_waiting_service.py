"""What the local service answers after an operation, poll by poll, ends as the operation's purpose says."""

import json

import pytest
from waiting_cases import read

from planner.core.addresses import Address
from planner.core.desired import DesiredResource
from planner.core.resource_changes import Making, make_creation, make_deletion, make_update
from planner.core.snapshot import LiveResource
from planner.core.targets import Subject, find_target
from planner.core.tracking import TrackedResource
from planner.core.waiting import Pending, Watch, find_progress
from planner.kinds.network import NETWORK_RULES
from planner.kinds.pool import POOL_RULES
from planner.simulator.documents import change_options, start_world
from planner.simulator.requests import Request
from planner.simulator.seeding import PROJECT_ID, make_network, make_pool
from planner.simulator.world import respond

CPU = "modelarts.vm.cpu.4ud"
CPU8 = "modelarts.vm.cpu.8ud"
GPU = "modelarts.vm.gpu.v100"
RULES = {"pool": POOL_RULES, "network": NETWORK_RULES}
MOST_POLLS = 12


def send(world, method, path, body=None, content_type="application/json"):
    headers = {"content-type": content_type}
    content = b"" if body is None else json.dumps(body).encode()
    world, response = respond(world, Request(method=method, path=path, query={}, headers=headers, body=content))
    return world, response.status, json.loads(response.body)


def look(world, path):
    world, status, body = send(world, "GET", path)
    if status == 404:
        return world, None
    metadata = body["metadata"]
    return world, LiveResource(id=metadata["name"], metadata=metadata, spec=body["spec"], status=body["status"])


def follow(world, change, operations=None):
    """Send operations of ``change``, all unless told, and poll each to its end; return the last one's polls as texts."""
    texts = []
    for operation in operations or change.operations:
        world, status, body = send(world, operation.method, operation.path, operation.body, operation.content_type)
        assert status == 200, body
        world, texts = poll(world, Watch(change=change, operation=operation, rules=RULES[change.kind]))
    return texts


def poll(world, watch):
    is_creation = watch.operation.method == "POST"
    name = watch.change.after["metadata"]["labels"]["os.modelarts/name"] if is_creation else ""
    path = f"{watch.operation.path}/{name}-{PROJECT_ID}" if is_creation else watch.operation.path
    previous, texts = None, []
    for _ in range(MOST_POLLS):
        world, live = look(world, path)
        progress = find_progress(watch, live, previous=previous)
        texts.append(read(progress))
        if not isinstance(progress, Pending):
            break
        previous = live
    return world, texts


def make_making(kind):
    return Making(rules=RULES[kind], project_id=PROJECT_ID, find_source=lambda _label: None)


def create(kind="pool", name="train", **spec):
    desired = DesiredResource(
        address=Address(kind=kind, name="a"),
        tree={"metadata": {"labels": {"os.modelarts/name": name}, "annotations": {}}, "spec": spec},
    )
    return make_creation(desired, desired.tree, making=make_making(kind))


def create_pool(*entries, **spec):
    network = {"name": f"net-{PROJECT_ID}"}
    return create(type="Dedicate", network=network, resources=list(entries), **spec)


def update(world, path, **spec):
    """Return the change that gives the pool at ``path`` these members."""
    live = look(world, path)[1]
    tree = {"spec": spec}
    wanted = DesiredResource(address=Address(kind="pool", name="a"), tree=tree)
    subject = Subject(
        desired=wanted,
        tree=tree,
        tracked=TrackedResource(id=live.id, last_applied={}, last_seen={}),
        live=live,
        evidence=None,
        revert_drift=False,
        find_source=lambda _label: None,
    )
    return make_update(wanted, live, find_target(subject, POOL_RULES), making=make_making("pool"))


def start(**options):
    return make_network(start_world(**options), name="net")[0]


@pytest.mark.parametrize(
    ("change", "options", "expected"),
    [
        pytest.param(create_pool({"flavor": CPU, "count": 3}, scope=["Train"]), {}, "reached", id="all nodes come"),
        pytest.param(
            create_pool({"flavor": CPU, "count": 3}), {"fill_node_pool": False}, "reached", id="no node pool is told"
        ),
        pytest.param(
            create_pool({"flavor": CPU, "count": 3}, {"flavor": CPU8, "count": 1}),
            {"sold_out": (CPU8,)},
            "broken: apply.partial",
            id="one flavor is sold out",
        ),
        pytest.param(
            create_pool({"flavor": CPU, "count": 3}, {"flavor": CPU8, "count": 1}),
            {"sold_out": (CPU8,), "scaling_failure_lowers_count": True},
            "broken: apply.partial",
            id="one flavor is sold out and its entry goes",
        ),
        pytest.param(
            create_pool({"flavor": CPU, "count": 3}),
            {"sold_out": (CPU,)},
            "broken: apply.failed-phase",
            id="everything is sold out",
        ),
        pytest.param(
            create_pool({"flavor": CPU, "count": 1}, scope=["Train"]),
            {"failing_scopes": ("Train",)},
            "broken: apply.scope-failed",
            id="a job type fails",
        ),
        pytest.param(
            create(type="Logical", resources=[{"flavor": CPU, "count": 1, "maxCount": 1}]),
            {"approve_logical": False},
            "reached apply.approval",
            id="a logical pool waits for approval",
        ),
        pytest.param(create("network", cidr="192.168.0.0/16"), {}, "reached", id="a network"),
    ],
)
def test_a_creation_ends(change, options, expected):
    assert follow(start(**options), change)[-1] == expected


POOL = f"/v2/{PROJECT_ID}/pools/training-{PROJECT_ID}"


@pytest.mark.parametrize(
    ("spec", "options", "expected"),
    [
        pytest.param({"resources": [{"flavor": CPU, "count": 4}]}, {"steps_per_node": 3}, "reached", id="growth"),
        pytest.param({"resources": [{"flavor": CPU8, "count": 1}]}, {}, "reached", id="a new entry"),
        pytest.param(
            {"resources": [{"flavor": CPU, "nodePool": "big", "count": 1}]}, {}, "reached", id="a new node pool"
        ),
        pytest.param(
            {"resources": [{"flavor": CPU, "count": 4}]},
            {"sold_out": (CPU,)},
            "broken: apply.partial",
            id="growth of a flavor that is sold out",
        ),
        pytest.param(
            {"resources": [{"flavor": CPU, "count": 4}]},
            {"sold_out": (CPU,), "scaling_failure_lowers_count": True},
            "broken: apply.partial",
            id="growth that the service takes back",
        ),
        pytest.param({"scope": ["Infer"]}, {}, "reached", id="job types"),
        pytest.param(
            {"scope": ["Train", "Infer"]},
            {"failing_scopes": ("Infer",)},
            "broken: apply.scope-failed",
            id="a job type that fails",
        ),
        pytest.param({"driver": {"gpuVersion": "470"}}, {}, "reached", id="a driver"),
        pytest.param(
            {"resources": [{"flavor": CPU, "azs": [{"az": "eu-de-02", "count": 2}], "count": 2}]},
            {},
            "reached",
            id="nodes move to another zone",
        ),
    ],
)
def test_an_update_ends(spec, options, expected):
    world, _ = make_pool(start(), name="training", flavors={CPU: 2, GPU: 1})
    world = change_options(world, **options)
    change = update(world, POOL, **spec)
    patches = tuple(one for one in change.operations if one.nodes is None)
    assert follow(world, change, patches)[-1] == expected


def test_a_growth_tells_poll_by_poll_how_many_nodes_are_there():
    world, _ = make_pool(start(steps_per_node=3), name="training", flavors={CPU: 2})
    texts = follow(world, update(world, POOL, resources=[{"flavor": CPU, "count": 4}]))
    assert texts == [f"pending: 2 of 4 nodes of {CPU}", f"pending: 2 of 4 nodes of {CPU}", "reached"]


def test_the_driver_is_not_done_at_its_first_running():
    world, _ = make_pool(start(), name="training", flavors={GPU: 1})
    texts = follow(world, update(world, POOL, driver={"gpuVersion": "470"}))
    states = [text.rpartition("now ")[2] for text in texts]
    assert states == ["Running)", "Creating)", "Running)", "reached"]


def test_a_shrinkage_ends_when_the_nodes_are_gone():
    world, _ = make_pool(start(), name="training", flavors={CPU: 3})
    change = update(world, POOL, resources=[{"flavor": CPU, "count": 1}])
    assert follow(world, change, change.operations[-1:]) == ["reached"]


def test_a_deletion_ends_with_the_pool():
    world, _ = make_pool(start(), name="training", flavors={CPU: 3})
    live = look(world, POOL)[1]
    change = make_deletion(Address(kind="pool", name="a"), live, making=make_making("pool"), reason="")
    assert follow(world, change) == ["pending: gone (404)", "reached"]
