"""A receipt as text: one JSON document that is kept with the state."""

from collections.abc import Iterator
from typing import Any, Final

from planner.core.addresses import Address
from planner.core.changes import Action, Disruption, FieldChange
from planner.core.diagnostics import Diagnostic
from planner.core.receipts import OperationOutcome, Receipt, ReceiptChange
from planner.core.reversal import Inverse, Reversal, Verdict
from planner.state.documents.faults import make_fault, parse_document
from planner.state.documents.formats import FORMAT_VERSION
from planner.state.documents.json_text import SourceText, format_json
from planner.state.documents.plan_values import (
    format_field_path,
    format_maybe,
    format_tree,
    format_value,
    list_absent,
    parse_field_path,
    parse_maybe,
    parse_tree,
    parse_value,
)
from planner.state.documents.receipt_models import (
    InverseDocument,
    OutcomeDocument,
    ReceiptChangeDocument,
    ReceiptDocument,
    ReceiptFieldDocument,
)
from planner.state.documents.state_document import find_address, format_service, parse_service
from planner.state.errors import DocumentError

_REMEDY: Final = "A receipt is a record and never needed for an apply: move the file away to go on without it."
_REVERSALS: Final = {one.word: one for one in Reversal}
_DISRUPTIONS: Final = {one.word: one for one in Disruption}


def format_receipt(receipt: Receipt) -> str:
    """Return ``receipt`` as its document; ``parse_receipt`` gives the same receipt back.

    Raises DocumentError for a number that JSON cannot hold.
    """
    return format_json(build_receipt_json(receipt))


def build_receipt_json(receipt: Receipt) -> dict[str, Any]:
    """Return ``receipt`` as the members of its document."""
    return {
        "format_version": FORMAT_VERSION,
        "id": receipt.id,
        "operation": receipt.operation,
        "verdict": "complete" if receipt.is_complete else "incomplete",
        "is_interrupted": receipt.is_interrupted,
        "who": receipt.who,
        "reason": receipt.reason,
        "commit": receipt.commit,
        "version": receipt.version,
        "started": receipt.started,
        "ended": receipt.ended,
        "lineage": receipt.lineage,
        "serial": receipt.serial,
        "service": format_service(receipt.service),
        "plan_digest": receipt.plan_digest,
        "changes": [_build_change(one) for one in receipt.changes],
        "outcomes": [_build_outcome(one) for one in receipt.outcomes],
        "left_out": [str(one) for one in receipt.left_out],
    }


def parse_receipt(text: str, *, source: str = "receipt") -> Receipt:
    """Return the receipt that ``text`` holds; ``source`` names the file in diagnostics.

    Raises DocumentError, with every fault at once, for a text that is none, is damaged, or comes from a newer
    version.
    """
    origin = SourceText(text=text, source=source, what="receipt", remedy=_REMEDY)
    document = parse_document(origin, ReceiptDocument)
    faults = tuple(_find_faults(document, origin))
    if faults:
        raise DocumentError(*faults)
    return Receipt(
        id=document.id,
        operation=document.operation,
        who=document.who,
        reason=document.reason,
        commit=document.commit,
        version=document.version,
        started=document.started,
        ended=document.ended,
        lineage=document.lineage,
        serial=document.serial,
        service=parse_service(document.service),
        plan_digest=document.plan_digest,
        changes=tuple(map(_read_change, document.changes)),
        outcomes=tuple(map(_read_outcome, document.outcomes)),
        left_out=tuple(map(_read_address, document.left_out)),
        is_interrupted=document.is_interrupted,
    )


def _find_faults(document: ReceiptDocument, origin: SourceText) -> Iterator[Diagnostic]:
    words = "is no address such as pool.training"
    named = [(("changes", number), row.address) for number, row in enumerate(document.changes)]
    named += [(("outcomes", number), row.address) for number, row in enumerate(document.outcomes)]
    for place, text in named:
        if find_address(text) is None:
            yield make_fault(origin, (*place, "address"), words=words)
    for number, text in enumerate(document.left_out):
        if find_address(text) is None:
            yield make_fault(origin, ("left_out", number), words=words)


def _build_change(change: ReceiptChange) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "kind": change.kind,
        "id": change.id,
        "action": change.action.value,
        "reason": change.reason,
        "disruption": change.disruption,
        "digest": change.digest,
        "before": format_tree(change.before),
        "after": format_tree(change.after),
        "last_applied": format_tree(change.last_applied),
        "fields": [_build_field(one) for one in change.fields],
    }


def _build_field(field: FieldChange) -> dict[str, Any]:
    return {
        "path": field.label,
        "api_path": [one if isinstance(one, str) else one.model_dump() for one in format_field_path(field.path)],
        "before": format_maybe(field.before),
        "after": format_maybe(field.after),
        "absent": list_absent(before=field.before, after=field.after),
        "disruption": field.disruption.word,
    }


def _build_outcome(one: OperationOutcome) -> dict[str, Any]:
    return {
        "address": str(one.address),
        "number": one.number,
        "action": one.action.value,
        "purpose": one.purpose,
        "method": one.method,
        "path": one.path,
        "outcome": one.outcome,
        "detail": one.detail,
        "partial": one.partial,
        "started": one.started,
        "ended": one.ended,
        "seconds": one.seconds,
        "body": format_value(one.body),
        "inverse": _build_inverse(one.inverse),
        "reversal": one.verdict.reversal.word,
        "loss": one.verdict.why,
    }


def _build_inverse(inverse: Inverse | None) -> dict[str, Any] | None:
    if inverse is None:
        return None
    return {
        "method": inverse.method,
        "path": inverse.path,
        "content_type": inverse.content_type,
        "body": format_value(inverse.body),
    }


def _read_change(document: ReceiptChangeDocument) -> ReceiptChange:
    return ReceiptChange(
        address=_read_address(document.address),
        kind=document.kind,
        id=document.id,
        action=Action(document.action),
        reason=document.reason,
        disruption=document.disruption,
        digest=document.digest,
        before=parse_tree(document.before),
        after=parse_tree(document.after),
        last_applied=parse_tree(document.last_applied) or {},
        fields=tuple(map(_read_field, document.fields)),
    )


def _read_field(document: ReceiptFieldDocument) -> FieldChange:
    return FieldChange(
        path=parse_field_path(document.api_path),
        label=document.path,
        before=parse_maybe(document.before, side="before", absent=document.absent),
        after=parse_maybe(document.after, side="after", absent=document.absent),
        disruption=_DISRUPTIONS[document.disruption],
    )


def _read_outcome(document: OutcomeDocument) -> OperationOutcome:
    return OperationOutcome(
        address=_read_address(document.address),
        number=document.number,
        action=Action(document.action),
        purpose=document.purpose,
        method=document.method,
        path=document.path,
        outcome=document.outcome,
        detail=document.detail,
        partial=document.partial,
        started=document.started,
        ended=document.ended,
        seconds=document.seconds,
        body=parse_value(document.body),
        inverse=_read_inverse(document.inverse),
        verdict=Verdict(reversal=_REVERSALS[document.reversal], why=document.loss),
    )


def _read_inverse(document: InverseDocument | None) -> Inverse | None:
    if document is None:
        return None
    return Inverse(
        method=document.method,
        path=document.path,
        content_type=document.content_type,
        body=parse_value(document.body),
    )


def _read_address(text: str) -> Address:
    address = find_address(text)
    if address is None:
        raise ValueError(f"not an address: {text!r}")
    return address
