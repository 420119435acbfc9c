"""The three-way merge keeps what is others' and removes only what was sent."""

import pytest
from core_cases import POOLS, make_pool_tree
from hypothesis import given, settings

from planner.core.field_changes import find_differences
from planner.core.merge import Versions, merge_resource
from planner.core.trees import is_same
from planner.kinds.pool import POOL_RULES

RULES = POOL_RULES


def merge(last, live, desired):
    return merge_resource(Versions(last_applied=last, live=live, desired=desired), RULES)


@pytest.mark.parametrize(
    ("last", "live", "desired", "target"),
    [
        pytest.param(
            make_pool_tree(team="a"),
            make_pool_tree(team="a", other="b"),
            make_pool_tree(),
            make_pool_tree(other="b"),
            id="an annotation that was sent goes with its line, that of others stays",
        ),
        pytest.param(
            {}, make_pool_tree(team="a"), make_pool_tree(), make_pool_tree(team="a"), id="what was never sent is kept"
        ),
        pytest.param(
            {},
            make_pool_tree({"flavor": "f", "nodePool": "f-default", "count": 2, "maxCount": 2}),
            make_pool_tree({"flavor": "f", "count": 3}),
            make_pool_tree({"flavor": "f", "nodePool": "f-default", "count": 3, "maxCount": 2}),
            id="an entry without a node pool matches the default pool of its flavor",
        ),
        pytest.param(
            make_pool_tree({"flavor": "f", "count": 2, "taints": [{"key": "k", "effect": "NoExecute"}]}),
            make_pool_tree(
                {
                    "flavor": "f",
                    "count": 2,
                    "taints": [{"key": "k", "effect": "NoExecute"}, {"key": "o", "effect": "NoExecute"}],
                }
            ),
            make_pool_tree({"flavor": "f", "count": 2}),
            make_pool_tree({"flavor": "f", "count": 2, "taints": [{"key": "o", "effect": "NoExecute"}]}),
            id="a taint that was sent goes, that of others stays",
        ),
    ],
)
def test_the_target_is(last, live, desired, target):
    assert is_same(merge(last, live, desired), target)


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS)
def test_merging_again_changes_nothing(live, desired):
    target = merge({}, live, desired)
    assert find_differences(target, merge({}, target, desired), rules=RULES) == ()


@settings(max_examples=1000, deadline=None)
@given(live=POOLS)
def test_what_is_as_wanted_is_left_as_it_is(live):
    assert is_same(merge(live, live, live), live)


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS)
def test_the_order_of_entries_makes_no_difference(live, desired):
    turned = {
        **live,
        "spec": {**live["spec"], "resources": live["spec"]["resources"][::-1], "scope": live["spec"]["scope"][::-1]},
    }
    assert find_differences(merge({}, live, desired), merge({}, turned, desired), rules=RULES) == ()
