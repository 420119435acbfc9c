"""The desired state: what the files ask for, resolved, before the service is looked at."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any, Final, Literal

from planner.core.addresses import Address
from planner.core.diagnostics import SourceLocation
from planner.core.lazy_dataclass import dataclass
from planner.core.money import Prices
from planner.core.trees import Tree
from planner.core.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """The limits of ``[guards]``, ``[guards.run]`` and ``[pool.x.guards]`` (semantics 5.2); None means no limit."""

    max_disruption: str = "drains"
    max_percent_removed: int | None = 50
    max_nodes_removed: int | None = None
    max_nodes_added: int | None = 30
    max_accelerators_removed: int | None = None
    max_hourly_cost_added: Decimal | None = None
    on_drift: str | None = None


NO_LIMITS: Final = Guards(max_disruption="destroys", max_percent_removed=None, max_nodes_added=None)
"""What ``[guards.run]`` is where the files do not write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """``[pool.x.lifecycle]``; ``ignore_changes`` holds config paths (semantics 2.4)."""

    prevent_destroy: bool = False
    ignore_changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """``[pool.x.freeze]``: no write to the pool before ``until``."""

    until: dt.datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredResource:
    """One ``[pool.x]`` or ``[network.x]`` block as an API-shaped tree.

    ``tree`` is ``{"metadata": {"labels": …, "annotations": …}, "spec": …}`` and holds only
    what is written in the files. Two leaves are not JSON: ``Reference`` and, at a count,
    ``CountRange``.
    """

    address: Address
    tree: Tree
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    guards: Guards = field(default_factory=Guards)
    freeze: Freeze | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedBlock:
    """``[[removed]]``: stop managing ``address``; ``destroy`` also deletes it."""

    address: Address
    destroy: bool
    reason: str = ""
    location: SourceLocation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedBlock:
    """``[[moved]]``: what is tracked as ``source`` is ``target`` now; a block takes its instances along."""

    source: Address
    target: Address
    location: SourceLocation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBlock:
    """``[[import]]``: adopt the object ``id`` as ``address``."""

    address: Address
    id: str
    location: SourceLocation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """``[[allow]]`` or ``--allow ADDR=CLASS``: lifts a block, never answers the question.

    ``address`` may hold the globs ``*`` and ``?``, except for class ``destroys``.
    ``class_name`` is empty in a block that only raises ``max_nodes_removed``.
    """

    address: str
    class_name: str
    max_nodes_removed: int | None = None
    until: dt.datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """``[policy.NAME]``: ``condition`` as it is written, ``bound`` with the names of ``values`` in it.

    ``severity`` is ``error`` or ``warning``.
    """

    name: str
    condition: str
    error_message: str
    severity: str = "error"
    bound: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    location: SourceLocation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """``[rollout.NAME]``: changes of ``fields`` go through the pools of ``order`` so many at a time.

    ``fields`` are config paths, ``order`` address globs; a pool stands where its first glob does. ``batch`` counts
    pools, or is a percentage of those that ``order`` names. Without a ``window`` it may go on at any time.
    """

    name: str
    fields: tuple[str, ...]
    order: tuple[str, ...] = ("pool.*",)
    batch: int = 1
    is_percent: bool = False
    on_failure: Literal["stop", "continue"] = "stop"
    window: Window | None = None
    location: SourceLocation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """``[provider.modelarts]`` as written; None where the files are silent. Durations in seconds."""

    endpoint: str | None = None
    region: str | None = None
    project_id: str | None = None
    poll_interval: float | None = None
    request_timeout: float = 30.0
    wait_timeout: float = 5400.0
    max_retries: int = 5
    parallelism: int = 10
    user_id: str | None = None
    request_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GitBackend:
    """``[backend.git]``: the state is a file on ``ref`` of ``remote``; an empty ``path`` means this directory's."""

    remote: str = "origin"
    ref: str = "refs/heads/poolctl-state"
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpBackend:
    """``[backend.http]``: the state is one document at ``address``, in the protocol of Terraform's HTTP backend."""

    address: str
    lock_address: str
    unlock_address: str
    update_method: str = "POST"
    lock_method: str = "LOCK"
    unlock_method: str = "UNLOCK"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Backend:
    """``[backend.s3]``: the state is the object ``key`` of ``bucket``; ``endpoint`` is empty for AWS."""

    bucket: str
    key: str
    region: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresBackend:
    """``[backend.postgres]``: the state is a row of a table in ``schema``; an empty ``path`` means this directory's."""

    conn: str
    schema: str = "poolctl"
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredState:
    """Everything the files ask for. Where a shared backend is set the state is there, and not at ``state_path``."""

    provider: ProviderSettings = field(default_factory=ProviderSettings)
    state_path: str = "pools.state.json"
    git: GitBackend | None = None
    http: HttpBackend | None = None
    s3: S3Backend | None = None
    postgres: PostgresBackend | None = None
    guards: Guards = field(default_factory=Guards)
    run_guards: Guards = NO_LIMITS
    prices: Prices = field(default_factory=dict)
    resources: Mapping[Address, DesiredResource] = field(default_factory=dict)
    removed: tuple[RemovedBlock, ...] = ()
    moved: tuple[MovedBlock, ...] = ()
    policies: tuple[Policy, ...] = ()
    rollouts: tuple[Rollout, ...] = ()
    imports: tuple[ImportBlock, ...] = ()
    permissions: tuple[Permission, ...] = ()
