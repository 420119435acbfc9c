"""References: found, resolved as far as known, and turned into dependencies (semantics 7.4)."""

import pytest

from planner.core.addresses import Address
from planner.core.references import find_dependencies, find_references, resolve_tree
from planner.core.trees import Reference
from planner.core.unknowns import find_derived, find_unresolved
from planner.kinds.network import NETWORK_RULES
from planner.kinds.pool import POOL_RULES

NETWORK = Address(kind="network", name="main")
PARENT = Address(kind="pool", name="parent")
TO_NETWORK, TO_PARENT = Reference(address=NETWORK), Reference(address=PARENT)
TO_NAME = Reference(address=NETWORK, attribute="name")
TREE = {"spec": {"network": {"name": TO_NETWORK}, "parent": TO_PARENT, "list": [1, {"a": TO_NAME}], "count": 1}}


def test_every_reference_is_found():
    assert list(find_references(TREE)) == [TO_NETWORK, TO_PARENT, TO_NAME]
    assert (find_references("a"), find_references(TO_NAME)) == ((), (TO_NAME,))


@pytest.mark.parametrize(
    ("ids", "spec"),
    [
        pytest.param({}, TREE["spec"], id="nothing is known"),
        pytest.param({NETWORK: "n-1"}, {**TREE["spec"], "network": {"name": "n-1"}}, id="the network is known"),
        pytest.param(
            {NETWORK: "n-1", PARENT: "p-1"},
            {**TREE["spec"], "network": {"name": "n-1"}, "parent": "p-1"},
            id="both are known",
        ),
    ],
)
def test_a_reference_to_an_id_resolves_where_the_id_is_known(ids, spec):
    assert resolve_tree(TREE, ids) == {"spec": spec}


def test_a_reference_to_a_name_is_no_reference_to_an_id():
    assert resolve_tree({"a": TO_NAME}, {NETWORK: "n-1"}) == {"a": TO_NAME}


def test_a_reference_in_a_list_resolves():
    assert resolve_tree({"a": [TO_NETWORK, 1]}, {NETWORK: "n-1"}) == {"a": ["n-1", 1]}


@pytest.mark.parametrize(
    ("spec", "needs"),
    [
        pytest.param({"network": {"name": TO_NETWORK}}, {NETWORK}, id="a reference"),
        pytest.param({"network": {"name": "n-1"}}, {NETWORK}, id="a literal equal to a managed id"),
        pytest.param({"network": {"name": "x-1"}}, set(), id="a literal that nobody here manages"),
        pytest.param({"network": {"name": "p-1"}}, set(), id="the id of another kind"),
        pytest.param({"parent": "p-1"}, {PARENT}, id="a parent"),
        pytest.param({"network": {"name": TO_NETWORK}, "parent": TO_PARENT}, {NETWORK, PARENT}, id="both"),
        pytest.param({"scope": ["n-1"]}, set(), id="the same text elsewhere"),
        pytest.param({"network": {"name": ""}}, set(), id="an empty literal"),
        pytest.param({}, set(), id="none"),
    ],
)
def test_a_resource_depends_on(spec, needs):
    owners = {("network", "n-1"): NETWORK, ("pool", "p-1"): PARENT}
    assert find_dependencies({"spec": spec}, POOL_RULES, owners=owners) == needs


def test_a_network_depends_on_nothing_by_a_literal():
    owners = {("network", "n-1"): NETWORK}
    assert find_dependencies({"spec": {"network": {"name": "n-1"}}}, NETWORK_RULES, owners=owners) == frozenset()


@pytest.mark.parametrize(
    ("tree", "unknown"),
    [
        pytest.param({"spec": {"network": {"name": TO_NETWORK}, "type": "Dedicate"}}, {"spec": {"network": {"name": True}}}, id="a member"),
        pytest.param({"spec": {"type": "Dedicate", "list": [1, 2]}}, {}, id="nothing"),
        pytest.param({"a": [1, TO_PARENT, {"b": TO_NAME, "c": 1}]}, {"a": [False, True, {"b": True}]}, id="in a list, by place"),
    ],
)  # fmt: skip
def test_what_is_known_after_apply_is_told_in_the_same_shape(tree, unknown):
    assert find_unresolved(tree) == unknown


@pytest.mark.parametrize(
    ("full", "after", "derived"),
    [
        pytest.param([{"count": 3}], [{"count": 3}], {}, id="nothing"),
        pytest.param(
            [{"count": 3, "maxCount": 3}, {"count": 1}], [{"count": 3}, {"count": 1}],
            {"spec": {"resources": [{"maxCount": True}, {}]}}, id="by the place of the entry",
        ),
    ],
)  # fmt: skip
def test_what_the_service_derives_is_told(full, after, derived):
    assert find_derived({"spec": {"resources": full}}, {"spec": {"resources": after}}) == derived
