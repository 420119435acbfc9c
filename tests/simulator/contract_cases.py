"""What the tests of the contract's assertions share."""

from planner.simulator import seeding

PROJECT = seeding.PROJECT_ID
CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"
NPU = "modelarts.kat1.8xlarge"

REFUSED = (400, "ModelArts.50004000")
DONE = (200, None)

IDS = (
    *(f"P{number}" for number in range(1, 27)),
    *(f"C{number}" for number in range(1, 6)),
    *(f"L{number}" for number in range(1, 4)),
    *(f"X{number}" for number in range(1, 5)),
    *(f"S{number}" for number in range(1, 4)),
    "O1",
    *(f"N{number}" for number in range(1, 3)),
)
"""The assertions of the contract, in its order."""


def find_verdict(answer):
    return answer.status, answer.code


def resources(*entries):
    return {"spec": {"resources": [{"flavor": flavor, "count": count} for flavor, count in entries]}}


def entry(flavor, count, **members):
    return {"spec": {"resources": [{"flavor": flavor, "count": count, **members}]}}


def annotate(**annotations):
    return {"metadata": {"annotations": {f"os.modelarts/{name}": value for name, value in annotations.items()}}}


def make_body(name="fresh", *, network="main", labels=None, **spec):
    members = {"type": "Dedicate", "resources": [{"flavor": CPU, "count": 1}]}
    members |= {"network": {"name": f"{network}-{PROJECT}"}} if network else {}
    return {
        "apiVersion": "v2",
        "kind": "Pool",
        "metadata": {"labels": {"os.modelarts/name": name, **(labels or {})}},
        "spec": members | spec,
    }


def list_counts(pool):
    return {one["flavor"]: one["count"] for one in pool["spec"]["resources"]}


def sum_bucket(pool, name):
    return sum(one["count"] for one in pool["status"]["resources"].get(name, ()))
