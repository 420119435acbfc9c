"""Twin names: field paths of the API and config paths of the files."""

import subprocess
import sys

import pytest

from planner.core.field_paths import EntryKey
from planner.kinds.names import format_camel, format_label, format_snake, is_matching, parse_pattern


def key(*parts):
    return EntryKey(parts=parts)


RESOURCES = ("spec", "resources")

# fmt: off
LABELS = [
    pytest.param(("metadata", "annotations", "os.modelarts/description"), "description", id="annotation that has a key"),
    pytest.param(("metadata", "annotations", "os.modelarts/scheduler.extension"), "scheduler_extension", id="scheduler extension"),
    pytest.param(("metadata", "annotations", "os.modelarts/order.id"), "order_id", id="order"),
    pytest.param(("metadata", "annotations", "team"), 'annotations["team"]', id="other annotation"),
    pytest.param(("metadata", "labels", "os.modelarts/name"), "name", id="name"),
    pytest.param(("metadata", "labels", "os.modelarts/workspace.id"), "workspace_id", id="workspace"),
    pytest.param(("metadata", "labels", "os.modelarts/node.prefix"), "node_prefix", id="node prefix"),
    pytest.param(("metadata", "labels", "os.modelarts/sharing"), "sharing", id="sharing"),
    pytest.param(("metadata", "labels", 'a"b'), 'labels["a\\"b"]', id="label with a quote"),
    pytest.param(("metadata", "labels"), "labels", id="all labels"),
    pytest.param((*RESOURCES, key("F", ""), "count"), "resources[F].count", id="entry of a flavor"),
    pytest.param((*RESOURCES, key("F", "np"), "azs", key("eu-de-01"), "count"), "resources[F/np].azs[eu-de-01].count", id="zone of an entry"),
    pytest.param((*RESOURCES, key("F", ""), "maxCount"), "resources[F].max_count", id="twin of two words"),
    pytest.param((*RESOURCES, key("F", ""), "taints", key("k", "NoExecute")), "resources[F].taints[k/NoExecute]", id="two keys"),
    pytest.param((*RESOURCES, key("F", ""), "tags", key("a]b")), 'resources[F].tags["a]b"]', id="key with a bracket"),
    pytest.param((*RESOURCES, key("F", ""), "labels", "aB"), 'resources[F].labels["aB"]', id="label of an entry"),
    pytest.param((*RESOURCES, key("F", ""), "extendParams", "dockerBaseSize"), 'resources[F].extend_params["dockerBaseSize"]', id="parameter verbatim"),
    pytest.param((*RESOURCES, key("F", ""), "dataVolumes", key("0"), "extendParams", "volumeGroup"), "resources[F].data_volumes[0].extend_params.volume_group", id="parameter of a disk"),
    pytest.param(("spec", "driver", "gpuVersion"), "driver.gpu_version", id="driver"),
    pytest.param(("spec", "network", "name"), "network", id="network by id"),
    pytest.param(("spec", "network", "vpcId"), "network.vpc_id", id="network of a privileged pool"),
    pytest.param(("spec", "kubernetesSvcIpRange"), "kubernetes_svc_ip_range", id="four words"),
    pytest.param(("spec", "ipv6enable"), "ipv6enable", id="one word"),
    pytest.param(("spec", "connection", "peerConnectionList"), "connection.peer_connection_list", id="connections"),
    pytest.param(("spec", "someNewThing", "innerPart"), "some_new_thing.inner_part", id="unknown members"),
]
# fmt: on


@pytest.mark.parametrize(("path", "label"), LABELS)
def test_a_path_is_spelled_as_in_the_files(path, label):
    assert format_label(path) == label


@pytest.mark.parametrize(("path", "label"), LABELS)
def test_a_label_matches_the_path_it_was_made_from(path, label):
    assert is_matching(parse_pattern(label), path)


NP_COUNT = (*RESOURCES, key("F", "np"), "count")
COUNT = (*RESOURCES, key("F", ""), "count")
DEFAULT_COUNT = (*RESOURCES, key("F", "F-default"), "count")
ZONE = (*RESOURCES, key("F", "np"), "azs", key("eu-de-01"), "count")


@pytest.mark.parametrize(
    ("pattern", "path", "verdict"),
    [
        pytest.param("resources[F].count", NP_COUNT, True, id="flavor alone is every entry of it"),
        pytest.param("resources[F/np].count", NP_COUNT, True, id="flavor and node pool"),
        pytest.param("resources[F/np].count", COUNT, False, id="node pool is not the default"),
        pytest.param("resources[F/F-default].count", COUNT, True, id="default pool by its name"),
        pytest.param("resources[F/F-default].count", NP_COUNT, False, id="default pool is no other"),
        pytest.param("resources[F].count", DEFAULT_COUNT, True, id="entry that names the default pool"),
        pytest.param("resources[*].count", NP_COUNT, True, id="every entry"),
        pytest.param('resources["*"].count', NP_COUNT, False, id="quoted star is a key"),
        pytest.param("resources[G].count", NP_COUNT, False, id="other flavor"),
        pytest.param("resources[F]", ZONE, True, id="everything below"),
        pytest.param("resources", ZONE, True, id="everything below a list"),
        pytest.param("resources[F/np].azs[eu-de-02]", ZONE, False, id="other zone"),
        pytest.param("resources[F].max_count", COUNT, False, id="other key"),
        pytest.param("resources[F].count", (*RESOURCES, key("F", "")), False, id="not what lies above"),
        pytest.param("network", ("spec", "network", "vpcId"), True, id="network as a whole"),
        pytest.param("driver", ("spec", "driver", "gpuVersion"), True, id="driver as a whole"),
        pytest.param('annotations["team"]', ("metadata", "annotations", "team"), True, id="annotation"),
        pytest.param("annotations[team]", ("metadata", "annotations", "team"), True, id="annotation without quotes"),
        pytest.param(
            "annotations", ("metadata", "annotations", "os.modelarts/description"), False, id="description is none"
        ),
        pytest.param("taints[a/b]", ("spec", "taints", key("a/b", "NoExecute")), True, id="key that holds a slash"),
        pytest.param("taints[a]", ("spec", "taints", key("a/b", "NoExecute")), False, id="half of such a key"),
    ],
)
def test_a_pattern_matches_what_it_names_and_all_below(pattern, path, verdict):
    assert is_matching(parse_pattern(pattern), path) is verdict


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(".a", id="dot first"),
        pytest.param("a.", id="dot last"),
        pytest.param("a..b", id="two dots"),
        pytest.param("[a]", id="bracket first"),
        pytest.param("a[b", id="open bracket"),
        pytest.param("a[]", id="empty bracket"),
        pytest.param("a[b]c", id="no dot after a bracket"),
        pytest.param("a b", id="space"),
        pytest.param("a\n", id="line break"),
    ],
)
def test_a_text_that_is_no_path_has_no_pattern(text):
    assert parse_pattern(text) is None


@pytest.mark.parametrize(
    ("key_text", "member"),
    [
        pytest.param("count", "count", id="one word"),
        pytest.param("gpu_version", "gpuVersion", id="two words"),
        pytest.param("kubernetes_svc_ip_range", "kubernetesSvcIpRange", id="four words"),
        pytest.param("default_gate_way", "defaultGateWay", id="the service's own spelling"),
        pytest.param("ipv6enable", "ipv6enable", id="digit inside"),
    ],
)
def test_names_are_twins(key_text, member):
    assert (format_camel(key_text), format_snake(member)) == (member, key_text)


def test_names_cost_no_pydantic():
    code = "import sys, planner.kinds.names; print('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
