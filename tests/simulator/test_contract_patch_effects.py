"""Assertions P1 to P15 of the contract: what a PATCH of a pool does. Switched ones are tested both ways."""

import pytest
from contract_cases import CPU, DONE, GPU, PROJECT, annotate, entry, find_verdict, list_counts, resources, sum_bucket

from planner.simulator import seeding

ORDER = "os.modelarts/order.name"


def test_P1_a_merge_patch_is_accepted(service):
    assert find_verdict(service.patch(service.seed_pool(), entry(CPU, 3), "application/merge-patch+json")) == DONE


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        ({}, (415, "ModelArts.50004100")),
        ({"content_type_status": 400}, (400, "ModelArts.50004100")),
        ({"merge_patch_only": False}, DONE),
    ],
)
def test_P2_plain_json_is_refused(make_service, options, verdict):
    service = make_service(**options)
    assert find_verdict(service.patch(service.seed_pool(), entry(CPU, 3), "application/json")) == verdict


def test_P3_an_unknown_id_is_not_found(service):
    assert find_verdict(service.patch(f"nobody-{PROJECT}", entry(CPU, 3))) == (404, "ModelArts.50015001")


def test_P4_the_answer_is_the_whole_pool(service):
    pool = service.patch(service.seed_pool(), annotate(description="x")).json
    assert (pool["kind"], pool["apiVersion"]) == ("Pool", "v2")
    assert set(pool) == {"kind", "apiVersion", "metadata", "spec", "status"}


def test_P5_the_answer_to_growth_has_the_new_count_and_phase_running(service):
    pool = service.patch(service.seed_pool(), entry(CPU, 3)).json
    assert (list_counts(pool), pool["status"]["phase"]) == ({CPU: 3}, "Running")


def test_P6_creating_and_available_add_up_to_the_new_count(service):
    pool = service.patch(service.seed_pool(), entry(CPU, 5)).json
    assert (sum_bucket(pool, "creating"), sum_bucket(pool, "available")) == (3, 2)


def test_P7_empty_buckets_are_left_out(service):
    service.seed_networks("main")
    service.seed_pool()
    pool_id = service.seed_pool(name="other")
    assert set(service.pool(pool_id).json["status"]["resources"]) == {"available"}


@pytest.mark.parametrize(
    ("options", "counts"), [({}, {GPU: 1}), ({"arrays_replaced": False}, {CPU: 2, GPU: 1})], ids=["replaced", "merged"]
)
def test_P8_an_entry_left_out_goes_with_its_nodes(make_service, options, counts):
    service = make_service(**options)
    pool_id = service.seed_pool(flavors={CPU: 2, GPU: 1})
    assert list_counts(service.patch(pool_id, entry(GPU, 1)).json) == counts
    flavors = [one["spec"]["flavor"] for one in service.nodes(pool_id)]
    assert {flavor: flavors.count(flavor) for flavor in flavors} == counts


def test_P8_merged_entries_take_the_patched_count_and_new_ones(make_service):
    service = make_service(arrays_replaced=False)
    pool_id = service.seed_pool(flavors={CPU: 2})
    assert list_counts(service.patch(pool_id, resources((CPU, 3), (GPU, 1))).json) == {CPU: 3, GPU: 1}


def test_P9_scope_is_the_full_wanted_set(service):
    pool_id = service.seed_pool(scope=["Train", "Notebook"])
    assert service.patch(pool_id, {"spec": {"scope": ["Infer", "Train"]}}).json["spec"]["scope"] == ["Infer", "Train"]


def test_P10_members_that_are_not_named_keep_their_value(service):
    labels, annotations = {"team": "vision"}, {"os.modelarts/description": "kept", "cost": "7"}
    pool_id = service.seed_pool(flavors={GPU: 1}, labels=labels, annotations=annotations)
    service.patch(pool_id, {"spec": {"driver": {"gpuVersion": "470", "updateStrategy": "force"}}})
    before = service.pool(pool_id).json
    service.patch(pool_id, entry(GPU, 2))
    after = service.pool(pool_id).json
    kept = before["metadata"]["labels"] | {ORDER: after["metadata"]["labels"][ORDER]}
    assert after["metadata"] == before["metadata"] | {"labels": kept}
    assert after["spec"] == before["spec"] | {"resources": after["spec"]["resources"]}


@pytest.mark.parametrize(
    ("options", "is_left"), [({}, False), ({"null_removes": False}, True)], ids=["removes", "keeps"]
)
@pytest.mark.parametrize("member", ["labels", "annotations"])
def test_P11_null_removes_a_member_of_a_pool(make_service, member, options, is_left):
    service = make_service(**options)
    pool_id = service.seed_pool(**{member: {"team": "vision"}})
    pool = service.patch(pool_id, {"metadata": {member: {"team": None}}}).json
    assert ("team" in pool["metadata"][member]) is is_left


def test_P11_null_removes_a_connection_list_of_a_network(service):
    service.seed_networks("main")
    path, shares = f"networks/main-{PROJECT}", [{"name": "data", "sfsId": "s1"}]
    service.v1("PATCH", path, {"spec": {"connection": {"sfsTurboConnectionList": shares}}})
    network = service.v1("PATCH", path, {"spec": {"connection": {"sfsTurboConnectionList": None}}}).json
    assert network["spec"]["connection"] == {}


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param(annotate(description="x"), id="description"),
        pytest.param({"metadata": {"labels": {"os.modelarts/sharing": "shared"}}}, id="sharing"),
        pytest.param({"spec": {"scope": ["Infer"]}}, id="scope"),
        pytest.param({"spec": {"jobFlavors": ["small"]}}, id="job flavors"),
    ],
)
def test_P12_without_a_count_or_a_workspace_there_is_no_order(service, patch):
    pool_id = service.seed_pool()
    assert ORDER not in service.patch(pool_id, patch).json["metadata"]["labels"]
    assert service.v1("GET", "orders").json["items"] == []


@pytest.mark.parametrize(
    ("options", "has_label"), [({}, True), ({"order_labels": False}, False)], ids=["labelled", "silent"]
)
@pytest.mark.parametrize(
    "patch", [entry(CPU, 3), entry(CPU, 1), {"metadata": {"labels": {"os.modelarts/workspace.id": "w1"}}}]
)
def test_P13_a_changed_count_or_workspace_gives_a_new_order(make_service, patch, options, has_label):
    service = make_service(**options)
    labels = service.patch(service.seed_pool(), patch).json["metadata"]["labels"]
    orders = service.v1("GET", "orders").json["items"]
    assert len(orders) == 1
    assert labels.get(ORDER) == (orders[0]["orderName"] if has_label else None)


def test_P14_sending_the_same_again_is_a_no_op(service):
    pool_id = service.seed_pool(flavors={CPU: 2, GPU: 1}, scope=["Train", "Infer"])
    before, nodes = service.pool(pool_id).json, service.nodes(pool_id)
    same = {"resources": before["spec"]["resources"], "scope": before["spec"]["scope"]}
    assert service.patch(pool_id, {"spec": same}).json == before
    assert (service.pool(pool_id).json, service.nodes(pool_id)) == (before, nodes)


@pytest.mark.parametrize(
    ("options", "state", "version"),
    [({}, "Upgrading", "440.33"), ({"realign_drivers": False}, "Running", "418")],
    ids=["aligns", "no-op"],
)
def test_P15_the_same_version_may_align_nodes_that_differ(make_service, options, state, version):
    service = make_service(**options)
    pool_id = service.seed_pool(flavors={GPU: 2})
    service.pool(pool_id)
    name = seeding.list_node_names(service.world, pool_id)[0]
    service.world = seeding.change_node(service.world, pool_id, name=name, driver="418")
    answer = service.patch(pool_id, {"spec": {"driver": {"gpuVersion": "440.33", "updateStrategy": "force"}}}).json
    service.statuses(pool_id, 6)
    assert answer["status"]["driver"]["gpu"]["state"] == state
    assert service.nodes(pool_id)[0]["status"]["driver"]["version"] == version
