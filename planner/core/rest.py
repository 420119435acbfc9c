"""Whether the service has finished everything that it is doing to an object."""

from planner.core.live_trees import find_phase
from planner.core.snapshot import LiveResource
from planner.core.trees import as_list, as_text, as_tree, find_member

# Contract 4.3, 4.5, 4.6: each of these goes on to another state by itself.
_MOVING_PHASES = frozenset({"", "Creating", "Waiting", "Deleting"})
_MOVING_SCOPES = frozenset({"Enabling", "Disabling"})
_MOVING_DRIVERS = frozenset({"Creating", "Upgrading"})


def is_at_rest(live: LiveResource) -> bool:
    """Tell whether nothing of ``live`` is on its way: nodes, job types, driver, phase."""
    status = live.status
    buckets = as_tree(find_member(status, "resources"))
    scopes = {as_text(as_tree(one).get("state")) for one in as_list(find_member(status, "scope"))}
    drivers = {as_text(as_tree(one).get("state")) for one in as_tree(find_member(status, "driver")).values()}
    return (
        find_phase(live) not in _MOVING_PHASES
        and not any(buckets.get(name) for name in ("creating", "deleting"))
        and not scopes & _MOVING_SCOPES
        and not drivers & _MOVING_DRIVERS
    )
