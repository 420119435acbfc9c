"""What interrupted runs left open, settled by comparing what was begun with what is there."""

from dataclasses import replace
from pathlib import Path

import pytest
from engine_changes import make_address, make_tracked

from planner.core.snapshot import LiveResource, Snapshot
from planner.core.tracking import State, TrackedResource
from planner.core.trees import Tree
from planner.engine.journal import ChangeEnded, OpenRun, OperationEnded, OperationStarted, Record, RunStarted
from planner.engine.settle import Recalled, Settled, recall, settle
from planner.kinds.table import KINDS

POOL = make_address("a")
LINEAGE = "l"
SENT_AT = "Thu, 01 Jan 2026 00:00:00 GMT"
LATER, EARLIER = "2026-01-01T00:00:20Z", "2025-12-31T23:59:40Z"
TREE: Tree = {
    "metadata": {"labels": {"os.modelarts/name": "gpu-a"}, "annotations": {"os.modelarts/description": "first"}},
    "spec": {"type": "Dedicate", "resources": [{"flavor": "f", "count": 2}]},
}
PATCH: Tree = {"metadata": {"annotations": {"os.modelarts/description": "second", "old": None}}}
MADE = TrackedResource(id="(not known yet)", last_applied=TREE, last_seen={})


def make_live(*, description: str = "first", created: str = LATER, name: str = "gpu-a") -> LiveResource:
    labels: Tree = {"os.modelarts/name": name}
    annotations: Tree = {"os.modelarts/description": description}
    metadata: Tree = {
        "name": f"{name}-1",
        "labels": labels,
        "annotations": annotations,
        "creationTimestamp": created,
    }
    spec: Tree = {"type": "Dedicate", "resources": [{"flavor": "f", "count": 2, "maxCount": 2}]}
    return LiveResource(id=f"{name}-1", metadata=metadata, spec=spec, status={"phase": "Running"})


def make_run(*records: Record, lineage: str = LINEAGE, is_running: bool = False) -> OpenRun:
    started = RunStarted(run_id="r", plan_digest="p", who="w", lineage=lineage, serial=1, time="t")
    return OpenRun(path=Path("r.jsonl"), records=(started, *records), is_running=is_running)


def make_start(method: str, *, tracked: TrackedResource | None, body: Tree | None = None) -> OperationStarted:
    return OperationStarted(
        address=POOL,
        number=1,
        method=method,
        path="/p",
        body=body,
        time="t",
        tracked=tracked,
        service_date=SENT_AT,
    )


def make_recalled(*records: Record, tracked: TrackedResource | None = None) -> Recalled:
    resources = {} if tracked is None else {POOL: tracked}
    return recall(State(lineage=LINEAGE, resources=resources), [make_run(*records)])


def settle_pool(recalled: Recalled, snapshot: Snapshot) -> Settled:
    return settle(recalled, snapshot, kinds=KINDS)


def test_finished_changes_are_in_the_state_before_the_service_is_read():
    recalled = make_recalled(ChangeEnded(address=POOL, tracked=make_tracked("a-1")))
    assert dict(recalled.state.resources) == {POOL: make_tracked("a-1")}
    assert (recalled.unsettled, len(recalled.runs)) == ((), 1)


def test_a_run_of_another_state_is_not_recalled():
    run = make_run(ChangeEnded(address=POOL, tracked=make_tracked("a-1")), lineage="another")
    assert dict(recall(State(lineage=LINEAGE), [run]).state.resources) == {}


def test_a_run_that_goes_on_is_told_and_left_open():
    recalled = recall(State(lineage=LINEAGE), [make_run(is_running=True)])
    assert (recalled.runs, [one.code for one in recalled.diagnostics]) == ((), ["settle.running"])


def test_an_object_that_was_made_without_an_answer_is_adopted():
    twin = make_live()
    settled = settle_pool(
        make_recalled(make_start("POST", tracked=MADE)), Snapshot(others={"pool": (twin, make_live(name="other"))})
    )
    assert settled.resources[POOL].id == "gpu-a-1"
    assert settled.resources[POOL].last_applied == TREE
    assert settled.snapshot.resources == {POOL: twin}
    assert [one.id for one in settled.snapshot.others["pool"]] == ["other-1"]
    assert "it was made: gpu-a-1" in settled.diagnostics[0].detail


@pytest.mark.parametrize(
    "twin",
    [
        pytest.param(make_live(created=EARLIER), id="older than the request"),
        pytest.param(make_live(description="of somebody else"), id="not as asked for"),
        pytest.param(make_live(name="other"), id="another name"),
    ],
)
def test_a_stranger_is_not_adopted(twin: LiveResource):
    settled = settle_pool(make_recalled(make_start("POST", tracked=MADE)), Snapshot(others={"pool": (twin,)}))
    assert (settled.resources, settled.diagnostics) == ({}, ())


def test_a_patch_that_took_effect_is_recorded_as_sent():
    known, sent = make_tracked("gpu-a-1"), replace(make_tracked("gpu-a-1"), last_applied=PATCH)
    settled = settle_pool(
        make_recalled(make_start("PATCH", tracked=sent, body=PATCH), tracked=known),
        Snapshot(resources={POOL: make_live(description="second")}),
    )
    assert settled.resources[POOL].last_applied == PATCH
    assert settled.resources[POOL].last_seen["phase"] == "Running"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(PATCH, id="another value"),
        pytest.param({"metadata": {"annotations": {"os.modelarts/description": None}}}, id="not removed"),
        pytest.param({"spec": {"resources": [{"flavor": "f", "count": 3}]}}, id="another count"),
        pytest.param({"spec": {"resources": []}}, id="an entry more"),
    ],
)
def test_a_patch_that_did_nothing_leaves_the_record_as_it_was(body: Tree):
    known, sent = make_tracked("gpu-a-1"), replace(make_tracked("gpu-a-1"), last_applied=PATCH)
    settled = settle_pool(
        make_recalled(make_start("PATCH", tracked=sent, body=body), tracked=known),
        Snapshot(resources={POOL: make_live()}),
    )
    assert (dict(settled.resources), settled.diagnostics) == ({POOL: known}, ())


def test_a_deletion_that_was_carried_out_drops_the_address():
    settled = settle_pool(
        make_recalled(make_start("DELETE", tracked=None), tracked=make_tracked("gpu-a-1")),
        Snapshot(missing=frozenset({POOL})),
    )
    assert (dict(settled.resources), settled.snapshot.missing) == ({}, frozenset())


def test_a_deletion_that_did_nothing_keeps_the_address():
    known = make_tracked("gpu-a-1")
    settled = settle_pool(
        make_recalled(make_start("DELETE", tracked=None), tracked=known), Snapshot(resources={POOL: make_live()})
    )
    assert dict(settled.resources) == {POOL: known}


def test_an_operation_with_an_end_is_settled_already():
    ended = OperationEnded(address=POOL, number=1, outcome="failed", detail="", time="t")
    recalled = make_recalled(make_start("POST", tracked=MADE), ended)
    assert recalled.unsettled == ()


def test_what_the_service_has_finished_is_waited_for_no_more():
    waiting = make_tracked("gpu-a-1", waiting="Running")
    settled = settle_pool(
        recall(State(lineage=LINEAGE, resources={POOL: waiting}), []), Snapshot(resources={POOL: make_live()})
    )
    assert settled.resources[POOL].waiting == ""


def test_what_still_moves_is_waited_for():
    waiting = make_tracked("gpu-a-1", waiting="Running")
    moving = replace(make_live(), status={"phase": "Creating"})
    settled = settle_pool(
        recall(State(lineage=LINEAGE, resources={POOL: waiting}), []), Snapshot(resources={POOL: moving})
    )
    assert dict(settled.resources) == {POOL: waiting}
