"""The lock of a state in git: a ref that is moved by compare-and-swap, with a lease that a heartbeat renews.

Every push of the holder moves the lock's ref, and asks for it to be where the holder left it: whoever lost the
lock can push nothing any more (semantics 8.3).
"""

from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.state.locks.errors import LockLostError
from planner.state.locks.holders import format_holder_line, parse_holder
from planner.state.locks.lease import LeasedPlace, format_lock, make_beat, read_life_clock
from planner.state.locks.leased_lock import LeasedLock
from planner.state.stores.git.remote import SKIP_CI, GitRemote, RefMove

LOCK_FILE: Final = "lock.json"
_READS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLockPlace(LeasedPlace):
    """Where the lock of one state stands at a remote; a version is the commit that ``ref`` is at."""

    remote: GitRemote
    ref: str

    def read(self) -> tuple[str, str] | None:
        """Return the commit and the text of the lock at the remote, or None. Raises StoreError."""
        commit = ""
        for _ in range(_READS):
            commit = self.remote.read_refs(self.ref).get(self.ref, "")
            if not commit:
                return None
            if self.remote.fetch(self.ref, commit):
                blobs = self.remote.find_files(commit, LOCK_FILE)
                text = b"".join(self.remote.load_blobs([*blobs.values()]).values())
                return commit, text.decode("utf-8", "replace")
        return commit, commit

    def swap(self, version: str, text: str) -> str:
        """Push ``text`` in place of ``version`` and return its commit; empty: somebody was faster."""
        commit = self.make_commit(version, text)
        now = self.remote.push(RefMove(ref=self.ref, old=version, new=commit))
        return commit if now[self.ref] == commit else ""

    def remove(self, version: str) -> bool:
        """Delete the ref if it is at ``version``, and tell whether it is gone."""
        now = self.remote.push(RefMove(ref=self.ref, old=version, new=""))
        return not now[self.ref]

    def make_commit(self, parent: str, text: str) -> str:
        """Return a new commit of the lock ``text``, on ``parent``."""
        message = f"Lock of {self.shown}: {format_holder_line(parse_holder(text))} {SKIP_CI}"
        return self.remote.make_commit(parent, {LOCK_FILE: text.encode()}, message=message, chain=False)


class GitLock(LeasedLock[GitLockPlace]):
    """A held lock at a git remote, which moves together with the refs that its holder pushes.

    A commit is known before it is pushed: what is remembered of a push without an answer are commits.
    """

    def push(self, *moves: RefMove) -> dict[str, str]:
        """Move the lock and ``moves`` together, and return where the refs of ``moves`` are now.

        They are at their ``new``, or somebody was faster. Raises LockLostError where the lock is not ours any more,
        and StoreError where the remote does not answer.
        """
        with self._turn:
            if self._lost is not None:
                raise LockLostError(self._lost)
            return self._push(moves)

    def _renew(self) -> None:
        self._push(())

    def _push(self, moves: tuple[RefMove, ...]) -> dict[str, str]:
        place, since = self._place, read_life_clock()
        text = format_lock(self.holder, lease=place.lease, beat=make_beat())
        following = place.make_commit(self._version, text)
        self._tried.add(following)
        now = place.remote.push(RefMove(ref=place.ref, old=self._version, new=following), *moves)
        found = now.pop(place.ref)
        if found not in {self._version, *self._tried}:
            raise self.lose()
        if found == self._version:
            return now
        # Where it is not the last one: an earlier push of ours has arrived after all, though no answer came.
        self._settle(found, until=since + place.lease if found == following else self._until)
        return now if found == following else self._push(moves)

    def _find_ours(self) -> str:
        found = self._place.remote.read_refs(self._place.ref).get(self._place.ref, "")
        return found if found in self._tried else self._version
