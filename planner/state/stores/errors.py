"""What to tell where the place of a shared state does not answer."""

from typing import Final

from planner.core.diagnostics import Diagnostic, make_error

UNREACHED: Final = "state.unreachable"


def report_unreached(shown: str, *, words: str) -> Diagnostic:
    """Return what to tell where the server of the state does not answer, or with less than a whole answer."""
    detail = (
        f"The state is kept at {shown}: {words}. What was saved there stays as it is; what a run of this machine has "
        "done since is in its journal (.poolctl/journal). When the server is back, run `poolctl plan`: it reads the "
        "journal and the service, and says what is still to be done."
    )
    return make_error(UNREACHED, "The place of the state cannot be reached", detail=detail)
