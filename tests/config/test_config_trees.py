"""Every key of the files has its place in the API (semantics 9, contract 3)."""

import datetime as dt
import json

import pytest
from config_texts import BARE, ENTRY, LOGICAL, NETWORK, POOL, find_codes, find_errors, load_text

from planner.core.addresses import Address
from planner.core.desired import Guards
from planner.core.trees import ABSENT, CountRange, Reference, find_member

A = Address(kind="pool", name="a")
MAIN = Address(kind="network", name="main")
ANNOTATIONS = ("metadata", "annotations")
LABELS = ("metadata", "labels")
FULL = ENTRY + "count = 1\n"


def load_tree(directory, text, address=A):
    loaded = load_text(directory, text)
    assert find_errors(loaded) == []
    return loaded.desired.resources[address].tree


# fmt: off
@pytest.mark.parametrize(
    ("line", "place", "value"),
    [
        pytest.param("", (*LABELS, "os.modelarts/name"), "pool-a", id="name"),
        pytest.param("", ("spec", "type"), "Dedicate", id="type"),
        pytest.param("workspace_id = '0'", (*LABELS, "os.modelarts/workspace.id"), "0", id="workspace_id"),
        pytest.param("node_prefix = 'n'", (*LABELS, "os.modelarts/node.prefix"), "n", id="node_prefix"),
        pytest.param("sharing = 'shared'", (*LABELS, "os.modelarts/sharing"), "shared", id="sharing"),
        pytest.param("description = ''", (*ANNOTATIONS, "os.modelarts/description"), "", id="description, empty"),
        pytest.param("description = 'a $${x}'", (*ANNOTATIONS, "os.modelarts/description"), "a ${x}", id="literal dollar brace"),
        pytest.param("scheduler_extension = '{}'", (*ANNOTATIONS, "os.modelarts/scheduler.extension"), "{}", id="scheduler_extension"),
        pytest.param("order_id = 'CS1'", (*ANNOTATIONS, "os.modelarts/order.id"), "CS1", id="order_id"),
        pytest.param("labels = { 'a_b.c' = 'd' }", (*LABELS, "a_b.c"), "d", id="other labels"),
        pytest.param("annotations.team_a = 'v'", (*ANNOTATIONS, "team_a"), "v", id="other annotations"),
        pytest.param("scope = []", ("spec", "scope"), [], id="scope, empty"),
        pytest.param("job_flavors = ['j']", ("spec", "jobFlavors"), ["j"], id="job_flavors"),
        pytest.param("", ("spec", "network"), {"name": "net-1"}, id="network by id"),
        pytest.param("container_network.cidr = '172.16.0.0/16'", ("spec", "containerNetwork"), {"cidr": "172.16.0.0/16"}, id="container_network"),
        pytest.param("kubernetes_svc_ip_range = '10.247.0.0/16'", ("spec", "kubernetesSvcIpRange"), "10.247.0.0/16", id="kubernetes_svc_ip_range"),
        pytest.param("masters = [{ az = 'z' }]", ("spec", "masters"), [{"az": "z"}], id="masters"),
        pytest.param("cluster_flavor = 'cce.s1.small'", ("spec", "clusterFlavor"), "cce.s1.small", id="cluster_flavor"),
        pytest.param("driver = { gpu_version = '1', npu_version = '2', update_strategy = 'idle' }", ("spec", "driver"),
                     {"gpuVersion": "1", "npuVersion": "2", "updateStrategy": "idle"}, id="driver"),
        pytest.param("ipv6enable = false", ("spec", "ipv6enable"), False, id="ipv6enable"),
        pytest.param("user_login.key_pair_name = 'k'", ("spec", "userLogin"), {"keyPairName": "k"}, id="user_login"),
        pytest.param("clusters = [{ provider_id = 'p', name = 'n' }]", ("spec", "clusters"), [{"providerId": "p", "name": "n"}], id="clusters"),
    ],
)
def test_a_key_of_a_pool_has_its_place_in_the_api(tmp_path, line, place, value):
    assert find_member(load_tree(tmp_path, f"{POOL}{line}\n"), *place) == value


@pytest.mark.parametrize(
    ("line", "members"),
    [
        pytest.param("count = 2", {"count": 2}, id="count"),
        pytest.param("count = 2\nmax_count = 2", {"count": 2, "maxCount": 2}, id="max_count"),
        pytest.param("count = 2\nnode_pool = 'np'", {"count": 2, "nodePool": "np"}, id="node_pool"),
        pytest.param("count = 2\nnode_pool = 'f.small-default'", {"count": 2}, id="node_pool of the service"),
        pytest.param("azs = [{ az = 'z', count = 1 }, { az = 'y', count = 2 }]", {"count": 3, "azs": [{"az": "z", "count": 1}, {"az": "y", "count": 2}]}, id="azs add up"),
        pytest.param("count = 1\nazs = [{ az = 'z', count = 1 }]", {"count": 1, "azs": [{"az": "z", "count": 1}]}, id="azs that agree"),
        pytest.param("count = { min = 2, max = 8, initial = 3 }", {"count": CountRange(minimum=2, maximum=8, initial=3)}, id="range"),
        pytest.param("count = { min = 2, max = 8 }", {"count": CountRange(minimum=2, maximum=8, initial=2)}, id="range that starts at min"),
        pytest.param("count = 1\ntags = [{ key = 'k', value = '' }]", {"count": 1, "tags": [{"key": "k", "value": ""}]}, id="tags"),
        pytest.param("count = 1\ntaints = [{ key = 'k', value = 'v', effect = 'NoExecute' }, { key = 'k', effect = 'NoSchedule' }]",
                     {"count": 1, "taints": [{"key": "k", "value": "v", "effect": "NoExecute"}, {"key": "k", "effect": "NoSchedule"}]}, id="taints"),
        pytest.param("count = 1\nlabels.a_b = 'c'", {"count": 1, "labels": {"a_b": "c"}}, id="labels"),
        pytest.param("count = 1\nnetwork = { vpc = 'v', subnet = 's', security_groups = ['g'] }", {"count": 1, "network": {"vpc": "v", "subnet": "s", "securityGroups": ["g"]}}, id="network"),
        pytest.param("count = 1\nextend_params = { dockerBaseSize = '50', post_install = 'x' }", {"count": 1, "extendParams": {"dockerBaseSize": "50", "post_install": "x"}}, id="extend_params verbatim"),
        pytest.param("count = 4\ncreating_step = { step = 4, type = 'rack' }", {"count": 4, "creatingStep": {"step": 4, "type": "rack"}}, id="creating_step"),
        pytest.param("count = 1\nroot_volume = { volume_type = 'SSD', size = '100Gi' }", {"count": 1, "rootVolume": {"volumeType": "SSD", "size": "100Gi"}}, id="root_volume"),
        pytest.param("count = 1\ndata_volumes = [{ volume_type = 'SAS', size = '1Gi', count = 2, extend_params.volume_group = 'vguser1' }]",
                     {"count": 1, "dataVolumes": [{"volumeType": "SAS", "size": "1Gi", "count": 2, "extendParams": {"volumeGroup": "vguser1"}}]}, id="data_volumes"),
        pytest.param("count = 1\nvolume_group_configs = [{ volume_group = 'vgpaas', docker_thin_pool = 0, lvm_config = { lv_type = 'linear', path = '/d' }, types = ['local'] }]",
                     {"count": 1, "volumeGroupConfigs": [{"volumeGroup": "vgpaas", "dockerThinPool": 0, "lvmConfig": {"lvType": "linear", "path": "/d"}, "types": ["local"]}]}, id="volume_group_configs"),
        pytest.param("count = 1\nos = { name = 'n', image_id = 'i', image_type = '' }", {"count": 1, "os": {"name": "n", "imageId": "i", "imageType": ""}}, id="os"),
        pytest.param("count = 1\ndriver.version = '1'", {"count": 1, "driver": {"version": "1"}}, id="driver"),
    ],
)
def test_a_key_of_an_entry_has_its_place_in_the_api(tmp_path, line, members):
    tree = load_tree(tmp_path, f"{BARE}{ENTRY}{line}\n")
    assert tree["spec"]["resources"] == [{"flavor": "f.small", **members}]


@pytest.mark.parametrize(
    ("line", "place", "value"),
    [
        pytest.param("", (*LABELS, "os.modelarts/name"), "train-net", id="name"),
        pytest.param("workspace_id = '1'", (*LABELS, "os.modelarts/workspace.id"), "1", id="workspace_id"),
        pytest.param("description = 'd'", (*ANNOTATIONS, "os.modelarts/description"), "d", id="description"),
        pytest.param("", ("spec",), {"cidr": "192.168.0.0/16"}, id="cidr, and nothing that is not written"),
        pytest.param("ipv6enable = true", ("spec", "ipv6enable"), True, id="ipv6enable"),
        pytest.param("connection.peer_connection_list = [{ peer_vpc_id = 'v', peer_subnet_id = 's', default_gate_way = true }]",
                     ("spec", "connection", "peerConnectionList"), [{"peerVpcId": "v", "peerSubnetId": "s", "defaultGateWay": True}], id="peer connections"),
        pytest.param("connection.sfs_turbo_connection_list = [{ name = 'n', sfs_id = 'i', subnet_id = 's' }]",
                     ("spec", "connection", "sfsTurboConnectionList"), [{"name": "n", "sfsId": "i", "subnetId": "s"}], id="file systems"),
    ],
)
def test_a_key_of_a_network_has_its_place_in_the_api(tmp_path, line, place, value):
    assert find_member(load_tree(tmp_path, f"{NETWORK}{line}\n", MAIN), *place) == value
# fmt: on


def test_nothing_stands_in_the_tree_that_is_not_written(tmp_path):
    assert load_tree(tmp_path, POOL) == {
        "metadata": {"labels": {"os.modelarts/name": "pool-a"}},
        "spec": {
            "type": "Dedicate",
            "network": {"name": "net-1"},
            "resources": [{"flavor": "f.small", "count": 1}],
        },
    }


def test_a_reference_to_a_network_is_known_after_apply(tmp_path):
    tree = load_tree(tmp_path, NETWORK + POOL.replace("net-1", "${network.main.id}"))
    assert tree["spec"]["network"] == {"name": Reference(address=MAIN)}


def test_a_privileged_pool_names_its_vpc(tmp_path):
    tree = load_tree(tmp_path, POOL.replace('"net-1"', "{ vpc_id = 'v', subnet_id = 's' }"))
    assert tree["spec"]["network"] == {"vpcId": "v", "subnetId": "s"}


def test_a_logical_pool_refers_to_its_parent_and_may_have_no_nodes(tmp_path):
    parent = POOL.replace("pool.a", "pool.big").replace("pool-a", "pool-big")
    child = LOGICAL + "parent = '${pool.big.id}'\n" + ENTRY + "count = 0\nmax_count = 4\n"
    tree = load_tree(tmp_path, parent + child)
    assert tree["spec"]["parent"] == Reference(address=Address(kind="pool", name="big"))
    assert tree["spec"]["resources"] == [{"flavor": "f.small", "count": 0, "maxCount": 4}]


def test_rules_are_not_part_of_the_tree(tmp_path):
    rules = "lifecycle.prevent_destroy = true\nguards.max_nodes_removed = 1\n"
    rules += "freeze = { until = 2026-12-01T00:00:00+01:00, reason = 'r' }\n"
    resource = load_text(tmp_path, POOL + rules).desired.resources[A]
    assert find_member(resource.tree, "spec", "lifecycle") is ABSENT
    assert resource.lifecycle.prevent_destroy is True
    assert resource.freeze.until == dt.datetime(2026, 11, 30, 23, tzinfo=dt.UTC)


def test_a_pool_tightens_the_guards_of_all(tmp_path):
    top = "[guards]\nmax_disruption = 'interrupts'\nmax_nodes_added = 100\non_drift = 'revert'\n"
    own = "guards = { max_disruption = 'none', max_nodes_removed = 0, on_drift = 'stop' }\n"
    desired = load_text(tmp_path, POOL + own + top).desired
    assert desired.guards == Guards(max_disruption="interrupts", max_nodes_added=100, on_drift="revert")
    assert desired.resources[A].guards == Guards(
        max_disruption="none", max_percent_removed=50, max_nodes_removed=0, max_nodes_added=100, on_drift="stop"
    )


def test_pools_and_networks_without_guards_have_those_of_all(tmp_path):
    desired = load_text(tmp_path, NETWORK + POOL + "[guards]\nmax_nodes_added = 1\n").desired
    assert {one.guards.max_nodes_added for one in desired.resources.values()} == {1}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("driver.gpu_version", id="key that is not written"),
        pytest.param("network", id="network"),
        pytest.param('annotations["team"]', id="annotation"),
        pytest.param('labels["a.b/c"]', id="label"),
        pytest.param("resources[f.small].count", id="count of an entry"),
        pytest.param(
            "resources[f.small/f.small-default].azs[eu-de-01].count", id="zone of an entry of the default pool"
        ),
        pytest.param("resources[*]", id="every entry"),
        pytest.param('resources[*].extend_params["runtime"]', id="parameter of every entry"),
        pytest.param("resources[*].data_volumes[0].size", id="disk by its index"),
        pytest.param("resources", id="all resources"),
    ],
)
def test_a_path_to_ignore_is_kept_as_written(tmp_path, path):
    resource = load_text(tmp_path, f"{POOL}lifecycle.ignore_changes = ['{path}']\n").desired.resources[A]
    assert resource.lifecycle.ignore_changes == (path,)


def test_a_driver_without_a_strategy_is_a_warning(tmp_path):
    loaded = load_text(tmp_path, POOL + "driver.gpu_version = '1'\n")
    assert find_codes(loaded) == ["config.driver-without-strategy"]
    assert loaded.desired is not None


@pytest.mark.parametrize("address", [pytest.param("pool.b", id="address"), pytest.param("pool.b*", id="pattern")])
def test_a_permission_for_nothing_is_a_warning(tmp_path, address):
    rows = f"[[allow]]\naddress = '{address}'\nclass = 'drains'\nuntil = 2026-12-01T00:00:00Z\n"
    loaded = load_text(tmp_path, POOL + rows)
    assert find_codes(loaded) == ["config.allow-matches-nothing"]
    assert loaded.desired.permissions[0].class_name == "drains"


def test_the_order_of_keys_in_a_file_is_not_that_of_its_tree(tmp_path):
    line = (
        "driver = { gpu_version = '1', update_strategy = 'idle' }\nscope = ['Train']\nlabels = { b = '1', a = '2' }\n"
    )
    entry = "resources = [{ count = 1, tags = [{ value = 'v', key = 'k' }], flavor = 'f.small' }]\n"
    head, *keys = (BARE + line + entry).splitlines(keepends=True)
    trees = [load_tree(tmp_path, head + "".join(order)) for order in (keys, keys[::-1])]
    assert json.dumps(trees[0]) == json.dumps(trees[1])
    assert list(trees[0]["spec"]) == ["type", "scope", "network", "driver", "resources"]
