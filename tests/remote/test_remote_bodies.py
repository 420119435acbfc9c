import pytest

from planner.core.snapshot import LiveNode, LiveResource, LiveWorkload
from planner.remote.bodies import parse_node, parse_page, parse_resource, parse_workload
from planner.remote.errors import BadAnswer
from planner.remote.json_bodies import parse_json

FLAVOR = "modelarts.vm.cpu.4ud"


def pool(**members):
    whole = {"kind": "Pool", "metadata": {"name": "a-1", "labels": {"os.modelarts/name": "a"}}, "spec": {}}
    return whole | members


@pytest.mark.parametrize(
    ("content", "value"),
    [
        pytest.param(b"", None, id="nothing"),
        pytest.param(b" \r\n", None, id="blanks"),
        pytest.param(b"null", None, id="null"),
        pytest.param(b'{"a": 1, "a": 2}', {"a": 2}, id="the last of two same keys wins"),
        pytest.param(b'{"a": [1, 1.0, true]}', {"a": [1, 1.0, True]}, id="types are kept"),
        pytest.param(b"12345678901234567890123", 12345678901234567890123, id="large whole numbers stay whole"),
        pytest.param(b"[" * 65 + b"]" * 65, None, id="65 levels"),
    ],
)
def test_json_is_read_with_its_types(content, value):
    found = parse_json(content, status=200)
    assert repr(found) == repr(value) or content.startswith(b"[[")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"a": ', id="truncated"),
        pytest.param(b"<html>", id="a page"),
        pytest.param(b"{} {}", id="two values"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b"-Infinity", id="infinity"),
        pytest.param(b"1e999", id="a number beyond floats"),
        pytest.param(b"9" * 5000, id="a number of 5000 digits"),
        pytest.param(b'"\xff"', id="not UTF-8"),
        pytest.param('{"a": 1}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b"[" * 66 + b"]" * 66, id="66 levels"),
        pytest.param(b"[" * 200_000, id="deep enough to end the parser"),
        pytest.param(b'{"a":' * 200_000 + b"1" + b"}" * 200_000, id="deep objects"),
    ],
)
def test_what_is_not_json_of_the_api_is_a_bad_answer(content):
    with pytest.raises(BadAnswer) as caught:
        parse_json(content, status=200)
    assert caught.value.status == 200
    assert len(caught.value.diagnostics[0].detail) < 400


def test_unknown_members_stay_and_null_collections_count_as_absent():
    body = pool(
        metadata={"name": "a-1", "labels": None, "annotations": None, "new": 1},
        spec={"resources": None, "newer": [None]},
        status=None,
    )
    assert parse_resource(body) == LiveResource(
        id="a-1", metadata={"name": "a-1", "new": 1}, spec={"newer": [None]}, status={}
    )


def test_a_whole_pool_is_kept_as_it_came():
    entry = {"flavor": FLAVOR, "count": 0, "maxCount": 3, "nodePool": "", "azs": [{"az": "eu-de-01", "count": 0}]}
    spec = {"type": "Dedicate", "resources": [entry]}
    live = parse_resource(pool(spec=spec, status={"phase": "Running"}))
    assert (live.spec, live.status) == (spec, {"phase": "Running"})


@pytest.mark.parametrize(
    ("body", "member"),
    [
        pytest.param(None, "body", id="no body"),
        pytest.param([], "body", id="a list"),
        pytest.param(pool(metadata=None), "body.metadata", id="no metadata"),
        pytest.param(pool(metadata={}), "body.metadata.name", id="no name"),
        pytest.param(pool(metadata={"name": ""}), "body.metadata.name", id="empty name"),
        pytest.param(pool(metadata={"name": 7}), "body.metadata.name", id="name of another type"),
        pytest.param(pool(metadata={"name": "a", "labels": []}), "body.metadata.labels", id="labels a list"),
        pytest.param(pool(metadata={"name": "a", "labels": {"k": 1}}), "body.metadata.labels.k", id="label a number"),
        pytest.param(
            pool(metadata={"name": "a", "annotations": {"k": None}}),
            "body.metadata.annotations.k",
            id="null annotation",
        ),
        pytest.param(pool(spec=None), "body.spec", id="no spec"),
        pytest.param(pool(spec={"resources": {}}), "body.spec.resources", id="resources an object"),
        pytest.param(pool(spec={"resources": [1]}), "body.spec.resources[0]", id="entry a number"),
        pytest.param(pool(spec={"resources": [{"count": 1}]}), "body.spec.resources[0].flavor", id="no flavor"),
        pytest.param(pool(spec={"resources": [{"flavor": "f"}]}), "body.spec.resources[0].count", id="no count"),
        pytest.param(
            pool(spec={"resources": [{"flavor": "f", "count": True}]}), "body.spec.resources[0].count", id="count true"
        ),
        pytest.param(
            pool(spec={"resources": [{"flavor": "f", "count": 1.0}]}), "body.spec.resources[0].count", id="count 1.0"
        ),
        pytest.param(
            pool(spec={"resources": [{"flavor": "f", "count": -1}]}), "body.spec.resources[0].count", id="count below 0"
        ),
        pytest.param(
            pool(spec={"resources": [{"flavor": "f", "count": 1, "azs": ["x"]}]}),
            "body.spec.resources[0].azs[0]",
            id="az a text",
        ),
        pytest.param(
            pool(spec={"resources": [{"flavor": "f", "count": 1, "nodePool": 3}]}),
            "body.spec.resources[0].nodePool",
            id="node pool a number",
        ),
        pytest.param(pool(status=[]), "body.status", id="status a list"),
        pytest.param(pool(status={"phase": {}}), "body.status.phase", id="phase an object"),
    ],
)
def test_a_member_of_the_wrong_shape_is_named(body, member):
    with pytest.raises(BadAnswer, match="unexpected answer") as caught:
        parse_resource(body)
    assert f"The member {member} " in caught.value.diagnostics[0].detail


def test_a_hostile_member_name_is_escaped():
    with pytest.raises(BadAnswer) as caught:
        parse_resource(pool(metadata={"name": "a", "labels": {"\x1b[2J": 1}}))
    assert caught.value.diagnostics[0].detail.isprintable()


def node(*, labels=None, annotations=None, **members):
    whole = {"metadata": {"name": "n1", "labels": labels, "annotations": annotations}, "spec": {"flavor": FLAVOR}}
    return whole | members


def live_node(**members):
    whole = {"name": "n1", "flavor": FLAVOR, "node_pool": "", "az": "", "phase": "", "private_ip": ""}
    return LiveNode(**(whole | members))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(node(), live_node(), id="one that is being made has no status"),
        pytest.param(
            node(status={"az": "eu-de-01", "phase": "Available", "privateIp": "10.0.0.1"}),
            live_node(az="eu-de-01", phase="Available", private_ip="10.0.0.1"),
            id="status",
        ),
        pytest.param(
            node(labels={"os.modelarts.node/nodepool": f"{FLAVOR}-default"}), live_node(), id="the default node pool"
        ),
        pytest.param(
            node(labels={"os.modelarts.node/nodepool": "np-1"}), live_node(node_pool="np-1"), id="a node pool"
        ),
        pytest.param(
            node(annotations={"os.modelarts.node/lock.action": "delete"}), live_node(is_locked=True), id="locked"
        ),
        pytest.param(node(annotations={"os.modelarts.node/lock.action": ""}), live_node(), id="no longer locked"),
        pytest.param(
            node(annotations={"os.modelarts/billing.mode": "1"}), live_node(is_subscribed=True), id="subscribed"
        ),
        pytest.param(
            node(annotations={"os.modelarts/billing.mode": 1}), live_node(is_subscribed=True), id="as a number"
        ),
        pytest.param(node(annotations={"os.modelarts/billing.mode": "0"}), live_node(), id="pay per use"),
        pytest.param(
            node(labels={"os.modelarts.node/elastic.quota": "sub"}),
            live_node(is_bound=True, bound_to="sub"),
            id="bound to a logical pool",
        ),
        pytest.param(
            node(annotations={"os.modelarts.node/lock.action": ["delete"]}), live_node(is_locked=True), id="odd lock"
        ),
    ],
)
def test_a_node_is_read(body, expected):
    assert parse_node(body, "items[0]") == expected


@pytest.mark.parametrize(
    ("body", "member"),
    [
        pytest.param(node(spec={}), "items[0].spec.flavor", id="no flavor"),
        pytest.param({"spec": {"flavor": "f"}, "metadata": {}}, "items[0].metadata.name", id="no name"),
        pytest.param(node(status={"privateIp": 3}), "items[0].status.privateIp", id="address a number"),
        pytest.param(7, "items[0]", id="a number"),
    ],
)
def test_a_node_of_the_wrong_shape_is_named(body, member):
    with pytest.raises(BadAnswer) as caught:
        parse_node(body, "items[0]")
    assert f"The member {member} " in caught.value.diagnostics[0].detail


@pytest.mark.parametrize(
    ("members", "host_ips", "seconds"),
    [
        pytest.param({"hostIps": "10.0.0.1, 10.0.0.2,"}, ("10.0.0.1", "10.0.0.2"), 0, id="comma-separated hosts"),
        pytest.param({"hostIps": None}, (), 0, id="not placed yet"),
        pytest.param({"nodes": [{"hostIp": "10.0.0.3"}, {}]}, ("10.0.0.3",), 0, id="hosts of nodes"),
        pytest.param(
            {"hostIps": "10.0.0.1", "nodes": {"hostIp": "10.0.0.1"}}, ("10.0.0.1",), 0, id="both name the same host"
        ),
        pytest.param({"runningDuration": 90}, (), 90, id="running for a while"),
        pytest.param({"runningDuration": None}, (), 0, id="not running"),
    ],
)
def test_a_workload_is_read(members, host_ips, seconds):
    body = {"name": "job", "type": "train", "status": "Running"} | members
    expected = LiveWorkload(name="job", type="train", status="Running", host_ips=host_ips, running_seconds=seconds)
    assert parse_workload(body, "items[0]") == expected


def test_a_workload_without_status_is_a_bad_answer():
    with pytest.raises(BadAnswer):
        parse_workload({"name": "job"}, "items[0]")


@pytest.mark.parametrize(
    ("body", "member"),
    [
        pytest.param({}, "items", id="no items"),
        pytest.param({"items": {}}, "items", id="items an object"),
        pytest.param({"items": [], "metadata": {"continue": 1}}, "metadata.continue", id="cursor a number"),
        pytest.param({"items": [], "total": "many"}, "total", id="total a text"),
    ],
)
def test_a_page_of_the_wrong_shape_is_named(body, member):
    with pytest.raises(BadAnswer) as caught:
        parse_page(body)
    assert f"The member {member} " in caught.value.diagnostics[0].detail


def test_null_items_are_an_empty_page():
    assert parse_page({"items": None}).items == ()
