"""A run as a whole: dependents, faults of our own, and a state that cannot be saved."""

from collections.abc import Mapping

from engine_changes import make_address, make_change, make_tracked
from engine_site import EngineSite

from planner.core.addresses import Address
from planner.core.changes import Action, Applied, Failed, Skipped, Uncertain
from planner.core.diagnostics import make_error
from planner.core.tracking import TrackedResource
from planner.engine.runner import RunOptions, run_changes
from planner.state.errors import StateFileError

Resources = Mapping[Address, TrackedResource]
FULL = make_error("state.disk-full", "The disk is full", detail="Free some space.")
TRACKED = {make_address(name): make_tracked(f"{name}-id") for name in ("a", "b", "c")}


def ignore(resources: Resources) -> None:
    """Save nothing."""
    del resources


def refuse(resources: Resources) -> None:
    """Find the disk full."""
    raise StateFileError(FULL)


def test_each_change_ends_in_the_order_of_the_plan_and_the_state_is_saved(site: EngineSite):
    saved: list[Resources] = []
    with site.open_context(TRACKED) as context:
        end = run_changes(context, (make_change("b", "a"), make_change("a")), options=RunOptions(save=saved.append))
    assert [(one.address.name, one.outcome) for one in end.ended] == [("b", Applied()), ("a", Applied())]
    assert [sorted(one.name for one in resources) for resources in saved][-1] == ["c"]
    assert end.diagnostics == ()


def test_unchanged_resources_are_not_in_the_answer(site: EngineSite):
    with site.open_context() as context:
        end = run_changes(context, (make_change("a", action=Action.NO_OP),), options=RunOptions(save=ignore))
    assert end.ended == ()


def test_a_fault_of_our_own_is_the_outcome_of_its_change_alone(site: EngineSite):
    # A creation without a tree is a plan that cannot be: the code that sends it fails.
    with site.open_context(TRACKED) as context:
        broken = make_change("a", action=Action.IMPORT)
        end = run_changes(context, (broken, make_change("b")), options=RunOptions(save=ignore))
    outcomes = {one.address.name: one.outcome for one in end.ended}
    assert isinstance(outcomes["a"], Failed | Uncertain)
    assert outcomes["b"] == Applied()


def test_a_state_that_cannot_be_saved_is_told_beside_what_was_done(site: EngineSite):
    with site.open_context(TRACKED) as context:
        end = run_changes(context, (make_change("a"),), options=RunOptions(save=refuse))
    assert [one.outcome for one in end.ended] == [Applied()]
    assert (end.diagnostics, site.stop.is_set()) == ((FULL,), True)


def test_a_stopped_run_begins_nothing(site: EngineSite):
    site.stop.set()
    with site.open_context(TRACKED) as context:
        end = run_changes(context, (make_change("a"), make_change("b", "a")), options=RunOptions(save=ignore))
    assert [one.outcome for one in end.ended] == [
        Skipped(why="not begun"),
        Skipped(why="it needs pool.a, which is not done"),
    ]
    assert context.ledger.find(make_address("a")) is not None
