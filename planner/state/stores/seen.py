"""What this disk remembers of a shared state: the newest version that it saved there, or read under the lock.

The place itself can be put back, and its history with it: a ref that is forced, a bucket or a database from a backup.
Then only who has worked with it before can tell (decision 35).
"""

import contextlib
from pathlib import Path

from planner.core.tracking import State
from planner.state.errors import StateError
from planner.state.files import load_text, save_atomically
from planner.state.stores.history import SavedVersion, format_version, parse_version

_WHAT = "note of the last version"


def remember_version(side_path: Path, version: SavedVersion) -> None:
    """Remember ``version`` beside the side file of the lock, unless a newer one of its lineage is known.

    Where the disk takes nothing, nothing is remembered: the state itself is safe.
    """
    known = load_seen_version(side_path)
    if known is not None and known.lineage == version.lineage and known.serial >= version.serial:
        return
    with contextlib.suppress(StateError):
        save_atomically(_find_path(side_path), f"{format_version(version)}\n", what=_WHAT)


def remember_state(side_path: Path, state: State | None) -> None:
    """Remember the version that was read; nothing is known of who saved it."""
    if state is not None:
        remember_version(side_path, SavedVersion(lineage=state.lineage, serial=state.serial))


def load_seen_version(side_path: Path) -> SavedVersion | None:
    """Return what is remembered; None where there is nothing, or nothing that can be read."""
    with contextlib.suppress(StateError):
        return parse_version(load_text(_find_path(side_path), what=_WHAT))
    return None


def _find_path(side_path: Path) -> Path:
    return side_path.with_suffix(".seen.json")
