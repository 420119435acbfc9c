"""``ignore_changes`` as one predicate over field paths."""

from collections.abc import Callable

from planner.core.field_paths import FieldPath
from planner.kinds.names import is_matching, parse_pattern


def make_matcher(texts: tuple[str, ...]) -> Callable[[FieldPath], bool]:
    """Return a predicate that holds for every path that one of the config paths names."""
    patterns = [pattern for pattern in map(parse_pattern, texts) if pattern is not None]
    return lambda path: any(is_matching(pattern, path) for pattern in patterns)
