"""Trees of the API as the attributes of a Terraform resource: flat, in the files' names, without secrets."""

import re
from collections.abc import Iterator
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.core.secrets import HIDDEN, is_secret_key
from planner.core.trees import ABSENT, CountRange, Maybe, Reference, Tree, Value, as_tree, find_member
from planner.views.values import VERBATIM_MEMBERS, build_file_names, make_file_name

_RESERVED: Final = "os.modelarts/"
_STEP: Final = re.compile(r'\.?([a-z0-9_]+)|\["((?:[^"\\]|\\.)*)"\]|\[([^\]]*)\]')
_KEYS: Final = (("flavor", "node_pool"), ("key", "effect"), ("az",), ("name",), ("volume_group",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a change: ``values`` without what is unknown, trees of True for ``unknown`` and ``sensitive``."""

    values: Tree
    unknown: Tree
    sensitive: Tree


def build_side(tree: Tree, *, id_: str, unknown: Tree | None = None) -> Side:
    """Return ``{"metadata", "spec"}`` as attributes; secrets are replaced, and marked besides.

    An empty ``id_`` is one that is known after apply, ``unknown`` is True at what else is.
    """
    found, after = _split(_flatten(tree), _flatten(unknown or {}))
    masked, sensitive = mask_secrets(as_tree(found))
    identity: Tree = {"id": id_} if id_ else {}
    return Side(
        values={**identity, **as_tree(masked)},
        unknown=as_tree(after) if id_ else {"id": True, **as_tree(after)},
        sensitive=as_tree(sensitive),
    )


def mask_secrets(value: Value, *, key: str = "") -> tuple[Value, Value]:
    """Return ``value`` with what stands under the name of a credential replaced, and where that was, as True."""
    if isinstance(value, dict):
        pairs = {name: mask_secrets(member, key=name) for name, member in value.items()}
        marks: Tree = {name: mark for name, (_, mark) in pairs.items() if mark}
        return {name: masked for name, (masked, _) in pairs.items()}, marks
    if isinstance(value, list):
        rows = [mask_secrets(one, key=key) for one in value]
        marked: list[Value] = [mark for _, mark in rows]
        return [masked for masked, _ in rows], marked if any(marked) else False
    if isinstance(value, str) and value and is_secret_key(key):
        return HIDDEN, True
    return value, False


def replace_at(values: Tree, label: str, value: Maybe) -> Tree:
    """Return attributes in which the config path ``label`` has ``value``; unchanged where it leads nowhere."""
    steps = list(_parse_label(label))
    return as_tree(_replace(values, steps, value)) if steps else values


def _flatten(tree: Tree) -> Tree:
    flat: Tree = {}
    for member in ("labels", "annotations"):
        own: Tree = {}
        for key, value in as_tree(find_member(tree, "metadata", member)).items():
            if key.startswith(_RESERVED):
                flat[key.removeprefix(_RESERVED).replace(".", "_")] = value
            else:
                own[key] = value
        flat |= {member: own} if own else {}
    for name, value in as_tree(find_member(tree, "spec")).items():
        flat[make_file_name(name)] = value if name in VERBATIM_MEMBERS else _name_member(name, value)
    return flat


def _name_member(name: str, value: Value) -> Value:
    place = as_tree(value)
    if name == "network" and list(place) == ["name"]:
        return place["name"]
    return build_file_names(value)


def _split(value: Maybe, unknown: Maybe) -> tuple[Maybe, Maybe]:
    """Part what is known from what is not: unknown members are absent, unknown elements are holes."""
    if unknown is True or isinstance(value, Reference):
        return ABSENT, True
    if isinstance(value, dict):
        marks = as_tree(unknown)
        pairs = {name: _split(value.get(name, ABSENT), marks.get(name, ABSENT)) for name in [*value, *marks]}
        known: Tree = {name: one for name, (one, _) in pairs.items() if one is not ABSENT}
        return known, {name: mark for name, (_, mark) in pairs.items() if mark is not ABSENT and mark}
    if isinstance(value, list):
        others = unknown if isinstance(unknown, list) else []
        rows = [_split(one, others[at] if at < len(others) else ABSENT) for at, one in enumerate(value)]
        marked: list[Value] = [False if mark is ABSENT else mark for _, mark in rows]
        return [None if one is ABSENT else one for one, _ in rows], marked if any(marked) else ABSENT
    return value.initial if isinstance(value, CountRange) else value, ABSENT


def _parse_label(label: str) -> Iterator[tuple[bool, str]]:
    """Yield the steps of a config path as (whether it names an entry of a list, name)."""
    for name, quoted, entry in _STEP.findall(label):
        if entry:
            yield True, entry
        else:
            yield False, name or re.sub(r"\\(.)", r"\1", quoted)


def _replace(value: Value, steps: list[tuple[bool, str]], new: Maybe) -> Maybe:
    if not steps:
        return new
    (is_entry, name), *rest = steps
    if is_entry:
        return _replace_entry(value, name, rest, new) if isinstance(value, list) else value
    members = dict(as_tree(value))
    found = _replace(members.get(name, [] if rest and rest[0][0] else {}), rest, new)
    return {key: one for key, one in {**members, name: found}.items() if one is not ABSENT}


def _replace_entry(entries: list[Value], key: str, rest: list[tuple[bool, str]], new: Maybe) -> Value:
    matching = [one for one in entries if key in _find_keys(one)]
    if not matching:
        return [*entries, new] if not rest and new is not ABSENT else entries
    replaced = [_replace(one, rest, new) if one is matching[0] else one for one in entries]
    return [one for one in replaced if one is not ABSENT]


def _find_keys(entry: Value) -> set[str]:
    """Return every way in which a config path may name an entry."""
    members = as_tree(entry)
    found: set[str] = set()
    for names in _KEYS:
        parts = [str(members[name]) for name in names if name in members]
        found |= {"/".join(parts[: at + 1]) for at in range(len(parts))}
    return found
