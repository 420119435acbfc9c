"""The laws of the algebra: what holds for every live object, every file and every earlier apply."""

import copy

import json_merge_patch
from core_cases import MAKING, POOL, POOLS, RANDOMS, make_live, plan_import, plan_update
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.advance import record_creation, record_import, record_update
from planner.core.changes import Action
from planner.core.diagnostics import SourceLocation
from planner.core.drift import DriftView, find_drift
from planner.core.field_changes import find_differences
from planner.core.flatten import flatten
from planner.core.live_trees import make_seen
from planner.core.preparing import find_entry_keys
from planner.core.rebuild import Rebuilt, rebuild
from planner.core.resource_changes import Making
from planner.core.schedule import apply_intents
from planner.core.tracking import TrackedResource
from planner.core.trees import ABSENT, is_same
from planner.kinds.pool import POOL_RULES

RULES = POOL_RULES
DERIVED = ("azs", "maxCount", "nodePool")
ORDERED = ("dataVolumes",)


def shuffle(value, random):
    """Return ``value`` with every object, and every list whose order says nothing, in another order."""
    if isinstance(value, dict):
        names = random.sample(list(value), len(value))
        return {name: value[name] if name in ORDERED else shuffle(value[name], random) for name in names}
    if isinstance(value, list):
        return [shuffle(value[index], random) for index in random.sample(range(len(value)), len(value))]
    return value


def trim(tree, random):
    """Return a file that says less than ``tree``: lines, entries and members are gone, none is another."""
    metadata = {
        name: {key: value for key, value in members.items() if random.random() < 0.5}
        for name, members in tree["metadata"].items()
    }
    entries = [
        {name: value for name, value in entry.items() if name in ("flavor", "nodePool") or random.random() < 0.5}
        for entry in tree["spec"]["resources"]
        if random.random() < 0.7
    ]
    spec = {name: value for name, value in tree["spec"].items() if random.random() < 0.7}
    return {"metadata": metadata, "spec": {**spec, "resources": entries}}


def add_of_others(tree, random):
    """Return ``tree`` as it is after somebody else wrote to it where no file of a test writes."""
    entries = [
        {**entry, "labels": {**entry.get("labels", {}), "theirs": str(random.random())}, "os": {"name": "theirs"}}
        for entry in tree["spec"]["resources"]
    ]
    metadata = {**tree["metadata"], "annotations": {**tree["metadata"]["annotations"], "theirs": "1"}}
    theirs = {"flavor": "theirs", "count": 7, "maxCount": 9, "labels": {"a": "b"}}
    driver = {**tree["spec"].get("driver", {}), "theirs": "1"}
    return {"metadata": metadata, "spec": {**tree["spec"], "resources": [*entries, theirs], "driver": driver}}


def fill_in(tree):
    """Return ``tree`` with what the service derives in entries (contract 2.1)."""
    entries = [
        {"nodePool": f"{entry['flavor']}-default", "maxCount": entry["count"], **entry}
        for entry in tree["spec"]["resources"]
    ]
    return {**tree, "spec": {**tree["spec"], "resources": entries, "controlMode": 0}}


def track(sent, seen):
    """Return the record of a pool to which ``sent`` was sent and whose entries this tool all made."""
    return TrackedResource(
        id="a-p",
        last_applied=sent,
        last_seen=make_seen(make_live(seen)),
        created_entries=tuple(str(key) for key in find_entry_keys(sent, RULES)),
    )


def merge(tree, body):
    """Return ``tree`` after a PATCH, by a library that shares no code with the planner."""
    return json_merge_patch.merge(copy.deepcopy(tree), copy.deepcopy(body or {}))


def apply_bodies(change):
    tree = change.before
    for operation in change.operations:
        tree = merge(tree, operation.body)
    return tree


def send_rebuilt(change, fresh):
    """Return ``fresh`` after every operation, each made anew on what is there right before it."""
    tree = fresh
    for operation in change.operations:
        tree = merge(tree, _build_body(operation, tree, change))
    return tree


def send_twice(change, fresh, random):
    """Return what each operation wants right after it was sent and the service gave back its lists turned around."""
    tree, wanted = fresh, []
    for operation in change.operations:
        tree = shuffle(merge(tree, _build_body(operation, tree, change)), random)
        wanted += [] if operation.nodes else [rebuild(operation, tree, after=change.after, rules=RULES)]
    return wanted


def _build_body(operation, tree, change):
    if operation.nodes:
        return {}
    rebuilt = rebuild(operation, tree, after=change.after, rules=RULES)
    assert isinstance(rebuilt, Rebuilt)
    return rebuilt.body


def find_lost(change, fresh, after):
    """Return the leaves of ``fresh`` that a change does not name and that are not in ``after`` as they were."""
    named = {one.path for one in change.fields}
    gone = {path[:3] for path in named if path[3:] == ("flavor",)}
    kept = flatten(after, RULES)
    return {
        path: value
        for path, value in flatten(fresh, RULES).items()
        if path not in named and path[:3] not in gone and value not in ({}, []) and not set(path[3:4]) & set(DERIVED)
        if not is_same(kept.get(path, ABSENT), value)
    }


def find_source_of(line):
    return lambda _label: SourceLocation(file="a.pools.toml", line=line)


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS, sent=POOLS, random=RANDOMS)
def test_the_order_of_lists_and_keys_changes_neither_target_nor_digest(live, desired, sent, random):
    tracked = track(sent, live)
    change = plan_update(make_live(live), desired, tracked=tracked)
    turned = plan_update(make_live(shuffle(live, random)), shuffle(desired, random), tracked=tracked)
    assert find_differences(change.after, turned.after, rules=RULES) == ()
    assert (turned.digest, turned.fingerprint) == (change.digest, change.fingerprint)


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS, line=st.integers(1, 9))
def test_the_digest_does_not_rest_on_source_lines(live, desired, line):
    making = Making(rules=RULES, project_id="p", find_source=find_source_of(line))
    there = make_live(live)
    assert plan_update(there, desired, making=making).digest == plan_update(there, desired, making=MAKING).digest


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS, random=RANDOMS)
def test_the_digest_does_not_rest_on_what_nobody_here_wrote(live, desired, random):
    change = plan_update(make_live(live), desired)
    beside = plan_update(make_live(add_of_others(live, random), phase="Abnormal"), desired)
    assert beside.digest == change.digest


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, random=RANDOMS)
def test_after_an_import_the_plan_is_empty(live, random):
    there, desired = make_live(live), shuffle(live, random)
    adoption = plan_import(there, desired)
    assert (adoption.action, adoption.fields, adoption.operations) == (Action.IMPORT, (), ())
    assert plan_update(there, desired, tracked=record_import(there)).action is Action.NO_OP


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, random=RANDOMS)
def test_trimming_an_adopted_file_sends_nothing_and_releases_nothing(live, random):
    there = make_live(live)
    change = plan_update(there, trim(live, random), tracked=record_import(there))
    assert (change.action, change.operations, change.released) == (Action.NO_OP, (), ())


@settings(max_examples=1000, deadline=None)
@given(tree=POOLS, random=RANDOMS)
def test_after_a_create_the_plan_is_empty_whatever_the_service_fills_in(tree, random):
    there = make_live(shuffle(fill_in(tree), random), creationTimestamp="2026-11-24T00:00:00Z")
    change = plan_update(there, tree, tracked=record_creation(tree, there, rules=RULES))
    assert (change.action, change.released) == (Action.NO_OP, ())


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS, sent=POOLS)
def test_after_an_apply_the_plan_is_empty(live, desired, sent):
    tracked = track(sent, live)
    change = plan_update(make_live(live), desired, tracked=tracked)
    after = make_live(apply_bodies(change))
    intents = [intent for operation in change.operations for intent in operation.intents]
    recorded = record_update(tracked, change, sent=intents, live=after, rules=RULES)
    again = plan_update(after, desired, tracked=recorded)
    assert (again.action, again.fields, again.released) == (Action.NO_OP, (), ())


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS, sent=POOLS)
def test_the_operations_sent_in_order_give_the_target_by_any_merge_patch_library(live, desired, sent):
    change = plan_update(make_live(live), desired, tracked=track(sent, live))
    assert find_differences(apply_bodies(change), change.after, rules=RULES) == ()
    assert merge(change.before, change.merge_patch) == change.after


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS, sent=POOLS, random=RANDOMS)
def test_an_unmanaged_field_has_after_the_writes_the_value_it_had_right_before(live, desired, sent, random):
    change = plan_update(make_live(live), desired, tracked=track(sent, live))
    fresh = shuffle(add_of_others(live, random), random)
    assert find_lost(change, fresh, send_rebuilt(change, fresh)) == {}


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS, random=RANDOMS)
def test_intents_change_nothing_but_their_fields(live, desired, random):
    change = plan_update(make_live(live), desired)
    fresh = add_of_others(live, random)
    intents = [intent for operation in change.operations for intent in operation.intents]
    assert find_lost(change, fresh, apply_intents(fresh, intents, rules=RULES)) == {}


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, desired=POOLS, random=RANDOMS)
def test_what_was_written_is_not_written_again(live, desired, random):
    change = plan_update(make_live(live), desired)
    assert set(map(type, send_twice(change, live, random))) <= {Rebuilt}
    assert [one.body for one in send_twice(change, live, random) if one.body or one.sent] == []


@settings(max_examples=1000, deadline=None)
@given(live=POOLS, random=RANDOMS)
def test_what_others_turned_around_is_no_drift(live, random):
    view = DriftView(
        address=POOL,
        tracked=record_import(make_live(live)),
        live=make_live(shuffle(live, random)),
        is_managed=lambda _path: True,
        policies={},
    )
    assert find_drift(view, rules=RULES) == ()
