"""The order of a pool's update: workspace alone, growth and the rest, driver, shrinkage (semantics 7.1)."""

from collections.abc import Iterable
from dataclasses import field

from planner.core.api_names import WORKSPACE_LABEL
from planner.core.changes import FieldChange, Intent, NodeConstraint
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.kind_rules import Stage
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import ABSENT, Maybe, Tree, as_int
from planner.kinds.pool_entries import RESOURCES, find_named_entry, find_zones, is_logical

WORKSPACE = ("metadata", "labels", WORKSPACE_LABEL)
# Semantics 7.2.
_ANY_LIVE = ("Running", "Abnormal", "ScalingFailed")
_RESIZE = ("Running", "ScalingFailed")
_RUNNING = ("Running",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """One pool's resource intents: those that go with the growth, those after it, and the nodes to remove."""

    growth: list[Intent] = field(default_factory=list)
    shrinkage: list[Intent] = field(default_factory=list)
    removals: list[Stage] = field(default_factory=list)


def make_pool_stages(before: Tree, after: Tree, fields: tuple[FieldChange, ...]) -> tuple[Stage, ...]:
    """Return the stages of an update; applied in order to ``before`` they give ``after``."""
    split = _split_entries(before, after, [one for one in fields if one.path[:2] == RESOURCES])
    rest = [one for one in fields if one.path[:2] != RESOURCES and not _is_workspace(one) and not _is_driver(one)]
    main = [*map(_make_intent, rest), *split.growth]
    stages = [
        _make_workspace_stage(list(map(_make_intent, filter(_is_workspace, fields)))),
        _make_main_stage(main),
        _make_driver_stage(list(map(_make_intent, filter(_is_driver, fields)))),
    ]
    removals = [] if is_logical(before) else split.removals
    return tuple(stage for stage in (*stages, *removals, _make_shrink_stage(split.shrinkage)) if stage is not None)


def _is_workspace(change: FieldChange) -> bool:
    return change.path == WORKSPACE


def _is_driver(change: FieldChange) -> bool:
    return change.path[:2] == ("spec", "driver")


def _make_intent(change: FieldChange) -> Intent:
    return Intent(path=change.path, before=change.before, after=change.after)


def _make_workspace_stage(intents: list[Intent]) -> Stage | None:
    if not intents:
        return None
    return Stage(purpose="move to another workspace", phases=_ANY_LIVE, waits_for="the answer", intents=tuple(intents))


def _make_main_stage(intents: list[Intent]) -> Stage | None:
    if not intents:
        return None
    is_resize = any(_is_count(one.path) for one in intents)
    is_scope = any(one.path[:2] == ("spec", "scope") for one in intents)
    phases = _RUNNING if is_scope else _RESIZE if is_resize else _ANY_LIVE
    waits = [
        text for text, is_there in (("all nodes available", is_resize), ("job types enabled", is_scope)) if is_there
    ]
    return Stage(
        purpose="grow and change fields" if is_resize else "change fields",
        phases=phases,
        waits_for=" and ".join(waits) or "the answer",
        intents=tuple(intents),
    )


def _make_driver_stage(intents: list[Intent]) -> Stage | None:
    if not intents:
        return None
    return Stage(purpose="upgrade the driver", phases=_RUNNING, waits_for="the driver running", intents=tuple(intents))


def _make_removal_stage(entry: "_Entry", count: int, *, intents: Iterable[Intent], az: str = "") -> Stage:
    constraint = NodeConstraint(flavor=entry.key.parts[0], node_pool=entry.key.parts[1], count=count, az=az)
    place = "/".join(part for part in (constraint.flavor, constraint.node_pool, constraint.az) if part)
    return Stage(
        purpose=f"remove {constraint.count} idle of {place}",
        phases=_RESIZE,
        waits_for="these nodes gone",
        intents=tuple(one for one in intents if one.path[-1] == "count"),
        nodes=constraint,
    )


def _make_shrink_stage(intents: list[Intent]) -> Stage | None:
    if not intents:
        return None
    return Stage(purpose="shrink", phases=_RESIZE, waits_for="no nodes being deleted", intents=tuple(intents))


def _is_count(path: FieldPath) -> bool:
    return path[:2] == RESOURCES and path[-1] in ("count", "flavor")


def _split_entries(before: Tree, after: Tree, fields: Iterable[FieldChange]) -> _Split:
    split = _Split()
    by_key: dict[EntryKey, list[FieldChange]] = {}
    for one in fields:
        if isinstance(one.path[2], EntryKey):
            by_key.setdefault(one.path[2], []).append(one)
    for key, changed in by_key.items():
        old, new = find_named_entry(before, key), find_named_entry(after, key)
        _split_entry(_Entry(key=key, before=old, after=new, fields=changed), split)
    return split


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    key: EntryKey
    before: Tree
    after: Tree
    fields: list[FieldChange]

    def make_intent(self, *below: str | EntryKey, before: Maybe, after: Maybe) -> Intent:
        """Return an intent on a field of this entry."""
        return Intent(path=(*RESOURCES, self.key, *below), before=before, after=after)


def _split_entry(entry: _Entry, split: _Split) -> None:
    intents = [_make_intent(one) for one in entry.fields]
    old, new = (as_int(tree.get("count", ABSENT)) for tree in (entry.before, entry.after))
    zones = find_zones(entry.before), find_zones(entry.after)
    if not entry.before or not entry.after:
        (split.growth if entry.after else split.shrinkage).extend(intents)
        if not entry.after and old:
            split.removals.append(_make_removal_stage(entry, old, intents=intents))
    elif zones[0] and zones[1] and any(zones[1].get(az, 0) < count for az, count in zones[0].items()):
        _split_zones(entry, split)
    elif new < old:
        is_size = [one.path[3] in ("count", "azs", "maxCount") for one in intents]
        split.shrinkage.extend(one for one, size in zip(intents, is_size, strict=True) if size)
        split.growth.extend(one for one, size in zip(intents, is_size, strict=True) if not size)
        split.removals.append(_make_removal_stage(entry, old - new, intents=intents))
    else:
        split.growth.extend(intents)


def _split_zones(entry: _Entry, split: _Split) -> None:
    """Grow zones first, then shrink the others: between the two, each zone has the larger of its counts."""
    old, new = find_zones(entry.before), find_zones(entry.after)
    middle = {az: max(old.get(az, 0), new.get(az, 0)) for az in (*old, *new)}
    total = sum(middle.values())
    for one in entry.fields:
        if one.path[3] in ("count", "maxCount"):
            continue
        shrinks = one.path[3] == "azs" and isinstance(one.path[4], EntryKey) and _is_shrinking(one.path[4], old, new)
        (split.shrinkage if shrinks else split.growth).append(_make_intent(one))
    for name in ("count", "maxCount"):
        _split_total(entry, name, total, split)
    for az, count in old.items():
        if new.get(az, 0) < count:
            intents = [
                one for one in split.shrinkage if one.path[:5] == (*RESOURCES, entry.key, "azs", EntryKey(parts=(az,)))
            ]
            split.removals.append(_make_removal_stage(entry, count - new.get(az, 0), intents=intents, az=az))


def _is_shrinking(key: EntryKey, old: dict[str, int], new: dict[str, int]) -> bool:
    az = key.parts[0]
    return new.get(az, 0) < old.get(az, 0)


def _split_total(entry: _Entry, name: str, total: int, split: _Split) -> None:
    """Let ``count`` (and ``maxCount`` where it is sent) follow the sum of the zones through both steps."""
    old, new = entry.before.get(name, ABSENT), entry.after.get(name, ABSENT)
    if new is ABSENT or (name == "maxCount" and not any(one.path[3] == name for one in entry.fields)):
        return
    if old != total:
        split.growth.append(entry.make_intent(name, before=old, after=total))
    if new != total:
        split.shrinkage.append(entry.make_intent(name, before=total, after=new))
