"""Nothing that a server, a file or a job says can move a cursor, whichever view prints it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from views_plans import make_change, make_field, make_patch, make_plan

from planner.core.addresses import Address
from planner.core.changes import (
    Action,
    Applied,
    Block,
    Disruption,
    DriftRow,
    Failed,
    FlavorNodes,
    NodeConstraint,
    Skipped,
    Uncertain,
    Waiting,
)
from planner.core.diagnostics import SourceLocation, make_error
from planner.core.events import ChangeEnded, NodeProgress, Noticed, OperationBegan, WaitProgressed
from planner.core.field_paths import EntryKey
from planner.core.tracking import ServiceIdentity, State, TrackedResource
from planner.core.trees import ABSENT
from planner.views.apply_text import format_apply_summary
from planner.views.diagnostics_text import format_diagnostics
from planner.views.drift_text import build_drift_json, format_drift
from planner.views.events_text import format_event
from planner.views.json_text import format_json
from planner.views.lock_text import build_lock_json, format_lock_status
from planner.views.plan_text import format_plan
from planner.views.state_text import build_state_list_json, format_state, format_state_list, format_tracked

SGR = re.compile(r"\x1b\[[0-9;]*m")
NASTY = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\r",
    "\n",
    "\t",
    "\x08",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ud800",
    "\u2028",
    "\x00",
    " ",
    '"',
    "\\",
    "]",
    ".",
    "a",
]
TEXTS = st.lists(st.sampled_from(NASTY) | st.characters(), max_size=8).map("".join)


def make_hostile_changes(text):
    tree = {
        "metadata": {"labels": {text: text}, "annotations": {text: text}},
        "spec": {text: {text: [text, {text: text}]}, "resources": [{"flavor": text, "nodePool": text, text: text}]},
    }
    fields = (
        make_field(("metadata", "labels", text), text, text, [text], disruption=Disruption.DESTROYS),
        make_field(("spec", text), text, [text], [text, text * 9]),
        make_field(("spec", text), text, ABSENT, {text: [text * 30, {text: text}]}),
        make_field(
            ("spec", "resources", EntryKey(parts=(text, text)), text), f"resources[{text}/{text}].{text}", text, ABSENT
        ),
    )
    place = SourceLocation(file=text, line=1)
    block = Block(code=text, summary=text, detail=f"{text}\n {text}")
    nodes = NodeConstraint(flavor=text, node_pool=text, count=1, az=text)
    operation = make_patch(method=text, path=text, when=text, waits_for=text, purpose=text)
    usual = make_change(
        address=Address(kind=text, name=text, key=text),
        kind=text,
        id=text,
        reason=text,
        before=tree,
        after=tree,
        after_unknown={text: True, "spec": {"resources": [{text: True}]}},
        nodes=(FlavorNodes(flavor=text, node_pool=text, before=0, after=1),),
        operations=(operation, replace(operation, nodes=nodes)),
        blocked=(block,),
        depends_on=(Address(kind=text, name=text),),
        previous_address=Address(kind=text, name=text),
        released=(text,),
        source=place,
    )
    updates = [
        replace(usual, action=action, fields=tuple(replace(field, source=place) for field in fields))
        for action in Action
    ]
    return [*updates, *(replace(usual, action=action) for action in Action)], block


def make_hostile_drift(text):
    address = Address(kind=text, name=text)
    return (DriftRow(address=address, label=text, before=text, after={text: text}, is_managed=True, policy=text),)


def make_hostile_ended(text):
    address, faults = Address(kind=text, name=text, key=text), (make_error(text, text),)
    outcomes = (
        Applied(),
        Waiting(what=text),
        Failed(diagnostics=faults),
        Uncertain(diagnostics=faults),
        Skipped(why=text),
    )
    return tuple(ChangeEnded(address=address, action=Action.UPDATE, outcome=outcome, seconds=1) for outcome in outcomes)


def list_coloured(text, *, colour, width):
    changes, block = make_hostile_changes(text)
    ended = make_hostile_ended(text)
    address = ended[0].address
    nodes = NodeProgress(flavor=text, wanted=1, available=0, creating=1, deleting=1)
    events = (
        *ended,
        Noticed(text=text),
        OperationBegan(address=address, action=Action.CREATE, purpose=text, number=1, total=2),
        WaitProgressed(address=address, waits_for=text, seconds=1, nodes=(nodes,)),
    )
    place = SourceLocation(file=text, line=1, column=3, text=text)
    fault = make_error(text, text, detail=f"{text}\n\n  {text}", address=text, location=place)
    plan = make_plan(*changes, drift=make_hostile_drift(text), blocked=(block,), update=1, is_partial=True)
    return [
        format_plan(plan, width=width, colour=colour),
        format_diagnostics([fault], width=width, colour=colour),
        format_drift(make_hostile_drift(text), width=width, colour=colour),
        format_apply_summary(ended, width=width, colour=colour),
        *(format_event(event, colour=colour) for event in events),
    ]


def list_plain(text, *, width):
    address = Address(kind=text, name=text, key=text)
    tracked = TrackedResource(
        id=text,
        last_applied={text: text},
        last_seen={"phase": text, text: [text]},
        created_entries=(text,),
        waiting=text,
    )
    service = ServiceIdentity(endpoint=text, region=text, project_id=text)
    state = State(lineage=text, service=service, applied_from=text, resources={address: tracked})
    return [
        format_state_list([address]),
        format_tracked(address, tracked, width=width),
        format_state(state),
        format_lock_status({"id": text, text: text, "who": text}),
        format_json(build_drift_json(make_hostile_drift(text))),
        format_json(build_state_list_json(state)),
        format_json(build_lock_json({text: text})),
    ]


def find_invisible(texts):
    return [character for text in texts for character in text if character != "\n" and not character.isprintable()]


@settings(deadline=None, max_examples=60)
@given(text=TEXTS, width=st.sampled_from([40, 80, 200]))
def test_no_view_lets_an_invisible_character_through(text, width):
    assert find_invisible(list_coloured(text, colour=False, width=width)) == []
    assert find_invisible(list_plain(text, width=width)) == []


@settings(deadline=None, max_examples=60)
@given(text=TEXTS, width=st.sampled_from([40, 80, 200]))
def test_colour_brings_nothing_but_own_colour_codes(text, width):
    coloured = list_coloured(text, colour=True, width=width)
    assert [SGR.sub("", one) for one in coloured] == list_coloured(text, colour=False, width=width)


@settings(deadline=None, max_examples=60)
@given(text=TEXTS, width=st.sampled_from([40, 80, 200]))
def test_no_line_ends_with_a_space(text, width):
    lines = [line for one in list_coloured(text, colour=False, width=width) for line in one.split("\n")]
    assert [line for line in lines if line.endswith(" ")] == []


@pytest.mark.parametrize(
    "text", [pytest.param("x\n  # pool.a will be created\nPlan: 0 to add", id="a forged plan in a value")]
)
def test_value_cannot_forge_a_line_of_the_plan(text):
    change = make_change(fields=(make_field(("spec", "a"), "a", text, ABSENT),), reason=text)
    assert "\nPlan: 0 to add\n" not in format_plan(make_plan(change, update=1), width=80, colour=False)
