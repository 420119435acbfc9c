"""Rollouts in words: rules, windows, batches without end, what holds others back, and hostile text."""

from types import SimpleNamespace

import pytest

from planner.core.addresses import Address
from planner.core.rollout_plan import PlannedRollout, Turn, Unfinished
from planner.views.rollout_text import build_rollout_lines, build_turn_lines, format_turn, list_rollouts
from planner.views.spans import format_lines

POOLS = tuple(Address(kind="pool", name=f"p{number}") for number in range(25))
WAITS = "the window of rollout.drivers opens Saturday 2026-11-28 22:00 Europe/Berlin"


def make_plan(**members):
    rollout = {
        "name": "drivers",
        "fields": ("driver", "scope"),
        "order": ("pool.*",),
        "batch_size": 1,
        "on_failure": "stop",
        "window": "",
        "opens": "",
        "closes": "",
        "batches": ((POOLS[0],), (POOLS[1],)),
    }
    return SimpleNamespace(rollouts=(PlannedRollout(**{**rollout, **members}),))


def format_rollouts(plan, *, width=80):
    return format_lines(build_rollout_lines(plan, width=width), colour=False)


def test_a_rollout_says_what_how_and_in_which_order():
    assert format_rollouts(make_plan()) == (
        "Rollout drivers: driver, scope; 1 pool at a time, stops at the first failure.\n"
        "  batch 1: pool.p0\n"
        "  batch 2: pool.p1\n"
    )


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        pytest.param({"opens": "Saturday"}, "window: every day; opens Saturday", id="closed"),
        pytest.param({"closes": "Sunday"}, "window: every day; is open until Sunday", id="open"),
    ],
)
def test_a_window_says_when_it_opens_or_closes(moment, words):
    [told] = list_rollouts(make_plan(window="every day", **moment))
    assert told.rows[0] == words


def test_several_pools_and_going_on_are_told():
    [told] = list_rollouts(make_plan(batch_size=3, on_failure="continue"))
    assert told.rule == "driver, scope; 3 pools at a time, goes on after a failure."


def test_very_many_batches_and_pools_are_counted():
    [told] = list_rollouts(make_plan(batches=tuple((one,) for one in POOLS)))
    assert (len(told.rows), told.rows[-1]) == (21, "and 5 more batches")
    [told] = list_rollouts(make_plan(batches=(POOLS,)))
    assert told.rows[0].endswith("pool.p9 and 15 more")


def test_what_holds_others_back_is_named_and_cannot_move_a_cursor():
    unfinished = Unfinished(address=POOLS[0], why="still waits: \x1b[2J", is_failed=False)
    text = format_rollouts(make_plan(unfinished=(unfinished,)))
    assert "pool.p0 still waits: \\x1b[2J, and holds back the batches behind it\n" in text


@pytest.mark.parametrize(
    ("on_failure", "words"),
    [
        pytest.param("stop", "nothing starts before it runs, or is excluded", id="stop"),
        pytest.param("continue", "the others go on in spite of it", id="continue"),
    ],
)
def test_a_failed_pool_is_told_with_what_it_does_to_the_others(on_failure, words):
    failed = Unfinished(address=POOLS[0], why="has its gpu driver in state Abnormal", is_failed=True)
    [told] = list_rollouts(make_plan(unfinished=(failed,), on_failure=on_failure))
    assert told.rows[-1] == f"pool.p0 has its gpu driver in state Abnormal, and {words}"


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        pytest.param(
            Turn(rollout="drivers", batch=2, operations=(2,)), "operation 2 in batch 2 of rollout.drivers", id="now"
        ),
        pytest.param(
            Turn(rollout="drivers", batch=1, operations=(1, 3), waits=WAITS),
            f"operations 1, 3 in batch 1 of rollout.drivers; not now: {WAITS}",
            id="later",
        ),
    ],
)
def test_a_turn_says_which_operations_and_why_not_now(turn, words):
    assert format_turn(turn) == words


def test_a_turn_is_wrapped_below_its_change():
    turn = Turn(rollout="drivers", batch=1, operations=(1,), waits=WAITS)
    lines = build_turn_lines(SimpleNamespace(turns=(turn,)), width=60, margin="    ")
    text = format_lines(lines, colour=False)
    assert text.startswith("    turn: operation 1 in batch 1 of rollout.drivers; not\n      now: the window")
    assert max(map(len, text.splitlines())) <= 60
