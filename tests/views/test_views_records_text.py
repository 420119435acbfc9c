import json

import pytest
from views_plans import CPU, NETWORK, POOL, POOL_ID, make_drift, make_pool_tree

from planner.core.addresses import Address
from planner.core.tracking import ServiceIdentity, State, TrackedResource
from planner.core.trees import CountRange, Reference
from planner.views.drift_text import build_drift_json, format_drift
from planner.views.json_text import format_json
from planner.views.lock_text import build_lock_json, format_holder, format_lock_status
from planner.views.state_text import build_state_list_json, format_state, format_state_list, format_tracked

HOLDER = {
    "id": "c93d9fed",
    "operation": "apply",
    "who": "ci@host",
    "host": "host\x1b[2J",
    "pid": "42",
    "created": "2026-11-23T07:38:23Z",
    "version": "0.1.0",
    "info": "",
    "zone": "a",
}
TRACKED = TrackedResource(
    id=POOL_ID,
    last_applied={
        "metadata": {"annotations": {"team": "vision"}},
        "spec": {"resources": [{"flavor": CPU, "count": 2}]},
    },
    last_seen={**make_pool_tree(), "phase": "Running"},
    prevent_destroy=True,
    created_entries=(CPU,),
    waiting="the driver on 2 nodes",
)
STATE = State(
    lineage="1f0c",
    serial=7,
    service=ServiceIdentity(endpoint="https", region="eu-de", project_id="86c1"),
    applied_from="2c4f1aa",
    resources={
        POOL: TRACKED,
        Address(kind="pool", name="team", key="a"): TrackedResource(id="team-a", last_applied={}, last_seen={}),
        NETWORK: TrackedResource(id="net", last_applied={}, last_seen={"phase": "Active"}),
    },
)


def test_state_list_is_sorted_one_address_a_line():
    assert format_state_list(STATE.resources) == 'network.main\npool.team["a"]\npool.training\n'


def test_empty_state_lists_nothing():
    assert format_state_list(()) == ""


def test_tracked_resource_reads_as_reviewed(golden):
    golden("state-show-80.txt", format_tracked(POOL, TRACKED, width=80))


def test_state_overview_reads_as_reviewed(golden):
    golden("state-overview.txt", format_state(STATE))


def test_fresh_state_says_that_it_belongs_to_no_service_yet(golden):
    golden("state-fresh.txt", format_state(State(lineage="1f0c")))


def test_holder_reads_as_an_aligned_block(golden):
    golden("lock-holder.txt", format_holder(HOLDER))


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        pytest.param(None, "Nobody holds the lock.\n", id="a free lock"),
        pytest.param(
            {"id": "1"},
            "The lock is held.\n\nLock Info:\n  ID: 1\n\nTo break it, once its holder is surely gone: poolctl force-unlock 1\n",
            id="a held lock names the way out",
        ),
    ],
)
def test_lock_status_says_who_holds_the_lock(holder, expected):
    assert format_lock_status(holder) == expected


@pytest.mark.parametrize("width", [pytest.param(width, id=f"{width} columns") for width in (40, 200)])
def test_drift_reads_as_reviewed(width, golden):
    golden(f"drift-{width}.txt", format_drift(make_drift(), width=width, colour=False))


def test_no_drift_is_one_line():
    assert (
        format_drift((), width=80, colour=True) == "No drift. Nobody changed a tracked object since the last apply.\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("drift.json", build_drift_json(make_drift()), id="drift"),
        pytest.param("state-list.json", build_state_list_json(STATE), id="state list"),
        pytest.param("lock.json", build_lock_json(HOLDER), id="held lock"),
        pytest.param("lock-free.json", build_lock_json(None), id="free lock"),
    ],
)
def test_json_for_machines_reads_as_reviewed(name, value, golden):
    golden(name, format_json(value))


def test_json_is_plain_ascii_and_reads_back():
    text = format_json(
        {"a": ["\x7f\x9b\u202e日", Reference(address=NETWORK), CountRange(minimum=1, maximum=2, initial=1)]}
    )
    assert text.isascii()
    assert json.loads(text) == {"a": ["\x7f\x9b\u202e日", "${network.main.id}", {"min": 1, "max": 2, "initial": 1}]}
