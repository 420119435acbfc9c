"""What can be taken back of a change: wholly, with loss, or not (semantics 2.1 and 4)."""

import enum
from collections.abc import Iterable

from planner.core.assign import find_field
from planner.core.changes import Change, Disruption, FieldChange, Operation
from planner.core.field_paths import FieldPath
from planner.core.kind_rules import KindRules, is_covered, is_removable
from planner.core.lazy_dataclass import dataclass
from planner.core.merge_patch import make_merge_patch
from planner.core.preparing import RESOURCES
from planner.core.schedule import apply_intents, make_creation_body
from planner.core.trees import ABSENT, Tree, Value, as_int

_NODES_GO = "as many nodes come back; their jobs and disks do not"


class Reversal(enum.IntEnum):
    """How well something can be taken back, best first."""

    WHOLE = 0
    LOSS = 1
    NONE = 2

    @property
    def word(self) -> str:
        """Return the word of receipts and of texts."""
        return ("reversible", "reversible with loss", "not reversible")[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How well something can be taken back, and why not better; ``why`` is empty where nothing is lost."""

    reversal: Reversal = Reversal.WHOLE
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverse:
    """The request that would take an operation back, as of the plan: read and rebuild before sending it."""

    method: str
    path: str
    content_type: str
    body: Value


def judge_field(before: Tree | None, field: FieldChange, *, rules: KindRules) -> Verdict:
    """Return how well one changed field of a resource that was ``before`` can be set back."""
    path, is_gone = field.path, field.after is ABSENT
    if is_covered(path, rules.purchases):
        return Verdict(reversal=Reversal.NONE, why="what was bought stays bought")
    if is_covered(path, rules.one_way):
        return Verdict(reversal=Reversal.NONE, why="it can be switched on, never off")
    if path[:2] == RESOURCES and find_field(before or {}, path[:3], rules=rules) is ABSENT:
        return Verdict()
    if _is_size(path) and (is_gone or as_int(field.after) < as_int(field.before)):
        return Verdict(reversal=Reversal.LOSS, why=_NODES_GO)
    if field.before is ABSENT and not (is_removable(path, rules) or _is_size(path)):
        return Verdict(reversal=Reversal.NONE, why="once set it can be changed, and never be taken off")
    if field.disruption >= Disruption.INTERRUPTS:
        return Verdict(reversal=Reversal.LOSS, why="the value comes back; jobs that the change ended do not")
    return Verdict()


def judge_operation(change: Change, operation: Operation, *, rules: KindRules) -> Verdict:
    """Return how well an operation of ``change`` can be taken back: as its worst field."""
    has_nodes = RESOURCES in rules.lists
    if operation.method == "DELETE":
        lost = f"; {_NODES_GO}" if has_nodes else ""
        return Verdict(reversal=Reversal.LOSS, why=f"it is made anew, with another id{lost}")
    if operation.nodes is not None:
        return Verdict(reversal=Reversal.LOSS, why=_NODES_GO)
    if operation.method == "POST":
        lost = "what runs in it by then goes with it"
        return Verdict(reversal=Reversal.LOSS, why=lost) if has_nodes else Verdict()
    sent = {one.path for one in operation.intents}
    return find_worst(judge_field(change.before, one, rules=rules) for one in change.fields if one.path in sent)


def find_worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of ``verdicts``; nothing is lost where there are none."""
    return max(verdicts, key=lambda one: one.reversal, default=Verdict())


def make_inverse(change: Change, number: int, *, rules: KindRules) -> Inverse | None:
    """Return the request that takes back the ``number``-th operation of ``change``, from 1.

    None where there is none: nodes that went by name come back with the count, and not every field can be
    set back. The id of what was just made is not known here: ``path`` ends with ``/`` then.
    """
    operation = change.operations[number - 1]
    if operation.nodes is not None or judge_operation(change, operation, rules=rules).reversal is Reversal.NONE:
        return None
    if operation.method == "DELETE":
        path = operation.path.rpartition("/")[0]
        body = make_creation_body(change.before or {}, rules)
        return Inverse(method="POST", path=path, content_type=operation.content_type, body=body)
    if operation.method == "POST":
        return Inverse(method="DELETE", path=f"{operation.path}/", content_type=operation.content_type, body=None)
    tree = change.before or {}
    for one in change.operations[: number - 1]:
        tree = apply_intents(tree, one.intents, rules=rules) if one.nodes is None else tree
    target = apply_intents(tree, operation.intents, rules=rules)
    body = make_merge_patch(target, tree)
    return Inverse(method="PATCH", path=operation.path, content_type=operation.content_type, body=body)


def _is_size(path: FieldPath) -> bool:
    """Tell whether ``path`` says how many nodes there are, or of which entry."""
    return path[:2] == RESOURCES and (path[3:] in {("count",), ("flavor",)} or path[3:4] == ("azs",))
