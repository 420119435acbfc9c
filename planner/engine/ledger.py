"""What a run has recorded so far: the tracked resources, durable in the journal before they are relied on."""

import threading
from collections.abc import Mapping

from planner.core.addresses import Address
from planner.core.tracking import TrackedResource
from planner.engine.journal import ChangeEnded, Journal, OperationEnded, OperationStarted, Record


class Ledger:
    """The tracked resources of one run; several threads may record."""

    def __init__(self, resources: Mapping[Address, TrackedResource], journal: Journal) -> None:
        """Start from ``resources``; every record goes to ``journal`` first."""
        self._resources = dict(resources)
        self._journal = journal
        self._lock = threading.Lock()
        self._is_dirty = False
        self._open: set[Address] = set()

    def find(self, address: Address) -> TrackedResource | None:
        """Return what is recorded of ``address`` now."""
        with self._lock:
            return self._resources.get(address)

    def find_ids(self) -> dict[Address, str]:
        """Return the ids that references resolve to."""
        with self._lock:
            return {address: one.id for address, one in self._resources.items()}

    def record(self, address: Address, tracked: TrackedResource | None, *others: Record) -> None:
        """Record ``tracked`` (None drops the address) together with ``others``; durable on return."""
        self._journal.write(ChangeEnded(address=address, tracked=tracked), *others)
        with self._lock:
            if tracked is None:
                self._resources.pop(address, None)
            else:
                self._resources[address] = tracked
            self._is_dirty = True

    def write(self, record: Record) -> None:
        """Write a record that changes no tracked resource; durable on return."""
        self._journal.write(record)
        with self._lock:
            if isinstance(record, OperationStarted):
                self._open.add(record.address)
            elif isinstance(record, OperationEnded):
                self._open.discard(record.address)

    def is_open(self, address: Address) -> bool:
        """Tell whether a request was begun for ``address`` whose end is not on record."""
        with self._lock:
            return address in self._open

    def take_changed(self) -> dict[Address, TrackedResource] | None:
        """Return all tracked resources where they changed since the last call, else None."""
        with self._lock:
            is_dirty, self._is_dirty = self._is_dirty, False
            return dict(self._resources) if is_dirty else None
