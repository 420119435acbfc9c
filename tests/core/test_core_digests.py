"""Fingerprints and digests: what is in them, and what is not (semantics 6.2-6.3)."""

import hashlib
from dataclasses import replace

import pytest
from core_cases import MAKING, POOL, make_live, make_pool_tree, plan_update

from planner.core.changes import Action, Block, Disruption, NodeConstraint
from planner.core.desired import DesiredResource
from planner.core.diagnostics import SourceLocation
from planner.core.digests import make_change_digest, make_fingerprint, make_plan_digest, seal_change
from planner.core.resource_changes import make_creation, make_deletion, make_forgetting
from planner.core.trees import ABSENT

BORN = "2026-11-24T00:00:00Z"
LIVE = make_live(make_pool_tree({"flavor": "f", "count": 4}), creationTimestamp=BORN)
CHANGE = plan_update(LIVE, make_pool_tree({"flavor": "f", "count": 2}))


def digest(change, project_id="p"):
    return make_change_digest(change, project_id=project_id)


def change_field(**members):
    return replace(CHANGE, fields=(replace(CHANGE.fields[0], **members),))


def change_operation(index, **members):
    operations = list(CHANGE.operations)
    operations[index] = replace(operations[index], **members)
    return replace(CHANGE, operations=tuple(operations))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(CHANGE, address=POOL._replace(key="k")), id="address"),
        pytest.param(replace(CHANGE, previous_address=POOL), id="previous address"),
        pytest.param(replace(CHANGE, kind="network"), id="kind"),
        pytest.param(replace(CHANGE, id="b-p"), id="id"),
        pytest.param(replace(CHANGE, action=Action.IMPORT), id="action"),
        pytest.param(replace(CHANGE, disruption=Disruption.DRAINS), id="disruption"),
        pytest.param(replace(CHANGE, fingerprint="sha256:0"), id="fingerprint"),
        pytest.param(change_field(path=("spec", "scope")), id="path of a field"),
        pytest.param(change_field(before=5), id="before of a field"),
        pytest.param(change_field(after=1), id="after of a field"),
        pytest.param(change_field(after=ABSENT), id="a field that goes"),
        pytest.param(change_field(after=None), id="a field that is nulled"),
        pytest.param(change_field(after="2"), id="the type of a field"),
        pytest.param(
            change_operation(0, nodes=NodeConstraint(flavor="f", node_pool="", count=1)), id="nodes to remove"
        ),
        pytest.param(
            change_operation(0, nodes=NodeConstraint(flavor="f", node_pool="", count=2, az="z")), id="zone of the nodes"
        ),
        pytest.param(change_operation(1, method="POST"), id="method"),
        pytest.param(change_operation(1, path="/v2/p/pools/b-p"), id="path of an operation"),
        pytest.param(change_operation(1, content_type="text/plain"), id="content type"),
    ],
)
def test_the_digest_of_a_change_covers(other):
    assert digest(other) != digest(CHANGE)


def test_the_digest_of_a_change_covers_the_project():
    assert digest(CHANGE, "other") != digest(CHANGE)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(CHANGE, source=SourceLocation(file="b.pools.toml", line=9)), id="source lines"),
        pytest.param(change_field(source=SourceLocation(file="b.pools.toml", line=9)), id="source line of a field"),
        pytest.param(replace(CHANGE, blocked=(Block(code="freeze", summary="s", detail="d"),)), id="blocks"),
        pytest.param(replace(CHANGE, reason="drift"), id="reason"),
        pytest.param(replace(CHANGE, kept_entries=3, released=("scope",)), id="what is kept and released"),
        pytest.param(replace(CHANGE, before=None, after=None), id="unmanaged values"),
        pytest.param(
            change_operation(1, body={}, when="", waits_for="", purpose=""), id="body and words of an operation"
        ),
        pytest.param(
            plan_update(
                make_live(
                    make_pool_tree({"flavor": "f", "count": 4}, team="theirs"), phase="Abnormal", creationTimestamp=BORN
                ),
                make_pool_tree({"flavor": "f", "count": 2}),
            ),
            id="status and fields of others",
        ),
    ],
)
def test_the_digest_of_a_change_does_not_rest_on(other):
    assert digest(other) == digest(CHANGE)


def test_a_sealed_change_carries_its_digest():
    assert seal_change(CHANGE, project_id="p").digest == digest(CHANGE) == CHANGE.digest
    assert CHANGE.digest.startswith("sha256:")


def test_the_order_of_texts_in_a_list_makes_no_other_digest():
    scopes = (["Train", "Infer"], ["Infer", "Train"])
    first, second = (change_field(path=("spec", "scope"), after={"a": [scope, 1]}) for scope in scopes)
    assert digest(first) == digest(second)


def test_the_digest_is_the_same_on_every_machine():
    creation = make_creation(DesiredResource(address=POOL, tree=make_pool_tree()), make_pool_tree(), making=MAKING)
    assert creation.fingerprint == "sha256:" + hashlib.sha256(b'{"absent":true}').hexdigest()
    assert creation.digest == "sha256:3eb62f7df27082bd1db4902b50793f2cbc0672e91254581c664a2df66fc73a84"


@pytest.mark.parametrize(
    ("other", "action", "is_same"),
    [
        pytest.param(LIVE, Action.UPDATE, True, id="the same object"),
        pytest.param(replace(LIVE, id="b-p"), Action.UPDATE, False, id="another id"),
        pytest.param(
            make_live(make_pool_tree({"flavor": "f", "count": 4}), creationTimestamp="2027"), Action.UPDATE, False,
            id="made anew meanwhile",
        ),
        pytest.param(replace(LIVE, status={"phase": "Error"}), Action.UPDATE, True, id="status"),
        pytest.param(replace(LIVE, spec={"resources": []}), Action.UPDATE, True, id="unplanned fields of an update"),
        pytest.param(replace(LIVE, spec={"resources": []}), Action.DELETE, False, id="entries of a delete"),
        pytest.param(replace(LIVE, spec={"resources": []}), Action.REPLACE, False, id="entries of a replace"),
        pytest.param(
            replace(LIVE, spec={"resources": [{"flavor": "f", "count": 5}]}), Action.DELETE, False, id="a count"
        ),
        pytest.param(
            replace(LIVE, spec={"resources": [{"flavor": "f", "nodePool": "n", "count": 4}]}), Action.DELETE, False,
            id="a node pool",
        ),
        pytest.param(
            replace(LIVE, spec={"resources": [{"flavor": "f", "count": 4, "labels": {"a": "b"}}]}), Action.DELETE, True,
            id="labels of an entry",
        ),
    ],
)  # fmt: skip
def test_the_fingerprint_covers_what_a_change_rests_on(other, action, is_same):
    first, second = (make_fingerprint(live, CHANGE.fields, action=action) for live in (LIVE, other))
    assert (first == second) is is_same


def test_the_fingerprint_covers_each_planned_before():
    moved = tuple(replace(one, before=5) for one in CHANGE.fields)
    rewanted = tuple(replace(one, after=5) for one in CHANGE.fields)
    base = make_fingerprint(LIVE, CHANGE.fields, action=Action.UPDATE)
    assert make_fingerprint(LIVE, moved, action=Action.UPDATE) != base
    assert make_fingerprint(LIVE, rewanted, action=Action.UPDATE) == base


def test_what_is_not_there_has_one_fingerprint():
    creation = make_creation(DesiredResource(address=POOL, tree=make_pool_tree()), make_pool_tree(), making=MAKING)
    gone = make_forgetting(POOL, "a-p", live=None, making=MAKING, reason="removed")
    assert gone.fingerprint == creation.fingerprint != make_deletion(POOL, LIVE, making=MAKING, reason="r").fingerprint


def test_the_digest_of_a_plan_is_over_its_changes_in_no_order():
    other = seal_change(replace(CHANGE, id="b-p"), project_id="p")
    assert make_plan_digest((CHANGE, other)) == make_plan_digest((other, CHANGE))
    assert len({make_plan_digest(one) for one in ((), (CHANGE,), (other,), (CHANGE, other))}) == 4


def test_text_that_no_utf8_holds_gets_a_digest():
    live = make_live(make_pool_tree(team="\ud800"))
    assert (
        plan_update(live, make_pool_tree(team="a")).digest
        != plan_update(make_live(make_pool_tree(team="b")), make_pool_tree(team="a")).digest
    )
