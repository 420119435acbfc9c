"""What stops a call to the service.

::

    PoolctlError
    └── RemoteError
        ├── CredentialsError   no usable credentials in the environment
        ├── InvalidTarget      an id or path that cannot be sent
        ├── Unreachable        no connection, or the request was not sent whole
        ├── AnswerLost         sent, and no whole answer came: uncertain
        ├── BadAnswer          an answer that is not what the contract says
        └── Refused            an answer with an error status
            ├── NotFound       404 with ModelArts.50015001 or 50025001, nothing else
            ├── Unauthorized   401
            ├── Forbidden      403
            ├── Conflict       409
            ├── Throttled      429
            └── ServerFault    5xx
"""

from typing import Final

from planner.core.diagnostics import PoolctlError, make_error
from planner.core.lazy_dataclass import dataclass
from planner.remote.advice import find_advice

MISSING_CODES: Final = frozenset({"ModelArts.50015001", "ModelArts.50025001"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer with an error status.

    The texts are safe to show: escaped, cut, without secrets. ``retry_after`` is the header of that
    name as sent, None where there is none. ``advice`` says what to do, where the caller knows better.
    """

    status: int
    error_code: str = ""
    error_msg: str = ""
    request_id: str = ""
    retry_after: str | None = None
    advice: str = ""


class RemoteError(PoolctlError):
    """The root of everything that a call to the service raises."""


class CredentialsError(RemoteError):
    """The environment holds no credentials that can be used."""

    def __init__(self, summary: str, detail: str) -> None:
        """Say what is missing or wrong, never showing a value."""
        super().__init__(make_error("remote.credentials", summary, detail=detail))


class InvalidTarget(RemoteError):  # noqa: N818 - named for what happened, as it reads in a match
    """An id, kind or path that must not be put into a request."""

    def __init__(self, detail: str) -> None:
        """Say what is wrong with it; nothing was sent."""
        super().__init__(make_error("remote.invalid-target", "An id cannot be sent to the service", detail=detail))


class Unreachable(RemoteError):  # noqa: N818 - named for what happened, as it reads in a match
    """No connection, or the request did not go out whole.

    ``may_have_reached``: False only where certainly nothing of it was sent. ``is_lasting``: trying
    again cannot help (certificate, malformed URL).
    """

    def __init__(self, detail: str, *, may_have_reached: bool, is_lasting: bool = False) -> None:
        """Say what failed."""
        super().__init__(make_error("remote.unreachable", "The service cannot be reached", detail=detail))
        self.may_have_reached = may_have_reached
        self.is_lasting = is_lasting


class AnswerLost(RemoteError):  # noqa: N818 - named for what happened, as it reads in a match
    """The request was sent, and the connection was cut or timed out before a whole answer came."""

    def __init__(self, detail: str) -> None:
        """Say how the answer was lost."""
        super().__init__(make_error("remote.answer-lost", "The answer of the service did not arrive", detail=detail))


class BadAnswer(RemoteError):  # noqa: N818 - named for what happened, as it reads in a match
    """An answer that cannot be understood; ``status`` is None where it was lost with the answer."""

    def __init__(self, detail: str, *, status: int | None = None) -> None:
        """Say which part of the answer is wrong."""
        super().__init__(make_error("remote.bad-answer", "The service sent an unexpected answer", detail=detail))
        self.status = status


class Refused(RemoteError):  # noqa: N818 - named for what happened, as it reads in a match
    """The service answered with an error status."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep what the service said, and say what can be done."""
        summary, advice = find_advice(refusal.status, refusal.error_code)
        detail = f"{_format_refusal(refusal)}. {refusal.advice or advice}"
        super().__init__(make_error(f"remote.{_find_slug(type(self))}", summary, detail=detail))
        self.status = refusal.status
        self.error_code = refusal.error_code
        self.error_msg = refusal.error_msg
        self.request_id = refusal.request_id
        self.retry_after = refusal.retry_after


class NotFound(Refused):
    """The service says in its own code that the pool or network is not there."""


class Unauthorized(Refused):
    """The credentials are not accepted."""


class Forbidden(Refused):
    """The credentials do not allow this call."""


class Conflict(Refused):
    """The request collides with what is there."""


class Throttled(Refused):
    """Too many requests: this one was turned away unread."""


class ServerFault(Refused):
    """The service failed; what a write did is not known."""


def may_have_happened(error: RemoteError) -> bool:
    """Tell whether a write that ended in ``error`` may have done something: only a read can tell."""
    match error:
        case AnswerLost() | ServerFault():
            return True
        case Unreachable():
            return error.may_have_reached
        case BadAnswer():
            return error.status is None or error.status < _REFUSALS
        case _:
            return False


def make_refused(refusal: Refusal) -> Refused:
    """Return the exception of the tree that fits ``refusal``."""
    if refusal.status == _NOT_FOUND:
        return NotFound(refusal) if refusal.error_code in MISSING_CODES else Refused(refusal)
    if refusal.status >= _SERVER_FAULTS:
        return ServerFault(refusal)
    return _CLASSES.get(refusal.status, Refused)(refusal)


_NOT_FOUND: Final = 404
_REFUSALS: Final = 300
_SERVER_FAULTS: Final = 500

_CLASSES: Final[dict[int, type[Refused]]] = {401: Unauthorized, 403: Forbidden, 409: Conflict, 429: Throttled}

_SLUGS: Final[dict[type[Refused], str]] = {
    NotFound: "not-found",
    Unauthorized: "unauthorized",
    Forbidden: "forbidden",
    Conflict: "conflict",
    Throttled: "throttled",
    ServerFault: "server-fault",
}


def _find_slug(kind: type[Refused]) -> str:
    return _SLUGS.get(kind, "refused")


def _format_refusal(refusal: Refusal) -> str:
    said = ": ".join(filter(None, (refusal.error_code, refusal.error_msg.rstrip(".")))) or "without its own error code"
    request = f" (request id {refusal.request_id})" if refusal.request_id else ""
    return f"HTTP {refusal.status}, {said}{request}"


def format_error(error: RemoteError) -> str:
    """Return what an error says as one line of words."""
    return " ".join(f"{one.summary}: {one.detail}" for one in error.diagnostics)
