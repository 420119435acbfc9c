"""What rollouts have to do in a plan, as values."""

from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The operations of a change, by number from 1, that take their turn in a rollout; ``batch`` counts from 1.

    ``waits`` says why they would not start now, and is empty where they would, be it after an earlier batch.
    ``is_stopped``: that is because something failed.
    """

    rollout: str
    batch: int
    operations: tuple[int, ...]
    waits: str = ""
    is_stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A pool of a rollout that has nothing more to be sent, and still holds others back: why, in words."""

    address: Address
    why: str
    is_failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRollout:
    """What a rollout has to do in a plan: its rule in words, and its pools in batches.

    ``window`` is empty where there is none. Where it is closed ``opens`` says when it opens next, otherwise ``closes``
    when it ends; both for people. ``unfinished`` pools stand in the batches, too.
    """

    name: str
    fields: tuple[str, ...]
    order: tuple[str, ...]
    batch_size: int
    on_failure: str
    window: str
    opens: str
    closes: str
    batches: tuple[tuple[Address, ...], ...]
    unfinished: tuple[Unfinished, ...] = ()
