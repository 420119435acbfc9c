"""Which configuration directories of a repository a set of changed files touches."""

from collections.abc import Iterable

from planner.core.lazy_dataclass import dataclass

Path = tuple[str, ...]
"""A path in the repository, part by part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A configuration directory: ``folders`` are itself and those that it includes, ``files`` those of variables."""

    directory: Path
    folders: frozenset[Path]
    files: frozenset[Path]


def find_touched(layouts: Iterable[Layout], changed: Iterable[Path]) -> tuple[Layout, ...]:
    """Return the layouts that read one of the files ``changed``, be it one that is gone, sorted by directory."""
    paths = frozenset(changed)
    return tuple(one for one in sorted(layouts, key=lambda one: one.directory) if _is_touched(one, paths))


def drop_templates(layouts: Iterable[Layout]) -> tuple[Layout, ...]:
    """Return ``layouts`` less those that another one includes: nobody plans in a template."""
    listed = tuple(layouts)
    included = {folder for one in listed for folder in one.folders if folder != one.directory}
    return tuple(one for one in listed if one.directory not in included)


_CONFIGURATION = ".pools.toml"
_VARIABLES = ".auto.vars.toml"


def _is_touched(layout: Layout, changed: frozenset[Path]) -> bool:
    return any(one in layout.files or _is_read(layout, one) for one in changed)


def _is_read(layout: Layout, path: Path) -> bool:
    folder, name = path[:-1], path[-1] if path else ""
    if name.startswith("."):
        return False
    is_own = folder == layout.directory and name.endswith(_VARIABLES)
    return is_own or (folder in layout.folders and name.endswith(_CONFIGURATION))
