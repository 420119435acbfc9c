"""Every kind by its name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from planner.core.kind_rules import KindRules
from planner.kinds.network import NETWORK_RULES
from planner.kinds.pool import POOL_RULES

KINDS: Final[Mapping[str, KindRules]] = MappingProxyType({rules.kind: rules for rules in (NETWORK_RULES, POOL_RULES)})
"""In the order in which they are made: networks before pools (semantics 7.3)."""
