"""The recorded state: which live object belongs to which address, and what was sent to it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import field

from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceIdentity:
    """The service that a state belongs to: ``endpoint`` is ``simulator`` or ``https``."""

    endpoint: str
    region: str
    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A count that other applies leave alone before ``until``; ``entry`` is its config-path key: flavor, node pool."""

    entry: str
    count: int
    until: dt.datetime
    who: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedResource:
    """What is recorded of one resource (semantics 2.2).

    ``last_applied`` is API-shaped and holds only what this tool has sent. ``last_seen`` is
    ``{"metadata": …, "spec": …, "phase": …}`` as read after the last apply or import.
    ``created_entries`` names the ``spec.resources`` entries that this tool made, as config-path
    keys (``flavor`` or ``flavor/node_pool``): only those are removed when their block goes.
    ``waiting`` says what was accepted and is not finished; empty when nothing is. ``holds`` are counts that
    ``scale --hold`` keeps, be they over or not.
    """

    id: str
    last_applied: Tree
    last_seen: Tree
    prevent_destroy: bool = False
    created_entries: tuple[str, ...] = ()
    waiting: str = ""
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state document; ``serial`` rises only when content changes.

    ``guards`` are those of the files that were applied last, as far as they differ from the defaults. ``moved_to``
    says in words where the state went; empty where it lives here.
    """

    lineage: str
    serial: int = 0
    service: ServiceIdentity | None = None
    applied_from: str = ""
    resources: Mapping[Address, TrackedResource] = field(default_factory=dict)
    guards: Mapping[str, Mapping[str, str | int]] = field(default_factory=dict)
    moved_to: str = ""
