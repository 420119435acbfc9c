"""The experiments of a probe, in their order: what is sent to the scratch pool, and which assumptions that judges.

What asks for nodes is kept small: at most two of the first flavor and one of the second. Nothing is sent that
could buy a subscription: P23 is asked with the mode of payment that the pool has. Nothing is sent that needs a logical
pool (P17) or an accelerator (P15).
"""

from collections.abc import Mapping
from typing import Final

from planner.core import probe_judges as judges
from planner.core.api_names import BILLING_MODE, DESCRIPTION, WORKSPACE_LABEL
from planner.core.probe_values import JSON, MERGE_PATCH, Claim, Experiment, ProbeRequest, Scene
from planner.core.trees import Tree, Value

BATCH_DELETE: Final = "nodes/batch-delete"
SCOPE: Final = "Train"
_OTHER_SCOPE: Final = "Infer"
_NO_NODE: Final = "poolctl-probe-no-such-node"
_OTHER_WORKSPACE: Final = "0" * 32
_DEFAULT_WORKSPACE: Final = "0"
_PAY_PER_USE: Final = "0"
_ONE: Final = (("first", 1),)
_GROWN: Final = (("first", 2), ("second", 1))
_BOTH: Final = (("first", 1), ("second", 1))


def build_resize(counts: Mapping[str, int]) -> ProbeRequest:
    """Return the PATCH that asks for exactly these nodes by flavor."""
    return _patch_entries([{"flavor": flavor, "count": count} for flavor, count in counts.items()])


def find_wanted(experiment: Experiment, scene: Scene) -> dict[str, int]:
    """Return the counts by flavor that ``experiment`` starts from; empty for any."""
    names = {"first": scene.first, "second": scene.second}
    return {names[one]: count for one, count in experiment.starts_from if names[one]}


def _patch_entries(entries: list[Value]) -> ProbeRequest:
    return ProbeRequest(body={"spec": {"resources": entries}})


def _describe(text: str | None, *, content_type: str = MERGE_PATCH) -> ProbeRequest:
    return ProbeRequest(body={"metadata": {"annotations": {DESCRIPTION: text}}}, content_type=content_type)


def _delete_nodes(*names: str) -> ProbeRequest:
    return ProbeRequest(body={"deleteNodeNames": [*names]}, content_type=JSON, action=BATCH_DELETE)


def _build_early(scene: Scene) -> ProbeRequest:
    return build_resize({scene.first: 2})


def _build_resend(scene: Scene) -> ProbeRequest:
    return _patch_entries([*scene.entries])


def _build_more_than_count(scene: Scene) -> ProbeRequest:
    return _patch_entries([{"flavor": scene.first, "count": 1, "maxCount": 2}])


def _build_twice(scene: Scene) -> ProbeRequest:
    return _patch_entries([{"flavor": scene.first, "count": 1}, {"flavor": scene.first, "count": 1}])


def _build_wrong_sum(scene: Scene) -> ProbeRequest | None:
    az = next((one.az for one in scene.nodes if one.az), "")
    return _patch_entries([{"flavor": scene.first, "count": 2, "azs": [{"az": az, "count": 1}]}]) if az else None


def _build_growth(scene: Scene) -> ProbeRequest:
    return build_resize({scene.first: 2} | ({scene.second: 1} if scene.second else {}))


def _build_mixed(scene: Scene) -> ProbeRequest | None:
    return build_resize({scene.first: 1, scene.second: 2}) if scene.second else None


def _build_left_out(scene: Scene) -> ProbeRequest | None:
    return build_resize({scene.first: 1}) if scene.second else None


def _build_one_removal(scene: Scene) -> ProbeRequest | None:
    names = sorted(one.name for one in scene.nodes if one.flavor == scene.first)
    return _delete_nodes(names[-1]) if len(names) > 1 else None


def _build_last_removal(scene: Scene) -> ProbeRequest | None:
    return _delete_nodes(scene.nodes[0].name) if len(scene.nodes) == 1 else None


def _build_together(_scene: Scene) -> ProbeRequest:
    body: Tree = {
        "metadata": {"annotations": {DESCRIPTION: "probe 4"}, "labels": {WORKSPACE_LABEL: _OTHER_WORKSPACE}},
    }
    return ProbeRequest(body=body)


def _move(workspace: str) -> ProbeRequest:
    return ProbeRequest(body={"metadata": {"labels": {WORKSPACE_LABEL: workspace}}})


EARLY: Final = Experiment(
    claims=(Claim(id="P21", text="a resize is refused while the pool is not Running", judge=judges.judge_phase),),
    build=_build_early,
)
"""Sent right after the pool was asked for, before it runs."""

EXPERIMENTS: Final = (
    Experiment(
        claims=(
            Claim(id="P1", text="a merge patch is accepted", judge=judges.judge_description),
            Claim(id="P4", text="a PATCH answers with the whole pool", judge=judges.judge_whole_answer),
            Claim(id="P10", text="members that a PATCH does not name are kept", judge=judges.judge_kept),
            Claim(id="P12", text="a PATCH of no count and no workspace starts no order", judge=judges.judge_no_order),
        ),
        build=lambda _scene: _describe("probe 1"),
    ),
    Experiment(
        claims=(Claim(id="P11", text="null removes a member", judge=judges.judge_null),),
        build=lambda _scene: _describe(None),
    ),
    Experiment(
        claims=(Claim(id="P2", text="a PATCH as application/json is refused", judge=judges.judge_refusal),),
        build=lambda _scene: _describe("probe 2", content_type=JSON),
    ),
    Experiment(
        claims=(Claim(id="P16", text="a description with < is refused", judge=judges.judge_refusal),),
        build=lambda _scene: _describe("probe < 3"),
    ),
    Experiment(
        claims=(Claim(id="4.1.7", text="an unknown member is refused or ignored", judge=judges.judge_stranger),),
        build=lambda _scene: ProbeRequest(body={"spec": {"poolctlProbe": "unknown"}}),
    ),
    Experiment(
        claims=(Claim(id="P22", text="a GPU driver without GPU is refused or ignored", judge=judges.judge_driver),),
        build=lambda _scene: ProbeRequest(body={"spec": {"driver": {"gpuVersion": "440.33"}}}),
    ),
    Experiment(
        claims=(Claim(id="P23", text="billing annotations without new nodes are refused", judge=judges.judge_billing),),
        build=lambda _scene: ProbeRequest(body={"metadata": {"annotations": {BILLING_MODE: _PAY_PER_USE}}}),
    ),
    Experiment(
        claims=(Claim(id="P14", text="resources can be sent again as they are", judge=judges.judge_idle),),
        build=_build_resend,
        starts_from=_ONE,
    ),
    Experiment(
        claims=(Claim(id="P24", text="maxCount above count is refused", judge=judges.judge_refusal),),
        build=_build_more_than_count,
        starts_from=_ONE,
    ),
    Experiment(
        claims=(Claim(id="P26", text="the same flavor twice is refused", judge=judges.judge_refusal),),
        build=_build_twice,
        starts_from=_ONE,
    ),
    Experiment(
        claims=(Claim(id="P25", text="count and the sum of azs may differ", judge=judges.judge_acceptance),),
        build=_build_wrong_sum,
        starts_from=_ONE,
    ),
    Experiment(
        claims=(Claim(id="P9", text="scope is replaced as a whole", judge=judges.judge_scope),),
        build=lambda _scene: ProbeRequest(body={"spec": {"scope": [_OTHER_SCOPE]}}),
    ),
    Experiment(
        claims=(
            Claim(id="P5", text="a growing PATCH answers with the new counts", judge=judges.judge_growing_answer),
            Claim(id="P6", text="creating and available nodes add up to the counts", judge=judges.judge_buckets),
            Claim(id="P13", text="a PATCH of a count names a new order", judge=judges.judge_order),
        ),
        build=_build_growth,
        starts_from=_ONE,
    ),
    Experiment(
        claims=(Claim(id="P19", text="one flavor up and another down is refused", judge=judges.judge_refusal),),
        build=_build_mixed,
        starts_from=_GROWN,
    ),
    Experiment(
        claims=(Claim(id="X4", text="an unknown node is named when it is refused", judge=judges.judge_unknown_node),),
        build=lambda _scene: _delete_nodes(_NO_NODE),
    ),
    Experiment(
        claims=(Claim(id="4.4", text="batch-delete lowers the count", judge=judges.judge_batch_delete),),
        build=_build_one_removal,
        starts_from=_GROWN,
    ),
    Experiment(
        claims=(Claim(id="P8", text="an entry that is left out is removed", judge=judges.judge_left_out),),
        build=_build_left_out,
        starts_from=_BOTH,
    ),
    Experiment(
        claims=(Claim(id="X3", text="the last node cannot be deleted", judge=judges.judge_refusal),),
        build=_build_last_removal,
        starts_from=_ONE,
    ),
    Experiment(
        claims=(Claim(id="P18", text="the workspace cannot change with another field", judge=judges.judge_together),),
        build=_build_together,
        control=_move(_OTHER_WORKSPACE),
        undo=_move(_DEFAULT_WORKSPACE),
    ),
    Experiment(
        claims=(Claim(id="P20", text="removing every flavor is refused", judge=judges.judge_refusal),),
        build=lambda _scene: _patch_entries([]),
        starts_from=_ONE,
    ),
)
"""Those of a pool that runs; each goes on from what the ones before it left."""
