"""From ``[rollout.NAME]`` blocks without faults to the rollouts of the desired state."""

from collections.abc import Iterator, Mapping
from typing import Final

from planner.config.file_block import FileBlock
from planner.config.rollout_blocks import RolloutBlock, WindowBlock
from planner.config.source_map import SourceMap
from planner.core.desired import Rollout
from planner.core.windows import DAYS, Window

ALL_POOLS: Final = ("pool.*",)
_HOUR: Final = 60


def build_rollouts(files: Mapping[str, FileBlock], sources: SourceMap) -> tuple[Rollout, ...]:
    """Return the rollouts of ``files``, by name."""
    return tuple(sorted(_build_all(files, sources), key=lambda one: one.name))


def read_minutes(text: str) -> int:
    """Return the minutes after midnight of ``22:00``; the text keeps the pattern of its key."""
    hours, _, minutes = text.partition(":")
    return int(hours) * _HOUR + int(minutes)


def _build_all(files: Mapping[str, FileBlock], sources: SourceMap) -> Iterator[Rollout]:
    for file, block in files.items():
        for name, rollout in (block.rollout or {}).items():
            yield Rollout(
                name=name,
                fields=tuple(rollout.fields),
                order=tuple(rollout.order or ALL_POOLS),
                batch=_find_batch(rollout),
                is_percent=rollout.batch_percent is not None,
                on_failure=rollout.on_failure or "stop",
                window=None if rollout.window is None else _build_window(rollout.window),
                location=sources.locate(file, ("rollout", name)),
            )


def _find_batch(rollout: RolloutBlock) -> int:
    return rollout.batch_percent or rollout.batch or 1


def _build_window(block: WindowBlock) -> Window:
    from zoneinfo import ZoneInfo

    days = DAYS if block.days is None else block.days
    return Window(
        days=tuple(sorted({DAYS.index(day) for day in days})),
        start=read_minutes(block.start),
        end=read_minutes(block.end),
        tz=ZoneInfo(block.tz),
    )
