"""What a plan says beyond Terraform's words, as the ``x_…`` members of its JSON."""

from planner.core.changes import Change, Disruption, Operation, Plan
from planner.core.diagnostics import SourceLocation
from planner.core.evidence import Endangered
from planner.core.money import HourlyCost, format_amount
from planner.core.rollout_plan import PlannedRollout
from planner.core.trees import Tree, Value, as_text
from planner.views.json_text import build_json_value
from planner.views.terraform_values import mask_secrets


def build_plan_extras(plan: Plan) -> Tree:
    """Return digest, nodes, money and the highest disruption of ``plan``, and its rollouts where it has some."""
    rollouts: list[Value] = [_build_rollout(one) for one in plan.rollouts]
    highest = max((change.disruption for change in plan.changes), default=Disruption.NONE)
    return {
        "digest": plan.digest,
        "nodes_before": plan.summary.nodes_before,
        "nodes_after": plan.summary.nodes_after,
        "disruption": highest.word,
        "hourly_cost": _build_cost(plan.summary.cost),
        "blocked": sum(bool(change.blocked) for change in plan.changes),
        **({"rollouts": rollouts} if rollouts else {}),
    }


def build_change_extras(change: Change) -> Tree:
    """Return what else is known of one change: digest, disruption, nodes, place, blocks, jobs, patches, requests.

    Where something of it takes its turn in a rollout, that is told, too.
    """
    patch, _ = mask_secrets(change.merge_patch)
    blocked: list[Value] = [{"code": one.code, "summary": one.summary, "detail": one.detail} for one in change.blocked]
    nodes: list[Value] = [
        {"flavor": one.flavor, "node_pool": one.node_pool, "before": one.before, "after": one.after}
        for one in change.nodes
    ]
    return {
        "x_blocked": blocked,
        "x_digest": change.digest,
        "x_disruption": change.disruption.word,
        "x_endangered": _build_endangered(change.endangered),
        "x_hourly_cost": _build_cost(change.cost),
        "x_json_patch": [_build_step(one) for one in change.json_patch],
        "x_merge_patch": build_json_value(patch),
        "x_nodes": nodes,
        "x_operations": [_build_operation(one) for one in change.operations],
        "x_source": _build_source(change.source),
        **build_turns(change),
    }


def build_turns(change: Change) -> Tree:
    """Return the member for the turns of ``change`` in rollouts; nothing where it has none."""
    turns: list[Value] = [
        {"rollout": one.rollout, "batch": one.batch, "operations": list(one.operations), "waits": one.waits}
        for one in change.turns
    ]
    return {"x_turns": turns} if turns else {}


def _build_rollout(rollout: PlannedRollout) -> Value:
    batches: list[Value] = [[str(one) for one in batch] for batch in rollout.batches]
    return {
        "name": rollout.name,
        "fields": list(rollout.fields),
        "on_failure": rollout.on_failure,
        "window": rollout.window,
        "opens": rollout.opens,
        "closes": rollout.closes,
        "batches": batches,
    }


def _build_step(step: Tree) -> Value:
    """Return a step of a JSON Patch; the last member of its path says whether its value is a secret."""
    name = as_text(step.get("path")).rpartition("/")[2]
    return {
        key: build_json_value(mask_secrets(one, key=name)[0]) if key == "value" else one for key, one in step.items()
    }


def _build_operation(operation: Operation) -> Value:
    body, _ = mask_secrets(operation.body)
    return {
        "method": operation.method,
        "path": operation.path,
        "body": build_json_value(body),
        "when": operation.when,
        "waits_for": operation.waits_for,
        "purpose": operation.purpose,
    }


def _build_endangered(endangered: Endangered | None) -> Value:
    if endangered is None:
        return None
    jobs: list[Value] = [
        {"name": one.name, "type": one.type, "status": one.status, "nodes": list(one.nodes)}
        for one in endangered.workloads
    ]
    return {"nodes_at_most": endangered.nodes_at_most, "why_unread": endangered.why_unread, "workloads": jobs}


def _build_cost(cost: HourlyCost | None) -> Value:
    return None if cost is None else {"before": format_amount(cost.before), "after": format_amount(cost.after)}


def _build_source(source: SourceLocation | None) -> Value:
    return None if source is None else {"file": source.file, "line": source.line}
