"""Situations that somebody reviews, each a real plan: what ``build_plan`` says of files, state and service."""

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from planning_cases import make_live, make_network, make_pool, make_request, track

from planner.core.desired import Rollout
from planner.core.planning import build_plan
from planner.core.snapshot import Evidence, LiveFlavor, LiveNode, LiveWorkload
from planner.core.windows import Window

CPU, GPU, NPU = "modelarts.vm.cpu.4ud", "modelarts.vm.gpu.t4u8", "modelarts.bm.npu.8snt9b"
FLAVORS = {
    CPU: LiveFlavor(name=CPU, accelerators=0, zones=("eu-de-01",)),
    GPU: LiveFlavor(name=GPU, accelerators=8, zones=("eu-de-01", "eu-de-02"), sold_out=("eu-de-02",)),
    NPU: LiveFlavor(name=NPU, accelerators=None, zones=("eu-de-01",)),
}
PRICES = {CPU: Decimal("0.45"), GPU: Decimal("12.80")}
HOSTILE = (
    "\x1b[2J\u202egnp.exe<script>alert(1)</script><img src=x onerror=alert(2)>`````\n```\n</details>"
    "| a | b |\n# h @octocat #1 [l](https://x.example/) ![i](https://x.example/i.png) https://x.example www.x.example "
    "a@x.example $`x`$ \"'>&amp; \\| *b* _c_ ~~d~~ <!-- --> {{ 7*7 }} ${pool.a.id} :tada: \u200b\u2066"
)
LONG = HOSTILE + "A" * 100_000


def make_fleet_pool(name, *entries, labels=(), annotations=(), **spec):
    """Return the tree of a pool with ``entries`` of (flavor, count)."""
    tree = make_pool(name, **spec)
    tree["metadata"] = {
        "labels": {**tree["metadata"]["labels"], **dict(labels)},
        "annotations": {"os.modelarts/description": f"the {name} pool", **dict(annotations)},
    }
    tree["spec"] = {
        **tree["spec"],
        "resources": [{"flavor": flavor, "count": count, "maxCount": count} for flavor, count in entries],
    }
    return tree


def make_plan(blocks, live, *, prices=(), evidence=(), seen=(), **rest):
    """Return the plan from ``live`` to ``blocks``; ``seen`` are the trees that the last apply saw where others came."""
    objects = {name: make_live(tree) for name, tree in live.items()}
    request = make_request(
        blocks=blocks,
        live=objects,
        tracked=rest.pop("tracked", {name: track(dict(seen).get(name, tree)) for name, tree in live.items()}),
        evidence=dict(evidence),
        **rest,
    )
    return build_plan(
        replace(
            request,
            desired=replace(request.desired, prices=dict(prices)),
            snapshot=replace(request.snapshot, flavors=FLAVORS),
        )
    )


def make_evidence(flavor, count, *jobs):
    """Return ``count`` nodes of a flavor, the first of them with ``jobs`` of (name, seconds) on them."""
    nodes = tuple(
        LiveNode(
            name=f"node-{number}",
            flavor=flavor,
            node_pool="",
            az="eu-de-01",
            phase="Available",
            private_ip=f"10.0.0.{number}",
        )
        for number in range(count)
    )
    workloads = tuple(
        LiveWorkload(name=name, type="train", status="Running", host_ips=(f"10.0.0.{at}",), running_seconds=seconds)
        for at, (name, seconds) in enumerate(jobs)
    )
    return Evidence(nodes=nodes, workloads=workloads)


NET = make_network("net")
TRAIN = make_fleet_pool("train", (CPU, 2), (GPU, 3), scope=["Train", "Infer"])
BIGGER = make_fleet_pool("train", (CPU, 2), (GPU, 5), annotations={"team": "vision"}, scope=["Train", "Infer"])
SMALLER = make_fleet_pool("train", (CPU, 2), (GPU, 1), scope=["Train", "Infer"])
RENAMED = make_fleet_pool("training", (CPU, 2), (GPU, 3), scope=["Train", "Infer"])
HAND_MADE = make_fleet_pool(
    "train",
    (CPU, 2),
    (GPU, 3),
    labels={"owner": "x"},
    annotations={"os.modelarts/description": "by hand"},
    scope=["Train"],
)
HOSTILE_LIVE = make_fleet_pool(
    "train",
    (CPU, 2),
    (GPU, 3),
    annotations={"os.modelarts/description": HOSTILE, "note": HOSTILE},
    scope=["Train", "Infer"],
)
BUSY = make_evidence(GPU, 3, ("nightly", 11_520), ("sweep", 59), (HOSTILE, 5))

DRIVERS = Rollout(
    name="drivers",
    fields=("driver",),
    order=("pool.canary", "pool.*"),
    window=Window(days=(5,), start=22 * 60, end=4 * 60, tz=ZoneInfo("Europe/Berlin")),
)


def make_driven(name, version, count=2):
    """Return the tree of a pool with a driver."""
    return make_fleet_pool(name, (GPU, count), driver={"gpuVersion": version, "updateStrategy": "idle"})


def plan_rollout(names):
    """Return the plan of new drivers for pools that take turns in a window that is closed; the last pool grows, too."""
    live = {f"pool.{name}": make_live(make_driven(name, "440.33")) for name in names}
    request = make_request(
        blocks={f"pool.{name}": make_driven(name, "470.57", 3 if name == names[-1] else 2) for name in names},
        live=live,
        tracked={f"pool.{name}": track(make_driven(name, "440.33")) for name in names},
        evidence={f"pool.{name}": make_evidence(GPU, 2) for name in names},
    )
    return build_plan(
        replace(
            request,
            desired=replace(request.desired, rollouts=(DRIVERS,)),
            snapshot=replace(request.snapshot, flavors=FLAVORS),
        )
    )


PLANS = {
    "rollout": plan_rollout(("canary", "search", "train")),
    "create": make_plan(
        {"network.main": NET, "pool.train": make_fleet_pool("train", (CPU, 2), (GPU, 3), network="network.main")},
        {},
        prices=PRICES,
    ),
    "update": make_plan(
        {"pool.train": BIGGER}, {"pool.train": TRAIN}, prices=PRICES, evidence={"pool.train": make_evidence(GPU, 3)}
    ),
    "shrink blocked": make_plan(
        {"pool.train": SMALLER}, {"pool.train": TRAIN}, prices=PRICES, evidence={"pool.train": BUSY}
    ),
    "replace": make_plan(
        {"pool.train": RENAMED},
        {"pool.train": TRAIN},
        allow=("pool.train=destroys",),
        evidence={"pool.train": make_evidence(GPU, 3)},
    ),
    "delete": make_plan(
        {}, {"pool.train": TRAIN}, removed={"pool.train": True}, evidence={"pool.train": make_evidence(GPU, 3)}
    ),
    "import": make_plan({"pool.train": TRAIN}, {"pool.train": TRAIN}, tracked={}, imports={"pool.train": "train-p"}),
    "forget": make_plan({}, {"pool.train": TRAIN}, removed={"pool.train": False}),
    "drift": make_plan({"pool.train": TRAIN}, {"pool.train": HAND_MADE}, seen={"pool.train": TRAIN}),
    "endangered jobs": make_plan(
        {}, {"pool.train": TRAIN}, removed={"pool.train": True}, evidence={"pool.train": BUSY}, prices=PRICES
    ),
    "no changes": make_plan({"pool.train": TRAIN}, {"pool.train": TRAIN}),
    "hostile text": make_plan({"pool.train": TRAIN}, {"pool.train": HOSTILE_LIVE}, evidence={"pool.train": BUSY}),
}

EVAL = make_fleet_pool("eval", (CPU, 4), (GPU, 2), scope=["Train"])
OLD = make_fleet_pool("old", (NPU, 2), scope=["Notebook"])
PICTURE = make_plan(
    {
        "network.main": NET,
        "pool.inference": make_fleet_pool("inference", (CPU, 3), (GPU, 2), network="network.main", scope=["Infer"]),
        "pool.eval": make_fleet_pool("eval", (CPU, 6), (GPU, 4), annotations={"team": "vision"}, scope=["Train"]),
        "pool.train": SMALLER,
    },
    {"pool.eval": EVAL, "pool.train": HAND_MADE, "pool.old": OLD},
    seen={"pool.train": TRAIN},
    removed={"pool.old": True},
    evidence={
        "pool.eval": make_evidence(CPU, 4),
        "pool.train": make_evidence(GPU, 3, ("nightly-resnet", 11_520), ("sweep-17", 3_540), ("probe", 59)),
    },
    prices=PRICES,
)
"""What the pictures of the documents show: something of everything."""


def make_crowd(count):
    """Return a plan that changes ``count`` pools in many ways: most grow, some shrink, some go."""
    names = [f"pool.p{number:04}" for number in range(count)]
    live = {name: make_fleet_pool(name.partition(".")[2], (CPU, 4), (GPU, 3)) for name in names}
    gone = set(names[::50])
    blocks = {
        name: make_fleet_pool(
            name.partition(".")[2], (CPU, 2 if at % 7 == 0 else 5), (GPU, 3), annotations={"team": "vision"}
        )
        for at, name in enumerate(names)
        if name not in gone
    }
    return make_plan(blocks, live, removed=dict.fromkeys(gone, True), prices=PRICES)
