"""The shape of what a body holds: types, words and numbers inside entries, specs and connections.

They are those of ``schemas/openapi.yaml``. What the service says in words of its own, and what depends on the world,
is judged elsewhere.
"""

import functools
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from planner.simulator.errors import bad_request

_VolumeType = Literal["SSD", "GPSSD", "SAS", "SATA"]
_VolumeGroup = Annotated[
    str, Field(pattern=r"^(vgpaas|default|vguser[0-9]*|vg-everest-localvolume-(persistent|ephemeral))$")
]
_Policy = Literal["refresh", "ignore", ""]
_Digits = Annotated[str, Field(pattern=r"^[0-9]+$")]
_NodePoolName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,48}[a-z0-9]$")]
_Positive = Annotated[int, Field(ge=1)]


class Zone(TypedDict):
    """Nodes in one availability zone."""

    az: Annotated[str, Field(min_length=1)]
    count: Annotated[int, Field(ge=1, le=2_000)]


class NodeTag(TypedDict):
    """A tag of the cloud on nodes; the service keeps two prefixes to itself."""

    # The other engine knows no lookahead.
    __pydantic_config__ = ConfigDict(regex_engine="python-re")  # type: ignore[misc]  # pydantic's way with such a type

    key: Annotated[str, Field(pattern=r"\A(?!CCE-)(?!__type_baremetal).+\Z")]
    value: str


class Taint(TypedDict):
    """A taint of Kubernetes."""

    key: str
    value: NotRequired[str]
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    timeAdded: NotRequired[str]


class NodeNetwork(TypedDict, total=False):
    """Where the nodes of a privileged pool stand."""

    vpc: str
    subnet: str
    securityGroups: list[str]


class ExtendParams(TypedDict, total=False):
    """Settings of nodes; further ones pass through."""

    dockerBaseSize: _Digits
    postInstall: str
    runtime: Literal["docker", "containerd"]
    nodePoolName: _NodePoolName
    labelPolicyOnExistingNodes: _Policy
    taintPolicyOnExistingNodes: _Policy
    tagPolicyOnExistingNodes: _Policy


class CreatingStep(TypedDict, total=False):
    """The portions in which nodes come."""

    step: _Positive
    type: Literal["rack", "hyperinstance"]


class RootVolume(TypedDict):
    """The system disk."""

    volumeType: _VolumeType
    size: str
    extendParams: NotRequired[dict[str, Any]]


class DataVolumeParams(TypedDict, total=False):
    """Settings of data disks."""

    volumeGroup: _VolumeGroup
    billing: str


class DataVolume(TypedDict):
    """Data disks of one size."""

    volumeType: _VolumeType
    size: str
    count: NotRequired[_Positive]
    extendParams: NotRequired[DataVolumeParams]


class LvmConfig(TypedDict):
    """The logical volume of a group of disks."""

    lvType: Literal["linear", "striped"]
    path: NotRequired[Annotated[str, Field(pattern=r"^/[A-Za-z0-9._/-]*$")]]


class VolumeGroupConfig(TypedDict):
    """How a group of disks is used."""

    volumeGroup: _VolumeGroup
    dockerThinPool: NotRequired[Annotated[int, Field(ge=0, le=100)]]
    lvmConfig: NotRequired[LvmConfig]
    types: NotRequired[list[Literal["volume", "local"]]]


class Image(TypedDict, total=False):
    """The operating system of nodes."""

    name: str
    imageId: str
    imageType: Literal["private", ""]
    autoMatch: str


class NodeDriver(TypedDict, total=False):
    """The driver of an entry's nodes."""

    version: str


class EntryInside(TypedDict, total=False):
    """What an entry of ``spec.resources`` holds beside its flavor and its numbers."""

    azs: list[Zone]
    tags: list[NodeTag]
    taints: list[Taint]
    labels: dict[str, str]
    network: NodeNetwork
    extendParams: ExtendParams
    creatingStep: CreatingStep
    rootVolume: RootVolume
    dataVolumes: list[DataVolume]
    volumeGroupConfigs: list[VolumeGroupConfig]
    os: Image
    driver: NodeDriver


class ContainerNetwork(TypedDict, total=False):
    """The network of a pool's containers."""

    cidr: str


class Master(TypedDict, total=False):
    """A control node."""

    az: str


class UserLogin(TypedDict, total=False):
    """How a user comes onto nodes of a privileged pool."""

    keyPairName: str
    password: str


class Cluster(TypedDict, total=False):
    """A cluster of the container service under a privileged pool."""

    name: str
    providerId: str


class PoolInside(TypedDict, total=False):
    """What ``spec`` of a new pool holds beside its type, its scope and its entries."""

    parent: str
    network: dict[str, str]
    containerNetwork: ContainerNetwork
    kubernetesSvcIpRange: str
    masters: list[Master]
    clusterFlavor: str
    jobFlavors: list[str]
    ipv6enable: bool
    userLogin: UserLogin
    clusters: list[Cluster]


class PeerConnection(TypedDict):
    """A connection of a network to a VPC."""

    peerVpcId: str
    peerSubnetId: str
    defaultGateWay: NotRequired[bool]


class SfsTurboConnection(TypedDict):
    """A connection of a network to a file system."""

    name: str
    sfsId: str
    subnetId: NotRequired[str]


class NetworkConnection(TypedDict, total=False):
    """What a network is connected to."""

    peerConnectionList: list[PeerConnection]
    sfsTurboConnectionList: list[SfsTurboConnection]


class NetworkInside(TypedDict, total=False):
    """What ``spec`` of a network holds beside its range."""

    ipv6enable: bool
    connection: NetworkConnection


def check_shape(kind: type, value: object, *, place: str) -> None:
    """Refuse a ``value`` that is no ``kind``, one of this module; ``place`` is where it stands in the body.

    Raises:
        Refusal: 400 that names the first member that is wrong.

    """
    try:
        _make_adapter(kind).validate_python(value, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join([place, *map(str, first["loc"])])
        raise bad_request(f"{where} is invalid: {first['msg']}") from error


@functools.cache
def _make_adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
