"""Attributes of the huaweicloud provider: what becomes of each, and what of a state is not read."""

import pytest

from planner.config.terraform_state import format_removed, is_readable, parse_state

POOL = "huaweicloud_modelarts_resource_pool"
NETWORK = "huaweicloud_modelarts_network"


def make_state(values, *, type_=POOL, sensitive=None, **more):
    row = {"address": f"{type_}.x", "mode": "managed", "type": type_, "name": "x", "sensitive_values": sensitive or {}}
    return {"format_version": "1.0", "values": {"root_module": {"resources": [{**row, "values": values, **more}]}}}


def read_entry(**values):
    entry = {"flavor_id": "f", "count": 1, "node_pool": "", "max_count": 0, **values}
    state = parse_state(make_state({"id": "x-1", "name": "x", "resources": [entry]}))
    tree = state.objects[0].found.tree["spec"]["resources"][0]
    return {key: value for key, value in tree.items() if key not in {"flavor", "count"}}, state.left_out


@pytest.mark.parametrize(
    ("values", "tree"),
    [
        pytest.param({"node_pool": "np"}, {"nodePool": "np"}, id="node pool"),
        pytest.param({"max_count": 4, "azs": [{"az": "a", "count": 1}]}, {}, id="what the service derives"),
        pytest.param({"vpc_id": "v", "security_group_ids": ["s"]}, {"network": {"vpc": "v", "securityGroups": ["s"]}}, id="network"),
        pytest.param({"tags": {"b": "2", "a": "1"}}, {"tags": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]}, id="tags"),
        pytest.param({"taints": [{"key": "k", "value": "", "effect": "NoExecute"}]}, {"taints": [{"key": "k", "effect": "NoExecute"}]}, id="taint without a value"),
        pytest.param({"extend_params": '{"runtime": "docker"}'}, {"extendParams": {"runtime": "docker"}}, id="JSON in a text"),
        pytest.param({"extend_params": "no JSON"}, {}, id="no JSON in a text"),
        pytest.param({"post_install": "eA=="}, {"extendParams": {"postInstall": "eA=="}}, id="script"),
        pytest.param({"data_volumes": [{"volume_type": "SSD", "size": "1Gi", "count": 0, "extend_params": '{"volumeGroup": "default"}'}]}, {"dataVolumes": [{"volumeType": "SSD", "size": "1Gi", "extendParams": {"volumeGroup": "default"}}]}, id="volume"),
        pytest.param({"volume_group_configs": [{"volume_group": "vgpaas", "docker_thin_pool": 40, "lvm_config": [], "types": []}]}, {"volumeGroupConfigs": [{"volumeGroup": "vgpaas", "dockerThinPool": 40}]}, id="volume group"),
        pytest.param({"os": [{"name": "", "image_id": "i"}], "driver": [{"version": "5"}]}, {"os": {"imageId": "i"}, "driver": {"version": "5"}}, id="single blocks"),
        pytest.param({"creating_step": [{"step": 2, "type": "rack"}], "root_volume": []}, {"creatingStep": {"step": 2, "type": "rack"}}, id="step"),
        pytest.param({"labels": None, "os": None, "tags": None, "unheard": 1}, {}, id="null and unknown"),
    ],
)  # fmt: skip
def test_attributes_of_an_entry_become_those_of_the_api(values, tree):
    assert read_entry(**values) == (tree, ())


def test_volumes_that_terraform_keeps_in_no_order_are_left_out():
    tree, left_out = read_entry(data_volumes=[{"size": "1Gi"}, {"size": "2Gi"}])
    assert (tree, [one.labels for one in left_out]) == ({}, [("resources[f].data_volumes",)])


def test_peerings_of_a_network_are_read():
    values = {
        "id": "n-1",
        "name": "net",
        "cidr": "10.0.0.0/16",
        "peer_connections": [{"vpc_id": "v", "subnet_id": "s"}],
    }
    found = parse_state(make_state(values, type_=NETWORK)).objects[0].found
    assert found.kind == "network"
    assert found.tree["spec"] == {
        "cidr": "10.0.0.0/16",
        "connection": {"peerConnectionList": [{"peerVpcId": "v", "peerSubnetId": "s"}]},
    }


@pytest.mark.parametrize(
    ("index", "name"),
    [
        pytest.param(None, "x", id="single"),
        pytest.param(0, "x-0", id="count"),
        pytest.param("eu", "x-eu", id="for_each"),
    ],
)
def test_keys_stand_behind_the_name(index, name):
    state = make_state({"id": "x-1", "name": "display"}, **({} if index is None else {"index": index}))
    assert [one.found.name for one in parse_state(state).objects] == [name]


def test_modules_stand_before_the_name_and_lose_their_keys_in_the_removed_block():
    inner = make_state({"id": "x-1", "name": "display"})["values"]["root_module"]
    module = {"address": 'module.a["k"].module.b', **inner}
    document = {"format_version": "1.0", "values": {"root_module": {"child_modules": [{"child_modules": [module]}]}}}
    made = parse_state(document).objects[0]
    assert (made.found.name, made.source) == ("a-k-b-x", f"module.a.module.b.{POOL}.x")


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(make_state({"id": "x-1"}), id="without a display name"),
        pytest.param(make_state({"name": "x"}), id="without an id"),
        pytest.param(make_state({"id": "x-1", "name": "x"}, name='a"b'), id="odd name"),
        pytest.param(make_state({"id": "x-1", "name": "x"}, sensitive=True), id="sensitive as a whole"),
        pytest.param(make_state({"id": "n"}, type_="huaweicloud_modelarts_notebook"), id="another type"),
    ],
)
def test_what_cannot_be_adopted_is_told(document):
    state = parse_state(document)
    assert (state.objects, len(state.left_out)) == ((), 1)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"format_version": "1.0"}, id="empty state"),
        pytest.param({"format_version": "1.0", "values": {"root_module": {"resources": [3, None, {}]}}}, id="odd rows"),
        pytest.param(make_state({"id": "x-1", "name": "x"}, mode="data"), id="data source"),
        pytest.param(make_state({"id": "v", "name": "v"}, type_="huaweicloud_vpc"), id="another service"),
    ],
)
def test_what_is_no_business_of_poolctl_is_passed_over(document):
    assert parse_state(document) == parse_state({"format_version": "1.0"})


@pytest.mark.parametrize(
    ("version", "is_known"), [("0.2", True), ("1.2", True), ("2.0", False), ("", False), (1, False)]
)
def test_major_versions_that_are_known_are_read(version, is_known):
    assert is_readable({"format_version": version}) is is_known


def test_removed_blocks_destroy_nothing():
    assert format_removed(["a.b"]) == "removed {\n  from = a.b\n\n  lifecycle {\n    destroy = false\n  }\n}\n"
    assert format_removed([]) == ""
