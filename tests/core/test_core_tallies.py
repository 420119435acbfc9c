"""Nodes, accelerators and money that go and come, and the limits on them (semantics 5.1, 5.2)."""

from decimal import Decimal

import pytest
from core_cases import MAKING, POOL, make_live, make_pool_tree, make_subject, plan_update

from planner.core.desired import NO_LIMITS, Guards
from planner.core.limits import find_excesses
from planner.core.money import format_amount, make_amount
from planner.core.resource_changes import Replaced, make_deletion, make_replacement
from planner.core.snapshot import LiveFlavor, Unread
from planner.core.tallies import Measures, Tally, add_tallies, make_tally, make_whole_tally
from planner.core.targets import find_target
from planner.kinds.pool import POOL_RULES

LIVE = make_live(make_pool_tree({"flavor": "gpu", "count": 10}, {"flavor": "cpu", "count": 4}))
FLAVORS = {"gpu": LiveFlavor(name="gpu", accelerators=8), "cpu": LiveFlavor(name="cpu", accelerators=0)}
PRICES = {"gpu": Decimal("3.2"), "cpu": Decimal("0.1")}
MEASURES = Measures(flavors=FLAVORS, prices=PRICES)


def resize(gpu, cpu=4):
    return plan_update(LIVE, make_pool_tree({"flavor": "gpu", "count": gpu}, {"flavor": "cpu", "count": cpu}))


def replace_pool(gpu=10):
    tree = make_pool_tree({"flavor": "gpu", "count": gpu}, {"flavor": "cpu", "count": 4})
    target = find_target(make_subject(LIVE, tree), POOL_RULES)
    return make_replacement(POOL, tree, replaced=Replaced(live=LIVE, target=target, reason="requested"), making=MAKING)


def test_what_goes_and_what_comes_is_counted_apart():
    assert make_tally(resize(8, 7), MEASURES) == Tally(
        before=14, removed=2, added=3, accelerators_removed=16, cost_added=Decimal("0.3")
    )


def test_a_run_counts_a_deleted_pool_with_all_its_nodes():
    deletion = make_deletion(POOL, LIVE, making=MAKING, reason="removed")
    assert make_whole_tally(deletion, MEASURES) == Tally(before=14, removed=14, accelerators_removed=80)


def test_a_run_counts_a_replaced_pool_as_gone_and_come_and_its_growth_as_money():
    assert make_whole_tally(replace_pool(11), MEASURES) == Tally(
        before=14, removed=14, added=15, accelerators_removed=80, cost_added=Decimal("3.2")
    )


def test_a_run_counts_an_update_as_it_is():
    assert make_whole_tally(resize(8), MEASURES) == make_tally(resize(8), MEASURES)


@pytest.mark.parametrize(
    "flavors",
    [
        pytest.param(None, id="not read"),
        pytest.param(Unread(why="no"), id="could not be read"),
        pytest.param({}, id="not sold"),
        pytest.param({"gpu": LiveFlavor(name="gpu", accelerators=None)}, id="not told"),
    ],
)
def test_accelerators_that_nobody_can_count_are_named(flavors):
    tally = make_tally(resize(8), Measures(flavors=flavors, prices={}))
    assert (tally.accelerators_removed, tally.unmeasured) == (0, ("gpu",))


def test_growth_without_a_price_is_named():
    tally = make_tally(resize(11, 5), Measures(flavors=None, prices={"cpu": Decimal(1)}))
    assert (tally.cost_added, tally.unpriced) == (Decimal(1), ("gpu",))


def test_tallies_add_up():
    one = Tally(before=1, removed=2, added=3, accelerators_removed=4, cost_added=Decimal("0.1"), unpriced=("b", "a"))
    other = Tally(before=10, cost_added=Decimal("0.2"), unmeasured=("x",), unpriced=("a",))
    assert add_tallies([one, other]) == Tally(
        before=11,
        removed=2,
        added=3,
        accelerators_removed=4,
        cost_added=Decimal("0.3"),
        unmeasured=("x",),
        unpriced=("a", "b"),
    )


EXCESSES = [
    pytest.param({}, Tally(before=9, removed=9, added=99, accelerators_removed=9), [], id="no limits"),
    pytest.param({"max_percent_removed": 50}, Tally(before=9, removed=5), ["max_percent_removed"], id="percent"),
    pytest.param({"max_percent_removed": 50}, Tally(before=9, removed=4), [], id="percent just so"),
    pytest.param({"max_nodes_removed": 1}, Tally(before=9, removed=2), ["max_nodes_removed"], id="nodes"),
    pytest.param({"max_nodes_added": 1}, Tally(added=2), ["max_nodes_added"], id="added"),
    pytest.param({"max_nodes_added": 1}, Tally(added=1), [], id="added just so"),
    pytest.param(
        {"max_accelerators_removed": 1}, Tally(accelerators_removed=2), ["max_accelerators_removed"], id="accelerators"
    ),
    pytest.param({"max_accelerators_removed": 2}, Tally(accelerators_removed=2), [], id="accelerators just so"),
    pytest.param(
        {"max_accelerators_removed": 2}, Tally(unmeasured=("f",)), ["max_accelerators_removed"], id="not countable"
    ),
    pytest.param(
        {"max_hourly_cost_added": Decimal(1)}, Tally(cost_added=Decimal("1.01")), ["max_hourly_cost_added"], id="cost"
    ),
    pytest.param({"max_hourly_cost_added": Decimal("1.01")}, Tally(cost_added=Decimal("1.01")), [], id="cost just so"),
    pytest.param(
        {"max_hourly_cost_added": Decimal(9)}, Tally(unpriced=("f",)), ["max_hourly_cost_added"], id="without a price"
    ),
]


@pytest.mark.parametrize(("limits", "tally", "keys"), EXCESSES)
def test_limits_that_are_exceeded_are_told(limits, tally, keys):
    guards = Guards(**{"max_percent_removed": None, "max_nodes_added": None, **limits})
    assert [one.key for one in find_excesses(guards, tally)] == keys


def test_a_run_has_no_limits_unless_the_files_write_them():
    tally = Tally(before=9, removed=9, added=999, accelerators_removed=9, cost_added=Decimal(9), unpriced=("f",))
    assert list(find_excesses(NO_LIMITS, tally)) == []


@pytest.mark.parametrize(
    ("number", "text"),
    [
        pytest.param(3.20, "3.20", id="as in the files"),
        pytest.param(3, "3.00", id="a whole number"),
        pytest.param(0.1, "0.10", id="no float noise"),
        pytest.param(0.125, "0.125", id="more decimals where needed"),
        pytest.param(1000000.0, "1000000.00", id="no exponent for large ones"),
        pytest.param(1e-7, "0.0000001", id="no exponent for small ones"),
        pytest.param(0, "0.00", id="nothing"),
    ],
)
def test_money_is_written_in_plain_decimals(number, text):
    assert format_amount(make_amount(number)) == text


def test_a_tenth_three_times_is_three_tenths():
    assert format_amount(make_amount(0.1) * 3) == "0.30"
