"""Bare changes and records, for the parts of a run that look at neither trees nor requests."""

from planner.core.addresses import Address
from planner.core.changes import Action, Change, Disruption
from planner.core.tracking import TrackedResource


def make_address(name: str) -> Address:
    """Return the address of a network for names that begin with « net », else of a pool."""
    return Address(kind="network" if name.startswith("net") else "pool", name=name)


def make_change(name: str, *needs: str, action: Action = Action.FORGET) -> Change:
    """Return a change without operations that needs the changes of ``needs``."""
    address = make_address(name)
    return Change(
        address=address,
        kind=address.kind,
        id=f"{name}-id",
        action=action,
        reason="",
        before=None,
        after=None,
        after_unknown={},
        fields=(),
        merge_patch=None,
        json_patch=(),
        disruption=Disruption.NONE,
        purchases=False,
        nodes=(),
        fingerprint="",
        digest=f"sha256:{name}",
        operations=(),
        depends_on=tuple(map(make_address, needs)),
    )


def make_tracked(id_: str, *, waiting: str = "") -> TrackedResource:
    """Return a record of which only the id matters."""
    return TrackedResource(id=id_, last_applied={}, last_seen={}, waiting=waiting)
