"""Adopted blocks into new files: what is there already, where they go, and writing them beside nothing else."""

import os
from collections.abc import Mapping
from pathlib import Path

from planner.config.adoption import AdoptedBlock, Adoption, LeftOut, Surroundings
from planner.config.adoption_files import build_files
from planner.config.blocks import build_blocks
from planner.config.documents import Document
from planner.core.addresses import Address
from planner.core.diagnostics import make_error
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.tracking import State
from planner.state.errors import StateFileError
from planner.state.files import write_fully
from planner.state.os_errors import report_os_errors
from planner.workflow.workplace import Files


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where blocks are written: ``label`` splits pools by its values, ``heading`` is the comment of each file."""

    directory: Path
    label: str
    heading: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedFiles:
    """The files that were written, by name, the blocks in them, and what was left out.

    ``owned`` counts the objects that the files or the state had already; ``place`` says where was looked.
    """

    files: tuple[str, ...]
    blocks: tuple[AdoptedBlock, ...]
    left_out: tuple[LeftOut, ...]
    owned: int = 0
    place: str = ""


def find_surroundings(files: Files, state: State) -> Surroundings:
    """Return what files and state have already."""
    sources = files.loaded.sources
    documents = tuple(replace(sources.documents[file], tree=tree) for file, tree in sources.resolved.items())
    imports = {one.address: one.id for one in files.desired.imports}
    owners = imports | {address: tracked.id for address, tracked in state.resources.items()}
    declared = {*build_blocks(documents).by_address, *files.desired.resources}
    return Surroundings(
        documents=documents,
        addresses=frozenset({*declared, *(Address(kind=one.kind, name=one.name) for one in owners)}),
        owners={(address.kind, id_): address for address, id_ in owners.items() if address in declared},
    )


def lay_out(layout: Layout, adoption: Adoption) -> Mapping[str, Document]:
    """Return the files that hold ``adoption``, by names that nothing in the directory has. Raises StateFileError."""
    with report_os_errors(layout.directory, what="directory", doing="read"):
        taken = sorted(one.name for one in layout.directory.iterdir())
    return build_files(adoption.blocks, label=layout.label, taken=taken, heading=layout.heading)


def save_files(layout: Layout, adoption: Adoption, *, owned: int = 0) -> AdoptedFiles:
    """Write the files of ``adoption``; none that is there is touched. Raises StateFileError."""
    files = lay_out(layout, adoption)
    for name, document in files.items():
        _save_new(layout.directory / name, document.text)
    return AdoptedFiles(files=tuple(files), blocks=adoption.blocks, left_out=adoption.left_out, owned=owned)


def _save_new(path: Path, text: str) -> None:
    with report_os_errors(path, what="configuration file", doing="write"):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        except FileExistsError:
            raise _make_refusal(path.name) from None
        try:
            write_fully(descriptor, text.encode())
        finally:
            os.close(descriptor)


def _make_refusal(name: str) -> StateFileError:
    detail = f"{name} has just been made by somebody else. Nothing of it was changed. Run the command again."
    return StateFileError(make_error("import.exists", "The file is there already", detail=detail))
