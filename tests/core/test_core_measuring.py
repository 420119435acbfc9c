"""What the nodes of a plan are worth: accelerators by flavor, money by change."""

from dataclasses import replace
from decimal import Decimal

from planning_cases import make_live, make_pool, make_request, track

from planner.core.evidence import FlavorAccelerators
from planner.core.money import HourlyCost
from planner.core.planning import build_plan
from planner.core.snapshot import LiveFlavor

SMALL, LARGE = make_pool("a", count=2), make_pool("a", count=5)
FLAVORS = {"f": LiveFlavor(name="f", accelerators=8), "g": LiveFlavor(name="g", accelerators=1)}


def plan_growth(*, prices, flavors):
    request = make_request(
        blocks={"pool.a": LARGE}, tracked={"pool.a": track(SMALL)}, live={"pool.a": make_live(SMALL)}
    )
    return build_plan(
        replace(
            request,
            desired=replace(request.desired, prices=prices),
            snapshot=replace(request.snapshot, flavors=flavors),
        )
    )


def test_each_change_says_what_its_nodes_cost_an_hour():
    [change] = plan_growth(prices={"f": Decimal("0.5")}, flavors=None).changes
    assert change.cost == HourlyCost(before=Decimal("1.0"), after=Decimal("2.5"))


def test_without_prices_nothing_is_said_of_money():
    [change] = plan_growth(prices={}, flavors=None).changes
    assert change.cost is None


def test_a_plan_knows_the_accelerators_of_its_flavors_and_of_no_other():
    assert plan_growth(prices={}, flavors=FLAVORS).accelerators == (FlavorAccelerators(flavor="f", accelerators=8),)


def test_what_nobody_looked_at_is_left_out():
    assert plan_growth(prices={}, flavors=None).accelerators == ()
