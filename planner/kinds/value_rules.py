"""What values of blocks have to keep, for the models and for the checks beside them."""

import re
from typing import Final

BLOCK_NAME: Final = r"^[A-Za-z_][A-Za-z0-9_-]*$"
INSTANCE_NAME: Final = r'^[A-Za-z_][A-Za-z0-9_-]*(\["[^"\\]+"\])?$'
POOL_NAME: Final = "^[a-z][a-z0-9-]{2,23}[a-z0-9]$"
NETWORK_NAME: Final = "^[a-z][a-z0-9-]{2,30}[a-z0-9]$"
MAXIMUM_ENTRIES: Final = 10
"""This and the patterns of names are what editors show; the checks tell them with a severity that the files may set
(config.severity_blocks)."""

MAXIMUM_NODES: Final = 2000
DISRUPTION_WORDS: Final = ("none", "new_nodes", "drains", "interrupts", "destroys")
"""Disruption classes, lowest first (semantics 4)."""

DRIFT_WORDS: Final = ("revert", "keep", "stop")
"""What to do about drift, from the one that acts most to the one that never acts."""


def is_block_name(text: str) -> bool:
    """Tell whether ``text`` may name a block."""
    return re.fullmatch(BLOCK_NAME, text) is not None
