"""Where a count that the files do not write as a number is changed by hand: which line, and to what."""

import re
from collections.abc import Mapping
from typing import Final

from planner.config.positions import TomlPath
from planner.config.source_map import SourceMap
from planner.core.inputs import InputVariable
from planner.core.trees import Tree, Value, as_int, as_tree, find_member

_ONE_NAME: Final = re.compile(r"\$\{\s*(var|local)\.([A-Za-z_][A-Za-z0-9_-]*)\s*\}")
_LONGEST_CHAIN: Final = 20
_ELSEWHERE: Final = {
    "environment": "its value comes from POOLCTL_VAR_{name} in the environment: set that to {number}",
    "auto_file": "its value comes from a *.auto.vars.toml file: write {name} = {number} there",
    "file": "its value comes from the file of --var-file: write {name} = {number} there",
    "option": "its value comes from the command line: give --var {name}={number}",
}


def explain_range(table: Tree, *, number: int) -> str:
    """Return what to write in place of the range ``table`` for at least, at most and exactly ``number`` nodes."""
    low, high = as_int(table.get("min")), as_int(table.get("max"))
    exactly = f"for exactly {number}: count = {number}"
    if not low <= number <= high:
        which, bound = ("max", high) if number > high else ("min", low)
        wider = _write_range(table, low=min(low, number), high=max(high, number))
        return f"{number} is outside of it ({which} = {bound}): to permit it, write {wider}; {exactly}"
    least = _write_range(table, low=number, high=high)
    most = _write_range(table, low=low, high=number)
    return f"For at least {number} nodes write {least}; for at most {number}: {most}; {exactly}"


def explain_origin(sources: SourceMap, text: str, *, number: int | None, variables: Mapping[str, InputVariable]) -> str:
    """Return which line to edit, and to what, where ``text`` is one variable or local; empty where it is more.

    ``number`` is None where only a part of it was asked for, so that nobody can say what it becomes.
    """
    seen: list[str] = []
    while (name := _find_name(text)) and name not in seen and len(seen) < _LONGEST_CHAIN:
        seen.append(name)
        root, _, key = name.partition(".")
        variable = variables.get(key)
        if root == "var" and variable is not None and variable.source in _ELSEWHERE:
            told = _ELSEWHERE[variable.source].format(name=key, number="N" if number is None else number)
            return f"It is {' = '.join(seen)}, and {told}"
        path: TomlPath = ("variable", key, "default") if root == "var" else ("locals", key)
        found = _find_value(sources, path)
        if found is None:
            return ""
        file, value = found
        if isinstance(value, int) and not isinstance(value, bool):
            line = sources.locate(file, path, is_value=True).line
            wanted = "" if number is None else f": write {path[-1]} = {number} there"
            return f"It is {' = '.join(seen)}, which {file} line {line} sets to {value}{wanted}"
        text = value if isinstance(value, str) else ""
    return ""


def _write_range(table: Tree, *, low: int, high: int) -> str:
    initial = table.get("initial")
    kept = f", initial = {min(max(initial, low), high)}" if isinstance(initial, int) else ""
    return f"count = {{ min = {low}, max = {high}{kept} }}"


def _find_name(text: str) -> str:
    match = _ONE_NAME.fullmatch(text.strip())
    return f"{match[1]}.{match[2]}" if match else ""


def _find_value(sources: SourceMap, path: TomlPath) -> tuple[str, Value] | None:
    """Return the file that sets ``path``, and to what; None where none does."""
    *outer, last = map(str, path)
    for file, document in sources.documents.items():
        table = as_tree(find_member(document.tree, *outer))
        if last in table:
            return file, table[last]
    return None
