import ssl

import httpx
import pytest

from planner.core.diagnostics import PoolctlError, Severity
from planner.remote import errors
from planner.remote.errors import (
    AnswerLost,
    BadAnswer,
    Conflict,
    Forbidden,
    NotFound,
    Refusal,
    Refused,
    RemoteError,
    ServerFault,
    Throttled,
    Unauthorized,
    Unreachable,
    make_refused,
)
from planner.remote.outside_text import format_outside_text
from planner.remote.transport_faults import Fault, build_fault_table, build_transport_error, find_fault
from planner.simulator.errors import SimulatorError


def find_subclasses(kind: type) -> set[type]:
    return {kind}.union(*(find_subclasses(one) for one in kind.__subclasses__()))


HTTPX_ERRORS = {
    one
    for root in (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict)
    for one in find_subclasses(root)
    if one.__module__.startswith("httpx")
}


@pytest.mark.parametrize("kind", sorted(HTTPX_ERRORS, key=lambda one: one.__name__))
def test_every_exception_of_httpx_is_mapped(kind):
    assert kind in build_fault_table()


def test_every_public_exception_of_httpx_is_in_that_tree():
    public = {one for one in vars(httpx).values() if isinstance(one, type) and issubclass(one, Exception)}
    assert public <= HTTPX_ERRORS


@pytest.mark.parametrize(
    ("error", "kind", "attributes"),
    [
        pytest.param(httpx.ConnectError("x"), Unreachable, (False, False), id="refused connection"),
        pytest.param(httpx.ConnectTimeout("x"), Unreachable, (False, False), id="no connection in time"),
        pytest.param(httpx.ProxyError("x"), Unreachable, (False, False), id="proxy says no"),
        pytest.param(httpx.PoolTimeout("x"), Unreachable, (False, False), id="no free connection"),
        pytest.param(httpx.UnsupportedProtocol("x"), Unreachable, (False, True), id="scheme without transport"),
        pytest.param(httpx.InvalidURL("x"), Unreachable, (False, True), id="malformed URL"),
        pytest.param(SimulatorError("x"), Unreachable, (False, True), id="the simulator's file"),
        pytest.param(httpx.WriteError("x"), Unreachable, (True, False), id="cut while sending"),
        pytest.param(httpx.WriteTimeout("x"), Unreachable, (True, False), id="timed out while sending"),
        pytest.param(httpx.LocalProtocolError("x"), Unreachable, (True, False), id="protocol slip of ours"),
        pytest.param(httpx.ReadError("x"), AnswerLost, None, id="cut while reading"),
        pytest.param(httpx.ReadTimeout("x"), AnswerLost, None, id="timed out while reading"),
        pytest.param(httpx.CloseError("x"), AnswerLost, None, id="cut while closing"),
        pytest.param(httpx.RemoteProtocolError("x"), AnswerLost, None, id="not HTTP"),
        pytest.param(OSError("x"), AnswerLost, None, id="unknown fault of the system: uncertain"),
        pytest.param(httpx.DecodingError("x"), BadAnswer, None, id="garbled compression"),
    ],
)
def test_a_transport_fault_says_how_far_the_request_came(error, kind, attributes):
    found = build_transport_error(error, target="GET host/v2")
    assert type(found) is kind
    told = (found.may_have_reached, found.is_lasting) if isinstance(found, Unreachable) else None
    assert told == attributes


def test_an_unknown_exception_counts_as_a_lost_answer():
    assert find_fault(RuntimeError("x")) is Fault.ANSWER_LOST


def test_a_bad_certificate_is_lasting():
    error = httpx.ConnectError("certificate verify failed")
    error.__cause__ = ssl.SSLCertVerificationError("bad")
    found = build_transport_error(error, target="GET host")
    assert isinstance(found, Unreachable)
    assert found.is_lasting


def test_the_secret_and_control_characters_are_kept_out_of_transport_errors():
    found = build_transport_error(httpx.ReadError("s3cret \x1b[2J"), target="GET host", secrets=("s3cret",))
    assert "s3cret" not in repr(found.diagnostics)
    assert found.diagnostics[0].detail.isprintable()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        pytest.param(404, "ModelArts.50015001", NotFound, id="pool not found"),
        pytest.param(404, "ModelArts.50025001", NotFound, id="network not found"),
        pytest.param(404, "", Refused, id="404 without a code: not missing"),
        pytest.param(404, "APIGW.0101", Refused, id="404 of a gateway: not missing"),
        pytest.param(404, "ModelArts.50005101", Refused, id="404 of another thing: not missing"),
        pytest.param(404, "modelarts.50015001", Refused, id="404 with a code that is spelled otherwise"),
        pytest.param(400, "ModelArts.50015001", Refused, id="the code without the status: not missing"),
        pytest.param(410, "", Refused, id="gone is not missing"),
        pytest.param(401, "ModelArts.50001000", Unauthorized, id="401"),
        pytest.param(403, "", Forbidden, id="403"),
        pytest.param(409, "ModelArts.50015000", Conflict, id="409"),
        pytest.param(429, "", Throttled, id="429"),
        pytest.param(500, "", ServerFault, id="500"),
        pytest.param(599, "", ServerFault, id="599"),
        pytest.param(302, "", Refused, id="redirect"),
        pytest.param(415, "ModelArts.50004100", Refused, id="415"),
    ],
)
def test_a_refusal_has_its_class(status, code, kind):
    found = make_refused(Refusal(status=status, error_code=code))
    assert type(found) is kind
    assert (found.status, found.error_code) == (status, code)


def test_a_refusal_tells_what_the_service_said_and_what_to_do():
    found = make_refused(
        Refusal(status=409, error_code="ModelArts.50015000", error_msg="Pool exists.", request_id="r1")
    )
    assert found.diagnostics[0].severity is Severity.ERROR
    assert found.diagnostics[0].detail == (
        "HTTP 409, ModelArts.50015000: Pool exists (request id r1). "
        "Adopt it with an [[import]] block, or choose another name. poolctl never makes a second one."
    )


@pytest.mark.parametrize(
    ("status", "code", "summary", "advised"),
    [
        pytest.param(400, "ModelArts.50004000", "does not accept the request", "quota", id="bad request"),
        pytest.param(401, "ModelArts.50001000", "does not accept the credentials", "fetch a new one", id="token"),
        pytest.param(400, "ModelArts.50004100", "media type", "merge-patch", id="content type with 400"),
        pytest.param(415, "ModelArts.50004100", "media type", "merge-patch", id="content type with 415"),
        pytest.param(409, "ModelArts.50015000", "exists already", "[[import]]", id="pool exists"),
        pytest.param(404, "ModelArts.50015001", "does not know the pool", "Plan again", id="pool not found"),
        pytest.param(404, "ModelArts.50025001", "does not know the network", "Plan again", id="network not found"),
        pytest.param(400, "ModelArts.50025002", "in use", "delete or move", id="network in use with 400"),
        pytest.param(409, "ModelArts.50025002", "in use", "delete or move", id="network in use with 409"),
        pytest.param(404, "ModelArts.50005101", "does not know the flavor", "offer it", id="flavor not found"),
        pytest.param(500, "ModelArts.50005000", "failed", "request id", id="internal error"),
        pytest.param(400, "ModelArts.59999999", "refused the request", "Correct what", id="a code that nobody knows"),
        pytest.param(403, "", "do not allow", "permission", id="no code: by the status"),
    ],
)
def test_every_documented_code_says_what_to_do(status, code, summary, advised):
    told = make_refused(Refusal(status=status, error_code=code, error_msg="said")).diagnostics[0]
    assert summary in told.summary
    assert advised in told.detail
    assert told.detail.startswith(f"HTTP {status}, {code}: said. " if code else f"HTTP {status}, said. ")


def test_what_the_caller_knows_better_takes_the_place_of_the_advice():
    told = make_refused(Refusal(status=401, advice="Ask Ada.")).diagnostics[0]
    assert told.detail == "HTTP 401, without its own error code. Ask Ada."


def test_the_tree_hangs_together():
    public = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)}
    assert public - {PoolctlError} == find_subclasses(RemoteError)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain ünïcode", "plain ünïcode", id="printable text stays"),
        pytest.param("a\x1b[31mb\r\nc", "a\\x1b[31mb\\r\\nc", id="control characters"),
        pytest.param("a\u202eb\u200b", "a\\u202eb\\u200b", id="format characters"),
        pytest.param("a\ud800", "a\\ud800", id="lone surrogate"),
        pytest.param("has s3cret inside", "has [hidden] inside", id="secret"),
    ],
)
def test_text_from_outside_is_made_printable(text, shown):
    assert format_outside_text(text, secrets=("s3cret",)) == shown


@pytest.mark.parametrize("text", ["x" * 600, "\x1b" * 600, "\x1b" * 500])
def test_text_from_outside_is_cut(text):
    shown = format_outside_text(text)
    assert len(shown) <= 512
    assert shown.endswith("…")
