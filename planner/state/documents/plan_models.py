"""The plan document as pydantic models: what a saved plan must look like before it becomes a plan."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from planner.state.documents.models import Document, JsonObject, ServiceDocument, Text
from planner.state.documents.rollout_models import RolloutDocument, TurnDocument

JsonValue = Annotated[Any, WithJsonSchema({})]
ActionWord = Literal["create", "update", "replace", "delete", "import", "forget", "no-op"]
DisruptionWord = Literal["none", "new_nodes", "drains", "interrupts", "destroys"]
SideWord = Literal["before", "after"]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]{2,}$")]
Nodes = Annotated[int, Field(description="Nodes of Dedicate pools.")]


class SourceDocument(Document):
    """A place in the files; line and column count from 1 in characters."""

    file: Text = Field(description="The file's name.")
    line: int = Field(description="The line.")
    column: int = Field(description="The column.")
    text: Text = Field(description="The line's text.")


class EntryKeyDocument(Document):
    """A list entry, named by its key, such as flavor and node pool; unset parts are empty."""

    key: list[Text] = Field(description="The parts of the key.")


class FieldDocument(Document):
    """One field's planned difference."""

    path: Text = Field(description="The field as a configuration path, such as `driver.gpu_version`.")
    api_path: list[Text | EntryKeyDocument] = Field(description="The same in the API's terms, member by member.")
    before: JsonValue = Field(description="The value before; null where it is null or not there.")
    after: JsonValue = Field(description="The value after; null where it is null or not there.")
    absent: list[SideWord] = Field(description="The sides on which the field is not there, told from null.")
    disruption: DisruptionWord = Field(description="What this field's change does to running jobs.")
    source: SourceDocument | None = Field(description="The place in the files that asks for it.")


class IntentDocument(Document):
    """What an operation wants of one field; its request is rebuilt from this on a fresh read."""

    api_path: list[Text | EntryKeyDocument] = Field(description="The field in the API's terms, member by member.")
    before: JsonValue = Field(description="The value that the service must still have; null also where not there.")
    after: JsonValue = Field(description="The value that is wanted; null also where not there.")
    absent: list[SideWord] = Field(description="The sides on which the field is not there, told from null.")


class NodeConstraintDocument(Document):
    """Remove this many nodes; their names are chosen when the operation runs."""

    flavor: Text = Field(description="The nodes' flavor.")
    node_pool: Text = Field(description="Their node pool; empty for the flavor's default pool.")
    count: int = Field(description="How many.")
    az: Text = Field(description="Their availability zone; empty where any will do.")
    idle_only: bool = Field(description="Whether only idle and unlocked nodes may go.")


class OperationDocument(Document):
    """One request, in order."""

    method: Text = Field(description="The HTTP method.")
    path: Text = Field(description="The path at the service.")
    content_type: Text = Field(description="The body's media type.")
    body: JsonValue = Field(description="The body as of the plan; rebuilt before it is sent. Null where there is none.")
    when: Text = Field(description="In which phases it may be sent.")
    waits_for: Text = Field(description="What is waited for after it.")
    purpose: Text = Field(description="What it is for, in words.")
    nodes: NodeConstraintDocument | None = Field(description="The nodes that it removes.")
    intents: list[IntentDocument] = Field(description="The fields that it changes.")


class BlockDocument(Document):
    """Why apply would refuse."""

    code: Text = Field(description="A stable identifier, such as `max_disruption`.")
    summary: Text = Field(description="What is refused.")
    detail: Text = Field(description="Why, and what lifts it.")
    address: Text = Field(description="The resource; empty for the whole plan.")


class FlavorNodesDocument(Document):
    """Nodes of one flavor and node pool."""

    flavor: Text = Field(description="The flavor.")
    node_pool: Text = Field(description="The node pool; empty for the flavor's default pool.")
    before: int = Field(description="Nodes before.")
    after: int = Field(description="Nodes after.")


class WorkloadDocument(Document):
    """A job that a change would end."""

    name: Text = Field(description="The job's name.")
    type: Text = Field(description="Its type, such as `train`; empty where the service does not tell.")
    status: Text = Field(description="Its status, such as `Running`.")
    nodes: list[Text] = Field(description="The names of the nodes that it runs on.")
    running_seconds: Count = Field(description="How long it runs, as the service tells; 0 where it does not.")
    created: Text = Field(description="When it was made, as the service tells (RFC 3339); empty where it does not.")


class EndangeredDocument(Document):
    """The jobs that a change would end."""

    workloads: list[WorkloadDocument] = Field(description="The jobs, longest running first.")
    nodes_at_most: Count | None = Field(
        description="Only so many busy nodes go, and the service chooses which; null where all jobs listed die."
    )
    why_unread: Text = Field(description="Why nobody could look, so that any job there may die; empty otherwise.")


class SoldOutDocument(Document):
    """Zones in which a flavor that is to grow is sold out."""

    flavor: Text = Field(description="The flavor.")
    zones: list[Text] = Field(description="The availability zones.")
    is_everywhere: bool = Field(description="Whether no zone is left to grow in.")


class HourlyCostDocument(Document):
    """What the nodes of the plan cost an hour by the prices of the files, in decimal texts."""

    before: Amount = Field(description="Before.")
    after: Amount = Field(description="After.")
    unpriced: list[Text] = Field(description="Flavors without a price, which are not in it.")


class ChangeDocument(Document):
    """One planned difference between what is and what the files ask for.

    In `before`, `after` and patches a text `${kind.name.id}` or `${kind.name.name}` is a value
    known after apply; a text of the service that looks so has one more `$` in front.
    """

    address: Text = Field(description="The resource's address, such as `pool.training`.")
    previous_address: Text | None = Field(description="The address that it moves from.")
    kind: Text = Field(description="The resource's kind.")
    id: Text = Field(description="The object's `metadata.name` at the service; empty before it is created.")
    action: ActionWord = Field(description="What is done.")
    reason: Text = Field(description="Why, in a word; empty where the fields say it.")
    before: JsonObject | None = Field(description="`metadata` and `spec` before; null for create.")
    after: JsonObject | None = Field(description="`metadata` and `spec` after; null for delete.")
    after_unknown: JsonObject = Field(description="True at what is known only after apply.")
    fields: list[FieldDocument] = Field(description="The fields that change.")
    merge_patch: JsonObject | None = Field(description="RFC 7396: applied to `before` it gives `after`.")
    json_patch: list[JsonObject] = Field(description="RFC 6902, with `test` operations, for readers.")
    disruption: DisruptionWord = Field(description="The highest disruption of its fields.")
    purchases: bool = Field(description="Whether it spends money on a subscription.")
    nodes: list[FlavorNodesDocument] = Field(description="Nodes before and after, by flavor.")
    nodes_before: int = Field(description="The sum of `nodes` before.")
    nodes_after: int = Field(description="The sum of `nodes` after.")
    fingerprint: Text = Field(description="Of the object and the values that the change rests on.")
    digest: Text = Field(description="What `apply --expect` takes to approve this change alone.")
    operations: list[OperationDocument] = Field(description="The requests, in order.")
    blocked: list[BlockDocument] = Field(description="Why apply would refuse this change.")
    depends_on: list[Text] = Field(description="The addresses whose changes end first.")
    released: list[Text] = Field(description="The fields that are no longer managed, as configuration paths.")
    kept_entries: Count = Field(description="List entries of others, which stay.")
    source: SourceDocument | None = Field(description="The block's place in the files.")
    endangered: EndangeredDocument | None = Field(default=None, description="The jobs it would end; null for none.")
    sold_out: list[SoldOutDocument] = Field(default=[], description="Where it cannot grow.")
    hourly_cost: HourlyCostDocument | None = Field(default=None, description="What its nodes cost; null for nothing.")
    turns: list[TurnDocument] = Field(
        default=[], description="What takes its turn in rollouts; not there where nothing does."
    )


class DriftDocument(Document):
    """One field that somebody else changed since the last apply."""

    address: Text = Field(description="The resource.")
    path: Text = Field(description="The field as a configuration path.")
    before: JsonValue = Field(description="The value last seen; null also where not there.")
    after: JsonValue = Field(description="The value now; null also where not there.")
    absent: list[SideWord] = Field(description="The sides on which the field is not there, told from null.")
    is_managed: bool = Field(description="Whether the files set this field.")
    policy: Text = Field(description="What is done about it: `revert`, `keep` or `stop`; empty for an unmanaged field.")


class DiagnosticDocument(Document):
    """One thing to tell."""

    severity: Literal["error", "warning", "notice"] = Field(description="How much it matters.")
    code: Text = Field(description="A stable identifier.")
    summary: Text = Field(description="What is wrong.")
    detail: Text = Field(description="What, why it matters, what to do.")
    address: Text = Field(description="The resource; empty where there is none.")
    location: SourceDocument | None = Field(description="The place in the files.")


class BasisDocument(Document):
    """State, files and service as they were when the plan was made."""

    lineage: Text = Field(description="The identity of the state.")
    serial: Count = Field(description="The version of the state.")
    config_digest: Text = Field(description="Of the resolved configuration.")
    service: ServiceDocument | None = Field(description="The service that was read.")


class InputVariableDocument(Document):
    """The value of one variable. No secret is given this way."""

    name: Text = Field(description="Its name.")
    value: JsonValue = Field(description="Its value.")
    source: Literal["default", "environment", "auto_file", "file", "option"] = Field(description="Who gave it.")


class InputsDocument(Document):
    """The options that the plan was made with."""

    target: list[Text] = Field(description="`--target`.")
    exclude: list[Text] = Field(description="`--exclude`.")
    replace: list[Text] = Field(description="`--replace`.")
    allow: list[Text] = Field(description="`--allow`.")
    revert_drift: list[Text] = Field(description="`--revert-drift`.")
    destroy: bool = Field(description="`--destroy`.")
    refresh_only: bool = Field(description="`--refresh-only`.")
    up_to_idle: bool = Field(default=False, description="`--up-to-idle`.")
    valid_until: Text = Field(default="", description="When it ends (RFC 3339, UTC); not there where it does not.")
    undo: Text = Field(default="", description="The id of the receipt that `poolctl undo` takes back.")
    variables: list[InputVariableDocument] = Field(default=[], description="Variables of the files, and their values.")


class QuotaDocument(Document):
    """What the project may have of one type."""

    type: Text = Field(description="The type, such as `pool`.")
    quota: Count = Field(description="How many it may have.")
    used: Count = Field(description="How many it has.")
    left: Count = Field(description="How many it may still make.")


class LoosenedDocument(Document):
    """A guard that the files make weaker than it was at the last apply."""

    scope: Text = Field(description="`guards`, `guards.run`, or an address.")
    key: Text = Field(description="The guard.")
    before: Text = Field(description="What it was.")
    after: Text = Field(description="What it is now.")


class SummaryDocument(Document):
    """Counts of the changes."""

    create: Count = Field(description="Resources to create.")
    update: Count = Field(description="Resources to update in place.")
    replace: Count = Field(description="Resources to delete and create anew.")
    delete: Count = Field(description="Resources to delete.")
    import_: Count = Field(alias="import", description="Objects to adopt.")
    move: Count = Field(description="Resources that get another address.")
    forget: Count = Field(description="Resources to stop managing.")
    no_op: Count = Field(description="Resources that stay as they are.")
    nodes_before: Nodes
    nodes_after: Nodes
    is_partial: bool = Field(description="Whether options left resources out.")
    hourly_cost: HourlyCostDocument | None = Field(default=None, description="Money an hour; null without `[prices]`.")


class PlanDocument(Document):
    """What would change, in which order, what it rests on, and what apply would refuse."""

    format_version: Literal["1.0"] = Field(description="The version of this format.")
    digest: Text = Field(description="Over the digests of all changes; what `apply --expect` takes.")
    basis: BasisDocument = Field(description="What the plan rests on.")
    inputs: InputsDocument = Field(description="The options that it was made with.")
    summary: SummaryDocument = Field(description="Counts.")
    changes: list[ChangeDocument] = Field(description="Every resource by address, unchanged ones as `no-op`.")
    drift: list[DriftDocument] = Field(description="What others changed since the last apply.")
    diagnostics: list[DiagnosticDocument] = Field(description="What the plan has to tell.")
    blocked: list[BlockDocument] = Field(description="Everything that apply would refuse.")
    quotas: list[QuotaDocument] | None = Field(
        default=None, description="What the project may have; null where nothing needs it, or it could not be read."
    )
    loosened: list[LoosenedDocument] = Field(
        default=[], description="Guards that permit more than they did at the last apply."
    )
    accelerators: dict[Text, Count] = Field(
        default={}, description="The accelerators of one node, by flavor; flavors that nobody looked at are not there."
    )
    rollouts: list[RolloutDocument] = Field(
        default=[], description="What rollouts do in the plan; not there where they do nothing."
    )
