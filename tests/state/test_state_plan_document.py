"""The plan as text: every plan comes back as it was, and a damaged one is refused in words."""

import json

import json_merge_patch
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from state_values import HOSTILE_TEXTS, PLANS, VALUES

from planner.core.addresses import Address
from planner.core.changes import (
    Action,
    Basis,
    Change,
    Disruption,
    FieldChange,
    FlavorNodes,
    Intent,
    NodeConstraint,
    Operation,
    Plan,
    PlanInputs,
    PlanSummary,
)
from planner.core.diagnostics import SourceLocation
from planner.core.field_paths import EntryKey
from planner.core.trees import ABSENT, CountRange, Reference, is_same
from planner.state.documents.plan_document import format_plan, parse_plan
from planner.state.documents.plan_values import format_value, parse_value
from planner.state.documents.schemas import build_plan_schema
from planner.state.errors import DocumentError

SLOW = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
COUNT = ("spec", "resources", EntryKey(parts=("gpu", "")), "count")
NETWORK = Reference(address=Address(kind="network", name="main"))
CHANGE = Change(
    address=Address(kind="pool", name="training"),
    kind="pool",
    id="gpu-training-86c1",
    action=Action.UPDATE,
    reason="",
    before={"metadata": {"labels": {"note": "${pool.a.id}"}, "annotations": {}}, "spec": {"resources": []}},
    after={"metadata": {"labels": {"note": "${pool.a.id}"}, "annotations": {}}, "spec": {"network": {"name": NETWORK}}},
    after_unknown={"spec": {"network": {"name": True}}},
    fields=(
        FieldChange(
            path=COUNT,
            label="resources[gpu].count",
            before=ABSENT,
            after=None,
            disruption=Disruption.NEW_NODES,
            source=SourceLocation(file="main.pools.toml", line=7, column=3, text="count = 3"),
        ),
    ),
    merge_patch={"spec": {"network": {"name": NETWORK}, "resources": None}},
    json_patch=({"op": "add", "path": "/spec/network", "value": {"name": NETWORK}},),
    disruption=Disruption.NEW_NODES,
    purchases=False,
    nodes=(
        FlavorNodes(flavor="gpu", node_pool="", before=2, after=3),
        FlavorNodes(flavor="cpu", node_pool="a", before=1, after=1),
    ),
    fingerprint="sha256:f",
    digest="sha256:d",
    operations=(
        Operation(
            method="POST",
            path="/v2/86c1/pools/gpu-training-86c1/nodes/batch-delete",
            content_type="application/json",
            body=None,
            when="Running",
            waits_for="1 node to go",
            purpose="remove 1 idle node",
            intents=(Intent(path=COUNT, before=3, after=2),),
            nodes=NodeConstraint(flavor="gpu", node_pool="", count=1),
        ),
    ),
    depends_on=(Address(kind="network", name="main"),),
    previous_address=Address(kind="pool", name="train"),
    released=("driver",),
    kept_entries=1,
)
PLAN = Plan(
    digest="sha256:p",
    basis=Basis(lineage="l", serial=4, config_digest="sha256:c", service=None),
    inputs=PlanInputs(target=("pool.*",)),
    summary=PlanSummary(update=1, import_=2, nodes_before=3, nodes_after=4),
    changes=(CHANGE,),
    drift=(),
    diagnostics=(),
    blocked=(),
)
TEXT = format_plan(PLAN)


def find_fault(text):
    with pytest.raises(DocumentError) as caught:
        parse_plan(text, source="tonight.plan")
    return caught.value.diagnostics[0]


@SLOW
@given(plan=PLANS)
def test_every_plan_survives_its_document(plan):
    text = format_plan(plan)
    again = parse_plan(text)
    assert again == plan
    assert format_plan(again) == text


@SLOW
@given(value=VALUES)
def test_values_keep_their_types_and_references(value):
    assert is_same(parse_value(json.loads(json.dumps(format_value(value)))), value)


@given(text=HOSTILE_TEXTS)
def test_text_of_the_service_never_becomes_a_reference(text):
    assert parse_value(format_value(text)) == text


@SLOW
@given(plan=PLANS)
def test_every_document_fits_the_published_schema(plan):
    jsonschema.validate(json.loads(format_plan(plan)), build_plan_schema())


def test_members_of_the_format_are_all_there_and_in_order():
    document = json.loads(TEXT)
    assert list(document) == [
        "format_version",
        "digest",
        "basis",
        "inputs",
        "summary",
        "changes",
        "drift",
        "diagnostics",
        "blocked",
        "quotas",
        "loosened",
        "accelerators",
    ]
    assert document["summary"] == {
        "create": 0,
        "update": 1,
        "replace": 0,
        "delete": 0,
        "import": 2,
        "move": 0,
        "forget": 0,
        "no_op": 0,
        "nodes_before": 3,
        "nodes_after": 4,
        "is_partial": False,
        "hourly_cost": None,
    }
    assert document["changes"][0]["nodes_before"] == 3
    assert document["changes"][0]["action"] == "update"


def test_field_that_is_not_there_is_null_and_named_absent():
    assert json.loads(TEXT)["changes"][0]["fields"] == [
        {
            "path": "resources[gpu].count",
            "api_path": ["spec", "resources", {"key": ["gpu", ""]}, "count"],
            "before": None,
            "after": None,
            "absent": ["before"],
            "disruption": "new_nodes",
            "source": {"file": "main.pools.toml", "line": 7, "column": 3, "text": "count = 3"},
        }
    ]


def test_reference_is_printed_as_files_spell_it_and_a_look_alike_is_escaped():
    change = json.loads(TEXT)["changes"][0]
    assert change["after"]["spec"]["network"] == {"name": "${network.main.id}"}
    assert change["after"]["metadata"]["labels"] == {"note": "$${pool.a.id}"}


def test_count_range_is_written_as_an_object():
    assert format_value([CountRange(minimum=1, maximum=3, initial=2)]) == [{"initial": 2, "max": 3, "min": 1}]


def test_merge_patch_of_the_document_leads_from_before_to_after():
    change = json.loads(TEXT)["changes"][0]
    assert json_merge_patch.merge(change["before"], change["merge_patch"]) == change["after"]


def test_order_of_members_in_trees_makes_no_difference():
    turned = parse_plan(json.dumps(json.loads(TEXT), sort_keys=True))
    assert format_plan(turned) == TEXT


def test_text_of_a_plan_is_as_published(golden):
    golden("plan.json", TEXT)


def change_first(**members):
    document = json.loads(TEXT)
    document["changes"][0] |= members
    return json.dumps(document, indent=2)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        pytest.param("", "state.empty", "plan --out FILE", id="empty file"),
        pytest.param(TEXT[:-40], "state.truncated", "cut off", id="cut off"),
        pytest.param(TEXT.replace('"1.0"', '"1.2"'), "state.newer-version", "later one", id="made by a newer poolctl"),
        pytest.param(
            '{"format_version": "1.2", "terraform_version": "1.11.4"}',
            "state.other-document",
            "made by Terraform",
            id="Terraform's plan",
        ),
        pytest.param(
            '{"format_version": "1.0", "lineage": "l", "serial": 1}',
            "state.other-document",
            "looks like a state",
            id="a state",
        ),
        pytest.param('"plan"', "state.other-document", "something else", id="a text"),
        pytest.param(
            change_first(extra=1), "state.bad-document", "changes[0].extra is not known here", id="member too many"
        ),
        pytest.param(change_first(action="destroy"), "state.bad-document", "changes[0].action", id="unknown action"),
        pytest.param(
            change_first(disruption="all"), "state.bad-document", "changes[0].disruption", id="unknown disruption"
        ),
        pytest.param(
            change_first(address="training"), "state.bad-document", "changes[0].address is no address", id="bad address"
        ),
        pytest.param(
            change_first(previous_address=""),
            "state.bad-document",
            "previous_address is no address",
            id="bad previous address",
        ),
        pytest.param(
            change_first(depends_on=["x"]), "state.bad-document", "depends_on[0] is no address", id="bad dependency"
        ),
        pytest.param(change_first(nodes_after=1), "state.bad-document", "adds up to 4", id="sum that does not add up"),
        pytest.param(
            change_first(before=[]), "state.bad-document", "before is not an object", id="tree that is a list"
        ),
        pytest.param(TEXT.replace('"serial": 4', '"serial": NaN'), "state.bad-value", "NaN", id="NaN"),
        pytest.param(
            TEXT.replace('"serial": 4', '"serial": 4, "serial": 5'),
            "state.duplicate-name",
            "'serial'",
            id="member twice",
        ),
    ],
)
def test_damaged_plan_is_refused_in_words(text, code, words):
    fault = find_fault(text)
    assert fault.code == code
    assert words in fault.detail
    assert fault.location.file == "tonight.plan"


def test_bad_address_in_drift_is_refused_with_its_line():
    row = {"address": "x", "path": "p", "before": 1, "after": 2, "absent": [], "is_managed": True, "policy": ""}
    text = json.dumps(json.loads(TEXT) | {"drift": [row]}, indent=2)
    fault = find_fault(text)
    assert "drift[0].address is no address" in fault.detail
    assert fault.location.text == '      "address": "x",'
