"""Live objects as trees: the part that is planned on, and the part that is remembered."""

from planner.core.api_names import (
    FLAVOR_RESOURCE_IDS,
    NAME_LABEL,
    ORDER_NAME_LABEL,
    SUBPOOLS_COUNT,
    WORKSPACE_LABEL,
)
from planner.core.snapshot import LiveResource
from planner.core.trees import ABSENT, Tree, Value, as_int, as_text, as_tree, find_member

# Semantics 2.2: these move by themselves.
_VOLATILE = {
    "labels": frozenset({ORDER_NAME_LABEL}),
    "annotations": frozenset({FLAVOR_RESOURCE_IDS, SUBPOOLS_COUNT}),
}


def make_tree(live: LiveResource) -> Tree:
    """Return ``{"metadata": {"labels", "annotations"}, "spec"}`` of a live object, less what is not there."""
    metadata: Tree = {name: live.metadata[name] for name in ("labels", "annotations") if name in live.metadata}
    return {"metadata": metadata, "spec": live.spec}


def make_seen(live: LiveResource) -> Tree:
    """Return what is remembered of a live object as ``last_seen`` (semantics 2.2)."""
    metadata: Tree = {name: _drop_volatile(name, value) for name, value in live.metadata.items()}
    return {"metadata": metadata, "spec": live.spec, "phase": find_phase(live)}


def find_phase(live: LiveResource) -> str:
    """Return the phase; empty where the service has not set one yet."""
    return as_text(live.status.get("phase", ABSENT))


def find_display_name(tree: Tree) -> str:
    """Return the display name (label ``os.modelarts/name``) of a resource's tree."""
    return as_text(find_member(tree, "metadata", "labels", NAME_LABEL))


def find_workspace(tree: Tree) -> str:
    """Return the workspace of a resource's tree; empty where it names none."""
    return as_text(find_member(tree, "metadata", "labels", WORKSPACE_LABEL))


def find_control_mode(live: LiveResource) -> int:
    """Return the bits of ``spec.controlMode`` (contract 4.8)."""
    return as_int(find_member(live.spec, "controlMode"))


def _drop_volatile(name: str, value: Value) -> Value:
    dropped = _VOLATILE.get(name)
    if dropped is None or (isinstance(value, dict) and dropped.isdisjoint(value)):
        return value
    return {key: member for key, member in as_tree(value).items() if key not in dropped}
