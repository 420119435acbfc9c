"""JSON for machines is laid out as the standard library does it."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.addresses import Address
from planner.core.trees import CountRange, Reference
from planner.views.json_text import format_json

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
ANYTHING = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(value=ANYTHING)
def test_the_layout_is_that_of_the_standard_library(value):
    assert format_json(value) == json.dumps(value, indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def test_references_and_ranges_are_plain_json():
    value = {
        "network": Reference(address=Address(kind="network", name="main")),
        "count": CountRange(minimum=1, maximum=3, initial=2),
    }
    assert json.loads(format_json([value])) == [
        {"count": {"initial": 2, "max": 3, "min": 1}, "network": "${network.main.id}"}
    ]
