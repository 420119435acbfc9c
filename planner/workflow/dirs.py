"""``dirs``: the configuration directories below a directory, all of them or those that a change touches."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from planner.config.documents import SUFFIX, find_documents
from planner.config.included import find_included_paths
from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.core.directories import Layout, drop_templates, find_touched
from planner.workflow.commits import find_changed_paths, find_top


class DirsError(PoolctlError):
    """What has changed cannot be told: there is no repository, or no such revision."""


def list_directories(root: Path, *, changed_since: str | None = None) -> tuple[str, ...]:
    """Return the directories below ``root`` that hold a configuration and are no template, relative to it.

    ``changed_since`` is a revision of git: then only those that read a file which differs from where the branch of
    the work tree left it, uncommitted changes included. Raises DirsError.
    """
    top = root if changed_since is None else find_top(root)
    changed = None if changed_since is None or top is None else find_changed_paths(root, changed_since)
    if top is None or (changed_since is not None and changed is None):
        raise DirsError(_report_revision(changed_since or ""))
    base = top.resolve()
    layouts = drop_templates(_make_layout(place, base) for place in _find_places(root))
    chosen = layouts if changed is None else find_touched(layouts, changed)
    return tuple(sorted(_show(base.joinpath(*one.directory), root) for one in chosen))


def find_readers(root: Path, names: Iterable[Path]) -> tuple[str, ...]:
    """Return the directories below ``root``, relative to it, whose configuration reads one of the files ``names``.

    Names are relative to ``root``; a file that is gone counts, and no git is asked.
    """
    base = root.resolve()
    layouts = drop_templates(_make_layout(place, base) for place in _find_places(root))
    # The directory of a file is resolved as those of the layouts are, the file itself may be a link.
    changed = [(*_split((root / name).parent, base), name.name) for name in names]
    return tuple(_show(base.joinpath(*one.directory), root) for one in find_touched(layouts, changed))


def _find_places(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith("."))
        if any(name.endswith(SUFFIX) and not name.startswith(".") for name in files):
            yield Path(folder)


def _make_layout(place: Path, base: Path) -> Layout:
    documents, _ = find_documents(place, label=Path())
    folders = [place / path for _, _, path in find_included_paths(documents, "paths")]
    files = [place / path for _, _, path in find_included_paths(documents, "var_files")]
    return Layout(
        directory=_split(place, base),
        folders=frozenset(_split(one, base) for one in (place, *folders)),
        files=frozenset(_split(one, base) for one in files),
    )


def _split(path: Path, base: Path) -> tuple[str, ...]:
    """Return the parts of ``path`` below the repository; one that lies outside has ``..`` first."""
    return Path(os.path.relpath(path.resolve(), base)).parts


def _show(path: Path, root: Path) -> str:
    return Path(os.path.relpath(path, root.resolve())).as_posix()


def _report_revision(revision: str) -> Diagnostic:
    return make_error(
        "dirs.revision",
        "What has changed cannot be told",
        detail=f"git finds no revision {revision!r} here. Run this in a clone of the repository that has it (a shallow "
        "clone lacks older ones: git fetch --unshallow), or leave --changed-since out: then all are listed.",
    )
