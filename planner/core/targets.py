"""The target of one resource: what the files make of it, whose each difference is, and what is let go."""

from collections.abc import Callable
from typing import TypeAlias

from planner.core.assign import find_field, set_field
from planner.core.changes import Disruption, FieldChange
from planner.core.desired import DesiredResource
from planner.core.diagnostics import SourceLocation
from planner.core.disruption import judge_field
from planner.core.drift import KEEP, REVERT, choose_policy, is_drift
from planner.core.field_changes import Difference, find_differences
from planner.core.field_paths import FieldPath
from planner.core.flatten import Refined, find_refined_keys, flatten
from planner.core.kind_rules import Circumstances, KindRules, find_list_rule, is_covered
from planner.core.lazy_dataclass import dataclass
from planner.core.live_trees import make_tree
from planner.core.merge import Versions, merge_resource
from planner.core.preparing import (
    RESOURCES,
    drop_ignored,
    drop_unowned,
    find_entry_keys,
    is_entry_flavor,
    settle_ranges,
)
from planner.core.snapshot import Evidence, LiveResource, Unread
from planner.core.tracking import TrackedResource
from planner.core.trees import ABSENT, Maybe, Tree, Value, is_same
from planner.core.up_to_idle import Held, HeldBack, hold_back

FindSource = Callable[[str], SourceLocation | None]
_Leaves: TypeAlias = dict[FieldPath, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One resource that is there: its block (references resolved), its record, the live object, the evidence."""

    desired: DesiredResource
    tree: Tree
    tracked: TrackedResource
    live: LiveResource
    evidence: Evidence | Unread | None
    revert_drift: bool
    find_source: FindSource
    up_to_idle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to become of a live object.

    ``full`` holds what the service derives as well, ``after`` is what a patch gives. ``policies``
    says what becomes of drifted fields. ``released`` are labels of fields that are let go, ``held_back``
    removals that take idle nodes only.
    """

    before: Tree
    full: Tree
    after: Tree
    fields: tuple[FieldChange, ...]
    immutable: tuple[str, ...]
    policies: dict[FieldPath, str]
    released: tuple[str, ...]
    kept_entries: int
    managed: frozenset[FieldPath]
    held_back: tuple[HeldBack, ...] = ()


def find_target(subject: Subject, rules: KindRules) -> Target:
    """Return the target of ``subject`` and everything that tells why it differs from what is there."""
    before = make_tree(subject.live)
    ignored = subject.desired.lifecycle.ignore_changes
    ignores = rules.make_matcher(ignored) if ignored else None
    desired = settle_ranges(subject.tree, before, rules=rules)
    desired = drop_ignored(desired, before, rules=rules, ignores=ignores)
    last = subject.tracked.last_applied
    owned = drop_unowned(last, desired, created=subject.tracked.created_entries, ignores=ignores, rules=rules)
    refined = find_refined_keys((desired, last), rules)
    full = merge_resource(Versions(last_applied=owned, live=before, desired=desired), rules)
    full, differences = _keep_unreturned(subject, before, full, rules=rules, refined=refined)
    policies = _find_policies(subject, differences, before=before, full=full, rules=rules)
    if KEEP in policies.values():
        full = _keep_drifted(policies, before=before, full=full, rules=rules)
    held = _hold_back(subject, before, full, rules=rules)
    full = held.full
    if held.held_back or KEEP in policies.values():
        differences = find_differences(before, full, rules=rules, refined=refined)
    sent, written = flatten(last, rules, refined=refined), flatten(desired, rules, refined=refined)
    fields = _make_fields(subject, differences, before=before, full=full, rules=rules)
    return Target(
        before=before,
        full=full,
        after=rules.finish(before, full, written),
        fields=fields,
        immutable=tuple(one.label for one in fields if is_immutable(one.path, one.after, rules)),
        policies=policies,
        released=_find_released(sent, written, full=full, rules=rules, refined=refined),
        kept_entries=_count_others(desired, full, rules),
        managed=frozenset((*written, *sent)),
        held_back=held.held_back,
    )


def _hold_back(subject: Subject, before: Tree, full: Tree, *, rules: KindRules) -> Held:
    if not subject.up_to_idle:
        return Held(full=full)
    return hold_back(before, full, evidence=subject.evidence, rules=rules)


def is_immutable(path: FieldPath, after: Maybe, rules: KindRules) -> bool:
    """Tell whether a change of ``path`` needs another object: it cannot be changed in place."""
    return is_covered(path, rules.immutable) or (is_covered(path, rules.one_way) and after is not True)


def _keep_unreturned(
    subject: Subject, before: Tree, full: Tree, *, rules: KindRules, refined: Refined
) -> tuple[Tree, tuple[Difference, ...]]:
    """Leave out immutable fields that were sent as they are wanted and that the service never returns."""
    differences = find_differences(before, full, rules=rules, refined=refined)
    unreturned = [
        path
        for path, old, new in differences
        if old is ABSENT
        and is_covered(path, rules.immutable)
        and is_same(find_field(subject.tracked.last_applied, path, rules=rules), new)
    ]
    for path in unreturned:
        full = set_field(full, path, value=ABSENT, rules=rules)
    return full, tuple(one for one in differences if one[0] not in unreturned)


def _keep_drifted(policies: dict[FieldPath, str], *, before: Tree, full: Tree, rules: KindRules) -> Tree:
    for path in [path for path, policy in policies.items() if policy == KEEP]:
        full = set_field(full, path, value=find_field(before, path, rules=rules), rules=rules)
    return full


def _find_policies(
    subject: Subject, differences: tuple[Difference, ...], *, before: Tree, full: Tree, rules: KindRules
) -> dict[FieldPath, str]:
    around = Circumstances(before=before, after=full, evidence=subject.evidence)
    configured = REVERT if subject.revert_drift else subject.desired.guards.on_drift
    return {
        path: choose_policy(configured, _judge(path, (old, new), rules=rules, around=around))
        for path, old, new in differences
        if is_drift(subject.tracked, path, desired=new, rules=rules)
    }


def _judge(path: FieldPath, values: tuple[Maybe, Maybe], *, rules: KindRules, around: Circumstances) -> Disruption:
    if is_immutable(path, values[1], rules):
        return Disruption.DESTROYS
    return judge_field(path, values, rules=rules, around=around)


def _make_fields(
    subject: Subject, differences: tuple[Difference, ...], *, before: Tree, full: Tree, rules: KindRules
) -> tuple[FieldChange, ...]:
    """Return the field changes; of an entry that goes, its flavor and count stand for all."""
    around = Circumstances(before=before, after=full, evidence=subject.evidence)
    gone = {path[:3] for path, _, new in differences if is_entry_flavor(path) and new is ABSENT}
    return tuple(
        FieldChange(
            path=path,
            label=(label := rules.format_label(path)),
            before=old,
            after=new,
            disruption=_judge(path, (old, new), rules=rules, around=around),
            source=subject.find_source(label),
        )
        for path, old, new in differences
        if path[:3] not in gone or path[3:] in {("flavor",), ("count",)}
    )


def _find_released(
    sent: _Leaves, written: _Leaves, *, full: Tree, rules: KindRules, refined: Refined
) -> tuple[str, ...]:
    """Return labels of what was sent, is asked for no more, and stays: an entry by its key alone."""
    if sent.keys() <= written.keys():
        return ()
    labels: dict[str, None] = {}
    wanted, present = _find_places(written), _find_places(flatten(full, rules, refined=refined))
    for path, value in sent.items():
        if path in wanted or path not in present or _is_hollow(path, value, rules):
            continue
        is_entry = path[:2] == RESOURCES and path[:3] not in wanted
        if is_entry or not _is_key_member(path, rules):
            labels[rules.format_label(path[:3] if is_entry else path)] = None
    return tuple(labels)


def _is_hollow(path: FieldPath, value: Value, rules: KindRules) -> bool:
    """Tell whether ``value`` is what is left of members that were taken off one by one."""
    rule = find_list_rule(rules, path)
    return value == {} or (value == [] and rule is not None and rule.keeps_others)


def _find_places(leaves: _Leaves) -> frozenset[FieldPath]:
    """Return the paths of ``leaves`` and of everything above them."""
    return frozenset(path[:depth] for path in leaves for depth in range(len(path) + 1))


def _is_key_member(path: FieldPath, rules: KindRules) -> bool:
    rule = find_list_rule(rules, path[:-2])
    return rule is not None and path[-1] in (*rule.keys, *rule.optional_keys)


def _count_others(desired: Tree, full: Tree, rules: KindRules) -> int:
    """Return how many entries no entry of the files names, be it without a creating step."""
    named = {key.parts for key in find_entry_keys(desired, rules)}
    if not named:
        return 0
    short = len(rules.lists[RESOURCES].keys)
    return sum(1 for key in find_entry_keys(full, rules) if named.isdisjoint({key.parts, key.parts[:short]}))
