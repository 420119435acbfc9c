"""What a run is about to send, as records that are kept with a state on another machine (semantics 8.1).

One save before the first request: were the disk of the journal lost, whoever comes next could still tell what was
made for whom. The records are those of a journal, so that one reading settles both.
"""

from collections.abc import Iterable, Iterator, Mapping

from planner.core.addresses import Address
from planner.core.advance import record_creation, record_update
from planner.core.changes import Change, Operation
from planner.core.diagnostics import SourceLocation, make_error
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass
from planner.core.pieces import list_numbers
from planner.core.references import find_references, resolve_tree
from planner.core.schedule import make_creation_body
from planner.core.snapshot import LiveResource
from planner.core.tracking import TrackedResource
from planner.core.trees import ABSENT, Maybe, Reference, Tree, Value, as_tree
from planner.engine.journal import OpenRun, OperationStarted
from planner.engine.journal_records import Record, RecordError, format_record, parse_record
from planner.engine.sending_creations import UNKNOWN_ID
from planner.state.errors import DocumentError
from planner.state.os_errors import UNTOUCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingGrounds:
    """What the records are made from: what is tracked and live now, and the ``Date`` of the latest answer."""

    resources: Mapping[Address, TrackedResource]
    live: Mapping[Address, LiveResource]
    kinds: Mapping[str, KindRules]
    time: str
    service_date: str


def find_pending(changes: Iterable[Change], grounds: PendingGrounds) -> Iterator[OperationStarted]:
    """Yield the requests of ``changes`` as if each were sent now, in the order of a run.

    Removals of nodes by name are left out: their names are chosen when they are sent, and the counts tell of them.
    """
    for change in changes:
        tracked = grounds.resources.get(change.address)
        for number in list_numbers(change):
            operation = change.operations[number - 1]
            if operation.nodes is not None:
                continue
            body, tracked = _foresee(change, operation, tracked, grounds=grounds)
            if tracked is None and operation.method != "DELETE":
                continue
            yield OperationStarted(
                address=change.address,
                number=number,
                method=operation.method,
                path=operation.path,
                body=body,
                time=grounds.time,
                tracked=tracked,
                service_date=grounds.service_date,
            )


def format_pending(records: Iterable[Record]) -> str:
    """Return ``records`` as text, one JSON object a line."""
    return "".join(f"{format_record(one)}\n" for one in records)


def parse_pending(text: str, *, source: str) -> OpenRun:
    """Return the run that ``text`` tells of; it has no journal here. Raises DocumentError."""
    try:
        return OpenRun(path=None, records=tuple(map(parse_record, text.splitlines())))
    except RecordError as error:
        detail = (
            f"What a run was about to send is kept with the state ({source}), and cannot be read: {error}. {UNTOUCHED} "
            "It may be of a newer version of poolctl: use the one that applied last."
        )
        place = SourceLocation(file=source, line=1)
        raise DocumentError(
            make_error("state.bad-pending", "The record of a run is damaged", detail=detail, location=place)
        ) from error


def _foresee(
    change: Change, operation: Operation, tracked: TrackedResource | None, *, grounds: PendingGrounds
) -> tuple[Value, TrackedResource | None]:
    """Return the body of a request, and what the state holds once it has done its work."""
    rules = grounds.kinds[change.kind]
    if operation.method == "DELETE":
        return None, None
    if operation.method == "POST":
        ids = {address: one.id for address, one in grounds.resources.items()}
        tree = _drop_references(resolve_tree(change.after or {}, ids))
        unknown = LiveResource(id=UNKNOWN_ID, metadata={}, spec={})
        return make_creation_body(tree, rules), record_creation(tree, unknown, rules=rules)
    live = grounds.live.get(change.address)
    if tracked is None or live is None or any(True for _ in find_references(operation.body)):
        # A body of None is settled as unknown: what live shows is planned upon.
        return None, tracked
    return operation.body, record_update(tracked, change, sent=operation.intents, live=live, rules=rules)


def _drop_references(tree: Tree) -> Tree:
    """Return ``tree`` without what this run has to make first: its id is not known yet."""
    return as_tree(_drop(tree))


def _drop(value: Value) -> Maybe:
    """Return ``value`` without references; ABSENT where nothing is left of it."""
    if isinstance(value, Reference):
        return ABSENT
    if isinstance(value, dict):
        kept = {name: left for name, one in value.items() if (left := _drop(one)) is not ABSENT}
        return kept if kept or not value else ABSENT
    if isinstance(value, list):
        return [left for one in value if (left := _drop(one)) is not ABSENT]
    return value
