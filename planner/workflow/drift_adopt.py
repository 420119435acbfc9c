"""``drift adopt``: what others have changed at the service, into the text of the files; no state is touched."""

from planner.config.documents import Document
from planner.config.drift_edits import DriftEdits, find_drift_edits
from planner.config.errors import ConfigError
from planner.config.load import load_configuration
from planner.config.text_edits import edit_values
from planner.core.addresses import Address
from planner.core.changes import Change, PlanInputs
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.near_words import make_hint
from planner.core.planning import build_plan
from planner.workflow.errors import PlanError
from planner.workflow.gather import Prepared, prepare, recall_state
from planner.workflow.scale_files import replace_document
from planner.workflow.service import check_identity, find_endpoint, open_service
from planner.workflow.stored import load_stored
from planner.workflow.workplace import Files, Workplace, load_files, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftAdoption:
    """A file as it is and as it would be; both are the same where nothing drifted that the files set."""

    before: Document
    after: Document
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to write."""
        return self.before.text == self.after.text


def prepare_adoption(workplace: Workplace, address: Address, *, parallelism: int | None = None) -> DriftAdoption:
    """Return the file of ``address`` with the live values of its drifted fields; nothing is written.

    A plan of the new text has no change of the address. Raises PoolctlError, with the places where only a person
    can write.
    """
    files = load_files(workplace)
    _check_address(files, address)
    endpoint = find_endpoint(workplace, files.desired)
    store = open_store(workplace, files.desired)
    state = load_stored(store)
    check_identity(endpoint, state)
    recalled = recall_state(workplace, store, state=state)
    with open_service(workplace, files.desired, endpoint, parallelism=parallelism) as client:
        inputs = PlanInputs(target=(str(address),))
        prepared = prepare(workplace, client, files, recalled=recalled, inputs=inputs)
    return _edit(workplace, files, prepared, address=address)


def save_adoption(workplace: Workplace, adoption: DriftAdoption) -> None:
    """Put the new text into its file. Raises PlanError where that was changed meanwhile, StateError for the disk."""
    replace_document(workplace.directory, adoption.before, by=adoption.after)


def _edit(workplace: Workplace, files: Files, prepared: Prepared, *, address: Address) -> DriftAdoption:
    sources = files.loaded.sources
    before = sources.documents[sources.files[address]]
    rows = [row for row in prepared.plan.drift if row.address == address and row.is_managed]
    found = find_drift_edits(sources, address, rows)
    if found.refused:
        raise PlanError(*found.refused)
    if not found.edits:
        return DriftAdoption(before=before, after=before, warnings=prepared.warnings)
    after = _write(before, found)
    _prove(workplace, prepared, after, address=address)
    return DriftAdoption(before=before, after=after, warnings=prepared.warnings)


def _write(before: Document, found: DriftEdits) -> Document:
    after = edit_values(before, found.edits)
    if after is not None:
        return after
    spelled = "; ".join(f"{'.'.join(map(str, path))} = {text}" for path, text in found.edits.items())
    raise PlanError(
        make_error(
            "drift.unreadable",
            "The values cannot be edited where they stand",
            detail=f"They could not be found in {before.file} with certainty. Nothing was written. Write by hand: "
            f"{spelled}.",
        )
    )


def _prove(workplace: Workplace, prepared: Prepared, after: Document, *, address: Address) -> None:
    """Raise PoolctlError where the files would be wrong with the new text, or would still ask for a change."""
    loaded = load_configuration(
        workplace.directory, workplace.environment, variables=workplace.variables, edited={after.file: after}
    )
    if loaded.desired is None:
        raise ConfigError(*loaded.diagnostics)
    request = replace(prepared.request, desired=loaded.desired, find_source=loaded.sources.find)
    left = [one for one in build_plan(request).changes if one.address == address and one.fields]
    if left:
        raise PlanError(_report_left(left[0]))


def _report_left(change: Change) -> Diagnostic:
    labels = ", ".join(one.label for one in change.fields)
    return make_error(
        "drift.not-all",
        "Not all that differs can be adopted",
        detail=f"With the live values in the file, the plan would still change {labels}: the file asks for it anew, or "
        "others took something away or added to a list that is compared as a whole. Nothing was written. Edit the "
        "block by hand; poolctl plan shows what is left.",
        address=str(change.address),
        location=change.fields[0].source,
    )


def _check_address(files: Files, address: Address) -> None:
    if address in files.loaded.sources.files and address in files.desired.resources:
        return
    hint = make_hint(str(address), map(str, files.desired.resources))
    raise PlanError(
        make_error(
            "drift.no-block",
            "There is no block to write into",
            detail=f"No file declares {address}.{hint} What no file sets cannot drift from it.",
            address=str(address),
        )
    )
