"""What the planner knows of a kind, as a table: list keys, immutable and removable fields, disruption, order.

A ``Pattern`` names members from the root; ``*`` stands for one list entry or one member. It covers
what it names and everything below it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from planner.core.changes import Disruption, FieldChange, FlavorNodes, Intent, NodeConstraint
from planner.core.evidence import Growth
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.lazy_dataclass import dataclass
from planner.core.snapshot import Evidence, LiveWorkload, Unread
from planner.core.trees import Maybe, Tree

Pattern: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRule:
    """How one list is compared and merged (semantics 3).

    ``keys`` names the members that identify an entry, ``optional_keys`` those that take part only
    where the files set them; without ``keys`` the entries are plain values, or objects by index.
    ``keeps_others``: entries that nobody here declared stay. ``is_ordered``: order means something.
    ``defaults`` turns the value of a key member into the text that stands for «not written».
    """

    keys: tuple[str, ...] = ()
    optional_keys: tuple[str, ...] = ()
    keeps_others: bool = False
    is_ordered: bool = False
    is_default: Callable[[Tree, str], bool] = lambda _entry, _member: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a disruption depends on besides the field: both trees and the evidence, None if not read."""

    before: Tree
    after: Tree
    evidence: Evidence | Unread | None


Judge: TypeAlias = Callable[[FieldPath, Maybe, Maybe, Circumstances], Disruption]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of an update: what it wants of fields, and of nodes, in words for people too.

    ``phases`` are those in which it may be sent.
    """

    purpose: str
    phases: tuple[str, ...]
    waits_for: str
    intents: tuple[Intent, ...] = ()
    nodes: NodeConstraint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KindApi:
    """Where a resource of the kind lives in the API; ``{project_id}`` stands in ``collection``."""

    collection: str
    api_version: str
    kind_word: str
    created_phases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRules:
    """All rules of one kind.

    ``finish(live, target, written)`` leaves out of ``target`` what the service derives by itself
    unless a path of ``written`` sets it. ``make_stages(before, after, fields)`` puts an update's
    fields in the order in which the service takes them. ``count_nodes(tree)`` gives the nodes that a tree asks for.
    ``find_growth(before, after)`` gives the flavors of which more nodes are wanted. ``make_victim_finder(fields,
    before, evidence)`` tells which active jobs harmful fields may end; ``is_removal(path)`` whether a field counts
    nodes. ``find_gaps(tree)`` gives the labels without which nothing is made. ``make_matcher(patterns)`` turns
    ``ignore_changes`` into one predicate.
    ``one_way`` fields may be switched on, never off.
    ``removable`` names single units exactly, less those in ``released``.
    ``references`` are the paths that may hold the id of another resource, with its kind.
    """

    kind: str
    api: KindApi
    lists: Mapping[Pattern, ListRule]
    immutable: tuple[Pattern, ...]
    one_way: tuple[Pattern, ...]
    removable: tuple[Pattern, ...]
    released: tuple[Pattern, ...]
    references: Mapping[Pattern, str]
    purchases: tuple[Pattern, ...]
    judges: tuple[tuple[Pattern, Judge], ...]
    finish: Callable[[Tree, Tree, Iterable[FieldPath]], Tree]
    make_stages: Callable[[Tree, Tree, tuple[FieldChange, ...]], tuple[Stage, ...]]
    count_nodes: Callable[[Tree | None, Tree | None], tuple[FlavorNodes, ...]]
    find_growth: Callable[[Tree | None, Tree | None], tuple[Growth, ...]]
    make_victim_finder: Callable[[tuple[FieldChange, ...], Tree, Evidence], Callable[[LiveWorkload], bool]]
    is_removal: Callable[[FieldPath], bool]
    find_gaps: Callable[[Tree], tuple[str, ...]]
    make_matcher: Callable[[tuple[str, ...]], Callable[[FieldPath], bool]]
    format_label: Callable[[FieldPath], str]


def is_covered(path: FieldPath, patterns: Iterable[Pattern]) -> bool:
    """Tell whether one of ``patterns`` covers ``path``."""
    for pattern in patterns:  # noqa: SIM110 - a generator would double the time, and each field of a plan comes here
        if _covers(pattern, path):
            return True
    return False


def is_removable(path: FieldPath, rules: KindRules) -> bool:
    """Tell whether the field or entry at ``path`` itself may be taken off (semantics 2.1)."""
    units = (pattern for pattern in rules.removable if len(pattern) == len(path))
    return is_covered(path, units) and not is_covered(path, rules.released)


def find_list_rule(rules: KindRules, path: FieldPath) -> ListRule | None:
    """Return the rule of the list that stands at ``path``; None for a list that is one plain value."""
    return rules.lists.get(tuple(["*" if isinstance(step, EntryKey) else step for step in path]))


def _covers(pattern: Pattern, path: FieldPath) -> bool:
    if path[: len(pattern)] == pattern:
        return True
    if len(path) < len(pattern) or "*" not in pattern:
        return False
    return all(name in ("*", step) for name, step in zip(pattern, path, strict=False))
