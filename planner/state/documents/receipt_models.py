"""The receipt of an apply as pydantic models: what a kept receipt must look like before it is read."""

from typing import Literal

from pydantic import Field

from planner.state.documents.models import Document, JsonObject, ServiceDocument, Text
from planner.state.documents.plan_models import (
    ActionWord,
    Count,
    DisruptionWord,
    EntryKeyDocument,
    JsonValue,
    SideWord,
)

OutcomeWord = Literal["done", "failed", "uncertain", "waiting", "skipped"]
ReversalWord = Literal["reversible", "reversible with loss", "not reversible"]


class ReceiptFieldDocument(Document):
    """One field that was to change."""

    path: Text = Field(description="The field as a configuration path, such as `driver.gpu_version`.")
    api_path: list[Text | EntryKeyDocument] = Field(description="The same in the API's terms, member by member.")
    before: JsonValue = Field(description="The value before; null where it is null or not there.")
    after: JsonValue = Field(description="The value after; null where it is null or not there.")
    absent: list[SideWord] = Field(description="The sides on which the field is not there, told from null.")
    disruption: DisruptionWord = Field(description="What this field's change does to running jobs.")


class ReceiptChangeDocument(Document):
    """What was to be done about one resource."""

    address: Text = Field(description="The resource's address, such as `pool.training`.")
    kind: Text = Field(description="`pool` or `network`.")
    id: Text = Field(description="The object's id before the apply; empty for one that was made.")
    action: ActionWord = Field(description="What was to be done.")
    reason: Text = Field(description="Why, in the plan's words.")
    disruption: DisruptionWord = Field(description="The worst that the change does to running jobs.")
    digest: Text = Field(description="The change's digest in the plan.")
    before: JsonObject | None = Field(description="The resource before, in the API's shape; null where not there.")
    after: JsonObject | None = Field(description="The resource after, in the API's shape; null where not there.")
    last_applied: JsonObject = Field(description="What poolctl had sent of it until then.")
    fields: list[ReceiptFieldDocument] = Field(description="The fields that differ.")


class InverseDocument(Document):
    """The request that would take an operation back, as of the plan. `poolctl undo` reads and rebuilds it first."""

    method: Text = Field(description="The HTTP method.")
    path: Text = Field(description="The path at the service.")
    content_type: Text = Field(description="The body's media type.")
    body: JsonValue = Field(description="The body; null where there is none.")


class OutcomeDocument(Document):
    """What came of one operation."""

    address: Text = Field(description="The resource.")
    number: Count = Field(description="Which operation of its change, from 1; 0 for a change that sends nothing.")
    action: ActionWord = Field(description="What the change does.")
    purpose: Text = Field(description="What the operation is for, in words.")
    method: Text = Field(description="The HTTP method; empty where nothing is sent.")
    path: Text = Field(description="The path at the service.")
    outcome: OutcomeWord = Field(description="What came of it; `waiting` is accepted and not finished.")
    detail: Text = Field(description="Why it is not done, or what it waits for.")
    partial: Text = Field(description="How much of it came, such as `2 of 3 nodes of F`; empty where that is not so.")
    started: Text = Field(description="When its request was first sent, RFC 3339 in UTC; empty where none was.")
    ended: Text = Field(description="When its outcome was known; empty where it never was.")
    seconds: float | None = Field(description="The time between the two, waits included.")
    body: JsonValue = Field(description="The body that was sent; null where there was none.")
    inverse: InverseDocument | None = Field(description="What would take it back; null where nothing was sent or can.")
    reversal: ReversalWord = Field(description="How well it can be taken back.")
    loss: Text = Field(description="What is lost then; empty where nothing is.")


class ReceiptDocument(Document):
    """Who applied what, when and why, from which commit, and what came of each operation."""

    format_version: Literal["1.0"] = Field(description="The version of this format.")
    id: Text = Field(description="The receipt's name: the time of the start, and a unique part.")
    operation: Text = Field(description="The command: `apply` or `destroy`.")
    verdict: Literal["complete", "incomplete"] = Field(description="Whether all was done, or accepted, that was asked.")
    is_interrupted: bool = Field(description="Whether somebody interrupted it, or it was killed.")
    who: Text = Field(description="User and host.")
    reason: Text = Field(description="`--reason`.")
    commit: Text = Field(description="The commit of the files; empty outside a repository.")
    version: Text = Field(description="The version of poolctl.")
    started: Text = Field(description="RFC 3339 in UTC, here and below.")
    ended: Text = Field(description="Empty where the run goes on, or was killed and not looked at since.")
    lineage: Text = Field(description="The identity of the state.")
    serial: Count = Field(description="The version of the state at the start.")
    service: ServiceDocument | None = Field(description="The service.")
    plan_digest: Text = Field(description="The digest of the plan that was applied.")
    changes: list[ReceiptChangeDocument] = Field(description="What was to be done, by address.")
    outcomes: list[OutcomeDocument] = Field(description="One for each operation, in the order of the plan.")
    left_out: list[Text] = Field(description="Addresses that were planned and not approved, or blocked.")
