"""Plans built by hand, one a situation, for the golden texts."""

from dataclasses import replace

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
    NodeConstraint,
    Operation,
    Plan,
    PlanInputs,
    PlanSummary,
)
from planner.core.diagnostics import SourceLocation
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.trees import ABSENT, CountRange, Maybe, Reference, Tree

CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"
PROJECT = "86c13962597848eeb29c5861153a391f"
POOL_ID = f"gpu-training-{PROJECT}"
POOL = Address(kind="pool", name="training")
NETWORK = Address(kind="network", name="main")
FILE = "gpu.pools.toml"
POOL_PATH = f"/v2/{PROJECT}/pools/{POOL_ID}"
MERGE_PATCH = "application/merge-patch+json"


def make_field(
    path: FieldPath,
    label: str,
    before: Maybe,
    after: Maybe,
    *,
    disruption: Disruption = Disruption.NONE,
    line: int = 0,
) -> FieldChange:
    return FieldChange(
        path=path,
        label=label,
        before=before,
        after=after,
        disruption=disruption,
        source=SourceLocation(file=FILE, line=line) if line else None,
    )


def make_entry_field(
    member: str,
    before: Maybe,
    after: Maybe,
    *,
    flavor: str = CPU,
    line: int = 0,
    disruption: Disruption = Disruption.NONE,
) -> FieldChange:
    path = ("spec", "resources", EntryKey(parts=(flavor,)), member)
    return make_field(path, f"resources[{flavor}].{member}", before, after, disruption=disruption, line=line)


def make_pool_tree() -> Tree:
    return {
        "metadata": {
            "labels": {"os.modelarts/name": "gpu-training", "os.modelarts/sharing": "unshared"},
            "annotations": {"os.modelarts/description": "T4 training", "team": "vision"},
        },
        "spec": {
            "type": "Dedicate",
            "scope": ["Train", "Infer"],
            "network": {"name": f"train-net-{PROJECT}"},
            "driver": {"gpuVersion": "440.33"},
            "resources": [
                {"flavor": CPU, "count": 2, "maxCount": 2, "nodePool": f"{CPU}-default"},
                {"flavor": GPU, "count": 3, "maxCount": 3, "azs": [{"az": "eu-de-01", "count": 3}]},
                {"flavor": GPU, "nodePool": "theirs", "count": 1},
            ],
        },
    }


def make_change(action: Action = Action.UPDATE, **members: object) -> Change:
    usual = Change(
        address=POOL,
        kind="pool",
        id=POOL_ID,
        action=action,
        reason="",
        before=make_pool_tree(),
        after=make_pool_tree(),
        after_unknown={},
        fields=(),
        merge_patch={},
        json_patch=(),
        disruption=Disruption.NONE,
        purchases=False,
        nodes=(),
        fingerprint="sha256:0",
        digest="sha256:1",
        operations=(),
        source=SourceLocation(file=FILE, line=4),
    )
    return replace(usual, **members)


def make_plan(
    *changes: Change, drift: tuple[DriftRow, ...] = (), blocked: tuple[Block, ...] = (), **counts: object
) -> Plan:
    return Plan(
        digest="sha256:2",
        basis=Basis(lineage="l", serial=3, config_digest="sha256:3", service=None),
        inputs=PlanInputs(),
        summary=PlanSummary(**{"nodes_before": 6, "nodes_after": 6, **counts}),
        changes=changes,
        drift=drift,
        diagnostics=(),
        blocked=blocked or tuple(block for change in changes for block in change.blocked),
    )


def make_patch(**members: object) -> Operation:
    usual = Operation(
        method="PATCH",
        path=POOL_PATH,
        content_type=MERGE_PATCH,
        body={},
        when="Running or ScalingFailed",
        waits_for="3 available nodes of modelarts.vm.cpu.4ud",
        purpose="grow to 3 nodes",
    )
    return replace(usual, **members)


def make_create() -> Change:
    fields = (
        make_field(("metadata", "labels", "os.modelarts/name"), "name", ABSENT, "gpu-training", line=5),
        make_field(("metadata", "annotations", "team"), 'annotations["team"]', ABSENT, "vision", line=9),
        make_field(("spec", "type"), "type", ABSENT, "Dedicate", line=6),
        make_field(("spec", "scope"), "scope", ABSENT, ["Train", "Infer", "Notebook"], line=7),
        make_field(("spec", "network", "name"), "network", ABSENT, Reference(address=NETWORK), line=8),
        make_entry_field("flavor", ABSENT, CPU, line=12),
        make_entry_field(
            "count", ABSENT, CountRange(minimum=2, maximum=8, initial=3), line=13, disruption=Disruption.NEW_NODES
        ),
        make_entry_field("azs", ABSENT, [{"az": "eu-de-01", "count": 2}, {"az": "eu-de-02", "count": 1}], line=14),
        make_entry_field("labels", ABSENT, {"nodeRole": "train", "kubernetes.io/os": "linux"}, line=15),
    )
    post = make_patch(
        method="POST", path=f"/v2/{PROJECT}/pools", when="", waits_for="phase Running", purpose="create the pool"
    )
    after: Tree = {"spec": {"resources": [{"flavor": CPU}]}}
    return make_change(
        Action.CREATE,
        id="",
        before=None,
        after=after,
        after_unknown={"metadata": {"name": True}, "spec": {"resources": [{"maxCount": True}]}},
        fields=fields,
        disruption=Disruption.NEW_NODES,
        nodes=(FlavorNodes(flavor=CPU, node_pool="", before=0, after=3),),
        operations=(post,),
        depends_on=(NETWORK,),
    )


def make_network() -> Change:
    return make_change(
        Action.CREATE,
        address=NETWORK,
        kind="network",
        id="",
        before=None,
        after={"metadata": {"labels": {"os.modelarts/name": "train-net"}}, "spec": {"cidr": "192.168.0.0/16"}},
        operations=(
            make_patch(method="POST", path=f"/v1/{PROJECT}/networks", when="", waits_for="phase Active", purpose=""),
        ),
        source=SourceLocation(file="net.pools.toml", line=1),
    )


def make_growth() -> Change:
    fields = (
        make_field(
            ("metadata", "annotations", "os.modelarts/description"), "description", "T4 training", 'New "T4"', line=6
        ),
        make_field(("metadata", "annotations", "team"), 'annotations["team"]', "vision", ABSENT),
        make_field(
            ("spec", "driver", "updateStrategy"),
            "driver.update_strategy",
            ABSENT,
            "force",
            line=9,
            disruption=Disruption.INTERRUPTS,
        ),
        make_entry_field("count", 2, 3, line=12, disruption=Disruption.NEW_NODES),
    )
    driver = make_patch(purpose="set the driver", when="Running", waits_for="phase Running")
    return make_change(
        fields=fields,
        after_unknown={"spec": {"resources": [{"maxCount": True}]}},
        disruption=Disruption.INTERRUPTS,
        nodes=(
            FlavorNodes(flavor=CPU, node_pool="", before=2, after=3),
            FlavorNodes(flavor=GPU, node_pool="", before=3, after=3),
        ),
        operations=(make_patch(), driver),
        kept_entries=1,
        released=("scope", "driver.gpu_version"),
        purchases=True,
    )


def make_connection() -> Change:
    """Return an update of a network: an entry of a list that is not a pool's resources."""
    key = EntryKey(parts=("data",))
    path = ("spec", "connection", "sfsTurboConnectionList", key)
    label = "connection.sfs_turbo_connection_list[data]"
    fields = (
        make_field((*path, "name"), f"{label}.name", ABSENT, "data", line=4),
        make_field((*path, "sfsId"), f"{label}.sfs_id", ABSENT, "sfs-1", line=4),
        make_field(("spec", "ipv6enable"), "ipv6enable", False, True, line=3),
    )
    before: Tree = {
        "metadata": {"labels": {"os.modelarts/name": "net"}},
        "spec": {"cidr": "192.168.0.0/16", "ipv6enable": False},
    }
    return make_change(address=NETWORK, kind="network", id="net-1", before=before, fields=fields, reason="drift")


def make_list_change() -> Change:
    before, after = ["Train", "Infer", "Notebook"], ["Train", "Notebook", "Queue"]
    fields = (make_field(("spec", "scope"), "scope", before, after, line=7, disruption=Disruption.INTERRUPTS),)
    return make_change(
        fields=fields, disruption=Disruption.INTERRUPTS, operations=(make_patch(purpose="set the scope"),)
    )


def make_entry_removed() -> Change:
    after = make_pool_tree()
    after["spec"] = {**after["spec"], "resources": after["spec"]["resources"][:1]}
    fields = (
        make_entry_field("flavor", GPU, ABSENT, flavor=GPU),
        make_entry_field("count", 3, ABSENT, flavor=GPU, disruption=Disruption.INTERRUPTS),
        make_entry_field("azs", [{"az": "eu-de-01", "count": 3}], ABSENT, flavor=GPU),
    )
    return make_change(
        fields=fields,
        after=after,
        disruption=Disruption.INTERRUPTS,
        nodes=(FlavorNodes(flavor=GPU, node_pool="", before=3, after=0),),
        operations=(make_patch(purpose="remove the entry", waits_for="0 nodes of modelarts.vm.gpu.t4u8"),),
        kept_entries=1,
    )


def make_scale_in(*, idle_only: bool = True) -> Change:
    nodes = NodeConstraint(flavor=GPU, node_pool="", count=2, az="eu-de-01", idle_only=idle_only)
    delete = make_patch(
        method="POST",
        path=f"{POOL_PATH}/nodes/batch-delete",
        body=None,
        nodes=nodes,
        purpose="shrink to 1 node",
        waits_for="the nodes to be gone",
    )
    return make_change(
        fields=(make_entry_field("count", 3, 1, flavor=GPU, line=17, disruption=Disruption.DRAINS),),
        disruption=Disruption.DRAINS,
        nodes=(FlavorNodes(flavor=GPU, node_pool="", before=3, after=1),),
        operations=(delete,),
        kept_entries=1,
    )


def make_replace() -> Change:
    field = make_field(
        ("metadata", "labels", "os.modelarts/name"),
        "name",
        "gpu-training",
        "gpu-train",
        line=5,
        disruption=Disruption.DESTROYS,
    )
    return make_change(
        Action.REPLACE,
        reason="the name cannot change",
        fields=(field,),
        disruption=Disruption.DESTROYS,
        operations=(
            make_patch(method="DELETE", when="any phase", waits_for="404", purpose="delete the old pool"),
            make_patch(
                method="POST",
                path=f"/v2/{PROJECT}/pools",
                when="",
                waits_for="phase Running",
                purpose="create the new pool",
            ),
        ),
    )


def make_delete() -> Change:
    return make_change(
        Action.DELETE,
        reason="[[removed]] says: replaced by pool.training",
        after=None,
        disruption=Disruption.DESTROYS,
        nodes=(
            FlavorNodes(flavor=CPU, node_pool="", before=2, after=0),
            FlavorNodes(flavor=GPU, node_pool="theirs", before=1, after=0),
        ),
        operations=(make_patch(method="DELETE", when="any phase", waits_for="404", purpose=""),),
        merge_patch=None,
    )


def make_drift() -> tuple[DriftRow, ...]:
    return (
        DriftRow(
            address=POOL,
            label="description",
            before="T4 training",
            after="changed by hand",
            is_managed=True,
            policy="revert",
        ),
        DriftRow(address=POOL, label=f"resources[{CPU}].count", before=2, after=6, is_managed=True, policy="stop"),
        DriftRow(
            address=POOL,
            label=f"resources[{GPU}/theirs]",
            before=ABSENT,
            after={"flavor": GPU, "nodePool": "theirs", "count": 1},
            is_managed=False,
        ),
        DriftRow(
            address=Address(kind="pool", name="team", key="a"),
            label='annotations["owner"]',
            before="x",
            after=ABSENT,
            is_managed=False,
        ),
    )


DISRUPTION_BLOCK = Block(
    code="max_disruption",
    summary="The change interrupts running jobs",
    detail='max_disruption allows "drains" at most, this change is "interrupts".\n\nTo allow it once:\n  poolctl apply --allow pool.training=interrupts',
    address="pool.training",
)
RUN_BLOCK = Block(code="guards.run", summary="The run removes 60 % of all nodes", detail="max_percent_removed is 50.")

PLANS: dict[str, Plan] = {
    "create": make_plan(make_create(), create=1, nodes_before=0, nodes_after=3),
    "network and pool with reference": make_plan(
        make_network(), make_create(), create=2, nodes_before=0, nodes_after=3
    ),
    "update in place with growth": make_plan(make_growth(), update=1, nodes_after=7),
    "whole list changed": make_plan(make_list_change(), update=1),
    "network connection": make_plan(make_connection(), update=1),
    "known reasons": make_plan(
        *(replace(make_growth(), reason=reason, operations=()) for reason in ("changed", "drift", "INC-12")), update=3
    ),
    "entry removed": make_plan(make_entry_removed(), update=1, nodes_after=3),
    "scale-in by idle nodes": make_plan(make_scale_in(), update=1, nodes_after=4),
    "scale-in with the rest by count": make_plan(make_scale_in(idle_only=False), update=1, nodes_after=4),
    "replace": make_plan(make_replace(), replace=1),
    "delete": make_plan(make_delete(), delete=1, nodes_after=3),
    "import": make_plan(make_change(Action.IMPORT), import_=1),
    "import with update": make_plan(
        make_change(Action.IMPORT, fields=(make_entry_field("count", 2, 3, line=12),)), import_=1
    ),
    "forget": make_plan(
        make_change(
            Action.FORGET, address=Address(kind="pool", name="team", key="a"), reason="[[removed]] with destroy = false"
        ),
        forget=1,
    ),
    "move": make_plan(make_change(Action.NO_OP, previous_address=Address(kind="pool", name="train")), move=1),
    "move with update": make_plan(
        replace(make_list_change(), previous_address=Address(kind="pool", name="train")), move=1, update=1
    ),
    "drift only": make_plan(make_change(Action.NO_OP), drift=make_drift(), no_op=1),
    "drift and change": make_plan(make_scale_in(), drift=make_drift(), update=1, nodes_after=4),
    "blocked": make_plan(
        replace(make_list_change(), blocked=(DISRUPTION_BLOCK,)), blocked=(DISRUPTION_BLOCK, RUN_BLOCK), update=1
    ),
    "vanished": make_plan(replace(make_create(), reason="vanished"), create=1),
    "no-op": make_plan(make_change(Action.NO_OP), no_op=1),
    "partial": make_plan(make_scale_in(), update=1, is_partial=True),
    "partial without changes": make_plan(is_partial=True),
    "logical pool": make_plan(
        make_change(
            before={
                "metadata": {},
                "spec": {"type": "Logical", "resources": [{"flavor": CPU, "count": 0, "maxCount": 4}]},
            },
            fields=(make_entry_field("count", 0, 2, line=9), make_entry_field("max_count", 4, 4.0)),
            operations=(make_patch(when="Running or Waiting"),),
        ),
        update=1,
        nodes_before=0,
        nodes_after=0,
    ),
    "one of a repeated block": make_plan(
        replace(make_scale_in(), address=Address(kind="pool", name="team", key="größe 日本")), update=1
    ),
}
