"""The lock of a state in git: a ref that is moved by compare-and-swap, with a lease that a heartbeat renews.

Every push of the holder moves the lock's ref, and asks for it to be where the holder left it: whoever lost the
lock can push nothing any more (semantics 8.3). A lease is told by watching, not by comparing clocks: a taker
has to see the ref rest for the whole lease.
"""

import contextlib
import json
import math
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from planner.core.diagnostics import Diagnostic, make_error
from planner.state.errors import LockLostError, StateError, StoreError
from planner.state.git_remote import SKIP_CI, GitRemote, RefMove
from planner.state.lock import Holder, format_holder, format_holder_line, parse_holder
from planner.state.machine import Machine, find_machine

LOCK_FILE: Final = "lock.json"
KEPT: Final = (
    "Nothing was overwritten. What this run did is in its journal; run `poolctl plan`: it reads the journal and the "
    "service."
)

_LEASE: Final = "lease_seconds"
_LONGEST_LEASE: Final = 86400
_BEATS: Final = 3
_READS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLockPlace:
    """Where the lock of one state stands: ``ref`` at the remote, ``side_path`` on this disk.

    ``lease`` is in seconds. ``clock`` and ``sleep`` time the waits for the lock.
    """

    remote: GitRemote
    ref: str
    side_path: Path
    shown: str
    lease: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    machine: Machine = field(default_factory=find_machine)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLock:
    """A lock as it stands at the remote; ``lease`` is 0 where it does not say."""

    commit: str
    holder: Holder
    lease: float


def find_lock(place: GitLockPlace) -> FoundLock | None:
    """Return the lock that stands at the remote, or None. Raises StoreError."""
    commit = ""
    for _ in range(_READS):
        commit = place.remote.read_refs(place.ref).get(place.ref, "")
        if not commit:
            return None
        if place.remote.fetch(place.ref, commit):
            blobs = place.remote.find_files(commit, LOCK_FILE)
            text = b"".join(place.remote.load_blobs([*blobs.values()]).values()).decode("utf-8", "replace")
            return FoundLock(commit=commit, holder=parse_holder(text), lease=_read_lease(text))
    return FoundLock(commit=commit, holder=parse_holder(commit), lease=0.0)


def make_lock_commit(place: GitLockPlace, holder: Holder, *, parent: str) -> str:
    """Return a new commit that says ``holder`` holds the lock, on ``parent``; no two are alike."""
    members = {**json.loads(format_holder(holder)), _LEASE: place.lease, "beat": secrets.token_hex(8)}
    text = json.dumps(members, indent=2) + "\n"
    message = f"Lock of {place.shown}: {format_holder_line(holder)} {SKIP_CI}"
    return place.remote.make_commit(parent, {LOCK_FILE: text.encode()}, message=message, chain=False)


def read_life_clock() -> float:
    """Return seconds that also pass while the machine sleeps, where the system counts those."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class GitLock:
    """A held lock. Its heartbeat runs in a thread until ``release``; several threads may use it."""

    def __init__(self, place: GitLockPlace, holder: Holder, *, commit: str, since: float, side_file: int) -> None:
        """Keep a lock that was pushed as ``commit`` after ``since``; ``acquire_git_lock`` makes these."""
        self.holder = holder
        self._place = place
        self._commit = commit
        self._until = since + place.lease
        self._side_file = side_file
        self._turn = threading.RLock()
        self._tried: dict[str, tuple[RefMove, ...]] = {}
        self._lost: Diagnostic | None = None
        self._end = threading.Event()
        self._heart = threading.Thread(target=self._beat_on, name="poolctl-heartbeat", daemon=True)
        self._heart.start()

    @property
    def is_released(self) -> bool:
        """Tell whether ``release`` was called."""
        return self._side_file < 0

    def push(self, *moves: RefMove) -> dict[str, str]:
        """Move the lock and ``moves`` together, and return where the refs of ``moves`` are now.

        They are at their ``new``, or somebody was faster. Raises LockLostError where the lock is not ours any more,
        and StoreError where the remote does not answer.
        """
        with self._turn:
            if self._lost is not None:
                raise LockLostError(self._lost)
            return self._push(moves)

    def require(self, seconds: float) -> None:
        """Raise LockLostError or StoreError unless nobody can take the lock in the next ``seconds``."""
        if self._lost is None and read_life_clock() + seconds <= self._until:
            return
        self.push()

    def release(self) -> None:
        """Give the lock back; one that is no longer ours is left alone.

        Where the remote does not answer the lock stays: this clone can prove that its process has ended, and for the
        others its lease runs out.
        """
        if self.is_released:
            return
        self._end.set()
        self._heart.join()
        side_file, self._side_file = self._side_file, -1
        try:
            with self._turn, contextlib.suppress(StoreError):
                if self._lost is None:
                    self._place.remote.push(RefMove(ref=self._place.ref, old=self._find_ours(), new=""))
        finally:
            os.close(side_file)

    def __enter__(self) -> Self:
        """Return the lock itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Release the lock."""
        self.release()

    def _push(self, moves: tuple[RefMove, ...]) -> dict[str, str]:
        since = read_life_clock()
        following = make_lock_commit(self._place, self.holder, parent=self._commit)
        self._tried[following] = moves
        now = self._place.remote.push(RefMove(ref=self._place.ref, old=self._commit, new=following), *moves)
        found = now.pop(self._place.ref)
        if found not in {self._commit, *self._tried}:
            raise self._lose()
        if found == self._commit:
            return now
        if found == following:
            self._until = since + self._place.lease
        # An earlier push of ours has arrived after all, though no answer came.
        self._commit = found
        self._tried.clear()
        return now if found == following else self._push(moves)

    def _find_ours(self) -> str:
        """Return where our lock stands: a push without an answer may have moved it."""
        found = self._place.remote.read_refs(self._place.ref).get(self._place.ref, "")
        return found if found in self._tried else self._commit

    def _lose(self) -> LockLostError:
        found = find_lock(self._place)
        by = f"It is held now: {format_holder_line(found.holder)}." if found else "Nobody holds it now."
        detail = (
            f"Somebody took or broke the lock of this run (`force-unlock`, or its lease of {self._place.lease:.0f}s "
            f"was over) while it was going on. {by} {KEPT}"
        )
        self._lost = make_error("state.lock-lost", "The lock of this run is gone", detail=detail)
        return LockLostError(self._lost)

    def _beat_on(self) -> None:
        pause = self._place.lease / _BEATS
        while not self._end.wait(pause):
            try:
                self.push()
                pause = self._place.lease / _BEATS
            except LockLostError:
                return
            except StateError:
                # Whether the lease is still good is judged where a request is about to be sent.
                pause = self._place.lease / _BEATS / 3


def make_lease_words(found: FoundLock) -> str:
    """Return how the lock comes free by itself where its holder is dead, as a sentence; empty where it does not."""
    if not found.lease:
        return ""
    wait = math.ceil(found.lease) + 30
    return f"A holder that shows no life for {found.lease:.0f}s gives way: `--lock-timeout {wait}s` waits for that."


def _read_lease(text: str) -> float:
    try:
        lease = json.loads(text)[_LEASE]
    except (ValueError, RecursionError, KeyError, TypeError):
        return 0.0
    is_number = isinstance(lease, int | float) and not isinstance(lease, bool)
    return float(lease) if is_number and 0 < lease <= _LONGEST_LEASE else 0.0
