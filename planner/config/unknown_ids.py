"""The id of another resource, as expressions see it before that resource exists."""

from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownId:
    """The id of another resource: it is passed on, and nothing is computed with it."""

    address: Address

    def __str__(self) -> str:
        """Return the reference as files spell it."""
        return f"${{{self.address}.id}}"
