"""Whether the log of requests, and the traceback of a fault, are asked for."""

from collections.abc import Mapping
from typing import Final

DEBUG_VARIABLE: Final = "POOLCTL_DEBUG"


def is_debugging(environment: Mapping[str, str]) -> bool:
    """Tell whether the log of requests, and the traceback of a fault, are asked for."""
    return environment.get(DEBUG_VARIABLE, "") not in {"", "0"}
