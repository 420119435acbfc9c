"""``import --from-terraform``: configuration for what a Terraform state tracks, and how Terraform lets go of it."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

from planner.config.adoption import Adoption, LeftOut, build_adoption, drop_blocks
from planner.config.errors import ConfigError
from planner.config.load import load_configuration
from planner.config.terraform_state import TerraformState, format_removed, is_readable, parse_state
from planner.core.addresses import Address, parse_address
from planner.core.diagnostics import Severity, make_error
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.trees import Tree, Value, as_tree
from planner.state.files import load_text
from planner.workflow.adoption_saving import AdoptedFiles, Layout, find_surroundings, lay_out, save_files
from planner.workflow.errors import PlanError
from planner.workflow.gather import recall_state
from planner.workflow.stored import load_stored
from planner.workflow.workplace import Workplace, load_files_or_nothing, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedState:
    """The files that were written, and the HCL by which Terraform lets go of what is in them; empty for nothing."""

    files: AdoptedFiles
    removed: str


def adopt_terraform(workplace: Workplace, path: Path, *, label: str = "") -> AdoptedState:
    """Write blocks and imports for the pools and networks of ``path``, what ``terraform show -json`` printed.

    No service is called, and no state is touched. Raises PoolctlError.
    """
    read = parse_state(_load(workplace.directory / path))
    files = load_files_or_nothing(workplace)
    store = open_store(workplace, files.desired)
    state = recall_state(workplace, store, state=load_stored(store)).state
    surroundings = find_surroundings(files, state)
    tracked = {(address.kind, one.id) for address, one in state.resources.items()}
    owned = tracked | {(one.address.kind, one.id) for one in files.desired.imports}
    found = [one.found for one in read.objects if (one.found.kind, one.found.id) not in owned]
    layout = Layout(directory=workplace.directory, label=label, heading=_HEADING)
    adoption = build_adoption(found, surroundings)
    while adoption.blocks and (refused := _find_refused(workplace, layout, adoption)):
        adoption = drop_blocks(adoption, refused, surroundings)
    held = tuple(_find_held(read, adoption, owned=owned))
    adoption = replace(adoption, left_out=(*read.left_out, *adoption.left_out, *held))
    saved = save_files(layout, adoption, owned=len(read.objects) - len(found))
    place = f"the state of {path.name}"
    return AdoptedState(files=replace(saved, place=place), removed=format_removed(_find_sources(read, adoption, owned)))


_HEADING: Final = (
    "Written by `poolctl import --from-terraform` from a state of Terraform; from here on it is yours to edit.",
    "A line that is deleted is no longer managed, and the service keeps what it has.",
)
_WHAT: Final = "Terraform state"


def _load(path: Path) -> Tree:
    text = load_text(path, what=_WHAT)
    try:
        document = as_tree(cast("Value", json.loads(text)))
    except (ValueError, RecursionError):
        document = {}
    if is_readable(document):
        return document
    raise PlanError(
        make_error(
            "import.not-terraform",
            "The file is not what terraform show -json prints",
            detail=f"{path.name} is no JSON object with a format_version of 0 or 1. Make it with: terraform show -json "
            f"> {path.name}. (A terraform.tfstate is another format.) Nothing was written.",
        )
    )


def _find_refused(workplace: Workplace, layout: Layout, adoption: Adoption) -> dict[Address, str]:
    """Return the blocks that the files as they would be do not go together with."""
    edited = lay_out(layout, adoption)
    loaded = load_configuration(
        workplace.directory, workplace.environment, variables=workplace.variables, edited=edited
    )
    if loaded.desired is not None:
        return {}
    ours = {one.address for one in adoption.blocks}
    errors = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
    accused = {parse_address(one.address): one.summary for one in errors}
    refused = {address: why for address, why in accused.items() if address in ours and address is not None}
    if not refused:
        raise ConfigError(*loaded.diagnostics)
    return refused


def _find_sources(read: TerraformState, adoption: Adoption, owned: set[tuple[str, str]]) -> list[str]:
    """Return the addresses that Terraform lets go of: those of which all instances are here."""
    here = owned | {(one.address.kind, one.id) for one in adoption.blocks}
    left = {one.source for one in read.objects if (one.found.kind, one.found.id) not in here}
    return sorted({one.source for one in read.objects} - left)


def _find_held(read: TerraformState, adoption: Adoption, *, owned: set[tuple[str, str]]) -> Iterator[LeftOut]:
    """Yield the addresses of which Terraform keeps all, because not all of their instances are here."""
    counts = Counter(one.source for one in read.objects)
    gone = set(_find_sources(read, adoption, owned))
    for source in sorted(counts.keys() - gone):
        yield LeftOut(where=source, why=_HELD)


_HELD: Final = "Terraform keeps it, because not all of its instances are in the files: removed takes no keys"
