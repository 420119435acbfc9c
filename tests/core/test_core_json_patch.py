"""RFC 6902: the operations say what they rest on, and give what they promise."""

import jsonpatch
from core_cases import POOLS, make_pool_tree
from hypothesis import given, settings

from planner.core.json_patch import make_json_patch


@settings(max_examples=1000, deadline=None)
@given(before=POOLS, after=POOLS)
def test_the_operations_turn_before_into_after(before, after):
    assert jsonpatch.apply_patch(before, list(make_json_patch(before, after))) == after


def test_an_operation_in_an_entry_comes_after_a_test_of_its_flavor():
    before = make_pool_tree({"flavor": "f", "count": 2})
    after = make_pool_tree({"flavor": "f", "count": 3})
    assert make_json_patch(before, after) == (
        {"op": "test", "path": "/spec/resources/0/flavor", "value": "f"},
        {"op": "test", "path": "/spec/resources/0/count", "value": 2},
        {"op": "replace", "path": "/spec/resources/0/count", "value": 3},
    )


def test_a_resource_that_is_made_starts_from_null():
    assert jsonpatch.apply_patch(None, list(make_json_patch(None, {"a": 1}))) == {"a": 1}
