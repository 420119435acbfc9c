"""Git as a command: argument lists, no prompt, no hook of the user, no endless wait, and no secret in what is told."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.errors import StoreError
from planner.state.outside_text import make_words

SECONDS: Final = 60.0
"""The longest that one command of git may take, the network included."""

_OPTIONS: Final = (
    "--literal-pathspecs",
    "--no-optional-locks",
    "-c", "core.hooksPath=/dev/null",
    "-c", "gc.auto=0",
    "-c", "maintenance.auto=false",
    "-c", "core.splitIndex=false",
    "-c", "protocol.ext.allow=never",
    "-c", "credential.interactive=false",
    "-c", "push.gpgSign=false",
    "-c", "advice.detachedHead=false",
)  # fmt: skip
# What names another repository, as in a hook, or asks somebody in a window.
_DROPPED: Final = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    "SSH_ASKPASS",
)
_USER_INFO: Final = re.compile(r"(://)[^/\s']+@")
_LONGEST_WORDS: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class GitEnd:
    """How a command ended: its exit code, what it printed, and its words, fit for a message."""

    code: int
    out: bytes
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """The git that is called in ``directory``, with ``environment`` made by ``open_git``."""

    program: str
    directory: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> GitEnd:
        """Return how git ended. Raises StoreError where it cannot be started or takes too long."""
        try:
            # A session of its own: Ctrl-C must not cut a push, and nothing can ask at the terminal.
            child = subprocess.Popen(
                [self.program, *_OPTIONS, *arguments],
                cwd=self.directory,
                env={**self.environment, **(extra or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise StoreError(_report_unusable(f"git cannot be started ({error.strerror}).")) from error
        with child:
            try:
                out, told = child.communicate(stdin, timeout=SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.communicate()
                return GitEnd(code=-1, out=b"", words=f"git {arguments[0]} took longer than {SECONDS:.0f}s")
            except BaseException:
                os.killpg(child.pid, signal.SIGKILL)
                raise
        return GitEnd(code=child.returncode, out=out, words=tell_git_words(told))

    def ask(self, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> bytes:
        """Return what git prints. Raises StoreError with its words where it fails."""
        end = self.run(*arguments, stdin=stdin, extra=extra)
        if end.code:
            raise StoreError(_report_unusable(f"git {arguments[0]} failed: {end.words}."))
        return end.out

    def ask_line(self, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> str:
        """Return the one line that git prints. Raises StoreError."""
        return self.ask(*arguments, stdin=stdin, extra=extra).decode("utf-8", "replace").rstrip("\n")


def open_git(directory: Path, environment: Mapping[str, str]) -> Git:
    """Return git for the repository of ``directory``, which it never asks and never hangs in.

    The user's credential helpers, ssh settings and proxies hold. Raises StoreError where git is not installed.
    """
    program = shutil.which("git", path=environment.get("PATH"))
    if program is None:
        raise StoreError(_report_unusable("git is not installed, or not in PATH."))
    kept = {name: value for name, value in environment.items() if name not in _DROPPED}
    quiet = {
        **kept,
        "GIT_TERMINAL_PROMPT": "0",
        "GCM_INTERACTIVE": "never",
        "SSH_ASKPASS_REQUIRE": "never",
        "LC_ALL": "C",
    }
    git = Git(program=program, directory=directory, environment=quiet)
    if "GIT_SSH" in kept and "GIT_SSH_COMMAND" not in kept:
        return git
    base = kept.get("GIT_SSH_COMMAND") or git.run("config", "--get", "core.sshCommand").out.decode().strip() or "ssh"
    ssh = f"{base} -oBatchMode=yes -oConnectTimeout=15 -oServerAliveInterval=15"
    return Git(program=program, directory=directory, environment={**quiet, "GIT_SSH_COMMAND": ssh})


def tell_git_words(told: bytes) -> str:
    """Return git's words as one line without control characters, and without what stands before the ``@`` of a URL."""
    text = " ".join(told.decode("utf-8", "replace").split())
    return make_words(_USER_INFO.sub(r"\1***@", text), limit=_LONGEST_WORDS)


def _report_unusable(why: str) -> Diagnostic:
    detail = (
        f"{why} The state is kept in git (`[backend.git]`), so nothing can be read or saved without it. Run "
        "poolctl in a clone of the repository, with git 2.29 or newer."
    )
    return make_error("state.git", "Git cannot be used here", detail=detail)
