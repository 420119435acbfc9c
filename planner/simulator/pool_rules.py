"""What the service refuses of a pool's PATCH: one small rule for each assertion of the contract.

A rule returns the text of its refusal, empty when it has nothing against the patch.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from planner.simulator.catalog import GPU, MAX_ENTRIES, NPU, SCOPE_TYPES
from planner.simulator.entries import make_entry_key
from planner.simulator.lookups import WORKSPACE_LABEL
from planner.simulator.options import Options
from planner.simulator.pool_patches import DESCRIPTION, PoolPatch
from planner.simulator.refusals import refuse_silently
from planner.simulator.requests import JsonObject

Rule = Callable[[PoolPatch], str]

MAX_DESCRIPTION = 100
NO_RESIZE, FROZEN, FROZEN_FOR_GOOD = 2, 8, 16
RESIZABLE_PHASES = frozenset({"Running", "ScalingFailed"})

_FORBIDDEN = frozenset("!<>=&\"'")
_BILLING = frozenset(
    f"os.modelarts/{name}" for name in ("billing.mode", "period.num", "period.type", "auto.renew", "auto.pay")
)


def check_patch(patch: PoolPatch) -> None:
    """Apply all rules.

    Raises:
        Refusal: of the options' status and code, with the text of the first rule that is broken.

    """
    text = next((text for rule in _RULES if (text := rule(patch))), "")
    if text:
        raise refuse_silently(patch.options, text)


def find_control_bits(pool: Mapping[str, Any]) -> int:
    """Return ``spec.controlMode`` of a pool, 0 when it has none."""
    mode = pool["spec"].get("controlMode", 0)
    return mode if isinstance(mode, int) else 0


def judge_description(annotations: Mapping[str, Any]) -> str:
    """P16: a description has at most 100 characters, and none of ``! < > = & " '``."""
    text = annotations.get(DESCRIPTION) or ""
    if len(text) > MAX_DESCRIPTION or _FORBIDDEN & set(text):
        return "the description has forbidden characters or is too long"
    return ""


def judge_scope(scope: Sequence[str]) -> str:
    """Scope types are Train, Infer and Notebook."""
    return "" if set(scope) <= set(SCOPE_TYPES) else "unknown scope type"


def judge_entries(entries: Sequence[JsonObject], options: Options, *, flavors: Mapping[str, JsonObject]) -> str:
    """P26: at most 10 entries, no flavor and node pool twice, one CPU architecture; the flavors are sold."""
    names = {one["flavor"] for one in entries}
    unknown = sorted(names - set(flavors))
    if unknown and options.unknown_flavors == "refuse":
        return f"flavor {unknown[0]} is not supported"
    if not options.entry_rules:
        return ""
    if len(entries) > MAX_ENTRIES or len({make_entry_key(one) for one in entries}) < len(entries):
        return "too many resources, or the same flavor and node pool twice"
    architectures = {flavors[name]["spec"].get("cpuArch") for name in names & set(flavors)}
    return "mixed CPU architectures" if len(architectures) > 1 else ""


def judge_counts(entries: Sequence[JsonObject], options: Options, *, is_logical: bool) -> str:
    """P24, P25: maxCount of a physical pool is count, of a logical one at least count; azs may have to add up."""
    for entry in entries:
        count, maximum = entry["count"], entry.get("maxCount", entry["count"])
        if is_logical and ("maxCount" in entry and maximum < max(count, 1)):
            return "maxCount must be at least count and 1"
        if not is_logical and options.max_count_equals_count and maximum != count:
            return "pool does not support maxCount more than count now"
        if options.azs_must_sum and entry.get("azs") and sum(one["count"] for one in entry["azs"]) != count:
            return "count is not the sum of azs"
    return ""


def judge_driver(driver: Mapping[str, Any], *, accelerators: frozenset[str]) -> str:
    """P22: a driver version needs flavors with that accelerator."""
    for accelerator in (GPU, NPU):
        if f"{accelerator}Version" in driver and accelerator not in accelerators:
            return f"{accelerator}Version is not available for these flavors"
    return ""


def _judge_control(patch: PoolPatch) -> str:
    mode = find_control_bits(patch.before) if patch.options.control_modes else 0
    if mode & (FROZEN | FROZEN_FOR_GOOD):
        return "the pool is frozen"
    return "the pool cannot be resized" if mode & NO_RESIZE and "resources" in patch.spec_patch else ""


def _judge_phase(patch: PoolPatch) -> str:
    phase = patch.before["status"].get("phase")
    if phase == "Deleting":
        return "the pool is being deleted"
    if not patch.options.phase_rules:
        return ""
    if phase not in RESIZABLE_PHASES and patch.before_counts != patch.after_counts:
        return f"the pool cannot be resized in phase {phase}"
    changes_scope = patch.before["spec"].get("scope", []) != patch.after["spec"].get("scope", [])
    if phase != "Running" and (changes_scope or "driver" in patch.spec_patch):
        return f"scope and driver cannot change in phase {phase}"
    return ""


def _judge_logical(patch: PoolPatch) -> str:
    forbidden = patch.is_logical and {"scope", "driver"} & set(patch.spec_patch)
    return "scope and driver are not supported for logical pools" if forbidden else ""


def _judge_annotations(patch: PoolPatch) -> str:
    return judge_description(patch.annotation_patch)


def _judge_workspace(patch: PoolPatch) -> str:
    before, after = patch.before, patch.after
    workspaces = [one["metadata"]["labels"].get(WORKSPACE_LABEL) for one in (before, after)]
    if workspaces[0] == workspaces[1]:
        return ""
    labels = [one["metadata"]["labels"] | {WORKSPACE_LABEL: ""} for one in (before, after)]
    is_alone = labels[0] == labels[1] and before["spec"] == after["spec"]
    is_alone = is_alone and before["metadata"]["annotations"] == after["metadata"]["annotations"]
    return "" if is_alone else "the workspace must be changed alone"


def _judge_scope(patch: PoolPatch) -> str:
    return judge_scope(patch.after["spec"].get("scope", []))


def _judge_removal(patch: PoolPatch) -> str:
    if "resources" not in patch.spec_patch or not patch.options.refuse_removing_all:
        return ""
    return "" if patch.after_counts else "not all resources can be removed"


def _judge_entries(patch: PoolPatch) -> str:
    if "resources" not in patch.spec_patch:
        return ""
    entries = patch.after["spec"]["resources"]
    return judge_entries(entries, patch.options, flavors=patch.flavors) or judge_counts(
        entries, patch.options, is_logical=patch.is_logical
    )


def _judge_mixed_resize(patch: PoolPatch) -> str:
    if not patch.options.refuse_mixed_resize or patch.is_logical or not (patch.grows and patch.shrinks):
        return ""
    return "resources cannot be scaled up and down at the same time"


def _judge_subscribed(patch: PoolPatch) -> str:
    refused = patch.options.refuse_removing_subscribed and patch.shrinks and patch.has_subscribed_nodes
    return "a pool with subscribed nodes cannot be scaled in" if refused else ""


def _judge_billing(patch: PoolPatch) -> str:
    if not patch.options.subscription_needs_growth or patch.grows or not _BILLING & set(patch.annotation_patch):
        return ""
    return "billing annotation must be empty while there is no resources addition"


def _judge_driver(patch: PoolPatch) -> str:
    if patch.options.driver_without_accelerator != "refuse":
        return ""
    return judge_driver(patch.spec_patch.get("driver") or {}, accelerators=patch.accelerators)


_RULES: Sequence[Rule] = (
    _judge_control,
    _judge_phase,
    _judge_logical,
    _judge_annotations,
    _judge_workspace,
    _judge_scope,
    _judge_removal,
    _judge_entries,
    _judge_mixed_resize,
    _judge_subscribed,
    _judge_billing,
    _judge_driver,
)
