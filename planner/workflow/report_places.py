"""Places in files as reports for a forge name them: from the root of the repository."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from planner.config.documents import SUFFIX
from planner.core.diagnostics import Diagnostic, SourceLocation
from planner.core.lazy_dataclass import replace

_REPOSITORY: Final = ".git"


def place_diagnostics(homes: Mapping[Diagnostic, Path], *, directory: Path) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of ``homes``, whose files are named from ``directory``, with a place that a forge finds.

    Files are named from the root of the repository, or where there is none from the current directory; one that lies
    outside has an absolute path. What has no place in a file is told of the first file of its directory in ``homes``,
    or of that itself where it has none: forges refuse a report with a finding that has no file.
    """
    base = _find_base(directory)
    return tuple(
        _place(one, one.location or _find_usual(directory, home), directory=directory, base=base)
        for one, home in homes.items()
    )


def _place(one: Diagnostic, location: SourceLocation, *, directory: Path, base: Path) -> Diagnostic:
    path = directory / location.file
    real = Path(os.path.realpath(path.parent), path.name)
    file = real.relative_to(base) if real.is_relative_to(base) else real
    return replace(one, location=replace(location, file=file.as_posix()))


def _find_base(directory: Path) -> Path:
    # git itself refuses to look into a clone of somebody else's, as those of CI jobs in containers are.
    start = Path(os.path.realpath(directory))
    roots = (one for one in (start, *start.parents) if (one / _REPOSITORY).exists())
    return next(roots, Path(os.path.realpath(Path())))


def _find_usual(directory: Path, home: Path) -> SourceLocation:
    try:
        names = sorted(one.name for one in (directory / home).iterdir() if one.name.endswith(SUFFIX))
    except OSError:
        names = []
    return SourceLocation(file=str(home.joinpath(*names[:1])), line=1)
