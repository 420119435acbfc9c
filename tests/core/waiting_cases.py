"""Watches and reads that the tests of ``planner/core/waiting`` share."""

from planner.core.addresses import Address
from planner.core.changes import Action, Change, Disruption, Intent, NodeConstraint, Operation
from planner.core.field_paths import EntryKey
from planner.core.snapshot import LiveNode, LiveResource
from planner.core.trees import ABSENT
from planner.core.waiting import Broken, Pending, Watch
from planner.kinds.network import NETWORK_RULES
from planner.kinds.pool import POOL_RULES

RULES = {"pool": POOL_RULES, "network": NETWORK_RULES}
F = "modelarts.vm.cpu.4ud"
G = "modelarts.vm.gpu.v100"


def make_entry(flavor, count, **members):
    return {"flavor": flavor, "count": count, **members}


def make_status(phase="Running", *, scope=None, message="", drivers=None, **buckets):
    """Return a pool's status; each bucket is a list of (flavor, count) or (flavor, count, node pool)."""
    rows = {
        name: [dict(zip(("flavor", "count", "nodePool"), row, strict=False)) for row in listed]
        for name, listed in buckets.items()
    }
    status = {"phase": phase, "message": message, "resources": rows, "driver": drivers or {}}
    return status | {"scope": [{"scopeType": one, "state": state} for one, state in (scope or {}).items()]}


def make_live(status, *entries, annotations=None, labels=None, **spec):
    metadata = {"labels": labels or {}, "annotations": annotations or {}}
    return LiveResource(
        id="a-p",
        metadata=metadata,
        spec={"type": "Dedicate", "resources": list(entries)} | spec,
        status=status,
    )


def make_network(status, **spec):
    return LiveResource(id="n-p", metadata={}, spec={"cidr": "10.0.0.0/16"} | spec, status=status)


def make_node(name, phase="Available"):
    return LiveNode(name=name, flavor=F, node_pool="", az="z1", phase=phase, private_ip=name)


def make_intent(*path, after=ABSENT, before=ABSENT):
    return Intent(path=path, before=before, after=after)


def grow(flavor, after, *, before=1, pool=""):
    key = EntryKey(parts=(flavor, pool))
    return make_intent("spec", "resources", key, "count", before=before, after=after)


def drop_entry(flavor, before):
    key = EntryKey(parts=(flavor, ""))
    return (
        make_intent("spec", "resources", key, "flavor", before=flavor),
        make_intent("spec", "resources", key, "count", before=before),
    )


def make_operation(method="PATCH", *, when="Running", waits_for="", intents=(), nodes=None):
    return Operation(
        method=method,
        path="/v2/p/pools/a-p",
        content_type="application/json",
        body={},
        when=when,
        waits_for=waits_for,
        purpose="",
        intents=tuple(intents),
        nodes=nodes,
    )


def make_watch(operation, *, kind="pool", after=None, removed=()):
    change = Change(
        address=Address(kind=kind, name="a"),
        kind=kind,
        id="a-p",
        action=Action.UPDATE,
        reason="",
        before=None,
        after=after,
        after_unknown={},
        fields=(),
        merge_patch=None,
        json_patch=(),
        disruption=Disruption.NONE,
        purchases=False,
        nodes=(),
        fingerprint="",
        digest="",
        operations=(operation,),
    )
    return Watch(change=change, operation=operation, rules=RULES[kind], removed_nodes=removed)


def watch_patch(*intents, kind="pool"):
    return make_watch(make_operation(intents=intents), kind=kind)


def watch_creation(*entries, kind="pool", **spec):
    after = {"metadata": {}, "spec": {"type": "Dedicate", "resources": list(entries)} | spec}
    return make_watch(make_operation("POST"), kind=kind, after=after)


def watch_deletion(kind="pool"):
    return make_watch(make_operation("DELETE", waits_for="gone (404)"), kind=kind)


def watch_removal(*names):
    constraint = NodeConstraint(flavor=F, node_pool="", count=len(names))
    return make_watch(make_operation("POST", nodes=constraint), removed=names)


def read(progress):
    """Return a progress as texts: what is awaited, the codes of what broke, or «reached»."""
    match progress:
        case Pending(what=what):
            return f"pending: {what}"
        case Broken(diagnostics=diagnostics):
            return f"broken: {' '.join(one.code for one in diagnostics)}"
        case _:
            return " ".join(["reached", *(one.code for one in progress.diagnostics)])
