"""Fifty pools made by hand over the years, of every kind that the service makes."""

import tomllib
from typing import Any

import tomlkit
from story_site import CPU, DESCRIPTION, GPU, POOL_ID, PROJECT, SHARING, Json, Story

NPU = "modelarts.kat1.8xlarge"
ADOPTED = "adopted.pools.toml"
IMPORTS = "imports.pools.toml"
POOLS = 50
NETWORKS = 3
HOSTILE = "say \"${var.x}\" \\ $${y} ''' # ü"

_SERVICE_LABELS = {
    "os.modelarts/resource.id": "maos-x-1",
    "os.modelarts/tenant.project.id": PROJECT,
    "os.modelarts/create-from": "console",
    "os.modelarts.pool/biz": "public",
}
_ENTRY: dict[str, Any] = {
    "flavor": GPU,
    "count": 2,
    "nodePool": "np-a",
    "azs": [{"az": "eu-de-01", "count": 1}, {"az": "eu-de-02", "count": 1}],
    "tags": [{"key": "cost", "value": "77"}],
    "taints": [{"key": "team", "value": "vision", "effect": "NoSchedule"}, {"key": "slow", "effect": "NoExecute"}],
    "labels": {"disk": "fast", "team/sub": "a"},
    "network": {"vpc": "vpc-1", "subnet": "sub-1", "securityGroups": ["sg-1", "sg-2"]},
    "extendParams": {"dockerBaseSize": "100", "runtime": "containerd", "postInstall": "ZWNobyBoaQ=="},
    "creatingStep": {"step": 2, "type": "rack"},
    "rootVolume": {"volumeType": "SSD", "size": "100Gi"},
    "dataVolumes": [
        {"volumeType": "SSD", "size": "500Gi", "count": 1, "extendParams": {"volumeGroup": "vgpaas"}},
        {"volumeType": "SAS", "size": "900Gi", "extendParams": {"volumeGroup": "vguser1"}},
    ],
    "volumeGroupConfigs": [
        {"volumeGroup": "vgpaas", "dockerThinPool": 40, "lvmConfig": {"lvType": "linear"}, "types": ["volume"]},
        {"volumeGroup": "vguser1", "lvmConfig": {"lvType": "striped", "path": "/data"}},
    ],
    "os": {"name": "EulerOS 2.10", "imageId": "img-1", "imageType": "private"},
    "driver": {"version": "535.129.03"},
}
_SPEC: dict[str, Any] = {
    "controlMode": 0,
    "jobFlavors": ["modelarts.job.a", "modelarts.job.b"],
    "driver": {"gpuVersion": "440.33", "updateStrategy": "idle"},
    "containerNetwork": {"cidr": "172.16.0.0/16", "mode": "overlay_l2"},
    "kubernetesSvcIpRange": "10.247.0.0/16",
    "masters": [{"az": "eu-de-01"}, {"az": "eu-de-02"}],
    "clusterFlavor": "cce.s1.small",
    "ipv6enable": True,
    "userLogin": {"keyPairName": "ops"},
    "clusters": [{"providerId": "cce-1", "name": "one"}],
}


def seed_estate(story: Story) -> None:
    """Fill the service of ``story``."""
    networks = [story.seed_network(f"net-{number}", cidr=f"10.{number}.0.0/16") for number in range(NETWORKS)]
    rich = story.seed_pool(
        name="rich-of-options",
        entries=[_ENTRY],
        scope=["Train", "Infer", "Notebook"],
        network=networks[0],
        labels={SHARING: "shared", "os.modelarts/node.prefix": "gpu", "team": "vision", **_SERVICE_LABELS},
        annotations={
            DESCRIPTION: "everything at once",
            "os.modelarts/scheduler.extension": "low",
            "os.modelarts/billing.mode": "0",
            "os.modelarts/flavor.resource.ids": "{}",
            "team": "vision",
            "others.example.com/seen": HOSTILE,
        },
        spec=_SPEC,
    )
    story.seed_pool(name="a-name-that-is-longer-than-25", flavors={CPU: 1}, network=networks[1])
    story.seed_pool(name="privileged", flavors={CPU: 2}, spec={"network": {"vpcId": "vpc-9", "subnetId": "sub-9"}})
    for number in range(10):
        story.seed_pool(
            name=f"team-{number}",
            type="Logical",
            parent=rich,
            entries=[{"flavor": GPU, "count": number, "maxCount": number + 4}],
            labels={"team": "vision" if number % 2 else "../../etc/passwd"},
        )
    for number in range(POOLS - 13):
        story.seed_pool(**_vary(number), name=f"pool-{number:02}", network=networks[number % NETWORKS])


def _vary(number: int) -> dict[str, Any]:
    """Return a pool with one or two flavors, a node pool or none, and labels and annotations of somebody."""
    first = {"flavor": (CPU, GPU)[number % 2], "count": 1 + number % 5}
    second = {"flavor": (CPU, GPU)[number % 2], "count": 2, "nodePool": "extra"}
    third = {"flavor": "modelarts.vm.cpu.8ud", "count": 1, "azs": [{"az": "eu-de-03", "count": 1}]}
    return {
        "entries": [first, *[second] * (number % 3 == 0), *[third] * (number % 4 == 0)],
        "scope": ["Train"] if number % 5 else ["Infer", "Train"],
        "labels": {"team": f"Team {number % 4}"} if number % 6 else {},
        "annotations": {"owner": f"o-{number}"} if number % 2 else {DESCRIPTION: f"pool number {number}"},
    }


def find_rich_pool() -> str:
    """Return the id of the pool that has every option."""
    return POOL_ID.replace("gpu-a", "rich-of-options")


def adopt_all(story: Story, *options: str) -> None:
    """Write the files and apply them."""
    assert story.run("import", "--all", *options).code == 0
    applied = story.apply()
    assert applied.code == 0, applied.err
    assert story.take_writes() == []


def parse_adopted(story: Story) -> Json:
    """Return the values of the adopted file."""
    return tomllib.loads((story.directory / ADOPTED).read_text(encoding="utf-8"))


def write_adopted(story: Story, document: Json) -> None:
    """Write other values into the adopted file."""
    (story.directory / ADOPTED).write_text(tomlkit.dumps(document), encoding="utf-8")
