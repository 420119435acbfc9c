"""``guards`` that would loosen, and ``ignore_changes`` that match nothing."""

import functools
from collections.abc import Iterator
from typing import Final

from planner.config.blocks import RawBlock, RawBlocks, read_rows, read_text
from planner.config.faults import Fault
from planner.config.guards import find_loosenings
from planner.config.schema import Schema, find_schema, load_schema
from planner.config.wording import find_keys, find_near, format_value
from planner.core.trees import Tree, as_list, as_tree
from planner.kinds.names import (
    LIST_KEYS,
    NAMED_ANNOTATIONS,
    NAMED_LABELS,
    Bracket,
    PathPattern,
    find_entry_texts,
    is_entry_named,
    parse_pattern,
)


def find_rule_faults(blocks: RawBlocks) -> Iterator[Fault]:
    """Yield what is wrong with the rules of all pools and networks."""
    outer = blocks.settings[("guards",)]
    outer_body = outer[0].body if outer else {}
    is_priced = bool(blocks.settings[("prices",)])
    for row in outer:
        yield from _check_cost(row, row.body, is_priced=is_priced)
        yield from _check_cost(row, as_tree(row.body.get("run")), "run", is_priced=is_priced)
    for block in blocks.declared:
        yield from _check_guards(block, outer=outer_body)
        yield from _check_cost(block, as_tree(block.body.get("guards")), "guards", is_priced=is_priced)
        yield from _check_ignored(block)


_COST: Final = "max_hourly_cost_added"
RULES: Final = frozenset({"lifecycle", "guards", "freeze"})
"""Keys of a block that say what apply may do, and are no fields of the service."""


def _check_guards(block: RawBlock, *, outer: Tree) -> Iterator[Fault]:
    guards = block.body.get("guards")
    if not isinstance(guards, dict):
        return
    for one in find_loosenings(guards, outer=outer):
        yield block.make_fault(
            "guards",
            one.key,
            code="config.guard-loosened",
            summary="a pool's guard loosens the guard of all pools",
            detail=f"{one.key} is {one.inner} here and {one.outer} in [guards]; a pool may only tighten, so that "
            "[guards] can be trusted without reading every pool. Lower it here, or raise it in [guards].",
        )


def _check_cost(block: RawBlock, guards: Tree, *steps: str, is_priced: bool) -> Iterator[Fault]:
    if _COST in guards and not is_priced:
        yield block.make_fault(
            *steps,
            _COST,
            code="config.no-prices",
            summary="a limit on cost without prices",
            detail="No file has [prices], so nobody can tell what a node costs, and every growth would be refused. "
            'Write the price of one node an hour for each flavor: [prices] "modelarts.vm.gpu.t4u8" = 3.20.',
        )


def _check_ignored(block: RawBlock) -> Iterator[Fault]:
    lifecycle = as_tree(block.body.get("lifecycle"))
    for index, text in enumerate(as_list(lifecycle.get("ignore_changes"))):
        if isinstance(text, str) and (why := _find_mismatch(block, text)):
            yield block.make_fault(
                "lifecycle",
                "ignore_changes",
                index,
                code="config.ignore-changes",
                summary="ignore_changes matches nothing",
                detail=f"{format_value(text)} {why.strip()} Nothing would be ignored. Paths are spelled as here: "
                'driver.gpu_version, annotations["team"], resources[FLAVOR].count, resources[*].',
            )


def _find_mismatch(block: RawBlock, text: str) -> str:
    """Return why ``text`` names no part of the block, in words; empty where it names one."""
    pattern = parse_pattern(text)
    if pattern is None:
        return "is no path."
    if pattern.steps[0] in RULES:
        return "is a rule, not a field of the service."
    return find_unknown_step(block.address.kind, pattern) or find_unknown_entry(block, pattern)


@functools.lru_cache(maxsize=4096)
def find_unknown_step(kind: str, pattern: PathPattern) -> str:
    """Return why blocks of ``kind`` have nothing that ``pattern`` names, in words; empty where they have."""
    schema = load_schema()
    path: tuple[str | int, ...] = (kind, "any")
    for step in pattern.steps:
        is_list = "items" in (find_schema(schema, path) or {})
        if isinstance(step, Bracket) and not step.is_verbatim and not is_list:
            return f"has brackets without quotes after {path[-1]}, which is no list with entries."
        if isinstance(step, str) and is_list:
            return f"needs the entry's key in brackets after {path[-1]}."
        if reserved := _find_reserved(path, step):
            return f"has a name of its own: write {reserved}."
        path = _extend(path, step, is_list=is_list)
        if find_schema(schema, path) is None:
            return f"names no known key. {_suggest(schema, path)}"
    return ""


def _extend(path: tuple[str | int, ...], step: str | Bracket, *, is_list: bool) -> tuple[str | int, ...]:
    name = step.text if isinstance(step, Bracket) else step
    return (*path, 0 if is_list else name)


def _find_reserved(path: tuple[str | int, ...], step: str | Bracket) -> str:
    named = NAMED_LABELS if path[2:] == ("labels",) else NAMED_ANNOTATIONS if path[2:] == ("annotations",) else {}
    return named.get(step.text, "") if isinstance(step, Bracket) else ""


def _suggest(schema: Schema, path: tuple[str | int, ...]) -> str:
    return find_near(str(path[-1]), find_keys(schema, path[:-1]))


def find_unknown_entry(block: RawBlock, pattern: PathPattern) -> str:
    """Return why ``pattern`` names no entry of ``block``, in words; empty where it names one, or none at all."""
    # A misspelled flavor is the likeliest mistake, so entries are looked up in the block itself.
    match pattern.steps:
        case ("resources", Bracket(text=text), *_) if text != "*":
            keys = [_read_key(entry) for entry in read_rows(block, "resources")]
            if any(is_entry_named(text, key) for key in keys):
                return ""
            return f"names no entry of this pool. {find_near(text, [next(find_entry_texts(key)) for key in keys])}"
        case _:
            return ""


def _read_key(entry: RawBlock) -> tuple[str, ...]:
    return tuple(read_text(entry, key) for key in LIST_KEYS["resources"])
