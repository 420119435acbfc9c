"""The kind ``network``: where it lives in the API and its rules as a table (contract 2.10)."""

from planner.core.api_names import NAME_LABEL, WORKSPACE_LABEL
from planner.core.changes import Disruption, FieldChange, FlavorNodes, Intent
from planner.core.field_paths import FieldPath
from planner.core.kind_rules import Circumstances, KindApi, KindRules, ListRule, Stage
from planner.core.trees import Maybe, Tree
from planner.kinds.ignoring import make_matcher
from planner.kinds.names import format_label
from planner.kinds.pool_disruption import judge_nothing

_LABELS = ("metadata", "labels")
_ANNOTATIONS = ("metadata", "annotations")
_WORKSPACE = (*_LABELS, WORKSPACE_LABEL)
_CONNECTION = ("spec", "connection")


def _judge_connection(path: FieldPath, before: Maybe, after: Maybe, around: Circumstances) -> Disruption:
    """Judge connections: one that goes may take the storage of running jobs along."""
    del path, around
    lost = isinstance(before, list) and any(one not in (after if isinstance(after, list) else []) for one in before)
    return Disruption.INTERRUPTS if lost else Disruption.NONE


def _make_stages(before: Tree, after: Tree, fields: tuple[FieldChange, ...]) -> tuple[Stage, ...]:
    del before, after
    groups = (
        ("move to another workspace", [one for one in fields if one.path == _WORKSPACE]),
        ("change fields", [one for one in fields if one.path != _WORKSPACE]),
    )
    return tuple(
        Stage(
            purpose=purpose,
            phases=("Active", "Abnormal"),
            waits_for="the network active",
            intents=tuple(Intent(path=one.path, before=one.before, after=one.after) for one in group),
        )
        for purpose, group in groups
        if group
    )


def _count_nodes(before: Tree | None, after: Tree | None) -> tuple[FlavorNodes, ...]:
    del before, after
    return ()


NETWORK_RULES = KindRules(
    kind="network",
    api=KindApi(
        collection="/v1/{project_id}/networks",
        api_version="v1",
        kind_word="Network",
        created_phases=("Active",),
    ),
    lists={
        (*_CONNECTION, "peerConnectionList"): ListRule(keys=("peerVpcId", "peerSubnetId"), is_ordered=True),
        (*_CONNECTION, "sfsTurboConnectionList"): ListRule(keys=("name",), is_ordered=True),
    },
    immutable=((*_LABELS, NAME_LABEL), ("spec", "cidr")),
    one_way=(("spec", "ipv6enable"),),
    removable=(
        (*_ANNOTATIONS, "*"),
        (*_LABELS, "*"),
        (*_CONNECTION, "peerConnectionList"),
        (*_CONNECTION, "sfsTurboConnectionList"),
    ),
    released=((*_LABELS, NAME_LABEL), _WORKSPACE),
    references={},
    purchases=(),
    judges=((_CONNECTION, _judge_connection), ((), judge_nothing)),
    finish=lambda _live, target, _written: target,
    make_stages=_make_stages,
    count_nodes=_count_nodes,
    find_growth=lambda _before, _after: (),
    make_victim_finder=lambda _fields, _before, _evidence: lambda _workload: False,
    is_removal=lambda _path: False,
    find_gaps=lambda _tree: (),
    make_matcher=make_matcher,
    format_label=format_label,
)
