"""Permissions: what lifts a block; approval alone never does (semantics 5.4)."""

import datetime as dt
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache

from planner.core.addresses import Address
from planner.core.changes import Disruption
from planner.core.desired import Permission

PURCHASES = "purchases"
RECREATE = "recreate"
DESTROYS = Disruption.DESTROYS.word
CLASSES = (*(one.word for one in Disruption), PURCHASES, RECREATE)


@lru_cache(maxsize=10_000)
def parse_permission(text: str) -> Permission | None:
    """Return the permission that ``--allow ADDR=CLASS`` spells; None where it spells none.

    A glob gives no permission to destroy.
    """
    address, separator, name = text.rpartition("=")
    is_glob = any(letter in address.partition("[")[0] for letter in "*?")
    if not separator or not address or name not in CLASSES or (name == DESTROYS and is_glob):
        return None
    return Permission(address=address, class_name=name)


def find_valid(permissions: Iterable[Permission], address: Address, *, now: dt.datetime) -> tuple[Permission, ...]:
    """Return the permissions that hold for ``address`` at ``now``."""
    return tuple(one for one in permissions if _is_naming(one, str(address)) and (one.until is None or now < one.until))


def is_disruption_allowed(disruption: Disruption, permissions: Iterable[Permission]) -> bool:
    """Tell whether a permission of this class or a worse one is there."""
    ranks = {one.word: one for one in Disruption}
    return any(one.class_name in ranks and ranks[one.class_name] >= disruption for one in permissions)


def is_allowed(class_name: str, permissions: Iterable[Permission]) -> bool:
    """Tell whether a permission of exactly this class is there."""
    return any(one.class_name == class_name for one in permissions)


def find_allowed_removals(permissions: Iterable[Permission]) -> int:
    """Return how many nodes the permissions let go at most."""
    return max((one.max_nodes_removed or 0 for one in permissions), default=0)


def _is_naming(permission: Permission, address: str) -> bool:
    if permission.class_name == DESTROYS or "[" in permission.address:
        return permission.address == address
    return fnmatchcase(address, permission.address)
