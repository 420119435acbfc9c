"""What stops reading or writing the state, a plan, a lock or a journal.

::

    PoolctlError
    └── StateError
        ├── StateFileError        the operating system refused
        │   └── MissingFileError  there is no such file
        ├── DocumentError         a text is not the document it should be
        ├── LockHeldError         somebody else holds the lock (``locks/errors.py``, like the next)
        ├── LockLostError         the lock is not, or no longer, ours
        ├── StoreError            where the state is kept cannot be reached, or refuses
        └── StateChangedError     the stored state is not the one that was loaded

``OSError``, ``UnicodeError``, ``json`` and ``pydantic`` errors end here; none leaves the package.
"""

from planner.core.diagnostics import PoolctlError


class StateError(PoolctlError):
    """The state, a plan, a lock or a journal cannot be read or written."""


class StateFileError(StateError):
    """The operating system refused to read or write a file."""


class MissingFileError(StateFileError):
    """There is no such file."""


class DocumentError(StateError):
    """A text is not the document that it should be; one diagnostic a fault."""


class StateChangedError(StateError):
    """Somebody else wrote the stored state after it was loaded; nothing was overwritten."""


class StoreError(StateError):
    """The place on another machine where the state is kept cannot be reached, or refuses."""
