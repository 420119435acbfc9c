"""What a change does to running jobs: the worst of its fields (semantics 4)."""

from collections.abc import Iterable

from planner.core.changes import Disruption, FieldChange
from planner.core.field_paths import FieldPath
from planner.core.kind_rules import Circumstances, KindRules, is_covered
from planner.core.trees import ABSENT, Maybe


def judge_field(path: FieldPath, values: tuple[Maybe, Maybe], *, rules: KindRules, around: Circumstances) -> Disruption:
    """Return the class of one field's change, by the first row of the kind's table that covers it."""
    judge = next((found for pattern, found in rules.judges if is_covered(path, (pattern,))), None)
    return judge(path, values[0], values[1], around) if judge else Disruption.INTERRUPTS


def find_worst(fields: Iterable[FieldChange]) -> Disruption:
    """Return the worst class among ``fields``."""
    return max((one.disruption for one in fields), default=Disruption.NONE)


def is_purchase(fields: Iterable[FieldChange], rules: KindRules) -> bool:
    """Tell whether a change touches billing, which needs a permission of its own."""
    return any(one.after is not ABSENT and is_covered(one.path, rules.purchases) for one in fields)
