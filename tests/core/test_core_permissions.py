"""What lifts a block: a permission of its class, for its address, while it lasts."""

import datetime as dt

import pytest

from planner.core.addresses import Address
from planner.core.changes import Disruption
from planner.core.desired import Permission
from planner.core.limits import find_removal_limit
from planner.core.permissions import (
    find_allowed_removals,
    find_valid,
    is_allowed,
    is_disruption_allowed,
    parse_permission,
)

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
POOL = Address(kind="pool", name="a")


@pytest.mark.parametrize(
    "text",
    ["pool.a", "=drains", "pool.a=harmless", "pool.*=destroys", "pool.a="],
)
def test_a_text_that_spells_no_permission_is_refused(text):
    assert parse_permission(text) is None


@pytest.mark.parametrize(
    ("text", "address", "class_name"),
    [
        pytest.param("pool.a=drains", "pool.a", "drains", id="an address"),
        pytest.param("pool.*=interrupts", "pool.*", "interrupts", id="a glob"),
        pytest.param("pool.a=destroys", "pool.a", "destroys", id="destroys by its address"),
        pytest.param("pool.a=purchases", "pool.a", "purchases", id="purchases"),
        pytest.param("pool.a=recreate", "pool.a", "recreate", id="recreate"),
        pytest.param('pool.team["x=y"]=drains', 'pool.team["x=y"]', "drains", id="a key with the separator in it"),
        pytest.param('pool.team["a*"]=destroys', 'pool.team["a*"]', "destroys", id="a key is no glob"),
    ],
)
def test_a_text_spells_a_permission(text, address, class_name):
    assert parse_permission(text) == Permission(address=address, class_name=class_name)


@pytest.mark.parametrize("class_name", ["purchases", "recreate"])
def test_a_permission_of_its_own_kind_is_lifted_by_no_other(class_name):
    given = [Permission(address="pool.a", class_name=class_name)]
    assert is_allowed(class_name, given)
    assert not is_allowed(class_name, [Permission(address="pool.a", class_name="destroys")])
    assert not is_disruption_allowed(Disruption.NEW_NODES, given)


@pytest.mark.parametrize(("limits", "nodes"), [((), 0), ((None,), 0), ((6,), 6), ((2, None, 6, 3), 6)])
def test_the_largest_release_of_nodes_holds(limits, nodes):
    given = [Permission(address="pool.a", class_name="", max_nodes_removed=limit) for limit in limits]
    assert find_allowed_removals(given) == nodes


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
        pytest.param(
            Permission(address="pool.a", class_name="drains", until=NOW + dt.timedelta(seconds=1)),
            True,
            id="it has not",
        ),
        pytest.param(Permission(address="pool.a", class_name="destroys"), True, id="destroys by its address"),
        pytest.param(Permission(address='pool.a["*"]', class_name="drains"), False, id="a key is no glob"),
    ],
)
def test_a_permission_holds(permission, holds):
    assert bool(find_valid([permission], POOL, now=NOW)) is holds


@pytest.mark.parametrize(("before", "limit"), [(1, 1), (3, 1), (4, 2), (100, 50)])
def test_half_of_the_nodes_may_go_and_at_least_one(before, limit):
    assert find_removal_limit(before, 50) == limit
