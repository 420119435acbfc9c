"""The text of a state is the one of its document as a whole: sorted, two spaces, one member a line."""

import json
import re

from hypothesis import given, settings
from state_values import STATES

from planner.state.document import format_state
from planner.state.json_text import format_json


def spell_exponents(text):
    """Return ``text`` with one spelling of small numbers: a text that no UTF-8 holds makes its whole document 1e-08."""
    return re.sub(r"e-0(?=\d)", "e-", text)


@settings(max_examples=200, deadline=None)
@given(state=STATES)
def test_the_text_of_a_state_is_that_of_its_sorted_document(state):
    text = format_state(state)
    document = json.loads(text)
    whole = format_json(json.loads(json.dumps(document, sort_keys=True)))
    assert spell_exponents(text) == spell_exponents(whole)
