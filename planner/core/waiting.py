"""Whether what an operation asked for is reached, given one fresh read (contract 4.2 to 4.6; semantics 7)."""

from collections.abc import Iterable, Iterator

from planner.core.assign import find_field, set_field
from planner.core.changes import Change, Intent, Operation
from planner.core.diagnostics import Diagnostic
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.kind_rules import KindRules, is_covered
from planner.core.lazy_dataclass import dataclass
from planner.core.list_order import sort_idle
from planner.core.live_trees import find_phase, make_tree
from planner.core.node_tallies import make_node_progress, make_tallies
from planner.core.node_waits import NodeReport, format_count, judge_nodes
from planner.core.preparing import RESOURCES, find_entry_keys
from planner.core.progress import (
    Broken,
    Pending,
    Progress,
    Reached,
    join_progress,
    report_failed_phase,
    report_gone,
    report_unapproved,
    report_unready,
)
from planner.core.snapshot import LiveNode, LiveResource
from planner.core.status_waits import Upgrade, await_phase, judge_connections, judge_driver, judge_scope
from planner.core.trees import ABSENT, Maybe, Tree, as_list, as_text, as_tree, find_member, is_same

__all__ = ["Broken", "Pending", "Progress", "Reached", "Watch", "find_progress", "find_ready"]

_SCOPE = ("spec", "scope")
_DRIVER = ("spec", "driver")
_CONNECTION = ("spec", "connection")
_ACCELERATORS = {"gpuVersion": "gpu", "npuVersion": "npu"}
_SIZES = ("flavor", "count", "azs")
# Contract 4.1.5 and P24: the service may leave these out or set them itself.
_PLACING = ("azs", "maxCount")
_ALWAYS = ("any phase", "absent")
_ENDED = ("Error", "CreationFailed", "Deleting")
# Semantics 7.2: none of these passes by itself.
_STUCK = ("Waiting", "ScalingFailed", *_ENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is watched: an operation of a change. ``removed_nodes`` are the names sent in a batch-delete."""

    change: Change
    operation: Operation
    rules: KindRules
    removed_nodes: tuple[str, ...] = ()


def find_progress(
    watch: Watch,
    live: LiveResource | None,
    *,
    previous: LiveResource | None = None,
    nodes: tuple[LiveNode, ...] | None = None,
) -> Progress:
    """Return whether the operation is where it said, still on its way, or broken.

    ``live`` None is a 404. ``previous`` is the read before it, None for the first after sending. Nodes
    that will not come, and a driver that runs or is abnormal, count only when two reads in a row say so:
    the first may be older than the operation, and a driver runs more than once (contract 4.6). ``nodes``
    are the pool's, for a batch-delete only. An abnormal pool alone is never broken (contract 4.3).
    """
    operation = watch.operation
    if operation.method == "DELETE":
        return Reached() if live is None else _find_deletion(watch, live)
    if live is None:
        return Broken(diagnostics=(report_gone(watch.change.address),))
    if operation.nodes is not None:
        return _find_removal(watch, nodes)
    look = _Look(watch=watch, live=live, previous=previous)
    progress = join_progress(_judge_creation(look) if operation.method == "POST" else _judge_update(look))
    has_ended = isinstance(progress, Pending) and find_phase(live) in _ENDED
    return Broken(diagnostics=(_report_phase(look),)) if has_ended else progress


def find_ready(operation: Operation, live: LiveResource) -> Progress:
    """Return whether ``operation`` may be sent now: its ``when`` names phases joined by « or » (semantics 7.2).

    A phase that passes by itself is pending; one that does not is broken.
    """
    phase = find_phase(live)
    if operation.when in _ALWAYS or phase in operation.when.split(" or "):
        return Reached()
    if phase in _STUCK:
        return Broken(diagnostics=(report_unready(phase),))
    return await_phase(operation.when, phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    watch: Watch
    live: LiveResource
    previous: LiveResource | None

    @property
    def is_logical(self) -> bool:
        return find_member(self.live.spec, "type") == "Logical"

    @property
    def has_nodes(self) -> bool:
        return RESOURCES in self.watch.rules.lists

    def is_silent(self, member: str) -> bool:
        """Tell whether the status, of a running pool and twice in a row, says nothing of ``member``.

        What a service never tells cannot be waited for; an empty member is an answer (P7).
        """
        reads = (self.live, self.previous)
        return all(one is not None and member not in one.status and find_phase(one) == "Running" for one in reads)

    def judge_scope(self, wanted: Iterable[str], *, removed: Iterable[str]) -> Iterator[Progress]:
        runs = all(one is not None and find_phase(one) == "Running" for one in (self.live, self.previous))
        previous = self.previous.status if self.previous is not None and runs else None
        address = self.watch.change.address
        return judge_scope(self.live.status, wanted, removed=removed, previous=previous, address=address)

    def find_intents(self, prefix: FieldPath) -> tuple[Intent, ...]:
        return tuple(one for one in self.watch.operation.intents if one.path[: len(prefix)] == prefix)


def _find_deletion(watch: Watch, live: LiveResource) -> Pending:
    tree = make_tree(live)
    tallies = make_tallies({}, live, rules=watch.rules, keys=find_entry_keys(tree, watch.rules))
    return Pending(what=watch.operation.waits_for, nodes=make_node_progress(tallies))


def _find_removal(watch: Watch, nodes: tuple[LiveNode, ...] | None) -> Progress:
    if nodes is None:
        return Pending(what="a look at the nodes")
    left = frozenset(watch.removed_nodes) & {node.name for node in nodes}
    if not left:
        return Reached()
    return Pending(what=f"{len(left)} of {format_count(len(watch.removed_nodes), 'node')} to go")


def _judge_creation(look: _Look) -> Iterator[Progress]:
    after = look.watch.change.after or {}
    yield _judge_created_phase(look)
    if find_member(after, *_CONNECTION) is not ABSENT:
        yield judge_connections(look.live.status)
    # Contract 4.9: a logical pool has its parent's nodes and job types, and its own status tells none.
    if look.has_nodes and not look.is_logical:
        if not look.is_silent("resources"):
            yield _judge_created_nodes(look, after)
        scope = () if look.is_silent("scope") else map(as_text, as_list(find_member(after, *_SCOPE)))
        yield from look.judge_scope(scope, removed=())


def _judge_created_phase(look: _Look) -> Progress:
    phase, wanted = find_phase(look.live), look.watch.rules.api.created_phases
    if phase in wanted:
        return Reached()
    if look.is_logical and phase == "Waiting":
        return Reached(diagnostics=(report_unapproved(look.watch.change.address),))
    if phase == "Abnormal" and not look.has_nodes:
        return Broken(diagnostics=(_report_phase(look),))
    return await_phase(" or ".join(wanted), phase)


def _judge_created_nodes(look: _Look, after: Tree) -> Progress:
    keys = find_entry_keys(after, look.watch.rules)

    def report(live: LiveResource) -> NodeReport:
        # P7: right after a create the status counts nothing, which is not the same as no node.
        is_counted = bool(as_tree(live.status.get("resources")))
        return NodeReport(
            tallies=make_tallies(after, live, rules=look.watch.rules, keys=keys),
            is_over=is_counted and find_phase(live) in ("Running", "ScalingFailed"),
            message=as_text(live.status.get("message")),
        )

    before = report(look.previous) if look.previous else None
    return judge_nodes(report(look.live), before, address=look.watch.change.address)


def _judge_update(look: _Look) -> Iterator[Progress]:
    yield from _judge_fields(look)
    yield from _judge_status(look)
    if not look.has_nodes:
        yield _judge_active(look)
    elif not look.is_logical and not look.is_silent("resources"):
        yield _judge_resize(look)


def _judge_fields(look: _Look) -> Iterator[Progress]:
    """Judge what an answer shows at once (P12); purchases need not be kept, status tells the rest."""
    rules, tree = look.watch.rules, make_tree(look.live)
    for intent in look.watch.operation.intents:
        is_told_elsewhere = is_covered(intent.path, (_SCOPE, _DRIVER, *rules.purchases))
        is_placing = _is_below_entry(intent.path, _PLACING) and not look.is_logical
        if is_told_elsewhere or is_placing:
            continue
        if not _is_held(find_field(tree, intent.path, rules=rules), intent, rules=rules):
            yield Pending(what=f"{rules.format_label(intent.path)} as sent")


def _is_below_entry(path: FieldPath, names: tuple[str, ...]) -> bool:
    return path[:2] == RESOURCES and len(path) > len(RESOURCES) + 1 and path[3] in names


def _is_held(live: Maybe, intent: Intent, *, rules: KindRules) -> bool:
    if live is ABSENT or intent.after is ABSENT:
        return live is intent.after
    found, wanted = (sort_idle(one, path=intent.path, rules=rules) for one in (live, intent.after))
    return _contains(found, wanted)


def _contains(live: Maybe, wanted: Maybe) -> bool:
    """Tell whether ``live`` is ``wanted``, with nothing but members filled in by the service."""
    if isinstance(live, dict) and isinstance(wanted, dict):
        return all(_contains(live.get(name, ABSENT), member) for name, member in wanted.items())
    if isinstance(live, list) and isinstance(wanted, list):
        return len(live) == len(wanted) and all(map(_contains, live, wanted))
    return is_same(live, wanted)


def _judge_status(look: _Look) -> Iterator[Progress]:
    status, address = look.live.status, look.watch.change.address
    for intent in () if look.is_silent("scope") else look.find_intents(_SCOPE):
        wanted, old = ([as_text(one) for one in as_list(side)] for side in (intent.after, intent.before))
        gone = [one for one in old if one not in wanted]
        yield from look.judge_scope(wanted, removed=gone)
    for intent in () if look.is_silent("driver") else look.find_intents(_DRIVER):
        accelerator = _ACCELERATORS.get(str(intent.path[-1]))
        if accelerator:
            upgrade = Upgrade(accelerator=accelerator, version=as_text(intent.after))
            previous = look.previous.status if look.previous else None
            yield judge_driver(upgrade, status, previous=previous, address=address)
    if look.find_intents(_CONNECTION):
        yield judge_connections(status)


def _judge_active(look: _Look) -> Progress:
    phase, wanted = find_phase(look.live), look.watch.rules.api.created_phases
    return Reached() if phase in wanted else await_phase(" or ".join(wanted), phase)


def _judge_resize(look: _Look) -> Progress:
    rules, intents = look.watch.rules, look.find_intents(RESOURCES)
    sizes = [one.path[2] for one in intents if _is_below_entry(one.path, _SIZES)]
    keys = [key for key in sizes if isinstance(key, EntryKey)]

    def report(live: LiveResource) -> NodeReport:
        # The service may lower a count that it cannot give: what was sent is the measure.
        target = make_tree(live)
        for one in intents:
            target = set_field(target, one.path, value=one.after, rules=rules)
        return NodeReport(
            tallies=make_tallies(target, live, rules=rules, keys=keys, counts_abnormal=True),
            is_over=find_phase(live) == "ScalingFailed",
            message=as_text(live.status.get("message")),
        )

    before = report(look.previous) if look.previous else None
    return judge_nodes(report(look.live), before, address=look.watch.change.address)


def _report_phase(look: _Look) -> Diagnostic:
    message = as_text(look.live.status.get("message"))
    return report_failed_phase(look.watch.change.address, find_phase(look.live), message=message)
