"""``validate``: check the files; no network, no state."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from planner.config.documents import MAXIMUM_BYTES
from planner.config.load import load_configuration
from planner.core.diagnostics import Diagnostic
from planner.core.lazy_dataclass import dataclass
from planner.workflow.workplace import Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """What was found in the files, errors and warnings in the order of the files."""

    is_valid: bool
    diagnostics: tuple[Diagnostic, ...]


def validate(workplace: Workplace) -> Validated:
    """Return what is wrong with the files; nothing is raised for what a user wrote."""
    loaded = load_configuration(workplace.directory, workplace.environment, variables=workplace.variables)
    return Validated(is_valid=loaded.desired is not None, diagnostics=loaded.diagnostics)


def load_contents(directory: Path, diagnostics: Iterable[Diagnostic]) -> Mapping[str, bytes]:
    """Return the files that ``diagnostics`` point at, by name; those that cannot be read are left out."""
    files = {one.location.file for one in diagnostics if one.location is not None}
    return {file: content for file in sorted(files) if (content := _load_content(directory / file))}


def _load_content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAXIMUM_BYTES)
    except (OSError, ValueError):
        return b""
