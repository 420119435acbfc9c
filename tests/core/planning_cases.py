"""Requests for ``build_plan`` from a few words: blocks, tracked resources, live objects."""

import datetime as dt

from planner.core.addresses import parse_address
from planner.core.advance import record_creation
from planner.core.changes import Basis, PlanInputs
from planner.core.desired import DesiredResource, DesiredState, ImportBlock, Lifecycle, RemovedBlock
from planner.core.diagnostics import SourceLocation
from planner.core.plan_request import PlanningRequest
from planner.core.planning import build_plan
from planner.core.snapshot import LiveResource, Snapshot
from planner.core.tracking import ServiceIdentity, State
from planner.core.trees import Reference
from planner.kinds.table import KINDS

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
SERVICE = ServiceIdentity(endpoint="https", region="eu-de", project_id="p")


def address(text):
    return parse_address(text)


def make_pool(name, *, network="net-p", count=2, flavor="f", type_="Dedicate", **spec):
    """Return the tree of a pool; ``network`` may be the address of a block."""
    place = Reference(address=parse_address(network)) if "." in network else network
    return {
        "metadata": {"labels": {"os.modelarts/name": name}},
        "spec": {
            "type": type_,
            **({"network": {"name": place}} if network else {}),
            "resources": [{"flavor": flavor, "count": count}],
            **spec,
        },
    }


def make_network(name, *, cidr="192.168.0.0/16"):
    return {"metadata": {"labels": {"os.modelarts/name": name}}, "spec": {"cidr": cidr}}


def make_live(tree, *, phase="Running", **status):
    """Return the live object that the service would have made of ``tree``."""
    name = tree["metadata"]["labels"]["os.modelarts/name"]
    metadata = {**tree["metadata"], "name": f"{name}-p", "creationTimestamp": "2026-01-01T00:00:00Z"}
    return LiveResource(id=f"{name}-p", metadata=metadata, spec=tree["spec"], status={"phase": phase, **status})


def track(tree, **members):
    """Return the record of a resource that was made of ``tree`` and is live as such."""
    return record_creation(
        tree, make_live(tree), rules=KINDS["pool" if "type" in tree["spec"] else "network"], **members
    )


def make_request(*, blocks=(), tracked=(), live=(), others=(), missing=(), **rest):
    """Return a request: ``blocks``, ``tracked`` and ``live`` map addresses to trees, records and objects."""
    lifecycles = rest.pop("lifecycles", {})
    desired = DesiredState(
        resources={
            address(text): DesiredResource(
                address=address(text), tree=tree, lifecycle=lifecycles.get(text, Lifecycle()), **rest.pop("block", {})
            )
            for text, tree in dict(blocks).items()
        },
        removed=tuple(
            RemovedBlock(address=address(text), destroy=destroy, reason="INC-1")
            for text, destroy in rest.pop("removed", {}).items()
        ),
        imports=tuple(ImportBlock(address=address(text), id=id_) for text, id_ in rest.pop("imports", {}).items()),
        permissions=rest.pop("permissions", ()),
    )
    return PlanningRequest(
        desired=desired,
        state=State(lineage="l", serial=3, resources={address(text): one for text, one in dict(tracked).items()}),
        snapshot=Snapshot(
            resources={address(text): one for text, one in dict(live).items()},
            missing=frozenset(map(address, missing)),
            others=dict(others),
            evidence={address(text): one for text, one in rest.pop("evidence", {}).items()},
        ),
        kinds=KINDS,
        inputs=PlanInputs(**rest),
        basis=Basis(lineage="l", serial=3, config_digest="sha256:c", service=SERVICE),
        now=NOW,
        find_source=lambda one, label: SourceLocation(file="a.pools.toml", line=1, text=f"{one} {label}"),
    )


def plan(**rest):
    """Return the plan of ``make_request(**rest)``."""
    return build_plan(make_request(**rest))


def describe(found):
    """Return (address, action, reason) of every change in its order."""
    return [(str(one.address), one.action.value, one.reason) for one in found.changes]


def find_codes(found):
    """Return the codes of what is wrong with a plan."""
    return [one.code for one in found.diagnostics]
