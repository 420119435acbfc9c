"""What the files would ask for if an apply were taken back: live as it is, less what the apply changed."""

from collections.abc import Mapping

from planner.core.addresses import Address
from planner.core.assign import find_field, set_field
from planner.core.changes import Action, FieldChange
from planner.core.desired import DesiredResource, DesiredState, ImportBlock, RemovedBlock
from planner.core.field_paths import FieldPath
from planner.core.flatten import find_refined_keys, flatten
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.list_order import is_same_field
from planner.core.live_trees import make_tree
from planner.core.preparing import is_entry_flavor
from planner.core.receipts import Receipt, ReceiptChange, find_outcomes
from planner.core.reversal import Reversal, Verdict, judge_field
from planner.core.snapshot import LiveResource, Snapshot
from planner.core.tracking import State, TrackedResource
from planner.core.trees import ABSENT, Tree, Value

_NOTHING: Tree = {"metadata": {}, "spec": {}}
_ADOPTED = "it was adopted, and poolctl never sent all that makes it"
_LEFT = "somebody has changed it since, and that is left alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoStep:
    """What becomes of one thing that the apply did; ``label`` is a config path, empty for the whole resource."""

    address: Address
    label: str
    what: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What would have to be asked for, and every step with how well it is taken back."""

    desired: DesiredState
    steps: tuple[UndoStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One change of the receipt, and what is there now."""

    change: ReceiptChange
    tracked: TrackedResource | None
    live: LiveResource | None
    rules: KindRules


def ask_for_forgotten(desired: DesiredState, receipt: Receipt, *, state: State) -> DesiredState:
    """Return ``desired`` with imports of what the apply forgot, so that it is read; all else waits for the reading."""
    gone = [one for one in receipt.changes if one.action is Action.FORGET and one.address not in state.resources]
    imports = tuple(ImportBlock(address=one.address, id=one.id) for one in gone)
    resources = {one.address: DesiredResource(address=one.address, tree=_NOTHING) for one in gone}
    return replace(desired, resources=resources, removed=(), imports=imports)


def undo(
    files: DesiredState, receipt: Receipt, *, state: State, snapshot: Snapshot, kinds: Mapping[str, KindRules]
) -> Undone:
    """Return what takes ``receipt`` back: every tracked resource as it is, less what the apply changed.

    Unapplied edits of ``files`` take no part; their guards, permissions and freezes do. A field that was
    changed since is left alone.
    """
    resources = {
        address: _keep(address, tracked, snapshot.resources.get(address), files=files, rules=kinds[address.kind])
        for address, tracked in state.resources.items()
    }
    removed: list[RemovedBlock] = []
    imports: list[ImportBlock] = []
    steps: list[UndoStep] = []
    for change in receipt.changes:
        address = change.address
        case = _Case(
            change=change,
            tracked=state.resources.get(address),
            live=snapshot.resources.get(address),
            rules=kinds[change.kind],
        )
        if not _has_begun(receipt, address):
            continue
        found, tree = _undo_one(case, resources.get(address))
        steps += found
        if isinstance(tree, RemovedBlock):
            resources.pop(address, None)
            removed.append(replace(tree, reason=f"undo of {receipt.id}"))
        elif isinstance(tree, ImportBlock):
            imports.append(tree)
            resources[address] = _make_desired(address, _NOTHING, files=files)
        elif tree is not None:
            resources[address] = _make_desired(address, tree, files=files)
    desired = replace(files, resources=resources, removed=tuple(removed), imports=tuple(imports))
    return Undone(desired=desired, steps=tuple(steps))


_Answer = tuple[list[UndoStep], Tree | RemovedBlock | ImportBlock | None]


def _undo_one(case: _Case, kept: DesiredResource | None) -> _Answer:
    change = case.change
    match change.action:
        case Action.CREATE if case.tracked is not None:
            why = "what runs in it goes with it" if case.rules.kind == "pool" else ""
            step = _tell(case, "delete what was made", why=why, reversal=Reversal.LOSS if why else Reversal.WHOLE)
            return [step], RemovedBlock(address=change.address, destroy=True)
        case Action.DELETE if case.tracked is None:
            return _remake(case)
        case Action.REPLACE if case.tracked is not None:
            return _remake(case)
        case Action.FORGET if case.tracked is None and case.live is not None:
            step = _tell(case, "manage it again")
            return [step], ImportBlock(address=change.address, id=change.id)
        case Action.IMPORT if case.tracked is not None and not change.fields:
            return [_tell(case, "stop managing it")], RemovedBlock(address=change.address, destroy=False)
        case Action.UPDATE | Action.IMPORT if case.live is not None and kept is not None:
            return _set_back(case, case.live, kept.tree)
        case _:
            return [_tell(case, "nothing", why="it is not as the apply left it", reversal=Reversal.NONE)], None


def _remake(case: _Case) -> _Answer:
    tree = case.change.last_applied
    if case.rules.find_gaps(tree):
        return [_tell(case, "make it anew", why=_ADOPTED, reversal=Reversal.NONE)], None
    lost = "another id, other nodes; jobs and disks do not come back"
    return [_tell(case, "make it anew", why=lost, reversal=Reversal.LOSS)], tree


def _set_back(case: _Case, live: LiveResource, kept: Tree) -> _Answer:
    steps: list[UndoStep] = []
    tree, present = kept, make_tree(live)
    for field in case.change.fields:
        now = find_field(present, field.path, rules=case.rules)
        verdict = judge_field(case.change.before, field, rules=case.rules)
        if is_same_field(now, field.before, path=field.path, rules=case.rules):
            continue
        if not is_same_field(now, field.after, path=field.path, rules=case.rules):
            verdict = Verdict(reversal=Reversal.NONE, why=_LEFT)
        steps.append(UndoStep(address=case.change.address, label=field.label, what="set back", verdict=verdict))
        if verdict.reversal is not Reversal.NONE:
            tree = _set(tree, field, case)
    return steps, tree


def _set(tree: Tree, field: FieldChange, case: _Case) -> Tree:
    tree = set_field(tree, field.path, value=field.before, rules=case.rules)
    if not is_entry_flavor(field.path) or field.after is not ABSENT:
        return tree
    # Of an entry that went its flavor and count stand for all: the rest is what had been sent of it.
    for path, value in _flatten(case.change.last_applied, case.rules).items():
        if path[:3] == field.path[:3]:
            tree = set_field(tree, path, value=value, rules=case.rules)
    return tree


def _keep(
    address: Address, tracked: TrackedResource, live: LiveResource | None, *, files: DesiredState, rules: KindRules
) -> DesiredResource:
    """Return the block that asks for nothing: what was sent, with the values that are live."""
    if live is None:
        return _make_desired(address, tracked.last_applied, files=files)
    tree: Tree = {}
    present = make_tree(live)
    for path in _flatten(tracked.last_applied, rules):
        value = find_field(present, path, rules=rules)
        if value is not ABSENT:
            tree = set_field(tree, path, value=value, rules=rules)
    return _make_desired(address, tree, files=files)


def _make_desired(address: Address, tree: Tree, *, files: DesiredState) -> DesiredResource:
    known = files.resources.get(address)
    return replace(known, tree=tree) if known else DesiredResource(address=address, tree=tree, guards=files.guards)


def _has_begun(receipt: Receipt, address: Address) -> bool:
    return any(one.outcome != "skipped" for one in find_outcomes(receipt, address))


def _flatten(tree: Tree, rules: KindRules) -> dict[FieldPath, Value]:
    return flatten(tree, rules, refined=find_refined_keys((tree,), rules))


def _tell(case: _Case, what: str, *, why: str = "", reversal: Reversal = Reversal.WHOLE) -> UndoStep:
    return UndoStep(address=case.change.address, label="", what=what, verdict=Verdict(reversal=reversal, why=why))
