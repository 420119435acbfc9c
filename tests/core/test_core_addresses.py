"""Addresses: which block an address covers."""

import pytest

from planner.core.addresses import is_covering, parse_address


@pytest.mark.parametrize(
    ("address", "other", "is_covered"),
    [
        pytest.param("pool.team", "pool.team", True, id="itself"),
        pytest.param("pool.team", 'pool.team["a"]', True, id="an instance of the block"),
        pytest.param('pool.team["a"]', 'pool.team["a"]', True, id="one instance"),
        pytest.param('pool.team["a"]', 'pool.team["b"]', False, id="another instance"),
        pytest.param('pool.team["a"]', "pool.team", False, id="the block of an instance"),
        pytest.param("pool.team", "pool.other", False, id="another name"),
        pytest.param("pool.team", 'network.team["a"]', False, id="another kind"),
    ],
)
def test_an_address_covers_itself_and_the_instances_of_its_block(address, other, is_covered):
    assert is_covering(parse_address(address), parse_address(other)) is is_covered
