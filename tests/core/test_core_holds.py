"""Holds: which changes they block, until when, and how one takes the place of another."""

import datetime as dt
from dataclasses import replace

import pytest
from planning_cases import NOW, make_live, make_pool, plan, track

from planner.core.addresses import Address
from planner.core.field_paths import EntryKey
from planner.core.holds import format_moment, renew_holds
from planner.core.scaling import (
    ScaledEntry,
    ScaleTarget,
    find_change,
    find_companions,
    find_planned,
    find_total,
    parse_scale_target,
)
from planner.core.tracking import Hold
from planner.kinds.pool import POOL_RULES

LATER = NOW + dt.timedelta(hours=1)
POOL = Address(kind="pool", name="a")


def make_hold(count=6, *, entry="f", until=LATER, reason="INC-1"):
    return Hold(entry=entry, count=count, until=until, who="kim@desk", reason=reason)


def plan_count(count, *holds, live=6, **rest):
    before = make_pool("a", count=live)
    return plan(
        blocks={"pool.a": make_pool("a", count=count)},
        tracked={"pool.a": replace(track(before), holds=holds)},
        live={"pool.a": make_live(before)},
        allow=("pool.a=destroys",),
        **rest,
    )


def find_held(planned):
    return [one.detail for one in planned.blocked if one.code == "hold"]


@pytest.mark.parametrize(
    ("count", "live", "hold", "is_held"),
    [
        pytest.param(5, 6, make_hold(), True, id="away from the held count"),
        pytest.param(7, 6, make_hold(), True, id="beyond the held count"),
        pytest.param(6, 4, make_hold(), False, id="towards the held count"),
        pytest.param(5, 4, make_hold(), True, id="towards another count"),
        pytest.param(4, 4, make_hold(), False, id="no change at all"),
        pytest.param(5, 6, make_hold(until=NOW), False, id="over"),
        pytest.param(5, 6, make_hold(entry="g"), False, id="of another entry"),
    ],
)
def test_a_hold_blocks_what_would_undo_its_count(count, live, hold, is_held):
    assert bool(find_held(plan_count(count, hold, live=live))) is is_held


@pytest.mark.parametrize(
    "options", [pytest.param({"destroy": True}, id="delete"), pytest.param({"replace": ("pool.a",)}, id="replace")]
)
def test_a_held_pool_does_not_go(options):
    [words] = find_held(plan_count(6, make_hold(), **options))
    assert "It goes with the pool" in words


def test_a_hold_says_who_until_when_why_and_what_lifts_it():
    [words] = find_held(plan_count(5, make_hold()))
    assert words == (
        "kim@desk holds f at 6 until 2026-11-24T01:00:00Z (INC-1). This change would undo that. Write that count into "
        "these files, wait for the end, or lift the hold: poolctl scale pool.a --release"
    )


def test_a_hold_without_a_reason_says_so_much_less():
    [words] = find_held(plan_count(5, make_hold(reason="")))
    assert "until 2026-11-24T01:00:00Z. This" in words


def test_a_new_hold_takes_the_place_of_that_of_its_entry_and_of_those_that_are_over():
    old, over, other = make_hold(), make_hold(entry="g", until=NOW), make_hold(entry="h")
    new = make_hold(3)
    assert renew_holds((old, over, other), (new,), now=NOW) == (new, other)


def test_moments_are_told_in_utc():
    assert format_moment(LATER.astimezone(dt.timezone(dt.timedelta(hours=5)))) == "2026-11-24T01:00:00Z"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        pytest.param("f=3", ScaleTarget(flavor="f", count=3), id="flavor"),
        pytest.param("f/np=3", ScaleTarget(flavor="f", node_pool="np", count=3), id="node pool"),
        pytest.param("f/np@z=0", ScaleTarget(flavor="f", node_pool="np", az="z", count=0), id="zone"),
        pytest.param("f", None, id="no number"),
        pytest.param("f=", None, id="empty number"),
        pytest.param("f=-1", None, id="negative"),
        pytest.param("f=1.5", None, id="not whole"),
        pytest.param("f=٣", None, id="digits of another script"),
        pytest.param("=3", None, id="no flavor"),
        pytest.param("f//=3", None, id="empty node pool"),
    ],
)
def test_a_target_is_read_or_refused(text, target):
    assert parse_scale_target(text) == target


def test_a_target_has_the_name_that_was_typed():
    targets = [parse_scale_target(f"{name}=1") for name in ("f", "f/np", "f@z", "f/np@z")]
    assert [one.name for one in targets if one] == ["f", "f/np", "f@z", "f/np@z"]


SCALED = ScaledEntry(target=ScaleTarget(flavor="f", count=5), key=EntryKey(parts=("f", "")))


def test_the_planned_count_is_that_of_the_entry_or_of_its_zone():
    tree = make_pool("a", resources=[{"flavor": "f", "count": 5, "azs": [{"az": "z", "count": 2}]}])
    zoned = ScaledEntry(target=ScaleTarget(flavor="f", az="z", count=2), key=SCALED.key)
    assert find_planned(tree, SCALED, rules=POOL_RULES) == 5
    assert find_planned(tree, zoned, rules=POOL_RULES) == 2
    assert find_total(tree, zoned, rules=POOL_RULES) == 5


def test_what_comes_along_with_a_count_is_named():
    before = make_pool("a", network="net-p", count=4)
    wanted = make_pool("a", network="net-p", count=5, scope=["Train"])
    planned = plan(
        blocks={"pool.a": wanted, "pool.b": make_pool("b")},
        tracked={"pool.a": track(before)},
        live={"pool.a": make_live(before)},
    )
    assert find_change(planned, POOL) is not None
    assert find_companions(planned, POOL, (SCALED,)) == ("scope", "pool.b")


def test_a_plan_without_the_address_has_only_companions():
    planned = plan(blocks={"pool.b": make_pool("b")})
    assert find_change(planned, POOL) is None
    assert find_companions(planned, POOL, (SCALED,)) == ("pool.b",)
