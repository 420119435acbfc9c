"""An approved change right before the first write: run as it is, or refused with what moved."""

from dataclasses import replace

import pytest
from planning_cases import make_live, make_pool, make_request, track

from planner.core.addresses import parse_address
from planner.core.changes import Block, Disruption
from planner.core.digests import make_fingerprint
from planner.core.planning import build_plan
from planner.core.recheck import recheck
from planner.core.snapshot import Evidence, LiveNode, LiveWorkload
from planner.core.staleness import report_blocked
from planner.core.trees import ABSENT

A = make_pool("aaa")
GROWN = make_pool("aaa", count=4)
SHRUNK = make_pool("aaa", count=1)


def make_evidence(*busy):
    nodes = tuple(
        LiveNode(name=f"n{one}", flavor="f", node_pool="", az="z", phase="Available", private_ip=f"10.0.0.{one}")
        for one in range(2)
    )
    jobs = tuple(
        LiveWorkload(name=f"job-{one}", type="train", status="Running", host_ips=(f"10.0.0.{one}",)) for one in busy
    )
    return Evidence(nodes=nodes, workloads=jobs)


def approve(**words):
    """Return the one change of a plan of these words, as somebody approved it."""
    return build_plan(make_request(**words)).changes[0]


def check(approved, **words):
    """Return what ``approved`` comes to on the plan that these words give now."""
    request = make_request(**words)
    fresh = {one.address: one for one in build_plan(request).changes}
    return recheck(approved, fresh.get(approved.address), request=request)


def words(block, live, **rest):
    return {"blocks": {"pool.a": block}, "tracked": {"pool.a": track(A)}, "live": {"pool.a": make_live(live)}, **rest}


def test_an_unmoved_change_is_run_as_planned_anew():
    found = check(approve(**words(GROWN, A)), **words(GROWN, A))
    assert (found.stale, [one.after for one in found.change.fields]) == ((), [4])


def test_drift_beside_the_planned_fields_neither_stops_nor_joins_the_change():
    described = make_pool("aaa", count=4, scope=["Train"])
    approved = approve(**words(GROWN, A))
    moved = {
        **A,
        "spec": {**A["spec"], "scope": ["Infer"], "resources": [*A["spec"]["resources"], {"flavor": "g", "count": 9}]},
    }
    found = check(approved, **words(described, moved))
    assert (found.stale, [one.label for one in found.change.fields]) == ((), ["resources[f].count"])


def test_the_guards_see_fresh_counts():
    approved = approve(**words(GROWN, A))
    found = check(approved, **words(make_pool("aaa", count=90), A))
    assert [(row.before, row.after) for row in found.change.nodes] == [(2, 4)]
    assert found.change.blocked == ()


SMALLER = make_pool("aaa", count=1, scope=["Train"])
WIDE = make_pool("aaa", scope=["Train", "Infer"])


def approve_smaller(*busy):
    """Return the words of a plan that narrows the scope, which interrupts, and takes away a node."""
    return words(SMALLER, WIDE, evidence={"pool.a": make_evidence(*busy)})


def test_a_field_below_the_worst_that_became_harmful_is_stale():
    approved = approve(**approve_smaller())
    assert [one.disruption.word for one in approved.fields] == ["drains", "interrupts"]
    found = check(approved, **approve_smaller(0, 1))
    assert [one.summary for one in found.stale] == ["A field would disrupt more than the plan says"]
    assert "resources[f].count is drains in the plan and interrupts now" in found.stale[0].detail


def test_a_field_below_the_worst_whose_class_was_lowered_in_the_file_is_stale():
    approved = approve(**approve_smaller())
    lowered = tuple(replace(one, disruption=Disruption.NONE) for one in approved.fields[:1])
    found = check(replace(approved, fields=(*lowered, *approved.fields[1:])), **approve_smaller())
    assert "resources[f].count is none in the plan and drains now" in found.stale[0].detail
    assert check(approved, **approve_smaller()).stale == ()


def test_a_field_that_moved_is_stale_and_named():
    found = check(approve(**words(GROWN, A)), **words(GROWN, make_pool("aaa", count=3)))
    assert [one.code for one in found.stale] == ["apply.stale"]
    assert "resources[f].count was 2 and is 3" in found.stale[0].detail


def test_an_object_that_was_made_anew_under_its_id_is_not_what_an_update_was_approved_for():
    again = make_live(A)
    again = replace(again, metadata={**again.metadata, "creationTimestamp": "2026-02-02T00:00:00Z"})
    found = check(approve(**words(GROWN, A)), **{**words(GROWN, A), "live": {"pool.a": again}})
    assert [one.code for one in found.stale] == ["apply.stale"]
    assert "another one of the same id, made later" in found.stale[0].detail


def test_a_field_that_is_already_as_wanted_does_not_stop_a_change():
    found = check(approve(**words(GROWN, A)), **words(GROWN, GROWN))
    assert found.stale == ()


def test_a_removal_that_became_harmful_is_stale():
    approved = approve(**words(SHRUNK, A, evidence={"pool.a": make_evidence()}))
    found = check(approved, **words(SHRUNK, A, evidence={"pool.a": make_evidence(0, 1)}))
    assert "It would be interrupts now." in found.stale[0].detail


def test_an_object_that_is_gone_is_stale():
    gone = {"blocks": {"pool.a": GROWN}, "tracked": {"pool.a": track(A)}, "missing": ["pool.a"]}
    found = check(approve(**words(GROWN, A)), **gone)
    assert "aaa-p" in found.stale[0].detail


def test_another_object_at_the_address_is_stale():
    other = make_pool("bbb")
    found = check(
        approve(**words(GROWN, A)),
        blocks={"pool.a": other},
        tracked={"pool.a": track(other)},
        live={"pool.a": make_live(other)},
    )
    assert [one.code for one in found.stale] == ["apply.stale"]


def test_a_name_that_is_taken_meanwhile_is_stale():
    approved = approve(blocks={"pool.a": A})
    found = check(approved, **words(A, A))
    assert found.stale[0].summary == "An object with the wanted name has appeared"


def test_a_creation_that_would_be_another_now_is_stale():
    found = check(approve(blocks={"pool.a": A}), blocks={"pool.a": GROWN})
    assert found.stale[0].summary == "The change would be another one now"


REMOVED = {"removed": {"pool.a": True}, "tracked": {"pool.a": track(A)}}


@pytest.mark.parametrize(
    "live",
    [
        pytest.param(make_pool("aaa", count=3), id="more nodes"),
        pytest.param(make_pool("aaa", flavor="g"), id="another flavor"),
    ],
)
def test_a_delete_rests_on_every_node(live):
    approved = approve(**REMOVED, live={"pool.a": make_live(A)})
    found = check(approved, **REMOVED, live={"pool.a": make_live(live)})
    assert [one.code for one in found.stale] == ["apply.stale"]


def test_a_delete_that_would_be_an_update_now_is_stale():
    approved = approve(**REMOVED, live={"pool.a": make_live(A)})
    found = check(approved, **words(GROWN, A))
    assert found.stale[0].summary == "The change would be another one now"


def test_a_replace_rests_on_its_fields_even_where_they_are_as_wanted_already():
    moved = make_pool("aaa", kubernetesSvcIpRange="10.1.0.0/16")
    approved = approve(**words(moved, A))
    found = check(approved, **words(moved, moved))
    assert "kubernetes_svc_ip_range was absent and is '10.1.0.0/16'" in found.stale[0].detail
    assert approved.fields[0].before is ABSENT


def test_what_writes_nothing_is_never_stale():
    approved = approve(**words(A, A))
    found = check(approved, **words(GROWN, A))
    assert (found.change, found.stale) == (approved, ())


def test_an_immutable_field_of_an_update_is_judged_as_destroying():
    switched = make_pool("aaa", count=4)
    approved = approve(**words(switched, A))
    sly = type(approved.fields[0])(
        path=("spec", "type"), label="type", before="Dedicate", after="Logical", disruption=approved.disruption
    )
    fingerprint = make_fingerprint(make_live(A), (sly,), action=approved.action)
    tampered = replace(approved, fields=(sly,), fingerprint=fingerprint)
    found = check(tampered, **words(make_pool("aaa", count=5), A))
    assert "It would be destroys now." in found.stale[0].detail


def test_a_change_that_is_blocked_now_is_refused_with_every_reason():
    refusal = report_blocked(
        parse_address("pool.a"),
        [
            Block(code="freeze", summary="The pool is frozen", detail="Until December."),
            Block(code="phase", summary="The pool is stuck", detail="It is Waiting."),
        ],
    )
    assert (refusal.code, refusal.address) == ("apply.blocked", "pool.a")
    assert refusal.detail == "The pool is frozen: Until December. The pool is stuck: It is Waiting."
