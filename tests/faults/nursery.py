"""poolctl in processes forked from a warm one, and killed at a chosen step on the disk or on the network.

A step is whatever changes something that outlives the process: a file opened for writing, a write, a rename, a link,
a removal, a directory, a lock, a connection, a request sent; and the answer to a write read. A process dies right
before the step; right after a step is right before the next one. Each write to a file is two: nothing of it is on the
disk, or half. Before an answer is read it has arrived, so that the service is done with the request.

The kill is ``SIGKILL``, or a signal that asks for an end, at the call into the kernel. The kernel lives on, and has what was written, synced or not:
a sync is no step, and is not done.
"""

import contextlib
import io
import multiprocessing
import os
import re
import select
import signal
import socket
import stat
import sys
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

KILLED = -signal.SIGKILL
WARM_UP = '[provider.modelarts]\nendpoint = "simulator"\nregion = "eu-de"\nproject_id = "warm"\n'
_ENDED = None
_LAST_WORDS = "\0"
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_LONGEST_ANSWER = 20.0
_CHANGING = {"os.rename": 2, "os.link": 2, "os.remove": 1, "os.mkdir": 1, "os.truncate": 1, "fcntl.flock": 0}
"""Audit events that are steps, with how many of their first arguments are names."""
_VARYING = re.compile(r"\d{8}T\d+Z-[0-9a-f]{8}|[0-9a-f]{32}|[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How a process ended (``KILLED`` where it came to its last step), the steps that it came to, and its last words.

    ``err`` is empty where it was killed.
    """

    code: int
    steps: tuple[str, ...]
    err: str = ""


class Nursery:
    """A process that has imported and run poolctl once, and forks a child for each run."""

    def __init__(self, directory: Path) -> None:
        """Warm up in ``directory``."""
        self._directory = directory

    def __enter__(self) -> Self:
        self._ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        arguments = (theirs, str(self._directory), dict(os.environ))
        self._process = context.Process(target=_tend, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ours.send(_ENDED)
        self._process.join()
        self._ours.close()

    def run(self, *arguments: str, at: int = 0, number: int = signal.SIGKILL) -> Life:
        """Run poolctl with ``arguments`` and send it a signal, which kills, at its ``at``-th step; 0 is never."""
        self._ours.send((arguments, at, number))
        code, text = self._ours.recv()
        steps, _, err = text.partition(_LAST_WORDS)
        return Life(code=code, steps=tuple(steps.splitlines()), err=err)


def _tend(orders: Connection, directory: str, environment: dict[str, str]) -> None:
    """Fork a child for each order until there are no more."""
    os.environ.update(environment, HW_AUTH_TOKEN="token-of-a-test")
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it lives as long as the process
    sys.stdout = sys.stderr = nowhere
    _warm_up(Path(directory))
    while (order := orders.recv()) is not _ENDED:
        orders.send(_bear(*order))


def _warm_up(directory: Path) -> None:
    import httpx

    from planner.cli.entry import main

    (directory / "a.pools.toml").write_text(WARM_UP, encoding="utf-8")
    main(["-C", str(directory), "apply", "--auto-approve"])
    httpx.Client().close()
    while threading.active_count() > 1:  # a child has nothing but the thread that forks it
        time.sleep(0.001)


def _bear(arguments: tuple[str, ...], at: int, number: int) -> tuple[int, str]:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        _live(arguments, _Steps(at, writer, number=number), report=writer)
    os.close(writer)
    with open(reader, encoding="utf-8") as told:  # noqa: PTH123 - a descriptor
        text = told.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


def _live(arguments: tuple[str, ...], steps: "_Steps", *, report: int) -> None:
    from planner.cli.entry import main

    code, write = 1, os.write
    sys.stderr = said = io.StringIO()
    try:
        steps.watch()
        code = main(arguments)
    finally:
        write(report, f"{_LAST_WORDS}{said.getvalue()}".encode())
        os._exit(code)


class _Steps:
    """Counts and tells the steps of all threads, and sends the process a signal at the last one."""

    def __init__(self, last: int, report: int, *, number: int) -> None:
        self._last = last
        self._number = number
        self._report = report
        self._count = 0
        self._lock = threading.Lock()
        self._write = os.write
        self._unanswered: weakref.WeakKeyDictionary[socket.socket, str] = weakref.WeakKeyDictionary()

    def watch(self) -> None:
        """Hear of every step from now on."""
        sys.addaudithook(self._hear)
        os.write = self._wrap_write(os.write)
        os.fsync = lambda _descriptor: None
        socket.socket.send = self._wrap_send(socket.socket.send)  # type: ignore[method-assign]
        socket.socket.recv = self._wrap_receive(socket.socket.recv)  # type: ignore[method-assign]

    def _take(self, label: str, last_deed: Callable[[], object] = lambda: None) -> bool:
        """Take a step, and tell whether it was the last one, in a process that lives on."""
        with self._lock:
            self._count += 1
            self._write(self._report, f"{_VARYING.sub('*', label)}\n".encode())
            if self._count == self._last:
                last_deed()
                os.kill(os.getpid(), self._number)
            return self._count == self._last

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and _is_for_writing(arguments):
            self._take(f"open {_format_name(arguments[0])}")
        elif event in _CHANGING:
            names = map(_format_name, arguments[: _CHANGING[event]])
            self._take(f"{event.partition('.')[2]} {' '.join(names)}".strip())
        elif event == "socket.connect":
            self._take("connect")

    def _wrap_write(self, write: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        def write_in_two(descriptor: int, data: Any) -> int:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                name = _format_name(descriptor)
                self._take(f"write {name}")
                half = data[: len(data) // 2]
                if self._take(f"write half of {name}", lambda: write(descriptor, half)):
                    return len(half)
            return write(descriptor, data)

        return write_in_two

    def _wrap_send(self, send: Callable[..., int]) -> Callable[..., int]:
        def send_some(connection: socket.socket, data: bytes, *rest: Any) -> int:
            line = bytes(data).split(b" HTTP/1.1\r\n", 1)
            if len(line) > 1:
                self._unanswered[connection] = line[0].decode("ascii")
            part = "" if len(line) > 1 else " (body)"
            self._take(f"send {self._unanswered[connection]}{part}")
            return send(connection, data, *rest)

        return send_some

    def _wrap_receive(self, receive: Callable[..., bytes]) -> Callable[..., bytes]:
        def wait_and_receive(connection: socket.socket, *rest: Any) -> bytes:
            request = self._unanswered.pop(connection, "")
            if request and not request.startswith("GET "):  # the rest of an answer is no other step
                self._take(f"receive {request}", lambda: select.select([connection], [], [], _LONGEST_ANSWER))
            return receive(connection, *rest)

        return wait_and_receive


def _format_name(place: object) -> str:
    """Return the last part of a name; of a descriptor where the system tells it."""
    if isinstance(place, int):
        with contextlib.suppress(OSError):
            return Path(f"/proc/self/fd/{place}").readlink().name
        return "a file"
    return Path(os.fsdecode(place)).name if isinstance(place, (str, bytes, os.PathLike)) else "a file"


def _is_for_writing(arguments: tuple[Any, ...]) -> bool:
    name, _, flags = arguments
    return isinstance(flags, int) and bool(flags & _FOR_WRITING) and name != os.devnull
