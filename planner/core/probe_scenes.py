"""When the scratch pool of a probe is at rest, whatever became of what was asked of it."""

from typing import Final

from planner.core.live_trees import find_phase
from planner.core.probe_values import Scene
from planner.core.trees import as_list, as_text, as_tree, find_member

# Contract 2.9, 4.3, 4.5: each of these goes on to another state by itself.
_MOVING_PHASES: Final = frozenset({"", "Creating", "Waiting", "Deleting"})
_MOVING_SCOPES: Final = frozenset({"Enabling", "Disabling"})
_MOVING_NODES: Final = frozenset({"", "Creating", "Deleting", "Checking"})


def is_calm(scene: Scene) -> bool:
    """Tell whether nothing is on its way: phase, nodes, job types. A failure is calm, too."""
    status = scene.live.status
    buckets = as_tree(find_member(status, "resources"))
    scopes = {as_text(as_tree(one).get("state")) for one in as_list(find_member(status, "scope"))}
    return (
        find_phase(scene.live) not in _MOVING_PHASES
        and not any(buckets.get(name) for name in ("creating", "deleting"))
        and not scopes & _MOVING_SCOPES
        and all(one.phase not in _MOVING_NODES for one in scene.nodes)
    )


def format_scene(scene: Scene) -> str:
    """Return the phase and the nodes in a few words."""
    phases = [one.phase or "new" for one in scene.nodes]
    nodes = ", ".join(f"{phases.count(one)} {one}" for one in dict.fromkeys(phases)) or "no nodes"
    return f"phase {find_phase(scene.live) or 'not set yet'}, nodes: {nodes}"
