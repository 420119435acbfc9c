import pytest
from views_plans import CPU, NETWORK, POOL

from planner.core.changes import Action, Applied, Failed, Skipped, Uncertain, Waiting
from planner.core.diagnostics import make_error
from planner.core.events import ChangeEnded, NodeProgress, Noticed, OperationBegan, OperationEnded, WaitProgressed
from planner.views.apply_text import format_apply_summary
from planner.views.events_text import format_event
from planner.views.outcome_words import format_duration

BROKEN = make_error("remote.refused", "The service refused the change", detail="409")


def make_ended(outcome, *, action=Action.UPDATE, seconds=41.7, address=POOL):
    return ChangeEnded(address=address, action=action, outcome=outcome, seconds=seconds)


def make_began(purpose="grow to 3 nodes", *, number=1, total=2, action=Action.UPDATE):
    return OperationBegan(address=POOL, action=action, purpose=purpose, number=number, total=total)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(Noticed(text="The lock\x1b gave way"), "The lock\\x1b gave way", id="a notice"),
        pytest.param(
            make_began(), "pool.training: Modifying... (1/2: grow to 3 nodes)", id="one of two operations begins"
        ),
        pytest.param(
            make_began(total=1, action=Action.CREATE),
            "pool.training: Creating... (grow to 3 nodes)",
            id="a single operation is not counted",
        ),
        pytest.param(
            make_began("", total=1, action=Action.DELETE), "pool.training: Destroying...", id="without a purpose"
        ),
        pytest.param(
            WaitProgressed(
                address=POOL,
                waits_for="3 nodes",
                seconds=20.2,
                nodes=(NodeProgress(flavor=CPU, wanted=3, available=2, creating=1, deleting=0),),
            ),
            "pool.training: Still waiting for 3 nodes ... [20s elapsed] modelarts.vm.cpu.4ud 2/3 available, 1 creating",
            id="a wait with nodes",
        ),
        pytest.param(
            WaitProgressed(
                address=POOL,
                waits_for="the nodes gone",
                seconds=95,
                nodes=(
                    NodeProgress(flavor="a", wanted=1, available=1, creating=0, deleting=2),
                    NodeProgress(flavor="b", wanted=0, available=0, creating=0, deleting=0),
                ),
            ),
            "pool.training: Still waiting for the nodes gone ... [1m35s elapsed] a 1/1 available, 2 deleting; b 0/0 available",
            id="a wait for nodes that go",
        ),
        pytest.param(
            WaitProgressed(address=NETWORK, waits_for="phase Active", seconds=0),
            "network.main: Still waiting for phase Active ... [0s elapsed]",
            id="a wait without nodes",
        ),
        pytest.param(
            OperationEnded(address=POOL, action=Action.UPDATE, purpose="p", outcome=Applied(), seconds=1),
            None,
            id="the end of an operation has no line",
        ),
        pytest.param(make_ended(Applied()), "pool.training: Modifications complete after 41s", id="done"),
        pytest.param(
            make_ended(Applied(), action=Action.CREATE), "pool.training: Creation complete after 41s", id="created"
        ),
        pytest.param(
            make_ended(Applied(), action=Action.DELETE), "pool.training: Destruction complete after 41s", id="destroyed"
        ),
        pytest.param(
            make_ended(Applied(), action=Action.IMPORT), "pool.training: Import complete after 41s", id="imported"
        ),
        pytest.param(
            make_ended(Waiting(what="the driver on 2 nodes")),
            "pool.training: Accepted after 41s, not finished; still to come: the driver on 2 nodes",
            id="waiting",
        ),
        pytest.param(
            make_ended(Failed(diagnostics=(BROKEN,))),
            "pool.training: Modifications failed after 41s: The service refused the change",
            id="failed",
        ),
        pytest.param(
            make_ended(Uncertain(diagnostics=()), action=Action.CREATE),
            "pool.training: Creation uncertain after 41s: no answer came; the next plan or apply looks what happened",
            id="uncertain",
        ),
        pytest.param(
            make_ended(Skipped(why="network.main failed")), "pool.training: Skipped: network.main failed", id="skipped"
        ),
    ],
)
def test_event_is_told_in_one_line(event, expected):
    assert format_event(event, colour=False) == expected


def test_coloured_event_sets_its_address_off():
    assert (
        format_event(make_ended(Applied()), colour=True)
        == "\x1b[1mpool.training:\x1b[0m Modifications complete after 41s"
    )


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(-1, "0s", id="never negative"),
        pytest.param(59.9, "59s", id="seconds"),
        pytest.param(60, "1m0s", id="minutes"),
        pytest.param(7502, "2h5m2s", id="hours"),
    ],
)
def test_duration_reads_as_terraform_prints_it(seconds, expected):
    assert format_duration(seconds) == expected


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        pytest.param([], "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.\n", id="nothing to do"),
        pytest.param(
            [Action.CREATE, Action.UPDATE, Action.UPDATE, Action.DELETE],
            "Apply complete! Resources: 1 added, 2 changed, 1 destroyed.\n",
            id="each action counts",
        ),
        pytest.param(
            [Action.REPLACE], "Apply complete! Resources: 1 added, 0 changed, 1 destroyed.\n", id="a replace is both"
        ),
        pytest.param(
            [Action.IMPORT],
            "Apply complete! Resources: 1 imported, 0 added, 0 changed, 0 destroyed.\n",
            id="imports stand first",
        ),
        pytest.param(
            [Action.FORGET, Action.NO_OP],
            "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.\n",
            id="forgets and moves touch no resource",
        ),
    ],
)
def test_complete_apply_ends_with_terraforms_line(actions, expected):
    ended = tuple(make_ended(Applied(), action=action) for action in actions)
    assert format_apply_summary(ended, width=80, colour=False) == expected


@pytest.mark.parametrize("width", [pytest.param(width, id=f"{width} columns") for width in (40, 80)])
def test_incomplete_apply_says_what_is_done_and_what_to_do_next(width, golden):
    ended = (
        make_ended(Applied(), address=NETWORK, action=Action.CREATE),
        make_ended(Waiting(what="the driver on 2 nodes")),
        make_ended(Uncertain(diagnostics=(BROKEN,)), address=POOL, action=Action.CREATE),
        make_ended(Failed(diagnostics=(BROKEN,))),
        make_ended(Skipped(why="pool.training failed")),
    )
    golden(f"apply-incomplete-{width}.txt", format_apply_summary(ended, width=width, colour=False))
