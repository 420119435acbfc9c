"""Durations as files write them: a whole number and ms, s, m or h."""

from typing import Final

_UNITS: Final = (("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0))


def parse_duration(text: str) -> float:
    """Return the seconds of ``text``, such as 5400.0 for ``90m``; it has the shape that the models check."""
    unit, factor = next(row for row in _UNITS if text.endswith(row[0]))
    return int(text.removesuffix(unit)) * factor
