"""Taking the lock of a state over HTTP: waiting for it, and breaking it by its id."""

import math
import os
import uuid
from contextlib import suppress
from dataclasses import replace
from typing import Final

from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.errors import StateError, StoreError
from planner.state.files import open_tool_directory
from planner.state.locks.errors import LockHeldError, LockLostError
from planner.state.locks.holders import UNKNOWN_PREFIX, Holder, LockRequest, format_holder_line, make_held_diagnostic
from planner.state.locks.side_file import is_dead, make_holder, open_side_file
from planner.state.os_errors import UNTOUCHED
from planner.state.stores.http.lock import HttpLock, HttpLockPlace, format_lock_info, parse_lock_info, write_name

NO_LEASE: Final = (
    "The server's lock has no lease: it stays until its holder gives it back, or somebody breaks it. A holder that "
    "died in this very directory gives way by itself."
)
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
# While another process of this directory takes or gives back the lock, the document names nobody.
_GRACE: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    """Who has the lock; None where another process of this directory is about to say it."""

    holder: Holder | None


def acquire_http_lock(place: HttpLockPlace, request: LockRequest) -> HttpLock:
    """Return the lock, waiting up to ``request.timeout`` seconds for it.

    Raises LockHeldError that names the holder, StoreError, DocumentError and StateFileError.
    """
    open_tool_directory(place.side_path.parent.parent)
    begun, pause, told = place.clock(), _FIRST_PAUSE, ""
    while True:
        found = _try_once(place, request)
        if isinstance(found, HttpLock):
            found.notify = request.notify
            return found
        left = max(request.timeout, 0.0 if found.holder else _GRACE) - (place.clock() - begun)
        if left <= 0:
            raise _make_held_error(place, found.holder)
        if found.holder and found.holder.id != told:
            told = found.holder.id
            who = format_holder_line(found.holder)
            request.notify(f"Waiting up to {math.ceil(left)}s for the state lock: {who}")
        place.sleep(min(pause, left))
        pause = min(pause * 2, _LONGEST_PAUSE)


def break_http_lock(place: HttpLockPlace, lock_id: str) -> Holder:
    """Remove the lock of exactly ``lock_id`` and return its holder. Raises LockLostError for another id.

    The server is asked for the lock: whom it refuses, it tells who has it.
    """
    us = Holder(id=str(uuid.uuid4()), operation="force-unlock", who=place.machine.host, host=place.machine.host)
    holder = _ask(place, us)
    if holder is not None and holder.id == lock_id:
        place.wire.unlock(format_lock_info(holder, path=place.shown))
        following = _ask(place, us)
        if following is None:
            _clear_name(place, us)
        elif following.id == lock_id:
            raise StoreError(_report_kept(place, holder))
        return holder
    if holder is not None:
        raise LockLostError(_report_other(holder, lock_id=lock_id))
    named = _clear_name(place, us)
    if named is not None and named.id == lock_id:
        return named
    detail = f"Nobody holds the lock of {place.shown}, so there is nothing to break."
    raise LockLostError(make_error("state.not-locked", "The state is not locked", detail=detail))


def _try_once(place: HttpLockPlace, request: LockRequest) -> HttpLock | _Refused:
    side_file = open_side_file(place.side_path)
    if side_file is None:
        return _Refused(holder=place.load().holder)
    taken: HttpLock | _Refused | None = None
    try:
        taken = _try_under_flock(place, request, side_file=side_file)
    finally:
        if not isinstance(taken, HttpLock):
            os.close(side_file)
    return taken


def _try_under_flock(place: HttpLockPlace, request: LockRequest, *, side_file: int) -> HttpLock | _Refused:
    us = make_holder(request, machine=place.machine, side_file=side_file)
    holder = _ask(place, us)
    if holder is not None and is_dead(holder, us=us):
        # Nobody else can prove it, and we have the flock: so nobody but us breaks this lock for that reason.
        place.wire.unlock(format_lock_info(holder, path=place.shown))
        gone, holder = holder, _ask(place, us)
        if holder is None:
            request.notify(f"The lock of a run that shows no life was taken over: {format_holder_line(gone)}")
    if holder is not None:
        return _Refused(holder=holder)
    try:
        return HttpLock(place, us, found=write_name(place, us, lock_id=us.id), side_file=side_file)
    except BaseException:
        with suppress(StateError):
            place.wire.unlock(format_lock_info(us, path=place.shown))
        raise


def _ask(place: HttpLockPlace, us: Holder) -> Holder | None:
    """Ask for the lock as ``us``, and return None where it is ours, else who has it."""
    info = format_lock_info(us, path=place.shown)
    try:
        answer = place.wire.lock(info)
    except BaseException:
        # It may have been given, though no answer came, or nobody waited for it; and it has no lease.
        with suppress(StateError):
            place.wire.unlock(info)
        raise
    if answer is None:
        return None
    holder = parse_lock_info(answer, sent=info)
    if holder.id == us.id:
        # An earlier try of ours has arrived after all.
        return None
    named = place.load().holder
    return named if named is not None and named.id == holder.id else holder


def _clear_name(place: HttpLockPlace, us: Holder) -> Holder | None:
    """Take the name of a holder who is gone out of the document, give our lock back, and return that holder."""
    try:
        named = place.load().holder
        if named is not None:
            write_name(place, None, lock_id=us.id)
    finally:
        place.wire.unlock(format_lock_info(us, path=place.shown))
    return named


def _report_other(holder: Holder, *, lock_id: str) -> Diagnostic:
    detail = (
        f"The lock was left alone: its id is {holder.id!r}, not {lock_id!r}. It may have been released and taken "
        "by somebody else since you looked. Look again with `poolctl lock status`."
    )
    return make_error("state.other-lock", "The lock has another id", detail=detail)


def _report_kept(place: HttpLockPlace, holder: Holder) -> Diagnostic:
    detail = (
        f"{place.shown} was asked to give up the lock {holder.id!r}, and keeps it: {format_holder_line(holder)}. "
        f"{UNTOUCHED} The server may let its holder alone do so, or those with more rights: break it there."
    )
    return make_error("state.store-refused", "The place of the state keeps its lock", detail=detail)


def _make_held_error(place: HttpLockPlace, holder: Holder | None) -> LockHeldError:
    if holder is None:
        told = make_error(
            "state.locked",
            "The state is locked by somebody else",
            detail=f"Another process of this directory is taking or giving back the lock. {UNTOUCHED} Run the command "
            "again.",
        )
        return LockHeldError(told, holder=Holder(id=UNKNOWN_PREFIX + "process"))
    told = make_held_diagnostic(holder, path=place.shown)
    return LockHeldError(replace(told, detail=f"{told.detail}\n\n{NO_LEASE}"), holder=holder)
