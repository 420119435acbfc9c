"""Policies over a plan: what their conditions read, whom they block, and what cannot be judged."""

from dataclasses import replace
from decimal import Decimal

import pytest
from planning_cases import address, make_live, make_network, make_pool, make_request, track

from planner.core.addresses import parse_address
from planner.core.desired import MovedBlock, Policy
from planner.core.diagnostics import SourceLocation
from planner.core.evidence_needs import find_evidence_needs
from planner.core.moves import find_moves, rename, rename_snapshot
from planner.core.planning import build_plan
from planner.core.policies import find_broken, judge_nothing
from planner.core.policy_views import Costs, build_view
from planner.core.snapshot import LiveFlavor, Unread
from planner.core.trees import CountRange

POLICY = Policy(name="p", condition="c", error_message="not so", location=SourceLocation(file="f", line=3))


def grow(counts, *, policies=(POLICY,), judge=judge_nothing, flavors=None):
    """Return the plan of pools that go from 2 nodes to ``counts``, judged by ``judge``."""
    before = {f"pool.{name}": make_pool(f"pool-{name}") for name in counts}
    after = {f"pool.{name}": make_pool(f"pool-{name}", count=count) for name, count in counts.items()}
    request = make_request(
        blocks=after,
        tracked={name: track(tree) for name, tree in before.items()},
        live={name: make_live(tree) for name, tree in before.items()},
    )
    desired = replace(request.desired, policies=policies, prices={"f": Decimal("1.5")})
    snapshot = replace(request.snapshot, flavors=flavors)
    return build_plan(replace(request, desired=desired, snapshot=snapshot, judge=judge))


def at_most(limit):
    return lambda _policy, view: all(one["nodes_after"] <= limit for one in view["changes"])


def in_sum(limit):
    return lambda _policy, view: view["summary"]["nodes_after"] <= limit


def find_blocked(plan):
    return {str(one.address): [block.code for block in one.blocked] for one in plan.changes if one.blocked}


@pytest.mark.parametrize(
    ("judge", "blocked"),
    [
        pytest.param(at_most(5), {}, id="kept"),
        pytest.param(at_most(4), {"pool.b": ["policy"]}, id="one at fault"),
        pytest.param(in_sum(8), {"pool.a": ["policy"], "pool.b": ["policy"]}, id="all together"),
        pytest.param(lambda _policy, _view: "no words", {"pool.a": ["policy"], "pool.b": ["policy"]}, id="not to be judged"),
        pytest.param(judge_nothing, {"pool.a": ["policy"], "pool.b": ["policy"]}, id="nobody judges"),
    ],
)  # fmt: skip
def test_those_that_are_at_fault_are_blocked_else_all(judge, blocked):
    plan = grow({"a": 4, "b": 5}, judge=judge)
    assert find_blocked(plan) == blocked
    assert [one.code for one in plan.blocked] == ["policy"] * len(blocked)


def test_a_block_names_the_policy_its_place_and_who_is_at_fault():
    block = grow({"a": 4, "b": 5}, judge=at_most(4)).blocked[0]
    assert block.detail == "pool.b: not so. [policy.p], f line 3: c"
    nowhere = grow({"a": 4}, judge=lambda _policy, _view: "Why not.", policies=(replace(POLICY, location=None),))
    assert nowhere.blocked[0].detail == (
        "It cannot be judged, and what is not judged does not pass. Why not. not so. [policy.p]: c"
    )


@pytest.mark.parametrize(
    ("policy", "counts", "judge"),
    [
        pytest.param(replace(POLICY, severity="warning"), {"a": 4}, at_most(2), id="warning"),
        pytest.param(POLICY, {"a": 2}, at_most(1), id="nothing to block"),
    ],
)
def test_what_blocks_nothing_is_told(policy, counts, judge):
    plan = grow(counts, judge=judge, policies=(policy,))
    assert plan.blocked == ()
    assert [one.code for one in plan.diagnostics] == ["plan.policy"]


def test_a_warning_that_cannot_be_judged_blocks():
    plan = grow({"a": 4}, judge=judge_nothing, policies=(replace(POLICY, severity="warning"),))
    assert find_blocked(plan) == {"pool.a": ["policy"]}


def test_no_policy_is_always_kept():
    assert find_broken((), (), judge=judge_nothing, costs=Costs()) == ()


@pytest.mark.parametrize(
    ("flavors", "cards"),
    [
        pytest.param({"f": LiveFlavor(name="f", accelerators=4)}, (8, 16), id="known"),
        pytest.param({"f": LiveFlavor(name="f", accelerators=None)}, (None, None), id="not told"),
        pytest.param({}, (None, None), id="not sold"),
        pytest.param(Unread(why="no"), (None, None), id="unread"),
        pytest.param(None, (None, None), id="not asked"),
    ],
)
def test_a_condition_reads_nodes_cards_and_costs(flavors, cards):
    changes = grow({"a": 4}, policies=()).changes
    view = build_view(changes, Costs(flavors=flavors, prices={"f": Decimal("1.5")}))
    summary = view["summary"]
    assert (summary["nodes_before"], summary["nodes_after"], summary["update"], summary["no_op"]) == (2, 4, 1, 0)
    assert (summary["cost_before"], summary["cost_after"]) == (3.0, 6.0)
    assert (summary["cards_before"], summary["cards_after"]) == cards
    row = view["changes"][0]
    assert (row["address"], row["kind"], row["action"], row["disruption"]) == ("pool.a", "pool", "update", "new_nodes")
    assert row["fields"] == [{"path": "resources[f].count", "before": 2, "after": 4, "disruption": "new_nodes"}]
    assert row["nodes"] == [{"flavor": "f", "node_pool": "", "before": 2, "after": 4}]


def test_what_is_known_after_apply_is_null_and_a_range_is_its_start():
    network = make_network("net-a")
    pool = make_pool("pool-a", network="network.a", count=CountRange(minimum=1, maximum=5, initial=3))
    plan = build_plan(make_request(blocks={"network.a": network, "pool.a": pool}))
    row = build_view(plan.changes, Costs())["changes"][-1]
    assert row["before"] is None
    assert row["after"]["spec"]["network"] == {"name": None}
    assert row["after"]["spec"]["resources"][0]["count"] == 3
    ranged = replace(plan.changes[-1], after=pool)
    assert build_view((ranged,), Costs())["changes"][0]["after"]["spec"]["resources"][0]["count"] == 3


@pytest.mark.parametrize(("condition", "is_read"), [("summary.cards_after < 9", True), ("true", False)])
def test_flavors_are_read_where_a_policy_counts_cards(condition, is_read):
    request = make_request()
    desired = replace(request.desired, policies=(replace(POLICY, condition=condition),))
    assert find_evidence_needs(build_plan(request), desired).flavors is is_read


def test_a_move_is_planned_under_its_new_address_and_part_of_the_digest():
    tree = make_pool("pool-a")
    request = make_request(blocks={"pool.b": tree}, tracked={"pool.a": track(tree)}, live={"pool.a": make_live(tree)})
    moving = find_moves(request.state.resources, (MovedBlock(source=address("pool.a"), target=address("pool.b")),))
    moved = replace(
        request,
        state=replace(request.state, resources=rename(request.state.resources, moving.previous)),
        snapshot=rename_snapshot(replace(request.snapshot, missing=frozenset({address("pool.x")})), moving.previous),
        previous=moving.previous,
    )
    plan = build_plan(moved)
    assert [(str(one.address), str(one.previous_address), one.action.value) for one in plan.changes] == [
        ("pool.b", "pool.a", "no-op")
    ]
    assert (plan.summary.move, plan.summary.no_op) == (1, 1)
    assert plan.changes[0].digest != build_plan(replace(moved, previous={})).changes[0].digest
    assert moved.snapshot.missing == {parse_address("pool.x")}
