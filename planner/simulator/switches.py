"""The switches of a world as they are typed: ``NAME=VALUE``, read by the type of the switch."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from planner.simulator.errors import SimulatorError
from planner.simulator.options import Options, parse_options

_DEFAULTS: Final[Mapping[str, Any]] = {one.name: getattr(Options(), one.name) for one in fields(Options)}
_TRUTHS: Final = {"true": True, "false": False}


def parse_switches(texts: Iterable[str]) -> dict[str, Any]:
    """Return the switches that ``texts`` set, as ``options.parse_options`` takes them.

    A truth is ``true`` or ``false``, a list has commas between its members, and the last text of a name counts.

    Raises:
        SimulatorError: a text is no ``NAME=VALUE``, a name is unknown, or its value does not fit.

    """
    switches = dict(_parse_one(text) for text in texts)
    parse_options(switches)
    return switches


def _parse_one(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if name not in _DEFAULTS:
        near = difflib.get_close_matches(name, _DEFAULTS, n=1)
        hint = f', perhaps "{near[0]}"' if near else ""
        raise SimulatorError(f"the simulator has no switch {name!r}{hint}")
    default = _DEFAULTS[name]
    if not equals:
        example = "false" if default is True else "true" if default is False else "VALUE"
        raise SimulatorError(f"the switch {name!r} needs a value: {name}={example}")
    return name, _parse_value(value, default=default)


def _parse_value(text: str, *, default: object) -> Any:
    if isinstance(default, bool):
        return _TRUTHS.get(text, text)
    if isinstance(default, int):
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(10**9)) else text
    if isinstance(default, tuple):
        return [one.strip() for one in text.split(",") if one.strip()]
    return text
