"""The one document of the HTTP store: the state, who holds the lock, what is pending, and the newest receipts.

The protocol stores one document at one address, so everything that belongs to a state travels in it. ``serial`` stands
first and rises with every save: GitLab reads it, and keeps no two documents with the same one.
"""

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Final

from pydantic import Field

from planner.core.lazy_dataclass import dataclass
from planner.state.documents.faults import parse_document
from planner.state.documents.formats import FORMAT_VERSION
from planner.state.documents.json_text import SourceText, format_json
from planner.state.documents.models import Document, JsonObject, Text
from planner.state.locks.holders import Holder, format_holder, parse_holder
from planner.state.outside_text import parse_object
from planner.state.stores.http.errors import report_terraform

MOST_RECEIPTS: Final = 20
MOST_RECEIPT_CHARACTERS: Final = 1_000_000

_TERRAFORM: Final = "terraform_version"
_REMEDY: Final = (
    "Look at what the server has kept of earlier versions (GitLab: Operate, Terraform states), and store the last good "
    "one. `poolctl plan` then shows what differs from the service."
)


class EnvelopeDocument(Document):
    """The document as it is stored."""

    serial: Annotated[int, Field(ge=0)]
    format_version: Text
    lineage: Text
    holder: JsonObject | None
    pending: Text
    receipts: dict[Text, Text]
    state: JsonObject | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What is stored. ``state`` is the text of the state's document; empty texts where there is none.

    ``receipts`` are texts by id.
    """

    serial: int = 0
    lineage: str = ""
    holder: Holder | None = None
    state: str = ""
    pending: str = ""
    receipts: Mapping[str, str] = field(default_factory=dict)


def format_envelope(envelope: Envelope) -> bytes:
    """Return the document, with the newest receipts that fit."""
    document: dict[str, Any] = {
        "serial": envelope.serial,
        "format_version": FORMAT_VERSION,
        "lineage": envelope.lineage,
        "holder": None if envelope.holder is None else json.loads(format_holder(envelope.holder)),
        "pending": envelope.pending,
        "receipts": keep_newest(envelope.receipts),
        "state": json.loads(envelope.state) if envelope.state else None,
    }
    return format_json(document).encode()


def parse_envelope(data: bytes, *, shown: str) -> Envelope:
    """Return what ``data`` holds; nothing yet where it is empty. Raises DocumentError, StoreError for Terraform's."""
    if not data:
        return Envelope()
    text = data.decode("utf-8", "replace")
    _refuse_terraform(text, shown=shown)
    origin = SourceText(text=text, source=shown, what="stored document", remedy=_REMEDY)
    document = parse_document(origin, EnvelopeDocument)
    return Envelope(
        serial=document.serial,
        lineage=document.lineage,
        holder=None if document.holder is None else parse_holder(json.dumps(document.holder)),
        # Sorted as ``format_state`` does it: a server may keep values, and not their order.
        state="" if document.state is None else format_json(json.loads(json.dumps(document.state, sort_keys=True))),
        pending=document.pending,
        receipts=dict(sorted(document.receipts.items())),
    )


def keep_newest(receipts: Mapping[str, str]) -> dict[str, str]:
    """Return the receipts that are kept: the newest ones, by id, in their order."""
    kept: dict[str, str] = {}
    room = MOST_RECEIPT_CHARACTERS
    for name in sorted(receipts, reverse=True)[:MOST_RECEIPTS]:
        room -= len(receipts[name])
        if room < 0 and kept:
            break
        kept[name] = receipts[name]
    return dict(sorted(kept.items()))


def _refuse_terraform(text: str, *, shown: str) -> None:
    if _TERRAFORM in text and _TERRAFORM in (parse_object(text) or {}):
        raise report_terraform(shown)
