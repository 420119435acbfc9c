"""The state as text: what it looks like, what comes back, what is refused and in which words."""

import json

import pytest
from hypothesis import given, settings
from state_values import JSON_TREES, STATES, make_state, make_tracked

from planner.core.addresses import Address
from planner.core.tracking import ServiceIdentity
from planner.core.trees import is_same
from planner.state.documents.state_document import format_state, parse_state
from planner.state.errors import DocumentError

STATE = make_state(
    serial=3,
    service=ServiceIdentity(endpoint="simulator", region="eu-de", project_id="86c1"),
    applied_from="0a1b2c",
    resources={
        Address(kind="pool", name="b"): make_tracked(
            "b-86c1", last_applied={"spec": {"type": "Dedicate", "scope": []}}
        ),
        Address(kind="pool", name="a", key="é"): make_tracked(
            "a-86c1", created_entries=("flavor/pool",), prevent_destroy=True, waiting="2 nodes"
        ),
    },
)
TEXT = """\
{
  "applied_from": "0a1b2c",
  "format_version": "1.0",
  "lineage": "7c9d0f3e-0000-4000-8000-000000000000",
  "resources": {
    "pool.a[\\"é\\"]": {
      "created_entries": [
        "flavor/pool"
      ],
      "id": "a-86c1",
      "last_applied": {},
      "last_seen": {},
      "prevent_destroy": true,
      "waiting": "2 nodes"
    },
    "pool.b": {
      "created_entries": [],
      "id": "b-86c1",
      "last_applied": {
        "spec": {
          "scope": [],
          "type": "Dedicate"
        }
      },
      "last_seen": {},
      "prevent_destroy": false,
      "waiting": ""
    }
  },
  "serial": 3,
  "service": {
    "endpoint": "simulator",
    "project_id": "86c1",
    "region": "eu-de"
  }
}
"""


def test_document_is_sorted_and_has_one_field_a_line():
    assert format_state(STATE) == TEXT


def test_document_gives_the_same_state_back():
    assert parse_state(TEXT) == STATE


@settings(deadline=None)
@given(state=STATES)
def test_every_state_survives_its_document(state):
    text = format_state(state)
    again = parse_state(text)
    assert again == state
    assert format_state(again) == text


@settings(deadline=None)
@given(state=STATES)
def test_document_is_utf8_and_ends_with_one_newline(state):
    data = format_state(state).encode()
    assert data.endswith(b"}\n")


@settings(deadline=None)
@given(tree=JSON_TREES)
def test_values_keep_their_types(tree):
    state = make_state(resources={Address(kind="pool", name="a"): make_tracked("a", last_applied=tree)})
    again = parse_state(format_state(state))
    assert is_same(again.resources[Address(kind="pool", name="a")].last_applied, tree)


def test_order_of_resources_and_members_makes_no_difference():
    turned = make_state(
        serial=3,
        service=STATE.service,
        applied_from="0a1b2c",
        resources=dict(reversed(STATE.resources.items())),
    )
    assert format_state(turned) == TEXT


def test_pool_and_network_of_one_name_have_one_id_without_fault():
    both = {Address(kind=kind, name="a"): make_tracked("a-86c1") for kind in ("pool", "network")}
    state = make_state(resources=both)
    assert parse_state(format_state(state)) == state


def test_infinite_number_is_not_written():
    state = make_state(
        resources={Address(kind="pool", name="a"): make_tracked("a", last_applied={"x": [float("inf")]})}
    )
    with pytest.raises(DocumentError, match="A number cannot be written"):
        format_state(state)


def test_merge_without_a_conflict_changes_only_its_own_lines():
    mine = json.loads(TEXT)
    mine["resources"]["pool.b"]["waiting"] = "1 node"
    state = parse_state(json.dumps(mine))
    changed = [
        (old, new) for old, new in zip(TEXT.splitlines(), format_state(state).splitlines(), strict=True) if old != new
    ]
    assert changed == [('      "waiting": ""', '      "waiting": "1 node"')]
