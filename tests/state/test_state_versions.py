"""The serial counts changes of content."""

import pytest
from hypothesis import given, settings
from state_values import STATES, make_state, make_tracked

from planner.core.addresses import Address
from planner.core.tracking import ServiceIdentity
from planner.state.documents.state_document import format_state, parse_state
from planner.state.versions import is_same_content, make_next

POOL = Address(kind="pool", name="a")
STATE = make_state(
    serial=7, resources={POOL: make_tracked("a", last_applied={"spec": {"n": 1}})}, applied_from="c0ffee"
)


@settings(deadline=None)
@given(state=STATES)
def test_same_content_keeps_the_serial(state):
    again = parse_state(format_state(state))
    same = make_next(state, resources=again.resources, service=again.service, applied_from=again.applied_from)
    assert same is state


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"resources": {}}, id="resource gone"),
        pytest.param({"resources": {POOL: make_tracked("b")}}, id="another id"),
        pytest.param({"resources": {POOL: make_tracked("a", last_applied={"spec": {"n": 1.0}})}}, id="1 becomes 1.0"),
        pytest.param({"resources": {POOL: make_tracked("a", last_applied={"spec": {"n": True}})}}, id="1 becomes true"),
        pytest.param({"service": ServiceIdentity(endpoint="https", region="r", project_id="p")}, id="service learnt"),
        pytest.param({"applied_from": "decade"}, id="applied from another commit"),
    ],
)
def test_new_content_raises_the_serial_by_one(members):
    following = make_next(STATE, **members)
    assert following.serial == 8
    assert following.lineage == STATE.lineage
    assert not is_same_content(STATE, following)


def test_what_is_not_given_stays():
    following = make_next(STATE, applied_from="decade")
    assert (following.resources, following.service) == (STATE.resources, STATE.service)
