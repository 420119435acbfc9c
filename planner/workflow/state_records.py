"""``state list`` and ``state show``: what is recorded, read without a lock."""

from collections.abc import Mapping

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.core.near_words import make_hint
from planner.core.tracking import State, TrackedResource
from planner.workflow.stored import load_stored
from planner.workflow.workplace import Workplace, load_desired_state, open_store


def load_state(workplace: Workplace) -> State | None:
    """Return the stored state, or None where there is none yet. Raises PoolctlError."""
    return load_stored(open_store(workplace, load_desired_state(workplace)))


def load_tracked(workplace: Workplace, address: Address) -> TrackedResource:
    """Return what is recorded of ``address``. Raises PoolctlError where nothing is."""
    state = load_state(workplace)
    return find_tracked({} if state is None else state.resources, address)


def find_tracked(resources: Mapping[Address, TrackedResource], address: Address) -> TrackedResource:
    """Return the record of ``address``; raises PoolctlError, with the nearest address there is, without one."""
    tracked = resources.get(address)
    if tracked is None:
        raise PoolctlError(_make_unknown(address, resources))
    return tracked


def _make_unknown(address: Address, resources: Mapping[Address, TrackedResource]) -> Diagnostic:
    hint = make_hint(str(address), map(str, resources))
    detail = f"Nothing is recorded of this address.{hint} `poolctl state list` shows all that is."
    return make_error(
        "state.unknown-address", "The state does not have this address", detail=detail, address=str(address)
    )
