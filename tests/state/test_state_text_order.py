"""The text of a state is the one of its document as a whole: sorted, two spaces, one member a line."""

import json
import re

from hypothesis import assume, given, settings
from state_values import STATES

from planner.state.documents.json_text import format_json
from planner.state.documents.state_document import format_state


@settings(max_examples=200, deadline=None)
@given(state=STATES)
def test_the_text_of_a_state_is_that_of_its_sorted_document(state):
    text = format_state(state)
    document = json.loads(text)
    # A text that no UTF-8 holds makes its whole document spell small numbers as Python does: 1e-05, not 0.00001.
    assume(not re.search(r"\\ud[89a-f]", text))
    assert text == format_json(json.loads(json.dumps(document, sort_keys=True)))
