"""What to tell about a refusal: by the error code of the service where it is documented, else by the HTTP status.

Codes: contract 1.1. The texts of the service are never judged: they differ from its documentation.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

_SERVER_FAULTS: Final = 500
_REDIRECTS: Final = range(300, 400)


class Advice(NamedTuple):
    """A summary without user data, and what to do."""

    summary: str
    advice: str


def find_advice(status: int, error_code: str) -> Advice:
    """Return what to tell about an answer with this status and code."""
    return BY_CODE.get(error_code) or _BY_STATUS.get(status) or _find_general_advice(status)


_BUG: Final = "poolctl sends what its plan shows: if the message names nothing of your files, report it with this text."

BY_CODE: Final[Mapping[str, Advice]] = {
    "ModelArts.50004000": Advice(
        "The service does not accept the request",
        "Correct in the files what the message names, then plan again. Where it names nothing, the usual reasons are "
        "a quota, a flavor that is sold out in the zone, or a pool that is not Running or is frozen: look at the pool "
        "and its events in the console.",
    ),
    "ModelArts.50001000": Advice(
        "The service does not accept the credentials",
        "Tokens end after a day at most, and belong to one project: fetch a new one for this project, or correct the "
        "keys.",
    ),
    "ModelArts.50004100": Advice(
        "The service does not accept the media type",
        f"A PATCH has to be application/merge-patch+json: check that no proxy changes Content-Type. {_BUG}",
    ),
    "ModelArts.50015000": Advice(
        "A pool of this name exists already",
        "Adopt it with an [[import]] block, or choose another name. poolctl never makes a second one.",
    ),
    "ModelArts.50015001": Advice(
        "The service does not know the pool",
        "It, or a node that the request names, is gone. Plan again: the plan says what is missing. Check region and "
        "project_id where many are.",
    ),
    "ModelArts.50025001": Advice(
        "The service does not know the network",
        "It is gone. Plan again: the plan says what is missing. Check region and project_id where many are.",
    ),
    "ModelArts.50025002": Advice(
        "The network is in use",
        "A pool still uses it: delete or move that one first, also where poolctl does not manage it.",
    ),
    "ModelArts.50005101": Advice(
        "The service does not know the flavor",
        "Check the flavor's name in the files and that this region and project offer it.",
    ),
    "ModelArts.50005000": Advice(
        "The service failed to answer the request",
        "It is its internal error. Try again later; if it stays, give the request id to support.",
    ),
}
"""Every code that contract 1.1 documents."""

_BY_STATUS: Final[Mapping[int, Advice]] = {
    401: Advice(
        "The service does not accept the credentials",
        "Tokens end after a day at most: fetch a new one for this project and set HW_AUTH_TOKEN.",
    ),
    403: Advice(
        "The credentials do not allow this request",
        "Ask for the ModelArts permission that this call needs, or check region and project_id.",
    ),
    404: Advice(
        "The service does not know what was asked for",
        "Check endpoint, region, project_id and the id: only the service's own code says that a resource is gone.",
    ),
    409: Advice(
        "The request collides with what is there",
        "Look at the live resource (another one may have the name), then plan again.",
    ),
    429: Advice(
        "The service turns requests away because there are too many",
        "Try again later, or with a smaller --parallelism.",
    ),
}


def _find_general_advice(status: int) -> Advice:
    if status >= _SERVER_FAULTS:
        return Advice(
            "The service failed to answer the request",
            "Try again later; if it stays, give the request id to support.",
        )
    if status in _REDIRECTS:
        return Advice(
            "The service redirects to another place",
            "Redirects are never followed, so that credentials stay with the endpoint: correct the endpoint.",
        )
    return Advice("The service refused the request", "Correct what the message names, then plan again.")
