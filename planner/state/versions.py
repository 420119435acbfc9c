"""Versions of a state: the serial counts changes of its content, not saves."""

from collections.abc import Mapping
from dataclasses import replace

from planner.core.addresses import Address
from planner.core.tracking import ServiceIdentity, State, TrackedResource
from planner.core.trees import is_same


def make_next(
    state: State,
    *,
    resources: Mapping[Address, TrackedResource] | None = None,
    service: ServiceIdentity | None = None,
    applied_from: str | None = None,
    guards: Mapping[str, Mapping[str, str | int]] | None = None,
) -> State:
    """Return ``state`` with the new content and ``serial`` + 1, or ``state`` itself where nothing changes.

    What is None stays as it is. Values are compared with their types: ``1`` and ``1.0`` differ.
    """
    following = replace(
        state,
        serial=state.serial + 1,
        resources=state.resources if resources is None else resources,
        service=state.service if service is None else service,
        applied_from=state.applied_from if applied_from is None else applied_from,
        guards=state.guards if guards is None else guards,
    )
    return state if is_same_content(state, following) else following


def is_same_content(left: State, right: State) -> bool:
    """Tell whether two states hold the same, whatever their lineage and serial."""
    return (
        left.service == right.service
        and left.applied_from == right.applied_from
        and left.guards == right.guards
        and left.moved_to == right.moved_to
        and left.resources.keys() == right.resources.keys()
        and all(_is_same_tracked(one, right.resources[address]) for address, one in left.resources.items())
    )


def _is_same_tracked(left: TrackedResource, right: TrackedResource) -> bool:
    return left is right or (
        left == right and is_same(left.last_applied, right.last_applied) and is_same(left.last_seen, right.last_seen)
    )
