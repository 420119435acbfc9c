"""The history of a state: who saved which version, when and why.

A run saves its state again and again. Those saves are one version, the last of them: what went before is of no use to
anybody, and one copy a save would make a large apply slow.
"""

import json
from collections.abc import Iterable
from dataclasses import field, fields
from typing import Any, Final

from planner.core.lazy_dataclass import dataclass
from planner.core.tracking import State
from planner.state.outside_text import parse_object

KEPT_VERSIONS: Final = 50
"""How many versions a store keeps whole, where it keeps copies."""

KEPT_NOTES: Final = 1000
"""How many saves a store remembers at least, where their versions are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveNote:
    """Why a state is saved: ``operation`` is the command, ``who`` user@host, ``when`` RFC 3339 in UTC.

    ``commit`` is that of the files, ``plan_digest`` that of the plan, ``receipt_id`` names the run; each is empty where
    there is none.
    """

    operation: str = ""
    who: str = ""
    when: str = ""
    reason: str = ""
    commit: str = ""
    plan_digest: str = ""
    receipt_id: str = ""


NO_NOTE: Final = SaveNote()
"""A save of which nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedVersion:
    """One version of a state that was saved, and what was said of it."""

    lineage: str
    serial: int
    note: SaveNote = field(default=NO_NOTE)


def make_version(state: State, note: SaveNote) -> SavedVersion:
    """Return what is noted when ``state`` is saved."""
    return SavedVersion(lineage=state.lineage, serial=state.serial, note=note)


def is_of_same_run(left: SavedVersion, right: SavedVersion) -> bool:
    """Tell whether two saves are checkpoints of one run: the later one then stands for both."""
    return bool(left.note.receipt_id) and (left.lineage, left.note.receipt_id) == (right.lineage, right.note.receipt_id)


def drop_checkpoints(versions: Iterable[SavedVersion]) -> tuple[SavedVersion, ...]:
    """Return one version a run, its last, of saves that stand newest first."""
    kept: list[SavedVersion] = []
    for one in versions:
        if not kept or not is_of_same_run(kept[-1], one):
            kept.append(one)
    return tuple(kept)


def format_version(version: SavedVersion) -> str:
    """Return ``version`` as one line of JSON in ASCII, without its end."""
    note = {one.name: text for one in fields(SaveNote) if (text := getattr(version.note, one.name))}
    return json.dumps({"lineage": version.lineage, "serial": version.serial, **note})


def parse_version(text: str) -> SavedVersion | None:
    """Return the version that ``format_version`` wrote; None for anything else. Unknown members are left out."""
    document = parse_object(text) or {}
    lineage, serial = document.get("lineage"), document.get("serial")
    if not isinstance(lineage, str) or type(serial) is not int or serial < 0:
        return None
    return SavedVersion(lineage=lineage, serial=serial, note=make_note(document))


def make_note(members: dict[str, Any]) -> SaveNote:
    """Return the note that ``members`` hold by name; what is not a text counts as not said."""
    return SaveNote(
        **{one.name: text for one in fields(SaveNote) if isinstance(text := members.get(one.name, ""), str)}
    )
