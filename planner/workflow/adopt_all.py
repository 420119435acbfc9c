"""``import --all``: configuration for everything that is there, written into new files; no state is touched."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from planner.config.adoption import Found, LeftOut, build_adoption
from planner.core.addresses import Address
from planner.core.diagnostics import has_errors
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import find_display_name, find_phase, make_tree
from planner.core.snapshot import LiveResource
from planner.core.tracking import State
from planner.core.trees import ABSENT, Tree, as_int, as_list, as_text, as_tree, find_member
from planner.remote.outside_text import format_outside_text
from planner.remote.reading import Reading, ReadingRequest, read_service
from planner.workflow.adoption_proof import Grounds, prove_adoption
from planner.workflow.adoption_saving import AdoptedFiles, Layout, find_surroundings, save_files
from planner.workflow.errors import PlanError
from planner.workflow.gather import find_workspaces, recall_state
from planner.workflow.service import check_identity, find_endpoint, open_service
from planner.workflow.stored import load_stored
from planner.workflow.workplace import Files, Workplace, load_files_or_nothing, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptAllRequest:
    """What to adopt, and into how many files.

    ``workspaces`` take the place of those that files and state name; ``match`` is a glob on display names.
    ``label``: pools that have this label stand in one file for each of its values.
    """

    workspaces: tuple[str, ...] = ()
    match: str = "*"
    label: str = ""
    parallelism: int | None = None


def adopt_all(workplace: Workplace, request: AdoptAllRequest) -> AdoptedFiles:
    """Write blocks and imports for what nobody declares or tracks yet; nothing is locked or sent.

    Raises PoolctlError; no file is written then, or told apart from those that are.
    """
    files = load_files_or_nothing(workplace)
    endpoint = find_endpoint(workplace, files.desired)
    store = open_store(workplace, files.desired)
    stored = load_stored(store)
    check_identity(endpoint, stored)
    state = recall_state(workplace, store, state=stored).state
    workspaces = request.workspaces or find_workspaces(files.desired, state)
    with open_service(workplace, files.desired, endpoint, parallelism=request.parallelism) as client:
        reading = read_service(client, ReadingRequest(ids=_find_ids(files, state), workspaces=workspaces))
    if has_errors(reading.diagnostics):
        raise PlanError(*reading.diagnostics)
    adopted = _write(workplace, request, files, state=state, reading=reading)
    return replace(adopted, place=_name_place(endpoint.project_id, workspaces))


def _write(
    workplace: Workplace, request: AdoptAllRequest, files: Files, *, state: State, reading: Reading
) -> AdoptedFiles:
    surroundings = find_surroundings(files, state)
    listed = [(kind, one) for kind, group in reading.others.items() for one in group]
    matching = [(kind, one) for kind, one in listed if fnmatchcase(find_display_name(make_tree(one)), request.match)]
    skipped = {(kind, one.id): why for kind, one in matching if (why := _find_obstacle(kind, one, files))}
    found = [_make_found(kind, one) for kind, one in matching if (kind, one.id) not in skipped]
    grounds = Grounds(
        workplace=workplace,
        files=files,
        state=state,
        reading=reading,
        surroundings=surroundings,
        layout=Layout(directory=workplace.directory, label=request.label, heading=_HEADING),
    )
    adoption = prove_adoption(build_adoption(found, surroundings), grounds)
    told = tuple(LeftOut(where=f"{kind} {id_}", why=why) for (kind, id_), why in skipped.items())
    adoption = replace(adoption, left_out=(*told, *adoption.left_out))
    return save_files(grounds.layout, adoption, owned=len(reading.live))


def _name_place(project_id: str, workspaces: tuple[str, ...]) -> str:
    named = ", ".join(one or "default" for one in workspaces)
    return f"project {project_id}, workspace{'s' if len(workspaces) > 1 else ''} {named}"


_HEADING: Final = (
    "Written by `poolctl import --all` from what the service has; from here on it is yours to edit.",
    "A line that is deleted is no longer managed, and the service keeps what it has.",
)
_OBSTACLES: Final = {
    "CreationFailed": "its creation failed, so that there is nothing to adopt",
    "Deleting": "it is being deleted",
}
"""Phases of objects that will not stay (contract 4.3)."""


def _find_ids(files: Files, state: State) -> dict[Address, str]:
    imported = {one.address: one.id for one in files.desired.imports}
    return imported | {address: tracked.id for address, tracked in state.resources.items()}


def _find_obstacle(kind: str, live: LiveResource, files: Files) -> str:
    """Return why an object is not adopted; empty where nothing speaks against it."""
    if why := _OBSTACLES.get("Deleting" if "deletionTimestamp" in live.metadata else find_phase(live)):
        return why
    name = find_display_name(make_tree(live))
    twins = (one for address, one in sorted(files.desired.resources.items()) if address.kind == kind)
    twin = next((one.address for one in twins if find_display_name(one.tree) == name), None)
    if twin is None:
        return ""
    return (
        f"{twin} declares this name already; to adopt it there, write [[import]] to = {str(twin)!r}, id = {live.id!r}"
    )


def _make_found(kind: str, live: LiveResource) -> Found:
    tree = make_tree(live)
    name = find_display_name(tree) or live.id
    return Found(kind=kind, id=live.id, name=name, tree=tree, remarks=tuple(_find_remarks(tree)))


def _find_remarks(tree: Tree) -> Iterator[str]:
    """Yield what is good to know beside a block and what it does not manage: where its nodes stand."""
    for entry in map(as_tree, as_list(find_member(tree, "spec", "resources"))):
        zones = [as_tree(one) for one in as_list(entry.get("azs", ABSENT))]
        if zones:
            counts = ", ".join(f"{as_text(one.get('az'))} {as_int(one.get('count', 0))}" for one in zones)
            yield format_outside_text(f"zones of {as_text(entry.get('flavor'))}: {counts}")
