"""The lock of a state in S3: an object beside the state's, replaced only where its ETag is the one that was read.

A free lock is an object as well: not every store that takes conditional writes takes conditional deletes.
"""

import json
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.state.locks.lease import LeasedPlace, make_beat
from planner.state.outside_text import parse_object
from planner.state.stores.s3.objects import S3Objects
from planner.state.stores.s3.probe import probe_conditional_writes

_FREE: Final = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3LockPlace(LeasedPlace):
    """Where the lock of one state stands: the object ``key``; a version is its ETag. ``host`` is named in messages."""

    objects: S3Objects
    key: str
    host: str

    def read(self) -> tuple[str, str] | None:
        """Return the ETag and the text of a lock that somebody holds, or None. Raises StoreError."""
        found = self._read()
        return None if found is None or _is_free(found[1]) else found

    def swap(self, version: str, text: str) -> str:
        """Write ``text`` in place of ``version`` and return its ETag; empty: somebody was faster.

        Before the first lock of a state ever, the store has to prove that it keeps the conditions of writes.
        """
        data = text.encode()
        if version:
            return self.objects.swap(self.key, data, etag=version)
        found = self._read()
        if found is None:
            probe_conditional_writes(self.objects, self.key, host=self.host)
            return self.objects.swap(self.key, data, etag="")
        etag, old = found
        return self.objects.swap(self.key, data, etag=etag) if _is_free(old) else ""

    def remove(self, version: str) -> bool:
        """Write that the lock is free, in place of ``version``, and tell whether it was there."""
        text = json.dumps({_FREE: True, "beat": make_beat()}) + "\n"
        return bool(self.objects.swap(self.key, text.encode(), etag=version))

    def _read(self) -> tuple[str, str] | None:
        found = self.objects.get(self.key)
        return None if found is None else (found.etag, found.data.decode("utf-8", "replace"))


def _is_free(text: str) -> bool:
    return (parse_object(text) or {}).get(_FREE) is True
