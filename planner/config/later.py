"""Keys that the language has and this version does not read yet; each is refused in words.

The one place to open when a key is built: delete its row here, add its model, and the rest follows.
"""

from collections.abc import Iterator
from typing import Final

from planner.config.documents import Document
from planner.config.faults import Fault
from planner.config.positions import TomlPath
from planner.core.trees import Maybe, as_tree

CODE: Final = "config.not-in-this-version"

_ANY: Final = "*"
_ROWS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("backend", "s3"), "Use [backend.git] or [backend.local]."),
    (("backend", "postgres"), "Use [backend.git] or [backend.local]."),
)


def find_later_keys(document: Document) -> Iterator[Fault]:
    """Yield a fault for each key of ``document`` that a later version will read."""
    for pattern, advice in _ROWS:
        for path in _find_paths(document.tree, pattern, path=()):
            yield _make_fault(document.file, path, what=f'"{path[-1]}"', advice=advice)


def is_later_key(path: TomlPath) -> bool:
    """Tell whether ``path`` is, or lies below, a key that a later version will read."""
    return any(_is_covered(pattern, path) for pattern, _ in _ROWS)


def _find_paths(value: Maybe, pattern: tuple[str, ...], *, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not pattern:
        yield path
        return
    table = as_tree(value)
    names = list(table) if pattern[0] == _ANY else [pattern[0]] if pattern[0] in table else []
    for name in names:
        yield from _find_paths(table[name], pattern[1:], path=(*path, name))


def _is_covered(pattern: tuple[str, ...], path: TomlPath) -> bool:
    return len(path) >= len(pattern) and all(want in {_ANY, have} for want, have in zip(pattern, path, strict=False))


def _make_fault(file: str, path: TomlPath, *, what: str, advice: str) -> Fault:
    return Fault(
        file=file,
        path=path,
        code=CODE,
        summary="not in this version",
        detail=f"{what} belongs to the configuration language, but this version of poolctl does not read it yet, "
        f"and ignoring it would plan something else than you wrote. {advice}",
    )
