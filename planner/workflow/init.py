"""``init``: write a first configuration beside nothing that it could change."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from planner.config.documents import SUFFIX
from planner.config.errors import ConfigError
from planner.core.diagnostics import PoolctlError, make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.files import TOOL_DIRECTORY, load_text, save_atomically
from planner.state.os_errors import report_os_errors
from planner.state.stores.git.remote import find_state_remote
from planner.workflow.starter import STARTER_FILE, make_starter
from planner.workflow.workplace import Workplace, load_desired_state, probe_store

_IGNORED: Final = f"{TOOL_DIRECTORY}/"
_IGNORE_FILE: Final = ".gitignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """The files that were written or added to, by name within the directory; none where there was a configuration.

    ``remote`` is the git remote that the state will be kept at; empty where it is beside the files. ``proved`` is the
    store of the files that were there, where it was proved that it can hold a lock.
    """

    files: tuple[str, ...]
    remote: str = ""
    proved: str = ""


def init(workplace: Workplace) -> Initialised:
    """Write the starter configuration into the workplace's directory, which is made where it is missing.

    In a git work tree ``.gitignore`` gets the tool's directory, and where that has a remote the state is kept there.
    A configuration that is there stays as it is; one with ``[backend.s3]`` has its store proved. Raises PoolctlError
    for any other, for a store that cannot hold a lock, and where the system refuses.
    """
    directory = workplace.directory
    with report_os_errors(directory, what="directory", doing="make"):
        directory.mkdir(parents=True, exist_ok=True)
        there = sorted(path.name for path in directory.iterdir() if path.name.endswith(SUFFIX))
    if there:
        return Initialised(files=(), proved=_prove_store(workplace, there[0]))
    remote = find_state_remote(directory, workplace.environment)
    _save_new(directory / STARTER_FILE, text=make_starter(remote))
    return Initialised(files=(STARTER_FILE, *_ignore_tool_directory(directory)), remote=remote)


def _prove_store(workplace: Workplace, name: str) -> str:
    with contextlib.suppress(ConfigError):
        if proved := probe_store(workplace, load_desired_state(workplace)):
            return proved
    raise _make_refusal(name)


def _save_new(path: Path, *, text: str) -> None:
    with report_os_errors(path, what="configuration file", doing="write"):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            raise _make_refusal(path.name) from None
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)


def _make_refusal(name: str) -> PoolctlError:
    detail = (
        f"{name} is there, and every *{SUFFIX} file of a directory is read together: a second configuration "
        "beside it would change what it means. Nothing was written. "
        "Name an empty directory: poolctl init DIR"
    )
    return PoolctlError(make_error("init.exists", "There is a configuration already", detail=detail))


def _ignore_tool_directory(directory: Path) -> Iterator[str]:
    path = directory / _IGNORE_FILE
    if not _is_in_work_tree(directory):
        return
    text = load_text(path, what="file") if os.path.lexists(path) else ""
    if {_IGNORED, TOOL_DIRECTORY, f"/{_IGNORED}", f"/{TOOL_DIRECTORY}"} & set(text.splitlines()):
        return
    separator = "" if not text or text.endswith("\n") else "\n"
    save_atomically(path, f"{text}{separator}{_IGNORED}\n")
    yield _IGNORE_FILE


def _is_in_work_tree(directory: Path) -> bool:
    whole = directory.resolve()
    return any((parent / ".git").exists() for parent in (whole, *whole.parents))
