"""Diagnostics of a state in git, each made by poolctl's own code."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from planner.core.diagnostics import Diagnostic
from planner.engine import pending
from planner.state.errors import DocumentError
from planner.state.locks.holders import Holder
from planner.state.stores.git import command, remote, store
from planner.workflow import open_runs

_REMOTE: Final = remote.GitRemote(git=SimpleNamespace(directory=Path()), name="origin")
_SHOWN: Final = "pools.state.json on poolctl-state of origin"


def make_git_makers(holder: Holder) -> Mapping[str, Callable[[], Diagnostic]]:
    """Return one maker a code; ``holder`` has the lock."""
    return {
        "settle.elsewhere": lambda: open_runs._report_elsewhere(holder),
        "state.bad-pending": _read_pending,
        "state.git": lambda: command._report_unusable("git is not installed, or not in PATH."),
        "state.git-remote": _REMOTE._report_no_remote,
        "state.other-branch": lambda: store.report_other_branch("refs/heads/main", remote="origin"),
        "state.push-refused": lambda: _REMOTE._report_refused(
            command.GitEnd(code=1, out=b"", words="remote: You are not allowed to push code to this project.")
        ),
        "state.unreachable": lambda: _REMOTE._report_unreached(
            command.tell_git_words(b"fatal: unable to access 'https://ci:secret@git.example/infra.git/': timed out")
        ),
    }


def _read_pending() -> Diagnostic:
    try:
        pending.parse_pending('{"record": "run_startet"}\n', source=_SHOWN)
    except DocumentError as error:
        return error.diagnostics[0]
    message = "nothing was raised"
    raise AssertionError(message)
