"""A routed request: who asks for what."""

from dataclasses import dataclass

from planner.simulator.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request with the names that its path carries; ``names`` are what stands behind the project, in order."""

    request: Request
    project_id: str
    names: tuple[str, ...] = ()
