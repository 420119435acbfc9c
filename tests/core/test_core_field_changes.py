"""Which leaves of two trees differ: values, and values that ``==`` takes for equal."""

import pytest

from planner.core.field_changes import find_differences
from planner.core.flatten import flatten
from planner.core.trees import ABSENT
from planner.kinds.pool import POOL_RULES

PATH = ("spec", "x")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a", "b", id="texts"),
        pytest.param(1, True, id="a number and true"),
        pytest.param(0, False, id="a number and false"),
        pytest.param(1, 1.0, id="a whole number and a fraction"),
        pytest.param([1], [True], id="lists that are equal to Python"),
        pytest.param("", None, id="an empty text and null"),
    ],
)
def test_leaves_differ_by_value_and_by_type(before, after):
    trees = [{"spec": {"x": one, "same": 1}} for one in (before, after)]
    assert find_differences(*trees, rules=POOL_RULES) == ((PATH, before, after),)


def test_what_is_on_one_side_alone_is_told():
    found = find_differences({"spec": {"x": 1}}, {"spec": {"y": 2}}, rules=POOL_RULES)
    assert found == ((("spec", "y"), ABSENT, 2), (PATH, 1, ABSENT))


def test_a_leaf_alone_has_no_leaves_below():
    assert flatten("a", POOL_RULES) == {}
