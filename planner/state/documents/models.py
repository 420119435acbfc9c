"""The state document as pydantic models: what bytes must look like before they become a state."""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, InstanceOf, WithJsonSchema

from planner.state.documents.formats import MOMENT_FORMAT

# Checked by type alone: pydantic's own text type refuses lone surrogates, which a service may answer.
Text = Annotated[InstanceOf[str], WithJsonSchema({"type": "string"})]
Name = Annotated[InstanceOf[str], Field(min_length=1), WithJsonSchema({"type": "string", "minLength": 1})]
StrictCount = Annotated[int, Field(ge=0)]
JsonObject = Annotated[dict[Text, Any], WithJsonSchema({"type": "object"})]


class Document(BaseModel):
    """What all documents of this tool share: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class ServiceDocument(Document):
    """The service that a document belongs to."""

    endpoint: Text = Field(description="`simulator` or `https`.")
    region: Text = Field(description="The region's name, such as `eu-de`.")
    project_id: Text = Field(description="The project's id.")


def _check_moment(text: str) -> str:
    dt.datetime.strptime(text, MOMENT_FORMAT).replace(tzinfo=dt.UTC)
    return text


Moment = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", json_schema_extra={"format": "date-time"}
    ),
    AfterValidator(_check_moment),
]


class HoldDocument(Document):
    """A node count that other applies leave alone for a time."""

    entry: Name = Field(description="The `spec.resources` entry, by key: the flavor, or flavor/node_pool.")
    count: StrictCount = Field(description="Its nodes.")
    until: Moment = Field(description="When the hold ends, in UTC.")
    who: Text = Field(description="Who asked for it, as user@host.")
    reason: Text = Field(description="Why; empty where nobody said.")


class TrackedDocument(Document):
    """What is recorded of one resource."""

    id: Name = Field(description="The object's `metadata.name` at the service.")
    last_applied: JsonObject = Field(description="What this tool has sent, and nothing else, in the API's shape.")
    last_seen: JsonObject = Field(description="`metadata`, `spec` and `phase` as read after the last apply or import.")
    prevent_destroy: bool = Field(description="Whether the files forbade to destroy it when it was last applied.")
    created_entries: list[Text] = Field(description="The `spec.resources` entries that this tool made, by key.")
    waiting: Text = Field(description="What was accepted and is not finished; empty when nothing is.")
    holds: list[HoldDocument] = Field(default=[], description="Counts that `scale --hold` keeps from other applies.")


class StateDocument(Document):
    """The recorded state of one configuration: which live object belongs to which address."""

    format_version: Literal["1.0"] = Field(description="The version of this format.")
    store: JsonObject | None = Field(
        default=None, description="What the place that keeps the state adds for itself; no part of the state."
    )
    lineage: Name = Field(description="The identity of this state, given once: a UUID.")
    serial: Annotated[int, Field(ge=0, description="Rises by one when the content changes.")]
    service: ServiceDocument | None = Field(
        description="The service that the ids belong to; null before the first apply."
    )
    applied_from: Text = Field(description="The commit that was applied last; empty outside a repository.")
    guards: dict[Text, dict[Text, Text | StrictCount]] = Field(
        default={},
        description="Guards of the files that were applied last, by `guards`, `guards.run` or address, where they "
        "differ from the defaults.",
    )
    moved_to: Text = Field(
        default="", description="Where the state went, in words; left out where it lives here. Then nobody writes here."
    )
    resources: dict[Text, TrackedDocument] = Field(description="The tracked resources by address.")
