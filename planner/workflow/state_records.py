"""``state list`` and ``state show``: what is recorded, read without a lock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.core.near_words import make_hint
from planner.core.selection import find_unmatched, is_named
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


def narrow_state(state: State, patterns: Collection[str]) -> State:
    """Return ``state`` with what ``patterns`` name alone, as ``--target`` does; without one, all of it.

    Raises PoolctlError, with the nearest address there is, for a pattern that names nothing.
    """
    for pattern in find_unmatched(state.resources, patterns):
        raise PoolctlError(_make_unknown(pattern, state.resources))
    chosen = {address: one for address, one in state.resources.items() if not patterns or is_named(address, patterns)}
    return replace(state, resources=chosen)


def refuse_unknown(address: Address, known: Iterable[Address]) -> None:
    """Raise PoolctlError, with the nearest of ``known``, where ``address`` is none of them."""
    names = [*known]
    if address not in names:
        raise PoolctlError(_make_unknown(address, names))


def find_tracked(resources: Mapping[Address, TrackedResource], address: Address) -> TrackedResource:
    """Return the record of ``address``; raises PoolctlError, with the nearest address there is, without one."""
    tracked = resources.get(address)
    if tracked is None:
        raise PoolctlError(_make_unknown(address, resources))
    return tracked


def _make_unknown(address: Address | str, known: Iterable[Address]) -> Diagnostic:
    hint = make_hint(str(address), map(str, known))
    detail = f"Nothing is recorded of this address.{hint} `poolctl state list` shows all that is."
    return make_error(
        "state.unknown-address", "The state does not have this address", detail=detail, address=str(address)
    )
