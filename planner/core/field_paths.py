"""Paths of single fields inside a resource's tree, with list entries named by their keys."""

from typing import NamedTuple, TypeAlias


class EntryKey(NamedTuple):
    """The identity of one list entry, such as (flavor, node pool); unset parts are empty texts.

    A tuple for the sake of speed, as addresses are.
    """

    parts: tuple[str, ...]

    def __str__(self) -> str:
        """Return the key as config paths spell it: trailing empty parts are left out."""
        parts = list(self.parts)
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        return "/".join(parts)


Step: TypeAlias = str | EntryKey
FieldPath: TypeAlias = tuple[Step, ...]
"""API member names and entry keys from the root, such as
``("spec", "resources", EntryKey(("F", "")), "count")``."""
