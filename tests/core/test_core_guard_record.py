"""Guards that the state remembers, and files that loosen them (semantics 5.2)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from core_cases import POOL

from planner.core.desired import NO_LIMITS, DesiredResource, DesiredState, Guards
from planner.core.guard_record import Loosened, find_loosened, record_guards


def make_desired(*, outer=None, run=None, pool=None):
    guards = replace(Guards(), **(outer or {}))
    resource = DesiredResource(address=POOL, tree={}, guards=replace(guards, **(pool or {})))
    return DesiredState(guards=guards, run_guards=replace(NO_LIMITS, **(run or {})), resources={POOL: resource})


def test_the_defaults_leave_nothing_to_remember():
    assert record_guards(make_desired()) == {}
    assert find_loosened({}, make_desired()) == ()


def test_what_differs_from_the_defaults_is_remembered():
    desired = make_desired(
        outer={"max_nodes_removed": 3, "max_hourly_cost_added": Decimal("1.5")},
        run={"max_nodes_added": 9},
        pool={"on_drift": "stop"},
    )
    assert record_guards(desired) == {
        "guards": {"max_nodes_removed": 3, "max_hourly_cost_added": "1.50"},
        "guards.run": {"max_nodes_added": 9},
        "pool.a": {"on_drift": "stop"},
    }


RULES = [
    pytest.param({"outer": {"max_nodes_removed": 3}}, id="a limit"),
    pytest.param({"outer": {"max_hourly_cost_added": Decimal("1.5")}}, id="money"),
    pytest.param({"outer": {"max_disruption": "none"}}, id="disruption"),
    pytest.param({"run": {"max_percent_removed": 9}}, id="the run"),
    pytest.param({"outer": {"max_nodes_removed": 3}, "pool": {"max_nodes_removed": 1}}, id="a pool"),
]


@pytest.mark.parametrize("rules", RULES)
def test_the_same_guards_are_not_looser(rules):
    assert find_loosened(record_guards(make_desired(**rules)), make_desired(**rules)) == ()


@pytest.mark.parametrize("rules", RULES)
def test_guards_whose_lines_go_are_looser(rules):
    assert len(find_loosened(record_guards(make_desired(**rules)), make_desired())) == len(rules)


@pytest.mark.parametrize("rules", RULES)
def test_guards_that_come_are_not_looser(rules):
    assert find_loosened({}, make_desired(**rules)) == ()


def test_a_guard_that_all_pools_share_is_told_once():
    assert find_loosened({}, make_desired(outer={"max_percent_removed": 80})) == (
        Loosened(scope="guards", key="max_percent_removed", before="50", after="80"),
    )


def test_a_pool_that_loosens_further_than_all_is_told_beside_them():
    record = {"guards": {"max_nodes_removed": 5}, "pool.a": {"max_nodes_removed": 1}}
    found = find_loosened(record, make_desired(outer={"max_nodes_removed": 7}))
    assert [(one.scope, one.before, one.after) for one in found] == [("guards", "5", "7"), ("pool.a", "1", "7")]


@pytest.mark.parametrize(
    ("before", "after", "is_looser"),
    [
        pytest.param("stop", None, True, id="stop to the default"),
        pytest.param(None, "revert", True, id="the default to revert"),
        pytest.param("keep", "revert", True, id="keep to revert"),
        pytest.param(None, "keep", False, id="the default to keep"),
        pytest.param("revert", "stop", False, id="revert to stop"),
    ],
)
def test_doing_more_about_drift_is_looser(before, after, is_looser):
    record = record_guards(make_desired(outer={"on_drift": before}))
    assert bool(find_loosened(record, make_desired(outer={"on_drift": after}))) is is_looser


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param({"max_nodes_removed": "many"}, id="a text for a number"),
        pytest.param({"max_disruption": 3}, id="a number for a word"),
        pytest.param({"max_disruption": "some"}, id="no such word"),
        pytest.param({"max_hourly_cost_added": "1e9999999"}, id="no amount"),
        pytest.param({"max_hourly_cost_added": 1}, id="an amount that is no text"),
        pytest.param({"no_such_guard": 1}, id="no such guard"),
    ],
)
def test_a_record_that_somebody_edited_is_no_guard(rows):
    assert find_loosened({"guards": rows}, make_desired()) == ()
