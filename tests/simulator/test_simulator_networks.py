"""Networks, flavors, quotas, orders and events (contract 2.10 to 2.12, N and X2)."""

import pytest

from planner.simulator import seeding

CPU = "modelarts.vm.cpu.4ud"
BODY = {
    "apiVersion": "v1",
    "kind": "Network",
    "metadata": {"labels": {"os.modelarts/name": "main"}},
    "spec": {"cidr": "192.168.0.0/16"},
}
NETWORK_ID = f"main-{seeding.PROJECT_ID}"
PEER = {"peerVpcId": "v", "peerSubnetId": "s"}


def _create(service, **members):
    return service.v1("POST", "networks", BODY | members)


def test_n1_a_network_starts_without_a_phase_and_becomes_active(service):
    assert _create(service).json["status"]["phase"] == ""
    phases = [service.v1("GET", f"networks/{NETWORK_ID}").json["status"]["phase"] for _ in range(2)]
    assert phases == ["Creating", "Active"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"kind": "Pool"}, id="another kind"),
        pytest.param({"metadata": {}}, id="no name"),
        pytest.param({"metadata": {"labels": {"os.modelarts/name": "Main"}}}, id="name in capitals"),
        pytest.param({"spec": {}}, id="no cidr"),
        pytest.param({"spec": {"cidr": "192.168.0.1/16"}}, id="cidr with host bits"),
        pytest.param({"spec": {"cidr": "8.8.0.0/16"}}, id="public cidr"),
        pytest.param({"spec": {"cidr": "192.168.0.0/25"}}, id="cidr too small"),
        pytest.param({"spec": {"cidr": 1}}, id="cidr is a number"),
        pytest.param({"spec": {"cidr": "192.168.0.0/16", "ipv6enable": "yes"}}, id="ipv6enable is a text"),
        pytest.param({"spec": {"cidr": "192.168.0.0/16", "colour": 1}}, id="unknown member"),
        pytest.param(
            {"spec": {"cidr": "192.168.0.0/16", "connection": {"peerConnectionList": [{}]}}}, id="half a peer"
        ),
        pytest.param({"spec": {"cidr": "192.168.0.0/16", "connection": {"peerConnectionList": 1}}}, id="peers no list"),
    ],
)
def test_a_body_that_cannot_be_a_network_is_refused(service, members):
    assert _create(service, **members).code == "ModelArts.50004000"


def test_a_taken_display_name_is_refused_as_any_other_body(service):
    _create(service)
    answer = _create(service)
    assert (answer.status, answer.code) == (400, "ModelArts.50004000")


def test_p11_null_removes_a_connection_list(service):
    _create(service)
    path = f"networks/{NETWORK_ID}"
    service.v1("PATCH", path, {"spec": {"connection": {"peerConnectionList": [PEER]}}})
    connected = service.v1("GET", path).json
    assert connected["status"]["connectionStatus"]["peerConnectionStatus"] == [PEER | {"phase": "Active"}]
    cleared = service.v1("PATCH", path, {"spec": {"connection": {"peerConnectionList": None}}}).json
    assert (cleared["spec"]["connection"], cleared["status"]["connectionStatus"]["peerConnectionStatus"]) == ({}, [])


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param({"spec": {"cidr": "192.168.0.0/20"}}, id="N2: cidr"),
        pytest.param({"metadata": {"labels": {"os.modelarts/name": "other"}}}, id="N2: name"),
        pytest.param({"metadata": {"annotations": {"os.modelarts/description": "a&b"}}}, id="description"),
        pytest.param({"spec": {"ipv6enable": False}}, id="ipv6enable off"),
        pytest.param({"spec": None}, id="no spec"),
    ],
)
def test_what_cannot_change_is_refused(service, patch):
    _create(service, spec={"cidr": "192.168.0.0/16", "ipv6enable": True})
    assert service.v1("PATCH", f"networks/{NETWORK_ID}", patch).code == "ModelArts.50004000"


def test_p02_a_network_too_is_patched_by_merge_patch_only(service):
    _create(service)
    answer = service.v1("PATCH", f"networks/{NETWORK_ID}", {}, content_type="application/json")
    assert answer.code == "ModelArts.50004100"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_network_is_not_found(service, method):
    assert service.v1(method, "networks/nobody", {}).code == "ModelArts.50025001"


def test_x2_a_network_in_use_stays(service):
    _create(service)
    pool_id = service.seed_pool(network=NETWORK_ID)
    assert service.v1("DELETE", f"networks/{NETWORK_ID}").code == "ModelArts.50025002"
    service.delete(pool_id)
    service.pools()
    assert service.v1("DELETE", f"networks/{NETWORK_ID}").json["metadata"]["deletionTimestamp"]
    assert service.v1("GET", f"networks/{NETWORK_ID}").code == "ModelArts.50025001"


def test_networks_are_listed_in_pages_of_the_asked_size(service):
    service.seed_networks("aaaa", "bbbb", "cccc")
    first = service.v1("GET", "networks?limit=2").json
    second = service.v1("GET", f"networks?limit=2&continue={first['metadata']['continue']}").json
    assert [len(first["items"]), len(second["items"]), second["metadata"]] == [2, 1, {}]


@pytest.mark.parametrize("limit", ["", "0", "501", "-1", "x", "%C2%B2"])
def test_a_limit_that_cannot_be_is_none(service, limit):
    service.seed_networks("aaaa", "bbbb")
    assert len(service.v1("GET", f"networks?limit={limit}").json["items"]) == 2


def test_flavors_say_where_they_are_sold_out(make_service):
    service = make_service(sold_out=[CPU], azs=["a", "b"])
    items = {one["metadata"]["name"]: one for one in service.v1("GET", "resourceflavors").json["items"]}
    assert items[CPU]["status"]["phase"] == {"a": "soldout", "b": "soldout"}
    assert items["modelarts.kat1.8xlarge"]["spec"]["npu"]
    assert items["modelarts.bm.gpu.v100nv32"]["spec"]["gpu"]["size"] == "8"


def test_quotas_count_what_is_used(service):
    _create(service)
    service.seed_pool()
    resources = service.v1("GET", "quotas").json["quotas"]["resources"]
    assert {one["type"]: (one["quota"], one["used"]) for one in resources} == {"network": (15, 1), "pool": (15, 1)}


class TestOrders:
    @pytest.fixture
    def ordered(self, service):
        pool_id = service.seed_pool()
        service.patch(pool_id, {"spec": {"resources": [{"flavor": CPU, "count": 3}]}})
        service.statuses(pool_id, 2)
        service.patch(pool_id, {"spec": {"resources": [{"flavor": CPU, "count": 4}]}})
        return service

    @pytest.mark.parametrize(
        ("query", "counts"),
        [
            ("", [4, 3]),
            ("?limit=1", [4]),
            ("?offset=1", [3]),
            ("?phase=successed", [4, 3]),
            ("?phase=failed", []),
            ("?involvedName=training", [4, 3]),
            (f"?involvedName=training-{seeding.PROJECT_ID}", [4, 3]),
            ("?since=1767225660000", [4]),
            ("?until=1767225640000", [3]),
            ("?workspaceId=w", []),
        ],
    )
    def test_orders_are_listed_newest_first(self, ordered, query, counts):
        items = ordered.v1("GET", f"orders{query}").json["items"]
        assert [one["specCount"][0]["count"] for one in items] == counts

    def test_another_projects_orders_are_not_shown(self, ordered):
        assert ordered.send("GET", "/v1/other/orders").json["items"] == []

    def test_orders_of_an_unknown_pool_are_not_found(self, ordered):
        answer = ordered.v1("GET", "orders?involvedName=nobody")
        assert (answer.status, answer.json["error_msg"]) == (404, "Pool nobody not found.")

    def test_a_pool_without_orders_has_none(self, ordered):
        ordered.seed_pool(name="other")
        assert ordered.v1("GET", "orders?involvedName=other").json == {"count": 0, "items": []}

    def test_an_unknown_order_has_no_items(self, ordered):
        assert ordered.v1("GET", "orders/nothing").json == {"count": 0, "items": []}

    def test_an_unknown_phase_is_refused(self, ordered):
        assert ordered.v1("GET", "orders?phase=done").code == "ModelArts.50004000"


def test_events_tell_the_phases_of_a_pool_newest_first(service):
    pool_id = service.create(
        BODY
        | {"apiVersion": "v2", "kind": "Pool", "spec": {"type": "Logical", "resources": [{"flavor": CPU, "count": 1}]}}
    ).json["metadata"]["name"]
    service.statuses(pool_id, 2)
    items = service.v1("GET", f"events?resource=pools&name={pool_id}").json["items"]
    assert [one["message"] for one in items] == [
        "Pool status changed, from Waiting to Running",
        "Pool status changed, from none to Waiting",
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "ModelArts.50015001"),
        ("?resource=pools", "ModelArts.50015001"),
        ("?resource=pools&name=nobody", "ModelArts.50015001"),
    ],
)
def test_events_need_a_pool(service, query, code):
    assert service.v1("GET", f"events{query}").code == code
