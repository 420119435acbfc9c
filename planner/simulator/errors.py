"""Refusals with the codes of the service (contract 1.1), and the one exception of the adapters.

Exception
├── Refusal          an answer that is an error; never leaves ``world.respond``
└── SimulatorError   a file, an option or a port cannot be used; its text says which and what to do
    └── PortError    the address cannot be listened on
"""

from collections.abc import Mapping

from planner.simulator.requests import Response, make_json_response

BAD_REQUEST = "ModelArts.50004000"
UNSUPPORTED_CONTENT_TYPE = "ModelArts.50004100"
UNAUTHENTICATED = "ModelArts.50001000"
INTERNAL_ERROR = "ModelArts.50005000"
BAD_SIGNATURE = "APIGW.0301"
POOL_EXISTS = "ModelArts.50015000"
POOL_NOT_FOUND = "ModelArts.50015001"
NETWORK_NOT_FOUND = "ModelArts.50025001"
NETWORK_IN_USE = "ModelArts.50025002"
ROUTE_NOT_FOUND = "APIGW.0101"
METHOD_NOT_ALLOWED = "APIGW.0104"

_MAX_TEXT = 512
_DOCUMENTED = {
    BAD_REQUEST: "Bad request",
    POOL_EXISTS: "Pool already exists.",
    POOL_NOT_FOUND: "pool not found",
    NETWORK_NOT_FOUND: "Network not exist.",
    NETWORK_IN_USE: "Network in use by pool",
}


class SimulatorError(Exception):
    """What the simulator was given is unusable: a world file, a fault script, an option, a port."""


class PortError(SimulatorError):
    """The address that the simulator was to listen on cannot be had."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer of the service, not an error of this program
    """An answer with an error body ``{"error_code", "error_msg"}``."""

    def __init__(self, status: int, code: str, *, text: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep the status, the code, the text and further headers of the answer."""
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.headers = headers or {}

    def make_response(self, *, has_details: bool = True) -> Response:
        """Return the answer that the client sees; without details it has the text of the documentation."""
        text = self.text if has_details else _DOCUMENTED.get(self.code, self.text)
        body = {"error_code": self.code, "error_msg": text[:_MAX_TEXT]}
        return make_json_response(body, self.status, headers=self.headers)


def bad_request(detail: str) -> Refusal:
    """Return the 400 that the service gives for any invalid body: ``Bad request. <detail>``."""
    return Refusal(400, BAD_REQUEST, text=f"Bad request. {detail}")


def pool_not_found(name: str) -> Refusal:
    """Return the 404 of an unknown pool; the live text quotes the name (contract 1.1)."""
    return Refusal(404, POOL_NOT_FOUND, text=f'pool "{name}" not found')


def node_not_found(name: str) -> Refusal:
    """Return the 404 of an unknown node; the text names it (X4)."""
    return Refusal(404, POOL_NOT_FOUND, text=f'node "{name}" not found')


def network_not_found(name: str) -> Refusal:
    """Return the 404 of an unknown network."""
    return Refusal(404, NETWORK_NOT_FOUND, text=f'network "{name}" not found')
