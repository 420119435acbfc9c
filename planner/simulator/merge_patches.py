"""RFC 7396 by a library: the planner's own patch code must not be able to hide a fault here."""

import json_merge_patch  # type: ignore[import-untyped]  # the library ships no types

from planner.simulator.requests import JsonObject


def apply_merge_patch(document: JsonObject, patch: JsonObject) -> JsonObject:
    """Return ``document`` with ``patch`` applied; the document itself is changed and must be a copy."""
    merged: JsonObject = json_merge_patch.merge(document, patch)
    return merged
