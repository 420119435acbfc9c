"""What plainly has the shape of a state is what the models take, so that they need not be asked."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from state_values import STATES

from planner.engine.journal_records import RecordError, _parse_tracked
from planner.state.documents.models import StateDocument
from planner.state.documents.state_document import format_state
from planner.state.documents.state_shape import STORED, format_shape, is_plain, is_plain_tracked

HOLD = {"entry": "f", "count": 1, "until": "2026-12-01T00:00:00Z", "who": "a@b", "reason": ""}
TRACKED = {
    "id": "p",
    "last_applied": {},
    "last_seen": {},
    "prevent_destroy": False,
    "created_entries": [],
    "waiting": "",
}
ODD = st.sampled_from([True, 0, -1, 1.0, "", "a", "2026-13-01T00:00:00Z", None, [], {}, [1], {"a": 1}, [HOLD]])


def list_edits(document):
    """Return the places that may be edited: members of the document, and of its resources."""
    inner = [("resources", name, key) for name, one in document["resources"].items() for key in (*one, "holds")]
    return [*((key,) for key in (*document, "guards", "store", "more")), *inner]


@st.composite
def draw_edited(draw):
    """Draw a sound state in which one member is another, or missing."""
    document = json.loads(format_state(draw(STATES)))
    *above, last = draw(st.sampled_from(list_edits(document)))
    table = document[above[0]][above[1]] if above else document
    table.pop(last, None)
    table |= draw(st.just({}) | ODD.map(lambda odd: {last: odd}))
    return document


@settings(max_examples=1000, deadline=None)
@given(draw_edited())
def test_whatever_is_plain_has_no_fault_for_the_models(document):
    is_taken = not is_plain(document) or StateDocument.model_validate(document)
    assert is_taken


@settings(max_examples=300, deadline=None)
@given(STATES)
def test_every_state_that_is_written_is_plain(state):
    assert is_plain(json.loads(format_state(state)))


def test_the_stored_shape_is_what_the_models_say():
    assert STORED.read_text(encoding="utf-8") == format_shape(), (
        "refresh: python -m planner.state.documents.state_shape"
    )


@pytest.mark.parametrize(
    ("holds", "is_whole"),
    [
        pytest.param([], True, id="none"),
        pytest.param([HOLD], True, id="one"),
        pytest.param([HOLD | {"until": "2026-13-01T00:00:00Z"}], False, id="no such month"),
    ],
)
def test_a_tracked_resource_of_a_journal_is_asked_for_where_it_is_not_plain(holds, is_whole):
    value = TRACKED | {"holds": holds}
    assert is_plain_tracked(value) is (holds == [])
    assert is_read(value) is is_whole


def is_read(value):
    """Tell whether a journal takes ``value``."""
    try:
        return bool(_parse_tracked(value))
    except RecordError:
        return False
