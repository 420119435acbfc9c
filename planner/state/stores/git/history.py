"""The history of a state in git: what is said of each save stands in the message of its commit."""

import json
from dataclasses import fields
from typing import Any, Final

from planner.state.stores.git.command import Git
from planner.state.stores.git.remote import SKIP_CI
from planner.state.stores.history import SavedVersion, SaveNote, make_note

_PREFIX: Final = "Poolctl-"
_END: Final = "\0"
_PLAIN_LOG: Final = ("-c", "log.follow=false", "log")


def make_subject(path: str, what: str, *, who: str) -> str:
    """Return the first line of the message of a commit to the ref of states."""
    return f"{_escape(path)}: {what} by {_escape(who)} {SKIP_CI}"


def make_message(path: str, version: SavedVersion, *, who: str) -> str:
    """Return the message of the commit that saves ``version``: a subject, and one line for each thing to remember.

    Text of users stands in it as in JSON, so that none of it can pass for a line of its own.
    """
    subject = make_subject(path, f"serial {version.serial}", who=version.note.who or who)
    told = {one.name: getattr(version.note, one.name) for one in fields(SaveNote)}
    lines = [
        f"{_PREFIX}{name.replace('_', '-').title()}: {_escape(text)}"
        for name, text in {"lineage": version.lineage, "serial": str(version.serial), **told}.items()
        if text
    ]
    return "\n".join((subject, "", *lines))


def load_history(git: Git, tip: str, path: str) -> list[tuple[SavedVersion, str]]:
    """Return the saves of ``path`` up to the commit ``tip``, newest first, each with its commit. Raises StoreError."""
    if not tip:
        return []
    options = ("-z", "--format=%H%n%B", "--no-show-signature", "--full-history")
    # Paths of a log are told from where git stands, those of trees from the root.
    up = git.ask_line("rev-parse", "--show-cdup") or "."
    out = git.ask("-C", up, *_PLAIN_LOG, *options, tip, "--", path).decode("utf-8", "replace")
    rows = (one.partition("\n") for one in out.split(_END) if one)
    found = ((_parse_message(message), commit) for commit, _, message in rows)
    return [(version, commit) for version, commit in found if version is not None]


def _escape(text: str) -> str:
    return json.dumps(text)[1:-1]


def _parse_message(message: str) -> SavedVersion | None:
    members: dict[str, Any] = {}
    for line in message.splitlines():
        name, colon, text = line.partition(": ")
        if colon and name.startswith(_PREFIX):
            members.setdefault(name.removeprefix(_PREFIX).replace("-", "_").lower(), _unescape(text))
    serial = members.get("serial", "")
    if not isinstance(serial, str) or not serial.isdecimal() or "lineage" not in members:
        return None
    return SavedVersion(lineage=str(members["lineage"]), serial=int(serial), note=make_note(members))


def _unescape(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text
