"""The lock of a state over HTTP: the server's own, which has no lease, and the holder's name in the stored document.

The server tells nobody who holds its lock, except whom it refuses. So a holder writes itself into the document, where
``lock status`` reads it without asking for the lock. It is a fence, too: before a save, and before requests to the
service, the document must still name us, and hold what we left there.
"""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.errors import StateChangedError, StateError, StoreError
from planner.state.locks.errors import LockLostError
from planner.state.locks.flocked_lock import FlockedLock, FlockedPlace
from planner.state.locks.holders import Holder, format_holder, format_holder_line, parse_holder
from planner.state.locks.lease import KEPT, read_life_clock
from planner.state.outside_text import parse_object
from planner.state.stores.errors import UNREACHED
from planner.state.stores.http.envelope import Envelope, format_envelope, parse_envelope
from planner.state.stores.http.wire import HttpWire

FRESH: Final = 1.0
"""Seconds for which a look at the document, or a save, counts as proof that the lock is ours."""

_SHARE: Final = 9
"""A look may take a tenth of the time: that of a large document counts for longer."""

_EXTRA: Final = "poolctl"
_ECHOED: Final = ("Operation", "Info", "Version", "Path")

Change = Callable[[Envelope], Envelope]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLockPlace(FlockedPlace):
    """Where the lock of one state stands: at the server of ``wire``."""

    wire: HttpWire

    def load(self) -> Envelope:
        """Return what is stored. Raises StateError."""
        return parse_envelope(self.wire.load(), shown=self.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A document as a value, and the letters that were stored."""

    envelope: Envelope
    data: bytes

    def is_at(self, place: HttpLockPlace) -> bool:
        """Tell whether this is stored at ``place``. Raises StateError."""
        data = place.wire.load()
        return data == self.data or parse_envelope(data, shown=place.shown) == parse_envelope(
            self.data, shown=place.shown
        )


def format_lock_info(holder: Holder, *, path: str) -> bytes:
    """Return what Terraform's protocol sends to lock and unlock; ``poolctl`` is beside what Terraform knows."""
    known = {
        "ID": holder.id,
        "Operation": holder.operation,
        "Info": holder.info,
        "Who": holder.who,
        "Version": holder.version,
        "Created": holder.created,
        "Path": path,
        _EXTRA: json.loads(format_holder(holder)),
    }
    return json.dumps(known).encode()


def parse_lock_info(data: bytes, *, sent: bytes = b"") -> Holder:
    """Return the holder that a server names; what it only repeats of what was ``sent`` tells nothing of the holder."""
    found, ours = parse_object(data) or {}, parse_object(sent) or {}
    inner = found.get(_EXTRA)
    if isinstance(inner, dict) and inner.get("id") == found.get("ID"):
        return parse_holder(json.dumps(inner))
    is_echo = bool(ours) and all(found.get(one) == ours.get(one) for one in _ECHOED)
    names = ("ID", "Who", "Created") if is_echo else ("ID", "Operation", "Info", "Who", "Version", "Created")
    members = {one.lower(): found[one] for one in names if isinstance(found.get(one), str)}
    return parse_holder(json.dumps(members) if members else data.decode("utf-8", "replace"))


class HttpLock(FlockedLock):
    """A held lock, and the stored document under it; several threads may use it."""

    def __init__(self, place: HttpLockPlace, holder: Holder, *, found: Written, side_file: int) -> None:
        """Keep a lock that the server gave, over the document ``found``; ``acquire_http_lock`` makes these."""
        super().__init__(holder, side_file=side_file)
        self._place = place
        self._known = found
        self._proven = read_life_clock()
        self._cost = 0.0
        self._turn = threading.RLock()
        self._lost: Diagnostic | None = None

    def change(self, change: Change) -> Envelope:
        """Store what ``change`` makes of the document, and return it.

        Raises LockLostError where the lock is not ours any more, StateChangedError where somebody wrote without it,
        StoreError where the server does not answer.
        """
        with self._turn:
            found = self._look()
            following = replace(change(found), serial=found.serial + 1, holder=self.holder)
            self._store(following)
            return following

    def require(self, seconds: float) -> None:
        """Raise LockLostError or StoreError where the lock is gone, as far as the document tells.

        There is no lease, so nothing can be said of the next ``seconds``: only a ``force-unlock`` takes the lock.
        """
        del seconds
        with self._turn:
            if self._lost is not None:
                raise LockLostError(self._lost)
            if read_life_clock() - self._proven > max(FRESH, self._cost * _SHARE):
                self._look()

    def _give_back(self) -> None:
        with self._turn, suppress(LockLostError):
            if self._lost is None:
                self._clear()
                self._place.wire.unlock(format_lock_info(self.holder, path=self._place.shown))

    def _clear(self) -> None:
        try:
            found = self._look()
            self._store(replace(found, serial=found.serial + 1, holder=None))
        except LockLostError:
            raise
        except StateError:
            # The server's lock is given back all the same: whoever has it next writes its own name there.
            return

    def _describe_way_on(self) -> str:
        return (
            "The server's lock has no lease: this directory has the next one at once, others need: "
            f"poolctl force-unlock {self.holder.id}."
        )

    def _look(self) -> Envelope:
        """Return the stored document, where it is as we left it."""
        if self._lost is not None:
            raise LockLostError(self._lost)
        since = read_life_clock()
        data = self._place.wire.load()
        self._cost = read_life_clock() - since
        if data != self._known.data:
            # A server may keep what was stored and not its letters; a large document is read for that reason alone.
            self._refuse_other(parse_envelope(data, shown=self._place.shown))
        self._proven = since
        return self._known.envelope

    def _refuse_other(self, found: Envelope) -> None:
        if found.holder is None or found.holder.id != self.holder.id:
            raise self._lose(found.holder)
        if found != parse_envelope(self._known.data, shown=self._place.shown):
            detail = f"Somebody stored something else at {self._place.shown} without holding its lock. {KEPT}"
            raise StateChangedError(make_error("state.changed", "The state was changed meanwhile", detail=detail))

    def _store(self, following: Envelope) -> None:
        written = Written(envelope=following, data=format_envelope(following))
        since = read_life_clock()
        try:
            self._send(written.data)
        except StoreError as error:
            if error.diagnostics[0].code != UNREACHED:
                raise
            # Perhaps it has arrived: then there is nothing to do. Else it is sent once more.
            if not written.is_at(self._place):
                self._look()
                self._send(written.data)
        self._known, self._proven = written, since

    def _send(self, data: bytes) -> None:
        try:
            self._place.wire.save(data, lock_id=self.holder.id)
        except LockLostError:
            raise self._lose(self._place.load().holder) from None

    def _lose(self, holder: Holder | None) -> LockLostError:
        is_other = holder is not None and holder.id != self.holder.id
        by = f"It is held now: {format_holder_line(holder)}." if is_other and holder else "Nobody is known to hold it."
        detail = (
            f"Somebody broke the lock of this run (`force-unlock`, or at the server itself) while it was going on. "
            f"{by} {KEPT}"
        )
        self._lost = make_error("state.lock-lost", "The lock of this run is gone", detail=detail)
        return LockLostError(self._lost)


def write_name(place: HttpLockPlace, holder: Holder | None, *, lock_id: str) -> Written:
    """Write ``holder`` into the document under the server's lock ``lock_id``, and return what is stored then."""
    found = place.load()
    following = replace(found, serial=found.serial + 1, holder=holder)
    written = Written(envelope=following, data=format_envelope(following))
    try:
        place.wire.save(written.data, lock_id=lock_id)
    except StoreError:
        if not written.is_at(place):
            raise
    return written
