"""A strict server of Terraform's HTTP backend on loopback, and one with the ways of GitLab.

The plain one is as the documentation of the protocol has it: LOCK answers 423 with the holder, a save without the lock's
id is refused, UNLOCK refuses another id. The other follows GitLab's ``lib/api/terraform/state.rb``: POST and DELETE on
``/lock``, 409 that repeats most of the asker's own words, 204 for a state without content, every member of the lock
required, one document a serial.
"""

import atexit
import base64
import contextlib
import functools
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from planner.core.desired import HttpBackend
from planner.state.stores.http.store import HttpStore, open_http_store
from planner.state.stores.http.wire import HttpWire, find_credentials

STATE = "/state/prod"
LOCK = f"{STATE}/lock"
REQUIRED = ("ID", "Operation", "Info", "Who", "Version", "Created", "Path")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: ``lock_id`` is the one in its query."""

    method: str
    path: str
    lock_id: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def info(self) -> dict[str, object]:
        return json.loads(self.body or b"{}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer; ``length`` is the Content-Length where it is a lie."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


Answer = Callable[[Asked], Told]


@dataclass(slots=True, kw_only=True)
class StateServer:
    """What is stored, the lock and all requests; ``answer_instead`` has answers for the next requests, by method.

    None in the place of an answer lets the request happen and breaks the connection before the answer.
    """

    url: str = ""
    is_gitlab: bool = False
    credentials: str = ""
    stored: bytes = b""
    lock: dict[str, object] | None = None
    serials: set[int] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    answer_instead: dict[str, list[Told | None]] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def backend(self) -> HttpBackend:
        """Return the settings for this server."""
        address, lock_address = f"{self.url}{STATE}", f"{self.url}{LOCK}"
        if self.is_gitlab:
            return HttpBackend(
                address=address,
                lock_address=lock_address,
                unlock_address=lock_address,
                lock_method="POST",
                unlock_method="DELETE",
            )
        return HttpBackend(address=address, lock_address=address, unlock_address=address)

    def answer(self, asked: Asked) -> Told | None:
        """Do what is asked, one request at a time; None breaks the connection."""
        with self.turn:
            self.asked.append(asked)
            planned = self.answer_instead.get(asked.method)
            instead = planned.pop(0) if planned else self
            if isinstance(instead, Told):
                return instead
            told = self._refuse(asked) or (self._answer_gitlab(asked) if self.is_gitlab else self._answer_plain(asked))
            return None if instead is None else told

    def _refuse(self, asked: Asked) -> Told | None:
        if self.credentials and asked.headers.get("authorization") != self.credentials:
            return Told(status=401, body=b"HTTP Basic: Access denied.")
        if asked.body and asked.headers.get("content-md5") != make_sum(asked.body):
            return Told(status=400, body=b"Content-MD5")
        return None

    def _answer_plain(self, asked: Asked) -> Told:
        if asked.path != STATE:
            return Told(status=404)
        held = self.lock["ID"] if self.lock else ""
        match asked.method:
            case "GET":
                return Told(
                    body=self.stored, headers={"Content-MD5": make_sum(self.stored)}, status=200 if self.stored else 404
                )
            case "POST" if self.lock is None or asked.lock_id != held:
                return Told(status=423 if self.lock else 409, body=json.dumps(self.lock).encode())
            case "POST":
                self.stored = asked.body
                return Told()
            case "LOCK" if self.lock is not None:
                return Told(status=423, body=json.dumps(self.lock).encode())
            case "LOCK":
                self.lock = asked.info
                return Told()
            # Terraform's own force-unlock names no id.
            case "UNLOCK" if self.lock is None or asked.info.get("ID", held) != held:
                return Told(status=409, body=json.dumps(self.lock).encode())
            case "UNLOCK":
                self.lock = None
                return Told()
        return Told(status=405)

    def _answer_gitlab(self, asked: Asked) -> Told:
        held = self.lock["ID"] if self.lock else ""
        match (asked.method, asked.path):
            case ("GET", path) if path == STATE:
                return Told(body=self.stored) if self.stored else Told(status=204 if self.lock else 404)
            case ("POST", path) if path == STATE:
                return self._save_gitlab(asked, held=str(held))
            case ("POST", path) if path == LOCK:
                return self._lock_gitlab(asked.info)
            case ("DELETE", path) if path == LOCK:
                is_ours = asked.info.get("ID", held) == held
                self.lock = None if is_ours else self.lock
                return Told(status=200 if is_ours else 409)
            case ("DELETE", _):
                raise AssertionError("that would delete the state")
        return Told(status=404)

    def _save_gitlab(self, asked: Asked, *, held: str) -> Told:
        serial = asked.info.get("serial")
        if asked.lock_id != held:
            return Told(status=500, body=b'{"message":"500 Internal Server Error"}')
        if not isinstance(serial, int) or serial in self.serials:
            return Told(status=422, body=b'{"message":"No serial in payload, or twice"}')
        self.serials.add(serial)
        self.stored = asked.body
        return Told()

    def _lock_gitlab(self, info: dict[str, object]) -> Told:
        if any(not isinstance(info.get(one), str) for one in REQUIRED):
            return Told(status=400, body=b'{"error":"ID is missing"}')
        status = 409 if self.lock else 200
        self.lock = self.lock or {"ID": info["ID"], "Who": "ada", "Created": "2026-11-23T07:38:24.000Z"}
        echoed = {one: info[one] for one in ("Operation", "Info", "Version", "Path")}
        return Told(status=status, body=json.dumps(echoed | self.lock).encode())


def make_sum(body: bytes) -> str:
    """Return the Content-MD5 of ``body``."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


class _Server(ThreadingHTTPServer):
    """Serves many states: the first step of a path names the site."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sites: dict[str, StateServer] = {}
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def add(self, name: str, **members: object) -> StateServer:
        """Return the site ``name``, made where it is missing."""
        site = StateServer(url=f"http://127.0.0.1:{self.server_port}/{name}", **members)
        return self.sites.setdefault(name, site)

    def stop(self) -> None:
        """Answer no more."""
        self.shutdown()
        self.thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        name, _, path = parts.path.removeprefix("/").partition("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        lock_id = "".join(parse_qs(parts.query).get("ID", []))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(method=self.command, path=f"/{path}", lock_id=lock_id, body=body, headers=headers)
        told = self.server.sites[name].answer(asked)
        self.close_connection = True
        if told is None:
            return
        self.send_response(told.status)
        for header, value in told.headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(told.body) if told.length is None else told.length))
        self.end_headers()
        self.wfile.write(told.body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


for _method in ("GET", "POST", "PUT", "DELETE", "LOCK", "UNLOCK"):
    setattr(_Handler, f"do_{_method}", _Handler.handle_any)


@contextlib.contextmanager
def serve_state(*, is_gitlab: bool = False, credentials: tuple[str, str] | None = None) -> Iterator[StateServer]:
    """Yield a server that is answering, with an empty store."""
    basic = f"Basic {base64.b64encode(':'.join(credentials).encode()).decode()}" if credentials else ""
    server = _Server()
    try:
        yield server.add("site", is_gitlab=is_gitlab, credentials=basic)
    finally:
        server.stop()


@functools.cache
def _serve_all() -> _Server:
    server = _Server()
    atexit.register(server.stop)
    return server


def find_site(place: Path, *, is_gitlab: bool) -> StateServer:
    """Return the site of ``place`` at a server that answers until the tests have ended."""
    return _serve_all().add(hashlib.sha256(str(place).encode()).hexdigest(), is_gitlab=is_gitlab)


def open_at(site: StateServer, directory: Path, *, environment: Mapping[str, str] | None = None, **timing: object):
    """Open the store of ``directory`` at ``site``."""
    directory.mkdir(exist_ok=True)
    credentials = find_credentials(environment or {})
    wire = HttpWire(where=site.backend, credentials=credentials, timeout=5.0, sleep=lambda _seconds: None)
    store: HttpStore = open_http_store(directory, wire, **timing)
    return store
