"""The service as an ASGI application: bytes become a request, an answer or a failure goes back over the connection."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from planner.simulator.errors import BAD_REQUEST, INTERNAL_ERROR, Refusal
from planner.simulator.faults import Delay, Fault, Garbage, ResetAfter, ResetBefore, Status, Truncated
from planner.simulator.requests import Request, Response, make_request

TRANSPORT: Final = "transport"
"""The extension of a scope that holds the connection's transport, so that a fault can break it."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_MAX_BODY: Final = 16 * 1024 * 1024
_RESET: Final = struct.pack("ii", 1, 0)
_WITHOUT_BODY: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What becomes of a request: the failure to play, and a function that lets it take effect."""

    fault: Fault | None
    answer: Callable[[], Response]


class Application:
    """Plays exchanges.

    ``exchange`` says what becomes of a request; where ``threads`` are given it runs there, because it may wait.
    ``report`` is told of every exception, which is a fault of the simulator; the client gets a 500.
    """

    def __init__(
        self, exchange: Callable[[Request], Exchange], *, threads: Executor | None, report: Callable[[Exception], None]
    ) -> None:
        """Play what ``exchange`` says."""
        self._exchange = exchange
        self._threads = threads
        self._report = report
        self.stopping = asyncio.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification, version 3."""
        try:
            body = await _read_body(scope, receive)
        except ConnectionError:
            return
        if body is None:
            await _write(send, Refusal(400, BAD_REQUEST, text="Bad request. the body is too large").make_response())
            return
        try:
            exchange = await self._begin(_read_request(scope, body))
            player = _Player(transport=scope["extensions"][TRANSPORT][TRANSPORT], receive=receive, send=send)
            await player.play(exchange, stopping=self.stopping)
        except Exception as error:  # noqa: BLE001 - a fault of the simulator is told, and answered as the service would
            self._report(error)
            await _write(send, Refusal(500, INTERNAL_ERROR, text="internal error").make_response())

    async def _begin(self, request: Request) -> Exchange:
        if self._threads is None:
            return self._exchange(request)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._exchange, request)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Player:
    """One connection at the moment of its answer."""

    transport: asyncio.Transport
    receive: Receive
    send: Send

    async def play(self, exchange: Exchange, *, stopping: asyncio.Event) -> None:
        fault = exchange.fault
        if isinstance(fault, ResetBefore):
            await self._reset()
            return
        if isinstance(fault, Status):
            await _write(self.send, Response(status=fault.status, headers=fault.headers, body=fault.body))
            return
        response = exchange.answer()
        if isinstance(fault, ResetAfter):
            await self._reset()
        elif isinstance(fault, Truncated):
            await _write(self.send, response, cut=len(response.body) // 2)
            self.transport.close()
            await self._wait_for_end()
        elif isinstance(fault, Garbage):
            garbage = Response(status=200, headers={"content-type": fault.content_type}, body=fault.body)
            await _write(self.send, garbage)
        else:
            await _wait(fault, stopping)
            await _write(self.send, response)

    async def _reset(self) -> None:
        """Close with a TCP reset: lingering is off, so the peer sees no orderly end."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()
        await self._wait_for_end()

    async def _wait_for_end(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


async def _wait(fault: Fault | None, stopping: asyncio.Event) -> None:
    if isinstance(fault, Delay):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), timeout=fault.seconds)


async def _read_body(scope: Message, receive: Receive) -> bytes | None:
    """Return the body, None where it is too large; raises ConnectionError where the client went away."""
    lengths = [int(value) for name, value in scope["headers"] if name == b"content-length"]
    if any(one > _MAX_BODY for one in lengths):
        return None
    parts: list[bytes] = []
    size, has_more = 0, True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        parts.append(message["body"])
        size, has_more = size + len(message["body"]), message["more_body"]
        if size > _MAX_BODY:
            return None
    return b"".join(parts)


def _read_request(scope: Message, body: bytes) -> Request:
    target = b"?".join(one for one in (scope["raw_path"], scope["query_string"]) if one)
    # Signatures are made over UTF-8, so the bytes of a header have to come through.
    headers = {name.decode("latin-1"): value.decode("utf-8", "surrogateescape") for name, value in scope["headers"]}
    return make_request(scope["method"], target.decode("ascii", "replace"), headers=headers, body=body)


async def _write(send: Send, response: Response, *, cut: int | None = None) -> None:
    body = b"" if response.status in _WITHOUT_BODY else response.body
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in response.headers.items()]
    if response.status not in _WITHOUT_BODY:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body[:cut], "more_body": cut is not None})
