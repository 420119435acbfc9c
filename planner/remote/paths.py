"""Where kinds live in the API, and how ids are put into paths."""

import re
import urllib.parse
from typing import Final

from planner.remote.errors import InvalidTarget
from planner.remote.outside_text import format_outside_text

JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
"""The media type that PATCH needs (contract 2.4)."""

KINDS: Final = ("network", "pool")

_COLLECTIONS: Final = {"network": ("v1", "networks"), "pool": ("v2", "pools")}
_PATH: Final = re.compile(r"/v[0-9]+(/[A-Za-z0-9._~%-]+)+")
_LONGEST_ID: Final = 256


def build_collection_path(kind: str, *, project_id: str) -> str:
    """Return the path of a kind's collection; InvalidTarget for a kind that the API does not have."""
    if kind not in _COLLECTIONS:
        raise InvalidTarget(f"The service has no kind {format_outside_text(kind)!r}; it has {' and '.join(KINDS)}.")
    version, name = _COLLECTIONS[kind]
    return f"/{version}/{quote_segment(project_id)}/{name}"


def build_resource_path(kind: str, resource_id: str, *, project_id: str) -> str:
    """Return the path of one resource; InvalidTarget for an id that could point elsewhere."""
    return f"{build_collection_path(kind, project_id=project_id)}/{quote_segment(resource_id)}"


def quote_segment(text: str) -> str:
    """Return ``text`` as one path segment.

    Raises InvalidTarget for what no id holds and a server might read as more than one segment:
    empty, dots alone, slashes, control characters, over 256 characters.
    """
    if not text.strip(".") or len(text) > _LONGEST_ID or not text.isprintable() or "/" in text or "\\" in text:
        raise InvalidTarget(
            f"The id {format_outside_text(text)!r} is not one that the service gives. "
            "Correct it in the files or in the state; ids look like gpu-training-86c13962597848eeb29c5861153a391f."
        )
    return urllib.parse.quote(text, safe="")


def check_path(path: str) -> None:
    """Raise InvalidTarget unless ``path`` is a plain absolute path of the API, without dot segments or query."""
    if not _PATH.fullmatch(path) or any(not one.strip(".") for one in path[1:].split("/")):
        raise InvalidTarget(f"The path {format_outside_text(path)!r} is not one of the API. Plan again.")
