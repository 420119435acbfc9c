"""Whatever the bytes, the world answers: a status, a JSON body, and a world that can be saved and read back."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from planner.simulator import seeding
from planner.simulator.documents import parse_world, start_world
from planner.simulator.requests import Request, make_request
from planner.simulator.world import ROUTES, respond
from planner.simulator.world_text import WorldFormatter

CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"
POOL_ID = f"training-{seeding.PROJECT_ID}"
NETWORK_ID = f"main-{seeding.PROJECT_ID}"

NAMES = [
    "apiVersion", "kind", "metadata", "spec", "status", "labels", "annotations", "name", "type", "scope", "resources",
    "flavor", "count", "maxCount", "nodePool", "azs", "az", "driver", "gpuVersion", "npuVersion", "updateStrategy",
    "network", "parent", "cidr", "connection", "peerConnectionList", "sfsTurboConnectionList", "ipv6enable",
    "os.modelarts/name", "os.modelarts/workspace.id", "os.modelarts/description", "os.modelarts/billing.mode",
    "deleteNodeNames", "nodeNames", "actions", "jobFlavors", "masters", "userLogin", "controlMode", "clusters",
]  # fmt: skip
WORDS = [
    "v1", "v2", "Pool", "Network", "Dedicate", "Logical", "Train", "Infer", "training", "fresh", "main", CPU, GPU,
    POOL_ID, NETWORK_ID, "192.168.0.0/16", "eu-de-01", "force", "idle", "470", "delete", "os-node-created-00002", "",
]  # fmt: skip

scalars = st.none() | st.booleans() | st.integers(-3, 40) | st.floats() | st.sampled_from(WORDS) | st.text(max_size=5)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)
texts = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WORDS) | trees, max_size=3)
entries = st.fixed_dictionaries(
    {"flavor": st.sampled_from([CPU, GPU, "gold"]), "count": st.integers(-1, 5)},
    optional={
        "nodePool": trees,
        "maxCount": st.integers(0, 5),
        "azs": st.lists(
            st.fixed_dictionaries({"az": st.sampled_from(["a", "b"]), "count": st.integers(0, 4)}), max_size=3
        ),
    },
)
specs = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["Dedicate", "Logical"]) | trees,
        "scope": st.lists(st.sampled_from(["Train", "Infer"]), max_size=2) | trees,
        "resources": st.lists(entries, max_size=3) | trees,
        "driver": st.fixed_dictionaries(
            {},
            optional={
                "gpuVersion": st.sampled_from(["1", "2"]) | trees,
                "updateStrategy": st.sampled_from(["force", "idle"]),
            },
        )
        | trees,
        "network": st.fixed_dictionaries({"name": st.just(NETWORK_ID)}) | trees,
        "cidr": st.just("192.168.0.0/16") | trees,
        "connection": trees,
        "parent": st.sampled_from([POOL_ID, "x"]) | trees,
    },
)
bodies = st.binary(max_size=40) | trees.map(lambda tree: json.dumps(tree).encode()) | st.fixed_dictionaries(
    {"apiVersion": st.sampled_from(["v1", "v2"]), "kind": st.sampled_from(["Pool", "Network"])},
    optional={"metadata": st.fixed_dictionaries({}, optional={"labels": st.just({"os.modelarts/name": "fresh"}) | texts, "annotations": texts}), "spec": specs, "deleteNodeNames": st.lists(st.sampled_from(WORDS), max_size=2), "nodeNames": st.lists(st.sampled_from(WORDS), max_size=2), "actions": st.just(["delete"])},
).map(lambda tree: json.dumps(tree).encode())  # fmt: skip
paths = st.sampled_from(list(ROUTES)).flatmap(
    lambda route: st.lists(
        st.sampled_from([POOL_ID, NETWORK_ID, f"fresh-{seeding.PROJECT_ID}", "x"]), min_size=1, max_size=1
    ).map(lambda names: route.replace("{}", seeding.PROJECT_ID, 1).replace("{}", names[0]))
) | st.text(max_size=20)
queries = st.dictionaries(
    st.sampled_from(
        [
            "status",
            "limit",
            "offset",
            "continue",
            "labelSelector",
            "workspaceId",
            "type",
            "sort",
            "since",
            "parent",
            "resource",
            "name",
            "phase",
        ]
    ),
    st.sampled_from(["", "0", "1", "created", "Running", "create_time", "pools", POOL_ID]) | st.text(max_size=5),
    max_size=3,
)
requests = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT", ""]),
    path=paths,
    query=queries,
    headers=st.just({"content-type": "application/merge-patch+json"})
    | st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=1),
    body=bodies,
)


def _start(**options):
    world, _ = seeding.make_network(start_world(**options), name="main")
    world, pool_id = seeding.make_pool(world, name="training", flavors={CPU: 2, GPU: 2}, network=NETWORK_ID)
    names = seeding.list_node_names(world, pool_id)
    return seeding.make_workload(world, pool_id, nodes=names[:1])


STRICT = _start(fill_azs=True, sold_out=[GPU], page_size=1)
LENIENT = _start(
    unknown_members="ignore", unknown_flavors="accept", entry_rules=False, phase_rules=False, refuse_mixed_resize=False,
    refuse_removing_all=False, merge_patch_only=False, driver_without_accelerator="ignore", azs_must_sum=False,
    max_count_equals_count=False, batch_delete_lowers_count=False, scaling_failure_lowers_count=True, sold_out=[GPU],
)  # fmt: skip


def _play(world, sequence):
    for request in sequence:
        world, response = respond(world, request)
        yield response
    yield WorldFormatter().format(world)


@settings(max_examples=200, deadline=None)
@given(world=st.sampled_from([STRICT, LENIENT]), sequence=st.lists(requests, min_size=1, max_size=8))
def test_no_request_makes_the_world_raise(world, sequence):
    *responses, text = _play(world, sequence)
    assert all(one.status in {200, 400, 404, 405, 409, 415} for one in responses)
    assert all(isinstance(json.loads(one.body), dict) for one in responses)
    assert WorldFormatter().format(parse_world(text)) == text


@given(target=st.text(max_size=40))
def test_every_target_has_a_path_and_a_query(target):
    request = make_request("GET", target, headers={}, body=b"")
    assert isinstance(request.path, str)
    assert isinstance(request.query, dict)
