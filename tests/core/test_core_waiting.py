"""One read, and the one before it, tell whether an operation is where it said, on its way, or broken."""

import pytest
from waiting_cases import (
    F,
    G,
    drop_entry,
    grow,
    make_entry,
    make_intent,
    make_live,
    make_network,
    make_node,
    make_operation,
    make_status,
    read,
    watch_creation,
    watch_deletion,
    watch_patch,
    watch_removal,
)

from planner.core.events import NodeProgress
from planner.core.field_paths import EntryKey
from planner.core.trees import ABSENT
from planner.core.waiting import find_progress, find_ready

DESCRIPTION = ("metadata", "annotations", "os.modelarts/description")
ENTRY = ("spec", "resources", EntryKey(parts=(F, "")))
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


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        pytest.param({"Train": "Enabled"}, "pending: job type Infer enabled", id="not begun"),
        pytest.param({"Infer": "Enabling"}, "pending: job type Infer enabled", id="begun"),
        pytest.param({"Infer": "Enabled", "Train": "Enabled"}, "reached", id="enabled"),
        pytest.param({"Infer": "EnableFailed"}, "broken: apply.scope-failed", id="failed"),
        pytest.param(
            {"Infer": "Enabled", "Notebook": "Disabling"}, "pending: job type Notebook disabled", id="one is leaving"
        ),
        pytest.param({"Infer": "Enabled", "Notebook": "Disabled"}, "reached", id="one is disabled"),
    ],
)
def test_job_types_are_done_when_wanted_ones_are_enabled_and_removed_ones_are_not(scope, expected):
    intent = make_intent("spec", "scope", before=["Notebook"], after=["Infer"])
    assert read(find_progress(watch_patch(intent), make_live(make_status(scope=scope)))) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(None, ("Running", "2"), "pending: gpu driver 2 running (now Running)", id="running once is not final"),
        pytest.param(("Running", "2"), ("Creating", "2"), "pending: gpu driver 2 running (now Creating)", id="and goes on"),
        pytest.param(("Running", "2"), ("Running", "2"), "reached", id="running twice"),
        pytest.param(("Running", "1"), ("Running", "2"), "pending: gpu driver 2 running (now Running)", id="the first is old"),
        pytest.param(("Running", "1"), ("Running", "1"), "pending: gpu driver 2 running (now Running)", id="the old version"),
        pytest.param(("Upgrading", "1"), ("Abnormal", "1"), "pending: gpu driver 2 running (now Abnormal)", id="abnormal once"),
        pytest.param(("Abnormal", "1"), ("Abnormal", "1"), "broken: apply.driver-failed", id="abnormal twice"),
    ],
)  # fmt: skip
def test_a_driver_is_done_when_two_reads_in_a_row_see_the_wanted_version_run(first, second, expected):
    reads = [
        one and make_live(make_status(drivers={"gpu": dict(zip(("state", "version"), one, strict=True))}))
        for one in (first, second)
    ]
    watch = watch_patch(
        make_intent("spec", "driver", "gpuVersion", before="1", after="2"),
        make_intent("spec", "driver", "updateStrategy", after="idle"),
    )
    assert read(find_progress(watch, reads[1], previous=reads[0])) == expected


def test_a_driver_that_the_status_does_not_tell_of_is_awaited():
    watch = watch_patch(make_intent("spec", "driver", "npuVersion", after="C78"))
    assert read(find_progress(watch, make_live(make_status()))) == "pending: npu driver C78 running (now not told)"


@pytest.mark.parametrize(
    ("intent", "live", "expected"),
    [
        pytest.param(make_intent(*DESCRIPTION, after="x"), make_live({}, annotations={DESCRIPTION[2]: "x"}), "reached", id="set"),
        pytest.param(make_intent(*DESCRIPTION, after="x"), make_live({}), "pending: description as sent", id="not set yet"),
        pytest.param(make_intent(*DESCRIPTION, before="x"), make_live({}), "reached", id="taken off"),
        pytest.param(make_intent(*DESCRIPTION, before="x"), make_live({}, annotations={DESCRIPTION[2]: "x"}),
                     "pending: description as sent", id="not taken off yet"),
        pytest.param(make_intent("spec", "jobFlavors", after=["a", "b"]), make_live({}, jobFlavors=["b", "a"]), "reached",
                     id="an idle order does not count"),
        pytest.param(make_intent("spec", "jobFlavors", after=["a", "b"]), make_live({}, jobFlavors=["a"]),
                     "pending: job_flavors as sent", id="a list that is too short"),
        pytest.param(make_intent(*ENTRY, "dataVolumes", after=[{"size": "1Gi"}]),
                     make_live({}, make_entry(F, 1, dataVolumes=[{"size": "1Gi", "count": 1}])), "reached",
                     id="the service fills in a member"),
        pytest.param(make_intent(*ENTRY, "dataVolumes", after=[{"size": "1Gi", "count": 2}]),
                     make_live({}, make_entry(F, 1, dataVolumes=[{"size": "1Gi"}])),
                     f"pending: resources[{F}].data_volumes as sent", id="a member is missing"),
        pytest.param(make_intent(*ENTRY, "maxCount", after=2), make_live({}, make_entry(F, 1)), "reached",
                     id="the service may leave the maximum out"),
        pytest.param(make_intent(*ENTRY, "maxCount", after=2), make_live({}, make_entry(F, 1), type="Logical"),
                     f"pending: resources[{F}].max_count as sent", id="but not that of a logical pool"),
        pytest.param(make_intent("metadata", "annotations", "os.modelarts/auto.pay", after="1"), make_live({}), "reached",
                     id="a purchase need not stay"),
        pytest.param(make_intent("spec", "resources", after=[]), make_live({}), "reached", id="a whole list"),
        pytest.param(make_intent(*DESCRIPTION, after="x"), make_live(make_status("Abnormal"), annotations={DESCRIPTION[2]: "x"}),
                     "reached", id="an abnormal pool"),
        pytest.param(make_intent(*DESCRIPTION, after="x"), make_live(make_status("Error")), "broken: apply.failed-phase", id="error"),
    ],
)  # fmt: skip
def test_plain_fields_are_done_as_soon_as_the_answer_holds_them(intent, live, expected):
    assert read(find_progress(watch_patch(intent), live)) == expected


def test_everything_that_is_still_awaited_is_named():
    watch = watch_patch(grow(F, 2), make_intent("spec", "scope", before=ABSENT, after=["Infer"]))
    live = make_live(make_status(available=[(F, 1)], creating=[(F, 1)], scope={"Infer": "Enabling"}), make_entry(F, 2))
    assert read(find_progress(watch, live)) == f"pending: job type Infer enabled, 1 of 2 nodes of {F}"


PEER = {"peerVpcId": "v", "peerSubnetId": "s"}


@pytest.mark.parametrize(
    ("watch", "status", "expected"),
    [
        pytest.param(watch_creation(kind="network"), {"phase": ""}, "pending: phase Active (now none yet)", id="just made"),
        pytest.param(watch_creation(kind="network"), {"phase": "Active"}, "reached", id="made"),
        pytest.param(watch_creation(kind="network"), {"phase": "Abnormal"}, "broken: apply.failed-phase", id="failed"),
        pytest.param(watch_creation(kind="network", connection={"peerConnectionList": [PEER]}),
                     {"phase": "Active", "connectionStatus": {"peerConnectionStatus": [{"phase": "Connecting"}, {"phase": "Active"}]}},
                     "pending: 1 of 2 connections active", id="made, and connecting"),
        pytest.param(watch_patch(kind="network"), {"phase": "Active"}, "reached", id="changed"),
        pytest.param(watch_patch(kind="network"), {"phase": "Abnormal"}, "pending: phase Active (now Abnormal)", id="a change flips"),
        pytest.param(watch_patch(make_intent("spec", "connection", "peerConnectionList", before=[PEER]), kind="network"),
                     {"phase": "Active", "connectionStatus": {"sfsTurboStatus": [{"status": "Deleting"}]}},
                     "pending: 0 of 1 connection active", id="a connection goes"),
        pytest.param(watch_patch(make_intent("spec", "connection", "peerConnectionList", before=[PEER]), kind="network"),
                     {"phase": "Active"}, "reached", id="no connection is left"),
    ],
)  # fmt: skip
def test_a_network_is_done_when_it_and_its_connections_are_active(watch, status, expected):
    assert read(find_progress(watch, make_network(status))) == expected


@pytest.mark.parametrize(
    ("watch", "expected"),
    [
        pytest.param(watch_deletion(), "reached", id="delete"),
        pytest.param(watch_creation(make_entry(F, 1)), "broken: apply.gone", id="create"),
        pytest.param(watch_patch(grow(F, 1)), "broken: apply.gone", id="update"),
        pytest.param(watch_removal("n1"), "broken: apply.gone", id="batch-delete"),
    ],
)
def test_gone_is_what_a_deletion_wants_and_nothing_else(watch, expected):
    assert read(find_progress(watch, None)) == expected


def test_a_deletion_is_awaited_until_the_service_says_404_and_shows_its_nodes():
    found = find_progress(watch_deletion(), make_live(make_status("Deleting", deleting=[(F, 2)]), make_entry(F, 2)))
    assert read(found) == "pending: gone (404)"
    assert found.nodes == (NodeProgress(flavor=F, wanted=0, available=0, creating=0, deleting=2),)


def test_a_deleted_network_shows_no_nodes():
    assert find_progress(watch_deletion("network"), make_network({"phase": "Active"})).nodes == ()


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        pytest.param(None, "pending: a look at the nodes", id="not read"),
        pytest.param(("n1", "n2", "n3"), "pending: 2 of 2 nodes to go", id="all there"),
        pytest.param(("n2", "n3"), "pending: 1 of 2 nodes to go", id="one is there"),
        pytest.param(("n3",), "reached", id="none is there"),
    ],
)
def test_a_batch_delete_is_done_when_none_of_its_nodes_is_there(nodes, expected):
    found = find_progress(watch_removal("n1", "n2"), make_live({}), nodes=nodes and tuple(map(make_node, nodes)))
    assert read(found) == expected


@pytest.mark.parametrize(
    ("when", "phase", "expected"),
    [
        pytest.param("any phase", "Error", "reached", id="any phase"),
        pytest.param("absent", "", "reached", id="absent"),
        pytest.param("Running or ScalingFailed", "ScalingFailed", "reached", id="a listed phase"),
        pytest.param("Running", "", "pending: phase Running (now none yet)", id="no phase yet"),
        pytest.param("Running", "Creating", "pending: phase Running (now Creating)", id="creating"),
        pytest.param("Running", "Abnormal", "pending: phase Running (now Abnormal)", id="abnormal"),
        pytest.param("Running or Abnormal", "Abnormal", "reached", id="abnormal and listed"),
        pytest.param("Running", "Waiting", "broken: apply.phase", id="waiting"),
        pytest.param("Running", "Error", "broken: apply.phase", id="error"),
        pytest.param("Running", "Deleting", "broken: apply.phase", id="deleting"),
        pytest.param("Running", "CreationFailed", "broken: apply.phase", id="creation failed"),
        pytest.param("Running", "ScalingFailed", "broken: apply.phase", id="a failure that stays"),
    ],
)
def test_an_operation_is_sent_in_its_phases_waits_for_passing_ones_and_stops_at_the_others(when, phase, expected):
    assert read(find_ready(make_operation(when=when), make_live({"phase": phase}))) == expected
