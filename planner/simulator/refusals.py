"""Refusals of which no source tells status and code."""

from planner.simulator.errors import Refusal
from planner.simulator.options import Options


def refuse_silently(options: Options, detail: str) -> Refusal:
    """Return a refusal with the status and the code that the options have for it (contract 1.1).

    Quotas, frozen pools, wrong phases, mixed resizes, descriptions, logical pools and nodes that must stay are such.
    """
    return Refusal(options.refusal_status, options.refusal_code, text=f"Bad request. {detail}")
