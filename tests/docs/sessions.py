"""Console sessions in documents: run as they stand, and written back with what was really printed.

The convention is told in CONTRIBUTING.md, "Documents".
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_BLOCK: Final = re.compile(r"^```console\n(?P<session>.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND: Final = re.compile(
    r"^\$ (?P<command>.*\n(?:> .*\n)*)(?P<shown>(?:(?!\$ ).*\n)*)",
    re.MULTILINE,
)
_EXIT: Final = re.compile(r"# exit (?P<code>[0-9]+)\n")
_SECONDS: Final = re.compile(r"(?<=after )[0-9]+s\b")
_ANYTHING: Final = "...\n"
_SILENCED: Final = re.compile(r"(HW_|OS_|POOLCTL_).*|COLUMNS|NO_COLOR|CI|TERM|PYTEST_.*")


class SessionError(AssertionError):
    """A command of a document ended otherwise than the document says."""


def refresh_sessions(text: str, *, directory: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run every session of the document ``text`` in ``directory`` and return it with what was printed.

    ``environment`` takes the place of one that says nothing and finds the poolctl under test. Output that the document shows already, its ``...`` standing for any lines, is left as it is; commands
    without output are only run. Raises SessionError where an exit code is not the one that is told.
    """
    shell = _Shell(directory, environment=_make_environment() if environment is None else environment)
    return _BLOCK.sub(lambda block: f"```console\n{shell.refresh(block['session'])}```", text)


class _Shell:
    """One working directory after the other: ``cd`` lasts until the end of the document."""

    def __init__(self, directory: Path, *, environment: Mapping[str, str]) -> None:
        self._directory = directory
        self._environment = environment
        self._note = directory.parent / f"{directory.name}.cwd"

    def refresh(self, session: str) -> str:
        return _COMMAND.sub(self._refresh_one, session)

    def _refresh_one(self, found: re.Match[str]) -> str:
        printed = self._run(found["command"].replace("\n> ", "\n"))
        shown = found["shown"]
        if not shown.strip() or _is_shown_as(printed, shown=shown):
            return found[0]
        blank = re.search(r"\n*\Z", shown.removesuffix("\n"))
        return f"$ {found['command']}{printed}{blank[0] if blank else ''}"

    def _run(self, command: str) -> str:
        script = f"{command}status=$?\npwd > '{self._note}'\nexit $status\n"
        ended = subprocess.run(
            ["sh", "-c", script],
            check=False,
            cwd=self._directory,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        told = _EXIT.search(command)
        expected = int(told["code"]) if told else 0
        if ended.returncode != expected:
            raise SessionError(f"$ {command}exits with {ended.returncode}, not {expected}:\n{ended.stdout}")
        self._directory = Path(self._note.read_text(encoding="utf-8").removesuffix("\n"))
        return _SECONDS.sub("0s", ended.stdout)


def _is_shown_as(printed: str, *, shown: str) -> bool:
    lines = shown.rstrip("\n").splitlines(keepends=True)
    parts = ("(?:.*\n)*?" if line == _ANYTHING else re.escape(line.rstrip("\n")) + "\n" for line in _end(lines))
    return re.fullmatch("".join(parts), printed.rstrip("\n") + "\n") is not None


def _end(lines: list[str]) -> list[str]:
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]


def _make_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not _SILENCED.fullmatch(name)}
    return kept | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', os.defpath)}"}
