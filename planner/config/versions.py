"""``required_version``: comparisons with the version of this poolctl."""

import operator
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

Version: TypeAlias = tuple[int, int, int]

_COMPARISON: Final = re.compile(r"^\s*(==|!=|>=|<=|~>|>|<)?\s*(\d{1,6}(?:\.\d{1,6}){0,2})\s*$")
_OPERATORS: Final[Mapping[str, Callable[[Version, Version], bool]]] = MappingProxyType(
    {
        "==": operator.eq,
        "!=": operator.ne,
        ">=": operator.ge,
        "<=": operator.le,
        ">": operator.gt,
        "<": operator.lt,
    }
)


def is_version_accepted(requirement: str, version: str) -> bool | None:
    """Tell whether ``version`` meets all comma-separated comparisons; None where one cannot be read.

    ``~> 1.2`` is Terraform's: at least 1.2 and below 2; ``~> 1.2.3`` is below 1.3.
    """
    verdicts = [_judge(part, _read_version(version)) for part in requirement.split(",")]
    return None if None in verdicts else all(verdicts)


def _judge(part: str, version: Version) -> bool | None:
    match = _COMPARISON.match(part)
    if match is None:
        return None
    wanted = _read_version(match[2])
    if match[1] == "~>":
        return wanted <= version < _find_ceiling(wanted, length=match[2].count("."))
    return _OPERATORS[match[1] or "=="](version, wanted)


def _find_ceiling(wanted: Version, *, length: int) -> Version:
    major, minor, _ = wanted
    return (major, minor + 1, 0) if length > 1 else (major + 1, 0, 0)


def _read_version(text: str) -> Version:
    numbers = [int(number) for number in re.findall(r"\d+", text)[:3]] + [0, 0, 0]
    return numbers[0], numbers[1], numbers[2]
