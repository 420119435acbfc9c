"""The bounds that views are laid out for, in columns."""

from typing import Final

NARROWEST: Final = 40
WIDEST: Final = 200


def fit_width(width: int) -> int:
    """Return ``width`` within the bounds that views are laid out for."""
    return min(max(width, NARROWEST), WIDEST)
