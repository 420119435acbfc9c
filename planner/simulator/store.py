"""Where a world lives between two requests: in a file that processes share, in memory, or in both."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol, TypeVar

from planner.simulator.documents import World, parse_world, start_world
from planner.simulator.errors import SimulatorError
from planner.simulator.world_lock import acquire_world, hold_world
from planner.simulator.world_text import WorldFormatter

T = TypeVar("T")
Change = Callable[[World], tuple[World, T]]

_SAVE_SECONDS: Final = 0.5


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
        with self._lock, hold_world(self._path), _explain(self._path):
            world = self._load()
            changed, value = change(world)
            if changed is not world or self._stamp is None:
                self._save(changed)
            return value

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
        self._stamp = _write(self._path, self._formatter.format(world))
        self._world = world


class KeptStore:
    """A world in memory, written to its file soon after each change and once more when it is closed.

    The file's lock is held from the opening to the closing: nobody else can use the file meanwhile. A write that
    fails is told to ``report`` and tried again after the next change; the last one raises.
    """

    def __init__(self, path: Path, *, report: Callable[[SimulatorError], None]) -> None:
        """Open the file at ``path``; a missing one is made.

        Raises:
            SimulatorError: the file is no world, a server or the disk refuses it.

        """
        self._path = path
        self._report = report
        self._formatter = WorldFormatter()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._file = acquire_world(path, is_lasting=True)
        self._saved: World | None = None
        try:
            with _explain(path):
                self._world = parse_world(path.read_bytes()) if path.exists() else start_world()
            self._save(self._world)
        except BaseException:
            self._file.close()
            raise
        self._keeper = threading.Thread(target=self._keep, name="simulator-keeper", daemon=True)
        self._keeper.start()

    def transact(self, change: Change[T]) -> T:
        """See ``Store``."""
        with self._lock:
            self._world, value = change(self._world)
            return value

    def close(self) -> None:
        """Write what is not written yet, and give the file back. Raises SimulatorError where the disk refuses."""
        self._ended.set()
        self._keeper.join()
        try:
            self._save(self._world)
        finally:
            self._file.truncate(0)
            self._file.close()

    def _keep(self) -> None:
        failed: World | None = None
        while not self._ended.wait(_SAVE_SECONDS):
            world = self._world
            if world is failed:
                continue
            try:
                self._save(world)
            except SimulatorError as error:
                failed = world
                self._report(error)

    def _save(self, world: World) -> None:
        if world is self._saved:
            return
        with _explain(self._path):
            _write(self._path, self._formatter.format(world))
        self._saved = world


def _write(path: Path, text: str) -> tuple[int, int, int]:
    """Replace the file at ``path`` as a whole, and return its stamp."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(text, encoding="utf-8")
        stamp = _stamp_file(draft.stat())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return stamp


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
