"""``validate``: check the files; no network, no state."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from planner.config.documents import MAXIMUM_BYTES
from planner.config.load import Loaded, load_configuration
from planner.core.diagnostics import Diagnostic
from planner.core.lazy_dataclass import dataclass, replace
from planner.workflow.dirs import find_readers
from planner.workflow.workplace import Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """What was found in the files of ``directories``, errors and warnings in the order of the files.

    Files are named from where the command runs, and each diagnostic stands once, however many directories read its
    file: ``homes`` has the first of them.
    """

    is_valid: bool
    homes: Mapping[Diagnostic, Path]
    directories: tuple[Path, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return what was found, each once."""
        return tuple(self.homes)


def validate(workplace: Workplace, names: Iterable[Path] = ()) -> Validated:
    """Return what is wrong with the files; nothing is raised for what a user wrote.

    ``names``, relative to the directory of ``workplace``, are directories, or files: those stand for every
    configuration below that directory which reads them. Without names that directory itself is checked.
    """
    named = tuple(names)
    directories = _find_directories(workplace.directory, named) if named else (Path(),)
    loaded = {directory: _load(workplace, directory) for directory in directories}
    homes: dict[Diagnostic, Path] = {}
    for directory, one in loaded.items():
        for told in one.diagnostics:
            homes.setdefault(_name_from_here(told, workplace.directory, directory), directory)
    is_valid = all(one.desired is not None for one in loaded.values())
    return Validated(is_valid=is_valid, homes=homes, directories=directories)


def load_contents(directory: Path, diagnostics: Iterable[Diagnostic]) -> Mapping[str, bytes]:
    """Return the files that ``diagnostics`` point at, by name; those that cannot be read are left out."""
    files = {one.location.file for one in diagnostics if one.location is not None}
    return {file: content for file in sorted(files) if (content := _load_content(directory / file))}


def _find_directories(root: Path, names: tuple[Path, ...]) -> tuple[Path, ...]:
    # What is no directory is a file, be it one that is gone: the configurations that read it may miss it.
    files = [name for name in names if not (root / name).is_dir()]
    readers = map(Path, find_readers(root, files)) if files else ()
    return tuple(dict.fromkeys((*(name for name in names if name not in files), *readers)))


def _load(workplace: Workplace, directory: Path) -> Loaded:
    place, variables = workplace.directory / directory, workplace.variables
    if directory != Path():
        # Files of variables are named from where the command runs, not from each of the directories.
        files = tuple(Path(_find_way(workplace.directory / file, place)) for file in variables.files)
        variables = replace(variables, files=files)
    return load_configuration(place, workplace.environment, variables=variables)


def _name_from_here(one: Diagnostic, root: Path, directory: Path) -> Diagnostic:
    if directory == Path():
        return one
    if one.location is None:
        return replace(one, detail=f"In {directory}: {one.detail}")
    path = root / directory / one.location.file
    file = os.path.normpath(path) if directory.is_absolute() else _find_way(path, root)
    return replace(one, location=replace(one.location, file=Path(file).as_posix()))


def _find_way(path: Path, start: Path) -> str:
    """Return the path from ``start`` to ``path``; the directories between them may be links, the file stays one."""
    folder = os.path.relpath(os.path.realpath(path.parent), os.path.realpath(start))
    return os.path.normpath(f"{folder}/{path.name}")


def _load_content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAXIMUM_BYTES)
    except (OSError, ValueError):
        return b""
