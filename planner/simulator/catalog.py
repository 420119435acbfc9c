"""The flavors, quotas and limits of a fresh world (contract 2.11, 2.12)."""

from collections.abc import Mapping, Sequence

from planner.simulator.requests import JsonObject

DEFAULT_QUOTAS = {"network": 15, "pool": 15}
CPU, GPU, NPU = "cpu", "gpu", "npu"
NETWORK_RANGES = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
SCOPE_TYPES = ("Infer", "Notebook", "Train")
VOLUME_TYPES = ("SSD", "GPSSD", "SAS", "SATA")
MAX_ENTRIES = 10

_NPU_PREFIXES = ("modelarts.kat", "modelarts.bm.npu", "modelarts.vm.npu")


def make_flavors(azs: Sequence[str]) -> list[JsonObject]:
    """Return the flavors that a fresh world sells, each normal in every one of ``azs``."""
    return [
        make_flavor("modelarts.bm.gpu.v100nv32", azs),
        make_flavor("modelarts.kat1.8xlarge", azs),
        make_flavor("modelarts.vm.cpu.4ud", azs),
        make_flavor("modelarts.vm.cpu.8ud", azs),
        make_flavor("modelarts.vm.gpu.t4u8", azs),
    ]


def make_flavor(name: str, azs: Sequence[str]) -> JsonObject:
    """Return the flavor ``name``; its accelerator and CPU architecture follow from the name."""
    accelerator = find_accelerator_by_name(name)
    spec: JsonObject = {"type": "Dedicate", "cpuArch": "arm64" if accelerator == NPU else "x86", "billingModes": [0]}
    spec |= {"cpu": "8", "memory": "32Gi"} | _make_accelerator(name, accelerator)
    labels = {"os.modelarts/scope": "Train.Infer", "os.modelarts.flavor/baremetal": str(".bm." in name).lower()}
    return {
        "apiVersion": "v1",
        "kind": "ResourceFlavor",
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
        "status": {"phase": dict.fromkeys(azs, "normal")},
    }


def find_accelerator_by_name(name: str) -> str:
    """Return ``gpu``, ``npu`` or ``cpu`` for a flavor's name."""
    if name.startswith(_NPU_PREFIXES) or "npu" in name:
        return NPU
    return GPU if "gpu" in name else CPU


def find_accelerator(flavors: Mapping[str, JsonObject], name: str) -> str:
    """Return the accelerator of ``name`` as the catalog says, or as its name says when it is not sold."""
    spec = flavors[name]["spec"] if name in flavors else make_flavor(name, ())["spec"]
    return GPU if "gpu" in spec else NPU if "npu" in spec else CPU


def _make_accelerator(name: str, accelerator: str) -> JsonObject:
    if accelerator == NPU:
        return {"npu": {"type": "snt9", "size": "8", "memory": "32Gi"}}
    if accelerator == GPU:
        kind = "t4" if "t4" in name else "v100"
        return {"gpu": {"type": kind, "size": "8" if ".bm." in name else "1", "memory": "16Gi"}}
    return {}
