"""Targets take what they need along, exclusions what needs them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.addresses import Address, parse_address
from planner.core.changes import PlanInputs
from planner.core.selection import find_unmatched, is_named, rank_addresses, select

NETWORK = Address(kind="network", name="main")
POOL = Address(kind="pool", name="train")
CHILD = Address(kind="pool", name="child")
OTHER = Address(kind="pool", name="other")
NEEDS = {POOL: frozenset({NETWORK}), CHILD: frozenset({POOL})}


@pytest.mark.parametrize(
    ("inputs", "selected"),
    [
        pytest.param(PlanInputs(), {NETWORK, POOL, CHILD, OTHER}, id="everything by default"),
        pytest.param(PlanInputs(target=("pool.train",)), {NETWORK, POOL}, id="a target takes its network along"),
        pytest.param(
            PlanInputs(target=("pool.*",), exclude=("pool.train",)),
            {NETWORK, OTHER},
            id="an exclusion takes its children along",
        ),
    ],
)
def test_the_selection_is(inputs, selected):
    assert select([NETWORK, POOL, CHILD, OTHER], inputs, needs=NEEDS) == selected


def test_a_pattern_that_names_nothing_is_found():
    assert find_unmatched([POOL], ["pool.t*", "pool.x"]) == ("pool.x",)


def test_a_line_break_is_no_part_of_an_address():
    assert parse_address("pool.a\n") is None


NAMES = st.sampled_from(["pool.a", "pool.ab", 'pool.a["x"]', 'pool.a["x*"]', 'pool.b["x"]', "network.a"])
PATTERNS = st.sampled_from(
    [
        "pool.a",
        "pool.*",
        "pool.?",
        "pool.a*",
        'pool.a["x"]',
        "pool.a[*]",
        'pool.a["x*"]',
        "*",
        "network.a",
        "pool.zz",
        "",
    ]
)


@given(names=st.lists(NAMES, unique=True), patterns=st.lists(PATTERNS))
def test_the_first_pattern_that_names_an_address_is_its_rank(names, patterns):
    addresses = [parse_address(name) for name in names]
    slow = {one: [at for at, pattern in enumerate(patterns) if is_named(one, (pattern,))] for one in addresses}
    assert rank_addresses(addresses, patterns) == {one: ranks[0] for one, ranks in slow.items() if ranks}
    assert find_unmatched(addresses, patterns) == tuple(
        pattern for pattern in patterns if not any(is_named(one, (pattern,)) for one in addresses)
    )
