"""What a look at jobs and flavors adds to a change: who would die of it, and where nothing is left to buy."""

from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EndangeredWorkload:
    """A job that a change would end.

    ``nodes`` are the names of its nodes. ``running_seconds`` is 0 and ``created`` (RFC 3339, UTC) empty where the
    service does not tell: no clock of ours is in a plan.
    """

    name: str
    type: str
    status: str
    nodes: tuple[str, ...]
    running_seconds: int = 0
    created: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endangered:
    """The jobs in danger, longest running first.

    ``nodes_at_most``: only so many busy nodes go, and the service chooses which; None where all jobs listed die.
    ``why_unread``: why nobody could look; then any job there may die. Empty where they were looked at.
    """

    workloads: tuple[EndangeredWorkload, ...] = ()
    nodes_at_most: int | None = None
    why_unread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlavorAccelerators:
    """How many accelerators, the cards of a report, one node of ``flavor`` has."""

    flavor: str
    accelerators: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A flavor of which a change wants more nodes; ``zones`` are those that the files name, none for any zone."""

    flavor: str
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldOut:
    """Zones in which a flavor that is to grow is sold out; ``is_everywhere`` where no zone is left to grow in."""

    flavor: str
    zones: tuple[str, ...]
    is_everywhere: bool
