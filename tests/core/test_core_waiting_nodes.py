"""Nodes that were asked for are there, on their way, or will not come."""

import pytest
from waiting_cases import (
    F,
    G,
    drop_entry,
    grow,
    make_entry,
    make_live,
    make_status,
    read,
    watch_creation,
    watch_patch,
)

from planner.core.events import NodeProgress
from planner.core.waiting import find_progress

FAILED = "ScalingFailed"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(
            {}, "pending: phase Running (now none yet), 0 of 2 nodes of F, job type Train enabled", id="no status"
        ),
        pytest.param(
            make_status("Creating", creating=[(F, 2)], scope={"Train": "Enabling"}),
            "pending: phase Running (now Creating), 0 of 2 nodes of F, job type Train enabled",
            id="nodes are on their way",
        ),
        pytest.param(
            make_status("Creating", available=[(F, 2)], scope={"Train": "Enabled"}),
            "pending: phase Running (now Creating)",
            id="all but the phase is there",
        ),
        pytest.param(
            make_status(available=[(F, 2)], scope={"Train": "Enabling"}),
            "pending: job type Train enabled",
            id="the job type is being enabled",
        ),
        pytest.param(
            make_status(available=[(F, 2)]), "pending: job type Train enabled", id="the job type is not listed yet"
        ),
        pytest.param(make_status(available=[(F, 2)], scope={"Train": "Enabled"}), "reached", id="all is there"),
        pytest.param(
            make_status(available=[(F, 2)], deleting=[(F, 1)], scope={"Train": "Enabled"}),
            "pending: 1 node of F to go",
            id="a node goes",
        ),
        pytest.param(
            make_status(available=[(F, 2)], creating=[(F, 1)], scope={"Train": "Enabled"}),
            "pending: 1 node of F being created",
            id="one more comes",
        ),
        pytest.param(
            make_status(available=[(F, 2)], scope={"Train": "EnableFailed"}),
            "broken: apply.scope-failed",
            id="the job type failed",
        ),
        pytest.param(make_status("CreationFailed"), "broken: apply.failed-phase", id="the creation failed"),
        pytest.param(make_status("Error"), "broken: apply.failed-phase", id="an error"),
        pytest.param(make_status("Deleting"), "broken: apply.failed-phase", id="somebody deletes it"),
        pytest.param(
            make_status("Abnormal", available=[(F, 2)], scope={"Train": "Enabled"}),
            "pending: phase Running (now Abnormal)",
            id="abnormal alone passes",
        ),
        pytest.param(
            make_status("Waiting"),
            "pending: phase Running (now Waiting), 0 of 2 nodes of F, job type Train enabled",
            id="waiting for a payment",
        ),
    ],
)
def test_a_pool_is_made_when_it_runs_with_all_nodes_and_job_types(status, expected):
    watch = watch_creation(make_entry(F, 2), scope=["Train"])
    found = find_progress(watch, make_live(status, make_entry(F, 2)))
    assert read(found) == expected.replace("F,", f"{F},").replace("of F", f"of {F}")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(
            make_status(available=[(F, 1)]), make_status(available=[(F, 1)]), "broken: apply.partial", id="fewer came"
        ),
        pytest.param(
            make_status(available=[(F, 1)], abnormal=[(F, 1)]),
            make_status(available=[(F, 1)], abnormal=[(F, 1)]),
            "broken: apply.partial",
            id="one is abnormal",
        ),
        pytest.param(
            make_status("Creating", available=[(F, 1)], creationFailed=[(F, 1)]),
            make_status("Creating", available=[(F, 1)], creationFailed=[(F, 1)]),
            "broken: apply.partial",
            id="one failed, and the phase says nothing",
        ),
        pytest.param(
            make_status("ScalingFailed", available=[(F, 1)]),
            make_status("ScalingFailed", available=[(F, 1)]),
            "broken: apply.partial",
            id="scaling failed",
        ),
        pytest.param(
            make_status(available=[(F, 1)]), make_status(), f"pending: 0 of 2 nodes of {F}", id="nothing is counted"
        ),
        pytest.param(
            make_status(available=[(F, 1)], creating=[(F, 1)]),
            make_status(available=[(F, 1)]),
            f"pending: 1 of 2 nodes of {F}",
            id="one read alone is no proof",
        ),
        pytest.param(
            make_status(available=[(F, 1)]),
            make_status(available=[(F, 1)], creating=[(F, 1)]),
            f"pending: 1 of 2 nodes of {F}",
            id="another try",
        ),
        pytest.param(
            make_status("Creating", available=[(F, 1)]),
            make_status("Creating", available=[(F, 1)]),
            f"pending: phase Running (now Creating), 1 of 2 nodes of {F}",
            id="the pool is still being made",
        ),
    ],
)
def test_a_creation_in_part_is_broken_when_two_reads_say_so(first, second, expected):
    reads = [make_live(one, make_entry(F, 2)) for one in (first, second)]
    assert read(find_progress(watch_creation(make_entry(F, 2)), reads[1], previous=reads[0])) == expected


def test_a_partial_creation_names_how_many_of_how_many_came_and_what_the_service_says():
    live = make_live(make_status(available=[(F, 1)], message="sold out"), make_entry(F, 1))
    found = find_progress(watch_creation(make_entry(F, 3)), live, previous=live)
    assert f"1 of 3 nodes of {F}" in found.diagnostics[0].detail
    assert "sold out" in found.diagnostics[0].detail
    assert found.diagnostics[0].address == "pool.a"


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        pytest.param("Running", "reached", id="approved"),
        pytest.param("Waiting", "reached apply.approval", id="an administrator must approve"),
        pytest.param("Creating", "pending: phase Running (now Creating)", id="being made"),
    ],
)
def test_a_logical_pool_counts_no_nodes_and_is_made_when_it_waits_for_approval(phase, expected):
    watch = watch_creation(make_entry(F, 2), type="Logical", scope=["Train"])
    assert read(find_progress(watch, make_live({"phase": phase}, make_entry(F, 2), type="Logical"))) == expected


@pytest.mark.parametrize(
    ("status", "count", "expected"),
    [
        pytest.param(make_status(available=[(F, 1)]), 1, "pending: resources[F].count as sent, 1 of 3 nodes of F", id="old read"),
        pytest.param(make_status(available=[(F, 1)], creating=[(F, 2)]), 3, "pending: 1 of 3 nodes of F", id="they come"),
        pytest.param(make_status(available=[(F, 3)], deleting=[(F, 1)]), 3, "pending: 1 node of F to go", id="one goes"),
        pytest.param(make_status(available=[(F, 4)]), 3, "pending: 1 node of F to go", id="too many"),
        pytest.param(make_status(available=[(F, 3)]), 3, "reached", id="all there"),
        pytest.param(make_status(available=[(F, 2)], abnormal=[(F, 1)]), 3, "reached", id="an abnormal one is there"),
        pytest.param(make_status("Abnormal", available=[(F, 3)]), 3, "reached", id="an abnormal pool with all nodes"),
        pytest.param(make_status("Abnormal", available=[(F, 2)]), 3, "pending: 2 of 3 nodes of F", id="an abnormal pool"),
        pytest.param(make_status(FAILED, available=[(F, 3)]), 3, "reached", id="the failure was an earlier one"),
        pytest.param(make_status(FAILED, available=[(F, 2)]), 3, "pending: 2 of 3 nodes of F", id="failed, one read"),
        pytest.param(make_status("Deleting", deleting=[(F, 3)]), 3, "broken: apply.failed-phase", id="it is deleted"),
        pytest.param(make_status(available=[(F, 3), (G, 1)], creating=[(G, 9)]), 3, "reached", id="others grow another flavor"),
    ],
)  # fmt: skip
def test_a_growth_is_done_when_the_nodes_of_its_flavors_are_there(status, count, expected):
    live = make_live(status, make_entry(F, count), make_entry(G, 10))
    found = read(find_progress(watch_patch(grow(F, 3)), live))
    assert found == expected.replace("[F]", f"[{F}]").replace("of F", f"of {F}")


@pytest.mark.parametrize(
    ("first", "second", "count", "expected"),
    [
        pytest.param(
            make_status(FAILED, available=[(F, 2)]),
            make_status(FAILED, available=[(F, 2)]),
            3,
            "broken: apply.partial",
            id="the phase says so twice",
        ),
        pytest.param(
            make_status(FAILED, available=[(F, 2)]),
            make_status(FAILED, available=[(F, 2)]),
            2,
            "broken: apply.partial",
            id="the service lowered the count",
        ),
        pytest.param(
            make_status(available=[(F, 2)], creationFailed=[(F, 1)]),
            make_status(available=[(F, 2)], creationFailed=[(F, 1)]),
            3,
            "broken: apply.partial",
            id="a bucket says so twice",
        ),
        pytest.param(
            make_status(FAILED, available=[(F, 2)]),
            make_status(FAILED, available=[(F, 2)], creating=[(F, 1)]),
            3,
            f"pending: 2 of 3 nodes of {F}",
            id="it was an earlier failure, and nodes come",
        ),
        pytest.param(
            make_status(available=[(F, 2)], creating=[(F, 1)]),
            make_status(FAILED, available=[(F, 2)]),
            3,
            f"pending: 2 of 3 nodes of {F}",
            id="one read alone",
        ),
    ],
)
def test_a_failed_growth_is_broken_when_two_reads_say_so(first, second, count, expected):
    reads = [make_live(one, make_entry(F, count)) for one in (first, second)]
    assert read(find_progress(watch_patch(grow(F, 3)), reads[1], previous=reads[0])) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([(F, 2, f"{F}-default"), (F, 2, "big")], f"pending: 2 of 3 nodes of {F}/big", id="told apart"),
        pytest.param([(F, 1, f"{F}-default"), (F, 3, "big")], "reached", id="the other node pool is no concern"),
        pytest.param([(F, 4)], f"pending: 4 of 5 nodes of {F}", id="one sum of the flavor"),
        pytest.param([(F, 5)], "reached", id="the sum is right"),
    ],
)
def test_node_pools_of_one_flavor_are_compared_as_far_as_the_status_tells_them_apart(rows, expected):
    live = make_live(make_status(available=rows), make_entry(F, 2), make_entry(F, 3, nodePool="big"))
    assert read(find_progress(watch_patch(grow(F, 3, pool="big")), live)) == expected


def test_a_wait_for_nodes_shows_where_they_are():
    status = make_status(available=[(F, 1, "big")], creating=[(F, 2, "big")], deleting=[(F, 1, "big")])
    found = find_progress(watch_patch(grow(F, 3, pool="big")), make_live(status, make_entry(F, 3, nodePool="big")))
    assert found.nodes == (NodeProgress(flavor=f"{F}/big", wanted=3, available=1, creating=2, deleting=1),)


@pytest.mark.parametrize(
    ("intents", "status", "entries", "expected"),
    [
        pytest.param([grow(F, 1, before=3)], make_status(available=[(F, 1)], deleting=[(F, 2)]), [make_entry(F, 1)],
                     f"pending: 2 nodes of {F} to go", id="two are being deleted"),
        pytest.param([grow(F, 1, before=3)], make_status(available=[(F, 3)]), [make_entry(F, 1)],
                     f"pending: 2 nodes of {F} to go", id="it has not begun"),
        pytest.param([grow(F, 1, before=3)], make_status(available=[(F, 1)]), [make_entry(F, 1)], "reached", id="gone"),
        pytest.param([grow(F, 1, before=3)], make_status(FAILED, available=[(F, 2)]), [make_entry(F, 1)],
                     f"pending: 1 node of {F} to go", id="an earlier failure does not matter"),
        pytest.param(drop_entry(G, 2), make_status(available=[(F, 1)], deleting=[(G, 2)]), [make_entry(F, 1)],
                     f"pending: 2 nodes of {G} to go", id="an entry goes"),
        pytest.param(drop_entry(G, 2), make_status(available=[(F, 1)]), [make_entry(F, 1)], "reached", id="an entry is gone"),
    ],
)  # fmt: skip
def test_a_shrinkage_is_done_when_no_node_is_being_deleted(intents, status, entries, expected):
    live = make_live(status, *entries)
    assert read(find_progress(watch_patch(*intents), live, previous=live)) == expected


def test_the_count_of_a_logical_pool_is_taken_at_its_word():
    live = make_live({"phase": "Running"}, make_entry(F, 3), type="Logical")
    assert read(find_progress(watch_patch(grow(F, 3)), live)) == "reached"
