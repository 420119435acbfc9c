"""The object of a state in S3: the state's document, with a first member that says who may go on writing it.

An ETag follows from an object's content alone. So whoever takes the lock writes its id into the object: from then on
a write of anybody before it, however late it arrives, asks for an ETag that is gone for good.
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.state.outside_text import parse_object
from planner.state.stores.history import SavedVersion, format_version, parse_version

_MEMBER: Final = "store"
_START: Final = "{\n  "
_HEAD: Final = re.compile(r'\{\n  "store": (\{.*\})(,?)\n')


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Document:
    """What the object holds: the ``state`` as text (empty: none yet), what is ``pending``, and the ``fence``.

    ``version`` is what was said of the save, where it is known. ``fence`` begins with the id of the lock under which
    the object was written last; no two writes have the same. One that ``is_damaged`` is no text of an object.
    """

    state: str = ""
    version: SavedVersion | None = None
    pending: str = ""
    fence: str = ""
    is_damaged: bool = False


NOTHING: Final = S3Document()


def parse_s3_document(text: str) -> S3Document:
    """Return what ``text`` holds; one that was put there by hand is a state and nothing else."""
    found = _HEAD.match(text)
    head = parse_object(found.group(1)) if found else None
    if found is None or head is None:
        return _parse_other(text)
    state = _straighten("{" + text[found.end() :]) if found.group(2) else ""
    return _make(state, head)


def format_s3_document(document: S3Document) -> str:
    """Return the text of the object; ``parse_s3_document`` reads it, and so does whoever reads states."""
    version = json.loads(format_version(document.version)) if document.version else None
    head = json.dumps({"version": version, "fence": document.fence, "pending": document.pending})
    if not document.state:
        return f'{{\n  "{_MEMBER}": {head}\n}}\n'
    return f'{{\n  "{_MEMBER}": {head},\n  {_straighten(document.state).removeprefix(_START)}'


def _straighten(state: str) -> str:
    """Return the text of an object with its first member on a line of its own."""
    text = state.lstrip()
    return _START + text[1:].lstrip() if text.startswith("{") else state


def _parse_other(text: str) -> S3Document:
    """Read an object that somebody has laid out anew."""
    members = parse_object(text)
    head = members.pop(_MEMBER, None) if members else None
    if members is None:
        return S3Document(state=text, is_damaged=True)
    if not isinstance(head, dict):
        return S3Document(state=_straighten(text))
    state = json.dumps(members, indent=2) + "\n" if members else ""
    return _make(state, head)


def _make(state: str, head: Mapping[str, object]) -> S3Document:
    version = parse_version(json.dumps(head.get("version")))
    return S3Document(state=state, version=version, pending=_get(head, "pending"), fence=_get(head, "fence"))


def _get(members: Mapping[str, object], name: str) -> str:
    found = members.get(name)
    return found if isinstance(found, str) else ""
