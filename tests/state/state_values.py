"""Made-up states and plans for property tests, and the children that tests start."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st

from planner.core.addresses import Address
from planner.core.changes import (
    Action,
    Basis,
    Block,
    Change,
    Disruption,
    DriftRow,
    FieldChange,
    FlavorNodes,
    Intent,
    NodeConstraint,
    Operation,
    Plan,
    PlanInputs,
    PlanSummary,
)
from planner.core.diagnostics import Diagnostic, Severity, SourceLocation
from planner.core.evidence import Endangered, EndangeredWorkload, FlavorAccelerators, SoldOut
from planner.core.field_paths import EntryKey
from planner.core.guard_record import Loosened
from planner.core.money import HourlyCost
from planner.core.snapshot import LiveQuota
from planner.core.tracking import ServiceIdentity, State, TrackedResource
from planner.core.trees import ABSENT, Reference
from planner.state.locks.holders import LockRequest

ROOT = Path(__file__).resolve().parents[2]


def make_tracked(name, **members):
    return TrackedResource(id=name, **{"last_applied": {}, "last_seen": {}} | members)


def make_state(**members):
    return State(**{"lineage": "7c9d0f3e-0000-4000-8000-000000000000"} | members)


def make_request(lock_id="lock-1", **members):
    texts = {"operation": "apply", "who": "ci@runner", "created": "2026-11-23T07:38:23Z", "version": "0.1.0"}
    return LockRequest(id=lock_id, **texts | members)


def start_python(code, *arguments):
    """Start a child that runs ``code`` and can import the project; its stdin and stdout are pipes."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


TEXTS = st.text(st.characters(), max_size=8)
HOSTILE_TEXTS = TEXTS | st.sampled_from(
    [
        "${pool.a.id}",
        "$${pool.a.id}",
        "$$${network.n.name}",
        '${pool.a["k"].id}',
        "${pool.a}",
        "${.id}",
        "\x1b[2J",
        "\ud800",
        "<<<<<<< HEAD",
        "\u2028",
        "NaN",
        "é",
    ]
)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,6}", fullmatch=True)
KEYS = st.just("") | st.text(
    st.characters(exclude_characters='"\\', exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6
)
ADDRESSES = st.builds(Address, kind=st.sampled_from(["pool", "network"]), name=NAMES, key=KEYS)
REFERENCES = st.builds(Reference, address=ADDRESSES, attribute=st.sampled_from(["id", "name"]))
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON_LEAVES = st.none() | st.booleans() | NUMBERS | HOSTILE_TEXTS


def _nest(leaves):
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE_TEXTS, inner, max_size=3),
        max_leaves=6,
    )


JSON_TREES = st.dictionaries(HOSTILE_TEXTS, _nest(JSON_LEAVES), max_size=3)
VALUES = _nest(JSON_LEAVES | REFERENCES)
TREES = st.dictionaries(HOSTILE_TEXTS, VALUES, max_size=3)
MAYBES = st.just(ABSENT) | VALUES
SERVICES = st.none() | st.builds(
    ServiceIdentity, endpoint=HOSTILE_TEXTS, region=HOSTILE_TEXTS, project_id=HOSTILE_TEXTS
)


def _tuples(inner):
    return st.lists(inner, max_size=2).map(tuple)


TRACKED = st.builds(
    TrackedResource,
    id=st.uuids().map(str),
    last_applied=JSON_TREES,
    last_seen=JSON_TREES,
    prevent_destroy=st.booleans(),
    created_entries=_tuples(HOSTILE_TEXTS),
    waiting=HOSTILE_TEXTS,
)
STATES = st.builds(
    State,
    lineage=st.text(st.characters(), min_size=1, max_size=5),
    serial=st.integers(min_value=0),
    service=SERVICES,
    applied_from=HOSTILE_TEXTS,
    resources=st.dictionaries(ADDRESSES, TRACKED, max_size=4),
    guards=st.dictionaries(HOSTILE_TEXTS, st.dictionaries(TEXTS, st.integers(0, 99) | TEXTS, max_size=2), max_size=2),
)

SOURCES = st.none() | st.builds(
    SourceLocation, file=HOSTILE_TEXTS, line=st.integers(1, 9), column=st.integers(1, 9), text=HOSTILE_TEXTS
)
PATHS = _tuples(HOSTILE_TEXTS | st.builds(EntryKey, parts=_tuples(HOSTILE_TEXTS)))
BLOCKS = st.builds(Block, code=HOSTILE_TEXTS, summary=HOSTILE_TEXTS, detail=HOSTILE_TEXTS, address=HOSTILE_TEXTS)
DISRUPTIONS = st.sampled_from(Disruption)
FIELDS = st.builds(
    FieldChange, path=PATHS, label=HOSTILE_TEXTS, before=MAYBES, after=MAYBES, disruption=DISRUPTIONS, source=SOURCES
)
CONSTRAINTS = st.builds(
    NodeConstraint,
    flavor=HOSTILE_TEXTS,
    node_pool=HOSTILE_TEXTS,
    count=st.integers(0, 99),
    az=HOSTILE_TEXTS,
    idle_only=st.booleans(),
)
OPERATIONS = st.builds(
    Operation,
    method=HOSTILE_TEXTS,
    path=HOSTILE_TEXTS,
    content_type=HOSTILE_TEXTS,
    body=VALUES,
    when=HOSTILE_TEXTS,
    waits_for=HOSTILE_TEXTS,
    purpose=HOSTILE_TEXTS,
    intents=_tuples(st.builds(Intent, path=PATHS, before=MAYBES, after=MAYBES)),
    nodes=st.none() | CONSTRAINTS,
)
CHANGES = st.builds(
    Change,
    address=ADDRESSES,
    kind=HOSTILE_TEXTS,
    id=HOSTILE_TEXTS,
    action=st.sampled_from(Action),
    reason=HOSTILE_TEXTS,
    before=st.none() | TREES,
    after=st.none() | TREES,
    after_unknown=TREES,
    fields=_tuples(FIELDS),
    merge_patch=st.none() | TREES,
    json_patch=_tuples(TREES),
    disruption=DISRUPTIONS,
    purchases=st.booleans(),
    nodes=_tuples(
        st.builds(
            FlavorNodes,
            flavor=HOSTILE_TEXTS,
            node_pool=HOSTILE_TEXTS,
            before=st.integers(0, 9),
            after=st.integers(0, 9),
        )
    ),
    fingerprint=HOSTILE_TEXTS,
    digest=HOSTILE_TEXTS,
    operations=_tuples(OPERATIONS),
    blocked=_tuples(BLOCKS),
    depends_on=_tuples(ADDRESSES),
    previous_address=st.none() | ADDRESSES,
    kept_entries=st.integers(0, 9),
    released=_tuples(HOSTILE_TEXTS),
    source=SOURCES,
    endangered=st.none()
    | st.builds(
        Endangered,
        workloads=_tuples(
            st.builds(
                EndangeredWorkload,
                name=HOSTILE_TEXTS,
                type=HOSTILE_TEXTS,
                status=HOSTILE_TEXTS,
                nodes=_tuples(HOSTILE_TEXTS),
                running_seconds=st.integers(0, 99),
                created=HOSTILE_TEXTS,
            )
        ),
        nodes_at_most=st.none() | st.integers(0, 9),
        why_unread=HOSTILE_TEXTS,
    ),
    sold_out=_tuples(
        st.builds(SoldOut, flavor=HOSTILE_TEXTS, zones=_tuples(HOSTILE_TEXTS), is_everywhere=st.booleans())
    ),
)
AMOUNTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 1000)
COUNTS = st.integers(0, 99)
PLANS = st.builds(
    Plan,
    digest=HOSTILE_TEXTS,
    basis=st.builds(
        Basis, lineage=HOSTILE_TEXTS, serial=st.integers(min_value=0), config_digest=HOSTILE_TEXTS, service=SERVICES
    ),
    inputs=st.builds(
        PlanInputs,
        target=_tuples(HOSTILE_TEXTS),
        exclude=_tuples(HOSTILE_TEXTS),
        replace=_tuples(HOSTILE_TEXTS),
        allow=_tuples(HOSTILE_TEXTS),
        revert_drift=_tuples(HOSTILE_TEXTS),
        destroy=st.booleans(),
        refresh_only=st.booleans(),
        up_to_idle=st.booleans(),
    ),
    summary=st.builds(
        PlanSummary,
        create=COUNTS,
        update=COUNTS,
        replace=COUNTS,
        delete=COUNTS,
        import_=COUNTS,
        move=COUNTS,
        forget=COUNTS,
        no_op=COUNTS,
        nodes_before=COUNTS,
        nodes_after=COUNTS,
        is_partial=st.booleans(),
        cost=st.none() | st.builds(HourlyCost, before=AMOUNTS, after=AMOUNTS, unpriced=_tuples(HOSTILE_TEXTS)),
    ),
    changes=_tuples(CHANGES),
    drift=_tuples(
        st.builds(
            DriftRow,
            address=ADDRESSES,
            label=HOSTILE_TEXTS,
            before=MAYBES,
            after=MAYBES,
            is_managed=st.booleans(),
            policy=HOSTILE_TEXTS,
        )
    ),
    diagnostics=_tuples(
        st.builds(
            Diagnostic,
            severity=st.sampled_from(Severity),
            code=HOSTILE_TEXTS,
            summary=HOSTILE_TEXTS,
            detail=HOSTILE_TEXTS,
            address=HOSTILE_TEXTS,
            location=SOURCES,
        )
    ),
    blocked=_tuples(BLOCKS),
    quotas=st.none()
    | _tuples(st.builds(LiveQuota, type=HOSTILE_TEXTS, quota=st.integers(0, 99), used=st.integers(0, 99))),
    loosened=_tuples(
        st.builds(Loosened, scope=HOSTILE_TEXTS, key=HOSTILE_TEXTS, before=HOSTILE_TEXTS, after=HOSTILE_TEXTS)
    ),
    accelerators=st.lists(
        st.builds(FlavorAccelerators, flavor=HOSTILE_TEXTS, accelerators=st.integers(0, 16)),
        max_size=2,
        unique_by=lambda one: one.flavor,
    ).map(tuple),
)
