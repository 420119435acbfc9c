"""What a service never tells cannot be waited for: a pool that runs, with a silent status, is trusted after two reads."""

import pytest
from waiting_cases import F, grow, make_entry, make_intent, make_live, make_operation, make_status, make_watch

from planner.core.waiting import Reached, find_progress

GROWTH = make_operation(intents=[grow(F, 2)])
SCOPE = make_operation(intents=[make_intent("spec", "scope", before=[], after=["Train"])])
DRIVER = make_operation(intents=[make_intent("spec", "driver", "gpuVersion", before="1", after="2")])
CREATION = make_operation("POST")
AFTER = {"spec": {"type": "Dedicate", "resources": [make_entry(F, 2)], "scope": ["Train"]}}
SPEC = {"scope": ["Train"], "driver": {"gpuVersion": "2"}}

WATCHES = [
    pytest.param(make_watch(GROWTH), id="growth"),
    pytest.param(make_watch(SCOPE), id="job types"),
    pytest.param(make_watch(DRIVER), id="driver"),
    pytest.param(make_watch(CREATION, after=AFTER), id="creation"),
]


def read(**status):
    return make_live(status, make_entry(F, 2), **SPEC)


def is_reached(watch, live, previous):
    return isinstance(find_progress(watch, live, previous=previous), Reached)


@pytest.mark.parametrize("watch", WATCHES)
def test_two_silent_reads_of_a_running_pool_are_trusted(watch):
    assert is_reached(watch, read(phase="Running"), read(phase="Running"))


@pytest.mark.parametrize("watch", WATCHES)
def test_one_silent_read_is_not_trusted(watch):
    assert not is_reached(watch, read(phase="Running"), None)


@pytest.mark.parametrize("watch", WATCHES)
def test_an_empty_member_is_an_answer_and_not_silence(watch):
    status = {"phase": "Running", "resources": {}, "scope": [], "driver": {}}
    assert not is_reached(watch, read(**status), read(**status))


@pytest.mark.parametrize("watch", WATCHES)
def test_a_silent_pool_that_does_not_run_is_not_trusted(watch):
    assert not is_reached(watch, read(phase="Creating"), read(phase="Running"))


def list_types(*, phase="Running", **states):
    return make_live(make_status(phase, scope=states), scope=["Train"])


SWAP = make_watch(make_operation(intents=[make_intent("spec", "scope", before=["Infer"], after=["Train"])]))


@pytest.mark.parametrize(
    ("live", "previous", "expected"),
    [
        pytest.param(list_types(Infer="Enabled"), list_types(Infer="Enabled"), True, id="the old types, twice"),
        pytest.param(list_types(Infer="Enabled"), None, False, id="the old types, once"),
        pytest.param(
            list_types(Infer="Enabled"), list_types(phase="Creating", Infer="Enabled"), False, id="no running pool"
        ),
        pytest.param(list_types(Infer="Disabling"), list_types(Infer="Disabling"), False, id="one is leaving"),
        pytest.param(list_types(Train="Enabling"), list_types(Train="Enabling"), False, id="one is coming"),
        pytest.param(list_types(Train="Disabled"), list_types(Train="Disabled"), False, id="one is told as disabled"),
        pytest.param(list_types(Infer="Enabled"), list_types(Infer="Disabling"), False, id="a status that moves"),
    ],
)
def test_a_status_that_does_not_follow_job_types_is_not_waited_for(live, previous, expected):
    assert is_reached(SWAP, live, previous) is expected
