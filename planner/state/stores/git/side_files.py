"""The files beside a state on its ref: what a run is about to send, and receipts.

Earlier versions named them for the path less its ``.json``: states at ``x`` and at ``x.json`` shared theirs. Now a path
without ``.json`` has names of its own, and what was left under the shared ones goes by the lineage that it tells.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.state.stores.git.remote import GitRemote
from planner.state.stores.write_checks import is_receipt_id

_JSON: Final = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The paths of the side files; ``receipts`` is a folder and ends with ``/``."""

    pending: str
    receipts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSideFiles:
    """The side files of the state at ``path`` of a ref of ``remote``. Every method may raise StoreError."""

    remote: GitRemote
    path: str

    def name_receipt(self, receipt_id: str) -> str:
        """Return the path of a receipt."""
        return f"{self._own.receipts}{receipt_id}{_JSON}"

    def load_pending(self, tip: str) -> str:
        """Return what a run was about to send, as of the commit ``tip``; empty where nothing is open."""
        found = self._find_files(tip, self._own.pending, self._shared.pending)
        if self._own != self._shared and self._own.pending in found:
            return self._read(found[self._own.pending])
        text = self._read(found.get(self._shared.pending, ""))
        return "" if self._is_of_twin(text, found) else text

    def change_pending(self, tip: str, text: str) -> dict[str, bytes | None]:
        """Return the files that keep ``text`` on top of ``tip``, by path; None takes one away.

        What an earlier version left of the other state is moved to where that one looks for it.
        """
        twins = _name(self._twin)
        found = self._find_files(tip, self._shared.pending, twins.pending)
        left = self._read(found.get(self._shared.pending, ""))
        is_theirs = self._is_of_twin(left, found)
        changes: dict[str, bytes | None] = {self._own.pending: text.encode() if text else None}
        if self._own == self._shared and is_theirs and twins.pending not in found:
            changes[twins.pending] = left.encode()
        if self._own != self._shared and left and not is_theirs:
            changes[self._shared.pending] = None
        return changes

    def load_receipts(self, tip: str) -> dict[str, str]:
        """Return the texts of the receipts as of ``tip``, by id, oldest first."""
        found = self._find_files(tip, self._own.receipts, self._shared.receipts)
        blobs = dict(_find_receipts(found))
        texts = self.remote.load_blobs([*blobs.values()])
        told = {path: texts[blob].decode("utf-8", "replace") for path, blob in blobs.items()}
        lineage = self._find_twins_lineage(found)
        ours = {
            Path(path).stem: text
            for path, text in told.items()
            if self._is_own_receipt(path) or not lineage or _find_lineage(text) != lineage
        }
        return dict(sorted(ours.items()))

    @property
    def _own(self) -> _Names:
        return _name(self.path)

    @property
    def _shared(self) -> _Names:
        """The names that earlier versions gave, to both of two states."""
        return _name(f"{self.path.removesuffix(_JSON)}{_JSON}")

    @property
    def _twin(self) -> str:
        """The path of the state that the names of earlier versions were shared with."""
        return self.path.removesuffix(_JSON) if self.path.endswith(_JSON) else f"{self.path}{_JSON}"

    def _is_own_receipt(self, path: str) -> bool:
        return self._own != self._shared and path.startswith(self._own.receipts)

    def _is_of_twin(self, text: str, found: Mapping[str, str]) -> bool:
        """Tell whether a record or receipt of the shared names is of the other state's lineage."""
        lineage = self._find_twins_lineage(found) if text else ""
        return bool(lineage) and _find_lineage(text) == lineage

    def _find_twins_lineage(self, found: Mapping[str, str]) -> str:
        return _find_lineage(self._read(found.get(self._twin, "")))

    def _find_files(self, tip: str, *paths: str) -> dict[str, str]:
        """Return the blobs of those of ``paths`` that are there, and of the other state."""
        # A file that is called ``.json`` has no such other.
        is_name = not self._twin.endswith("/") and bool(self._twin)
        return self.remote.find_files(tip, *paths, *([self._twin] if is_name else []))

    def _read(self, blob: str) -> str:
        return self.remote.load_blobs([blob])[blob].decode("utf-8", "replace") if blob else ""


def _name(path: str) -> _Names:
    if path.endswith(_JSON):
        stem = path.removesuffix(_JSON)
        return _Names(pending=f"{stem}.pending.jsonl", receipts=f"{stem}.receipts/")
    # Whatever stands before the suffix can be the stem of another state: only another suffix tells them apart.
    return _Names(pending=f"{path}.pending.ndjson", receipts=f"{path}.receipts.d/")


def _find_receipts(found: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for path, blob in found.items():
        if Path(path).parent.name.endswith((".receipts", ".receipts.d")) and is_receipt_id(Path(path).stem):
            yield path, blob


def _find_lineage(text: str) -> str:
    """Return the lineage that a state, a receipt, or the first record of a run tells; empty where it tells none."""
    for part in (text.partition("\n")[0], text):
        try:
            told = json.loads(part)
        except ValueError:
            continue
        lineage = told.get("lineage") if isinstance(told, dict) else None
        return lineage if isinstance(lineage, str) else ""
    return ""
