"""The values of a plan: field changes, operations, changes, drift, blocks, and the plan itself."""

import enum

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, SourceLocation
from planner.core.evidence import Endangered, FlavorAccelerators, SoldOut
from planner.core.field_paths import FieldPath
from planner.core.guard_record import Loosened
from planner.core.inputs import InputVariable
from planner.core.lazy_dataclass import dataclass
from planner.core.money import HourlyCost
from planner.core.rollout_plan import PlannedRollout, Turn
from planner.core.snapshot import LiveQuota, LiveResource
from planner.core.tracking import ServiceIdentity
from planner.core.trees import Maybe, Tree, Value


class Disruption(enum.IntEnum):
    """What a change does to running jobs, lowest first (semantics 4)."""

    NONE = 0
    NEW_NODES = 1
    DRAINS = 2
    INTERRUPTS = 3
    DESTROYS = 4

    @property
    def word(self) -> str:
        """Return the class as files and plans spell it."""
        return self.name.lower()


class Action(enum.Enum):
    """What a change does to its resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    IMPORT = "import"
    FORGET = "forget"
    NO_OP = "no-op"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field's planned difference.

    ``path`` is in the API's terms, ``label`` the same as a config path. A ``before`` or ``after``
    that is ABSENT means that the field is not there.
    """

    path: FieldPath
    label: str
    before: Maybe
    after: Maybe
    disruption: Disruption
    source: SourceLocation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What an operation wants of one field; rebuilt on a fresh read before it is sent."""

    path: FieldPath
    before: Maybe
    after: Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConstraint:
    """«Remove ``count`` nodes of this flavor, pool and zone, idle and unlocked only» (semantics 7.5).

    ``az`` is empty where any zone will do. ``idle_only`` is False when ``interrupts`` is allowed
    and the rest may go by count.
    """

    flavor: str
    node_pool: str
    count: int
    az: str = ""
    idle_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request as data. ``body`` is as of the snapshot: it is rebuilt from ``intents`` when sent.

    ``when``: the phases in which it may be sent, in words. ``waits_for``: what is waited for after
    it, in words. ``body`` is None for DELETE and where nodes are chosen when it runs.
    """

    method: str
    path: str
    content_type: str
    body: Value
    when: str
    waits_for: str
    purpose: str
    intents: tuple[Intent, ...] = ()
    nodes: NodeConstraint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Why apply would refuse a change: ``code`` is a stable identifier such as ``max_disruption``."""

    code: str
    summary: str
    detail: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlavorNodes:
    """Nodes of one flavor and node pool of a pool, before and after."""

    flavor: str
    node_pool: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One planned difference between what is and what the files ask for.

    ``before`` and ``after`` are ``{"metadata": {"labels", "annotations"}, "spec"}`` or None.
    ``depends_on`` names the addresses whose changes must end first. ``turns`` are by the name of their rollout.
    ``endangered`` is None where no job
    is in danger, ``cost`` without ``[prices]`` and where there are no nodes.
    """

    address: Address
    kind: str
    id: str
    action: Action
    reason: str
    before: Tree | None
    after: Tree | None
    after_unknown: Tree
    fields: tuple[FieldChange, ...]
    merge_patch: Tree | None
    json_patch: tuple[Tree, ...]
    disruption: Disruption
    purchases: bool
    nodes: tuple[FlavorNodes, ...]
    fingerprint: str
    digest: str
    operations: tuple[Operation, ...]
    blocked: tuple[Block, ...] = ()
    depends_on: tuple[Address, ...] = ()
    previous_address: Address | None = None
    kept_entries: int = 0
    released: tuple[str, ...] = ()
    source: SourceLocation | None = None
    endangered: Endangered | None = None
    sold_out: tuple[SoldOut, ...] = ()
    cost: HourlyCost | None = None
    turns: tuple[Turn, ...] = ()

    @property
    def nodes_before(self) -> int:
        """Return the pool's nodes before the change."""
        return sum(row.before for row in self.nodes)

    @property
    def nodes_after(self) -> int:
        """Return the pool's nodes after the change."""
        return sum(row.after for row in self.nodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRow:
    """One field that somebody else changed since the last apply: ``before`` was seen, ``after`` is live."""

    address: Address
    label: str
    before: Maybe
    after: Maybe
    is_managed: bool
    policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """The options a plan was made with: ``undo`` is the id of a receipt, ``valid_until`` a moment (UTC) or empty."""

    target: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    revert_drift: tuple[str, ...] = ()
    destroy: bool = False
    refresh_only: bool = False
    up_to_idle: bool = False
    undo: str = ""
    valid_until: str = ""
    variables: tuple[InputVariable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a plan rests on: identity and version of the state, the resolved files, the service."""

    lineage: str
    serial: int
    config_digest: str
    service: ServiceIdentity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSummary:
    """Counts of a plan's changes; nodes count Dedicate pools, unchanged ones included.

    ``cost`` is None without ``[prices]``.
    """

    create: int = 0
    update: int = 0
    replace: int = 0
    delete: int = 0
    import_: int = 0
    move: int = 0
    forget: int = 0
    no_op: int = 0
    nodes_before: int = 0
    nodes_after: int = 0
    is_partial: bool = False
    cost: HourlyCost | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The planned changes by address, what they rest on, and what apply would refuse.

    ``quotas`` is None where no change needs them, or where they could not be read. ``loosened`` are the guards
    that the files make weaker than they were at the last apply. ``accelerators`` are of flavors that were looked at.
    """

    digest: str
    basis: Basis
    inputs: PlanInputs
    summary: PlanSummary
    changes: tuple[Change, ...]
    drift: tuple[DriftRow, ...]
    diagnostics: tuple[Diagnostic, ...]
    blocked: tuple[Block, ...]
    quotas: tuple[LiveQuota, ...] | None = None
    loosened: tuple[Loosened, ...] = ()
    accelerators: tuple[FlavorAccelerators, ...] = ()
    rollouts: tuple[PlannedRollout, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """An operation is done, and the service is where it said."""

    live: LiveResource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An operation was accepted and is not finished: ``what`` is still awaited."""

    what: str
    live: LiveResource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An operation did not happen, or the service said that it failed.

    ``partial`` says how much of it came where it came in part, such as ``2 of 3 nodes of F``.
    """

    diagnostics: tuple[Diagnostic, ...]
    partial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """The answer never came: only a read can tell what happened."""

    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An operation was not started, and why; ``is_deferred``: as a rollout wants it, and a later apply makes it."""

    why: str
    is_deferred: bool = False


Outcome = Applied | Waiting | Failed | Uncertain | Skipped
