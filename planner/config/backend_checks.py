"""``[backend]``: one place for the state, and no path, remote or ref that could mean something else to git."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from planner.config.blocks import RawBlock
from planner.config.documents import SUFFIX
from planner.config.faults import Fault
from planner.config.http_backend_checks import find_http_faults
from planner.config.postgres_backend_checks import CODE as POSTGRES_CODE
from planner.config.postgres_backend_checks import find_conn_faults
from planner.config.s3_backend_checks import find_s3_faults
from planner.config.wording import format_value
from planner.core.trees import as_tree

_REMOTE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_REF: Final = re.compile(r"refs(/[A-Za-z0-9_][A-Za-z0-9_.-]*){2,8}")
_LONGEST_REF: Final = 120
_LONGEST_PATH: Final = 500
_MARK: Final = ".poolctl-state"
_TAKEN: Final = {
    ".poolctl": "poolctl keeps journals, locks and earlier versions of the state; git is told to ignore it",
    ".git": "git keeps the repository",
}
_PENDING: Final = (".pending.jsonl", ".pending.ndjson")
_RECEIPTS: Final = (".receipts", ".receipts.d")


def find_backend_faults(row: RawBlock) -> Iterator[Fault]:
    """Yield what is wrong with where the state is to be kept."""
    kinds = sorted(row.body)
    if len(kinds) > 1:
        yield row.make_fault(
            kinds[1],
            code="config.two-backends",
            summary="two places for one state",
            detail=f"There are {', '.join(f'[backend.{one}]' for one in kinds)}, and a state is in one place only. "
            "Keep one of them.",
            is_value=False,
        )
    yield from _check_state_path(row)
    yield from _check_git(row)
    yield from find_http_faults(row)
    yield from _check_postgres(row)
    yield from find_s3_faults(row)


def _check_state_path(row: RawBlock) -> Iterator[Fault]:
    local = as_tree(row.body.get("local"))
    text = local.get("path")
    if isinstance(text, str) and (why := _judge_path(text)):
        yield row.make_fault(
            "local",
            "path",
            code="config.state-path",
            summary="state path is not accepted",
            detail=f"{format_value(text)} {why} The state lies beside the files that it belongs to, so that a pull "
            'request cannot make poolctl write elsewhere. Write a relative path, such as "pools.state.json".',
        )


def _judge_path(text: str) -> str:
    """Return why the state cannot lie at ``text``, in words; empty where it can."""
    normal = posixpath.normpath(text)
    if text.startswith(("/", "~")) or "\\" in text or text[1:2] == ":":
        return "is not relative to this directory."
    if normal == ".." or normal.startswith("../"):
        return "leads out of this directory."
    if not text.strip() or normal == "." or text.endswith("/"):
        return "names no file."
    if normal.endswith(SUFFIX):
        return "would be read as configuration."
    # Where a disk takes .Poolctl and .poolctl for one name, both are.
    taken = next((one for one in normal.split("/") if one.lower() in _TAKEN), "")
    return f"lies in {taken}, where {_TAKEN[taken.lower()]}." if taken else ""


def _check_git(row: RawBlock) -> Iterator[Fault]:
    checks = {"remote": _judge_remote, "ref": _judge_ref, "path": _judge_state_file}
    git = as_tree(row.body.get("git"))
    for key, judge in checks.items():
        text = git.get(key)
        if isinstance(text, str) and (why := judge(text)):
            yield row.make_fault(
                "git",
                key,
                code="config.git-backend",
                summary=f"{key} is not accepted",
                detail=f"{format_value(text)} {why} It is handed to git, and a pull request must not choose more with "
                "it than a name.",
            )


def _check_postgres(row: RawBlock) -> Iterator[Fault]:
    yield from find_conn_faults(row)
    text = as_tree(row.body.get("postgres")).get("path")
    if isinstance(text, str) and (why := _judge_git_path(text)):
        detail = f"{format_value(text)} {why} It names the state among those of other directories."
        summary = "path is not accepted"
        yield row.make_fault("postgres", "path", code=POSTGRES_CODE, summary=summary, detail=detail)


def _judge_remote(text: str) -> str:
    """Return why ``text`` is no name of a remote, in words; empty where it is one."""
    if _REMOTE.fullmatch(text) and ".." not in text:
        return ""
    return 'is no name of a remote. Write one that `git remote` lists, such as "origin"; its address stays in git.'


def _judge_ref(text: str) -> str:
    """Return why ``text`` is no ref for a state, in words; empty where it is one."""
    parts = text.split("/")
    is_odd = ".." in text or any(one.endswith((".", ".lock")) for one in parts)
    if _REF.fullmatch(text) and not is_odd and len(text) <= _LONGEST_REF:
        return ""
    return 'is no full name of a ref. Write one such as "refs/heads/poolctl-state".'


def _judge_state_file(text: str) -> str:
    """Return why the state cannot be at ``text`` of a ref, beside what states keep there; empty where it can."""
    is_taken = text == _MARK or text.endswith(_PENDING) or any(one.endswith(_RECEIPTS) for one in text.split("/")[:-1])
    if is_taken:
        return 'is where poolctl keeps something else. Write a name such as "prod/pools.state.json".'
    return _judge_git_path(text)


def _judge_git_path(text: str) -> str:
    """Return why the state cannot be at ``text`` of a ref, in words; empty where it can."""
    parts = text.split("/")
    is_plain = text.isprintable() and len(text) <= _LONGEST_PATH and "\\" not in text and not text.startswith("-")
    if is_plain and all(one.strip() and one not in {".", ".."} and one.lower() != ".git" for one in parts):
        return ""
    return 'is no path of a file. Write one such as "prod/pools.state.json".'
