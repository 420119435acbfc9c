"""An approved change, compared with a plan made anew right before the first write (semantics 6.5, 6.6)."""

from collections.abc import Mapping

from planner.core.changes import Action, Change, Disruption, FieldChange
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.disruption import judge_field
from planner.core.field_paths import FieldPath
from planner.core.kind_rules import Circumstances
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import make_tree
from planner.core.plan_blocks import find_change_blocks
from planner.core.plan_request import PlanningRequest
from planner.core.schedule import apply_intents
from planner.core.snapshot import LiveResource
from planner.core.staleness import (
    find_moved,
    report_appeared,
    report_gone,
    report_moved,
    report_worse,
    report_worse_fields,
)
from planner.core.targets import is_immutable
from planner.core.trees import is_same

_IN_PLACE = frozenset({Action.UPDATE, Action.IMPORT})
_QUIET = frozenset({Action.NO_OP, Action.FORGET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """The change to run, judged by files, clock and snapshot as they are now; or why it is stale."""

    change: Change
    stale: tuple[Diagnostic, ...] = ()


def recheck(approved: Change, fresh: Change | None, *, request: PlanningRequest) -> Rechecked:
    """Return what is to be run for ``approved``; ``fresh`` is the change of its address in the plan made anew.

    The same digest: the change made anew is run, so that nothing comes from a file that was approved.
    An update whose own fields have not moved is run as approved: what else differs now is not undone.
    """
    if fresh is not None and fresh.digest == approved.digest and _makes_the_same(fresh, approved):
        worse = _find_worse(approved, {one.path: one.disruption for one in fresh.fields})
        return _refuse(approved, worse) if worse else Rechecked(change=fresh)
    if approved.action in _QUIET:
        return Rechecked(change=approved)
    live = request.snapshot.resources.get(approved.address)
    if approved.action is Action.CREATE:
        return _refuse(approved, report_appeared(approved.address, live.id) if live else _report_other(approved))
    if live is None or live.id != approved.id:
        return _refuse(approved, report_gone(approved.address, approved.id))
    moved = find_moved(approved, live, rules=request.kinds[approved.kind])
    if moved:
        return _refuse(approved, report_moved(approved.address, moved))
    if approved.action not in _IN_PLACE:
        return _refuse(approved, _report_other(approved))
    return _judge(approved, live, request=request)


def _makes_the_same(fresh: Change, approved: Change) -> bool:
    """Tell whether what is made is what was shown: the digest of a replacement holds its differences alone."""
    return approved.action is not Action.REPLACE or is_same(approved.after or {}, fresh.after or {})


def _judge(approved: Change, live: LiveResource, *, request: PlanningRequest) -> Rechecked:
    """Judge an update again: it must not hurt more than was approved, and the guards see fresh counts."""
    rules = request.kinds[approved.kind]
    before = make_tree(live)
    after = before
    for operation in approved.operations:
        after = apply_intents(after, operation.intents, rules=rules)
    around = Circumstances(before=before, after=after, evidence=request.snapshot.evidence.get(approved.address))

    def judge(one: FieldChange) -> Disruption:
        if is_immutable(one.path, one.after, rules):
            return Disruption.DESTROYS
        return judge_field(one.path, (one.before, one.after), rules=rules, around=around)

    if worse := _find_worse(approved, {one.path: judge(one) for one in approved.fields}):
        return _refuse(approved, worse)
    policies: dict[FieldPath, str] = {}
    counted = replace(approved, nodes=rules.count_nodes(before, after))
    return Rechecked(change=find_change_blocks(request, counted, policies=policies))


def _find_worse(approved: Change, now: Mapping[FieldPath, Disruption]) -> Diagnostic | None:
    """Return what to tell where ``approved``, or one of its fields, hurts more ``now`` than its plan says.

    The classes below the worst are in no digest: a plan whose file says less of one is noticed here.
    """
    worst = max(now.values(), default=Disruption.NONE)
    if worst > approved.disruption:
        return report_worse(approved.address, planned=approved.disruption, now=f"It would be {worst.word} now.")
    worse = [(one, now[one.path]) for one in approved.fields if now[one.path] > one.disruption]
    return report_worse_fields(approved.address, worse) if worse else None


def _refuse(approved: Change, fault: Diagnostic) -> Rechecked:
    return Rechecked(change=approved, stale=(fault,))


def _report_other(approved: Change) -> Diagnostic:
    return make_error(
        "apply.stale",
        "The change would be another one now",
        detail=f"What was approved is to {approved.action.value} it; planned anew from the same files, the change is "
        "not the same. Nothing was sent. Plan again and look at the difference.",
        address=str(approved.address),
    )
