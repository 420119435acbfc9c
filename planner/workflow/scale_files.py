"""Writing one configuration file in place of what was read of it, and never over anything else."""

from pathlib import Path

from planner.config.documents import Document
from planner.core.diagnostics import make_error
from planner.state.files import save_atomically
from planner.state.os_errors import report_os_errors
from planner.workflow.errors import PlanError

_WHAT = "configuration file"


def replace_document(directory: Path, document: Document, *, by: Document) -> None:
    """Put the text of ``by`` into the file of ``document`` in ``directory``, which still holds that one's text.

    The file is there whole at any moment and keeps its mode. Raises PlanError where somebody else changed it
    meanwhile, StateError where it cannot be read or written.
    """
    path = directory / document.file
    with report_os_errors(path, what=_WHAT, doing="read"):
        present = path.read_bytes()
    if present != document.text.encode():
        raise PlanError(
            make_error(
                "scale.file-changed",
                "The file was changed meanwhile",
                detail=f"{document.file} is not as it was read: somebody edits it. It was left alone.",
            )
        )
    save_atomically(path, by.text, what=_WHAT)
