"""``fmt``: the canonical layout of configuration files, in place."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from planner.config.documents import SUFFIX, load_document
from planner.config.layout import format_text
from planner.core.diagnostics import Diagnostic, PoolctlError, SourceLocation, make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.files import save_atomically

SUFFIXES: Final = (SUFFIX, ".vars.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """One file as it is and as it should be: ``file`` is its path as it was named, for messages."""

    path: Path
    file: str
    before: str
    after: str

    @property
    def is_canonical(self) -> bool:
        """Tell whether nothing has to change."""
        return self.before == self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """The files that can be read, in the order in which they were named, and what is wrong with the others."""

    files: tuple[LaidOut, ...]
    diagnostics: tuple[Diagnostic, ...]


def fmt(directory: Path, names: Iterable[Path], *, is_check: bool, is_deep: bool = False) -> Formatted:
    """Lay out the files that ``names``, relative to ``directory``, name; a directory stands for those in it.

    Without names: those of ``directory``. With ``is_deep`` a directory stands for those below it, too, hidden
    directories and links left aside. Nothing is written with ``is_check``. A file that cannot be read or
    written is told and left as it is; the others are written all the same.
    """
    found = _find_files(directory, tuple(names) or (Path(),), is_deep=is_deep)
    results = [_format_one(path, file=file) for path, file in found]
    files = tuple(one for one in results if isinstance(one, LaidOut))
    faults = [one for one in results if isinstance(one, Diagnostic)]
    if not is_check:
        faults.extend(_save_all(files))
    return Formatted(files=files, diagnostics=tuple(faults))


def _find_files(directory: Path, names: tuple[Path, ...], *, is_deep: bool) -> Iterator[tuple[Path, str]]:
    """Yield each file with its path as messages spell it, each only once."""
    seen: set[Path] = set()
    for name in names:
        for inner in _list_deep(directory, name) if is_deep else _list_directory(directory / name, name):
            if inner not in seen:
                seen.add(inner)
                yield directory / inner, os.fsencode(inner).decode("utf-8", "backslashreplace")


def _list_directory(path: Path, name: Path) -> list[Path]:
    if not path.is_dir():
        return [name]
    try:
        found = sorted(one.name for one in path.iterdir())
    except OSError:
        return [name]
    return [name / one for one in found if one.endswith(SUFFIXES) and not one.startswith(".")]


def _list_deep(directory: Path, name: Path) -> Iterator[Path]:
    yield from _list_directory(directory / name, name)
    for folder, inner, _ in os.walk(directory / name):
        inner[:] = sorted(one for one in inner if not one.startswith("."))
        for one in inner:
            path = Path(folder, one)
            yield from [] if path.is_symlink() else _list_directory(path, path.relative_to(directory))


def _format_one(path: Path, *, file: str) -> LaidOut | Diagnostic:
    if not path.name.endswith(SUFFIXES) and not path.is_dir():
        return _make_name_fault(file)
    # realpath bears a link that goes round in a circle; Path.resolve raises.
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(path.parent)):
        return _make_link_fault(file)
    document = load_document(path, file=file)
    if isinstance(document, Diagnostic):
        return document
    laid_out = format_text(document.text)
    if laid_out is None:
        return _make_meaning_fault(file)
    return LaidOut(path=path, file=file, before=document.text, after=laid_out)


def _save_all(files: Iterable[LaidOut]) -> Iterator[Diagnostic]:
    for one in files:
        if not one.is_canonical:
            try:
                save_atomically(one.path, one.after, what="configuration file")
            except PoolctlError as error:
                yield from error.diagnostics


def _make_name_fault(file: str) -> Diagnostic:
    return make_error(
        "fmt.other-file",
        "not a configuration file",
        detail=f"{file} does not end in {' or '.join(SUFFIXES)}, so that its layout is somebody else's. Name files "
        "that do, or a directory that holds them.",
    )


def _make_link_fault(file: str) -> Diagnostic:
    return make_error(
        "fmt.link-leads-out",
        "a link leads out of the directory",
        detail=f"{file} is a symbolic link to a file elsewhere, which other configurations may read as well; it was "
        "left as it is. Lay out that file in its own directory.",
        location=SourceLocation(file=file, line=1),
    )


def _make_meaning_fault(file: str) -> Diagnostic:
    return make_error(
        "fmt.kept",
        "file is left as it is",
        detail=f"{file} is valid TOML, but laying it out might change what it means. Nothing was written. Please "
        "report the file; its layout can be left as it is.",
        location=SourceLocation(file=file, line=1),
    )
