"""The commit that a configuration is applied from, and how it stands to the one before (semantics 8.6)."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from planner.core.diagnostics import Diagnostic, PoolctlError, make_error

_SECONDS: Final = 30.0


class CommitError(PoolctlError):
    """The files are of an older or unrelated commit than those that were applied last."""


def find_commit(directory: Path) -> str:
    """Return the commit of the files in ``directory``; empty where no repository tracks them, or without git."""
    if not _run(directory, "ls-files", "--", "*.pools.toml"):
        return ""
    return _run(directory, "rev-parse", "--verify", "--quiet", "HEAD")


def check_commit(directory: Path, *, commit: str, applied_from: str) -> None:
    """Raise CommitError unless ``commit`` is ``applied_from`` or comes after it.

    Where one of them is not known there is nothing to compare.
    """
    if not commit or not applied_from or commit == applied_from:
        return
    if not _run(directory, "rev-parse", "--verify", "--quiet", f"{applied_from}^{{commit}}"):
        raise CommitError(_make_unknown(commit, applied_from))
    if _run(directory, "merge-base", commit, applied_from) != applied_from:
        raise CommitError(_make_older(commit, applied_from))


def find_top(directory: Path) -> Path | None:
    """Return the root of the work tree that ``directory`` lies in; None outside of one."""
    found = _run(directory, "rev-parse", "--show-toplevel")
    return Path(found) if found else None


def find_changed_paths(directory: Path, revision: str) -> tuple[tuple[str, ...], ...] | None:
    """Return the files, part by part from the root, that differ from where this branch left ``revision``.

    Uncommitted and untracked ones are among them. None where there is no such revision.
    """
    commit = _run(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    top = find_top(directory)
    if not commit or top is None:
        return None
    base = _run(directory, "merge-base", commit, "HEAD") or commit
    changed = _call(top, "diff", "--name-only", "--no-renames", "-z", base, "--")
    untracked = _call(top, "ls-files", "--others", "--exclude-standard", "-z")
    if changed is None or untracked is None:
        return None
    return tuple(tuple(name.split("/")) for name in f"{changed}{untracked}".split("\0") if name)


def _run(directory: Path, *arguments: str) -> str:
    """Return what git prints for the repository of ``directory``; empty where it fails or is not there."""
    return (_call(directory, *arguments) or "").strip()


def _call(directory: Path, *arguments: str) -> str | None:
    """Return what git prints, to the letter; None where it fails or is not there."""
    git = shutil.which("git")
    if git is None:
        return None
    # A hook's variables would name its own repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            [git, *arguments],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def _make_older(commit: str, applied_from: str) -> Diagnostic:
    return make_error(
        "apply.older-commit",
        "The files are of an older or unrelated commit",
        detail=f"The last apply was from commit {applied_from[:12]}, and {commit[:12]} does not contain it: this apply "
        "would undo what came with it. Nothing was sent. Merge or check out the newer commit; or, where going back is "
        "meant, add --allow-older-commit.",
    )


def _make_unknown(commit: str, applied_from: str) -> Diagnostic:
    return make_error(
        "apply.older-commit",
        "The commit of the last apply is not here",
        detail=f"The last apply was from commit {applied_from}, which this clone does not have, so nobody can tell "
        f"whether {commit[:12]} contains it. Nothing was sent. Fetch it (a shallow clone: git fetch --unshallow); or, "
        "where going on is meant, add --allow-older-commit.",
    )
