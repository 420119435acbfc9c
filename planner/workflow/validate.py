"""``validate``: check the files; no network, no state."""

from dataclasses import dataclass

from planner.config.load import load_configuration
from planner.core.diagnostics import Diagnostic
from planner.workflow.workplace import Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """What was found in the files, errors and warnings in the order of the files."""

    is_valid: bool
    diagnostics: tuple[Diagnostic, ...]


def validate(workplace: Workplace) -> Validated:
    """Return what is wrong with the files; nothing is raised for what a user wrote."""
    loaded = load_configuration(workplace.directory, workplace.environment)
    return Validated(is_valid=loaded.desired is not None, diagnostics=loaded.diagnostics)
