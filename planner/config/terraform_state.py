"""From ``terraform show -json`` of the huaweicloud provider to objects that can be adopted (decision 19).

Attributes are those of ``huaweicloud_modelarts_resource_pool`` and ``huaweicloud_modelarts_network``. Terraform writes
an empty text, list or 0 where nothing was set. What it marks as sensitive is not read.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from planner.config.adoption import Found, LeftOut
from planner.config.terraform_values import build_network_tree, build_pool_tree, drop_sensitive
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Tree, as_list, as_text, as_tree, find_member

POOL_TYPE: Final = "huaweicloud_modelarts_resource_pool"
NETWORK_TYPE: Final = "huaweicloud_modelarts_network"
_KINDS: Final = {POOL_TYPE: "pool", NETWORK_TYPE: "network"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformObject:
    """One object of a state: ``source`` is the address of its resource, without keys, as ``removed`` takes it."""

    source: str
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformState:
    """The pools and networks of a state, and what of it is not read, each with its reason."""

    objects: tuple[TerraformObject, ...]
    left_out: tuple[LeftOut, ...] = ()


def is_readable(document: Tree) -> bool:
    """Tell whether ``document`` is what ``terraform show -json`` writes, of a major version that is known."""
    return _MAJOR.match(as_text(document.get("format_version"))) is not None


def parse_state(document: Tree) -> TerraformState:
    """Return the pools and networks of ``document``: of a state, or of the state that a plan rests on."""
    values = find_member(document, "values") if "values" in document else find_member(document, "prior_state", "values")
    root = as_tree(find_member(values, "root_module"))
    objects: list[TerraformObject] = []
    left_out: list[LeftOut] = []
    for path, resource in _find_resources(root, path=()):
        read = _read_resource(resource, path)
        left_out += read.left_out
        objects += read.objects
    return TerraformState(objects=tuple(objects), left_out=tuple(left_out))


def format_removed(sources: Iterable[str]) -> str:
    """Return the ``removed`` blocks by which Terraform lets go of ``sources`` and destroys nothing."""
    blocks = (f"removed {{\n  from = {one}\n\n  lifecycle {{\n    destroy = false\n  }}\n}}\n" for one in sources)
    return "\n".join(blocks)


_MAJOR: Final = re.compile(r"[01]\.[0-9]+\Z", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_NOT_MADE: Final = "the state has no id and no name of it"
_ODD: Final = "its address is none that Terraform writes"
_OTHER: Final = f"it is neither a {POOL_TYPE} nor a {NETWORK_TYPE}"
_SENSITIVE: Final = "Terraform says that it is sensitive"


def _find_resources(module: Tree, *, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Tree]]:
    """Yield every managed resource with the steps of its module's address."""
    for resource in map(as_tree, as_list(module.get("resources"))):
        if resource.get("mode") == "managed":
            yield path, resource
    for child in map(as_tree, as_list(module.get("child_modules"))):
        yield from _find_resources(child, path=_split_module(as_text(child.get("address"))))


def _split_module(address: str) -> tuple[str, ...]:
    """Return names and keys of ``module.a["k"].module.b``: ``("a", '["k"]', "b")``."""
    return tuple(one for one in _STEP.findall(address) if one != "module")


_STEP: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*|\[[^\]]*\]", re.ASCII)


def _read_resource(resource: Tree, path: tuple[str, ...]) -> TerraformState:
    address, type_ = as_text(resource.get("address")), as_text(resource.get("type"))
    if type_ not in _KINDS:
        is_near = "modelarts" in type_
        return TerraformState(objects=(), left_out=(LeftOut(where=address, why=_OTHER),) if is_near else ())
    name = as_text(resource.get("name"))
    values, hidden = drop_sensitive(as_tree(resource.get("values")), resource.get("sensitive_values"))
    id_, display = as_text(values.get("id")), as_text(values.get("name"))
    modules = tuple(one for one in path if not one.startswith("["))
    if not id_ or not display or not _NAME.fullmatch(name):
        why = _NOT_MADE if _NAME.fullmatch(name) else _ODD
        return TerraformState(objects=(), left_out=(LeftOut(where=address, why=why),))
    tree, skipped = build_pool_tree(values) if type_ == POOL_TYPE else build_network_tree(values)
    block = "-".join((*(one.strip('[]"') for one in path), name, *_read_key(resource)))
    found = Found(kind=_KINDS[type_], id=id_, name=block, tree=tree, remarks=(f"Terraform: {_clean(address)}",))
    source = ".".join((*(f"module.{one}" for one in modules), type_, name))
    left_out = [LeftOut(where=address, labels=tuple(hidden), why=_SENSITIVE)] if hidden else []
    left_out += [replace(one, where=address) for one in skipped]
    return TerraformState(objects=(TerraformObject(source=source, found=found),), left_out=tuple(left_out))


def _read_key(resource: Tree) -> tuple[str, ...]:
    index = resource.get("index")
    return () if index is None else (str(index),)


def _clean(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text)
