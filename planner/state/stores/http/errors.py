"""What to tell where the server of ``[backend.http]`` refuses, or does not answer."""

from typing import Final

from planner.core.diagnostics import Diagnostic, make_error
from planner.state.errors import StoreError
from planner.state.os_errors import UNTOUCHED

USERNAMES: Final = ("POOLCTL_HTTP_USERNAME", "TF_HTTP_USERNAME")
PASSWORDS: Final = ("POOLCTL_HTTP_PASSWORD", "TF_HTTP_PASSWORD")

_GIVE: Final = f"Give them in the environment: {USERNAMES[1]} and {PASSWORDS[1]} (for GitLab a user and a token)."
_ADVICE: Final = {
    403: "The credentials are known, and may not do this. For GitLab, an apply needs the role Maintainer.",
    404: "Check the address, and with GitLab the token: what it may not see is not there.",
    405: "Check the methods: GitLab has lock_method POST and unlock_method DELETE.",
    413: "The state is larger than the server takes. Raise its limit (GitLab: maximum Terraform state size).",
    422: "The server does not take this document. With GitLab, another with this serial was kept once: "
    "use another name for the state.",
    501: "Check the methods: GitLab has lock_method POST and unlock_method DELETE.",
}


def report_refusal(shown: str, *, status: int, words: str, doing: str) -> Diagnostic:
    """Return what to tell where the server answers ``status`` when poolctl was ``doing`` something."""
    said = f", saying: {words}" if words else ""
    if status == 401:  # noqa: PLR2004 - unauthorized
        detail = f"{shown} answers {doing} with 401{said}. {UNTOUCHED} {_GIVE}"
        return make_error("state.credentials", "The place of the state wants other credentials", detail=detail)
    advice = _ADVICE.get(status, "Check the address and the methods in [backend.http], and the log of the server.")
    detail = f"{shown} answers {doing} with {status}{said}. {UNTOUCHED} {advice}"
    return make_error("state.store-refused", "The place of the state refuses", detail=detail)


def report_redirect(shown: str, *, status: int, location: str) -> Diagnostic:
    """Return what to tell where the server sends us to ``location``."""
    detail = (
        f"{shown} answers with {status} and points to {location!r}. poolctl follows no such pointer, for the password "
        f"would go along. {UNTOUCHED} If that is the right place, write it into [backend.http]."
    )
    return make_error("state.store-refused", "The place of the state points elsewhere", detail=detail)


def report_half_credentials(given: str, missing: str) -> Diagnostic:
    """Return what to tell where only one of user name and password is in the environment."""
    detail = f"{given} is set, and {missing} is not. {UNTOUCHED} {_GIVE} Or unset both for a server that wants none."
    return make_error("state.credentials", "The credentials for the state are not whole", detail=detail)


def report_terraform(shown: str) -> StoreError:
    """Return the error that a state of Terraform is where ours should be."""
    detail = (
        f"What is stored at {shown} was made by Terraform or OpenTofu. {UNTOUCHED} A state of poolctl needs an address "
        "of its own: with GitLab, another name at the end of the address."
    )
    return StoreError(make_error("state.other-document", "A state of Terraform is there", detail=detail))
