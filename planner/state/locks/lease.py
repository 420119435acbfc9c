"""The lock of a shared state as one document with a lease: what every store that can fence has in common.

A place keeps the document and swaps it by its version, so that of two who try one wins. A lease is told by watching,
not by comparing clocks: a taker has to see the document rest for the whole lease.
"""

import abc
import json
import math
import secrets
import time
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.state.locks.flocked_lock import FlockedPlace
from planner.state.locks.holders import Holder, format_holder, parse_holder
from planner.state.outside_text import parse_object

KEPT: Final = (
    "Nothing was overwritten. What this run did is in its journal; run `poolctl plan`: it reads the journal and the "
    "service."
)
SHORTEST_LEASE: Final = 15.0
"""Seconds: what a busy machine or a slow remote may need for a heartbeat."""

_TIMEOUTS_IN_A_LEASE: Final = 3
_LEASE: Final = "lease_seconds"
_BEAT: Final = "beat"
_LONGEST_LEASE: Final = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedPlace(FlockedPlace, abc.ABC):
    """Where a lock with a lease of ``lease`` seconds stands.

    The methods raise StoreError where the place does not answer; what was asked of it may have happened all the same.
    """

    lease: float

    @abc.abstractmethod
    def read(self) -> tuple[str, str] | None:
        """Return the version and the text of the lock's document, or None where nobody holds the lock."""

    @abc.abstractmethod
    def swap(self, version: str, text: str) -> str:
        """Put ``text`` in place of ``version`` (empty: of no lock) and return its version; empty: somebody was faster.

        No version comes twice, whatever the texts are.
        """

    @abc.abstractmethod
    def remove(self, version: str) -> bool:
        """Free the lock if its document is ``version``, and tell whether it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLock:
    """A lock as it stands at its place; ``lease`` is 0 and ``beat`` empty where it does not say."""

    version: str
    holder: Holder
    lease: float
    beat: str


def find_lock(place: LeasedPlace) -> FoundLock | None:
    """Return the lock that stands at ``place``, or None. Raises StoreError."""
    found = place.read()
    if found is None:
        return None
    version, text = found
    members = parse_object(text) or {}
    beat = members.get(_BEAT)
    return FoundLock(
        version=version,
        holder=parse_holder(text),
        lease=_judge_lease(members.get(_LEASE)),
        beat=beat if isinstance(beat, str) else "",
    )


def make_beat() -> str:
    """Return a text that no two documents of a lock share."""
    return secrets.token_hex(8)


def format_lock(holder: Holder, *, lease: float, beat: str) -> str:
    """Return the document that says ``holder`` holds the lock; ``parse_holder`` reads it as well."""
    members = {**json.loads(format_holder(holder)), _LEASE: lease, _BEAT: beat}
    return json.dumps(members, indent=2) + "\n"


def compute_lease(request_timeout: float) -> float:
    """Return a lease (seconds) that outlasts a request of ``request_timeout``, sent between any two heartbeats."""
    return max(SHORTEST_LEASE, request_timeout * _TIMEOUTS_IN_A_LEASE)


def read_life_clock() -> float:
    """Return seconds that also pass while the machine sleeps, where the system counts those."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def make_lease_words(found: FoundLock) -> str:
    """Return how the lock comes free by itself where its holder is dead, as a sentence; empty where it does not."""
    if not found.lease:
        return ""
    wait = math.ceil(found.lease) + 30
    return f"A holder that shows no life for {found.lease:.0f}s gives way: `--lock-timeout {wait}s` waits for that."


def _judge_lease(lease: object) -> float:
    if isinstance(lease, bool) or not isinstance(lease, int | float):
        return 0.0
    return float(lease) if 0 < lease <= _LONGEST_LEASE else 0.0
