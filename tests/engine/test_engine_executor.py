"""Which change may run when: needs first, others beside them, and nothing on top of what did not happen."""

import pytest
from engine_changes import make_address, make_change

from planner.core.changes import Applied, Failed, Outcome, Skipped, Uncertain, Waiting
from planner.core.diagnostics import make_error
from planner.engine.executor import Executor, Moves

FAULT = make_error("a.code", "A summary", detail="A detail.")


def list_started(moves: Moves) -> list[str]:
    return [one.address.name for one in moves.start]


def list_skipped(moves: Moves) -> dict[str, str]:
    return {one.address.name: skipped.why for one, skipped in moves.skip}


def test_changes_that_need_nothing_start_together_in_the_order_of_their_addresses():
    moves = Executor([make_change("b"), make_change("a"), make_change("c", "a")]).begin()
    assert (list_started(moves), moves.skip) == (["a", "b"], ())


def test_a_change_starts_when_the_last_of_its_needs_is_applied():
    executor = Executor([make_change("net"), make_change("parent"), make_change("child", "net", "parent")])
    executor.begin()
    assert list_started(executor.end(make_address("net"), Applied())) == []
    assert list_started(executor.end(make_address("parent"), Applied())) == ["child"]


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
    executor.begin()
    moves = executor.end(make_address("net"), outcome)
    assert moves.start == ()
    assert list_skipped(moves) == {
        "a": "it needs network.net, which is not done",
        "b": "it needs pool.a, which is not done",
    }


def test_a_need_outside_of_the_run_counts_as_done():
    assert list_started(Executor([make_change("a", "elsewhere")]).begin()) == ["a"]


def test_a_run_is_over_when_each_change_has_ended_or_was_skipped():
    executor = Executor([make_change("a"), make_change("b", "a"), make_change("c")])
    executor.begin()
    assert not executor.is_over
    executor.end(make_address("a"), Failed(diagnostics=(FAULT,)))
    assert not executor.is_over
    executor.end(make_address("c"), Applied())
    assert executor.is_over


def test_a_run_without_changes_is_over_at_once():
    executor = Executor([])
    assert (executor.begin(), executor.is_over) == (Moves(), True)
