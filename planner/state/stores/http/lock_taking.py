"""Taking the lock of a state over HTTP: waiting for it, and breaking it by its id."""

import uuid
from contextlib import suppress
from typing import Final

from planner.core.diagnostics import Diagnostic, make_error
from planner.state.errors import StateError, StoreError
from planner.state.locks.errors import LockLostError
from planner.state.locks.holders import (
    Holder,
    LockRequest,
    format_holder_line,
    make_other_diagnostic,
    make_unlocked_diagnostic,
)
from planner.state.locks.side_file import is_dead, make_holder
from planner.state.locks.waiting import Refused, refuse, wait_for_lock
from planner.state.os_errors import UNTOUCHED
from planner.state.stores.http.lock import HttpLock, HttpLockPlace, format_lock_info, parse_lock_info, write_name

NO_LEASE: Final = (
    "The server's lock has no lease: it stays until its holder gives it back, or somebody breaks it. A holder that "
    "died in this very directory gives way by itself."
)


def acquire_http_lock(place: HttpLockPlace, request: LockRequest) -> HttpLock:
    """Return the lock, waiting up to ``request.timeout`` seconds for it.

    Raises LockHeldError that names the holder, StoreError, DocumentError and StateFileError.
    """
    return wait_for_lock(
        place,
        request,
        take=lambda side_file: _take(place, request, side_file=side_file),
        look=lambda: _refuse(place, place.load().holder),
    )


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
        raise LockLostError(make_other_diagnostic(holder, lock_id=lock_id))
    named = _clear_name(place, us)
    if named is not None and named.id == lock_id:
        return named
    raise LockLostError(make_unlocked_diagnostic(place.shown))


def _take(place: HttpLockPlace, request: LockRequest, *, side_file: int) -> HttpLock | Refused:
    us = make_holder(request, machine=place.machine, side_file=side_file)
    holder = _ask(place, us)
    if holder is not None and is_dead(holder, us=us):
        # Nobody else can prove it, and we have the flock: so nobody but us breaks this lock for that reason.
        place.wire.unlock(format_lock_info(holder, path=place.shown))
        gone, holder = holder, _ask(place, us)
        if holder is None:
            request.notify(f"The lock of a run that shows no life was taken over: {format_holder_line(gone)}")
    if holder is not None:
        return _refuse(place, holder)
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


def _report_kept(place: HttpLockPlace, holder: Holder) -> Diagnostic:
    detail = (
        f"{place.shown} was asked to give up the lock {holder.id!r}, and keeps it: {format_holder_line(holder)}. "
        f"{UNTOUCHED} The server may let its holder alone do so, or those with more rights: break it there."
    )
    return make_error("state.store-refused", "The place of the state keeps its lock", detail=detail)


def _refuse(place: HttpLockPlace, holder: Holder | None) -> Refused:
    return refuse(holder, shown=place.shown, advice=NO_LEASE)
