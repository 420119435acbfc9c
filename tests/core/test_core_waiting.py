"""One read, and the one before it, tell whether an operation is where it said, on its way, or broken."""

import pytest
from waiting_cases import (
    F,
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
        pytest.param(("Running", "1"), ("Running", "1"), "pending: gpu driver 2 running (now Running with 1)", id="the old version"),
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
