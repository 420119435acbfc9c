"""Names of blocks that are written for somebody: valid, unique, and the same whenever they are made from the same."""

import re
from collections.abc import Collection, Iterator
from itertools import count
from typing import Final

_BAD: Final = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII)
_MAXIMUM: Final = 60
_UNNAMED: Final = "unnamed"


def make_block_name(text: str, *, taken: Collection[str]) -> str:
    """Return ``text`` as the name of a block (semantics 9), with a number behind it where ``taken`` has it already."""
    name = _BAD.sub("-", text).strip("-")[:_MAXIMUM] or _UNNAMED
    valid = name if name[0].isalpha() or name[0] == "_" else f"_{name}"
    return next(one for one in _count_up(valid) if one not in taken)


def make_file_stem(stem: str, text: str, *, taken: Collection[str]) -> str:
    """Return ``stem``, with ``text`` behind it where there is any, as a file's name without its ending.

    Whatever ``text`` is, it leads to no other directory. ``taken`` are in lower case: there are disks that do not
    tell ``A`` from ``a``.
    """
    name = f"{stem}-{_BAD.sub('-', text).strip('-')[:_MAXIMUM] or _UNNAMED}" if text else stem
    return next(one for one in _count_up(name) if one.lower() not in taken)


def _count_up(name: str) -> Iterator[str]:
    yield name
    for number in count(2):
        yield f"{name}-{number}"
