"""From a plan to its document, member by member."""

from collections.abc import Mapping
from typing import Final

from planner.core.changes import (
    Basis,
    Block,
    Change,
    Disruption,
    DriftRow,
    FieldChange,
    FlavorNodes,
    Intent,
    NodeConstraint,
    Operation,
    Plan,
    PlanInputs,
    PlanSummary,
)
from planner.core.diagnostics import Diagnostic, SourceLocation
from planner.core.inputs import InputVariable
from planner.core.tracking import ServiceIdentity
from planner.state.documents import plan_models as models
from planner.state.documents.evidence_documents import (
    write_cost,
    write_endangered,
    write_loosened,
    write_quota,
    write_sold_out,
)
from planner.state.documents.formats import FORMAT_VERSION
from planner.state.documents.models import ServiceDocument
from planner.state.documents.plan_values import format_field_path, format_maybe, format_tree, format_value, list_absent
from planner.state.documents.rollout_documents import write_rollout, write_turn

_DISRUPTION_WORDS: Final[Mapping[Disruption, models.DisruptionWord]] = {
    Disruption.NONE: "none",
    Disruption.NEW_NODES: "new_nodes",
    Disruption.DRAINS: "drains",
    Disruption.INTERRUPTS: "interrupts",
    Disruption.DESTROYS: "destroys",
}


def write_plan(plan: Plan) -> models.PlanDocument:
    """Return the document of ``plan``."""
    return models.PlanDocument(
        format_version=FORMAT_VERSION,
        digest=plan.digest,
        basis=_write_basis(plan.basis),
        inputs=_write_inputs(plan.inputs),
        summary=_write_summary(plan.summary),
        changes=[_write_change(one) for one in plan.changes],
        drift=[_write_drift(one) for one in plan.drift],
        diagnostics=[_write_diagnostic(one) for one in plan.diagnostics],
        blocked=[_write_block(one) for one in plan.blocked],
        quotas=None if plan.quotas is None else [write_quota(one) for one in plan.quotas],
        loosened=[write_loosened(one) for one in plan.loosened],
        accelerators={one.flavor: one.accelerators for one in plan.accelerators},
        rollouts=[write_rollout(one) for one in plan.rollouts],
    )


def _write_basis(basis: Basis) -> models.BasisDocument:
    return models.BasisDocument(
        lineage=basis.lineage,
        serial=basis.serial,
        config_digest=basis.config_digest,
        service=_write_service(basis.service),
    )


def _write_service(service: ServiceIdentity | None) -> ServiceDocument | None:
    if service is None:
        return None
    return ServiceDocument(endpoint=service.endpoint, region=service.region, project_id=service.project_id)


def _write_inputs(inputs: PlanInputs) -> models.InputsDocument:
    return models.InputsDocument(
        target=list(inputs.target),
        exclude=list(inputs.exclude),
        replace=list(inputs.replace),
        allow=list(inputs.allow),
        revert_drift=list(inputs.revert_drift),
        destroy=inputs.destroy,
        refresh_only=inputs.refresh_only,
        up_to_idle=inputs.up_to_idle,
        undo=inputs.undo,
        valid_until=inputs.valid_until,
        variables=[_write_variable(one) for one in inputs.variables],
    )


def _write_variable(variable: InputVariable) -> models.InputVariableDocument:
    return models.InputVariableDocument.model_validate(
        {"name": variable.name, "value": format_value(variable.value), "source": variable.source}
    )


def _write_summary(summary: PlanSummary) -> models.SummaryDocument:
    return models.SummaryDocument.model_validate(
        {
            "create": summary.create,
            "update": summary.update,
            "replace": summary.replace,
            "delete": summary.delete,
            "import": summary.import_,
            "move": summary.move,
            "forget": summary.forget,
            "no_op": summary.no_op,
            "nodes_before": summary.nodes_before,
            "nodes_after": summary.nodes_after,
            "is_partial": summary.is_partial,
            "hourly_cost": None if summary.cost is None else write_cost(summary.cost),
        }
    )


def _write_change(change: Change) -> models.ChangeDocument:
    return models.ChangeDocument(
        address=str(change.address),
        previous_address=None if change.previous_address is None else str(change.previous_address),
        kind=change.kind,
        id=change.id,
        action=change.action.value,
        reason=change.reason,
        before=format_tree(change.before),
        after=format_tree(change.after),
        after_unknown=format_value(change.after_unknown),
        fields=[_write_field(one) for one in change.fields],
        merge_patch=format_tree(change.merge_patch),
        json_patch=[format_value(one) for one in change.json_patch],
        disruption=_write_disruption(change.disruption),
        purchases=change.purchases,
        nodes=[_write_flavor_nodes(one) for one in change.nodes],
        nodes_before=change.nodes_before,
        nodes_after=change.nodes_after,
        fingerprint=change.fingerprint,
        digest=change.digest,
        operations=[_write_operation(one) for one in change.operations],
        blocked=[_write_block(one) for one in change.blocked],
        depends_on=[str(one) for one in change.depends_on],
        released=list(change.released),
        kept_entries=change.kept_entries,
        source=_write_source(change.source),
        endangered=None if change.endangered is None else write_endangered(change.endangered),
        sold_out=[write_sold_out(one) for one in change.sold_out],
        hourly_cost=None if change.cost is None else write_cost(change.cost),
        turns=[write_turn(one) for one in change.turns],
    )


def _write_field(field: FieldChange) -> models.FieldDocument:
    return models.FieldDocument(
        path=field.label,
        api_path=format_field_path(field.path),
        before=format_maybe(field.before),
        after=format_maybe(field.after),
        absent=list_absent(before=field.before, after=field.after),
        disruption=_write_disruption(field.disruption),
        source=_write_source(field.source),
    )


def _write_operation(operation: Operation) -> models.OperationDocument:
    return models.OperationDocument(
        method=operation.method,
        path=operation.path,
        content_type=operation.content_type,
        body=format_value(operation.body),
        when=operation.when,
        waits_for=operation.waits_for,
        purpose=operation.purpose,
        nodes=_write_constraint(operation.nodes),
        intents=[_write_intent(one) for one in operation.intents],
    )


def _write_intent(intent: Intent) -> models.IntentDocument:
    return models.IntentDocument(
        api_path=format_field_path(intent.path),
        before=format_maybe(intent.before),
        after=format_maybe(intent.after),
        absent=list_absent(before=intent.before, after=intent.after),
    )


def _write_constraint(nodes: NodeConstraint | None) -> models.NodeConstraintDocument | None:
    if nodes is None:
        return None
    return models.NodeConstraintDocument(
        flavor=nodes.flavor, node_pool=nodes.node_pool, count=nodes.count, az=nodes.az, idle_only=nodes.idle_only
    )


def _write_flavor_nodes(nodes: FlavorNodes) -> models.FlavorNodesDocument:
    return models.FlavorNodesDocument(
        flavor=nodes.flavor, node_pool=nodes.node_pool, before=nodes.before, after=nodes.after
    )


def _write_block(block: Block) -> models.BlockDocument:
    return models.BlockDocument(code=block.code, summary=block.summary, detail=block.detail, address=block.address)


def _write_drift(row: DriftRow) -> models.DriftDocument:
    return models.DriftDocument(
        address=str(row.address),
        path=row.label,
        before=format_maybe(row.before),
        after=format_maybe(row.after),
        absent=list_absent(before=row.before, after=row.after),
        is_managed=row.is_managed,
        policy=row.policy,
    )


def _write_diagnostic(one: Diagnostic) -> models.DiagnosticDocument:
    return models.DiagnosticDocument(
        severity=one.severity.value,
        code=one.code,
        summary=one.summary,
        detail=one.detail,
        address=one.address,
        location=_write_source(one.location),
    )


def _write_source(source: SourceLocation | None) -> models.SourceDocument | None:
    if source is None:
        return None
    return models.SourceDocument(file=source.file, line=source.line, column=source.column, text=source.text)


def _write_disruption(disruption: Disruption) -> models.DisruptionWord:
    return _DISRUPTION_WORDS[disruption]
