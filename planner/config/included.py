"""``[include]``: files of other directories that are read as if they stood in this one."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from planner.config.blocks import RawBlock
from planner.config.documents import SUFFIX, Document, find_documents
from planner.config.faults import Fault
from planner.config.wording import format_value
from planner.core.diagnostics import Diagnostic
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import as_list, as_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """What the files of a directory take from elsewhere; ``variable_files`` are relative to that directory."""

    documents: tuple[Document, ...] = ()
    variable_files: tuple[Path, ...] = ()
    faults: tuple[Fault, ...] = ()
    unread: tuple[Diagnostic, ...] = ()


def load_included(directory: Path, documents: tuple[Document, ...]) -> Included:
    """Return the files that the ``[include]`` blocks of ``documents``, which stand in ``directory``, name."""
    faults: list[Fault] = []
    found: list[Document] = []
    unread: list[Diagnostic] = []
    seen = {directory.resolve()}
    for row, index, path in find_included_paths(documents, "paths"):
        problem = _judge(directory, path, seen)
        if problem:
            faults.append(_make_fault(row, "paths", index, detail=problem))
            continue
        seen.add((directory / path).resolve())
        here, broken = find_documents(directory / path, label=path)
        found += here
        unread += broken
        if not here and not broken:
            words = f"{format_value(str(path))} holds no file whose name ends in {SUFFIX}."
            faults.append(_make_fault(row, "paths", index, detail=words))
    files: list[Path] = []
    for row, index, path in find_included_paths(documents, "var_files"):
        files.append(path)
        if problem := _judge_path(path):
            faults.append(_make_fault(row, "var_files", index, detail=problem))
    return Included(
        documents=tuple(found),
        variable_files=tuple(files),
        faults=(*faults, *_find_nested(found)),
        unread=tuple(unread),
    )


def find_included_paths(documents: tuple[Document, ...], key: str) -> Iterator[tuple[RawBlock, int, Path]]:
    """Yield each path below ``key`` of the ``[include]`` blocks, with its block and index."""
    for document in documents:
        row = RawBlock(file=document.file, path=("include",), body=as_tree(document.tree.get("include")))
        for index, text in enumerate(as_list(row.body.get(key))):
            if isinstance(text, str) and text:
                yield row, index, Path(text)


def _judge(directory: Path, path: Path, seen: set[Path]) -> str:
    """Return why ``path`` cannot be included, in words; empty where it can."""
    if problem := _judge_path(path):
        return problem
    try:
        place = (directory / path).resolve()
        if not place.is_dir():
            return f"{format_value(str(path))} is no directory. Write a path from this directory to another one."
    except (OSError, ValueError):
        return f"{format_value(str(path))} cannot be read."
    return f"{format_value(str(path))} is read already. Delete this path." if place in seen else ""


def _judge_path(path: Path) -> str:
    text = str(path)
    if PurePosixPath(text).is_absolute() or text.startswith("~") or "\\" in text or text[1:2] == ":":
        return f"{format_value(text)} is not relative to this directory, so that it is another one on each machine."
    return ""


def _find_nested(documents: list[Document]) -> Iterator[Fault]:
    for document in documents:
        if "include" in document.tree:
            yield Fault(
                file=document.file,
                path=("include",),
                code="config.include",
                summary="nothing to include",
                detail="This file is included itself, and includes are one level deep, so that a reader has to look at "
                "one file to know them all. Name all directories in the file that begins.",
            )


def _make_fault(row: RawBlock, key: str, index: int, *, detail: str) -> Fault:
    return row.make_fault(key, index, code="config.include", summary="nothing to include", detail=detail)
