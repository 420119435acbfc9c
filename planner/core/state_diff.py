"""What differs between two versions of a state: what is tracked, under which address, and what is recorded of it."""

from collections.abc import Iterator, Mapping
from typing import Literal

from planner.core.addresses import Address
from planner.core.field_changes import find_differences
from planner.core.flatten import find_shared_keys
from planner.core.holds import format_moment
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass
from planner.core.tracking import State, TrackedResource
from planner.core.trees import ABSENT, Maybe, Tree, Value, as_tree, is_same

Word = Literal["tracked", "forgotten", "moved", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordField:
    """One recorded value that differs; ``label`` begins with the member of the record."""

    label: str
    before: Maybe
    after: Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDifference:
    """What differs of one address, which is that of ``after``, or of ``before`` where it is forgotten.

    ``previous`` is where it was recorded before, for ``moved``. ``id`` is the object's at the service.
    """

    address: Address
    word: Word
    id: str
    previous: Address | None = None
    fields: tuple[RecordField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDifference:
    """What differs between two states: ``head`` of what stands around the resources, and ``records`` by address."""

    head: tuple[RecordField, ...]
    records: tuple[RecordDifference, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether both hold the same, whatever their serials."""
        return not self.head and not self.records


def compare_states(before: State, after: State, *, kinds: Mapping[str, KindRules]) -> StateDifference:
    """Return what differs; serials do not count."""
    return StateDifference(
        head=tuple(_compare_members(_list_head(before), _list_head(after))),
        records=tuple(sorted(_compare_records(before, after, kinds), key=lambda one: one.address)),
    )


def _compare_records(before: State, after: State, kinds: Mapping[str, KindRules]) -> Iterator[RecordDifference]:
    places = {(address.kind, one.id): address for address, one in before.resources.items()}
    kept: set[Address] = set()
    for address, tracked in after.resources.items():
        previous = places.get((address.kind, tracked.id))
        if previous is None:
            yield RecordDifference(address=address, word="tracked", id=tracked.id)
            continue
        kept.add(previous)
        fields = tuple(_compare_tracked(before.resources[previous], tracked, rules=kinds[address.kind]))
        if previous != address:
            yield RecordDifference(address=address, word="moved", id=tracked.id, previous=previous, fields=fields)
        elif fields:
            yield RecordDifference(address=address, word="changed", id=tracked.id, fields=fields)
    for address, tracked in before.resources.items():
        if address not in kept:
            yield RecordDifference(address=address, word="forgotten", id=tracked.id)


def _compare_tracked(before: TrackedResource, after: TrackedResource, *, rules: KindRules) -> Iterator[RecordField]:
    if before is after:
        return
    yield from _compare_members(_list_members(before), _list_members(after))
    for member in ("last_applied", "last_seen"):
        old, new = _make_fields(getattr(before, member)), _make_fields(getattr(after, member))
        refined = find_shared_keys(old, rules) | find_shared_keys(new, rules)
        for path, was, now in find_differences(old, new, rules=rules, refined=refined):
            yield RecordField(label=f"{member}: {rules.format_label(path)}", before=was, after=now)


def _compare_members(before: Tree, after: Tree) -> Iterator[RecordField]:
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name, ABSENT), after.get(name, ABSENT)
        if not is_same(was, now):
            yield RecordField(label=name, before=was, after=now)


def _list_head(state: State) -> Tree:
    service = state.service
    told: Tree = {}
    if service is not None:
        told |= {f"service.{one}": getattr(service, one) for one in ("endpoint", "region", "project_id")}
    for scope, guards in state.guards.items():
        told |= {f"guards: {scope}.{name}": value for name, value in guards.items()}
    texts = {"lineage": state.lineage, "applied_from": state.applied_from, "moved_to": state.moved_to}
    return told | {name: text for name, text in texts.items() if text}


def _list_members(tracked: TrackedResource) -> Tree:
    holds: list[Value] = [f"{one.entry} at {one.count} until {format_moment(one.until)}" for one in tracked.holds]
    return {
        "prevent_destroy": tracked.prevent_destroy,
        "phase": tracked.last_seen.get("phase", ""),
        "waiting": tracked.waiting,
        "created_entries": [*tracked.created_entries],
        "holds": holds,
    }


def _make_fields(tree: Tree) -> Tree:
    return {"metadata": as_tree(tree.get("metadata", {})), "spec": as_tree(tree.get("spec", {}))}
