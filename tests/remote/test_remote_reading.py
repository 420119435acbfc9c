import pytest
from remote_service import PROJECT, hang, reset, send_bytes, send_json

from planner.core.addresses import Address
from planner.core.desired import ProviderSettings
from planner.core.snapshot import Evidence, LiveNode, LiveWorkload, Unread
from planner.remote import listings
from planner.remote.errors import BadAnswer, InvalidTarget, Refused, ServerFault
from planner.remote.listings import Missing, fetch_listing, fetch_one
from planner.remote.reading import ReadingRequest, fetch_evidence, read_service

POOLS = f"/v2/{PROJECT}/pools"
NETWORKS = f"/v1/{PROJECT}/networks"
A, B, C = (Address(kind="pool", name=name) for name in "abc")
NET = Address(kind="network", name="n")
GONE = send_json({"error_code": "ModelArts.50015001", "error_msg": "pool not found"}, status=404)
GONE_NETWORK = send_json({"error_code": "ModelArts.50025001", "error_msg": "Network not exist."}, status=404)


def resource(name: str, **spec):
    return {"metadata": {"name": name, "labels": {"os.modelarts/name": name}}, "spec": spec}


def page(*names: str, cursor: str | None = None, **members):
    metadata = {"metadata": {"continue": cursor}} if cursor is not None else {}
    return send_json({"items": [resource(name) for name in names], **metadata, **members})


def find_ids(live):
    return [one.id for one in live]


def test_all_pages_of_a_list_are_read(client, script):
    script.by_target = {
        POOLS: page("p1", cursor="c 1"),
        f"{POOLS}?continue=c%201": page("p2", cursor="c2"),
        f"{POOLS}?continue=c2": page("p3", cursor=""),
    }
    assert find_ids(fetch_listing(client, "pool", workspaces=())) == ["p1", "p2", "p3"]
    assert len(script.requests) == 3


def test_each_workspace_is_listed_once_and_ids_are_merged(client, script):
    script.by_target = {
        f"{POOLS}?workspaceId=w1": page("p2", "p1"),
        f"{POOLS}?workspaceId=w2": page("p2", "p3"),
    }
    assert find_ids(fetch_listing(client, "pool", workspaces=("w1", "w2", "w1"))) == ["p1", "p2", "p3"]
    assert len(script.requests) == 2


def test_the_cursor_keeps_the_workspace(client, script):
    script.by_target = {
        f"{POOLS}?workspaceId=w1": page("p1", cursor="x"),
        f"{POOLS}?workspaceId=w1&continue=x": page("p2"),
    }
    assert find_ids(fetch_listing(client, "pool", workspaces=("w1",))) == ["p1", "p2"]


def test_a_cursor_that_repeats_is_a_bad_answer(client, script):
    script.replies = [page("p1", cursor="again")]
    with pytest.raises(BadAnswer):
        fetch_listing(client, "pool", workspaces=())
    assert len(script.requests) == 2


def test_a_misshapen_entry_is_named_by_its_place(client, script):
    script.replies = [send_json({"items": [resource("p1"), {"metadata": {}}]})]
    with pytest.raises(BadAnswer) as caught:
        fetch_listing(client, "pool", workspaces=())
    assert "items[1].spec" in caught.value.diagnostics[0].detail


def test_one_resource_is_read_by_its_id(client, script):
    script.by_target = {f"{NETWORKS}/net-1": send_json(resource("net-1", cidr="192.168.0.0/16"))}
    live = fetch_one(client, "network", resource_id="net-1")
    assert (live.id, live.spec) == ("net-1", {"cidr": "192.168.0.0/16"})


@pytest.mark.parametrize(
    ("kind", "reply"),
    [pytest.param("pool", GONE, id="pool"), pytest.param("network", GONE_NETWORK, id="network")],
)
def test_a_coded_404_means_missing(client, script, kind, reply):
    script.replies = [reply]
    assert fetch_one(client, kind, resource_id="x-1") == Missing(id="x-1")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(send_json({}, status=404), Refused, id="404 without a code"),
        pytest.param(send_bytes(b"nginx", status=404), Refused, id="404 of a proxy"),
        pytest.param(send_json({"error_code": "APIGW.0101"}, status=404), Refused, id="404 of the gateway"),
        pytest.param(send_json({"error_code": "ModelArts.50015001"}, status=400), Refused, id="the code in a 400"),
        pytest.param(send_json({}, status=500), ServerFault, id="500"),
        pytest.param(send_json({}), BadAnswer, id="an empty object"),
        pytest.param(send_bytes(b""), BadAnswer, id="nothing"),
        pytest.param(send_json(resource("other-1")), BadAnswer, id="another resource"),
    ],
)
def test_anything_else_is_no_proof_of_absence(client, script, reply, kind):
    script.replies = [reply]
    with pytest.raises(kind):
        fetch_one(client, "pool", resource_id="x-1")


def test_an_id_that_points_elsewhere_is_not_sent(client, script):
    with pytest.raises(InvalidTarget):
        fetch_one(client, "pool", resource_id="../networks/x")
    assert script.requests == []


def test_a_reading_sorts_what_is_live_missing_and_of_others(client, script):
    script.by_target = {
        POOLS: page("z-other", "a-1", "b-other"),
        NETWORKS: page("n-1"),
        f"{POOLS}/b-1": GONE,
        f"{POOLS}/c-1": send_json(resource("c-1")),
    }
    reading = read_service(client, ReadingRequest(ids={A: "a-1", B: "b-1", C: "c-1", NET: "n-1"}))
    assert {address: one.id for address, one in reading.live.items()} == {A: "a-1", C: "c-1", NET: "n-1"}
    assert reading.missing == {B}
    assert {kind: find_ids(found) for kind, found in reading.others.items()} == {
        "network": [],
        "pool": ["b-other", "z-other"],
    }
    assert reading.diagnostics == ()


def test_a_quiet_project_costs_one_request_a_kind(client, script):
    script.by_target = {POOLS: page("a-1", "b-1"), NETWORKS: page()}
    read_service(client, ReadingRequest(ids={A: "a-1", B: "b-1"}))
    assert sorted(script.targets) == sorted([POOLS, NETWORKS])


def test_each_unread_resource_has_its_error_and_none_is_missing(client, script):
    script.by_target = {
        POOLS: page(),
        NETWORKS: page(),
        f"{POOLS}/a-1": send_json({}, status=404),
        f"{POOLS}/b-1": reset,
        f"{POOLS}/c-1": send_json({"error_msg": "no"}, status=403),
    }
    reading = read_service(client, ReadingRequest(ids={C: "c-1", B: "b-1", A: "a-1"}))
    assert [(one.code, one.address) for one in reading.diagnostics] == [
        ("remote.unread", "pool.a"),
        ("remote.unread", "pool.b"),
        ("remote.unread", "pool.c"),
    ]
    assert (reading.live, reading.missing) == ({}, frozenset())


def test_a_list_that_cannot_be_read_is_one_error_and_nothing_is_missing(client, script):
    script.by_target = {POOLS: send_json({}, status=403), NETWORKS: page("n-1")}
    reading = read_service(client, ReadingRequest(ids={A: "a-1", B: "b-1", NET: "n-1"}))
    assert [one.summary for one in reading.diagnostics] == ["The pools of the project could not be listed"]
    assert (set(reading.live), reading.missing) == ({NET}, frozenset())
    assert len(script.requests) == 2


def test_all_lists_that_fail_are_told(client, script):
    script.replies = [send_json({}, status=401)]
    assert len(read_service(client, ReadingRequest(workspaces=("w1", "w2"))).diagnostics) == 4


def test_a_list_of_one_workspace_still_proves_presence_when_another_fails(client, script):
    script.by_target = {
        f"{POOLS}?workspaceId=w1": page("a-1"),
        f"{POOLS}?workspaceId=w2": send_json({}, status=403),
    }
    request = ReadingRequest(ids={A: "a-1", B: "b-1"}, workspaces=("w1", "w2"), kinds=("pool",))
    reading = read_service(client, request)
    assert (set(reading.live), reading.missing, len(reading.diagnostics)) == ({A}, frozenset(), 1)
    assert "workspace w2" in reading.diagnostics[0].detail


def test_a_hostile_id_in_the_state_is_an_error_of_its_address(client, script):
    script.by_target = {POOLS: page()}
    reading = read_service(client, ReadingRequest(ids={A: "../x"}, kinds=("pool",)))
    assert [(one.code, one.address) for one in reading.diagnostics] == [("remote.unread", "pool.a")]
    assert script.targets == [POOLS]


def test_a_service_that_is_silent_ends_in_an_error(port, script, make_client):
    script.replies = [hang]
    with make_client(f"http://127.0.0.1:{port}", ProviderSettings(request_timeout=0.1, max_retries=0)) as client:
        reading = read_service(client, ReadingRequest(ids={A: "a-1"}, kinds=("pool",)))
    assert [one.code for one in reading.diagnostics] == ["remote.unread"]


NODES = f"{POOLS}/a-1/nodes"
JOBS = f"{POOLS}/a-1/workloads"


def node(name: str):
    return {"metadata": {"name": name}, "spec": {"flavor": "f"}, "status": {"privateIp": "10.0.0.1"}}


def jobs(count: int, **members):
    return send_json({"items": [{"name": "j", "status": "Running", "hostIps": "10.0.0.1"}] * count, **members})


def live_node(name: str) -> LiveNode:
    return LiveNode(name=name, flavor="f", node_pool="", az="", phase="", private_ip="10.0.0.1")


JOB = LiveWorkload(name="j", type="", status="Running", host_ips=("10.0.0.1",))


def test_evidence_holds_all_pages_of_nodes_and_workloads(client, script):
    script.by_target = {
        f"{NODES}?limit=500": send_json({"items": [node("n2")], "metadata": {"continue": "x"}}),
        f"{NODES}?limit=500&continue=x": send_json({"items": [node("n1"), node("n2")]}),
        f"{JOBS}?offset=0&limit=500": jobs(500),
        f"{JOBS}?offset=500&limit=500": jobs(2),
    }
    evidence = fetch_evidence(client, "a-1")
    assert evidence == Evidence(nodes=(live_node("n1"), live_node("n2")), workloads=(JOB,) * 502)


@pytest.mark.parametrize(
    ("pages", "count"),
    [
        pytest.param({0: jobs(1, total=1)}, 1, id="the total is reached"),
        pytest.param({0: jobs(2, total=3), 2: jobs(1, total=3)}, 3, id="pages smaller than asked for"),
        pytest.param({0: jobs(2, total=9), 2: jobs(0, total=9)}, 2, id="fewer than the total says"),
        pytest.param({0: jobs(0)}, 0, id="none"),
    ],
)
def test_workloads_are_read_to_the_last_page(client, script, pages, count):
    targets = {f"{JOBS}?offset={offset}&limit=500": reply for offset, reply in pages.items()}
    script.by_target = {f"{NODES}?limit=500": send_json({"items": []}), **targets}
    assert fetch_evidence(client, "a-1") == Evidence(nodes=(), workloads=(JOB,) * count)


def test_pages_without_end_are_given_up(client, script, monkeypatch):
    monkeypatch.setattr(listings, "_MOST_PAGES", 3)
    script.by_target = {f"{NODES}?limit=500": send_json({"items": []})}
    script.replies = [jobs(1, total=99)]
    evidence = fetch_evidence(client, "a-1")
    assert isinstance(evidence, Unread)
    assert "do not end" in evidence.why
    assert len(script.requests) == 4


@pytest.mark.parametrize(
    ("nodes", "workloads", "word"),
    [
        pytest.param(send_json({}, status=403), jobs(0), "403", id="nodes forbidden"),
        pytest.param(send_json({"items": []}), send_json({}, status=403), "403", id="workloads forbidden"),
        pytest.param(send_json({"items": [{}]}), jobs(0), "items[0]", id="a misshapen node"),
        pytest.param(send_json({"items": []}), GONE, "50015001", id="the pool is gone"),
    ],
)
def test_evidence_that_cannot_be_read_says_why(client, script, nodes, workloads, word):
    script.by_target = {f"{NODES}?limit=500": nodes, f"{JOBS}?offset=0&limit=500": workloads}
    evidence = fetch_evidence(client, "a-1")
    assert isinstance(evidence, Unread)
    assert word in evidence.why


def test_evidence_of_a_hostile_id_is_unread(client, script):
    assert isinstance(fetch_evidence(client, ".."), Unread)
    assert script.requests == []
