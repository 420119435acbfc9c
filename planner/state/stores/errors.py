"""What to tell of the place of a shared state: it does not answer, or speaks in its own words."""

from collections.abc import Iterable
from typing import Final

from planner.core.diagnostics import Diagnostic, make_error

UNREACHED: Final = "state.unreachable"

_LONGEST_WORDS: Final = 300


def make_words(text: str, *, secrets: Iterable[str] = ()) -> str:
    """Return what a server or a library says as one line without control characters and secrets."""
    for secret in secrets:
        text = text.replace(secret, "***") if secret else text
    text = " ".join(text.split())
    text = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
    return text.rstrip(".") if len(text) <= _LONGEST_WORDS else f"{text[:_LONGEST_WORDS]}…"


def report_unreached(shown: str, *, words: str) -> Diagnostic:
    """Return what to tell where the server of the state does not answer, or with less than a whole answer."""
    detail = (
        f"The state is kept at {shown}: {words}. What was saved there stays as it is; what a run of this machine has "
        "done since is in its journal (.poolctl/journal). When the server is back, run `poolctl plan`: it reads the "
        "journal and the service, and says what is still to be done."
    )
    return make_error(UNREACHED, "The place of the state cannot be reached", detail=detail)
