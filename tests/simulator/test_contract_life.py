"""Assertions C, L, X, S, O and N of the contract: how pools and networks come, are listed, change state and go."""

import pytest
from contract_cases import CPU, DONE, GPU, PROJECT, REFUSED, find_verdict, make_body

from planner.simulator import seeding

NETWORK = f"networks/main-{PROJECT}"
STATES = {"Enabling", "Enabled", "EnableFailed", "Disabling", "Disabled"}


@pytest.fixture
def ready(service):
    service.seed_networks("main")
    return service


def test_C1_a_taken_display_name_is_a_conflict(ready):
    ready.create(make_body("fresh"))
    assert find_verdict(ready.create(make_body("fresh"))) == (409, "ModelArts.50015000")


@pytest.mark.parametrize(
    ("options", "text"),
    [({}, "Bad request. spec.network is required"), ({"error_details": False}, "Bad request")],
    ids=["as seen", "as documented"],
)
def test_C2_a_physical_pool_without_a_network_is_refused(make_service, options, text):
    answer = make_service(**options).create(make_body(network=""))
    assert (find_verdict(answer), answer.json["error_msg"]) == (REFUSED, text)


def test_C3_the_id_is_the_display_name_and_the_project(ready):
    assert ready.create(make_body("fresh")).json["metadata"]["name"] == f"fresh-{PROJECT}"


def test_C4_the_answer_to_create_has_no_phase_yet(ready):
    assert ready.create(make_body()).json["status"] == {"resources": {}}


@pytest.mark.parametrize(
    ("network", "spec"), [("main", {}), ("", {"masters": [{"az": "eu-de-01"}]})], ids=["network", "masters"]
)
def test_C5_network_and_masters_of_a_logical_pool_are_refused(ready, network, spec):
    assert find_verdict(ready.create(make_body(network=network, type="Logical", **spec))) == REFUSED


@pytest.mark.parametrize(
    ("query", "phases"),
    [
        ("created", {"Running", "Abnormal"}),
        ("creating", {"Creating"}),
        ("failed", {"CreationFailed"}),
        ("Running", set()),
        ("deleted", set()),
    ],
)
def test_L1_the_status_filter_takes_three_words(service, query, phases):
    for phase in ("Running", "Abnormal", "Creating", "CreationFailed"):
        service.seed_pool(name=f"pool-{phase.lower()}", phase=phase, stuck=True)
    assert {one["status"]["phase"] for one in service.pools(f"?status={query}").json["items"]} == phases


@pytest.mark.parametrize(("choice", "verdict"), [("ignore", DONE), ("refuse", REFUSED)])
def test_L1_another_word_finds_nothing_or_is_refused(make_service, choice, verdict):
    assert find_verdict(make_service(odd_parameters=choice).pools("?status=Running")) == verdict


@pytest.mark.parametrize(("options", "count"), [({}, 0), ({"blank_status_hides_failed": False}, 1)], ids=["A", "B"])
def test_L2_a_blank_status_leaves_failed_creations_out(make_service, options, count):
    service = make_service(**options)
    service.seed_pool(phase="CreationFailed", stuck=True)
    assert len(service.pools().json["items"]) == count


def test_L2_a_failed_creation_is_listed_for_three_days(service):
    service.seed_pool(phase="CreationFailed", stuck=True)
    service.world = seeding.let_pass(service.world, seconds=3 * 24 * 3600 - 60)
    assert len(service.pools("?status=failed").json["items"]) == 1
    service.world = seeding.let_pass(service.world, seconds=120)
    assert service.pools("?status=failed").json["items"] == []


def test_L2_at_most_500_failed_creations_are_listed(service):
    for number in range(502):
        service.seed_pool(name=f"pool-{number:03}", phase="CreationFailed", flavors={CPU: 1}, stuck=True)
    assert len(service.pools("?status=failed").json["items"]) == 500


def test_L3_parent_lists_the_logical_pools_below(ready):
    parent = ready.seed_pool()
    ready.create(make_body("team", network="", type="Logical", parent=parent))
    ready.create(make_body("else", network="", type="Logical"))
    items = ready.pools(f"?parent={parent}").json["items"]
    assert [one["metadata"]["labels"]["os.modelarts/name"] for one in items] == ["team"]


def test_X1_a_deleted_pool_is_shown_until_its_nodes_are_gone(service):
    pool_id = service.seed_pool()
    deleted = service.delete(pool_id)
    assert (deleted.status, deleted.json["kind"], "deletionTimestamp" in deleted.json["metadata"]) == (
        200,
        "Pool",
        True,
    )
    listed = service.pools().json["items"]
    assert [one["status"]["phase"] for one in listed] in ([], ["Deleting"])
    assert service.pool(pool_id).status == 404


@pytest.mark.parametrize(
    ("options", "verdict"), [({}, (400, "ModelArts.50025002")), ({"refuse_used_networks": False}, DONE)]
)
def test_X2_a_network_in_use_is_not_deleted(make_service, options, verdict):
    service = make_service(**options)
    service.seed_networks("main")
    service.seed_pool(network=f"main-{PROJECT}")
    assert find_verdict(service.v1("DELETE", NETWORK)) == verdict


@pytest.mark.parametrize(
    ("options", "verdict"),
    [({}, REFUSED), ({"refusal_code": "ModelArts.50019999"}, (400, "ModelArts.50019999"))],
)
def test_X3_the_last_node_stays(make_service, options, verdict):
    service = make_service(**options)
    pool_id = service.seed_pool()
    names = seeding.list_node_names(service.world, pool_id)
    assert find_verdict(service.batch(pool_id, "batch-delete", {"deleteNodeNames": names})) == verdict
    assert find_verdict(service.batch(pool_id, "batch-delete", {"deleteNodeNames": names[1:]})) == DONE


def test_X4_an_unknown_node_is_named(service):
    answer = service.batch(service.seed_pool(), "batch-delete", {"deleteNodeNames": ["os-node-nobody"]})
    assert (find_verdict(answer), '"os-node-nobody" not found' in answer.json["error_msg"]) == (
        (404, "ModelArts.50015001"),
        True,
    )


@pytest.mark.parametrize(
    ("options", "states"),
    [
        ({}, {"Enabling", "Enabled", "Disabling"}),
        ({"failing_scopes": ["Infer"]}, {"Enabling", "EnableFailed", "Enabled", "Disabling"}),
        ({"removed_scopes": "disabled"}, {"Enabling", "Enabled", "Disabling", "Disabled"}),
    ],
    ids=["vanish", "fail", "stay"],
)
def test_S1_scope_states_are_the_five(make_service, options, states):
    service = make_service(**options)
    pool_id = service.seed_pool(scope=["Train"])
    pools = [service.patch(pool_id, {"spec": {"scope": ["Infer"]}}).json["status"], *service.statuses(pool_id, 4)]
    assert {one["state"] for status in pools for one in status["scope"]} | {"Enabled"} == states
    assert states <= STATES


def test_S2_a_pools_driver_passes_running_more_than_once(service):
    pool_id = service.seed_pool(flavors={GPU: 1})
    service.pool(pool_id)
    answer = service.patch(pool_id, {"spec": {"driver": {"gpuVersion": "470", "updateStrategy": "force"}}}).json
    statuses = [answer["status"], *service.statuses(pool_id, 8)]
    states = [one["driver"]["gpu"]["state"] for one in statuses]
    changes = [state for before, state in zip(["", *states], states, strict=False) if state != before]
    assert changes == ["Upgrading", "Running", "Creating", "Running"]


def test_S3_idle_isolates_the_busy_node_and_force_does_not_wait(service):
    pool_id = service.seed_pool(flavors={GPU: 2})
    names = seeding.list_node_names(service.world, pool_id)
    service.world = seeding.make_workload(service.world, pool_id, nodes=names[:1], name="run-42")
    service.patch(pool_id, {"spec": {"driver": {"gpuVersion": "470", "updateStrategy": "idle"}}})
    service.statuses(pool_id, 6)
    first, second = service.nodes(pool_id)
    assert first["status"]["driver"] == {"phase": "Pending", "version": "440.33"}
    assert [one["effect"] for one in first["status"]["taints"]] == ["NoSchedule"]
    assert second["status"]["driver"] == {"phase": "Running", "version": "470"}
    assert second["status"].get("taints", []) == []
    assert service.pool(pool_id).json["status"]["driver"]["gpu"]["state"] == "Upgrading"
    service.patch(pool_id, {"spec": {"driver": {"gpuVersion": "471", "updateStrategy": "force"}}})
    service.statuses(pool_id, 6)
    assert service.workloads(pool_id).json["items"][0]["status"] == "Failed"
    assert {one["status"]["driver"]["version"] for one in service.nodes(pool_id)} == {"471"}


@pytest.mark.parametrize(
    ("options", "seed", "ends"),
    [
        ({}, {CPU: 3}, ("successed", None)),
        ({"sold_out": [GPU]}, {CPU: 3, GPU: 2}, ("partialSuccessed", None)),
        ({"sold_out": [CPU]}, {CPU: 3}, ("failed", None)),
        ({"order_end": "completed"}, {CPU: 3}, ("completed", "successed")),
        ({"order_end": "completed", "sold_out": [CPU]}, {CPU: 3}, ("completed", "failed")),
    ],
)
def test_O1_an_order_ends_in_one_of_the_known_words(make_service, options, seed, ends):
    service = make_service(**options)
    pool_id = service.seed_pool(flavors={CPU: 2})
    spec = {"resources": [{"flavor": flavor, "count": count} for flavor, count in seed.items()]}
    assert service.patch(pool_id, {"spec": spec}).status == 200
    assert service.v1("GET", "orders?limit=1").json["items"][0].get("phase") in {"running", ends[0]}
    service.statuses(pool_id, 3)
    order = service.v1("GET", "orders").json["items"][0]
    assert (order["phase"], order.get("result")) == ends
    assert service.v1("GET", f"orders/{order['orderName']}").json["items"][0]["status"] in {"succeed", "failed"}


def test_N1_a_network_goes_from_no_phase_over_creating_to_active(service):
    body = {
        "apiVersion": "v1",
        "kind": "Network",
        "metadata": {"labels": {"os.modelarts/name": "main"}},
        "spec": {"cidr": "192.168.0.0/16"},
    }
    phases = [service.v1("POST", "networks", body).json["status"]["phase"]]
    phases += [service.v1("GET", NETWORK).json["status"]["phase"] for _ in range(2)]
    assert phases == ["", "Creating", "Active"]


@pytest.mark.parametrize(
    "patch",
    [{"spec": {"cidr": "192.168.0.0/20"}}, {"metadata": {"labels": {"os.modelarts/name": "other"}}}],
    ids=["cidr", "name"],
)
def test_N2_cidr_and_name_of_a_network_do_not_change(service, patch):
    service.seed_networks("main")
    assert find_verdict(service.v1("PATCH", NETWORK, patch)) == REFUSED
