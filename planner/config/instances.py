"""``for_each``: from a list of texts or a map to the keys and values of instances."""

import re
from collections.abc import Mapping
from typing import Any, Final

from planner.config.blocks import RawBlock
from planner.config.evaluating import FAILED, Site, evaluate_value
from planner.config.faults import Fault
from planner.config.unknown_ids import UnknownId
from planner.config.value_checks import is_unsafe_text
from planner.config.wording import format_value, name_type
from planner.core.lazy_dataclass import dataclass

MAXIMUM_INSTANCES: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """The value of ``each`` by the key of the instance."""

    values: Mapping[str, Any]


def find_repetition(block: RawBlock, *, site: Site) -> Repetition | None:
    """Return the instances of ``block``; None where ``for_each`` gives none, which is told."""
    value = evaluate_value(block.body["for_each"], (*block.path, "for_each"), site=site)
    if value is FAILED:
        return None
    words = _find_fault(value)
    if words:
        site.findings.add(_make_fault(block, words))
        return None
    return Repetition(values=value if isinstance(value, dict) else {key: key for key in value})


_KEY: Final = re.compile(r'[^"\\]{1,200}')


def _find_fault(value: Any) -> str:
    """Return why ``value`` gives no instances, in words; empty where it does."""
    if isinstance(value, UnknownId):
        return f"{value} is known after apply, and the instances have to be known before."
    if not isinstance(value, (list, dict)):
        return (
            f"It comes to {name_type(value)}. for_each takes a list of texts, or a map whose keys are the instances'."
        )
    if len(value) > MAXIMUM_INSTANCES:
        return f"It comes to {len(value):,} instances; more than {MAXIMUM_INSTANCES:,} are a mistake."
    seen: set[str] = set()
    for key in value:
        if why := _find_key_fault(key, seen):
            return why
        seen.add(key)
    return ""


def _find_key_fault(key: Any, seen: set[str]) -> str:
    if isinstance(key, UnknownId):
        return f"{key} is known after apply, and a key has to be known before. Use a map with keys of your own."
    if not isinstance(key, str):
        return f"A key in it is {name_type(key)}: {format_value(key)}. Keys are texts; string(x) makes one."
    if key in seen:
        return f"{format_value(key)} stands in it twice, and two instances cannot have one address."
    if not _KEY.fullmatch(key) or is_unsafe_text(key):
        return f"{format_value(key)} is no key: 1 to 200 characters without quotes, backslashes and control characters."
    return ""


def _make_fault(block: RawBlock, words: str) -> Fault:
    return block.make_fault("for_each", code="config.for-each", summary="for_each gives no instances", detail=words)
