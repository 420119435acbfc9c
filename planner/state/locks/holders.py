"""Who holds the lock of a state, and who asks for it: values, and the lock file's text."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.outside_text import escape_text, parse_object

UNKNOWN_PREFIX: Final = "unknown-"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LABELS = {
    "id": "ID",
    "path": "Path",
    "operation": "Operation",
    "who": "Who",
    "host": "Host",
    "pid": "Process",
    "version": "Version",
    "created": "Created",
    "info": "Info",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock, since when, and for what; ``created`` is RFC 3339 in UTC.

    ``boot_id`` names the boot of ``host``, ``side_file`` the flocked file that the holder keeps
    open (``device:inode``): both are empty where they are not known, and then nothing proves
    that the holder is dead. A lock file that says nothing has an ``id`` made from its content,
    beginning with ``unknown-``.
    """

    id: str
    operation: str = ""
    who: str = ""
    host: str = ""
    pid: int = 0
    created: str = ""
    version: str = ""
    info: str = ""
    boot_id: str = ""
    side_file: str = ""

    @property
    def is_known(self) -> bool:
        """Tell whether the lock file said who holds it."""
        return not self.id.startswith(UNKNOWN_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRequest:
    """Who asks for the lock and how long they wait; ``id`` is a fresh UUID of the caller.

    ``timeout`` is in seconds, 0 tries once. ``notify`` is told, in one line, whom a wait is for
    and that a dead holder gave way. ``created`` is RFC 3339 in UTC, ``version`` the tool's.
    """

    id: str
    operation: str
    who: str
    created: str
    version: str
    info: str = ""
    timeout: float = 0.0
    notify: Callable[[str], None] = lambda _text: None


_TYPES = {one.name: one.type for one in fields(Holder)}


def format_holder(holder: Holder) -> str:
    """Return the lock file's text: one JSON object, one member a line, in the order of ``Holder``."""
    members = {one.name: getattr(holder, one.name) for one in fields(holder)}
    return json.dumps(members, indent=2) + "\n"


def parse_holder(text: str) -> Holder:
    """Return the holder that a lock file's ``text`` names.

    A text that is half written or no lock file gives a holder of whom only a made-up id is known;
    members that this version does not know are left out.
    """
    members = _parse_members(text)
    if members is None:
        return Holder(id=UNKNOWN_PREFIX + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12])
    return Holder(**members)


def format_holder_block(holder: Holder, *, path: str) -> str:
    """Return the holder as aligned lines for people; control characters are escaped."""
    members = {one.name: getattr(holder, one.name) for one in fields(holder)} | {"path": path}
    rows = ((label, members[name]) for name, label in _LABELS.items() if name in {"id", "path"} or holder.is_known)
    return "\n".join(f"  {label + ':':<11}{escape_text(str(value))}".rstrip() for label, value in rows)


def format_holder_line(holder: Holder) -> str:
    """Return the holder in a few words: ``apply by ci@host (process 7 on host) since …``."""
    if not holder.is_known:
        return "an unknown holder"
    return escape_text(
        f"{holder.operation} by {holder.who} (process {holder.pid} on {holder.host}) since {holder.created}"
    )


def make_held_diagnostic(holder: Holder, *, path: str) -> Diagnostic:
    """Return what to tell the loser of a lock: who holds it, and both ways on."""
    unknown = "" if holder.is_known else "The lock file is damaged, or half written by a process that was stopped. "
    detail = (
        f"Lock Info:\n{format_holder_block(holder, path=path)}\n\n"
        f"The lock keeps two runs from writing one state; nothing was sent and nothing was written. {unknown}"
        "Wait until the holder has finished (`--lock-timeout 5m` waits by itself). If you are certain that it runs no "
        f"more, break its lock: poolctl force-unlock {holder.id}"
    )
    return make_error("state.locked", "The state is locked by somebody else", detail=detail)


def make_other_diagnostic(holder: Holder, *, lock_id: str) -> Diagnostic:
    """Return what to tell whoever breaks the lock ``lock_id`` where ``holder`` has another one."""
    detail = (
        f"The lock was left alone: its id is {holder.id!r}, not {lock_id!r}. It may have been released and taken by "
        "somebody else since you looked. Look again with `poolctl lock status`."
    )
    return make_error("state.other-lock", "The lock has another id", detail=detail)


def make_unlocked_diagnostic(shown: str) -> Diagnostic:
    """Return what to tell whoever breaks the lock of ``shown`` where nobody holds it."""
    detail = f"Nobody holds the lock of {shown}, so there is nothing to break."
    return make_error("state.not-locked", "The state is not locked", detail=detail)


def _parse_members(text: str) -> dict[str, Any] | None:
    document = parse_object(text) or {}
    members = {name: value for name, value in document.items() if name in _TYPES}
    is_sound = all(type(value) is _TYPES[name] for name, value in members.items())
    lock_id = members.get("id")
    is_named = isinstance(lock_id, str) and bool(_ID.fullmatch(lock_id)) and not lock_id.startswith(UNKNOWN_PREFIX)
    return members if is_sound and is_named else None
