"""RFC 7396: its appendix as a table, and the law of making and applying."""

import pytest
from core_cases import TREES
from hypothesis import given, settings

from planner.core.merge_patch import apply_merge_patch, make_merge_patch
from planner.core.trees import is_same

APPENDIX = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), APPENDIX)
def test_a_patch_of_the_appendix_gives_its_result(target, patch, result):
    assert apply_merge_patch(target, patch) == result


@settings(max_examples=1000, deadline=None)
@given(before=TREES, after=TREES)
def test_a_made_patch_turns_before_into_after(before, after):
    assert is_same(apply_merge_patch(before, make_merge_patch(before, after)), after)


@settings(max_examples=1000, deadline=None)
@given(tree=TREES)
def test_nothing_is_patched_where_nothing_differs(tree):
    assert make_merge_patch(tree, tree) == {}


def test_numbers_and_truth_values_that_python_calls_equal_are_patched():
    assert is_same(make_merge_patch({"a": 1, "b": 1, "c": 1}, {"a": True, "b": 1.0, "c": 1}), {"a": True, "b": 1.0})
