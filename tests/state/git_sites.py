"""A bare remote on this disk and clones of it: each clone stands for a machine."""

import os
import subprocess
from pathlib import Path

from planner.core.desired import GitBackend
from planner.state.stores.git.command import open_git
from planner.state.stores.git.store import GitStore, open_git_store

REMOTE = "remote.git"
STATE_REF = "refs/heads/poolctl-state"


def call_git(directory: Path, *arguments: str) -> str:
    """Return what git prints; a failure ends the test."""
    done = subprocess.run(["git", "-C", directory, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def make_remote(place: Path) -> Path:
    """Return a bare repository with one commit in ``place``, made where it is missing."""
    remote = place / REMOTE
    if not remote.exists():
        call_git(place, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
        tree = call_git(remote, "hash-object", "-t", "tree", "-w", os.devnull)
        who = ("-c", "user.name=a", "-c", "user.email=a@localhost")
        call_git(remote, *who, "update-ref", "refs/heads/main", call_git(remote, *who, "commit-tree", tree, "-m", "x"))
    return remote


def make_clone(place: Path, name: str) -> Path:
    """Return the clone ``name`` in ``place``, made where it is missing."""
    clone = place / name
    if not clone.exists():
        call_git(place, "clone", "--quiet", make_remote(place).as_uri(), name)
    return clone


def open_clone(directory: Path, *, request_timeout: float = 30.0, backend: GitBackend | None = None, **timing: object):
    """Open the store of ``directory``, which is in a clone."""
    git = open_git(directory, os.environ)
    store: GitStore = open_git_store(git, backend or GitBackend(), request_timeout=request_timeout, **timing)
    return store


def find_refs(repository: Path) -> list[str]:
    """Return the names of all refs."""
    return call_git(repository, "for-each-ref", "--format=%(refname)").splitlines()
