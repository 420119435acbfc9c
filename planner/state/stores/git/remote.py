"""Refs and files of a remote repository, without a working tree, an index or a ref of the user's."""

import contextlib
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.errors import StoreError
from planner.state.stores.errors import report_unreached
from planner.state.stores.git.command import Git, GitEnd, open_git, tell_git_words

SKIP_CI: Final = "[skip ci]"
"""Ends the subject of every commit: no pipeline is to run for a heartbeat."""

_REMOTE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")
_OWN_FILE: Final = str(Path(__file__).resolve())
_FILE: Final = "100644"
_ATTEMPTS: Final = 5
_PASSING: Final = (b"stale info", b"lock", b"already exists", b"fetch first", b"failed to update ref")
_AUTHOR: Final = {"NAME": "poolctl", "EMAIL": "poolctl@localhost"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RefMove:
    """A ref that is to go from ``old`` to ``new``; an empty text stands for a ref that is not there."""

    ref: str
    old: str
    new: str


def find_state_remote(directory: Path, environment: Mapping[str, str]) -> str:
    """Return the remote at which a new configuration in ``directory`` can keep its state; empty where there is none.

    That is ``origin``, or the only one. The repository of poolctl itself has none: who tries it there would push
    to the project.
    """
    try:
        git = open_git(directory, environment)
        remotes = git.run("remote").out.decode("utf-8", "replace").split()
        is_ours = git.run("ls-files", "--error-unmatch", "--", _OWN_FILE).code == 0
    except StoreError:
        return ""
    only = remotes[0] if len(remotes) == 1 else "origin"
    return only if only in remotes and not is_ours and _REMOTE_NAME.fullmatch(only) else ""


@contextlib.contextmanager
def _make_folder() -> Iterator[Path]:
    """Yield a folder for an index. Raises StoreError where there is no room for it."""
    try:
        folder = tempfile.mkdtemp(prefix="poolctl-")
    except OSError as error:
        why = error.strerror or "no place for files"
        detail = f"git needs a folder for temporary files, and none can be made ({why}). Make room, or set TMPDIR."
        raise StoreError(make_error("state.git", "Git cannot be used here", detail=detail)) from error
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitRemote:
    """The remote ``name`` of the repository that ``git`` runs in."""

    git: Git
    name: str

    def read_refs(self, *refs: str) -> dict[str, str]:
        """Return the commits of those of ``refs`` that are there. Raises StoreError where the remote is not reached."""
        end = self.git.run("ls-remote", self.name, *refs)
        if end.code:
            raise StoreError(self._report_unreached(end.words))
        rows = (line.partition("\t") for line in end.out.decode("utf-8", "replace").splitlines())
        return {ref: commit for commit, _, ref in rows if ref in refs}

    def fetch(self, ref: str, commit: str) -> bool:
        """Bring ``commit``, which ``ref`` was at, into the repository; False where it has gone meanwhile."""
        if self._has(commit):
            return True
        arguments = ("--quiet", "--no-tags", "--refmap=", "--no-write-fetch-head", "--recurse-submodules=no")
        self.git.run("fetch", *arguments, self.name, ref)
        return self._has(commit)

    def find_tracked(self, ref: str) -> str:
        """Return the commit that ``ref`` was at when it was last fetched by the user or pushed; empty where unknown."""
        branch = ref.removeprefix("refs/heads/")
        end = self.git.run("rev-parse", "--verify", "--quiet", f"refs/remotes/{self.name}/{branch}^{{commit}}")
        return end.out.decode("ascii", "replace").strip() if end.code == 0 and branch != ref else ""

    def is_ancestor(self, commit: str, tip: str) -> bool:
        """Tell whether ``tip`` is known to go on from ``commit``."""
        return commit == tip or (bool(tip) and self.git.run("merge-base", "--is-ancestor", commit, tip).code == 0)

    def find_files(self, commit: str, *paths: str) -> dict[str, str]:
        """Return the blobs of those of ``paths`` that ``commit`` has; one that ends with ``/`` stands for its files."""
        if not commit:
            return {}
        out = self.git.ask("ls-tree", "-z", "--full-tree", commit, "--", *paths)
        rows = (row.split(b"\t", 1) for row in out.split(b"\0") if row)
        return {
            path.decode("utf-8", "surrogateescape"): head.split()[2].decode()
            for head, path in rows
            if head.split()[1] == b"blob"
        }

    def load_blobs(self, blobs: Sequence[str]) -> dict[str, bytes]:
        """Return the contents of ``blobs``."""
        asked = "".join(f"{one}\n" for one in blobs).encode()
        out = self.git.ask("cat-file", "--batch", stdin=asked) if blobs else b""
        found: dict[str, bytes] = {}
        while out:
            head, _, rest = out.partition(b"\n")
            name, _, size = head.decode("ascii", "replace").partition(" blob ")
            if not size.isdecimal():
                raise StoreError(self._report_unreached(tell_git_words(head)))
            found[name], out = rest[: int(size)], rest[int(size) + 1 :]
        return found

    def make_commit(self, parent: str, changes: Mapping[str, bytes | None], *, message: str, chain: bool = True) -> str:
        """Return a new commit on ``parent`` (empty: none) with ``changes`` by path; None takes a file away.

        Where not ``chain`` is asked for, its files alone are those of ``changes``.
        """
        with _make_folder() as folder:
            extra = {"GIT_INDEX_FILE": str(folder / "index")}
            self.git.ask("read-tree", parent if parent and chain else "--empty", extra=extra)
            # Paths of --index-info are the repository's; those of --force-remove are of the folder that git runs in.
            entries = b"".join(self._spell_entry(path, data, parent=parent) for path, data in changes.items())
            self.git.ask("update-index", "-z", "--index-info", stdin=entries, extra=extra)
            tree = self.git.ask_line("write-tree", extra=extra)
        parents = ("-p", parent) if parent else ()
        return self.git.ask_line(
            "commit-tree", tree, *parents, stdin=f"{message}\n".encode("utf-8", "replace"), extra=self._find_author()
        )

    def push(self, *moves: RefMove) -> dict[str, str]:
        """Move all refs, or none, and return where they are now: each ``new``, or somebody was faster.

        The remote is asked again after every failure, so that an answer that was lost does no harm.
        Raises StoreError where it refuses, or does not answer.
        """
        leases = [f"--force-with-lease={one.ref}:{one.old}" for one in moves]
        specs = [f"{one.new}:{one.ref}" for one in moves]
        options = ("--porcelain", "--atomic", "--no-verify", "--no-follow-tags", "--recurse-submodules=no")
        end = GitEnd(code=0, out=b"", words="")
        for _ in range(_ATTEMPTS):
            end = self.git.run("push", *options, *leases, self.name, *specs)
            if end.code == 0:
                return {one.ref: one.new for one in moves}
            found = self.read_refs(*(one.ref for one in moves))
            now = {one.ref: found.get(one.ref, "") for one in moves}
            if any(now[one.ref] != one.old for one in moves):
                return now
            if not any(one in end.out + end.words.encode() for one in _PASSING):
                break
            # Pushes met at the remote, and whoever won has given way again, or nobody won.
            time.sleep(secrets.randbelow(300) / 1000)
        raise StoreError(self._report_refused(end))

    def check(self) -> None:
        """Raise StoreError unless the repository's own settings, which no pull request can write, have this remote."""
        if self.git.run("config", "--get", f"remote.{self.name}.url").code:
            raise StoreError(self._report_no_remote())

    def _has(self, commit: str) -> bool:
        return self.git.run("cat-file", "-e", f"{commit}^{{tree}}").code == 0

    def _spell_entry(self, path: str, data: bytes | None, *, parent: str) -> bytes:
        """Return the line of an index for a file; without ``data`` the one that takes it away from ``parent``."""
        if data is None and not parent:
            return b""
        mode, blob = "0", "0" * len(parent)
        if data is not None:
            mode, blob = _FILE, self.git.ask_line("hash-object", "-w", "--no-filters", "--stdin", stdin=data)
        return f"{mode} {blob}\t{path}\0".encode("utf-8", "surrogateescape")

    def _find_author(self) -> dict[str, str]:
        """Return a name for those who have none, as on a CI runner."""
        if self.git.run("var", "GIT_COMMITTER_IDENT").code == 0 and self.git.run("config", "user.email").code == 0:
            return {}
        return {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in _AUTHOR.items()}

    def _report_unreached(self, words: str) -> Diagnostic:
        return report_unreached(f"the git remote {self.name!r}", words=words)

    def _report_refused(self, end: GitEnd) -> Diagnostic:
        words = tell_git_words(end.out.replace(b"\t", b" ") + b" " + end.words.encode())
        detail = (
            f"The remote {self.name!r} did not take the push, and nothing was changed there; git says: {words}. Check "
            "that you may push to it, and that no rule protects the refs of the state and its lock; then run `poolctl "
            "plan`."
        )
        return make_error("state.push-refused", "The remote refuses the push", detail=detail)

    def _report_no_remote(self) -> Diagnostic:
        detail = (
            f"[backend.git] names the remote {self.name!r}, and this repository has none of that name. Add it (git "
            "remote add), or name one that `git remote` lists."
        )
        return make_error("state.git-remote", "The remote of the state is not there", detail=detail)
