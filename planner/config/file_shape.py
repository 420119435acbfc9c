"""The shape of a file without its words: what the models say of it, kept so that no model is loaded to ask.

``python -m planner.config.file_shape`` makes ``file_shape.json`` anew from the models.
"""

import functools
import json
import sys
from pathlib import Path
from typing import Any, Final, cast

from planner.core.plain_shapes import Check, Schema, build_check, strip_words

STORED: Final = Path(__file__).with_name("file_shape.json")


@functools.cache
def load_shape() -> Schema:
    """Return the JSON Schema of a file as it is checked: instances have their names, and nothing is described."""
    return cast("Schema", json.loads(STORED.read_bytes()))


def is_plain(tree: object) -> bool:
    """Tell whether the models take ``tree`` for sure; where they may not, they have to be asked."""
    return _load_check()(tree)


def build_shape() -> dict[str, Any]:
    """Return what ``load_shape`` has, from the models."""
    from planner.config.file_block import FileBlock

    return strip_words(FileBlock.model_json_schema(mode="validation", ref_template="#/$defs/{model}"))


def format_shape() -> str:
    """Return the text of ``file_shape.json``."""
    return json.dumps(build_shape(), indent=1, sort_keys=True) + "\n"


@functools.cache
def _load_check() -> Check:
    return build_check(load_shape())


if __name__ == "__main__":
    sys.stdout.write(format_shape())
