"""The snapshot: what the service said when it was read, and the evidence about running jobs."""

from collections.abc import Mapping
from dataclasses import field

from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveResource:
    """One object as the service answered it.

    ``metadata``, ``spec`` and ``status`` are the API's members of the same names.
    """

    id: str
    metadata: Tree
    spec: Tree
    status: Tree = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveNode:
    """One node of a pool, less what a plan does not need (contract 2.9).

    ``is_locked``: the deletion-lock annotation is set. ``is_bound``: bound to the logical pool ``bound_to``.
    ``node_pool`` is empty for the flavor's default pool. ``driver`` is a version, empty without accelerator.
    """

    name: str
    flavor: str
    node_pool: str
    az: str
    phase: str
    private_ip: str
    is_locked: bool = False
    is_subscribed: bool = False
    is_bound: bool = False
    bound_to: str = ""
    driver: str = ""
    driver_phase: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWorkload:
    """One job of a pool (contract 2.12.1); ``host_ips`` match ``LiveNode.private_ip``.

    ``running_seconds`` is 0, and ``created`` (RFC 3339, UTC) empty, where the service does not tell.
    """

    name: str
    type: str
    status: str
    host_ips: tuple[str, ...]
    running_seconds: int = 0
    created: str = ""
    flavor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFlavor:
    """What the service sells as one flavor (contract 2.11): ``accelerators`` of a node, None where it does not tell."""

    name: str
    accelerators: int | None
    zones: tuple[str, ...] = ()
    sold_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveQuota:
    """How many objects of a type (``pool``, ``network``) the project may have, and how many it has (contract 2.12)."""

    type: str
    quota: int
    used: int

    @property
    def left(self) -> int:
        """Return how many may still be made."""
        return max(0, self.quota - self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Nodes and workloads of one pool."""

    nodes: tuple[LiveNode, ...]
    workloads: tuple[LiveWorkload, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What could not be read, and the words that say why."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Live resources by address, ids that are missing (404 with its code), and untracked objects.

    ``missing`` holds addresses that are tracked or imported and that the service says are gone.
    ``others`` are listed objects that no address claims, by kind. ``evidence`` is present for the
    pools that it was asked for; ``Unread`` where it could not be fetched. ``flavors`` by name and
    ``quotas`` are those of the project; None where no change needs them.
    """

    resources: Mapping[Address, LiveResource] = field(default_factory=dict)
    missing: frozenset[Address] = frozenset()
    others: Mapping[str, tuple[LiveResource, ...]] = field(default_factory=dict)
    evidence: Mapping[Address, Evidence | Unread] = field(default_factory=dict)
    flavors: Mapping[str, LiveFlavor] | Unread | None = None
    quotas: tuple[LiveQuota, ...] | Unread | None = None
