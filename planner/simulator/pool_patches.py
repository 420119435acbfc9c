"""A pool before and after a merge patch, and the shape that a patch must have."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.simulator.bodies import require_object, require_texts
from planner.simulator.catalog import find_accelerator
from planner.simulator.drafts import Draft
from planner.simulator.entries import EntryKey, count_nodes, make_entry_key, parse_entries
from planner.simulator.errors import bad_request
from planner.simulator.lookups import NAME_LABEL
from planner.simulator.merge_patches import apply_merge_patch
from planner.simulator.node_records import index_flavors, is_staying, is_subscribed
from planner.simulator.options import Options
from planner.simulator.requests import JsonObject

DESCRIPTION = "os.modelarts/description"

_PATCHED_SPEC = frozenset({"scope", "resources", "jobFlavors", "driver"})
_KNOWN_SPEC = frozenset(
    {
        "clusterFlavor",
        "clusters",
        "containerNetwork",
        "controlMode",
        "ipv6enable",
        "kubernetesSvcIpRange",
        "masters",
        "network",
        "parent",
        "type",
        "userLogin",
    }
)
_FIXED_LABELS = frozenset({NAME_LABEL, "os.modelarts/node.prefix", "os.modelarts/resource.id"})
_DRIVER_MEMBERS = frozenset({"gpuVersion", "npuVersion", "updateStrategy"})
_STRATEGIES = frozenset({"force", "idle"})
_PERIOD = "os.modelarts/period.num"
_WORDS = {
    "os.modelarts/sharing": ("shared", "unshared"),
    "os.modelarts/billing.mode": ("0", "1"),
    "os.modelarts/auto.renew": ("0", "1"),
}
_CREATED_WORDS = {
    "os.modelarts/period.type": ("2", "3", "4"),
    "os.modelarts/auto.pay": ("0", "1", "true", "false"),
}
_PATCHED_WORDS = {"os.modelarts/period.type": ("2", "3")}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPatch:
    """What a rule judges: the pool before and after, the patch, and what else the answer depends on.

    ``before_counts`` and ``after_counts`` are wanted nodes by entry key. ``accelerators`` are those of the
    entries after the patch.
    """

    before: JsonObject
    after: JsonObject
    patch: JsonObject
    options: Options
    before_counts: Counter[EntryKey]
    after_counts: Counter[EntryKey]
    accelerators: frozenset[str]
    flavors: Mapping[str, JsonObject]
    has_subscribed_nodes: bool

    @property
    def is_logical(self) -> bool:
        """Tell whether the pool is a logical one."""
        return bool(self.before["spec"].get("type") == "Logical")

    @property
    def spec_patch(self) -> JsonObject:
        """The patch's ``spec``."""
        return require_object(self.patch, "spec")

    @property
    def annotation_patch(self) -> JsonObject:
        """The patch's ``metadata.annotations``."""
        return require_object(require_object(self.patch, "metadata"), "annotations")

    @property
    def grows(self) -> bool:
        """Tell whether an entry wants more nodes than before."""
        return any(count > self.before_counts[key] for key, count in self.after_counts.items())

    @property
    def shrinks(self) -> bool:
        """Tell whether an entry wants fewer nodes than before."""
        return any(count > self.after_counts[key] for key, count in self.before_counts.items())


def make_pool_patch(draft: Draft, pool: JsonObject, *, patch: JsonObject) -> PoolPatch:
    """Apply ``patch`` to a copy of ``pool``.

    Raises:
        Refusal: 400 for a patch of a wrong shape, for unknown members, for members that cannot change.

    """
    options = draft.options
    name = pool["metadata"]["name"]
    kept = _keep_known(patch, pool=pool, options=options)
    after = apply_merge_patch(draft.copy_record("pools", name), kept if options.null_removes else _drop_nulls(kept))
    is_logical = pool["spec"].get("type") == "Logical"
    _check_shape(after, kept, is_logical=is_logical, options=options)
    if not options.arrays_replaced and "resources" in kept["spec"]:
        after["spec"]["resources"] = _merge_entries(pool["spec"].get("resources", ()), after["spec"]["resources"])
    flavors = index_flavors(draft)
    return PoolPatch(
        before=pool,
        after=after,
        patch=kept,
        options=options,
        before_counts=count_nodes(pool["spec"].get("resources", ())),
        after_counts=count_nodes(after["spec"].get("resources", ())),
        accelerators=frozenset(find_accelerator(flavors, one["flavor"]) for one in after["spec"].get("resources", ())),
        flavors=flavors,
        has_subscribed_nodes=any(map(is_subscribed, filter(is_staying, draft.nodes(name)))),
    )


def check_labels(metadata: JsonObject, *, is_patch: bool) -> None:
    """Refuse labels and annotations that are no texts, or none of the few that the API knows; a patch may have nulls.

    Raises:
        Refusal: 400.

    """
    words = _WORDS | (_PATCHED_WORDS if is_patch else _CREATED_WORDS)
    for member in ("labels", "annotations"):
        for name, value in require_object(metadata, member).items():
            if value is None and is_patch:
                continue
            if not isinstance(value, str):
                raise bad_request(f"metadata.{member} must have string values")
            if value not in words.get(name, (value,)) or (name == _PERIOD and not _is_number(value)):
                raise bad_request(f"metadata.{member}.{name} is invalid")


def check_driver(driver: JsonObject) -> None:
    """Refuse a ``spec.driver`` with unknown members or wrong values.

    Raises:
        Refusal: 400.

    """
    if not set(driver) <= _DRIVER_MEMBERS or not all(isinstance(one, str) for one in driver.values()):
        raise bad_request("spec.driver has a wrong member")
    if driver.get("updateStrategy", "idle") not in _STRATEGIES:
        raise bad_request("spec.driver.updateStrategy must be force or idle")


def _keep_known(patch: JsonObject, *, pool: JsonObject, options: Options) -> JsonObject:
    """Return the patch without ``apiVersion`` and ``kind``, and less what cannot be patched when that is ignored."""
    metadata, spec = require_object(patch, "metadata"), require_object(patch, "spec")
    labels = require_object(metadata, "labels")
    check_labels(metadata, is_patch=True)
    fixed = {name for name in _FIXED_LABELS & set(labels) if labels[name] != pool["metadata"]["labels"].get(name)}
    wrong = [f"metadata.labels.{name}" for name in fixed]
    wrong += [f"metadata.{name}" for name in set(metadata) - {"labels", "annotations"}]
    wrong += [f"spec.{name}" for name in set(spec) - _PATCHED_SPEC if not _is_same(spec, pool["spec"], name=name)]
    wrong += sorted(set(patch) - {"apiVersion", "kind", "metadata", "spec"})
    if wrong and options.unknown_members == "refuse":
        raise bad_request(f"{min(wrong)} is unknown or cannot be changed")
    return {
        "metadata": {
            "labels": {name: value for name, value in labels.items() if name not in fixed},
            "annotations": require_object(metadata, "annotations"),
        },
        "spec": {name: value for name, value in spec.items() if name in _PATCHED_SPEC},
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _drop_nulls(tree: JsonObject) -> JsonObject:
    """Return a patch in which nothing is removed: the other reading of P11."""
    kept = {name: value for name, value in tree.items() if value is not None}
    return {name: _drop_nulls(value) if isinstance(value, dict) else value for name, value in kept.items()}


def _merge_entries(before: Sequence[JsonObject], patched: Sequence[JsonObject]) -> list[JsonObject]:
    """Return the entries that a patch names, and those of before that it leaves out: the other reading of P8."""
    named = {make_entry_key(one): one for one in patched}
    kept = [named.pop(make_entry_key(one), one) for one in before]
    return [*kept, *named.values()]


def _is_same(patch: JsonObject, spec: JsonObject, *, name: str) -> bool:
    return name in _KNOWN_SPEC and name in spec and patch[name] == spec[name]


def _check_shape(after: JsonObject, patch: JsonObject, *, is_logical: bool, options: Options) -> None:
    """Refuse what cannot be read, and give the members of ``after`` that the patch names their read form."""
    spec = after["spec"]
    if "resources" in patch["spec"]:
        spec["resources"] = parse_entries(spec.get("resources"), is_logical=is_logical, options=options)
    if "scope" in patch["spec"]:
        spec["scope"] = require_texts(spec, "scope")
    if "jobFlavors" in patch["spec"] and spec.get("jobFlavors") is not None:
        require_texts(spec, "jobFlavors")
    if spec.get("driver") is not None:
        check_driver(require_object(spec, "driver"))
