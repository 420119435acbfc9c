"""What an observation says of each assumption of the contract (section 7): pure, one function each."""

from collections.abc import Iterable

from planner.core.api_names import DESCRIPTION, ORDER_NAME_LABEL
from planner.core.live_trees import find_phase
from planner.core.probe_values import Declined, Finding, Observation, Scene, Verdict
from planner.core.snapshot import LiveResource
from planner.core.trees import ABSENT, Maybe, Tree, Value, as_int, as_list, as_text, as_tree, find_member, is_same

_PRESENT = ("creating", "available", "abnormal")


def judge_refusal(seen: Observation) -> Finding:
    """Return whether the request was refused, as assumed."""
    if seen.declined is not None:
        return _hold(format_declined(seen.declined))
    return _fail(f"accepted; the pool asks for {_format_counts(seen.after)}")


def judge_acceptance(seen: Observation) -> Finding:
    """Return whether the request was accepted, as assumed, and what came of it."""
    if seen.declined is not None:
        return _fail(format_declined(seen.declined))
    return _hold(f"accepted; the pool asks for {_format_counts(seen.after)} and has {len(seen.after.nodes)} nodes")


def judge_description(seen: Observation) -> Finding:
    """Return whether the description is what was sent."""
    sent = find_member(seen.request.body, "metadata", "annotations", DESCRIPTION)
    found = seen.after.find_annotation(DESCRIPTION)
    if seen.declined is None and is_same(sent, found):
        return _hold("accepted, and read back as sent")
    return _fail(format_declined(seen.declined) if seen.declined else "accepted, but not read back as sent")


def judge_whole_answer(seen: Observation) -> Finding:
    """P4: the answer is the whole pool."""
    answer = seen.answer
    is_whole = answer is not None and answer.id == seen.before.live.id and bool(answer.spec) and bool(answer.status)
    return _hold("id, spec and status are in the answer") if is_whole else _fail("the answer is not the whole pool")


def judge_kept(seen: Observation) -> Finding:
    """P10: what the request did not name is as it was."""
    places = (("metadata", "labels"), ("spec", "network"), ("spec", "scope"), ("spec", "resources"))
    before, after = _make_tree(seen.before), _make_tree(seen.after)
    changed = [".".join(one) for one in places if not _is_kept(find_member(before, *one), find_member(after, *one))]
    return _fail(f"changed besides: {', '.join(changed)}") if changed else _hold("labels, network, scope, resources")


def judge_no_order(seen: Observation) -> Finding:
    """P12: no order was started."""
    before, after = seen.before.find_label(ORDER_NAME_LABEL), seen.after.find_label(ORDER_NAME_LABEL)
    if before is ABSENT and after is ABSENT:
        return _doubt("the service names no orders")
    return _hold("the order is the one from before") if is_same(before, after) else _fail("a new order was started")


def judge_order(seen: Observation) -> Finding:
    """P13: the answer names a new order."""
    if seen.answer is None:
        return _doubt(_format_unanswered(seen))
    before, named = seen.before.find_label(ORDER_NAME_LABEL), _find_order(seen.answer)
    is_new = named is not ABSENT and not is_same(before, named)
    return _hold("the answer names a new order") if is_new else _fail("the answer names no new order")


def judge_null(seen: Observation) -> Finding:
    """P11: ``null`` removes a member."""
    if seen.declined is not None:
        return _fail(format_declined(seen.declined))
    found = seen.after.find_annotation(DESCRIPTION)
    if found is ABSENT or found is None:
        return _hold("the annotation is gone")
    return _fail("the annotation is empty now" if found == "" else "the annotation is still there")


def judge_stranger(seen: Observation) -> Finding:
    """4.1.7: a member that the service does not know is refused or ignored, never kept."""
    if seen.declined is not None:
        return _hold(format_declined(seen.declined))
    name = next(iter(as_tree(seen.request.body.get("spec"))), "")
    return _fail("accepted and kept") if name in seen.after.live.spec else _hold("ignored")


def judge_driver(seen: Observation) -> Finding:
    """P22: a driver without its accelerator is refused or ignored."""
    if seen.declined is not None:
        return _hold(format_declined(seen.declined))
    is_taken = find_member(seen.after.live.status, "driver", "gpu") is not ABSENT
    return _fail("accepted; the status tells of the driver") if is_taken else _hold("ignored")


def judge_billing(seen: Observation) -> Finding:
    """P23: annotations of billing are refused where no node is added."""
    if seen.declined is not None:
        return _hold(format_declined(seen.declined))
    return _fail("accepted with the mode that it has; one that buys was not sent")


def judge_idle(seen: Observation) -> Finding:
    """P14: what is there already can be sent again, and nothing happens."""
    if seen.declined is not None:
        return _fail(format_declined(seen.declined))
    has_moved = seen.before.counts != seen.after.counts or _list_names(seen.before) != _list_names(seen.after)
    if has_moved:
        return _fail(f"the pool changed: {_format_counts(seen.after)}")
    is_same_order = is_same(seen.before.find_label(ORDER_NAME_LABEL), seen.after.find_label(ORDER_NAME_LABEL))
    return _hold("accepted; nothing changed") if is_same_order else _fail("a new order was started")


def judge_scope(seen: Observation) -> Finding:
    """P9: the list of job types is replaced."""
    if seen.declined is not None:
        return _doubt(format_declined(seen.declined))
    sent = sorted(map(as_text, as_list(find_member(seen.request.body, "spec", "scope"))))
    found = sorted(map(as_text, as_list(find_member(seen.after.live.spec, "scope"))))
    return _hold("the list is the one sent") if sent == found else _fail(f"sent {sent}, and it is {found}")


def judge_growing_answer(seen: Observation) -> Finding:
    """P5: the answer has the new counts already, in phase Running."""
    if seen.answer is None:
        return _doubt(_format_unanswered(seen))
    asked = _count_entries(as_list(find_member(seen.request.body, "spec", "resources")))
    found = _count_entries(as_list(find_member(seen.answer.spec, "resources")))
    phase = find_phase(seen.answer)
    if asked == found and phase == "Running":
        return _hold("new counts, phase Running")
    return _fail(f"counts {'new' if asked == found else 'not the new ones'}, phase {phase or 'not told'}")


def judge_buckets(seen: Observation) -> Finding:
    """P6: creating and available nodes add up to the wanted ones."""
    if seen.answer is None:
        return _doubt(_format_unanswered(seen))
    asked = _count_entries(as_list(find_member(seen.answer.spec, "resources")))
    buckets = as_tree(seen.answer.status.get("resources"))
    counted = _count_entries([row for name in _PRESENT for row in as_list(buckets.get(name))])
    return _hold("they add up") if asked == counted else _fail("they do not add up in the answer")


def judge_batch_delete(seen: Observation) -> Finding:
    """4.4: deleting a node by name lowers the wanted count of its entry."""
    if seen.declined is not None:
        return _doubt(format_declined(seen.declined))
    flavor = seen.before.first
    before, after = seen.before.counts.get(flavor, 0), seen.after.counts.get(flavor, 0)
    if after == before - 1:
        return _hold(f"{before} -> {after}")
    return _fail(f"the count stayed {after}, and the pool has {len(seen.after.nodes)} nodes")


def judge_left_out(seen: Observation) -> Finding:
    """P8: an entry that is left out goes, with its nodes."""
    if seen.declined is not None:
        return _doubt(format_declined(seen.declined))
    is_kept = seen.before.second in seen.after.counts
    return _fail("the entry is still there") if is_kept else _hold("the entry and its nodes are gone")


def judge_unknown_node(seen: Observation) -> Finding:
    """X4: the refusal names the node."""
    if seen.declined is None:
        return _fail("accepted")
    name = as_text(next(iter(as_list(seen.request.body.get("deleteNodeNames"))), ""))
    words = format_declined(seen.declined)
    return _hold(f"{words}, naming it") if name in seen.declined.message else _fail(f"{words}, not naming it")


def judge_together(seen: Observation) -> Finding:
    """P18: refused together, and not because it would be refused alone."""
    if seen.declined is None:
        return _fail("accepted together")
    words = format_declined(seen.declined)
    if seen.control is True:
        return _hold(f"{words}; alone it is accepted")
    return _doubt(f"{words}; alone it is refused, too")


def judge_phase(seen: Observation) -> Finding:
    """P21: while the pool is not Running, a resize is refused."""
    if seen.declined is not None:
        return _hold(format_declined(seen.declined))
    phase = find_phase(seen.answer) if seen.answer is not None else ""
    return _doubt("the pool was Running already") if phase == "Running" else _fail(f"accepted in {phase or 'no phase'}")


def format_declined(declined: Declined) -> str:
    """Return a refusal in a few words; its message stands in the record."""
    return f"refused: HTTP {declined.status} {declined.code}".strip()


def _hold(words: str) -> Finding:
    return Finding(verdict=Verdict.HOLDS, words=words)


def _fail(words: str) -> Finding:
    return Finding(verdict=Verdict.FAILS, words=words)


def _doubt(words: str) -> Finding:
    return Finding(verdict=Verdict.UNKNOWN, words=words)


def _make_tree(scene: Scene) -> Tree:
    return {"metadata": scene.live.metadata, "spec": scene.live.spec}


def _is_kept(before: Maybe, after: Maybe) -> bool:
    if isinstance(before, dict) and isinstance(after, dict):
        left, right = ({key: one for key, one in side.items() if key != ORDER_NAME_LABEL} for side in (before, after))
        return is_same(left, right)
    return before is after if ABSENT in (before, after) else is_same(before, after)


def _find_order(live: LiveResource) -> Maybe:
    return find_member(live.metadata, "labels", ORDER_NAME_LABEL)


def _count_entries(rows: Iterable[Value]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in map(as_tree, rows):
        flavor = as_text(row.get("flavor"))
        counts[flavor] = counts.get(flavor, 0) + as_int(row.get("count", 0))
    return counts


def _list_names(scene: Scene) -> list[str]:
    return sorted(one.name for one in scene.nodes)


def _format_counts(scene: Scene) -> str:
    return ", ".join(f"{count} of {flavor}" for flavor, count in scene.counts.items()) or "no nodes"


def _format_unanswered(seen: Observation) -> str:
    return format_declined(seen.declined) if seen.declined is not None else "no answer"
