"""A real loopback service that answers as a test tells it to, byte for byte where needed."""

import contextlib
import datetime as dt
import http.server
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

TOKEN = "MIIEtoken-of-the-tests-0123456789"
PROJECT = "86c13962597848eeb29c5861153a391f"
NOW = dt.datetime(2026, 11, 23, 12, 0, 0, tzinfo=dt.UTC)

Reply = Callable[["Handler"], None]


@dataclass(frozen=True)
class Recorded:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Script:
    """Replies by target or, for all others, in order; the last one repeats."""

    replies: list[Reply] = field(default_factory=list)
    by_target: dict[str, Reply] = field(default_factory=dict)
    requests: list[Recorded] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def targets(self) -> list[str]:
        return [one.target for one in self.requests]

    def take(self, recorded: Recorded) -> Reply:
        with self.lock:
            self.requests.append(recorded)
            if recorded.target in self.by_target:
                return self.by_target[recorded.target]
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.script.take(Recorded(self.command, self.path, headers, body))(self)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - the names are http.server's

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script

    def handle_error(self, *_: object) -> None:
        pass


def send_json(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return send_bytes(json.dumps(body).encode(), status=status, headers=headers)


def send_bytes(content: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    def reply(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return reply


def send_wire(content: bytes) -> Reply:
    """Send these bytes instead of an HTTP answer, then close."""

    def reply(handler: Handler) -> None:
        handler.wfile.write(content)
        handler.close_connection = True

    return reply


def reset(handler: Handler) -> None:
    """Cut the connection with a TCP reset, without an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def hang(handler: Handler) -> None:
    """Say nothing until the test is over."""
    handler.server.script.released.wait(10)
    handler.close_connection = True


def trickle(start: bytes) -> Reply:
    """Send ``start``, then one byte after the other, each in time, without an end."""

    def reply(handler: Handler) -> None:
        handler.close_connection = True
        with contextlib.suppress(OSError):
            handler.wfile.write(start)
            while not handler.server.script.released.wait(0.02):
                handler.wfile.write(b"x")

    return reply


def serve(server: Server, script: Script) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server.server_address[1]
    script.released.set()
    server.shutdown()
    thread.join()
    server.server_close()
