"""Names: the twin table of config paths (snake_case) and API paths (camelCase).

A ``FieldPath`` points into an API-shaped tree, a label is the same place as files spell it:
``spec.driver.gpuVersion`` is ``driver.gpu_version``. Patterns are labels that may leave parts
of a key out, used by ``lifecycle.ignore_changes`` (semantics 2.4).
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias

from planner.core.api_names import (
    DESCRIPTION,
    NAME_LABEL,
    NODE_PREFIX_LABEL,
    ORDER_ID,
    SCHEDULER_EXTENSION,
    SHARING_LABEL,
    WORKSPACE_LABEL,
)
from planner.core.field_paths import EntryKey, FieldPath, Step
from planner.core.lazy_dataclass import dataclass
from planner.kinds.default_pools import is_default_pool

NAMED_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        NAME_LABEL: "name",
        WORKSPACE_LABEL: "workspace_id",
        SHARING_LABEL: "sharing",
        NODE_PREFIX_LABEL: "node_prefix",
    }
)
"""Labels of the API that have a key of their own in the files (semantics 9, contract 3)."""

NAMED_ANNOTATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        DESCRIPTION: "description",
        SCHEDULER_EXTENSION: "scheduler_extension",
        ORDER_ID: "order_id",
    }
)
"""Annotations of the API that have a key of their own in the files."""

LIST_KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "resources": ("flavor", "node_pool"),
        "azs": ("az",),
        "tags": ("key",),
        "taints": ("key", "effect"),
        "volume_group_configs": ("volume_group",),
        "sfs_turbo_connection_list": ("name",),
    }
)
"""Which keys of a list's entries identify them, by the list's name in the files (semantics 3)."""

BLOCK_KINDS: Final = ("network", "pool")
"""Kinds of blocks that declare a resource."""

ANY_ENTRY: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """``[text]`` after a name: a list entry's key, or ``["text"]``, a verbatim key of a map."""

    text: str
    is_verbatim: bool = False


PatternStep: TypeAlias = str | Bracket


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPattern:
    """A parsed config path: names and brackets from the block's root."""

    steps: tuple[PatternStep, ...]


@lru_cache(maxsize=4096)
def format_label(path: FieldPath) -> str:
    """Return ``path`` as files spell it, such as ``resources[F/np].azs[eu-de-01].count``."""
    text = ""
    for step in _find_config_steps(path):
        match step:
            case str():
                text += f".{step}" if text else step
            case EntryKey():
                text += _format_entry(str(step))
            case Bracket():
                text += f"[{json.dumps(step.text, ensure_ascii=False)}]"
    return text


def parse_pattern(text: str) -> PathPattern | None:
    """Return the pattern that ``text`` spells, or None where it spells none."""
    steps: list[PatternStep] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None or (match["dot"] is None and match["name"] is not None) != (position == 0):
            return None
        steps.append(_read_step(match))
        position = match.end()
    return PathPattern(steps=tuple(steps)) if steps else None


def is_matching(pattern: PathPattern, path: FieldPath) -> bool:
    """Tell whether ``path`` is what ``pattern`` names, or something below it."""
    steps = tuple(_find_config_steps(path))
    return len(steps) >= len(pattern.steps) and all(map(_is_step_matching, pattern.steps, steps))


def format_snake(member: str) -> str:
    """Return the snake_case twin of an API member name."""
    return _HUMP.sub(r"_\g<0>", member).lower()


def format_camel(key: str) -> str:
    """Return the API member name that is the twin of a snake_case key."""
    head, *rest = key.split("_")
    return head + "".join(word.capitalize() for word in rest)


def find_entry_texts(parts: tuple[str, ...]) -> Iterator[str]:
    """Yield every spelling of an entry's key: the whole key first, then with trailing parts left out."""
    parts = _drop_default_pool(parts)
    for length in range(len(parts), 0, -1):
        yield str(EntryKey(parts=parts[:length]))


def is_entry_named(text: str, parts: tuple[str, ...]) -> bool:
    """Tell whether the bracket ``text`` names the entry with these key parts: wholly, or its first parts."""
    flavor, _, pool = text.partition("/")
    if pool and is_default_pool(flavor, pool):
        return _drop_default_pool(parts)[:_PAIR] in {(flavor, ""), (flavor,)}
    return text in find_entry_texts(parts)


_HUMP: Final = re.compile(r"(?<=[a-z0-9])[A-Z]")
_STEP: Final = re.compile(
    r"""(?P<dot>\.)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | \[(?P<quoted>"(?:[^"\\]|\\.)*")\]
      | \[(?P<bare>[^\]\["]+)\]""",
    re.VERBOSE,
)
_VERBATIM_MAPS: Final = frozenset({"labels", "extendParams"})
_PAIR: Final = 2


def _find_config_steps(path: FieldPath) -> Iterator[Step | Bracket]:
    match path:
        case ("metadata", "labels", str(key), *_):
            yield from _find_metadata_steps("labels", key, named=NAMED_LABELS)
        case ("metadata", "annotations", str(key), *_):
            yield from _find_metadata_steps("annotations", key, named=NAMED_ANNOTATIONS)
        case ("metadata", ("labels" | "annotations") as member):
            yield member
        case ("spec", "network", "name"):
            yield "network"
        case ("spec", _, *_):
            yield from _find_spec_steps(path[1:])
        case _:
            yield from (format_snake(step) if isinstance(step, str) else step for step in path)


def _find_metadata_steps(member: str, key: str, *, named: Mapping[str, str]) -> Iterator[Step | Bracket]:
    if key in named:
        yield named[key]
        return
    yield member
    yield Bracket(text=key, is_verbatim=True)


def _find_spec_steps(path: FieldPath) -> Iterator[Step | Bracket]:
    for index, step in enumerate(path):
        if not isinstance(step, str):
            yield step
        elif _is_verbatim_key(path, index):
            yield Bracket(text=step, is_verbatim=True)
        else:
            yield format_snake(step)


def _is_verbatim_key(path: FieldPath, index: int) -> bool:
    # Keys below an entry's labels and extendParams are the user's own, not member names.
    is_in_entry = len(path) > _PAIR and path[0] == "resources" and isinstance(path[1], EntryKey)
    return is_in_entry and index == _PAIR + 1 and path[_PAIR] in _VERBATIM_MAPS


def _format_entry(text: str) -> str:
    return f"[{json.dumps(text, ensure_ascii=False)}]" if set('"[]') & set(text) else f"[{text}]"


def _read_step(match: re.Match[str]) -> PatternStep:
    if match["name"] is not None:
        return match["name"]
    if match["bare"] is not None:
        return Bracket(text=match["bare"])
    return Bracket(text=_read_quoted(match["quoted"]), is_verbatim=True)


def _read_quoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text[1:-1]


def _is_step_matching(wanted: PatternStep, step: Step | Bracket) -> bool:
    match wanted, step:
        case str(), str():
            return wanted == step
        case Bracket(), Bracket():
            return wanted.text in {step.text, ANY_ENTRY} if not wanted.is_verbatim else wanted.text == step.text
        case Bracket(), EntryKey():
            return (wanted.text == ANY_ENTRY and not wanted.is_verbatim) or is_entry_named(wanted.text, step.parts)
        case _:
            return False


def _drop_default_pool(parts: tuple[str, ...]) -> tuple[str, ...]:
    # The service names the pool of entries that have none <flavor>-default (semantics 3.1).
    if len(parts) >= _PAIR and is_default_pool(parts[0], parts[1]):
        return (parts[0], "", *parts[2:])
    return parts
