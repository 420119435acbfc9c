"""Foreign transport exceptions, mapped once to the tree of ``planner.remote.errors``."""

import enum
import functools
import ssl
from collections.abc import Iterable, Mapping

from planner.remote.errors import AnswerLost, BadAnswer, RemoteError, Unreachable
from planner.remote.outside_text import format_outside_text


class Fault(enum.Enum):
    """How far a request came before its transport failed."""

    NEVER_SENT = "never sent"
    UNSENDABLE = "never sent, and trying again cannot help"
    PERHAPS_SENT = "perhaps sent in part"
    ANSWER_LOST = "sent, answer lost"
    GARBLED = "answered, not decodable"
    UNUSABLE_WORLD = "the embedded simulator cannot use its file"


def build_transport_error(error: Exception, *, target: str, secrets: Iterable[str] = ()) -> RemoteError:
    """Return the exception that says what ``error`` means for the request to ``target``.

    What is not in the table counts as an answer that was lost: the one reading that never repeats
    a write that may have happened.
    """
    reason = _format_reason(error, secrets=secrets)
    match find_fault(error):
        case Fault.UNUSABLE_WORLD:
            return Unreachable(f"The embedded simulator: {reason}.", may_have_reached=False, is_lasting=True)
        case Fault.NEVER_SENT:
            detail = f"{target}: {reason}. Nothing was sent. Check the network, the proxy settings and the endpoint."
            return Unreachable(detail, may_have_reached=False, is_lasting=_has_bad_certificate(error))
        case Fault.UNSENDABLE:
            detail = f"{target}: {reason}. Nothing was sent. Check endpoint, proxy settings and credentials."
            return Unreachable(detail, may_have_reached=False, is_lasting=True)
        case Fault.PERHAPS_SENT:
            detail = f"{target}: {reason}. A part of the request may have been sent. Check the network, then try again."
            return Unreachable(detail, may_have_reached=True)
        case Fault.ANSWER_LOST:
            return AnswerLost(f"{target}: {reason}. Only reading again can tell whether the service acted on it.")
        case Fault.GARBLED:
            return BadAnswer(
                f"{target}: {reason}. Check that the endpoint is the ModelArts API and not a proxy's page."
            )


def find_fault(error: Exception) -> Fault:
    """Return how far the request came that failed with ``error``."""
    from planner.simulator.errors import SimulatorError

    if isinstance(error, SimulatorError):
        return Fault.UNUSABLE_WORLD
    table = build_fault_table()
    known = (table[one] for one in type(error).__mro__ if one in table)
    return next(known, Fault.ANSWER_LOST)


@functools.cache
def find_foreign_errors(*, is_simulated: bool) -> tuple[type[Exception], ...]:
    """Return the classes that a transport may raise, the embedded simulator's too where it is one."""
    import httpx

    over_network = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict, OSError, ValueError)
    if not is_simulated:
        return over_network
    from planner.simulator.errors import SimulatorError

    return (*over_network, SimulatorError)


@functools.cache
def build_fault_table() -> Mapping[type[BaseException], Fault]:
    """Return the fault of every exception class of httpx (0.28, ``httpx._exceptions``)."""
    import httpx

    return {
        httpx.ConnectError: Fault.NEVER_SENT,
        httpx.ConnectTimeout: Fault.NEVER_SENT,
        httpx.PoolTimeout: Fault.NEVER_SENT,
        httpx.ProxyError: Fault.NEVER_SENT,
        httpx.UnsupportedProtocol: Fault.UNSENDABLE,
        httpx.InvalidURL: Fault.UNSENDABLE,
        httpx.LocalProtocolError: Fault.PERHAPS_SENT,
        httpx.WriteError: Fault.PERHAPS_SENT,
        httpx.WriteTimeout: Fault.PERHAPS_SENT,
        httpx.ReadError: Fault.ANSWER_LOST,
        httpx.ReadTimeout: Fault.ANSWER_LOST,
        httpx.CloseError: Fault.ANSWER_LOST,
        httpx.RemoteProtocolError: Fault.ANSWER_LOST,
        httpx.TimeoutException: Fault.ANSWER_LOST,
        httpx.NetworkError: Fault.ANSWER_LOST,
        httpx.ProtocolError: Fault.ANSWER_LOST,
        httpx.TransportError: Fault.ANSWER_LOST,
        httpx.RequestError: Fault.ANSWER_LOST,
        httpx.HTTPError: Fault.ANSWER_LOST,
        httpx.DecodingError: Fault.GARBLED,
        httpx.TooManyRedirects: Fault.GARBLED,
        httpx.HTTPStatusError: Fault.GARBLED,
        httpx.CookieConflict: Fault.GARBLED,
        httpx.StreamError: Fault.GARBLED,
        httpx.StreamConsumed: Fault.GARBLED,
        httpx.StreamClosed: Fault.GARBLED,
        httpx.ResponseNotRead: Fault.GARBLED,
        httpx.RequestNotRead: Fault.GARBLED,
    }


def _format_reason(error: Exception, *, secrets: Iterable[str]) -> str:
    words = format_outside_text(str(error), secrets=secrets).rstrip(".")
    return words or type(error).__name__


def _has_bad_certificate(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
