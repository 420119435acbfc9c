"""RFC 6902: the operations say what they rest on, and give what they promise."""

import jsonpatch
import pytest
from core_cases import POOLS, make_pool_tree
from hypothesis import given, settings

from planner.core.addresses import Address
from planner.core.json_patch import make_json_patch
from planner.core.trees import Reference


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


NETWORK = Reference(address=Address(kind="network", name="main"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("n-1", NETWORK, id="a reference"),
        pytest.param(str(NETWORK), NETWORK, id="a reference in the place of a text that looks like it"),
        pytest.param("\0", "\0\0", id="texts that start with a NUL"),
        pytest.param(1, 2**60 + 1, id="a whole number that readers round"),
        pytest.param(1, [NETWORK, {"x": NETWORK}], id="references further down"),
    ],
)
def test_a_value_is_tested_and_replaced_as_it_is(before, after):
    assert make_json_patch({"a": before}, {"a": after}) == (
        {"op": "test", "path": "/a", "value": before},
        {"op": "replace", "path": "/a", "value": after},
    )


def test_an_entry_that_changes_places_is_removed_and_added():
    before = {"l": [{"a": 1, "b": [1, 2, 3]}, {"c": 2}]}
    after = {"l": [{"c": 2}, {"a": 1, "b": [1, 2, 3]}]}
    patch = make_json_patch(before, after)
    assert {one["op"] for one in patch} <= {"test", "add", "remove", "replace"}
    assert jsonpatch.apply_patch(before, list(patch)) == after
