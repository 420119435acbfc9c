"""What an observation says of each assumption, and when a scratch pool is at rest."""

from typing import Any

import pytest

from planner.core import probe_judges as judges
from planner.core.probe_experiments import EARLY, EXPERIMENTS, find_wanted
from planner.core.probe_scenes import format_scene, is_calm
from planner.core.probe_values import Declined, Experiment, Observation, ProbeRequest, Scene, Verdict
from planner.core.snapshot import LiveNode, LiveResource

HOLDS, FAILS, UNKNOWN = Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN
REFUSED = Declined(status=400, code="ModelArts.50004000", message="no")
ORDER = "os.modelarts/order.name"
DESCRIPTION = "os.modelarts/description"
RUNNING = {"phase": "Running"}


def make_live(
    counts: dict[str, int],
    *,
    order: str = "",
    description: str | None = "",
    spec: dict[str, Any] | None = None,
    status: dict[str, Any] | None = None,
) -> LiveResource:
    labels = {"os.modelarts/name": "probe"} | ({ORDER: order} if order else {})
    annotations = {} if description is None else {DESCRIPTION: description}
    entries = [{"flavor": flavor, "count": count} for flavor, count in counts.items()]
    return LiveResource(
        id="probe-p",
        metadata={"labels": labels, "annotations": annotations},
        spec={"resources": entries, "scope": ["Train"]} | (spec or {}),
        status=RUNNING if status is None else status,
    )


def make_node(name: str, flavor: str = "a", *, az: str = "az-1", phase: str = "Available") -> LiveNode:
    return LiveNode(name=name, flavor=flavor, node_pool="", az=az, phase=phase, private_ip="10.0.0.1")


def make_scene(counts: dict[str, int], *nodes: LiveNode, second: str = "b", **live: Any) -> Scene:
    return Scene(live=make_live(counts, **live), nodes=nodes, first="a", second=second)


def observe(
    before: Scene,
    after: Scene | None = None,
    *,
    body: dict[str, Any] | None = None,
    declined: Declined | None = None,
    answer: LiveResource | None = None,
    control: Declined | bool | None = None,
) -> Observation:
    request = ProbeRequest(body=body or {})
    return Observation(
        before=before, request=request, declined=declined, answer=answer, after=after or before, control=control
    )


ONE, TWO = make_scene({"a": 1}), make_scene({"a": 2})
BOTH = make_scene({"a": 1, "b": 1})
NONE = make_scene({})
DESCRIBED = {"metadata": {"annotations": {DESCRIPTION: "x"}}}
GROWN = {"spec": {"resources": [{"flavor": "a", "count": 2}]}}
STRANGE = {"spec": {"strange": 1}}
SCOPED = {"spec": {"scope": ["Infer"]}}
NAMED = {"deleteNodeNames": ["n-9"]}
GROWING = make_live({"a": 2}, status=RUNNING | {"resources": {"creating": [{"flavor": "a", "count": 1}], "available": [{"flavor": "a", "count": 1}]}})  # fmt: skip


@pytest.mark.parametrize(
    ("judge", "seen", "verdict"),
    [
        pytest.param(judges.judge_refusal, observe(ONE, declined=REFUSED), HOLDS, id="refused"),
        pytest.param(judges.judge_refusal, observe(ONE, NONE), FAILS, id="not refused"),
        pytest.param(judges.judge_acceptance, observe(ONE), HOLDS, id="accepted"),
        pytest.param(judges.judge_acceptance, observe(ONE, declined=REFUSED), FAILS, id="not accepted"),
        pytest.param(
            judges.judge_description,
            observe(ONE, make_scene({"a": 1}, description="x"), body=DESCRIBED),
            HOLDS,
            id="described",
        ),
        pytest.param(judges.judge_description, observe(ONE, body=DESCRIBED), FAILS, id="accepted and lost"),
        pytest.param(
            judges.judge_description, observe(ONE, body=DESCRIBED, declined=REFUSED), FAILS, id="description refused"
        ),
        pytest.param(judges.judge_whole_answer, observe(ONE, answer=make_live({"a": 1})), HOLDS, id="whole"),
        pytest.param(judges.judge_whole_answer, observe(ONE), FAILS, id="no answer"),
        pytest.param(judges.judge_whole_answer, observe(ONE, answer=make_live({}, status={})), FAILS, id="no status"),
        pytest.param(judges.judge_kept, observe(ONE, make_scene({"a": 1}, order="o")), HOLDS, id="kept but the order"),
        pytest.param(judges.judge_kept, observe(ONE, TWO), FAILS, id="count moved"),
        pytest.param(
            judges.judge_kept, observe(ONE, make_scene({"a": 1}, spec={"network": {"name": "n"}})), FAILS, id="new"
        ),
        pytest.param(judges.judge_no_order, observe(ONE), UNKNOWN, id="no orders at all"),
        pytest.param(judges.judge_no_order, observe(make_scene({"a": 1}, order="o")), HOLDS, id="old order"),
        pytest.param(judges.judge_no_order, observe(ONE, make_scene({"a": 1}, order="o")), FAILS, id="an order"),
        pytest.param(judges.judge_order, observe(ONE), UNKNOWN, id="order without answer"),
        pytest.param(judges.judge_order, observe(ONE, declined=REFUSED), UNKNOWN, id="order refused"),
        pytest.param(judges.judge_order, observe(ONE, answer=make_live({"a": 2}, order="o")), HOLDS, id="new order"),
        pytest.param(judges.judge_order, observe(ONE, answer=make_live({"a": 2})), FAILS, id="no new order"),
        pytest.param(judges.judge_null, observe(ONE, make_scene({"a": 1}, description=None)), HOLDS, id="null removes"),
        pytest.param(judges.judge_null, observe(ONE), FAILS, id="null empties"),
        pytest.param(judges.judge_null, observe(ONE, make_scene({"a": 1}, description="x")), FAILS, id="null ignored"),
        pytest.param(judges.judge_null, observe(ONE, declined=REFUSED), FAILS, id="null refused"),
        pytest.param(judges.judge_stranger, observe(ONE, body=STRANGE), HOLDS, id="stranger ignored"),
        pytest.param(judges.judge_stranger, observe(ONE, body=STRANGE, declined=REFUSED), HOLDS, id="stranger refused"),
        pytest.param(
            judges.judge_stranger,
            observe(ONE, make_scene({"a": 1}, spec={"strange": 1}), body=STRANGE),
            FAILS,
            id="stranger kept",
        ),
        pytest.param(judges.judge_driver, observe(ONE, declined=REFUSED), HOLDS, id="driver refused"),
        pytest.param(judges.judge_driver, observe(ONE), HOLDS, id="driver ignored"),
        pytest.param(
            judges.judge_driver,
            observe(ONE, make_scene({"a": 1}, status={"driver": {"gpu": {}}})),
            FAILS,
            id="driver taken",
        ),
        pytest.param(judges.judge_billing, observe(ONE, declined=REFUSED), HOLDS, id="billing refused"),
        pytest.param(judges.judge_billing, observe(ONE), FAILS, id="billing accepted"),
        pytest.param(judges.judge_idle, observe(ONE), HOLDS, id="nothing moved"),
        pytest.param(judges.judge_idle, observe(ONE, TWO), FAILS, id="counts moved"),
        pytest.param(judges.judge_idle, observe(ONE, make_scene({"a": 1}, make_node("n"))), FAILS, id="nodes moved"),
        pytest.param(judges.judge_idle, observe(ONE, make_scene({"a": 1}, order="o")), FAILS, id="order of nothing"),
        pytest.param(judges.judge_idle, observe(ONE, declined=REFUSED), FAILS, id="resend refused"),
        pytest.param(
            judges.judge_scope,
            observe(ONE, make_scene({"a": 1}, spec={"scope": ["Infer"]}), body=SCOPED),
            HOLDS,
            id="scope replaced",
        ),
        pytest.param(judges.judge_scope, observe(ONE, body=SCOPED), FAILS, id="scope kept"),
        pytest.param(judges.judge_scope, observe(ONE, declined=REFUSED), UNKNOWN, id="scope refused"),
        pytest.param(judges.judge_growing_answer, observe(ONE, body=GROWN, answer=GROWING), HOLDS, id="new counts"),
        pytest.param(
            judges.judge_growing_answer, observe(ONE, body=GROWN, answer=make_live({"a": 1})), FAILS, id="old counts"
        ),
        pytest.param(
            judges.judge_growing_answer,
            observe(ONE, body=GROWN, answer=make_live({"a": 2}, status={})),
            FAILS,
            id="no phase",
        ),
        pytest.param(judges.judge_growing_answer, observe(ONE), UNKNOWN, id="growth without answer"),
        pytest.param(judges.judge_buckets, observe(ONE, answer=GROWING), HOLDS, id="buckets add up"),
        pytest.param(judges.judge_buckets, observe(ONE, answer=make_live({"a": 2})), FAILS, id="no buckets"),
        pytest.param(judges.judge_buckets, observe(ONE), UNKNOWN, id="buckets without answer"),
        pytest.param(judges.judge_batch_delete, observe(TWO, ONE), HOLDS, id="count lowered"),
        pytest.param(judges.judge_batch_delete, observe(TWO), FAILS, id="count kept"),
        pytest.param(judges.judge_batch_delete, observe(TWO, declined=REFUSED), UNKNOWN, id="removal refused"),
        pytest.param(judges.judge_left_out, observe(BOTH, ONE), HOLDS, id="entry gone"),
        pytest.param(judges.judge_left_out, observe(BOTH), FAILS, id="entry kept"),
        pytest.param(judges.judge_left_out, observe(BOTH, declined=REFUSED), UNKNOWN, id="leaving out refused"),
        pytest.param(judges.judge_unknown_node, observe(ONE, body=NAMED), FAILS, id="unknown node accepted"),
        pytest.param(judges.judge_unknown_node, observe(ONE, body=NAMED, declined=REFUSED), FAILS, id="not named"),
        pytest.param(
            judges.judge_unknown_node,
            observe(ONE, body=NAMED, declined=Declined(status=404, message='"n-9" not found')),
            HOLDS,
            id="named",
        ),
        pytest.param(judges.judge_together, observe(ONE), FAILS, id="together accepted"),
        pytest.param(judges.judge_together, observe(ONE, declined=REFUSED, control=True), HOLDS, id="only together"),
        pytest.param(
            judges.judge_together, observe(ONE, declined=REFUSED, control=REFUSED), UNKNOWN, id="alone refused, too"
        ),
        pytest.param(judges.judge_phase, observe(ONE, declined=REFUSED), HOLDS, id="early refused"),
        pytest.param(judges.judge_phase, observe(ONE, answer=make_live({"a": 2})), UNKNOWN, id="not early"),
        pytest.param(judges.judge_phase, observe(ONE, answer=make_live({"a": 2}, status={})), FAILS, id="early taken"),
        pytest.param(judges.judge_phase, observe(ONE), FAILS, id="early taken without an answer"),
    ],
)
def test_an_observation_is_judged(judge, seen, verdict):
    finding = judge(seen)
    assert finding.verdict is verdict
    assert finding.words


@pytest.mark.parametrize(
    ("scene", "is_at_rest"),
    [
        pytest.param(make_scene({"a": 1}, make_node("n")), True, id="running"),
        pytest.param(make_scene({"a": 1}, status={}), False, id="no phase"),
        pytest.param(make_scene({"a": 1}, status={"phase": "Deleting"}), False, id="deleting"),
        pytest.param(make_scene({"a": 1}, status={"phase": "ScalingFailed"}), True, id="a failure is calm"),
        pytest.param(make_scene({"a": 1}, make_node("n", phase="Creating")), False, id="a node comes"),
        pytest.param(make_scene({"a": 1}, status=RUNNING | {"resources": {"deleting": [{}]}}), False, id="nodes go"),
        pytest.param(make_scene({"a": 1}, status=RUNNING | {"scope": [{"state": "Enabling"}]}), False, id="scope"),
    ],
)
def test_a_scene_is_calm_when_nothing_is_on_its_way(scene, is_at_rest):
    assert is_calm(scene) is is_at_rest


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        pytest.param(make_scene({}, status={}), "phase not set yet, nodes: no nodes", id="new"),
        pytest.param(
            make_scene({}, make_node("n"), make_node("m", phase="")),
            "phase Running, nodes: 1 Available, 1 new",
            id="nodes",
        ),
    ],
)
def test_a_scene_is_told_in_a_few_words(scene, words):
    assert format_scene(scene) == words


FULL = make_scene({"a": 2, "b": 1}, make_node("n-1"), make_node("n-2"), make_node("n-3", "b"), description="x", order="o")  # fmt: skip
ALONE = make_scene({"a": 1}, second="")


def find_ids(experiment: Experiment) -> str:
    return ",".join(one.id for one in experiment.claims)


@pytest.mark.parametrize("experiment", [EARLY, *EXPERIMENTS], ids=find_ids)
def test_no_experiment_asks_for_more_than_three_nodes_or_buys(experiment):
    request = experiment.build(FULL)
    body = request.body if request else {}
    entries = body.get("spec", {}).get("resources", [])
    assert sum(one["count"] for one in entries) <= 3
    annotations = body.get("metadata", {}).get("annotations", {})
    assert annotations.get("os.modelarts/billing.mode", "0") == "0"
    assert [one for one in ("period", "order.id", "auto.", "promotion") if one in str(body)] == []


def test_one_node_is_deleted_by_name_where_another_stays():
    built = {find_ids(one): one.build(FULL) for one in EXPERIMENTS}
    assert built["4.4"].body == {"deleteNodeNames": ["n-2"]}
    assert (built["4.4"].method, built["P1,P4,P10,P12"].method) == ("POST", "PATCH")
    assert built["X3"] is None


def test_what_needs_a_second_flavor_or_a_zone_is_left_out_without():
    left_out = {find_ids(one) for one in EXPERIMENTS if one.build(ALONE) is None}
    assert left_out == {"P25", "P19", "4.4", "P8", "X3"}


def test_the_last_node_is_the_only_one():
    built = {find_ids(one): one.build(make_scene({"a": 1}, make_node("n"))) for one in EXPERIMENTS}
    assert built["X3"].body == {"deleteNodeNames": ["n"]}


def test_an_experiment_starts_from_counts_by_flavor():
    wanted = {find_ids(one): find_wanted(one, FULL) for one in EXPERIMENTS}
    assert (wanted["P19"], wanted["P8"], wanted["P11"]) == ({"a": 2, "b": 1}, {"a": 1, "b": 1}, {})
    assert [find_wanted(one, ALONE) for one in EXPERIMENTS if find_ids(one) == "P19"] == [{"a": 2}]
