"""What lifts a block: a permission of its class, for its address, while it lasts."""

import datetime as dt

import pytest

from planner.core.addresses import Address
from planner.core.changes import Disruption
from planner.core.desired import Permission
from planner.core.guards import find_removal_limit
from planner.core.permissions import find_valid, is_disruption_allowed, parse_permission

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
POOL = Address(kind="pool", name="a")


@pytest.mark.parametrize(
    "text",
    ["pool.a", "=drains", "pool.a=harmless", "pool.*=destroys", "pool.a="],
)
def test_a_text_that_spells_no_permission_is_refused(text):
    assert parse_permission(text) is None


def test_a_permission_of_a_worse_class_lifts_the_milder_one():
    assert is_disruption_allowed(Disruption.DRAINS, [Permission(address="pool.a", class_name="interrupts")])
    assert not is_disruption_allowed(Disruption.DESTROYS, [Permission(address="pool.a", class_name="interrupts")])


@pytest.mark.parametrize(
    ("permission", "holds"),
    [
        pytest.param(Permission(address="pool.*", class_name="drains"), True, id="a glob names it"),
        pytest.param(Permission(address="pool.*", class_name="destroys"), False, id="no glob destroys"),
        pytest.param(Permission(address="pool.b", class_name="drains"), False, id="another address"),
        pytest.param(Permission(address="pool.a", class_name="drains", until=NOW), False, id="it has ended"),
    ],
)
def test_a_permission_holds(permission, holds):
    assert bool(find_valid([permission], POOL, now=NOW)) is holds


@pytest.mark.parametrize(("before", "limit"), [(1, 1), (3, 1), (4, 2), (100, 50)])
def test_half_of_the_nodes_may_go_and_at_least_one(before, limit):
    assert find_removal_limit(before, 50) == limit
