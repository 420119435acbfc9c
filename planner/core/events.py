"""What happens while a command runs, as values: workflows emit them, views phrase them."""

from collections.abc import Callable
from typing import TypeAlias

from planner.core.addresses import Address
from planner.core.changes import Action, Outcome, Plan
from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Something worth one line: a lock that gave way, a wait for the lock, a settled operation."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan is made, before it is asked for, refused or run."""

    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationBegan:
    """A request is about to be sent; ``number`` of ``total`` counts the operations of its change."""

    address: Address
    action: Action
    purpose: str
    number: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeProgress:
    """Nodes of one flavor on their way: ``wanted`` are asked for."""

    flavor: str
    wanted: int
    available: int
    creating: int
    deleting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitProgressed:
    """A wait goes on: what for, for how many seconds, and where the nodes are."""

    address: Address
    waits_for: str
    seconds: float
    nodes: tuple[NodeProgress, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEnded:
    """An operation has its outcome, ``seconds`` after it began."""

    address: Address
    action: Action
    purpose: str
    outcome: Outcome
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEnded:
    """All operations of one change are over; ``outcome`` is the worst of them.

    ``operations`` counts them: an import that has some changes its resource as well.
    """

    address: Address
    action: Action
    outcome: Outcome
    seconds: float
    operations: int = 0


Event: TypeAlias = Noticed | Planned | OperationBegan | WaitProgressed | OperationEnded | ChangeEnded
Emit: TypeAlias = Callable[[Event], None]
