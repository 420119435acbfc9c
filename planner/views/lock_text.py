"""Who holds the lock, for people and for machines."""

from collections.abc import Mapping
from typing import Final

from planner.core.trees import Value
from planner.views.escape import escape_text
from planner.views.spans import measure_text, pad_text, wrap_text

_ORDER: Final = ("id", "path", "operation", "who", "host", "pid", "created", "version", "info")
_WIDTH: Final = 80
_TITLES: Final = {"id": "ID", "pid": "PID"}


def format_holder(holder: Mapping[str, str]) -> str:
    """Return the holder as an aligned block, known members first, then others by name; empty ones are left out."""
    names = [name for name in _ORDER if holder.get(name)]
    names += sorted(name for name in holder if name not in _ORDER and holder[name])
    titles = {name: f"{escape_text(_TITLES.get(name, name.capitalize()))}:" for name in names}
    longest = max(map(measure_text, titles.values()), default=0)
    rows = (f"  {pad_text(titles[name], width=longest)} {escape_text(holder[name])}".rstrip() for name in names)
    return "".join(f"{row}\n" for row in ("Lock Info:", *rows))


def format_lock_status(holder: Mapping[str, str] | None, *, note: str = "") -> str:
    """Return what ``lock status`` says; None means that nobody holds the lock. ``note`` is said after it."""
    told = "\n".join(("", *wrap_text(note, width=_WIDTH), "")) if note else ""
    if holder is None:
        return f"Nobody holds the lock.\n{told}"
    hint = f"To break it, once its holder is surely gone: poolctl force-unlock {escape_text(holder.get('id', 'ID'))}"
    return f"The lock is held.\n\n{format_holder(holder)}\n{hint}\n{told}"


def build_lock_json(holder: Mapping[str, str] | None) -> dict[str, Value]:
    """Return ``lock status -o json``; the process is a number, as in the lock file."""
    found: dict[str, Value] | None = None if holder is None else {**holder}
    if found and (pid := str(found.get("pid", ""))).isdecimal():
        found["pid"] = int(pid)
    return {"format_version": "1.0", "held": holder is not None, "holder": found}
