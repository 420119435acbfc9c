"""The kind ``pool``: where it lives in the API and its rules as a table (semantics 2-4 and 7)."""

from planner.core.api_names import (
    BILLING_ANNOTATIONS,
    BUYING_ANNOTATIONS,
    NAME_LABEL,
    NODE_PREFIX_LABEL,
    SHARING_LABEL,
    WORKSPACE_LABEL,
)
from planner.core.kind_rules import KindApi, KindRules, ListRule
from planner.kinds.ignoring import make_matcher
from planner.kinds.names import format_label
from planner.kinds.pool_disruption import POOL_JUDGES
from planner.kinds.pool_entries import ENTRY_RULE, count_nodes, find_gaps, finish_pool
from planner.kinds.pool_stages import make_pool_stages
from planner.kinds.pool_workloads import find_growth, is_removal, make_victim_finder

_LABELS = ("metadata", "labels")
_ANNOTATIONS = ("metadata", "annotations")
_ENTRY = ("spec", "resources", "*")

POOL_RULES = KindRules(
    kind="pool",
    api=KindApi(
        collection="/v2/{project_id}/pools",
        api_version="v2",
        kind_word="Pool",
        created_phases=("Running",),
    ),
    lists={
        ("spec", "resources"): ENTRY_RULE,
        (*_ENTRY, "azs"): ListRule(keys=("az",)),
        (*_ENTRY, "tags"): ListRule(keys=("key",), keeps_others=True),
        (*_ENTRY, "taints"): ListRule(keys=("key", "effect"), keeps_others=True),
        (*_ENTRY, "network", "securityGroups"): ListRule(),
        (*_ENTRY, "dataVolumes"): ListRule(is_ordered=True),
        (*_ENTRY, "volumeGroupConfigs"): ListRule(keys=("volumeGroup",), is_ordered=True),
        (*_ENTRY, "volumeGroupConfigs", "*", "types"): ListRule(),
        ("spec", "scope"): ListRule(),
        ("spec", "jobFlavors"): ListRule(),
        ("spec", "masters"): ListRule(is_ordered=True),
        ("spec", "clusters"): ListRule(keys=("providerId",), is_ordered=True),
    },
    immutable=(
        (*_LABELS, NAME_LABEL),
        (*_LABELS, NODE_PREFIX_LABEL),
        ("spec", "type"),
        ("spec", "parent"),
        ("spec", "network"),
        ("spec", "containerNetwork"),
        ("spec", "kubernetesSvcIpRange"),
        ("spec", "masters"),
        ("spec", "clusterFlavor"),
        ("spec", "ipv6enable"),
        ("spec", "userLogin"),
        ("spec", "clusters"),
    ),
    one_way=(),
    removable=(
        (*_ANNOTATIONS, "*"),
        (*_LABELS, "*"),
        ("spec", "jobFlavors"),
        _ENTRY,
        (*_ENTRY, "tags", "*"),
        (*_ENTRY, "taints", "*"),
        (*_ENTRY, "labels", "*"),
        (*_ENTRY, "extendParams", "*"),
    ),
    released=(
        (*_LABELS, NAME_LABEL),
        (*_LABELS, NODE_PREFIX_LABEL),
        (*_LABELS, SHARING_LABEL),
        (*_LABELS, WORKSPACE_LABEL),
        *((*_ANNOTATIONS, name) for name in BILLING_ANNOTATIONS),
    ),
    references={("spec", "network", "name"): "network", ("spec", "parent"): "pool"},
    purchases=tuple((*_ANNOTATIONS, name) for name in BUYING_ANNOTATIONS),
    judges=POOL_JUDGES,
    finish=finish_pool,
    make_stages=make_pool_stages,
    count_nodes=count_nodes,
    find_growth=find_growth,
    make_victim_finder=make_victim_finder,
    is_removal=is_removal,
    find_gaps=find_gaps,
    make_matcher=make_matcher,
    format_label=format_label,
)
