"""Which parts of a file may hold expressions, and where references to other blocks may stand."""

from typing import Final

from planner.config.positions import TomlPath
from planner.kinds.names import BLOCK_KINDS

CODE: Final = "config.expression"
PLACE_CODE: Final = "config.expression-place"

_LITERAL: Final = {
    "backend": "The state has to be found before anything is resolved, for the values of a run must never decide which "
    "state it works on. Write the value itself; for another state, use another directory.",
    "poolctl": "It says which poolctl may read the files, before they are read. Write the value itself.",
    "include": "It says which files there are, before anything is resolved. Write the value itself.",
    "variable": "A variable takes its value from outside, and nothing computes its default. Put what is computed into "
    "[locals].",
    "moved": "It names addresses, which are the same for every value of the variables. Write the address itself.",
    "policy": "A policy's condition is an expression already: write it without ${ and }.",
}
"""The blocks that hold no expressions, and why."""


def explain_literal(path: TomlPath) -> str:
    """Return why no expression may stand at ``path``, in words; empty where one may."""
    return _LITERAL.get(str(path[0]), "")


def is_reference_key(path: TomlPath) -> bool:
    """Tell whether a reference to another block may stand at ``path``."""
    match path:
        case ("pool", _, "network" | "parent"):
            return True
        case _:
            return False


def is_block_path(path: TomlPath) -> bool:
    """Tell whether ``path`` lies in a pool or network."""
    return bool(path) and path[0] in BLOCK_KINDS
