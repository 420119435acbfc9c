"""Disks of an entry's nodes (contract 3: rootVolume, dataVolumes, volumeGroupConfigs)."""

from typing import Annotated, Literal

from pydantic import Field

from planner.kinds.block_types import Block

_VolumeType = Literal["SSD", "GPSSD", "SAS", "SATA"]
_Size = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,5}(Gi|G)?$")]
_VolumeGroup = Annotated[
    str, Field(pattern=r"^(vgpaas|default|vguser[0-9]*|vg-everest-localvolume-(persistent|ephemeral))$")
]


class RootVolumeBlock(Block):
    """The system disk."""

    volume_type: _VolumeType = Field(description="Disk type: SSD, GPSSD, SAS or SATA.")
    size: _Size = Field(description='Size as a text, such as "100Gi".')


class DataVolumeParamsBlock(Block):
    """Settings of a data disk."""

    volume_group: _VolumeGroup | None = Field(
        default=None, description="vgpaas, default, vguserN or vg-everest-localvolume-{persistent,ephemeral}."
    )


class DataVolumeBlock(Block):
    """Data disks of one size."""

    volume_type: _VolumeType = Field(description="Disk type: SSD, GPSSD, SAS or SATA.")
    size: _Size = Field(description='Size as a text, such as "500Gi".')
    count: Annotated[int, Field(ge=1, le=64)] | None = Field(default=None, description="How many; the service takes 1.")
    extend_params: DataVolumeParamsBlock | None = Field(default=None, description="The volume group of these disks.")


class LvmConfigBlock(Block):
    """How a volume group's logical volume is laid out."""

    lv_type: Literal["linear", "striped"] = Field(description="linear or striped.")
    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._/-]*$")] | None = Field(
        default=None, description="Absolute path at which the volume is mounted."
    )


class VolumeGroupConfigBlock(Block):
    """How the disks of a volume group are used."""

    volume_group: _VolumeGroup = Field(
        description="vgpaas, default, vguserN or vg-everest-localvolume-{persistent,ephemeral}."
    )
    docker_thin_pool: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None, description="Percent of the group for containers' images; only for vgpaas."
    )
    lvm_config: LvmConfigBlock | None = Field(default=None, description="Layout of the logical volume.")
    types: list[Literal["volume", "local"]] | None = Field(
        default=None, description="Which disks: volume (cloud disks) or local."
    )
