"""From ``[rollout.NAME]`` blocks without faults to the rollouts of the desired state."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from planner.config.source_map import SourceMap
from planner.core.desired import Rollout
from planner.core.trees import Tree, as_tree
from planner.core.windows import DAYS, Window

ALL_POOLS: Final = ("pool.*",)
_HOUR: Final = 60


def build_rollouts(files: Mapping[str, Tree], sources: SourceMap) -> tuple[Rollout, ...]:
    """Return the rollouts of ``files``, which are sound, by name."""
    return tuple(sorted(_build_all(files, sources), key=lambda one: one.name))


def read_minutes(text: str) -> int:
    """Return the minutes after midnight of ``22:00``; the text keeps the pattern of its key."""
    hours, _, minutes = text.partition(":")
    return int(hours) * _HOUR + int(minutes)


def _build_all(files: Mapping[str, Tree], sources: SourceMap) -> Iterator[Rollout]:
    for file, tree in files.items():
        for name, one in as_tree(tree.get("rollout")).items():
            rollout: dict[str, Any] = as_tree(one)
            yield Rollout(
                name=name,
                fields=tuple(rollout["fields"]),
                order=tuple(rollout.get("order", ALL_POOLS)),
                batch=rollout.get("batch_percent") or rollout.get("batch") or 1,
                is_percent="batch_percent" in rollout,
                on_failure=rollout.get("on_failure", "stop"),
                window=_build_window(rollout["window"]) if "window" in rollout else None,
                location=sources.locate(file, ("rollout", name)),
            )


def _build_window(table: dict[str, Any]) -> Window:
    from zoneinfo import ZoneInfo

    return Window(
        days=tuple(sorted({DAYS.index(day) for day in table.get("days", DAYS)})),
        start=read_minutes(table["start"]),
        end=read_minutes(table["end"]),
        tz=ZoneInfo(table["tz"]),
    )
