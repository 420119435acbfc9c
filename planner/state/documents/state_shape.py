"""The shape of a state document: what its models say, kept so that no model is loaded to read a sound state.

``python -m planner.state.documents.state_shape`` makes ``state_shape.json`` anew from the models.
"""

import functools
import json
import sys
from pathlib import Path
from typing import Any, Final, cast

from planner.core.plain_shapes import Check, build_check, strip_words

STORED: Final = Path(__file__).with_name("state_shape.json")


def is_plain(document: object) -> bool:
    """Tell whether the models take ``document`` for sure; where they may not, they have to be asked."""
    return _load_check()(document)


def is_plain_tracked(document: object) -> bool:
    """Tell the same of what is recorded of one resource."""
    return _load_tracked_check()(document)


def build_shape() -> dict[str, Any]:
    """Return the JSON Schema of a state without its words, from the models."""
    from planner.state.documents.models import StateDocument

    return strip_words(StateDocument.model_json_schema(), has_null=True)


def format_shape() -> str:
    """Return the text of ``state_shape.json``."""
    return json.dumps(build_shape(), indent=1, sort_keys=True) + "\n"


@functools.cache
def _load_check() -> Check:
    return build_check(_load_shape())


@functools.cache
def _load_tracked_check() -> Check:
    return build_check({"$ref": "#/$defs/TrackedDocument", "$defs": _load_shape()["$defs"]})


@functools.cache
def _load_shape() -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(STORED.read_bytes()))


if __name__ == "__main__":
    sys.stdout.write(format_shape())
