"""From a checked plan document to the plan, member by member."""

from typing import cast

from planner.core.addresses import Address
from planner.core.changes import (
    Action,
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
from planner.core.diagnostics import Diagnostic, Severity, SourceLocation
from planner.core.evidence import FlavorAccelerators
from planner.core.inputs import InputVariable
from planner.core.money import HourlyCost
from planner.core.trees import Tree
from planner.state.documents import plan_models as models
from planner.state.documents.evidence_documents import (
    read_cost,
    read_endangered,
    read_loosened,
    read_quota,
    read_sold_out,
)
from planner.state.documents.plan_values import parse_field_path, parse_maybe, parse_tree, parse_value
from planner.state.documents.rollout_documents import read_rollout, read_turn
from planner.state.documents.state_document import find_address, parse_service


def read_plan(document: models.PlanDocument) -> Plan:
    """Return the plan of ``document``, whose addresses are known to be sound."""
    return Plan(
        digest=document.digest,
        basis=_read_basis(document.basis),
        inputs=_read_inputs(document.inputs),
        summary=_read_summary(document.summary),
        changes=tuple(_read_change(one) for one in document.changes),
        drift=tuple(_read_drift(one) for one in document.drift),
        diagnostics=tuple(_read_diagnostic(one) for one in document.diagnostics),
        blocked=tuple(_read_block(one) for one in document.blocked),
        quotas=None if document.quotas is None else tuple(map(read_quota, document.quotas)),
        loosened=tuple(map(read_loosened, document.loosened)),
        accelerators=tuple(
            FlavorAccelerators(flavor=flavor, accelerators=count) for flavor, count in document.accelerators.items()
        ),
        rollouts=tuple(map(read_rollout, document.rollouts)),
    )


def _read_summary(summary: models.SummaryDocument) -> PlanSummary:
    return PlanSummary(**summary.model_dump(exclude={"hourly_cost"}), cost=_read_cost(summary.hourly_cost))


def _read_cost(cost: models.HourlyCostDocument | None) -> HourlyCost | None:
    return None if cost is None else read_cost(cost)


def _read_basis(basis: models.BasisDocument) -> Basis:
    return Basis(
        lineage=basis.lineage,
        serial=basis.serial,
        config_digest=basis.config_digest,
        service=parse_service(basis.service),
    )


def _read_inputs(inputs: models.InputsDocument) -> PlanInputs:
    return PlanInputs(
        target=tuple(inputs.target),
        exclude=tuple(inputs.exclude),
        replace=tuple(inputs.replace),
        allow=tuple(inputs.allow),
        revert_drift=tuple(inputs.revert_drift),
        destroy=inputs.destroy,
        refresh_only=inputs.refresh_only,
        up_to_idle=inputs.up_to_idle,
        undo=inputs.undo,
        valid_until=inputs.valid_until,
        variables=tuple(InputVariable(name=one.name, value=one.value, source=one.source) for one in inputs.variables),
    )


def _read_change(change: models.ChangeDocument) -> Change:
    return Change(
        address=_read_address(change.address),
        kind=change.kind,
        id=change.id,
        action=Action(change.action),
        reason=change.reason,
        before=parse_tree(change.before),
        after=parse_tree(change.after),
        after_unknown=_read_tree(change.after_unknown),
        fields=tuple(_read_field(one) for one in change.fields),
        merge_patch=parse_tree(change.merge_patch),
        json_patch=tuple(_read_tree(one) for one in change.json_patch),
        disruption=_read_disruption(change.disruption),
        purchases=change.purchases,
        nodes=tuple(FlavorNodes(**one.model_dump()) for one in change.nodes),
        fingerprint=change.fingerprint,
        digest=change.digest,
        operations=tuple(_read_operation(one) for one in change.operations),
        blocked=tuple(_read_block(one) for one in change.blocked),
        depends_on=tuple(_read_address(one) for one in change.depends_on),
        previous_address=None if change.previous_address is None else _read_address(change.previous_address),
        kept_entries=change.kept_entries,
        released=tuple(change.released),
        source=_read_source(change.source),
        endangered=None if change.endangered is None else read_endangered(change.endangered),
        sold_out=tuple(map(read_sold_out, change.sold_out)),
        cost=_read_cost(change.hourly_cost),
        turns=tuple(map(read_turn, change.turns)),
    )


def _read_field(field: models.FieldDocument) -> FieldChange:
    return FieldChange(
        path=parse_field_path(field.api_path),
        label=field.path,
        before=parse_maybe(field.before, side="before", absent=field.absent),
        after=parse_maybe(field.after, side="after", absent=field.absent),
        disruption=_read_disruption(field.disruption),
        source=_read_source(field.source),
    )


def _read_operation(operation: models.OperationDocument) -> Operation:
    return Operation(
        method=operation.method,
        path=operation.path,
        content_type=operation.content_type,
        body=parse_value(operation.body),
        when=operation.when,
        waits_for=operation.waits_for,
        purpose=operation.purpose,
        intents=tuple(_read_intent(one) for one in operation.intents),
        nodes=None if operation.nodes is None else NodeConstraint(**operation.nodes.model_dump()),
    )


def _read_intent(intent: models.IntentDocument) -> Intent:
    return Intent(
        path=parse_field_path(intent.api_path),
        before=parse_maybe(intent.before, side="before", absent=intent.absent),
        after=parse_maybe(intent.after, side="after", absent=intent.absent),
    )


def _read_block(block: models.BlockDocument) -> Block:
    return Block(code=block.code, summary=block.summary, detail=block.detail, address=block.address)


def _read_drift(row: models.DriftDocument) -> DriftRow:
    return DriftRow(
        address=_read_address(row.address),
        label=row.path,
        before=parse_maybe(row.before, side="before", absent=row.absent),
        after=parse_maybe(row.after, side="after", absent=row.absent),
        is_managed=row.is_managed,
        policy=row.policy,
    )


def _read_diagnostic(one: models.DiagnosticDocument) -> Diagnostic:
    return Diagnostic(
        severity=Severity(one.severity),
        code=one.code,
        summary=one.summary,
        detail=one.detail,
        address=one.address,
        location=_read_source(one.location),
    )


def _read_source(source: models.SourceDocument | None) -> SourceLocation | None:
    if source is None:
        return None
    return SourceLocation(file=source.file, line=source.line, column=source.column, text=source.text)


def _read_disruption(word: str) -> Disruption:
    return Disruption[word.upper()]


def _read_tree(document: dict[str, object]) -> Tree:
    return cast(Tree, parse_value(document))


def _read_address(text: str) -> Address:
    return cast(Address, find_address(text))
