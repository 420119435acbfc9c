"""What plainly has the shape of a file is what the models take, so that they need not be asked."""

import datetime as dt
import tomllib
import typing
from pathlib import Path

import pytest
from config_texts import NETWORK, POOL
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.config.documents import Document
from planner.config.file_block import FileBlock
from planner.config.file_shape import STORED, format_shape, is_plain
from planner.config.shape_checks import find_shape_faults
from planner.kinds.block_trees import _VERBATIM
from planner.kinds.block_types import Block
from planner.kinds.entry_block import EntryBlock
from planner.kinds.key_order import KEYS
from planner.kinds.network_block import NetworkBlock
from planner.kinds.pool_block import PoolBlock
from planner.kinds.rule_blocks import FreezeBlock, GuardsBlock, LifecycleBlock

RULES = {"for_each", "lifecycle", "guards", "freeze"} | {
    name for model in (LifecycleBlock, GuardsBlock, FreezeBlock) for name in model.model_fields
}
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.pools.toml"))
FULL = """
[include]
paths = ["../shared"]
[poolctl]
required_version = ">=0.1"
severities.config = { name-pattern = "warning" }
[backend.http]
address = "https://example.com/state"
lock_method = "POST"
[provider.modelarts]
endpoint = "simulator"
region = "eu-de"
poll_interval = "10s"
max_retries = 5
request_type = "console"
[guards]
max_disruption = "drains"
max_percent_removed = 50
max_hourly_cost_added = 12.5
run.max_nodes_removed = 10
[prices]
"modelarts.vm.cpu.4ud" = 1
[variable.size]
type = "int"
default = 1
validation = [{ condition = "value > 0", error_message = "too small" }]
[locals]
any = [1, "a", { b = 2026-12-01 }]
[network.main]
name = "train-net"
cidr = "192.168.0.0/16"
connection.peer_connection_list = [{ peer_vpc_id = "v", peer_subnet_id = "s", default_gate_way = true }]
[pool.full]
name = "pool-full"
type = "Dedicate"
network = "net-1"
labels = { "a/b" = "c" }
scope = ["Train", "Infer"]
ipv6enable = true
masters = [{ az = "eu-de-01" }]
driver = { gpu_version = "1", update_strategy = "idle" }
lifecycle = { prevent_destroy = true, ignore_changes = ["driver"] }
guards = { on_drift = "keep" }
freeze = { until = 2026-12-01T00:00:00Z, reason = "audit" }
[[pool.full.resources]]
flavor = "modelarts.vm.cpu.4ud"
count = { min = 1, max = 3 }
node_pool = "np"
azs = [{ az = "eu-de-01", count = 1 }]
tags = [{ key = "team", value = "a" }]
taints = [{ key = "k", effect = "NoSchedule" }]
extend_params = { dockerBaseSize = "50" }
creating_step = { step = 1, type = "rack" }
root_volume = { volume_type = "SSD", size = "100Gi" }
data_volumes = [{ volume_type = "SSD", size = "500Gi", count = 1, extend_params = { volume_group = "vgpaas" } }]
volume_group_configs = [{ volume_group = "vgpaas", lvm_config = { lv_type = "linear", path = "/data" } }]
os = { image_type = "private" }
[pool.'team["a"]']
name = "pool-team"
type = "Dedicate"
network = { vpc_id = "v", subnet_id = "s" }
resources = [{ flavor = "f", count = 1 }]
[[removed]]
from = "pool.old"
destroy = true
[[moved]]
from = "pool.a"
to = 'pool.team["a"]'
[[import]]
to = "pool.full"
id = "pool-full-0123"
[[allow]]
address = "pool.*"
class = "interrupts"
until = 2026-12-01T06:00:00Z
[rollout.drivers]
fields = ["driver"]
order = ["pool.*"]
window = { days = ["saturday"], start = "22:00", end = "04:00", tz = "Europe/Berlin" }
[policy.small]
condition = "true"
error_message = "no"
severity = "warning"
"""
PLAIN = [
    pytest.param(tomllib.loads(FULL), id="every block"),
    pytest.param(tomllib.loads(POOL), id="pool"),
    pytest.param(tomllib.loads(NETWORK), id="network"),
    # Files of for_each are looked at once their expressions are worked in.
    *(
        pytest.param(tomllib.loads(one.read_text(encoding="utf-8")), id="/".join(one.parts[-3:]))
        for one in EXAMPLES
        if one.parent.name != "template"
    ),
]
SOUND = [one.values[0] for one in PLAIN]
ODD = st.sampled_from(
    [
        True,
        False,
        0,
        -1,
        1.0,
        10**30,
        float("nan"),
        float("inf"),
        "",
        "a",
        "a\n",
        "\n",
        "A" * 2000,
        "Dedicate",
        "vgpaas\n",
        "${network.main.id}",
        "${\n}",
        "é",
        dt.datetime(2026, 12, 1),  # noqa: DTZ001 - TOML has moments without an offset
        dt.datetime(2026, 12, 1, tzinfo=dt.UTC),
        dt.date(2026, 12, 1),
        dt.time(1),
        [],
        {},
        [{}],
        {"a": "b"},
        [1, 2],
    ]
)


def find_paths(value, path=()):
    """Return the path of each value below ``value``."""
    members = {dict: dict.items, list: enumerate}.get(type(value), lambda _: ())(value)
    return [path, *(found for step, one in members for found in find_paths(one, (*path, step)))]


def put(value, path, odd):
    """Return ``value`` with ``odd`` at ``path``."""
    if not path:
        return odd
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], odd)
    return copy


@st.composite
def draw_edited(draw):
    """Draw a sound file in which some values and names are others."""
    tree = draw(st.sampled_from(SOUND))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(find_paths(tree)))
        tree = put(tree, path, draw(ODD))
        tree = tree if isinstance(tree, dict) else {"pool": tree}
    return tree


@settings(max_examples=1000, deadline=None)
@given(draw_edited())
def test_whatever_is_plain_has_no_fault_for_the_models(tree):
    is_taken = not is_plain(tree) or FileBlock.model_validate(tree)
    assert is_taken


@pytest.mark.parametrize("tree", PLAIN)
def test_sound_files_are_plain(tree):
    assert is_plain(tree)


def test_the_stored_shape_is_what_the_models_say():
    assert STORED.read_text(encoding="utf-8") == format_shape(), "refresh: python -m planner.config.file_shape"


def test_what_is_not_plain_and_right_has_no_fault():
    tree = tomllib.loads(POOL.replace("pool-a", "UPPER"))
    document = Document(file="main.pools.toml", text="", tree=tree)
    assert (is_plain(tree), find_shape_faults(document)) == (False, ())


def find_models(annotation):
    """Return the models that an annotation of a field names, and those of their fields."""
    found = [annotation] if isinstance(annotation, type) and issubclass(annotation, Block) else []
    inner = [one.annotation for model in found for one in model.model_fields.values()]
    return found + [model for one in (*typing.get_args(annotation), *inner) for model in find_models(one)]


MODELS = {one.__name__: one for kind in (PoolBlock, NetworkBlock) for one in find_models(kind)}


@pytest.mark.parametrize("model", [pytest.param(MODELS[name], id=name) for name in sorted(MODELS)])
def test_keys_are_told_in_the_order_of_their_model(model):
    keys = [name for name in model.model_fields if name in KEYS]
    assert keys == sorted(keys, key=KEYS.index)
    assert set(model.model_fields) - set(KEYS) <= RULES


def test_the_maps_of_an_entry_are_those_of_its_model():
    maps = {name for name, one in EntryBlock.model_fields.items() if "dict" in str(one.annotation)}
    assert maps == _VERBATIM
