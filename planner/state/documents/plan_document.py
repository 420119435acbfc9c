"""A plan as text: one JSON document, the same bytes for the same plan on every machine."""

from collections.abc import Iterator

from planner.core.changes import Plan
from planner.core.diagnostics import Diagnostic
from planner.state.documents.faults import make_fault, parse_document
from planner.state.documents.json_text import SourceText, format_json
from planner.state.documents.plan_models import ChangeDocument, PlanDocument
from planner.state.documents.plan_reading import read_plan
from planner.state.documents.plan_writing import write_plan
from planner.state.documents.rollout_documents import find_bad_addresses
from planner.state.documents.state_document import find_address
from planner.state.errors import DocumentError

_REMEDY = "A saved plan is not edited by hand: make a new one with `poolctl plan --out FILE`."


def format_plan(plan: Plan) -> str:
    """Return ``plan`` as its document; ``parse_plan`` gives the same plan back.

    Members stand in the order of the format, those inside trees are sorted. Raises DocumentError
    for a number that JSON cannot hold.
    """
    document = write_plan(plan).model_dump(by_alias=True)
    for rare in ("undo", "valid_until"):
        if not document["inputs"][rare]:
            del document["inputs"][rare]
    for part, rare in ((document, "rollouts"), *((one, "turns") for one in document["changes"])):
        if not part[rare]:
            del part[rare]
    return format_json(document)


def parse_plan(text: str, *, source: str = "plan") -> Plan:
    """Return the plan that ``text`` holds; ``source`` names the file in diagnostics.

    The schema is checked, digests are not: ``planner.core`` computes them anew. Raises
    DocumentError, with every fault at once, for a text that is no plan, is damaged, comes from a
    newer version, or contradicts itself.
    """
    origin = SourceText(text=text, source=source, what="plan file", remedy=_REMEDY)
    document = parse_document(origin, PlanDocument)
    faults = tuple(_find_faults(document, origin))
    if faults:
        raise DocumentError(*faults)
    return read_plan(document)


def _find_faults(document: PlanDocument, origin: SourceText) -> Iterator[Diagnostic]:
    for number, change in enumerate(document.changes):
        yield from _find_change_faults(change, origin, number=number)
    for number, rollout in enumerate(document.rollouts):
        for path in find_bad_addresses(rollout):
            yield make_fault(origin, ("rollouts", number, *path), words="is no address such as pool.training")
    for number, row in enumerate(document.drift):
        if find_address(row.address) is None:
            yield make_fault(origin, ("drift", number, "address"), words="is no address such as pool.training")


def _find_change_faults(change: ChangeDocument, origin: SourceText, *, number: int) -> Iterator[Diagnostic]:
    words = "is no address such as pool.training"
    for member, text in (("address", change.address), ("previous_address", change.previous_address)):
        if text is not None and find_address(text) is None:
            yield make_fault(origin, ("changes", number, member), words=words)
    for index, text in enumerate(change.depends_on):
        if find_address(text) is None:
            yield make_fault(origin, ("changes", number, "depends_on", index), words=words)
    for index, turn in enumerate(change.turns):
        if any(one > len(change.operations) for one in turn.operations):
            yield make_fault(
                origin, ("changes", number, "turns", index), words="names an operation that the change does not have"
            )
    sums = (sum(row.before for row in change.nodes), sum(row.after for row in change.nodes))
    for member, found, expected in zip(
        ("nodes_before", "nodes_after"), (change.nodes_before, change.nodes_after), sums, strict=True
    ):
        if found != expected:
            yield make_fault(
                origin, ("changes", number, member), words=f"is {found}, but `nodes` adds up to {expected}"
            )
