"""What stops reading or writing the state, a plan, a lock or a journal.

::

    PoolctlError
    └── StateError
        ├── StateFileError        the operating system refused
        │   └── MissingFileError  there is no such file
        ├── DocumentError         a text is not the document it should be
        ├── LockHeldError         somebody else holds the lock
        ├── LockLostError         the lock is not, or no longer, ours
        ├── StoreError            where the state is kept cannot be reached, or refuses
        └── StateChangedError     the stored state is not the one that was loaded

``OSError``, ``UnicodeError``, ``json`` and ``pydantic`` errors end here; none leaves the package.
"""

from planner.core.diagnostics import Diagnostic, PoolctlError
from planner.state.lock import Holder


class StateError(PoolctlError):
    """The state, a plan, a lock or a journal cannot be read or written."""


class StateFileError(StateError):
    """The operating system refused to read or write a file."""


class MissingFileError(StateFileError):
    """There is no such file."""


class DocumentError(StateError):
    """A text is not the document that it should be; one diagnostic a fault."""


class LockHeldError(StateError):
    """Somebody else holds the lock: ``holder`` says who."""

    def __init__(self, *diagnostics: Diagnostic, holder: Holder) -> None:
        """Keep the holder beside the diagnostics."""
        super().__init__(*diagnostics)
        self.holder = holder


class LockLostError(StateError):
    """The lock that was asked for by its id, or that a save needs, is not there."""


class StateChangedError(StateError):
    """Somebody else wrote the stored state after it was loaded; nothing was overwritten."""


class StoreError(StateError):
    """The place on another machine where the state is kept cannot be reached, or refuses."""
