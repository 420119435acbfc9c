"""One HTTP connection: bytes become a request, an answer or a failure become bytes."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from planner.simulator.errors import BAD_REQUEST, Refusal
from planner.simulator.faults import Delay, Fault, Garbage, ResetAfter, ResetBefore, Status, Truncated
from planner.simulator.requests import Request, Response, parse_target

_MAX_BODY = 16 * 1024 * 1024
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What becomes of a request: the failure to play, and a function that lets it take effect."""

    fault: Fault | None
    answer: Callable[[], Response]


class Connection(BaseHTTPRequestHandler):
    """Serves requests until the client goes; the server it belongs to makes the exchanges."""

    protocol_version = "HTTP/1.1"
    server_version = "ModelArts"
    sys_version = ""
    disable_nagle_algorithm = True

    def __getattr__(self, name: str) -> Any:
        """Serve every method alike: the world knows which it has."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Log nothing: ``LocalServer.requests`` has it all."""

    def _serve(self) -> None:
        request = self._read_request()
        if request is None:
            text = "Bad request. the length of the body is missing or too large"
            self.close_connection = True
            self._write(Refusal(400, BAD_REQUEST, text=text).make_response())
            return
        exchange: Exchange = self.server.exchange(request)  # type: ignore[attr-defined]  # see http_server._Server
        self._play(exchange)

    def _read_request(self) -> Request | None:
        length = self.headers.get("content-length", "0").strip()
        is_number = length.isascii() and length.isdigit() and len(length) <= len(str(_MAX_BODY))
        if "transfer-encoding" in self.headers or not is_number or int(length) > _MAX_BODY:
            return None
        path, query = parse_target(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(method=self.command, path=path, query=query, headers=headers, body=self.rfile.read(int(length)))

    def _play(self, exchange: Exchange) -> None:
        fault = exchange.fault
        if isinstance(fault, ResetBefore):
            self._reset()
            return
        if isinstance(fault, Status):
            self._write(Response(status=fault.status, headers=fault.headers, body=fault.body))
            return
        response = exchange.answer()
        if isinstance(fault, ResetAfter):
            self._reset()
        elif isinstance(fault, Truncated):
            self._write(response, cut=len(response.body) // 2)
        elif isinstance(fault, Garbage):
            self._write(Response(status=200, headers={"content-type": fault.content_type}, body=fault.body))
        else:
            self._wait(fault)
            self._write(response)

    def _wait(self, fault: Fault | None) -> None:
        stopping: threading.Event = self.server.stopping  # type: ignore[attr-defined]  # see http_server._Server
        if isinstance(fault, Delay):
            stopping.wait(fault.seconds)

    def _write(self, response: Response, *, cut: int | None = None) -> None:
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('Unknown',))[0]}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        lines += [f"content-length: {len(response.body)}"] + ["connection: close"] * self.close_connection
        body = b"" if self.command == "HEAD" else response.body[:cut]
        if cut is not None:
            self.close_connection = True
        with contextlib.suppress(ConnectionError):
            self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body)

    def _reset(self) -> None:
        """Close with a TCP reset: lingering is off, so the peer sees no orderly end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        socket.close(self.connection.detach())
