"""Each field that a file may change in place: how it is written, what it makes of the service, how it is let go."""

from dataclasses import dataclass
from typing import Any

from story_site import DESCRIPTION, GPU, SHARING, WORKSPACE

NPU = "modelarts.kat1.8xlarge"
ENTRY = ("spec", "resources", 0)
TAGS_OF_OTHERS = [{"key": "cost", "value": "77"}]
TAINTS_OF_OTHERS = [{"key": "theirs", "value": "x", "effect": "NoSchedule"}]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCase:
    """One field of a network's block, of a pool's, or (``is_entry``) of the pool's one entry.

    ``lines`` are two ways to write it, ``values`` what the service holds at ``place`` then; ``label`` is how the
    plan names it, or what its members' names begin with. ``is_removed`` tells what deleting the line means: removed, or left as it is. ``disruption`` is
    the class of the first line; ``allow`` the permission that every step is given.
    """

    lines: tuple[str, str]
    values: tuple[Any, Any]
    place: tuple[str | int, ...]
    label: str
    is_removed: bool
    is_entry: bool = False
    disruption: str = "none"
    allow: str = ""
    flavor: str = GPU
    section: str = "pools"


def _make_texts(
    key: str, *, place: tuple[str, ...], is_removed: bool, values: tuple[str, str], section: str = "pools"
) -> FieldCase:
    first, second = values
    return FieldCase(
        section=section,
        lines=(f'{key} = "{first}"', f'{key} = "{second}"'),
        values=values,
        place=place,
        label=key,
        is_removed=is_removed,
    )


def _make_entry_case(
    label: str, *, lines: tuple[str, str], values: tuple[Any, Any], member: str, disruption: str = "interrupts"
) -> FieldCase:
    """Return the case of an entry's member that is released and whose change may cut jobs off."""
    return FieldCase(
        lines=lines,
        values=values,
        place=(*ENTRY, member),
        label=f"resources[{GPU}].{label}",
        is_removed=False,
        is_entry=True,
        disruption=disruption,
        allow=f"pool.a={disruption}",
    )


_ANNOTATIONS = ("metadata", "annotations")
_LABELS = ("metadata", "labels")
_INTERRUPTS = "pool.a=interrupts"

POOL_CASES = {
    "description": _make_texts(
        "description", place=(*_ANNOTATIONS, DESCRIPTION), is_removed=True, values=("first", "second")
    ),
    "scheduler_extension": _make_texts(
        "scheduler_extension",
        place=(*_ANNOTATIONS, "os.modelarts/scheduler.extension"),
        is_removed=True,
        values=("low", "high"),
    ),
    "sharing": _make_texts("sharing", place=(*_LABELS, SHARING), is_removed=False, values=("shared", "unshared")),
    "workspace_id": _make_texts("workspace_id", place=(*_LABELS, WORKSPACE), is_removed=False, values=("7", "8")),
    "order_id": FieldCase(
        lines=('order_id = "o-1"', 'order_id = "o-2"'),
        values=("o-1", "o-2"),
        place=(*_ANNOTATIONS, "os.modelarts/order.id"),
        label="order_id",
        is_removed=False,
        allow="pool.a=purchases",
    ),
    "labels": FieldCase(
        lines=('labels = { team = "vision" }', 'labels = { team = "speech" }'),
        values=("vision", "speech"),
        place=(*_LABELS, "team"),
        label='labels["team"]',
        is_removed=True,
    ),
    "annotations": FieldCase(
        lines=('annotations = { team = "vision" }', 'annotations = { team = "speech" }'),
        values=("vision", "speech"),
        place=(*_ANNOTATIONS, "team"),
        label='annotations["team"]',
        is_removed=True,
    ),
    "scope": FieldCase(
        lines=('scope = ["Infer", "Train"]', 'scope = ["Infer", "Notebook", "Train"]'),
        values=(["Train", "Infer"], ["Train", "Infer", "Notebook"]),
        place=("spec", "scope"),
        label="scope",
        is_removed=False,
    ),
    "scope emptied": FieldCase(
        lines=("scope = []", 'scope = ["Train"]'),
        values=([], ["Train"]),
        place=("spec", "scope"),
        label="scope",
        is_removed=False,
        disruption="interrupts",
        allow=_INTERRUPTS,
    ),
    "job_flavors": FieldCase(
        lines=('job_flavors = ["modelarts.job.a"]', 'job_flavors = ["modelarts.job.a", "modelarts.job.b"]'),
        values=(["modelarts.job.a"], ["modelarts.job.a", "modelarts.job.b"]),
        place=("spec", "jobFlavors"),
        label="job_flavors",
        is_removed=True,
        allow=_INTERRUPTS,
    ),
    "driver.gpu_version": FieldCase(
        lines=('driver = { gpu_version = "470.57" }', 'driver = { gpu_version = "510.47" }'),
        values=("470.57", "510.47"),
        place=("spec", "driver", "gpuVersion"),
        label="driver.gpu_version",
        is_removed=False,
        disruption="drains",
    ),
    "driver.npu_version": FieldCase(
        lines=('driver = { npu_version = "C79" }', 'driver = { npu_version = "C80" }'),
        values=("C79", "C80"),
        place=("spec", "driver", "npuVersion"),
        label="driver.npu_version",
        is_removed=False,
        disruption="drains",
        flavor=NPU,
    ),
    "driver.update_strategy": FieldCase(
        lines=('driver = { update_strategy = "force" }', 'driver = { update_strategy = "idle" }'),
        values=("force", "idle"),
        place=("spec", "driver", "updateStrategy"),
        label="driver.update_strategy",
        is_removed=False,
        disruption="interrupts",
        allow=_INTERRUPTS,
    ),
    "resources.tags": FieldCase(
        lines=('tags = [{ key = "team", value = "a" }]', 'tags = [{ key = "team", value = "b" }]'),
        values=(
            [*TAGS_OF_OTHERS, {"key": "team", "value": "a"}],
            [*TAGS_OF_OTHERS, {"key": "team", "value": "b"}],
        ),
        place=(*ENTRY, "tags"),
        label=f"resources[{GPU}].tags[team]",
        is_removed=True,
        is_entry=True,
    ),
    "resources.taints": FieldCase(
        lines=(
            'taints = [{ key = "gpu", value = "1", effect = "NoSchedule" }]',
            'taints = [{ key = "gpu", value = "2", effect = "NoSchedule" }]',
        ),
        values=(
            [*TAINTS_OF_OTHERS, {"key": "gpu", "value": "1", "effect": "NoSchedule"}],
            [*TAINTS_OF_OTHERS, {"key": "gpu", "value": "2", "effect": "NoSchedule"}],
        ),
        place=(*ENTRY, "taints"),
        label=f"resources[{GPU}].taints[gpu/NoSchedule]",
        is_removed=True,
        is_entry=True,
    ),
    "resources.labels": FieldCase(
        lines=('labels = { tier = "gold" }', 'labels = { tier = "blue" }'),
        values=({"theirs": "x", "tier": "gold"}, {"theirs": "x", "tier": "blue"}),
        place=(*ENTRY, "labels"),
        label=f'resources[{GPU}].labels["tier"]',
        is_removed=True,
        is_entry=True,
    ),
    "resources.extend_params": FieldCase(
        lines=('extend_params = { dockerBaseSize = "50" }', 'extend_params = { dockerBaseSize = "60" }'),
        values=({"theirs": "x", "dockerBaseSize": "50"}, {"theirs": "x", "dockerBaseSize": "60"}),
        place=(*ENTRY, "extendParams"),
        label=f'resources[{GPU}].extend_params["dockerBaseSize"]',
        is_removed=True,
        is_entry=True,
        disruption="interrupts",
        allow=_INTERRUPTS,
    ),
    "resources.root_volume": _make_entry_case(
        "root_volume",
        lines=(
            'root_volume = { volume_type = "SSD", size = "100Gi" }',
            'root_volume = { volume_type = "SSD", size = "200Gi" }',
        ),
        values=({"volumeType": "SSD", "size": "100Gi"}, {"volumeType": "SSD", "size": "200Gi"}),
        member="rootVolume",
    ),
    "resources.data_volumes": _make_entry_case(
        "data_volumes",
        lines=(
            'data_volumes = [{ volume_type = "SSD", size = "500Gi", extend_params = { volume_group = "vgpaas" } }]',
            'data_volumes = [{ volume_type = "SSD", size = "900Gi", extend_params = { volume_group = "vgpaas" } }]',
        ),
        values=(
            [{"volumeType": "SSD", "size": "500Gi", "extendParams": {"volumeGroup": "vgpaas"}}],
            [{"volumeType": "SSD", "size": "900Gi", "extendParams": {"volumeGroup": "vgpaas"}}],
        ),
        member="dataVolumes",
    ),
    "resources.volume_group_configs": _make_entry_case(
        "volume_group_configs",
        lines=(
            'volume_group_configs = [{ volume_group = "vgpaas", docker_thin_pool = 60 }]',
            'volume_group_configs = [{ volume_group = "vgpaas", docker_thin_pool = 70 }]',
        ),
        values=(
            [{"volumeGroup": "vgpaas", "dockerThinPool": 60}],
            [{"volumeGroup": "vgpaas", "dockerThinPool": 70}],
        ),
        member="volumeGroupConfigs",
    ),
    "resources.os": _make_entry_case(
        "os.image_id",
        lines=('os = { image_id = "image-1" }', 'os = { image_id = "image-2" }'),
        values=({"imageId": "image-1"}, {"imageId": "image-2"}),
        member="os",
    ),
    "resources.driver": _make_entry_case(
        "driver.version",
        lines=('driver = { version = "470.57" }', 'driver = { version = "510.47" }'),
        values=({"version": "470.57"}, {"version": "510.47"}),
        member="driver",
    ),
    "resources.network": _make_entry_case(
        "network.security_groups",
        lines=('network = { security_groups = ["sg-1"] }', 'network = { security_groups = ["sg-1", "sg-2"] }'),
        values=({"securityGroups": ["sg-1"]}, {"securityGroups": ["sg-1", "sg-2"]}),
        member="network",
    ),
}


def _make_connection_case(label: str, *, lines: tuple[str, str], values: tuple[Any, Any], member: str) -> FieldCase:
    return FieldCase(
        section="networks",
        lines=lines,
        values=values,
        place=("spec", "connection", member),
        label=f"connection.{label}",
        is_removed=True,
        # A connection that goes takes the storage of running jobs along.
        allow="network.main=interrupts",
    )


NETWORK_CASES = {
    "network description": _make_texts(
        "description",
        place=(*_ANNOTATIONS, DESCRIPTION),
        is_removed=True,
        values=("first", "second"),
        section="networks",
    ),
    "network workspace_id": _make_texts(
        "workspace_id", place=(*_LABELS, WORKSPACE), is_removed=False, values=("7", "8"), section="networks"
    ),
    "peer_connection_list": _make_connection_case(
        "peer_connection_list",
        lines=(
            'connection = { peer_connection_list = [{ peer_vpc_id = "v-1", peer_subnet_id = "s-1" }] }',
            'connection = { peer_connection_list = [{ peer_vpc_id = "v-2", peer_subnet_id = "s-2" }] }',
        ),
        values=([{"peerVpcId": "v-1", "peerSubnetId": "s-1"}], [{"peerVpcId": "v-2", "peerSubnetId": "s-2"}]),
        member="peerConnectionList",
    ),
    "sfs_turbo_connection_list": _make_connection_case(
        "sfs_turbo_connection_list",
        lines=(
            'connection = { sfs_turbo_connection_list = [{ name = "sfs-1", sfs_id = "i-1" }] }',
            'connection = { sfs_turbo_connection_list = [{ name = "sfs-1", sfs_id = "i-2" }] }',
        ),
        values=([{"name": "sfs-1", "sfsId": "i-1"}], [{"name": "sfs-1", "sfsId": "i-2"}]),
        member="sfsTurboConnectionList",
    ),
}

CASES = POOL_CASES | NETWORK_CASES
