"""Operations, applied in order to what is live, give the target; never growth and shrinkage in one."""

import pytest
from core_cases import POOLS, make_live, make_pool_tree, plan_update
from hypothesis import given, settings

from planner.core.field_changes import find_differences
from planner.core.merge_patch import apply_merge_patch
from planner.core.rebuild import Rebuilt, Stale, rebuild
from planner.core.trees import ABSENT
from planner.kinds.pool import POOL_RULES


def plan_trees(live, desired):
    return plan_update(make_live(live), desired)


def apply_all(change):
    tree = change.before
    for operation in change.operations:
        tree = apply_merge_patch(tree, operation.body or {})
    return tree


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS)
def test_the_operations_applied_in_order_give_the_target(live, desired):
    change = plan_trees(live, desired)
    assert find_differences(apply_all(change), change.after, rules=POOL_RULES) == ()


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS)
def test_the_merge_patch_applied_to_before_gives_after(live, desired):
    change = plan_trees(live, desired)
    assert apply_merge_patch(change.before, change.merge_patch) == change.after


def test_the_example_of_the_page_comes_out_to_the_letter():
    flavor = "modelarts.vm.cpu.4ud"
    live = make_pool_tree({"flavor": flavor, "count": 2, "maxCount": 2, "nodePool": f"{flavor}-default"})
    change = plan_trees(live, {"spec": {"resources": [{"flavor": flavor, "count": 3}]}})
    assert [one.body for one in change.operations] == [{"spec": {"resources": [{"flavor": flavor, "count": 3}]}}]
    assert change.after_unknown == {"spec": {"resources": [{"nodePool": True, "maxCount": True}]}}


def test_growth_comes_before_shrinkage_and_nodes_go_by_name():
    live = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 3})
    change = plan_trees(live, make_pool_tree({"flavor": "f", "count": 4}, {"flavor": "g", "count": 1}))
    assert [(one.method, one.nodes.count if one.nodes else 0) for one in change.operations] == [
        ("PATCH", 0),
        ("POST", 2),
        ("PATCH", 0),
    ]
    assert change.operations[0].body == {
        "spec": {"resources": [{"flavor": "f", "count": 4}, {"flavor": "g", "count": 3}]}
    }


def test_a_body_rebuilt_on_a_fresh_read_keeps_what_others_did_meanwhile():
    live = make_pool_tree({"flavor": "f", "count": 2})
    change = plan_trees(live, make_pool_tree({"flavor": "f", "count": 3}))
    fresh = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "o", "count": 4}, team="x")
    rebuilt = rebuild(change.operations[0], fresh, after=change.after, rules=POOL_RULES)
    assert isinstance(rebuilt, Rebuilt)
    assert rebuilt.body == {"spec": {"resources": [{"flavor": "f", "count": 3}, {"flavor": "o", "count": 4}]}}


def test_a_field_that_moved_makes_the_operation_stale():
    change = plan_trees(make_pool_tree({"flavor": "f", "count": 2}), make_pool_tree({"flavor": "f", "count": 3}))
    stale = rebuild(
        change.operations[0], make_pool_tree({"flavor": "f", "count": 6}), after=change.after, rules=POOL_RULES
    )
    assert isinstance(stale, Stale)
    assert [(one.label, one.planned, one.live) for one in stale.moved] == [("resources[f].count", 2, 6)]


def test_a_field_that_is_already_as_wanted_is_not_sent():
    change = plan_trees(make_pool_tree({"flavor": "f", "count": 2}), make_pool_tree({"flavor": "f", "count": 3}))
    assert rebuild(
        change.operations[0], make_pool_tree({"flavor": "f", "count": 3}), after=change.after, rules=POOL_RULES
    ) == Rebuilt(body={}, sent=())


def test_an_entry_of_others_is_counted_and_kept():
    live = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "o", "count": 4})
    change = plan_trees(live, make_pool_tree({"flavor": "f", "count": 2}))
    assert (change.action.value, change.kept_entries, change.fields) == ("no-op", 1, ())


def test_a_scope_that_others_turned_around_is_not_stale():
    change = plan_trees(
        {**make_pool_tree(), "spec": {"scope": ["Train", "Infer"]}}, {**make_pool_tree(), "spec": {"scope": ["Train"]}}
    )
    fresh = {**make_pool_tree(), "spec": {"scope": ["Infer", "Train"]}}
    rebuilt = rebuild(change.operations[0], fresh, after=change.after, rules=POOL_RULES)
    assert isinstance(rebuilt, Rebuilt)
    assert rebuilt.body == {"spec": {"scope": ["Train"]}}


SHRINKING = plan_trees(make_pool_tree({"flavor": "f", "count": 9}, x="1"), make_pool_tree({"flavor": "f", "count": 5}))


@pytest.mark.parametrize(
    ("count", "is_settling", "result"),
    [
        pytest.param(9, False, Rebuilt, id="as planned"),
        pytest.param(7, False, Stale, id="on its way, but nothing was removed by name"),
        pytest.param(7, True, Rebuilt, id="on its way after nodes were removed by name"),
        pytest.param(10, True, Stale, id="above what was planned"),
        pytest.param(4, True, Stale, id="below what is wanted"),
        pytest.param(ABSENT, True, Stale, id="the entry is gone"),
    ],
)
def test_a_count_may_follow_the_nodes_that_go(count, is_settling, result):
    entries = [{"flavor": "f", "count": one} for one in [count] if one is not ABSENT]
    found = rebuild(
        SHRINKING.operations[-1],
        make_pool_tree(*entries),
        after=SHRINKING.after,
        rules=POOL_RULES,
        is_settling=is_settling,
    )
    assert isinstance(found, result)


def test_only_counts_may_stand_between():
    change = plan_trees(make_pool_tree(team="c"), make_pool_tree(team="a"))
    fresh = make_pool_tree(team="b")
    found = rebuild(change.operations[0], fresh, after=change.after, rules=POOL_RULES, is_settling=True)
    assert isinstance(found, Stale)
