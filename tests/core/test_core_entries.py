"""List entries find each other by key, and single fields by their paths (semantics 3)."""

import pytest
from core_cases import make_pool_tree

from planner.core.assign import find_field, set_field
from planner.core.entries import find_entry, index_entries, make_entry, make_key
from planner.core.field_paths import EntryKey
from planner.core.flatten import find_shared_keys
from planner.core.list_order import is_same_field, sort_idle
from planner.core.merge import Versions, merge_resource
from planner.core.trees import ABSENT
from planner.kinds.network import NETWORK_RULES
from planner.kinds.pool import POOL_RULES

RULE = POOL_RULES.lists["spec", "resources"]
STEP = {"step": 4, "type": "hyperinstance"}


def make_path(*parts, below=()):
    return ("spec", "resources", EntryKey(parts=parts), *below)


def merge_entry(desired, live, last=None):
    """Return the merged entry of a pool that has this one, without flavor and count."""
    trees = [make_pool_tree({"flavor": "f", "count": 1, **one}) for one in (last or {}, live, desired)]
    merged = merge_resource(Versions(last_applied=trees[0], live=trees[1], desired=trees[2]), POOL_RULES)
    return {name: value for name, value in merged["spec"]["resources"][0].items() if name not in ("flavor", "count")}


@pytest.mark.parametrize(
    ("entry", "parts"),
    [
        pytest.param({"flavor": "f"}, ("f", "", ""), id="flavor alone"),
        pytest.param({"flavor": 5}, ("5", "", ""), id="a number where a service says one"),
        pytest.param({"flavor": "f", "nodePool": ""}, ("f", "", ""), id="an empty node pool"),
        pytest.param({"flavor": "f", "nodePool": None}, ("f", "", ""), id="no node pool in the API's words"),
        pytest.param({"flavor": "f", "nodePool": "f-default"}, ("f", "", ""), id="the default pool"),
        pytest.param({"flavor": "f", "nodePool": "g-default"}, ("f", "g-default", ""), id="the default pool of another"),
        pytest.param({"flavor": "f", "nodePool": "np"}, ("f", "np", ""), id="a node pool"),
        pytest.param({"flavor": "f", "creatingStep": STEP}, ("f", "", "step=4:type=hyperinstance"), id="a creating step"),
        pytest.param({"flavor": "f", "creatingStep": None}, ("f", "", ""), id="no creating step in the API's words"),
        pytest.param("no object", ("", "", ""), id="what is no entry at all"),
    ],
)  # fmt: skip
def test_an_entry_is_known_by(entry, parts):
    assert make_key(entry, RULE) == EntryKey(parts=parts)


@pytest.mark.parametrize(
    "entry", [{"flavor": "f"}, {"flavor": "f", "nodePool": "np"}, {"flavor": "f", "creatingStep": STEP}]
)
def test_a_new_entry_holds_its_key_members(entry):
    assert make_entry(RULE, make_key(entry, RULE)) == entry


def test_an_entry_that_comes_again_gets_an_ordinal_of_its_own():
    entries = [{"flavor": "f", "count": count} for count in (1, 2, 3)]
    indexed = index_entries(entries, RULE)
    assert [(key.parts, entry["count"]) for key, entry in indexed.items()] == [
        (("f", ""), 1),
        (("f", "", "#2"), 2),
        (("f", "", "#3"), 3),
    ]


def test_a_key_without_a_step_names_every_entry_of_its_pair():
    entries = [{"flavor": "f"}, {"flavor": "g"}, {"flavor": "f", "creatingStep": STEP}]
    assert find_entry(entries, RULE, key=EntryKey(parts=("f", ""))) == [0, 2]


@pytest.mark.parametrize(
    ("entries", "shared"),
    [
        pytest.param([{"flavor": "f", "creatingStep": STEP}], set(), id="one entry"),
        pytest.param(
            [{"flavor": "f", "creatingStep": STEP}, {"flavor": "f"}], {("f", "")}, id="told apart by the step"
        ),
        pytest.param([{"flavor": "f"}, {"flavor": "f"}], set(), id="not told apart at all"),
    ],
)
def test_entries_that_share_a_key_are_found(entries, shared):
    assert find_shared_keys(make_pool_tree(*entries), POOL_RULES) == shared


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(make_path("f", "", below=("count",)), 2, id="a field of an entry"),
        pytest.param(make_path("g", "", below=("count",)), ABSENT, id="of an entry that is not there"),
        pytest.param(make_path("h", "", below=("count",)), ABSENT, id="of one that several could be"),
        pytest.param(("spec", "type"), "Dedicate", id="a member"),
        pytest.param(("spec", "type", "below"), ABSENT, id="below a plain value"),
        pytest.param(("spec", EntryKey(parts=("f",))), ABSENT, id="an entry of what is no list"),
    ],
)
def test_a_field_is_found_by_its_path(path, value):
    tree = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "h", "count": 1}, {"flavor": "h", "count": 5})
    assert find_field(tree, path, rules=POOL_RULES) == value


@pytest.mark.parametrize(
    ("path", "value", "spec"),
    [
        pytest.param(("spec", "type"), "Logical", {"type": "Logical"}, id="a member"),
        pytest.param(("spec", "driver", "gpuVersion"), "1", {"driver": {"gpuVersion": "1"}}, id="objects on the way are made"),
        pytest.param(("spec", "driver", "gpuVersion"), ABSENT, {}, id="but not for what is taken off"),
        pytest.param(("spec", "type"), ABSENT, {"type": ...}, id="a member is taken off"),
        pytest.param(make_path("f", "", below=("count",)), 3, {"resources": [{"flavor": "f", "count": 3}]}, id="in an entry"),
        pytest.param(
            make_path("g", "np", below=("count",)), 1,
            {"resources": [{"flavor": "f", "count": 2}, {"flavor": "g", "nodePool": "np", "count": 1}]}, id="a new entry",
        ),
        pytest.param(make_path("f", ""), ABSENT, {"resources": []}, id="an entry is taken off"),
        pytest.param(make_path("f", "", below=("flavor",)), ABSENT, {"resources": []}, id="and goes with its key"),
        pytest.param(make_path("g", "", below=("count",)), ABSENT, {}, id="nothing is taken off an entry that is not there"),
        pytest.param(("spec", "masters", EntryKey(parts=("0",)), "az"), "z", {"masters": [{"az": "z"}]}, id="of a list without keys"),
        pytest.param(("spec", "scopes", EntryKey(parts=("0",))), "z", {}, id="of what is no list that is known"),
    ],
)  # fmt: skip
def test_a_field_is_set_by_its_path(path, value, spec):
    tree = make_pool_tree({"flavor": "f", "count": 2})
    expected = {name: one for name, one in (tree["spec"] | spec).items() if one is not ...}
    assert set_field(tree, path, value=value, rules=POOL_RULES)["spec"] == expected


def test_a_key_that_several_entries_have_sets_none_of_them():
    tree = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "f", "count": 3})
    assert set_field(tree, make_path("f", "", below=("count",)), value=9, rules=POOL_RULES) == tree


@pytest.mark.parametrize(
    ("desired", "live", "merged"),
    [
        pytest.param(
            {"azs": [{"az": "b", "count": 1}, {"az": "a", "count": 2}]},
            {"azs": [{"az": "a", "count": 1}, {"az": "b", "count": 1}, {"az": "c", "count": 1}]},
            {"azs": [{"az": "a", "count": 2}, {"az": "b", "count": 1}]},
            id="azs: whole, in live order",
        ),
        pytest.param(
            {"network": {"securityGroups": ["b", "a"]}},
            {"network": {"securityGroups": ["a", "b"], "vpc": "v"}},
            {"network": {"securityGroups": ["a", "b"], "vpc": "v"}},
            id="security_groups: whole, order ignored",
        ),
        pytest.param(
            {"network": {"securityGroups": ["b"]}},
            {"network": {"securityGroups": ["a", "b"]}},
            {"network": {"securityGroups": ["b"]}},
            id="security_groups: what is not written goes",
        ),
        pytest.param(
            {"dataVolumes": [{"size": 1}, {"size": 2}]},
            {"dataVolumes": [{"size": 9, "volumeType": "SSD"}]},
            {"dataVolumes": [{"size": 1, "volumeType": "SSD"}, {"size": 2}]},
            id="data_volumes: by index, unset members kept",
        ),
        pytest.param(
            {"volumeGroupConfigs": [{"volumeGroup": "b"}, {"volumeGroup": "a", "types": ["y", "x"]}]},
            {"volumeGroupConfigs": [{"volumeGroup": "a", "types": ["x", "y"], "dockerThinPool": 1}]},
            {"volumeGroupConfigs": [{"volumeGroup": "b"}, {"volumeGroup": "a", "types": ["x", "y"], "dockerThinPool": 1}]},
            id="volume_group_configs: by key, in the order of the files",
        ),
        pytest.param(
            {"tags": [{"key": "a", "value": "2"}]},
            {"tags": [{"key": "b", "value": "1"}, {"key": "a", "value": "1"}]},
            {"tags": [{"key": "b", "value": "1"}, {"key": "a", "value": "2"}]},
            id="tags: entries of others kept",
        ),
        pytest.param({"extendParams": {"a": "1"}}, {"extendParams": {"b": "2"}}, {"extendParams": {"b": "2", "a": "1"}}, id="extend_params"),
        pytest.param({"unheard": ["b"]}, {"unheard": ["a"]}, {"unheard": ["b"]}, id="a list without a rule is one value"),
        pytest.param({"tags": [{}]}, {}, {"tags": []}, id="an entry that says nothing makes none"),
        pytest.param({"taints": [], "labels": {}}, {}, {}, id="an empty list where there is none asks for nothing"),
    ],
)  # fmt: skip
def test_a_list_is_merged(desired, live, merged):
    assert merge_entry(desired, live) == merged


@pytest.mark.parametrize(
    ("last", "live", "merged"),
    [
        pytest.param({"azs": [{"az": "a", "count": 1}]}, {"azs": [{"az": "a", "count": 1}]}, {"azs": [{"az": "a", "count": 1}]}, id="zones stay"),
        pytest.param({"os": {"name": "a"}}, {"os": "b"}, {"os": "b"}, id="what the service made something else stays"),
    ],
)  # fmt: skip
def test_what_was_sent_in_an_entry_and_cannot_be_removed_stays(last, live, merged):
    assert merge_entry({}, live, last) == merged


def test_peer_connections_keep_their_order_and_the_members_that_nobody_set():
    path = ("spec", "connection", "peerConnectionList")
    peers = [{"peerVpcId": "v", "peerSubnetId": name} for name in "ab"]
    live = {"spec": {"connection": {path[-1]: [{**peers[0], "defaultGateWay": True}]}}}
    desired = {"spec": {"connection": {path[-1]: peers[::-1]}}}
    merged = merge_resource(Versions(last_applied={}, live=live, desired=desired), NETWORK_RULES)
    assert find_field(merged, path, rules=NETWORK_RULES) == [peers[1], {**peers[0], "defaultGateWay": True}]


@pytest.mark.parametrize(
    ("path", "left", "right", "is_same"),
    [
        pytest.param(("spec", "scope"), ["a", "b"], ["b", "a"], True, id="scope"),
        pytest.param(("spec", "jobFlavors"), ["a", "b"], ["b", "a"], True, id="job_flavors"),
        pytest.param(("spec", "scope"), ["a", "a", "b"], ["a", "b", "b"], False, id="how often counts"),
        pytest.param(("spec", "scope"), [1], ["1"], False, id="types count"),
        pytest.param(("spec", "scope"), [1], [True], False, id="truth is no number"),
        pytest.param(("spec", "scope"), [], ABSENT, False, id="empty is not absent"),
        pytest.param(("spec", "scope"), ABSENT, ABSENT, True, id="absent on both sides"),
        pytest.param(("spec", "unheard"), ["a", "b"], ["b", "a"], False, id="a list without a rule"),
        pytest.param(("spec", "masters"), [{"az": "a"}, {"az": "b"}], [{"az": "b"}, {"az": "a"}], False, id="masters keep theirs"),
        pytest.param(
            make_path("f", "", below=("volumeGroupConfigs",)),
            [{"types": ["a", "b"]}], [{"types": ["b", "a"]}], True, id="types within a list that is compared whole",
        ),
        pytest.param(("spec", "network"), {"name": "a"}, {"name": "b"}, False, id="an object"),
    ],
)  # fmt: skip
def test_an_order_that_means_nothing_makes_no_difference(path, left, right, is_same):
    assert is_same_field(left, right, path=path, rules=POOL_RULES) is is_same


def test_sorting_leaves_keyed_lists_as_they_are():
    entries = [{"flavor": "g"}, {"flavor": "f", "network": {"securityGroups": ["b", "a"]}}]
    tree = sort_idle(make_pool_tree(*entries), path=(), rules=POOL_RULES)
    assert tree["spec"]["resources"] == [{"flavor": "g"}, {"flavor": "f", "network": {"securityGroups": ["a", "b"]}}]
