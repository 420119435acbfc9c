"""Where a world lives between two requests: in a file that processes share, or in memory."""

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from planner.simulator.documents import World, parse_world, start_world
from planner.simulator.errors import SimulatorError
from planner.simulator.world_text import WorldFormatter

T = TypeVar("T")
Change = Callable[[World], tuple[World, T]]


class Store(Protocol):
    """Keeps a world; one change at a time."""

    def transact(self, change: Change[T]) -> T:
        """Replace the world by the one that ``change`` makes of it, and return its second value."""


class MemoryStore:
    """A world in memory, for one process."""

    def __init__(self, world: World) -> None:
        """Start with ``world``."""
        self._world = world
        self._lock = threading.Lock()

    def transact(self, change: Change[T]) -> T:
        """See ``Store``."""
        with self._lock:
            self._world, value = change(self._world)
            return value


class FileStore:
    """A world in a JSON file, under a lock on ``<path>.lock``; made with its folder when it is missing.

    The file is read again only when it is another one than the last that was read or written. A world that is
    handed back unchanged is not written.

    Raises:
        SimulatorError: by ``transact``, when the file is no world, or the disk refuses.

    """

    def __init__(self, path: Path) -> None:
        """Use the file at ``path``, which is opened by the first transaction."""
        self._path = path
        self._lock = threading.Lock()
        self._formatter = WorldFormatter()
        self._stamp: tuple[int, int, int] | None = None
        self._world = start_world()

    def transact(self, change: Change[T]) -> T:
        """See ``Store``."""
        with self._lock, _explain(self._path), self._hold_file():
            world = self._load()
            changed, value = change(world)
            if changed is not world or self._stamp is None:
                self._save(changed)
            return value

    @contextlib.contextmanager
    def _hold_file(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(f"{self._path.name}.lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _load(self) -> World:
        try:
            stamp = _stamp_file(self._path.stat())
        except FileNotFoundError:
            self._stamp, self._world = None, start_world()
            return self._world
        if stamp != self._stamp:
            self._world = parse_world(self._path.read_bytes())
            self._stamp = stamp
        return self._world

    def _save(self, world: World) -> None:
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        try:
            draft.write_text(self._formatter.format(world), encoding="utf-8")
            stamp = _stamp_file(draft.stat())
            draft.replace(self._path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        self._stamp, self._world = stamp, world


@contextlib.contextmanager
def _explain(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SimulatorError(f"the simulator cannot use its file {path}: {error.strerror or error}") from error
    except SimulatorError as error:
        raise SimulatorError(
            f"the simulator cannot use its file {path}: {error}; move it away to start anew"
        ) from error


def _stamp_file(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
