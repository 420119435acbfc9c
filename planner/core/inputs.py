"""What a run was given from outside."""

from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class InputVariable:
    """The value of one variable; ``source`` is default, environment, auto_file, file or option."""

    name: str
    value: Value
    source: str
