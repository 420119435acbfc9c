"""A plan over all addresses: what each comes to, in which order, and what stops it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_cases import describe, find_codes, make_live, make_network, make_pool, make_request, plan, track

from planner.core.addresses import parse_address
from planner.core.changes import Action
from planner.core.desired import Lifecycle
from planner.core.evidence_needs import find_evidence_needs
from planner.core.plan_request import find_needs, find_owners
from planner.core.planning import build_plan, is_plannable
from planner.core.snapshot import Evidence, LiveNode, LiveWorkload, Unread
from planner.core.trees import Reference

A, B, C = make_pool("aaa"), make_pool("bbb"), make_pool("ccc")
NET = make_network("net")
LIVE_NET = make_live(NET, phase="Active")
TRACKED_NET = {"network.main": track(NET)}
KEPT_NET = {"blocks": {"network.main": NET}, "tracked": TRACKED_NET, "live": {"network.main": LIVE_NET}}


def with_net(**rest):
    """Add a tracked, unchanged network to the mappings of a request."""
    return {**rest, **{name: {**KEPT_NET[name], **rest.get(name, {})} for name in KEPT_NET}}


CASES = [
    pytest.param(
        {"blocks": {"pool.a": A}}, [("pool.a", "create", "new")], id="a block that nothing answers is created"
    ),
    pytest.param(
        {"blocks": {"pool.a": A}, "tracked": {"pool.a": track(A)}, "live": {"pool.a": make_live(A)}},
        [("pool.a", "no-op", "as wanted")],
        id="what is as wanted is left alone",
    ),
    pytest.param(
        {
            "blocks": {"pool.a": make_pool("aaa", count=3)},
            "tracked": {"pool.a": track(A)},
            "live": {"pool.a": make_live(A)},
        },
        [("pool.a", "update", "changed")],
        id="a changed line is an update",
    ),
    pytest.param(
        {"blocks": {"pool.a": A}, "tracked": {"pool.a": track(A)}, "missing": ["pool.a"]},
        [("pool.a", "create", "vanished")],
        id="what vanished is created with a reason",
    ),
    pytest.param(
        {"blocks": {"pool.a": A}, "imports": {"pool.a": "aaa-p"}, "live": {"pool.a": make_live(A)}},
        [("pool.a", "import", "import")],
        id="an import adopts",
    ),
    pytest.param(
        {
            "blocks": {"pool.a": A},
            "imports": {"pool.a": "aaa-p"},
            "tracked": {"pool.a": track(A)},
            "live": {"pool.a": make_live(A)},
        },
        [("pool.a", "no-op", "as wanted")],
        id="an import of what is tracked does nothing",
    ),
    pytest.param(
        {"removed": {"pool.a": True}, "tracked": {"pool.a": track(A)}, "live": {"pool.a": make_live(A)}},
        [("pool.a", "delete", "INC-1")],
        id="a removed block with destroy deletes",
    ),
    pytest.param(
        {"removed": {"pool.a": False}, "tracked": {"pool.a": track(A)}, "live": {"pool.a": make_live(A)}},
        [("pool.a", "forget", "INC-1")],
        id="a removed block without destroy forgets",
    ),
    pytest.param(
        {"removed": {"pool.a": True}, "tracked": {"pool.a": track(A)}, "missing": ["pool.a"]},
        [("pool.a", "forget", "gone")],
        id="what is gone is only forgotten",
    ),
    pytest.param({"removed": {"pool.a": True}}, [], id="a removed block of nothing does nothing"),
    pytest.param(
        {
            "blocks": {"pool.a": make_pool("aaa", kubernetesSvcIpRange="10.1.0.0/16")},
            "tracked": {"pool.a": track(A)},
            "live": {"pool.a": make_live(A)},
        },
        [("pool.a", "replace", "cannot be changed in place: kubernetes_svc_ip_range")],
        id="an immutable field replaces and is named",
    ),
    pytest.param(
        {
            "blocks": {"pool.a": A},
            "tracked": {"pool.a": track(A)},
            "live": {"pool.a": make_live(A, phase="CreationFailed")},
        },
        [("pool.a", "replace", "its creation failed")],
        id="a failed creation is replaced",
    ),
    pytest.param(
        {
            "blocks": {"pool.a": A},
            "tracked": {"pool.a": track(A)},
            "live": {"pool.a": make_live(A)},
            "replace": ("pool.*",),
        },
        [("pool.a", "replace", "requested")],
        id="--replace replaces",
    ),
    pytest.param(
        {
            "blocks": {"pool.a": A, "pool.b": B},
            "tracked": {"pool.a": track(A)},
            "live": {"pool.a": make_live(A)},
            "destroy": True,
        },
        [("pool.a", "delete", "removed")],
        id="--destroy deletes what is tracked and makes nothing",
    ),
    pytest.param(
        {"blocks": {"pool.a": A}, "tracked": {"pool.a": track(A)}, "missing": ["pool.a"], "destroy": True},
        [("pool.a", "forget", "gone")],
        id="--destroy forgets what is gone",
    ),
    pytest.param(
        {
            "blocks": {"pool.a": make_pool("aaa", count=5), "pool.b": B},
            "tracked": {"pool.a": track(A), "pool.c": track(C)},
            "live": {"pool.a": make_live(A)},
            "missing": ["pool.c"],
            "refresh_only": True,
        },
        [("pool.c", "forget", "gone")],
        id="--refresh-only only drops what is gone",
    ),
]


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_what_an_address_comes_to(words, expected):
    found = plan(**words)
    assert (describe(found), [code for code in find_codes(found) if code != "plan.released"]) == (expected, [])


FAULTS = [
    pytest.param(
        {"tracked": {"pool.a": track(A)}, "live": {"pool.a": make_live(A)}},
        "plan.missing-block",
        id="tracked without a block",
    ),
    pytest.param(
        {"blocks": {"pool.a": A}, "others": {"pool": (make_live(A),)}},
        "plan.exists",
        id="the name is taken by a stranger",
    ),
    pytest.param(
        {
            "blocks": {"pool.a": A, "pool.b": make_pool("aaa")},
            "tracked": {"pool.a": track(A)},
            "live": {"pool.a": make_live(A)},
        },
        "plan.exists",
        id="the name is taken by a tracked pool",
    ),
    pytest.param(
        {"blocks": {"pool.a": A}, "imports": {"pool.a": "aaa-p"}, "missing": ["pool.a"]},
        "plan.import-missing",
        id="nothing to import",
    ),
    pytest.param(
        {"blocks": {"pool.a": A}, "imports": {"pool.a": "bbb-p"}, "live": {"pool.a": make_live(B)}},
        "plan.import-mismatch",
        id="another object to import",
    ),
    pytest.param(
        {
            "blocks": {"pool.a": A},
            "imports": {"pool.a": "aaa-p"},
            "live": {
                "pool.a": make_live(
                    make_pool(
                        "aaa",
                        resources=[
                            {"flavor": "f", "count": 1, "creatingStep": {"step": 1}},
                            {"flavor": "f", "count": 1},
                        ],
                    )
                )
            },
        },
        "plan.ambiguous-entry",
        id="an entry means several of the object to import",
    ),
    pytest.param(
        {
            "blocks": {"pool.a": A},
            "tracked": {"pool.a": track(A)},
            "live": {
                "pool.a": make_live(
                    make_pool(
                        "aaa",
                        resources=[
                            {"flavor": "f", "count": 1, "creatingStep": {"step": 1}},
                            {"flavor": "f", "count": 1},
                        ],
                    )
                )
            },
        },
        "plan.ambiguous-entry",
        id="an entry means several of the tracked pool",
    ),
    pytest.param(
        {
            "blocks": {"pool.a": A, "pool.b": B, "pool.c": C},
            "tracked": {"pool.a": track(A), "pool.b": track(B), "pool.c": track(C)},
            "missing": ["pool.a", "pool.b", "pool.c"],
        },
        "plan.many-vanished",
        id="three are gone at once",
    ),
    pytest.param({"blocks": {"pool.a": A}, "target": ("pool.x*",)}, "plan.unmatched", id="a target that names nothing"),
    pytest.param(
        {"blocks": {"pool.a": A}, "allow": ("pool.a=everything",)}, "plan.bad-permission", id="a permission for nothing"
    ),
    pytest.param(
        {"blocks": {"pool.a": make_pool("aaa", network="")}}, "plan.missing-field", id="a pool made without a network"
    ),
    pytest.param(
        {
            "blocks": {"pool.a": make_pool("aaa", network="nett")},
            "others": {"network": (make_live(make_network("nett")),)},
        },
        "plan.name-for-id",
        id="a name where an id is needed",
    ),
    pytest.param(
        with_net(
            blocks={"pool.a": make_pool("aaa", network="network.main")},
            tracked={"pool.a": track(A)},
            live={"pool.a": make_live(A)},
            replace=("network.main",),
        ),
        "plan.in-use",
        id="a network that a kept pool uses is replaced",
    ),
    pytest.param(
        {
            "removed": {"network.main": True},
            "tracked": TRACKED_NET,
            "live": {"network.main": LIVE_NET},
            "others": {"pool": (make_live(A),)},
        },
        "plan.in-use",
        id="a network that a stranger's pool uses is deleted",
    ),
    pytest.param(
        with_net(
            tracked={"pool.a": track(A)},
            live={"pool.a": make_live(A)},
            target=("network.main",),
            replace=("network.main",),
        ),
        "plan.in-use",
        id="a network is replaced and its pool is not selected",
    ),
]


@pytest.mark.parametrize(("words", "code"), FAULTS)
def test_what_stops_a_plan(words, code):
    found = plan(**words)
    assert (find_codes(found), is_plannable(found)) == ([code], False)


def test_a_permission_for_an_address_that_is_not_there_is_told_and_stops_nothing():
    found = plan(blocks={"pool.a": A}, allow=("pool.x=drains",))
    assert (find_codes(found), is_plannable(found)) == (["plan.unmatched"], True)


def test_what_is_gone_and_has_no_block_needs_nothing():
    request = make_request(tracked={"pool.a": track(A)}, missing=["pool.a"])
    assert find_needs(request, owners=find_owners(request)) == {parse_address("pool.a"): frozenset()}


PARENT = make_pool("parent")
CHILD = make_pool("child", type_="Logical", network="", parent="parent-p")
IMPOSSIBLE_ORDER = {
    "blocks": {
        "pool.child": {**CHILD, "spec": {**CHILD["spec"], "parent": Reference(address=parse_address("pool.heir"))}},
        "pool.heir": PARENT,
    },
    "removed": {"pool.parent": True},
    "tracked": {"pool.parent": track(PARENT), "pool.child": track(CHILD)},
    "live": {"pool.parent": make_live(PARENT), "pool.child": make_live(CHILD)},
}


def test_a_pool_whose_new_parent_takes_the_name_of_the_old_one_stops_a_plan_and_says_who_waits_for_whom():
    found = plan(**IMPOSSIBLE_ORDER)
    assert (find_codes(found), is_plannable(found)) == (["plan.circle"], False)
    told = found.diagnostics[0].detail
    assert [told.count(name) > 0 for name in ("pool.child", "pool.heir", "pool.parent", "--target")] == [True] * 4


def test_a_pool_whose_new_parent_takes_another_name_is_made_anew_between_the_two():
    blocks = {**IMPOSSIBLE_ORDER["blocks"], "pool.heir": make_pool("heir")}
    found = plan(**{**IMPOSSIBLE_ORDER, "blocks": blocks})
    assert [(str(one.address), one.action.value) for one in found.changes] == [
        ("pool.heir", "create"),
        ("pool.child", "replace"),
        ("pool.parent", "delete"),
    ]
    assert find_codes(found) == []


HARMLESS_STRANGERS = [
    pytest.param(
        {"blocks": {"pool.a": A}, "others": {"pool": (make_live(B),)}},
        [("pool.a", "create", "new")],
        id="a stranger has another name",
    ),
    pytest.param(
        {"blocks": {"pool.a": A}, "others": {"network": (make_live(make_network("aaa")),)}},
        [("pool.a", "create", "new")],
        id="a stranger of another kind has the name",
    ),
    pytest.param(
        {
            "removed": {"network.main": True},
            "tracked": TRACKED_NET,
            "live": {"network.main": LIVE_NET},
            "others": {"pool": (make_live(make_pool("aaa", network="other-p")),)},
        },
        [("network.main", "delete", "INC-1")],
        id="a stranger uses another network than the one that goes",
    ),
]


@pytest.mark.parametrize(("words", "expected"), HARMLESS_STRANGERS)
def test_strangers_that_are_not_in_the_way_do_not_stop_a_plan(words, expected):
    found = plan(**words)
    assert (describe(found), find_codes(found)) == (expected, [])


def test_a_missing_block_outside_of_the_selection_is_no_fault():
    found = plan(blocks={"pool.a": A}, tracked={"pool.b": track(B)}, live={"pool.b": make_live(B)}, target=("pool.a",))
    assert (describe(found), find_codes(found), found.summary.is_partial) == ([("pool.a", "create", "new")], [], True)


def test_vanished_resources_that_the_files_let_go_do_not_stop_a_plan():
    gone = {"pool.a": track(A), "pool.b": track(B), "pool.c": track(C)}
    found = plan(removed=dict.fromkeys(gone, False), tracked=gone, missing=[*gone])
    assert [one.action for one in found.changes] == [Action.FORGET] * 3


def test_networks_come_before_the_pools_that_need_them():
    found = plan(blocks={"pool.a": make_pool("aaa", network="network.main"), "network.main": NET})
    assert [(str(one.address), [*map(str, one.depends_on)]) for one in found.changes] == [
        ("network.main", []),
        ("pool.a", ["network.main"]),
    ]


def test_an_id_that_is_not_known_yet_stands_among_the_unknown():
    found = plan(blocks={"pool.a": make_pool("aaa", network="network.main"), "network.main": NET})
    assert found.changes[1].after_unknown == {"spec": {"network": {"name": True}}}


def test_pools_are_deleted_before_their_network():
    words = with_net(tracked={"pool.a": track(A)}, live={"pool.a": make_live(A)}, destroy=True)
    found = plan(**words)
    assert [(str(one.address), [*map(str, one.depends_on)]) for one in found.changes] == [
        ("pool.a", []),
        ("network.main", ["pool.a"]),
    ]


def test_a_pool_that_moves_to_another_network_is_replaced_before_the_old_network_goes():
    moved = make_pool("aaa", network="network.new")
    found = plan(
        blocks={"pool.a": moved, "network.new": make_network("other")},
        removed={"network.main": True},
        tracked={"pool.a": track(A), **TRACKED_NET},
        live={"pool.a": make_live(A), "network.main": LIVE_NET},
    )
    assert [str(one.address) for one in found.changes] == ["network.new", "pool.a", "network.main"]
    assert find_codes(found) == []


def test_a_name_is_given_again_after_its_holder_is_deleted():
    found = plan(
        blocks={"pool.new": A},
        removed={"pool.old": True},
        tracked={"pool.old": track(A)},
        live={"pool.old": make_live(A)},
    )
    assert [(str(one.address), [*map(str, one.depends_on)]) for one in found.changes] == [
        ("pool.old", []),
        ("pool.new", ["pool.old"]),
    ]
    assert find_codes(found) == []


def test_a_new_pool_in_a_network_that_is_replaced_waits_for_its_new_id():
    found = plan(**with_net(blocks={"pool.a": make_pool("aaa", network="network.main")}, replace=("network.main",)))
    assert [(one.action, one.after_unknown) for one in found.changes] == [
        (Action.REPLACE, {}),
        (Action.CREATE, {"spec": {"network": {"name": True}}}),
    ]


def test_a_pool_whose_network_vanished_keeps_its_id_and_is_not_replaced():
    found = plan(
        blocks={"pool.a": make_pool("aaa", network="network.main"), "network.main": NET},
        tracked={"pool.a": track(A), **TRACKED_NET},
        live={"pool.a": make_live(A)},
        missing=["network.main"],
    )
    assert [(str(one.address), one.action) for one in found.changes] == [
        ("network.main", Action.CREATE),
        ("pool.a", Action.NO_OP),
    ]


def test_a_network_and_a_pool_of_one_name_have_one_id_and_are_told_apart():
    net = make_network("aaa")
    found = plan(
        blocks={"network.main": net, "pool.a": make_pool("aaa", network="network.main")},
        tracked={"network.main": track(net), "pool.a": track(make_pool("aaa", network="aaa-p"))},
        live={"network.main": make_live(net), "pool.a": make_live(make_pool("aaa", network="aaa-p"))},
    )
    assert [one.action for one in found.changes] == [Action.NO_OP, Action.NO_OP]


def test_targets_take_what_they_need_along_and_excludes_what_needs_them():
    blocks = {"pool.a": make_pool("aaa", network="network.main"), "pool.b": B, "network.main": NET}
    assert [str(one.address) for one in plan(blocks=blocks, target=("pool.a",)).changes] == ["network.main", "pool.a"]
    assert [str(one.address) for one in plan(blocks=blocks, exclude=("network.*",)).changes] == ["pool.b"]


def test_a_destroyed_target_takes_its_users_along():
    words = with_net(
        tracked={"pool.a": track(A)}, live={"pool.a": make_live(A)}, destroy=True, target=("network.main",)
    )
    assert [str(one.address) for one in plan(**words).changes] == ["pool.a", "network.main"]


def test_nodes_are_counted_over_all_dedicate_pools_unchanged_ones_included():
    found = plan(
        blocks={
            "pool.a": make_pool("aaa", count=5),
            "pool.b": B,
            "pool.l": make_pool("lll", network="", type_="Logical"),
        },
        tracked={"pool.a": track(A), "pool.b": track(B)},
        live={"pool.a": make_live(A), "pool.b": make_live(B)},
    )
    summary = found.summary
    assert (summary.update, summary.no_op, summary.create) == (1, 1, 1)
    assert (summary.nodes_before, summary.nodes_after) == (4, 7)


BLOCKS = [
    pytest.param({"destroy": True}, ["max_disruption"], id="a delete needs a permission"),
    pytest.param({"destroy": True, "allow": ("pool.a=destroys",)}, [], id="a delete with its permission"),
    pytest.param({"destroy": True, "allow": ("pool.*=interrupts",)}, ["max_disruption"], id="a lesser permission"),
    pytest.param(
        {"destroy": True, "allow": ("pool.a=destroys",), "lifecycles": {"pool.a": Lifecycle(prevent_destroy=True)}},
        ["prevent_destroy"],
        id="protected by its block",
    ),
    pytest.param(
        {
            "blocks": {},
            "removed": {"pool.a": True},
            "tracked": {"pool.a": track(A, prevent_destroy=True)},
            "allow": ("pool.a=destroys",),
        },
        ["prevent_destroy"],
        id="protected by the record when the block is gone",
    ),
    pytest.param(
        {"blocks": {"pool.a": make_pool("aaa", count=1)}, "evidence": {"pool.a": Unread(why="403")}},
        ["max_disruption"],
        id="jobs that could not be looked at",
    ),
    pytest.param({"blocks": {"pool.a": make_pool("aaa", count=40)}}, ["max_nodes_added"], id="too much growth"),
    pytest.param(
        {"live": {"pool.a": make_live(A, phase="Waiting")}, "blocks": {"pool.a": make_pool("aaa", count=3)}},
        ["phase"],
        id="a stuck phase",
    ),
    pytest.param(
        {"live": {"pool.a": make_live(make_pool("aaa", count=4))}},
        ["drift", "max_disruption"],
        id="drift that would take nodes away",
    ),
    pytest.param({"live": {"pool.a": make_live(make_pool("aaa", count=1))}}, [], id="drift that gives nodes back"),
]


@pytest.mark.parametrize(("words", "codes"), BLOCKS)
def test_what_blocks_a_change(words, codes):
    usual = {"blocks": {"pool.a": A}, "tracked": {"pool.a": track(A)}, "live": {"pool.a": make_live(A)}}
    found = plan(**{**usual, **words})
    assert [one.code for one in found.changes[0].blocked] == codes
    assert [(one.code, one.address) for one in found.blocked] == [(code, "pool.a") for code in codes]


def test_an_address_that_still_waits_takes_no_change():
    waiting = {"pool.a": track(A)}
    found = plan(
        blocks={"pool.a": make_pool("aaa", count=3)},
        tracked={
            "pool.a": type(waiting["pool.a"])(id="aaa-p", last_applied={}, last_seen={}, waiting="all nodes available")
        },
        live={"pool.a": make_live(A)},
    )
    assert [one.code for one in found.blocked] == ["waiting"]


def test_what_could_not_be_looked_at_is_said():
    found = plan(
        blocks={"pool.a": make_pool("aaa", count=1)},
        tracked={"pool.a": track(A)},
        live={"pool.a": make_live(A)},
        evidence={"pool.a": Unread(why="HTTP 403.")},
    )
    assert find_codes(found) == ["plan.no-evidence"]


BUSY = Evidence(
    nodes=tuple(
        LiveNode(name=one, flavor="f", node_pool="", az="z", phase="Available", private_ip=one) for one in ("n1", "n2")
    ),
    workloads=(LiveWorkload(name="job", type="train", status="Running", host_ips=("n1",)),),
)


@pytest.mark.parametrize(
    ("count", "codes"),
    [
        pytest.param(1, [], id="one goes and one is idle"),
        pytest.param(0, ["plan.few-idle"], id="two go and one is idle"),
    ],
)
def test_a_plan_says_how_many_of_the_nodes_to_remove_are_idle(count, codes):
    found = plan(
        blocks={"pool.a": make_pool("aaa", count=count)},
        tracked={"pool.a": track(A)},
        live={"pool.a": make_live(A)},
        evidence={"pool.a": BUSY},
    )
    assert find_codes(found) == codes
    assert [one.detail[:27] for one in found.diagnostics] == ["1 of the 2 nodes of f to re"] * len(codes)


@pytest.mark.parametrize(
    ("count", "codes"),
    [
        pytest.param(4, [], id="up to the quota"),
        pytest.param(5, ["plan.above-max-count"], id="above the quota"),
    ],
)
def test_a_count_above_the_quota_that_the_service_keeps_is_an_error(count, codes):
    block = make_pool("aaa", type_="Logical", network="", count=count)
    sent = make_pool("aaa", type_="Logical", network="")
    there = make_pool("aaa", type_="Logical", network="", resources=[{"flavor": "f", "count": 2, "maxCount": 4}])
    found = plan(blocks={"pool.a": block}, tracked={"pool.a": track(sent)}, live={"pool.a": make_live(there)})
    assert find_codes(found) == codes


def test_a_released_field_is_told():
    described = {**A, "spec": {**A["spec"], "driver": {"gpuVersion": "1"}}}
    found = plan(blocks={"pool.a": A}, tracked={"pool.a": track(described)}, live={"pool.a": make_live(described)})
    assert (find_codes(found), found.changes[0].released) == (["plan.released"], ("driver.gpu_version",))


EVIDENCE = [
    pytest.param({"blocks": {"pool.a": make_pool("aaa", count=1)}}, True, id="shrinks"),
    pytest.param({"blocks": {"pool.a": make_pool("aaa", driver={"gpuVersion": "2"})}}, True, id="upgrades"),
    pytest.param({"blocks": {"pool.a": A}, "replace": ("pool.a",)}, True, id="is replaced"),
    pytest.param({"destroy": True}, True, id="goes"),
    pytest.param({"blocks": {"pool.a": make_pool("aaa", scope=["Train"])}}, False, id="gets a job type"),
    pytest.param({"blocks": {"pool.a": make_pool("aaa", count=3)}}, False, id="grows"),
    pytest.param(
        {
            "blocks": {
                "pool.a": make_pool("aaa", resources=[{"flavor": "f", "count": 2, "azs": [{"az": "z", "count": 2}]}])
            }
        },
        True,
        id="names zones",
    ),
    pytest.param({}, False, id="is left alone"),
]


@pytest.mark.parametrize(("words", "is_needed"), EVIDENCE)
def test_evidence_is_needed_where_jobs_could_die(words, is_needed):
    usual = {"blocks": {"pool.a": A}, "tracked": {"pool.a": track(A)}, "live": {"pool.a": make_live(A)}}
    request = make_request(**{**usual, **words})
    needs = find_evidence_needs(build_plan(request), request.desired)
    assert [str(one) for one in needs.pools] == ["pool.a"] * is_needed


CATALOG = [
    pytest.param({"blocks": {"pool.a": make_pool("aaa", count=3)}}, (True, True), id="growth"),
    pytest.param({"blocks": {"pool.a": make_pool("aaa", count=1)}}, (True, False), id="shrinkage"),
    pytest.param({"destroy": True}, (True, False), id="deletion"),
    pytest.param({"blocks": {"pool.a": A}, "replace": ("pool.a",)}, (True, True), id="replacement"),
    pytest.param({"blocks": {"pool.a": A}, "tracked": {}, "live": {}}, (True, True), id="creation"),
    pytest.param({"blocks": {"pool.a": make_pool("aaa", scope=["Train"])}}, (False, False), id="nodes stay"),
    pytest.param({}, (False, False), id="nothing"),
]


@pytest.mark.parametrize(("words", "wanted"), CATALOG)
def test_flavors_are_read_where_nodes_come_or_go_and_quotas_where_they_come(words, wanted):
    usual = {"blocks": {"pool.a": A}, "tracked": {"pool.a": track(A)}, "live": {"pool.a": make_live(A)}}
    request = make_request(**{**usual, **words})
    needs = find_evidence_needs(build_plan(request), request.desired)
    assert (needs.flavors, needs.quotas) == wanted
    assert needs.is_any == any(wanted)


def test_drift_is_shown_apart_with_what_becomes_of_it():
    live = make_live({**A, "metadata": {"labels": {**A["metadata"]["labels"], "x": "y"}}})
    found = plan(blocks={"pool.a": A}, tracked={"pool.a": track(A)}, live={"pool.a": live})
    assert [(row.label, row.before is not row.after, row.is_managed) for row in found.drift] == [
        ('labels["x"]', True, False)
    ]
    assert describe(found) == [("pool.a", "no-op", "as wanted")]


def test_drift_of_a_leaving_resource_is_shown_too():
    live = make_live(make_pool("aaa", count=7))
    found = plan(removed={"pool.a": True}, tracked={"pool.a": track(A)}, live={"pool.a": live})
    assert [(row.label, row.is_managed) for row in found.drift] == [("resources[f].count", True)]


def test_drift_of_a_pool_whose_block_is_gone_and_is_only_looked_at_is_shown_and_is_no_fault():
    live = make_live(make_pool("aaa", count=7))
    found = plan(tracked={"pool.a": track(A)}, live={"pool.a": live}, refresh_only=True)
    assert [(row.label, row.is_managed, row.policy) for row in found.drift] == [("resources[f].count", True, "")]
    assert (describe(found), find_codes(found)) == ([], [])


ORDERS = st.permutations(["network.main", "network.new", "pool.a", "pool.b", "pool.c"])


@settings(deadline=None, max_examples=1000)
@given(ORDERS, ORDERS)
def test_the_order_of_files_and_answers_changes_nothing(first, second):
    trees = {
        "network.main": NET,
        "network.new": make_network("other"),
        "pool.a": make_pool("aaa", network="network.new"),
        "pool.b": make_pool("bbb", count=4),
        "pool.c": C,
    }
    live = {"network.main": LIVE_NET, "pool.b": make_live(B), "pool.c": make_live(C)}
    tracked = {"network.main": track(NET), "pool.b": track(B), "pool.c": track(C)}

    def build(order):
        return build_plan(
            make_request(
                blocks={one: trees[one] for one in order},
                tracked={one: tracked[one] for one in order if one in tracked},
                live={one: live[one] for one in order if one in live},
                evidence={"pool.b": Evidence(nodes=(), workloads=())},
            )
        )

    assert build(first) == build(second)
