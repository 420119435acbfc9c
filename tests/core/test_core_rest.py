"""Whether the service has finished with an object that an earlier run left waiting."""

import pytest

from planner.core.addresses import Address
from planner.core.progress import Broken, Pending, Progress, Reached
from planner.core.rest import find_rest
from planner.core.snapshot import LiveResource
from planner.core.trees import Tree
from planner.kinds.table import KINDS

POOL = Address(kind="pool", name="a")
THERE: Tree = {"available": [{"flavor": "f", "count": 2}]}
COMING: Tree = {"available": [{"flavor": "f", "count": 1}], "creating": [{"flavor": "f", "count": 1}]}
SHORT: Tree = {"available": [{"flavor": "f", "count": 1}]}
LEAVING: Tree = {**THERE, "deleting": [{"flavor": "g", "count": 1}]}


def make_live(
    *, phase: str = "Running", version: str = "", kind: str = "Dedicate", **status: Tree | list[Tree]
) -> LiveResource:
    spec: Tree = {"type": kind, "resources": [{"flavor": "f", "count": 2}]}
    driver: Tree = {"driver": {"gpuVersion": version}} if version else {}
    return LiveResource(id="a-1", metadata={}, spec={**spec, **driver}, status={"phase": phase, **status})


def make_driven(state: str, *, version: str = "2") -> LiveResource:
    return make_live(version="2", driver={"gpu": {"state": state, "version": version}})


def find(live: LiveResource, previous: LiveResource | None = None) -> Progress:
    return find_rest(POOL, live, previous, rules=KINDS["pool"])


@pytest.mark.parametrize(
    ("live", "previous"),
    [
        pytest.param(make_live(), None, id="a pool whose status says no more"),
        pytest.param(make_live(resources=THERE), None, id="all nodes"),
        pytest.param(make_live(kind="Logical", phase="Waiting"), None, id="a logical pool before its approval"),
        pytest.param(make_live(kind="Logical", resources={}), None, id="a logical pool without nodes of its own"),
        pytest.param(make_live(version="2"), None, id="a driver of which nothing is told"),
        pytest.param(make_live(scope=[{"scopeType": "Train", "state": "Enabled"}]), None, id="a job type enabled"),
        pytest.param(make_driven("Running"), make_driven("Running"), id="a driver that runs twice"),
    ],
)
def test_it_is_finished(live: LiveResource, previous: LiveResource | None):
    assert find(live, previous) == Reached()


@pytest.mark.parametrize(
    ("live", "previous", "what"),
    [
        pytest.param(make_live(phase="Creating"), None, "phase that stays (now Creating)", id="phase"),
        pytest.param(
            make_live(scope=[{"scopeType": "Train", "state": "Enabling"}]), None, "job type Train Enabling", id="scope"
        ),
        pytest.param(make_live(resources=COMING), None, "1 of 2 nodes of f", id="nodes on their way"),
        pytest.param(make_live(resources=SHORT), None, "1 of 2 nodes of f", id="too few nodes, seen once"),
        pytest.param(make_live(resources=LEAVING), None, "nodes on their way", id="nodes of an entry that went"),
        pytest.param(make_driven("Running"), None, "gpu driver 2 running (now Running)", id="a driver, seen once"),
        pytest.param(
            make_driven("Running", version="1"),
            make_driven("Running", version="1"),
            "gpu driver 2 running (now Running with 1)",
            id="the old driver",
        ),
    ],
)
def test_it_is_on_its_way(live: LiveResource, previous: LiveResource | None, what: str):
    progress = find(live, previous)
    assert isinstance(progress, Pending)
    assert progress.what == what


@pytest.mark.parametrize(
    ("live", "previous", "code"),
    [
        pytest.param(make_live(phase="CreationFailed"), None, "apply.failed-phase", id="phase"),
        pytest.param(make_live(resources=SHORT), make_live(resources=SHORT), "apply.partial", id="too few nodes"),
        pytest.param(make_driven("Abnormal"), make_driven("Abnormal"), "apply.driver-failed", id="driver"),
    ],
)
def test_it_has_failed(live: LiveResource, previous: LiveResource | None, code: str):
    progress = find(live, previous)
    assert isinstance(progress, Broken)
    assert [one.code for one in progress.diagnostics] == [code]


def test_a_network_is_finished_when_its_connections_are_active():
    network = Address(kind="network", name="n")

    def look(phase: str) -> Progress:
        status: Tree = {"phase": "Active", "connectionStatus": {"sfsTurboStatus": [{"name": "s", "status": phase}]}}
        live = LiveResource(id="n-1", metadata={}, spec={}, status=status)
        return find_rest(network, live, None, rules=KINDS["network"])

    assert look("Active") == Reached()
    assert look("Creating") == Pending(what="0 of 1 connection active")
