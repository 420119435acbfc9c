"""Taking the lock of a state in git: waiting for it, and taking over from a holder that shows no life."""

import math
import os
from dataclasses import dataclass, replace

from planner.core.diagnostics import make_error
from planner.state.errors import LockHeldError, LockLostError
from planner.state.files import open_tool_directory
from planner.state.git_lock import (
    FoundLock,
    GitLock,
    GitLockPlace,
    find_lock,
    make_lease_words,
    make_lock_commit,
    read_life_clock,
)
from planner.state.git_remote import RefMove
from planner.state.lock import UNKNOWN_PREFIX, Holder, LockRequest, format_holder_line, make_held_diagnostic
from planner.state.os_errors import UNTOUCHED
from planner.state.side_file import is_dead, is_holder_gone, make_holder, open_side_file

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
# While another process of this clone takes or gives back the lock, none stands at the remote.
_GRACE = 10.0


@dataclass(slots=True, kw_only=True)
class _Watch:
    """How long the lock at the remote has rested, by our own clock."""

    place: GitLockPlace
    commit: str = ""
    since: float = 0.0

    def is_over(self, found: FoundLock) -> bool:
        """Note what was ``found``, and tell whether its lease has passed without a sign of life."""
        now = self.place.clock()
        if found.commit != self.commit:
            self.commit, self.since = found.commit, now
        return bool(found.lease) and now - self.since > found.lease


def acquire_git_lock(place: GitLockPlace, request: LockRequest) -> GitLock:
    """Return the lock, waiting up to ``request.timeout`` seconds for it.

    Raises LockHeldError that names the holder, StoreError and StateFileError.
    """
    open_tool_directory(place.side_path.parent.parent)
    watch = _Watch(place=place)
    begun, pause, told = place.clock(), _FIRST_PAUSE, ""
    while True:
        found = _try_once(place, request, watch)
        if isinstance(found, GitLock):
            return found
        left = max(request.timeout, 0.0 if found else _GRACE) - (place.clock() - begun)
        if left <= 0:
            raise _make_held_error(place, found)
        if found and found.holder.id != told:
            told = found.holder.id
            who = format_holder_line(found.holder)
            request.notify(f"Waiting up to {math.ceil(left)}s for the state lock: {who}")
        place.sleep(min(pause, left))
        pause = min(pause * 2, _LONGEST_PAUSE)


def is_git_holder_dead(place: GitLockPlace, holder: Holder) -> bool:
    """Tell whether ``holder`` was a process of this clone and has ended. Raises StateFileError."""
    return is_holder_gone(place.side_path, holder, machine=place.machine)


def break_git_lock(place: GitLockPlace, lock_id: str) -> Holder:
    """Remove the lock of exactly ``lock_id`` and return its holder. Raises LockLostError for another id."""
    found = find_lock(place)
    while found is not None and found.holder.id == lock_id:
        now = place.remote.push(RefMove(ref=place.ref, old=found.commit, new=""))
        if not now[place.ref]:
            return found.holder
        # Its holder lives: a heartbeat has moved the lock meanwhile.
        found = find_lock(place)
    if found is None:
        detail = f"Nobody holds the lock of {place.shown}, so there is nothing to break."
        raise LockLostError(make_error("state.not-locked", "The state is not locked", detail=detail))
    detail = (
        f"The lock was left alone: its id is {found.holder.id!r}, not {lock_id!r}. It may have been released and taken "
        "by somebody else since you looked. Look again with `poolctl lock status`."
    )
    raise LockLostError(make_error("state.other-lock", "The lock has another id", detail=detail))


def _try_once(place: GitLockPlace, request: LockRequest, watch: _Watch) -> GitLock | FoundLock | None:
    side_file = open_side_file(place.side_path)
    if side_file is None:
        return find_lock(place)
    taken: GitLock | FoundLock | None = None
    try:
        taken = _try_under_flock(place, request, watch=watch, side_file=side_file)
    finally:
        if not isinstance(taken, GitLock):
            os.close(side_file)
    return taken


def _try_under_flock(
    place: GitLockPlace, request: LockRequest, *, watch: _Watch, side_file: int
) -> GitLock | FoundLock | None:
    holder = make_holder(request, machine=place.machine, side_file=side_file)
    found = find_lock(place)
    is_free = found is None or is_dead(found.holder, us=holder) or watch.is_over(found)
    if not is_free:
        return found
    old, since = found.commit if found else "", read_life_clock()
    commit = make_lock_commit(place, holder, parent=old)
    now = place.remote.push(RefMove(ref=place.ref, old=old, new=commit))
    if now[place.ref] != commit:
        return find_lock(place)
    if found is not None:
        request.notify(f"The lock of a run that shows no life was taken over: {format_holder_line(found.holder)}")
    return GitLock(place, holder, commit=commit, since=since, side_file=side_file)


def _make_held_error(place: GitLockPlace, found: FoundLock | None) -> LockHeldError:
    holder = found.holder if found else Holder(id=UNKNOWN_PREFIX + "process")
    told = make_held_diagnostic(holder, path=place.shown)
    if found is None:
        told = make_error(
            "state.locked",
            "The state is locked by somebody else",
            detail=f"Another process of this clone is taking or giving back the lock. {UNTOUCHED} Run the command "
            "again.",
        )
    elif words := make_lease_words(found):
        told = replace(told, detail=f"{told.detail}\n\n{words}")
    return LockHeldError(told, holder=holder)
