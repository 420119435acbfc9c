"""Turns: which batch of a rollout may start, and what keeps it; and the pieces that a change is cut into."""

import datetime as dt
import functools
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_cases import NOW, address, make_live, make_pool, plan, track

from planner.core.changes import Applied, Failed, Skipped, Uncertain, Waiting
from planner.core.desired import Rollout
from planner.core.diagnostics import make_error
from planner.core.pieces import cut_change, join_outcomes, list_numbers
from planner.core.rollout_plan import Turn
from planner.core.turns import (
    Hold,
    Leave,
    Standing,
    Standpoint,
    Start,
    Turns,
    find_closed,
    find_outlook,
    find_standpoint,
    judge_turn,
    note,
)
from planner.core.windows import Window

A, B, C = (address(f"pool.{name}") for name in "abc")
SATURDAY = Window(days=(5,), start=22 * 60, end=4 * 60, tz=ZoneInfo("Europe/Berlin"))
INSIDE = dt.datetime(2026, 11, 28, 22, tzinfo=dt.UTC)
FAULT = make_error("a.code", "A summary")
DONE = Standpoint(standing=Standing.DONE)
FAILED = Standpoint(standing=Standing.FAILED, why="failed")
UNDER_WAY = Standpoint(standing=Standing.UNDER_WAY, why="still waits: x")
LEFT = Standpoint(standing=Standing.LEFT, why="is left for later")
STOPPED = Leave(why="rollout.r stops at the first failure: pool.a failed", is_stopped=True)
CLOSED = Leave(why="the window of rollout.r opens Saturday 2026-11-28 22:00 Europe/Berlin")


def make_turns(*batches, stands=None, **rule):
    rollout = Rollout(name="r", fields=("driver",), **rule)
    return Turns(rollout=rollout, batches=batches or ((A,), (B,), (C,)), standpoints=stands or {})


@pytest.mark.parametrize(
    ("turns", "now", "verdicts"),
    [
        pytest.param(make_turns(), NOW, [Start(), Hold(), Hold()], id="the first batch starts"),
        pytest.param(make_turns(stands={A: DONE}), NOW, [Start(), Start(), Hold()], id="the next one after it"),
        pytest.param(make_turns((A, B), (C,), stands={A: DONE}), NOW, [Start(), Hold()], id="not before all are done"),
        pytest.param(make_turns(stands={A: DONE, B: DONE, C: DONE}), NOW, [Start()] * 3, id="all are done"),
        pytest.param(make_turns(stands={A: FAILED}), NOW, [STOPPED] * 3, id="nothing after a failure"),
        pytest.param(
            make_turns(stands={A: FAILED}, on_failure="continue"),
            NOW,
            [Start(), Start(), Hold()],
            id="on in spite of a failure",
        ),
        pytest.param(
            make_turns(stands={A: UNDER_WAY}, on_failure="continue"),
            NOW,
            [Start(), *[Leave(why="rollout.r goes on after pool.a still waits: x")] * 2],
            id="not before what is under way",
        ),
        pytest.param(
            make_turns(stands={A: LEFT}),
            NOW,
            [Start(), *[Leave(why="rollout.r goes on after pool.a is left for later")] * 2],
            id="not before what is left",
        ),
        pytest.param(make_turns(window=SATURDAY), NOW, [CLOSED] * 3, id="nothing outside the window"),
        pytest.param(make_turns(window=SATURDAY), INSIDE, [Start(), Hold(), Hold()], id="inside the window"),
        pytest.param(
            make_turns(stands={A: FAILED}, window=SATURDAY), NOW, [STOPPED] * 3, id="a failure is told before a window"
        ),
    ],
)
def test_a_batch_starts_when_those_before_it_are_done(turns, now, verdicts):
    outlook = find_outlook(turns, now=now)
    assert [judge_turn(outlook, number) for number in range(1, len(turns.batches) + 1)] == verdicts


STANDS = st.sampled_from([DONE, FAILED, UNDER_WAY, LEFT])
# A pool ends once.
NOTES = st.lists(st.tuples(st.sampled_from([A, B, C]), STANDS), unique_by=lambda one: one[0])


@given(notes=NOTES, batches=st.sampled_from([((A,), (B,), (C,)), ((A, B), (C,)), ((A, B, C),)]), rule=st.booleans())
def test_what_was_noted_one_by_one_gives_the_same_outlook_as_all_at_once(notes, batches, rule):
    on_failure = "stop" if rule else "continue"
    noted = functools.reduce(lambda turns, one: note(turns, *one), notes, make_turns(*batches, on_failure=on_failure))
    once = make_turns(*batches, stands=dict(notes), on_failure=on_failure)
    assert find_outlook(noted, now=NOW) == find_outlook(once, now=NOW)


@pytest.mark.parametrize(
    ("outcome", "standpoint"),
    [
        pytest.param(Applied(), DONE, id="applied"),
        pytest.param(Waiting(what="x"), UNDER_WAY, id="waiting"),
        pytest.param(Failed(diagnostics=(FAULT,)), FAILED, id="failed"),
        pytest.param(Uncertain(diagnostics=(FAULT,)), replace(FAILED, why="is uncertain"), id="uncertain"),
        pytest.param(Skipped(why="x", is_deferred=True), LEFT, id="left"),
        pytest.param(Skipped(why="not begun"), replace(FAILED, why="was not changed: not begun"), id="skipped"),
    ],
)
def test_an_outcome_says_how_a_pool_stands(outcome, standpoint):
    assert find_standpoint(outcome) == standpoint
    assert note(make_turns(), A, standpoint).standpoints == {A: standpoint}


def test_a_rollout_without_a_window_is_never_closed():
    assert find_closed(make_turns().rollout, NOW) == ""


def test_the_numbers_of_batches_count_from_one():
    assert make_turns((A, C), (B,)).find_numbers() == {A: 1, C: 1, B: 2}


RULES = tuple(Rollout(name=name, fields=("driver",)) for name in ("r", "s"))


def make_change(*turns):
    """Return an update in three requests: growth, the driver, a scope."""
    before = make_pool("a", driver={"gpuVersion": "1"})
    [change] = plan(
        blocks={"pool.a": make_pool("a", count=3, driver={"gpuVersion": "2"})},
        tracked={"pool.a": track(before)},
        live={"pool.a": make_live(before)},
    ).changes
    assert [one.purpose for one in change.operations] == ["grow and change fields", "upgrade the driver"]
    return replace(change, turns=turns)


def make_turn(rollout, *operations):
    return Turn(rollout=rollout, batch=1, operations=operations)


@pytest.mark.parametrize(
    ("turns", "rules", "pieces"),
    [
        pytest.param((), RULES, [("", (1, 2))], id="no turn"),
        pytest.param((make_turn("r", 2),), RULES, [("", (1,)), ("r", (2,))], id="a part"),
        pytest.param((make_turn("r", 1, 2),), RULES, [("", ()), ("r", (1, 2))], id="all"),
        pytest.param(
            (make_turn("s", 1), make_turn("r", 2)), RULES, [("", ()), ("r", (2,)), ("s", (1,))], id="two, by name"
        ),
        pytest.param((make_turn("r", 2),), (), [("", (1, 2))], id="of a rollout that the files no longer have"),
    ],
)
def test_a_change_is_cut_by_its_turns(turns, rules, pieces):
    cut = cut_change(make_change(*turns), rules)
    assert [(one.name, one.numbers) for one in cut] == pieces
    assert [len(one.operations) for one in cut] == [len(numbers) for _, numbers in pieces]
    assert {one.address for one in cut} == {A}


@pytest.mark.parametrize(
    ("turns", "numbers"),
    [
        pytest.param((), (1, 2), id="no turn"),
        pytest.param((make_turn("r", 1),), (2, 1), id="a turn comes last"),
        pytest.param((make_turn("s", 1), make_turn("r", 2)), (2, 1), id="two, by name"),
    ],
)
def test_operations_are_made_in_the_order_of_their_pieces(turns, numbers):
    assert list_numbers(make_change(*turns)) == numbers


LATER = Skipped(why="later", is_deferred=True)


@pytest.mark.parametrize(
    ("outcomes", "joined"),
    [
        pytest.param((Applied(), Applied()), Applied(), id="all done"),
        pytest.param((Applied(), LATER), Skipped(why="1 of 2 operations done; later", is_deferred=True), id="in part"),
        pytest.param((Waiting(what="x"), LATER), Waiting(what="x"), id="the worst"),
        pytest.param((Applied(), Failed(diagnostics=(FAULT,))), Failed(diagnostics=(FAULT,)), id="failed"),
    ],
)
def test_the_outcome_of_a_change_is_the_worst_of_its_pieces(outcomes, joined):
    pieces = cut_change(make_change(make_turn("r", 2)), RULES)
    assert join_outcomes(zip(pieces, outcomes, strict=True)) == joined


def test_of_a_change_that_is_left_as_a_whole_nothing_is_done():
    pieces = cut_change(make_change(make_turn("r", 1, 2)), RULES)
    assert join_outcomes(zip(pieces, (Applied(), LATER), strict=True)) == LATER
