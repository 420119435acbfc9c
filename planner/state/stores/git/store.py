"""The git store: the state is a file on a ref of the repository's own remote, its lock a ref beside it.

Nothing touches the working tree, the index or a branch of the user's. Several configuration directories share
one ref: each has its file and its lock, and a save that loses the race to another directory's is made again.
"""

import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from planner.core.desired import GitBackend
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.core.tracking import State
from planner.state.documents.state_document import format_state, parse_state
from planner.state.errors import DocumentError, StateChangedError, StoreError
from planner.state.files import TOOL_DIRECTORY
from planner.state.locks.holders import LockRequest
from planner.state.locks.lease import KEPT, compute_lease
from planner.state.locks.leased_taking import acquire_leased_lock
from planner.state.stores.git.command import Git
from planner.state.stores.git.history import load_history, make_message, make_subject
from planner.state.stores.git.lock import GitLock, GitLockPlace
from planner.state.stores.git.remote import GitRemote, RefMove
from planner.state.stores.git.side_files import GitSideFiles
from planner.state.stores.history import NO_NOTE, SavedVersion, SaveNote, drop_checkpoints, make_version
from planner.state.stores.leased_store import LeasedStore
from planner.state.stores.seen import remember_version
from planner.state.stores.slugs import make_slug
from planner.state.stores.write_checks import require_receipt_id

MARK: Final = ".poolctl-state"
"""The file that tells a ref of states from any other branch."""

_MARK_TEXT: Final = b"States of poolctl. Written by poolctl alone: never edit, merge or rebase this branch.\n"
_RACES: Final = 50
_MakeChanges: TypeAlias = Callable[[str], Mapping[str, bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What was loaded or saved last: the commit, and the blob of the state file; empty where there is none."""

    tip: str = ""
    blob: str = ""


class GitStore(LeasedStore[GitLockPlace, GitLock]):
    """One state file at a remote. Its methods are for one thread; a heartbeat runs beside them."""

    def __init__(self, place: GitLockPlace, *, ref: str, path: str) -> None:
        """Use ``open_git_store``."""
        super().__init__(place)
        self._remote = place.remote
        self._ref = ref
        self._path = path
        self._beside = GitSideFiles(remote=place.remote, path=path)
        self._loaded = _Loaded()
        self._tried: set[str] = set()

    def load(self) -> State | None:
        """Return the stored state, or None where there is none yet. Raises StateError."""
        tip = self._fetch_tip()
        blob = self._find_blob(tip)
        # Whoever was told of a damaged document may replace it knowingly.
        self._loaded = _Loaded(tip=tip, blob=blob)
        state = parse_state(self._read(blob), source=self.shown) if blob else None
        self._remember_read(state)
        return state

    def save(self, state: State, note: SaveNote = NO_NOTE) -> None:
        """Push the state. Raises LockLostError, StateChangedError, StoreError."""
        data, version = format_state(state).encode("utf-8", "surrogatepass"), make_version(state, note)
        self._commit(lambda _tip: {self._path: data}, version=version)
        remember_version(self._place.side_path, version)

    def load_versions(self) -> tuple[SavedVersion, ...]:
        """Return the versions that were saved, newest first, of all clones. Raises StateError."""
        return drop_checkpoints(version for version, _ in self._load_history())

    def load_seen(self) -> tuple[SavedVersion, ...]:
        """Return what this clone knows: from its own runs, and from what the user has fetched or it has pushed."""
        return (*super().load_seen(), *self._load_tracked())

    def load_version(self, serial: int) -> State | None:
        """Return the state as it was at ``serial``, or None where it never was. Raises StateError."""
        commit = next((commit for version, commit in self._load_history() if version.serial == serial), "")
        blob = self._find_blob(commit)
        return parse_state(self._read(blob), source=f"serial {serial} of {self.shown}") if blob else None

    def save_receipt(self, receipt_id: str, text: str) -> None:
        """Keep a receipt beside the state. Raises LockLostError, StoreError; ValueError for a bad id."""
        require_receipt_id(receipt_id)
        data = text.encode("utf-8", "surrogatepass")
        self._commit(lambda _tip: {self._beside.name_receipt(receipt_id): data}, what=f"receipt {receipt_id}")

    def load_receipts(self) -> dict[str, str]:
        """Return the texts of the receipts, by id, oldest first. Raises StateError."""
        return self._beside.load_receipts(self._fetch_tip())

    def save_pending(self, text: str) -> None:
        """Keep what a run is about to send; an empty text: nothing any more. Raises LockLostError, StoreError."""
        what = "requests under way" if text else "settled"
        self._commit(lambda tip: self._beside.change_pending(tip, text), what=what)

    def load_pending(self) -> str:
        """Return what a run was about to send, as of the last load or save. Raises StateError."""
        return self._beside.load_pending(self._loaded.tip or self._fetch_tip())

    def acquire(self, request: LockRequest) -> GitLock:
        """Return the lock. Raises LockHeldError when ``request.timeout`` seconds did not suffice."""
        self._lock = acquire_leased_lock(self._place, request, hold=GitLock)
        return self._lock

    def _load_tracked(self) -> tuple[SavedVersion, ...]:
        """Return the newest version of the remote-tracking ref, where the ref at the remote does not go on from it."""
        tracked = self._remote.find_tracked(self._ref)
        if not tracked or self._remote.is_ancestor(tracked, self._loaded.tip):
            return ()
        with contextlib.suppress(StoreError):
            return tuple(version for version, _ in load_history(self._remote.git, tracked, self._path)[:1])
        return ()

    def _load_history(self) -> list[tuple[SavedVersion, str]]:
        return load_history(self._remote.git, self._fetch_tip(), self._path)

    def _commit(self, make_changes: _MakeChanges, *, what: str = "", version: SavedVersion | None = None) -> None:
        """Push changes on top of what is there, again and again where other directories are faster.

        ``make_changes`` returns them for the commit that they come on. ``version`` is that of the state, where it is
        among them.
        """
        lock = self._require_lock()
        who = lock.holder.who
        message = make_message(self._path, version, who=who) if version else make_subject(self._path, what, who=who)
        is_state = version is not None
        tip = self._loaded.tip
        for _ in range(_RACES):
            if is_state:
                self._refuse_changed(tip)
            changes = make_changes(tip)
            files = changes if tip else {**changes, MARK: _MARK_TEXT}
            following = self._remote.make_commit(tip, files, message=message)
            blob = self._find_blob(following)
            self._tried.add(blob)
            now = lock.push(RefMove(ref=self._ref, old=tip, new=following))
            if now[self._ref] == following:
                self._loaded = _Loaded(tip=following, blob=blob if is_state else self._loaded.blob)
                self._tried.clear()
                return
            tip = self._fetch_tip()
        detail = f"{_RACES} saves of other directories came first. Nothing of theirs was overwritten. {KEPT}"
        raise StoreError(make_error("state.changed", "The state could not be saved", detail=detail))

    def _refuse_changed(self, tip: str) -> None:
        blob = self._find_blob(tip)
        if blob == self._loaded.blob or (blob and blob in self._tried):
            return
        detail = f"{self.shown!r} is not the file that this run has read. {KEPT}"
        raise StateChangedError(make_error("state.changed", "The state was changed meanwhile", detail=detail))

    def _fetch_tip(self) -> str:
        """Return the newest commit of the ref, brought here; empty where there is none. Raises StoreError."""
        tip = self._remote.read_refs(self._ref).get(self._ref, "")
        if not tip:
            return ""
        if not self._remote.fetch(self._ref, tip):
            detail = f"{self._ref} of the remote {self._remote.name!r} could not be fetched. Run the command again."
            raise StoreError(make_error("state.unreachable", "The state could not be fetched", detail=detail))
        if not self._remote.find_files(tip, MARK):
            raise DocumentError(report_other_branch(self._ref, remote=self._remote.name))
        return tip

    def _find_blob(self, tip: str) -> str:
        return self._remote.find_files(tip, self._path).get(self._path, "")

    def _read(self, blob: str) -> str:
        return self._remote.load_blobs([blob])[blob].decode("utf-8", "replace")


def open_git_store(
    git: Git,
    where: GitBackend,
    *,
    request_timeout: float = 30.0,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> GitStore:
    """Return the store of the configuration in ``git``'s directory; nothing is read from the remote yet.

    The lease of the lock follows from ``request_timeout`` (seconds): it outlasts a request, whenever it is sent
    between two heartbeats. Raises StoreError without git, outside of a repository, and where it has no such remote.
    """
    prefix = git.ask_line("rev-parse", "--show-prefix")
    remote = GitRemote(git=git, name=where.remote)
    remote.check()
    path = where.path or f"{prefix}pools.state.json"
    slug = make_slug(path)
    place = GitLockPlace(
        remote=remote,
        ref=f"{where.ref}-lock/{slug}",
        # One process may hold the locks of two refs: it moves the state from one to the other.
        side_path=git.directory / TOOL_DIRECTORY / f"{make_slug(f'{path} {where.ref} {where.remote}')}.flock",
        shown=f"{path} on {where.ref.removeprefix('refs/heads/')} of {where.remote}",
        lease=compute_lease(request_timeout),
        clock=clock,
        sleep=sleep,
    )
    return GitStore(place, ref=where.ref, path=path)


def report_other_branch(ref: str, *, remote: str) -> Diagnostic:
    """Return what to tell where ``ref`` is no ref of states."""
    detail = (
        f"{ref} of the remote {remote!r} has no file {MARK}, so it is some other branch, and poolctl writes no state "
        "onto it. Nothing was changed. Name a ref of its own in [backend.git]."
    )
    return make_error("state.other-branch", "The ref holds something else", detail=detail)
