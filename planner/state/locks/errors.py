"""What stops taking a lock, or working on without it."""

from planner.core.diagnostics import Diagnostic
from planner.state.errors import StateError
from planner.state.locks.holders import Holder


class LockHeldError(StateError):
    """Somebody else holds the lock: ``holder`` says who."""

    def __init__(self, *diagnostics: Diagnostic, holder: Holder) -> None:
        """Keep the holder beside the diagnostics."""
        super().__init__(*diagnostics)
        self.holder = holder


class LockLostError(StateError):
    """The lock that was asked for by its id, or that a save needs, is not there."""
