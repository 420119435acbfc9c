"""Which change may run when: needs first, others beside them, and nothing on top of what did not happen."""

import datetime as dt

import pytest
from engine_changes import make_change

from planner.core.changes import Applied, Failed, Outcome, Skipped, Uncertain, Waiting
from planner.core.diagnostics import make_error
from planner.core.pieces import Piece
from planner.engine.executor import Executor, Moves

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
FAULT = make_error("a.code", "A summary", detail="A detail.")


def end(executor: Executor, name: str, outcome: Outcome) -> Moves:
    return executor.end(Piece(change=make_change(name), numbers=()), outcome, now=NOW)


def list_started(moves: Moves) -> list[str]:
    return [one.address.name for one in moves.start]


def list_skipped(moves: Moves) -> dict[str, str]:
    return {one.address.name: skipped.why for one, skipped in moves.skip}


def test_changes_that_need_nothing_start_together_in_the_order_of_their_addresses():
    moves = Executor([make_change("b"), make_change("a"), make_change("c", "a")]).begin(now=NOW)
    assert (list_started(moves), moves.skip) == (["a", "b"], ())


def test_a_change_starts_when_the_last_of_its_needs_is_applied():
    executor = Executor([make_change("net"), make_change("parent"), make_change("child", "net", "parent")])
    executor.begin(now=NOW)
    assert list_started(end(executor, "net", Applied())) == []
    assert list_started(end(executor, "parent", Applied())) == ["child"]


@pytest.mark.parametrize(
    "outcome",
    [
        Failed(diagnostics=(FAULT,)),
        Uncertain(diagnostics=(FAULT,)),
        Waiting(what="Running"),
        Skipped(why="not begun"),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
def test_what_needs_a_change_that_is_not_applied_is_skipped_with_all_its_users(outcome: Outcome):
    executor = Executor([make_change("net"), make_change("a", "net"), make_change("b", "a"), make_change("c")])
    executor.begin(now=NOW)
    moves = end(executor, "net", outcome)
    assert moves.start == ()
    assert list_skipped(moves) == {
        "a": "it needs network.net, which is not done",
        "b": "it needs pool.a, which is not done",
    }


def test_a_need_outside_of_the_run_counts_as_done():
    assert list_started(Executor([make_change("a", "elsewhere")]).begin(now=NOW)) == ["a"]


def test_a_run_is_over_when_each_change_has_ended_or_was_skipped():
    executor = Executor([make_change("a"), make_change("b", "a"), make_change("c")])
    executor.begin(now=NOW)
    assert not executor.is_over
    end(executor, "a", Failed(diagnostics=(FAULT,)))
    assert not executor.is_over
    end(executor, "c", Applied())
    assert executor.is_over


def test_a_run_without_changes_is_over_at_once():
    executor = Executor([])
    assert (executor.begin(now=NOW), executor.is_over) == (Moves(), True)
